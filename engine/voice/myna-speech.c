/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/myna-speech.h"

/**
 * myna_speech_free:
 * @self: (nullable) (transfer full): a speech
 *
 * Frees what a speech engine returned. Any thread.
 */
void
myna_speech_free (MynaSpeech *self)
{
  if (self == NULL)
    return;
  g_free (self->samples);
  g_clear_pointer (&self->phones, g_array_unref);
  g_free (self->phone_string);
  g_strfreev (self->warnings);
  g_free (self);
}
