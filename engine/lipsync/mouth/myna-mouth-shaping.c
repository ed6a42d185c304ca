/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-shaping.h"

#include <math.h>

#define STEP (1.0 / MYNA_MOUTH_RATE)

/* The filter's delay in seconds is SHORTEST + smoothing * RANGE: 20 … 80 ms, 50 ms usually (spec
 * lipsync-default: critically damped, 40-60 ms). */
#define SHORTEST_DELAY 0.020
#define DELAY_RANGE 0.060
/* Reading ahead by this share of the delay, an opening is half done when it is asked for.
 * Half a sample less, since a step of the filter already ends behind its sample. */
#define AHEAD 0.8
/* The mouth opens fast and closes slowly. */
#define OPENING_SPEED 1.25
#define CLOSING_SPEED 0.8

/* Seconds over which lips approach and leave a closure, and the rest in a pause. */
#define CLOSING_RAMP 0.06
#define RELEASE_RAMP 0.05
#define REST_RAMP 0.10

/* Lips nearer than this share of the teeth value's inverse let no gap at f and v. */
#define TEETH_OPENING 0.025f

typedef struct
{
  double value;
  double speed;
} Follower;

/* One step of a critically damped spring towards @goal, exact for a goal that stays (closed form
 * of x'' = w² (goal - x) - 2 w x'); its delay for a ramp is 2 / w. */
static double
follow (Follower *self, double goal, double delay)
{
  double w = 2 / delay;
  double away = self->value - goal;
  double pull = (self->speed + w * away) * STEP;
  double decay = exp (-w * STEP);

  self->speed = (self->speed - w * pull) * decay;
  self->value = goal + (away + pull) * decay;
  return self->value;
}

static float *
get_field (MynaMouthShape *shape, int field)
{
  float *fields[] = { &shape->opening, &shape->width, &shape->teeth };

  return fields[field];
}

/* Filters one field; reading ahead by the delay keeps it in time. */
static void
smooth (MynaMouthShape *shapes, gsize n, int field, double delay, gboolean asymmetric)
{
  gsize ahead = (gsize) lround (AHEAD * delay * MYNA_MOUTH_RATE - 0.5);
  Follower follower = { (double) *get_field (&shapes[0], field), 0 };

  for (gsize i = 0; i < n + ahead; i++)
    {
      double goal = (double) *get_field (&shapes[MIN (i, n - 1)], field);
      double speed = !asymmetric ? 1 : goal > follower.value ? OPENING_SPEED : CLOSING_SPEED;
      double value = follow (&follower, goal, delay / speed);

      /* Only samples that were read already are written. */
      if (i >= ahead)
        *get_field (&shapes[i - ahead], field) = (float) value;
    }
}

/* Samples from each sample to the nearest one before it (@step 1) or after it (-1) with the flag.
 */
static void
measure_distance (const MynaMouthShape *shapes, gsize n, gboolean silent, int step, guint *distance)
{
  guint away = G_MAXUINT16;

  for (gsize k = 0; k < n; k++)
    {
      gsize i = step > 0 ? k : n - 1 - k;

      away = (silent ? shapes[i].silent : shapes[i].closed) ? 0 : MIN (away + 1, G_MAXUINT16);
      distance[i] = away;
    }
}

static float
smooth_step (double distance, double ramp)
{
  double x = CLAMP (distance / (ramp * MYNA_MOUTH_RATE + 1), 0, 1);

  return (float) (x * x * (3 - 2 * x));
}

/* Lets lips approach and leave the marked samples in time, and meet exactly there. */
static void
constrain (MynaMouthShape *shapes, gsize n, gboolean silent, double before, double after)
{
  g_autofree guint *distance = g_new (guint, n);

  measure_distance (shapes, n, silent, 1, distance);
  for (gsize i = 0; i < n; i++)
    shapes[i].opening *= smooth_step (distance[i], after);
  measure_distance (shapes, n, silent, -1, distance);
  for (gsize i = 0; i < n; i++)
    shapes[i].opening *= smooth_step (distance[i], before);
}

static void
limit (MynaMouthShape *shapes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      MynaMouthShape *shape = &shapes[i];
      float most = TEETH_OPENING / MAX (shape->teeth, 0.01f);

      shape->opening = MAX (shape->opening, 0);
      shape->teeth = CLAMP (shape->teeth, 0, 1);
      if (shape->teeth > 0.5f)
        shape->opening = MIN (shape->opening, most);
      if (shape->closed || shape->silent)
        shape->teeth = 0;
    }
}

