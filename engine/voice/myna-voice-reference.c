/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/myna-voice-reference.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"

/* Times are set in tenths of a second, and come back from files and widgets nearly so. */
#define TOLERANCE 1e-3

/**
 * myna_voice_reference_new:
 * @clip: index of a clip
 * @start: seconds in it
 * @end: seconds in it
 * @text: (nullable): what is said there
 *
 * Returns: (transfer full): the part
 */
MynaVoiceReference *
myna_voice_reference_new (guint clip, double start, double end, const char *text)
{
  MynaVoiceReference *self = g_new0 (MynaVoiceReference, 1);

  self->clip = clip;
  self->start = start;
  self->end = end;
  self->text = g_strdup (text);
  return self;
}

/**
 * myna_voice_reference_copy:
 * @self: (nullable): a part
 *
 * Returns: (transfer full) (nullable): a copy
 */
MynaVoiceReference *
myna_voice_reference_copy (const MynaVoiceReference *self)
{
  return self != NULL ? myna_voice_reference_new (self->clip, self->start, self->end, self->text)
                      : NULL;
}

/**
 * myna_voice_reference_free:
 * @self: (nullable) (transfer full): a part
 */
void
myna_voice_reference_free (MynaVoiceReference *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self);
}

/**
 * myna_voice_reference_equal:
 * @a: (nullable): a part; %NULL: chosen automatically
 * @b: (nullable): another
 *
 * Returns: whether they are the same
 */
gboolean
myna_voice_reference_equal (const MynaVoiceReference *a, const MynaVoiceReference *b)
{
  g_autofree char *key_a = myna_voice_reference_dup_key (a);
  g_autofree char *key_b = myna_voice_reference_dup_key (b);

  return g_str_equal (key_a, key_b);
}

/**
 * myna_voice_reference_dup_key:
 * @self: (nullable): a part; %NULL: chosen automatically
 *
 * Returns: (transfer full): what tells it from others: what is derived from it has this in its key
 */
char *
myna_voice_reference_dup_key (const MynaVoiceReference *self)
{
  if (self == NULL)
    return g_strdup ("automatic");
  return g_strdup_printf ("%u %.0f-%.0f ms %s", self->clip, self->start * 1e3, self->end * 1e3,
                          self->text != NULL ? self->text : "");
}

/**
 * myna_voice_reference_check_length:
 * @start: seconds
 * @end: seconds
 * @error: return location
 *
 * Returns: %FALSE with TOO_SHORT or TOO_LARGE when the model cannot imitate so much or so little
 */
gboolean
myna_voice_reference_check_length (double start, double end, GError **error)
{
  double seconds = end - start;
  gboolean too_short = !(seconds >= MYNA_VOICE_REFERENCE_LEAST - TOLERANCE);

  if (!too_short && seconds <= MYNA_VOICE_REFERENCE_MOST + TOLERANCE)
    return TRUE;
  g_set_error (error, MYNA_ERROR, too_short ? MYNA_ERROR_TOO_SHORT : MYNA_ERROR_TOO_LARGE,
               _ ("The imitated part has %.1f seconds; choose %.0f to %.0f."), MAX (seconds, 0),
               MYNA_VOICE_REFERENCE_LEAST, MYNA_VOICE_REFERENCE_MOST);
  return FALSE;
}
