/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-take-speech.h"

#include "engine/audio/myna-audio-load.h"
#include "engine/studio/myna-take-mixer.h"
#include "engine/studio/myna-take-script.h"
#include "engine/voice/draft/myna-draft-timing.h"

/* Hz that speech is loaded with to be aligned. */
#define ALIGN_RATE 16000

/* What was said in a piece: the edited text, or the script's. */
static char *
dup_text (const MynaTakeRecord *record, const MynaMixItem *item)
{
  g_autoptr (GPtrArray) sentences = myna_take_script_load (record->folder, NULL);
  g_autoptr (GPtrArray) revisions = myna_take_script_load_revisions (record->folder, NULL);

  for (guint i = 0; revisions != NULL && i < revisions->len; i++)
    {
      const MynaTakeRevision *revision = revisions->pdata[i];

      if (revision->number == item->number && revision->revision == item->revision &&
          revision->text != NULL)
        return g_strdup (revision->text);
    }
  if (sentences == NULL || item->number >= sentences->len)
    return NULL;
  return g_strdup (((const MynaTakeSentence *) sentences->pdata[item->number])->text);
}

/* For engines that do not say when each phone is heard. */
static GArray *
find_phones (const MynaTakeRecord *record, const MynaMixItem *item, GCancellable *cancellable)
{
  g_autofree char *text = dup_text (record, item);
  g_autoptr (MynaAudio) audio =
      text != NULL ? myna_audio_load (item->path, -1, 0, -1, ALIGN_RATE, 1, cancellable, NULL)
                   : NULL;

  if (audio == NULL || audio->n_frames == 0 || record->language == NULL)
    return NULL;
  return myna_draft_find_phones (record->language, text, audio->samples, audio->n_frames,
                                 ALIGN_RATE, cancellable, NULL);
}

/**
 * myna_take_speech_load_phones:
 * @record: a take
 * @items: (element-type MynaMixItem): what is heard of it, by myna_take_mixer_list()
 * @cancellable: (nullable): cancellable
 *
 * What is said when in the file that myna_take_mixer_write() makes of @items: as the engine tells
 * it, else as the text is found again in the sound. Blocking; any thread.
 *
 * Returns: (transfer full) (nullable) (element-type MynaPhone): espeak-ng's phones in time order;
 *   %NULL when a piece does not show its phones, because half of them would drive the lips wrongly
 */
GArray *
myna_take_speech_load_phones (const MynaTakeRecord *record,
                              GPtrArray *items,
                              GCancellable *cancellable)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (MynaPhone));
  double start = 0;

  g_return_val_if_fail (record != NULL && items != NULL, NULL);

  for (guint i = 0; i < items->len; i++)
    {
      const MynaMixItem *item = g_ptr_array_index (items, i);
      g_autoptr (GArray) phones =
          myna_take_script_load_phones (record->folder, item->number, item->revision);

      if (phones != NULL && phones->len == 0)
        {
          g_array_unref (phones);
          phones = find_phones (record, item, cancellable);
        }
      if (phones == NULL)
        return NULL;
      for (guint p = 0; p < phones->len; p++)
        {
          MynaPhone phone = g_array_index (phones, MynaPhone, p);

          phone.start += start;
          phone.end += start;
          g_array_append_val (all, phone);
        }
      start += item->duration + item->pause_after;
    }
  return g_steal_pointer (&all);
}
