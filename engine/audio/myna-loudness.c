/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-loudness.h"

#include <ebur128.h>

/* More would lift the noise of a bad recording rather than its speech. */
#define MAX_GAIN_DB 40.0

/* The gated measure needs 400 ms; what is shorter is measured without gate by repeating it. */
#define SHORTEST_SECONDS 0.5

/**
 * myna_loudness_measure:
 * @interleaved: (array): samples, -1 … 1
 * @n_frames: samples per channel
 * @rate: Hz
 * @channels: channels
 *
 * Measures the gated loudness of ITU-R BS.1770 (libebur128). Sound shorter than the measure's
 * window counts as if it were repeated. Any thread.
 *
 * Returns: LUFS, %MYNA_LOUDNESS_SILENCE_LUFS for silence
 */
double
myna_loudness_measure (const float *interleaved, gsize n_frames, int rate, int channels)
{
  ebur128_state *state = NULL;
  double loudness = MYNA_LOUDNESS_SILENCE_LUFS;
  gsize done = 0;

  g_return_val_if_fail (rate > 0 && channels > 0, MYNA_LOUDNESS_SILENCE_LUFS);

  if (n_frames == 0)
    return MYNA_LOUDNESS_SILENCE_LUFS;
  state = ebur128_init ((unsigned) channels, (unsigned long) rate, EBUR128_MODE_I);
  if (state == NULL)
    return MYNA_LOUDNESS_SILENCE_LUFS;
  do
    {
      if (ebur128_add_frames_float (state, interleaved, n_frames) != EBUR128_SUCCESS)
        break;
      done += n_frames;
    }
  while ((double) done < SHORTEST_SECONDS * rate);
  if (ebur128_loudness_global (state, &loudness) != EBUR128_SUCCESS)
    loudness = MYNA_LOUDNESS_SILENCE_LUFS;
  ebur128_destroy (&state);
  return MAX (loudness, MYNA_LOUDNESS_SILENCE_LUFS);
}

/**
 * myna_loudness_gain_db:
 * @loudness_lufs: what the sound has
 * @target_lufs: what it shall have, such as %MYNA_LOUDNESS_TARGET_LUFS
 *
 * Returns: dB to add, at most 40 either way; 0 for silence
 */
double
myna_loudness_gain_db (double loudness_lufs, double target_lufs)
{
  if (loudness_lufs <= MYNA_LOUDNESS_SILENCE_LUFS)
    return 0;
  return CLAMP (target_lufs - loudness_lufs, -MAX_GAIN_DB, MAX_GAIN_DB);
}
