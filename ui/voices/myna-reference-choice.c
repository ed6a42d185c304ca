/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-reference-choice.h"

#include <glib/gi18n.h>

#include "engine/voice/gptsovits/myna-gsv-part.h"
#include "ui/widgets/myna-time-text.h"

/* The part of a voice that is imitated, for the voice's page and the dialog that changes it. */

static void
find_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  MynaVoiceReference *part = myna_gsv_part_choose (task_data, cancellable, &error);

  if (part != NULL)
    g_task_return_pointer (task, part, (GDestroyNotify) myna_voice_reference_free);
  else
    g_task_return_error (task, error);
}

/**
 * myna_reference_choice_find_async:
 * @voice: a voice
 * @cancellable: (nullable): to stop
 * @callback: called on the main context
 * @user_data: closure
 *
 * Finds what is imitated of @voice when the person has chosen nothing, whatever they have chosen.
 */
void
myna_reference_choice_find_async (MynaVoice *voice,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  MynaVoiceRecord *record;

  g_return_if_fail (MYNA_IS_VOICE (voice));

  record = myna_voice_record_copy (myna_voice_get_record (voice));
  myna_voice_record_set_reference (record, NULL, NULL);
  task = g_task_new (voice, cancellable, callback, user_data);
  g_task_set_name (task, "myna-reference-choice");
  g_task_set_task_data (task, record, (GDestroyNotify) myna_voice_record_free);
  g_task_run_in_thread (task, find_thread);
}

/**
 * myna_reference_choice_find_finish:
 * @result: from the callback
 * @error: return location
 *
 * Returns: (transfer full): the part; %NULL with TOO_SHORT when no clip is long enough, …
 */
MynaVoiceReference *
myna_reference_choice_find_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * myna_reference_choice_describe:
 * @part: a part of a clip
 *
 * Returns: (transfer full): it in words
 */
char *
myna_reference_choice_describe (const MynaVoiceReference *part)
{
  g_autofree char *start = NULL;
  g_autofree char *end = NULL;

  g_return_val_if_fail (part != NULL, NULL);

  start = myna_time_text_precise (part->start);
  end = myna_time_text_precise (part->end);
  /* Translators: the number of a recording, then two times in it */
  return g_strdup_printf (_ ("Clip %u, %s to %s"), part->clip + 1, start, end);
}
