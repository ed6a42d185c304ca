/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-acoustic.h"

#include <math.h>

#include "engine/lipsync/mouth/myna-mouth-shaping.h"

/* As MynaMouthPhones: eye distances of the widest opening. */
#define WIDEST 0.165f
#define VOICED 0.6f

/* Closures; set so that on 31 aligned recordings of ten speakers 59 % of what is found is a /p b m/
 * and 46 % of all are found: a lip that flaps is seen more than one that does not close. Levels in
 * dB below the recording's loud parts, runs in frames. */
#define MURMUR_LOW 0.97f
#define MURMUR_BELOW 8
#define MURMUR_ABOVE 25
#define HUSH_BELOW 22
#define RELEASE_RISE 12
#define RELEASE_HIGH 0.1f
#define SHORTEST_RUN 3
#define LONGEST_RUN 16

/* What is usual in this recording. */
typedef struct
{
  float loud;
  float first_mean, first_spread;
  float second_mean, second_spread;
} Usual;

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

static float
get_share (GArray *values, double share)
{
  if (values->len == 0)
    return 0;
  return g_array_index (values, float, (guint) (share * (values->len - 1)));
}

/* Median and half the distance of the outer sixths (the deviation of a normal distribution). */
static void
measure_formant (
    const MynaMouthSoundFrame *frames, gsize n, gboolean second, float *mean, float *spread)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (float));

  for (gsize i = 0; i < n; i++)
    {
      float hz = second ? frames[i].second : frames[i].first;

      if (frames[i].speech && frames[i].voicing > VOICED && hz > 0)
        g_array_append_val (values, hz);
    }
  g_array_sort (values, compare_floats);
  *mean = get_share (values, 0.5);
  *spread = MAX ((get_share (values, 0.84) - get_share (values, 0.16)) / 2, 50);
}

static void
measure_usual (const MynaMouthSoundFrame *frames, gsize n, Usual *usual)
{
  g_autoptr (GArray) levels = g_array_new (FALSE, FALSE, sizeof (float));

  for (gsize i = 0; i < n; i++)
    if (frames[i].speech)
      g_array_append_val (levels, frames[i].level);
  g_array_sort (levels, compare_floats);
  usual->loud = get_share (levels, 0.95);
  measure_formant (frames, n, FALSE, &usual->first_mean, &usual->first_spread);
  measure_formant (frames, n, TRUE, &usual->second_mean, &usual->second_spread);
}

/* Normal deviates, limited: a formant that was mistaken moves the mouth a little only. */
static float
deviate (float hz, float mean, float spread)
{
  return hz > 0 ? CLAMP ((hz - mean) / spread, -1.5f, 1.5f) : 0;
}

static void
guess_shape (const MynaMouthSoundFrame *frame, const Usual *usual, MynaMouthShape *shape)
{
  float loud = CLAMP ((frame->level - usual->loud + 28) / 28, 0, 1);
  float first = deviate (frame->first, usual->first_mean, usual->first_spread);
  float second = deviate (frame->second, usual->second_mean, usual->second_spread);
  float voiced = CLAMP ((frame->voicing - 0.3f) / 0.4f, 0, 1);
  float vowel = 0.15f + 0.35f * loud + 0.18f * first;
  float noise = 0.30f - 0.08f * frame->high;

  shape->opening = WIDEST * MAX (voiced * vowel + (1 - voiced) * noise * loud, 0);
  shape->width = 1 + voiced * 0.06f * second;
}

/* A hum with little above 500 Hz between brighter sounds: the lips are closed (m; n and ng are
 * mistaken for it, at which an open mouth would be no less wrong). */
static gboolean
is_murmur (const MynaMouthSoundFrame *frame, const Usual *usual)
{
  return frame->speech && frame->voicing > 0.7f && frame->low > MURMUR_LOW &&
         frame->level < usual->loud - MURMUR_BELOW && frame->level > usual->loud - MURMUR_ABOVE;
}

static gboolean
is_hush (const MynaMouthSoundFrame *frame, const Usual *usual)
{
  return frame->level < usual->loud - HUSH_BELOW;
}

static gboolean
is_release (const MynaMouthSoundFrame *frames, gsize n, gsize i)
{
  return i + 1 < n && frames[i].speech &&
         MAX (frames[i].onset, frames[i + 1].onset) > RELEASE_RISE &&
         MAX (frames[i].high, frames[i + 1].high) < RELEASE_HIGH;
}

/* A run of hushed or humming frames as long as lips stay closed, ended by a release whose burst is
 * dull: lips have no cavity before them, so that a bright burst is the tongue's. */
static void
mark_closures (const MynaMouthSoundFrame *frames,
               gsize n,
               const Usual *usual,
               MynaMouthShape *shapes,
               gsize n_shapes)
{
  gsize run = 0;

  for (gsize i = 0; i < MIN (n, n_shapes); i++)
    {
      if (is_murmur (&frames[i], usual) || is_hush (&frames[i], usual))
        {
          run++;
          continue;
        }
      if (run >= SHORTEST_RUN && run <= LONGEST_RUN && is_release (frames, n, i))
        myna_mouth_shaping_mark_closure (shapes, n_shapes,
                                         (double) (i - MIN (run, 12)) / MYNA_MOUTH_RATE,
                                         (double) i / MYNA_MOUTH_RATE);
      run = 0;
    }
}

/**
 * myna_mouth_acoustic_get_shapes:
 * @sound: speech in any language
 * @shapes: (array length=n_shapes): zeroed; filled, not yet smoothed
 *
 * What can be heard of a mouth without knowing the sounds: the opening in the level and the first
 * formant, the spreading in the second, both against what is usual in the recording; closures in
 * dips and hums that end with a dull release; rest where nobody speaks (spec lipsync-default,
 * source D).
 */
void
myna_mouth_acoustic_get_shapes (MynaMouthSound *sound, MynaMouthShape *shapes, gsize n_shapes)
{
  const MynaMouthSoundFrame *frames = NULL;
  g_autofree gboolean *speech = g_new0 (gboolean, n_shapes + 1);
  Usual usual;
  gsize n;

  g_return_if_fail (sound != NULL && (shapes != NULL || n_shapes == 0));

  frames = myna_mouth_sound_get_frames (sound, &n);
  measure_usual (frames, n, &usual);
  for (gsize i = 0; i < n_shapes; i++)
    {
      shapes[i].width = 1;
      if (i >= n || !frames[i].speech)
        continue;
      speech[i] = TRUE;
      guess_shape (&frames[i], &usual, &shapes[i]);
    }
  mark_closures (frames, n, &usual, shapes, n_shapes);
  myna_mouth_shaping_mark_silence (shapes, speech, n_shapes);
}
