/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/lipsync/mouth/myna-mouth-sound-private.h"

/* The noise between the words is followed over a stretch this long either side (frames). */
#define STRETCH 600
/* The stretches' levels are taken on a grid this fine. */
#define STRIDE 50
#define N_LEVELS 101 /* 1 dB from -100 dB */
#define NOISE_SHARE 0.05
#define LOUD_SHARE 0.95
/* Speech is this far over the noise, and no further below the loud parts. */
#define OVER_NOISE_DB 8.0
#define LEAST_OVER_NOISE_DB 4.0
#define BELOW_LOUD_DB 32.0
#define LEAST_RANGE_DB 6.0
#define QUIETEST_SPEECH_DB -65.0
/* Consonants and closures belong to the speech around a pitched sound this near (frames). */
#define NEAR_VOICED 20
#define VOICED 0.55f
/* A pitched run shorter than this is a click or a hum's accident (frames). */
#define LEAST_VOICED 3
/* A gap shorter than a pause is part of the speech (frames). */
#define LONGEST_GAP 12

static double
percentile (const guint *counts, double share)
{
  guint total = 0, sum = 0;

  for (int i = 0; i < N_LEVELS; i++)
    total += counts[i];
  for (int i = 0; i < N_LEVELS; i++)
    {
      sum += counts[i];
      if (total > 0 && sum > share * total)
        return i - 100.0;
    }
  return -100;
}

static void
count_levels (const MynaMouthSoundFrame *frames, gsize from, gsize to, guint *counts)
{
  memset (counts, 0, N_LEVELS * sizeof *counts);
  for (gsize i = from; i < to; i++)
    counts[CLAMP ((int) lroundf (frames[i].level) + 100, 0, N_LEVELS - 1)]++;
}

/* The level that speech has at least, around @at. A stretch without pauses has no noise to see, so
 * the threshold never comes nearer to the loud parts than BELOW_LOUD_DB allows. */
static double
find_threshold (const MynaMouthSoundFrame *frames, gsize n, gsize at, double loud)
{
  guint counts[N_LEVELS];
  gsize from = at > STRETCH ? at - STRETCH : 0;
  double noise, local;

  count_levels (frames, from, MIN (at + STRETCH, n), counts);
  noise = percentile (counts, NOISE_SHARE);
  local = MAX (percentile (counts, LOUD_SHARE), loud - 15);
  if (local - noise < LEAST_RANGE_DB)
    return 1; /* one steady sound, nobody speaks */
  return CLAMP (MIN (noise + OVER_NOISE_DB, local - 18),
                MAX (local - BELOW_LOUD_DB, noise + LEAST_OVER_NOISE_DB), 0);
}

static void
mark_loud (MynaMouthSoundFrame *frames, gsize n)
{
  guint counts[N_LEVELS];
  double loud, threshold = 0;

  count_levels (frames, 0, n, counts);
  loud = percentile (counts, LOUD_SHARE);
  for (gsize i = 0; i < n; i++)
    {
      if (i % STRIDE == 0)
        threshold = MAX (find_threshold (frames, n, i, loud), QUIETEST_SPEECH_DB);
      frames[i].speech = (double) frames[i].level > threshold;
    }
}

/* Noises without a pitch nearby (doors, breath, keys) are no speech. */
static void
keep_near_voiced (MynaMouthSoundFrame *frames, gsize n)
{
  g_autofree gboolean *near = g_new0 (gboolean, n + 1);
  gsize run = 0;

  for (gsize i = 0; i < n; i++)
    {
      run = frames[i].speech && frames[i].voicing > VOICED ? run + 1 : 0;
      if (run < LEAST_VOICED)
        continue;
      for (gsize k = i + 1 > NEAR_VOICED + run ? i + 1 - NEAR_VOICED - run : 0;
           k < MIN (i + NEAR_VOICED, n); k++)
        near[k] = TRUE;
    }
  for (gsize i = 0; i < n; i++)
    frames[i].speech = frames[i].speech && near[i];
}

static void
fill_gaps (MynaMouthSoundFrame *frames, gsize n)
{
  gsize last = 0;
  gboolean any = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      if (!frames[i].speech)
        continue;
      if (any && i - last <= LONGEST_GAP)
        for (gsize k = last + 1; k < i; k++)
          frames[k].speech = TRUE;
      last = i;
      any = TRUE;
    }
}

/**
 * myna_mouth_sound_mark_speech:
 * @frames: (array length=n_frames): with level and voicing; their speech flags are set
 * @n_frames: their number
 *
 * Finds speech by level over a noise floor that is followed through the recording, kept where a
 * pitch is near. The thresholds are those of engine/audio's speech meter, which measures a whole
 * recording at once and so cannot say when somebody speaks.
 *
 * Returns: seconds of speech
 */
double
myna_mouth_sound_mark_speech (MynaMouthSoundFrame *frames, gsize n_frames)
{
  gsize n_speech = 0;

  g_return_val_if_fail (frames != NULL || n_frames == 0, 0);

  mark_loud (frames, n_frames);
  keep_near_voiced (frames, n_frames);
  fill_gaps (frames, n_frames);
  for (gsize i = 0; i < n_frames; i++)
    n_speech += frames[i].speech ? 1 : 0;
  return (double) n_speech / MYNA_MOUTH_SOUND_RATE;
}
