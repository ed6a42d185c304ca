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
#define PHONES_RELIABILITY 0.6
#define ACOUSTIC_RELIABILITY 0.35
/* Below these the clip cannot foretell anything. */
#define LEAST_RELIABILITY 0.15
#define LEAST_SPEECH 5.0
/* The likeness is looked up 25 times a second and drawn through between. */
#define LOOKUP_STEP 4

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

/* What the person did at like sounds, in eye distances and in rest widths; FALSE when cancelled. */
static gboolean
foretell (MynaMouthSound *speech,
          MynaMouthInventory *inventory,
          MynaMouthShape *foretold,
          gsize n,
          GCancellable *cancellable,
          GError **error)
{
  g_autoptr (MynaMouthLikeness) likeness = myna_mouth_likeness_new (speech);
  float key[MYNA_MOUTH_LIKENESS_SIZE];

  for (gsize i = 0; i < n; i += LOOKUP_STEP)
    {
      MynaMouthShape *shape = &foretold[i];

      if (i % 64 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      myna_mouth_likeness_get_key (likeness, speech, (double) i / MYNA_MOUTH_RATE, key);
      if (!myna_mouth_likeness_foretell (inventory, key, NAN, &shape->opening, &shape->width))
        return TRUE;
      shape->width /= MAX (inventory->person.rest_width, 0.05f);
    }
  for (gsize i = 0; i < n; i++)
    {
      gsize left = i - i % LOOKUP_STEP;
      gsize right = left + LOOKUP_STEP < n ? left + LOOKUP_STEP : left;
      float f = (float) (i - left) / LOOKUP_STEP;

      foretold[i].opening =
          foretold[left].opening + f * (foretold[right].opening - foretold[left].opening);
      foretold[i].width = foretold[left].width + f * (foretold[right].width - foretold[left].width);
    }
  return TRUE;
}

/* The foretold openings get the mean and the range of those they join: the mean of neighbours is
 * always too near the middle. */
static void
join (MynaMouthShape *shapes, const MynaMouthShape *foretold, gsize n, double share)
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

static gboolean
join_inventory (MynaMouthSound *speech,
                MynaMouthInventory *inventory,
                double reliability,
                MynaMouthShape *shapes,
                gsize n,
                GCancellable *cancellable,
                GError **error)
{
  g_autofree MynaMouthShape *foretold = NULL;
  double other = inventory->reliability;

  if (inventory->unit_keys == NULL || other < LEAST_RELIABILITY ||
      inventory->usable_speech < LEAST_SPEECH)
    return TRUE;
  foretold = g_new0 (MynaMouthShape, MAX (n, 1));
  if (!foretell (speech, inventory, foretold, n, cancellable, error))
    return FALSE;
  join (shapes, foretold, n, other * other / (other * other + reliability * reliability));
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
  double reliability = phones != NULL ? PHONES_RELIABILITY : ACOUSTIC_RELIABILITY;
  gsize n;

  g_return_val_if_fail (speech != NULL, NULL);

  n = (gsize) ceil (myna_mouth_sound_get_duration (speech) * MYNA_MOUTH_RATE);
  shapes = g_new0 (MynaMouthShape, MAX (n, 1));
  if (phones != NULL)
    myna_mouth_phones_get_shapes (phones, phone_set, shapes, n);
  else
    myna_mouth_acoustic_get_shapes (speech, shapes, n);
  if (inventory != NULL &&
      !join_inventory (speech, inventory, reliability, shapes, n, cancellable, error))
    return NULL;
  return myna_mouth_shaping_finish (shapes, n, smoothing);
}