/* The middles of the runs of closed samples. */
static GArray *
collect_closures (const MynaMouthShape *shapes, gsize n)
{
  GArray *closures = g_array_new (FALSE, FALSE, sizeof (MynaClosure));
  gsize start = 0;

  for (gsize i = 0; i < n; i++)
    {
      MynaClosure closure;

      if (!shapes[i].closed)
        continue;
      if (i == 0 || !shapes[i - 1].closed)
        start = i;
      if (i + 1 < n && shapes[i + 1].closed)
        continue;
      closure.time = (double) (start + i) / 2 * STEP;
      g_array_append_val (closures, closure);
    }
  return closures;
}

/**
 * myna_mouth_shaping_mark_silence:
 * @shapes: (array length=n): samples of a track, MYNA_MOUTH_RATE a second
 * @speech: (array length=n): whether something is said
 *
 * Marks the pauses longer than %MYNA_MOUTH_PAUSE as silent, but for the moments before and after
 * a sound in which the lips part and meet.
 */
void
myna_mouth_shaping_mark_silence (MynaMouthShape *shapes, const gboolean *speech, gsize n)
{
  gsize after = (gsize) (MYNA_MOUTH_AFTER_SOUND * MYNA_MOUTH_RATE);
  gsize before = (gsize) (MYNA_MOUTH_BEFORE_SOUND * MYNA_MOUTH_RATE);
  gsize start = 0;

  g_return_if_fail (n == 0 || (shapes != NULL && speech != NULL));

  for (gsize i = 0; i <= n; i++)
    {
      gboolean said = i < n && speech[i];

      if (i < n && !said)
        continue;
      /* Nothing is said from start to i. */
      if ((double) (i - start) > MYNA_MOUTH_PAUSE * MYNA_MOUTH_RATE || start == 0 || i == n)
        for (gsize k = start == 0 ? 0 : start + after; k + (i == n ? 0 : before) < i; k++)
          shapes[k].silent = TRUE;
      start = i + 1;
    }
}

/**
 * myna_mouth_shaping_mark_closure:
 * @shapes: (array length=n): samples of a track
 * @start: seconds
 * @end: seconds
 *
 * Marks the samples in which the lips must touch; at least one.
 */
void
myna_mouth_shaping_mark_closure (MynaMouthShape *shapes, gsize n, double start, double end)
{
  gssize first = (gssize) lround (start * MYNA_MOUTH_RATE);
  gssize last = MAX ((gssize) lround (end * MYNA_MOUTH_RATE), first + 1);

  g_return_if_fail (n == 0 || shapes != NULL);

  for (gssize i = MAX (first, 0); i < MIN (last, (gssize) n); i++)
    shapes[i].closed = TRUE;
}

/**
 * myna_mouth_shaping_finish:
 * @shapes: (array length=n): wanted shapes with their closed and silent flags; changed
 * @smoothing: 0 … 1, 0.5 usual
 * @slowness: 1 for shapes that are known; more where they are guessed and tremble
 *
 * Makes of wanted shapes what a mouth does: a critically damped filter without delay that opens
 * fast and closes slowly, then the hard constraints, which the filter cannot soften: at closed and
 * silent samples the opening is exactly 0, and the lips approach and leave them smoothly (spec
 * lipsync-default, "Trajectory").
 *
 * Returns: (transfer full): the track
 */
MynaMouthTrack *
myna_mouth_shaping_finish (MynaMouthShape *shapes, gsize n, double smoothing, double slowness)
{
  g_autoptr (GArray) closures = NULL;
  double delay = (SHORTEST_DELAY + CLAMP (smoothing, 0, 1) * DELAY_RANGE) * slowness;
  double scale = (0.7 + 0.6 * CLAMP (smoothing, 0, 1)) * slowness;

  g_return_val_if_fail (n == 0 || shapes != NULL, NULL);

  if (n > 0)
    {
      smooth (shapes, n, 0, delay, TRUE);
      smooth (shapes, n, 1, delay, FALSE);
      smooth (shapes, n, 2, delay, FALSE);
      limit (shapes, n);
      constrain (shapes, n, FALSE, CLOSING_RAMP * scale, RELEASE_RAMP * scale);
      constrain (shapes, n, TRUE, REST_RAMP * scale, REST_RAMP * scale);
    }
  closures = collect_closures (shapes, n);
  return myna_mouth_track_new (shapes, n, (MynaClosure *) (gpointer) closures->data, closures->len);
}
