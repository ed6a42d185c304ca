/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-speech.h"

#include <math.h>

#include "engine/lipsync/mouth/myna-mouth-acoustic.h"
#include "engine/lipsync/mouth/myna-mouth-inventory-private.h"
#include "engine/lipsync/mouth/myna-mouth-phones.h"
#include "engine/lipsync/mouth/myna-mouth-shaping.h"

/* How well each source foretells the opening of real lips (correlation), against which the
 * person's own sounds are weighed. */
/* Shapes guessed from the sound alone tremble about twice as much as lips do (the jitter of
 * lipsync-metrics 8 on seven clips); so much slower they do not. */
#define GUESSED_SLOWNESS 1.6

#define PHONES_RELIABILITY 0.6
#define ACOUSTIC_RELIABILITY 0.35
/* Below these the clip cannot foretell anything. */
#define LEAST_RELIABILITY 0.15
#define LEAST_SPEECH 5.0
/* Share of the nearest sounds with touching lips that confirms a closure. */
#define LEAST_CLOSED 0.25f
/* The likeness is looked up 25 times a second and drawn through between. */
#define LOOKUP_STEP 4
/* A voice as far from the clip's as the first has the clip's own mouths, from the second on they
 * are another person's and keep a share of their reliability (see myna_mouth_likeness_compare ()).
 */
#define KIN_DISTANCE 0.25
#define STRANGE_DISTANCE 0.65
#define STRANGE_SHARE 0.4

typedef struct
{
  double n, sum, squares;
} Moments;

static void
add_moment (Moments *self, double x)
{
  self->n++;
  self->sum += x;
  self->squares += x * x;
}

static double
get_mean (const Moments *self)
{
  return self->n > 0 ? self->sum / self->n : 0;
}

static double
get_deviation (const Moments *self)
{
  double mean = get_mean (self);

  return self->n > 1 ? sqrt (MAX (self->squares / self->n - mean * mean, 0)) : 0;
}

/* What the person did at like sounds, MYNA_MOUTH_RATE a second; the widths in rest widths. FALSE
 * when cancelled. */
static gboolean
foretell (MynaMouthSound *speech,
          MynaMouthLikeness *likeness,
          MynaMouthInventory *inventory,
          MynaMouthForetold *foretold,
          gsize n,
          GCancellable *cancellable,
          GError **error)
{
  float key[MYNA_MOUTH_LIKENESS_SIZE];

  for (gsize i = 0; i < n; i += LOOKUP_STEP)
    {
      if (i % 64 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      myna_mouth_likeness_get_key (likeness, speech, (double) i / MYNA_MOUTH_RATE, key);
      myna_mouth_likeness_foretell (inventory, key, NAN, &foretold[i]);
      foretold[i].width /= MAX (inventory->person.rest_width, 0.05f);
    }
  for (gsize i = 0; i < n; i++)
    {
      const MynaMouthForetold *a = &foretold[i - i % LOOKUP_STEP];
      const MynaMouthForetold *b = a + LOOKUP_STEP < foretold + n ? a + LOOKUP_STEP : a;
      float f = (float) (i % LOOKUP_STEP) / LOOKUP_STEP;

      foretold[i].opening = a->opening + f * (b->opening - a->opening);
      foretold[i].width = a->width + f * (b->width - a->width);
      foretold[i].closed = a->closed + f * (b->closed - a->closed);
    }
  return TRUE;
}

/* How much of the clip's reliability holds for the voice that speaks. */
static double
measure_kinship (MynaMouthInventory *inventory, MynaMouthLikeness *likeness)
{
  double strange = (double) myna_mouth_likeness_compare (inventory->likeness, likeness);
  double share = (strange - KIN_DISTANCE) / (STRANGE_DISTANCE - KIN_DISTANCE);

  return 1 - CLAMP (share, 0, 1) * (1 - STRANGE_SHARE);
}

/* The foretold openings get the mean and the range of those they join: the mean of neighbours is
 * always too near the middle. */
static void
join (MynaMouthShape *shapes, const MynaMouthForetold *foretold, gsize n, double share)
{
  Moments own = { 0 }, other = { 0 };
  double gain;

  for (gsize i = 0; i < n; i++)
    if (!shapes[i].silent)
      {
        add_moment (&own, (double) shapes[i].opening);
        add_moment (&other, (double) foretold[i].opening);
      }
  if (get_deviation (&other) < 1e-5)
    return;
  gain = get_deviation (&own) / get_deviation (&other);
  for (gsize i = 0; i < n; i++)
    {
      double opening = get_mean (&own) + gain * ((double) foretold[i].opening - get_mean (&other));

      if (shapes[i].silent || shapes[i].teeth > 0.5f)
        continue;
      shapes[i].opening += (float) (share * (MAX (opening, 0) - (double) shapes[i].opening));
      shapes[i].width += (float) share * (foretold[i].width - shapes[i].width);
    }
}

/* A closure that only the sound suggests, at sounds at which this person's lips do not touch, is
 * left out where the person is the better witness. */
static void
doubt_closures (MynaMouthShape *shapes, const MynaMouthForetold *foretold, gsize n)
{
  gsize start = 0;
  float closed = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (!shapes[i].closed)
        continue;
      if (i == 0 || !shapes[i - 1].closed)
        {
          start = i;
          closed = 0;
        }
      closed = MAX (closed, foretold[i].closed);
      if ((i + 1 < n && shapes[i + 1].closed) || closed >= LEAST_CLOSED)
        continue;
      for (gsize k = start; k <= i; k++)
        shapes[k].closed = FALSE;
    }
}

