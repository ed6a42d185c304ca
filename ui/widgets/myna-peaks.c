/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-peaks.h"

#include <math.h>

/* Each level sums up this many points of the one below; 8 levels hold 4^7 = 16384 points in one. */
#define FACTOR 4
#define N_LEVELS 8

typedef struct
{
  float low;
  float high;
} Point;

struct _MynaPeaks
{
  double seconds_per_point;
  GArray *levels[N_LEVELS]; /* of Point; level 0 is the input */
};

/**
 * myna_peaks_new:
 * @seconds_per_point: the time that one point stands for
 *
 * Returns: (transfer full): peaks without a point
 */
MynaPeaks *
myna_peaks_new (double seconds_per_point)
{
  MynaPeaks *self;

  g_return_val_if_fail (seconds_per_point > 0.0, NULL);

  self = g_new0 (MynaPeaks, 1);
  self->seconds_per_point = seconds_per_point;
  for (guint i = 0; i < N_LEVELS; i++)
    self->levels[i] = g_array_new (FALSE, FALSE, sizeof (Point));
  return self;
}

/* Widens the last point of a level, or begins the next one. */
static void
put (GArray *level, gsize index, Point point)
{
  Point *last;

  if (index >= level->len)
    {
      g_array_append_val (level, point);
      return;
    }
  last = &g_array_index (level, Point, index);
  last->low = MIN (last->low, point.low);
  last->high = MAX (last->high, point.high);
}

/**
 * myna_peaks_append:
 * @low: smallest sample of the next point, -1 … 1
 * @high: its largest sample
 */
void
myna_peaks_append (MynaPeaks *self, float low, float high)
{
  Point point = { low, high };
  gsize index;

  g_return_if_fail (self != NULL);

  if (!isfinite (low) || !isfinite (high))
    point = (Point) { 0.0f, 0.0f };
  index = self->levels[0]->len;
  for (guint i = 0; i < N_LEVELS; i++)
    {
      put (self->levels[i], index, point);
      index /= FACTOR;
    }
}

/**
 * myna_peaks_append_array:
 * @min_max: (array length=n_points): pairs of minimum and maximum
 * @n_points: number of pairs
 */
void
myna_peaks_append_array (MynaPeaks *self, const float *min_max, gsize n_points)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (min_max != NULL || n_points == 0);

  for (gsize i = 0; i < n_points; i++)
    myna_peaks_append (self, min_max[2 * i], min_max[2 * i + 1]);
}

gsize
myna_peaks_get_n_points (MynaPeaks *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->levels[0]->len;
}

/**
 * myna_peaks_get_duration:
 *
 * Returns: the seconds that all points stand for
 */
double
myna_peaks_get_duration (MynaPeaks *self)
{
  g_return_val_if_fail (self != NULL, 0.0);

  return (double) self->levels[0]->len * self->seconds_per_point;
}

/**
 * myna_peaks_range:
 * @start: seconds
 * @end: seconds, after @start
 * @low: (out): smallest sample in between
 * @high: (out): largest sample
 *
 * Looks at no more than about 2 × FACTOR points, whatever the length.
 *
 * Returns: %FALSE when there is no sound between @start and @end
 */
gboolean
myna_peaks_range (MynaPeaks *self, double start, double end, float *low, float *high)
{
  double span;
  double step;
  guint level = 0;
  gssize first;
  gssize last;
  const Point *points;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (low != NULL && high != NULL, FALSE);

  span = end - start;
  if (span <= 0.0 || end <= 0.0 || start >= myna_peaks_get_duration (self))
    return FALSE;
  step = self->seconds_per_point;
  while (level + 1 < N_LEVELS && step * FACTOR * FACTOR <= span)
    {
      step *= FACTOR;
      level++;
    }
  points = (const Point *) (gpointer) self->levels[level]->data;
  first = MAX ((gssize) floor (MAX (start, 0.0) / step + 1e-9), 0);
  last = MIN ((gssize) ceil (end / step - 1e-9), (gssize) self->levels[level]->len);
  if (last <= first)
    last = MIN (first + 1, (gssize) self->levels[level]->len);
  if (last <= first)
    return FALSE;
  *low = points[first].low;
  *high = points[first].high;
  for (gssize i = first + 1; i < last; i++)
    {
      *low = MIN (*low, points[i].low);
      *high = MAX (*high, points[i].high);
    }
  return TRUE;
}

void
myna_peaks_free (MynaPeaks *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < N_LEVELS; i++)
    g_array_unref (self->levels[i]);
  g_free (self);
}
