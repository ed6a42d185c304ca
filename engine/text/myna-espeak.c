/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/myna-espeak.h"

#include "engine/core/myna-error.h"

#include <espeak-ng/speak_lib.h>
#include <glib/gi18n-lib.h>

/*
 * The one espeak-ng of this process. The library keeps its state in globals, so whoever calls it
 * holds this lock for as long as it uses what the calls returned.
 */
static GMutex espeak_lock;
static int espeak_rate = 0; /* 0: not tried, -1: no data */

/**
 * myna_espeak_acquire:
 * @error: return location for an error
 *
 * Locks espeak-ng for the calling thread, starting it at the first call (phone events on, sound
 * handed to the callback, never played). After %TRUE the caller must call myna_espeak_release().
 * Fails with MYNA_ERROR_NOT_FOUND when espeak-ng's data is not installed; then nothing is locked.
 * Any thread; may block while another sentence is being rendered (some 10 ms).
 *
 * Returns: whether espeak-ng may be used
 */
gboolean
myna_espeak_acquire (GError **error)
{
  g_mutex_lock (&espeak_lock);
  if (espeak_rate == 0)
    espeak_rate = espeak_Initialize (AUDIO_OUTPUT_SYNCHRONOUS, 0, NULL,
                                     espeakINITIALIZE_PHONEME_EVENTS | espeakINITIALIZE_DONT_EXIT);
  if (espeak_rate <= 0)
    {
      espeak_rate = -1;
      g_mutex_unlock (&espeak_lock);
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                           _ ("The pronunciation data of espeak-ng is not installed. "
                              "Install the package “espeak-ng-data” and start Myna again."));
      return FALSE;
    }
  return TRUE;
}

/**
 * myna_espeak_release:
 *
 * Unlocks what myna_espeak_acquire() locked.
 */
void
myna_espeak_release (void)
{
  g_mutex_unlock (&espeak_lock);
}

/**
 * myna_espeak_get_rate:
 *
 * Only between acquire and release.
 *
 * Returns: the sample rate of what espeak-ng renders, in Hz
 */
int
myna_espeak_get_rate (void)
{
  return espeak_rate;
}