static gboolean
join_inventory (MynaMouthSound *speech,
                MynaMouthInventory *inventory,
                gboolean known,
                MynaMouthShape *shapes,
                gsize n,
                GCancellable *cancellable,
                GError **error)
{
  g_autofree MynaMouthForetold *foretold = NULL;
  g_autoptr (MynaMouthLikeness) likeness = NULL;
  double reliability = known ? PHONES_RELIABILITY : ACOUSTIC_RELIABILITY;
  double other = inventory->reliability;
  double share;

  if (inventory->unit_keys == NULL || other < LEAST_RELIABILITY ||
      inventory->usable_speech < LEAST_SPEECH)
    return TRUE;
  foretold = g_new0 (MynaMouthForetold, MAX (n, 1));
  likeness = myna_mouth_likeness_new (speech);
  if (!foretell (speech, likeness, inventory, foretold, n, cancellable, error))
    return FALSE;
  other *= measure_kinship (inventory, likeness);
  share = other * other / (other * other + reliability * reliability);
  g_debug ("own sounds: reliability %.3f, kinship %.3f, share %.3f", inventory->reliability,
           other / inventory->reliability, share);
  join (shapes, foretold, n, share);
  if (!known && share > 0.5)
    doubt_closures (shapes, foretold, n);
  return TRUE;
}

/**
 * myna_mouth_track_new_for_speech:
 * @speech: the analysis of the sound that drives the mouth
 * @phones: (element-type MynaPhone) (nullable): what is said in it
 * @phone_set: (nullable): "espeak" or "arpabet"
 * @inventory: (nullable): of the person who is to speak
 * @smoothing: 0 … 1, 0.5 usual
 * @cancellable: (nullable): looked at several times a second of work
 *
 * Phones where they are known, else the sound alone, give the wanted shapes; the person's own
 * mouths at like sounds are mixed in by their measured reliability (spec lipsync-default, "Audio →
 * what the mouth should do"). Openings are in nominal eye distances, see
 * %MYNA_MOUTH_NOMINAL_OPEN. Blocking, any thread but the main one.
 *
 * Returns: (transfer full) (nullable): the track; %NULL only when cancelled
 */
MynaMouthTrack *
myna_mouth_track_new_for_speech (MynaMouthSound *speech,
                                 GArray *phones,
                                 const char *phone_set,
                                 MynaMouthInventory *inventory,
                                 double smoothing,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autofree MynaMouthShape *shapes = NULL;
  gsize n;

  g_return_val_if_fail (speech != NULL, NULL);

  n = (gsize) ceil (myna_mouth_sound_get_duration (speech) * MYNA_MOUTH_RATE);
  shapes = g_new0 (MynaMouthShape, MAX (n, 1));
  if (phones != NULL)
    myna_mouth_phones_get_shapes (phones, phone_set, shapes, n);
  else
    myna_mouth_acoustic_get_shapes (speech, shapes, n);
  if (inventory != NULL &&
      !join_inventory (speech, inventory, phones != NULL, shapes, n, cancellable, error))
    return NULL;
  return myna_mouth_shaping_finish (shapes, n, smoothing, phones != NULL ? 1 : GUESSED_SLOWNESS);
}
