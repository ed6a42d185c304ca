/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-phones.h"

#include <math.h>

#include "engine/lipsync/mouth/myna-mouth-shaping.h"
#include "engine/lipsync/mouth/myna-mouth-visemes.h"
#include "engine/voice/myna-speech.h"

/* Opening of a share of 1, in eye distances; with it the 90th percentile of read speech is
 * MYNA_MOUTH_NOMINAL_OPEN. */
#define WIDEST 0.165f

/* Seconds in which a sound's hold falls to 1/e before its own time and after it: a vowel is
 * prepared up to 200 ms ahead, a consonant is not (spec lipsync-default). */
#define VOWEL_BEFORE 0.07
#define VOWEL_AFTER 0.05
#define CONSONANT_BEFORE 0.045
#define CONSONANT_AFTER 0.04
/* Beyond this a sound has no influence. */
#define REACH 0.20
/* Shapes shorter than this dissolve in their neighbours. */
#define SHORTEST_SHAPE 0.08
/* Lips close this long before they are released, and are released this share of the sound before
 * its end. */
#define SHORTEST_CLOSURE 0.05
#define LONGEST_CLOSURE 0.12
#define RELEASE_SHARE 0.15
/* The lip is at the teeth a little longer than the sound lasts. */
#define TEETH_MARGIN 0.015

/* Sums of what the sounds ask for, weighted by how firmly. */
typedef struct
{
  MynaMouthShape *shapes;
  gsize n;
  float *opening, *opening_weight;
  float *width, *width_weight;
  gboolean *speech;
} Blend;

static void
blend_clear (Blend *self)
{
  g_free (self->opening);
  g_free (self->opening_weight);
  g_free (self->width);
  g_free (self->width_weight);
  g_free (self->speech);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Blend, blend_clear)

static gssize
to_sample (double time)
{
  return (gssize) lround (time * MYNA_MOUTH_RATE);
}

/* Dominance: full in the middle half of the sound's time, falling exponentially outside (Cohen and
 * Massaro's model of co-articulation). */
static void
add_viseme (Blend *self, const MynaViseme *viseme, double start, double end)
{
  double duration = end - start;
  double left = start + 0.25 * duration, right = end - 0.25 * duration;
  gboolean vowel = viseme->kind == MYNA_VISEME_VOWEL;
  double before = vowel ? VOWEL_BEFORE : CONSONANT_BEFORE;
  double after = vowel ? VOWEL_AFTER : CONSONANT_AFTER;
  double strength = MIN (duration / SHORTEST_SHAPE, 1);

  if (viseme->kind == MYNA_VISEME_REST)
    strength = MIN (duration / MYNA_MOUTH_PAUSE, 1);
  for (gssize i = MAX (to_sample (left - REACH), 0);
       i < MIN (to_sample (right + REACH), (gssize) self->n); i++)
    {
      double time = (double) i / MYNA_MOUTH_RATE;
      double away = time < left    ? (left - time) / before
                    : time > right ? (time - right) / after
                                   : 0;
      float hold = (float) (strength * exp (-away));

      self->opening[i] += hold * viseme->opening_weight * viseme->opening;
      self->opening_weight[i] += hold * viseme->opening_weight;
      self->width[i] += hold * viseme->width_weight * viseme->width;
      self->width_weight[i] += hold * viseme->width_weight;
    }
}

static void
mark_teeth (Blend *self, double start, double end)
{
  for (gssize i = MAX (to_sample (start - TEETH_MARGIN), 0);
       i < MIN (to_sample (end + TEETH_MARGIN), (gssize) self->n); i++)
    self->shapes[i].teeth = 1;
}

static void
mark_closure (Blend *self, double start, double end)
{
  double release = end - RELEASE_SHARE * (end - start);
  double length = CLAMP (release - start, SHORTEST_CLOSURE, LONGEST_CLOSURE);

  myna_mouth_shaping_mark_closure (self->shapes, self->n, release - length, release);
}

static void
mark_speech (Blend *self, double start, double end)
{
  for (gssize i = MAX (to_sample (start), 0); i < MIN (to_sample (end), (gssize) self->n); i++)
    self->speech[i] = TRUE;
}

static void
add_phone (Blend *self, const MynaPhone *phone, const char *phone_set)
{
  const MynaViseme *visemes[MYNA_VISEMES_MAX];
  float shares[MYNA_VISEMES_MAX];
  int n = myna_visemes_of_phone (phone_set, phone->name, visemes, shares);
  double start = phone->start;

  if (n == 0)
    {
      add_viseme (self, myna_viseme_get_rest (), phone->start, phone->end);
      return;
    }
  mark_speech (self, phone->start, phone->end);
  for (int i = 0; i < n; i++)
    {
      double end = start + (double) shares[i] * (phone->end - phone->start);

      add_viseme (self, visemes[i], start, end);
      if (visemes[i]->kind == MYNA_VISEME_CLOSED)
        mark_closure (self, start, end);
      else if (visemes[i]->kind == MYNA_VISEME_TEETH)
        mark_teeth (self, start, end);
      start = end;
    }
}

/**
 * myna_mouth_phones_get_shapes:
 * @phones: (element-type MynaPhone): in time order; phones without length or out of the track are
 *   passed over
 * @phone_set: "espeak" or "arpabet"
 * @shapes: (array length=n_shapes): zeroed; filled with what the phones ask for, MYNA_MOUTH_RATE a
 *   second, not yet smoothed
 *
 * Co-articulation by dominance: at each instant the shape is the mean of the sounds around it,
 * weighted by how firmly each holds its shape and how near it is. Closures at /p b m/, the lip at
 * the teeth at /f v/ and pauses are marked for the shaping (spec lipsync-default, source B).
 */
void
myna_mouth_phones_get_shapes (const GArray *phones,
                              const char *phone_set,
                              MynaMouthShape *shapes,
                              gsize n_shapes)
{
  g_auto (Blend) blend = { .shapes = shapes, .n = n_shapes };

  g_return_if_fail (phones != NULL && (shapes != NULL || n_shapes == 0));

  blend.opening = g_new0 (float, n_shapes);
  blend.opening_weight = g_new0 (float, n_shapes);
  blend.width = g_new0 (float, n_shapes);
  blend.width_weight = g_new0 (float, n_shapes);
  blend.speech = g_new0 (gboolean, n_shapes + 1);
  for (guint i = 0; i < phones->len; i++)
    {
      const MynaPhone *phone = &g_array_index (phones, MynaPhone, i);

      /* Also passes over times that are no numbers. */
      if (phone->end > phone->start && phone->start < 1e6 && phone->end > -1e6)
        add_phone (&blend, phone, phone_set);
    }
  for (gsize i = 0; i < n_shapes; i++)
    {
      /* A little rest keeps the far ends of the dominances from deciding alone. */
      float opening_weight = blend.opening_weight[i] + 0.02f;
      float width_weight = blend.width_weight[i] + 0.05f;

      shapes[i].opening = WIDEST * blend.opening[i] / opening_weight;
      shapes[i].width = (blend.width[i] + 0.05f) / width_weight;
    }
  myna_mouth_shaping_mark_silence (shapes, blend.speech, n_shapes);
}
