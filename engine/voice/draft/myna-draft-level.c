/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/voice/draft/myna-draft-level.h"

/* Levels of frames, what is quiet, and where the sound of the room is heard alone. */

#define FLOOR_DB -120.0
#define HISTOGRAM_STEP 0.25
#define HISTOGRAM_BINS 800 /* -120 … 80 dB */
#define ROOM_TRIM 4        /* frames, at both ends */
#define ROOM_MIN 12        /* frames left to be of use */

/**
 * myna_draft_frame_levels:
 * @samples: a signal
 * @n_samples: its length
 * @format: its format
 * @db: (out caller-allocates): n_samples / hop + 1 levels in dB re full scale
 *
 * Power in 25 ms around each frame, not below -120 dB.
 */
void
myna_draft_frame_levels (const float *samples,
                         gsize n_samples,
                         const MynaDraftFormat *format,
                         float *db)
{
  gsize hop = (gsize) format->hop;
  gsize half = hop * 5 / 2;
  gsize n_frames = n_samples / hop + 1;
  g_autofree double *sum = g_new (double, n_samples + 1);

  sum[0] = 0;
  for (gsize i = 0; i < n_samples; i++)
    sum[i + 1] = sum[i] + (double) samples[i] * samples[i];
  for (gsize i = 0; i < n_frames; i++)
    {
      gsize centre = i * hop;
      gsize first = centre > half ? centre - half : 0;
      gsize last = MIN (centre + half, n_samples);
      double power = last > first ? (sum[last] - sum[first]) / (double) (last - first) : 0;

      db[i] = (float) (10 * log10 (MAX (power, 1e-12)));
    }
}

/* The level that @fraction of the frames do not exceed, by a histogram. */
static double
level_percentile (const float *db, gsize n_frames, double fraction)
{
  guint count[HISTOGRAM_BINS] = { 0 };
  gsize wanted = (gsize) (fraction * (double) n_frames);
  gsize seen = 0;

  for (gsize i = 0; i < n_frames; i++)
    count[(int) CLAMP ((db[i] - FLOOR_DB) / HISTOGRAM_STEP, 0, HISTOGRAM_BINS - 1)]++;
  for (int bin = 0; bin < HISTOGRAM_BINS; bin++)
    {
      seen += count[bin];
      if (seen > wanted)
        return FLOOR_DB + HISTOGRAM_STEP * (bin + 0.5);
    }
  return FLOOR_DB;
}

/**
 * myna_draft_loud_level:
 * @db: levels of frames
 * @n_frames: their number
 *
 * Returns: the 98th percentile, which other levels are counted from
 */
double
myna_draft_loud_level (const float *db, gsize n_frames)
{
  return level_percentile (db, n_frames, 0.98);
}

/**
 * myna_draft_noise_floor:
 * @db: levels of frames
 * @n_frames: their number
 *
 * Returns: the 5th percentile: the level between words
 */
double
myna_draft_noise_floor (const float *db, gsize n_frames)
{
  return level_percentile (db, n_frames, 0.05);
}

/**
 * myna_draft_silence_mask:
 * @db: levels of frames
 * @n_frames: their number
 * @mask: (out caller-allocates): 1 for a quiet frame, else 0
 *
 * A frame is quiet 36 dB below the loud level; in a noisy recording, where nothing is, 6 dB above
 * the noise floor but at least 18 dB below the loud level.
 */
void
myna_draft_silence_mask (const float *db, gsize n_frames, guint8 *mask)
{
  double loud = myna_draft_loud_level (db, n_frames);
  double limit = CLAMP (myna_draft_noise_floor (db, n_frames) + 6, loud - 36, loud - 18);

  for (gsize i = 0; i < n_frames; i++)
    mask[i] = db[i] < limit || db[i] < FLOOR_DB + 1;
}

/**
 * myna_draft_speech_to_noise:
 * @db: levels of frames
 * @n_frames: their number
 *
 * Returns: mean power of the frames that are not quiet over that of the noise floor, in dB
 */
double
myna_draft_speech_to_noise (const float *db, gsize n_frames)
{
  g_autofree guint8 *mask = g_new (guint8, n_frames);
  double power = 0;
  gsize n = 0;

  myna_draft_silence_mask (db, n_frames, mask);
  for (gsize i = 0; i < n_frames; i++)
    if (!mask[i])
      {
        power += pow (10, db[i] / 10);
        n++;
      }
  if (n == 0)
    return 0;
  return 10 * log10 (power / (double) n) - myna_draft_noise_floor (db, n_frames);
}

/**
 * myna_draft_find_room_tone:
 * @db: levels of frames
 * @n_frames: their number
 * @start: (out): first frame
 * @end: (out): one past the last frame; @start if there is no room tone
 *
 * The longest run of quiet frames without its ends, where breaths and reverberation are. Digital
 * silence is no room tone.
 */
void
myna_draft_find_room_tone (const float *db, gsize n_frames, gsize *start, gsize *end)
{
  g_autofree guint8 *mask = g_new (guint8, n_frames);
  gsize run = 0;

  *start = *end = 0;
  myna_draft_silence_mask (db, n_frames, mask);
  for (gsize i = 0; i <= n_frames; i++)
    {
      if (i < n_frames && mask[i] && db[i] > FLOOR_DB + 1)
        continue;
      if (i - run > *end - *start)
        {
          *start = run;
          *end = i;
        }
      run = i + 1;
    }
  if (*end - *start >= ROOM_MIN + 2 * ROOM_TRIM)
    {
      *start += ROOM_TRIM;
      *end -= ROOM_TRIM;
    }
  else
    {
      *start = *end = 0;
    }
}
