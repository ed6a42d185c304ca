/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-timeline.h"

#include <math.h>

#include "engine/lipsync/mouth/myna-mouth-inventory-private.h"

/* The video turns round within this share of its frames from each end. */
#define TURN_SHARE 4
/* What losing all of that share costs against a head that moves (eye distances a frame). */
#define LOSS_COST 0.01
/* A cut at the turn would be seen twice; a frame without a face tells nothing of its motion. */
#define CUT_COST 1.0
#define UNKNOWN_COST 0.02
/* A frame is shown at least this long, so that a damaged clock cannot make endless frames. */
#define LEAST_FRAME 0.001

/* Frames in one direction: @first_output … are @first_source, then one on or one back each. */
typedef struct
{
  gint64 first_output;
  gint64 first_source;
  gint64 n_frames;
  int step;
  double start;
} Leg;

struct _MynaMouthTimeline
{
  gatomicrefcount references;
  MynaMouthInventory *inventory;
  double end;
  GArray *legs;
  gint64 n_frames;
  double duration;
};

static double
get_start (MynaMouthTimeline *self, gint64 source)
{
  return self->inventory->times[source] - self->inventory->times[0];
}

static double
get_end (MynaMouthTimeline *self, gint64 source)
{
  if (source + 1 < self->inventory->n_frames)
    return get_start (self, source + 1);
  return MAX (self->end, get_start (self, source) + LEAST_FRAME);
}

/* How much the head moves about a frame. */
static double
measure_motion (MynaMouthInventory *inventory, gint64 frame)
{
  gint64 last = inventory->n_frames - 1;
  const MynaMouthPose *a = &inventory->poses[MAX (frame - 1, 0)];
  const MynaMouthPose *b = &inventory->poses[MIN (frame + 1, last)];
  double cost = 0;

  if (inventory->cuts[frame] || (frame < last && inventory->cuts[frame + 1]))
    cost += CUT_COST;
  if (!a->present || !b->present)
    return cost + UNKNOWN_COST;
  cost += hypot ((double) (b->x - a->x), (double) (b->y - a->y)) / (double) MAX (a->size, 1);
  cost += fabs (log ((double) MAX (b->size, 1) / (double) MAX (a->size, 1)));
  cost += (double) (fabsf (b->yaw - a->yaw) + fabsf (b->pitch - a->pitch));
  return cost + (double) fabsf (b->roll - a->roll);
}

static gint64
find_turn (MynaMouthInventory *inventory, gboolean at_end)
{
  gint64 n = inventory->n_frames;
  gint64 range = MAX (n / TURN_SHARE, 1);
  gint64 best = at_end ? n - 1 : 0;
  double best_cost = G_MAXDOUBLE;

  for (gint64 i = 0; i < range; i++)
    {
      gint64 frame = at_end ? n - 1 - i : i;
      double cost = measure_motion (inventory, frame) + LOSS_COST * (double) i / (double) range;

      if (cost < best_cost)
        {
          best_cost = cost;
          best = frame;
        }
    }
  return best;
}

/* Appends the frames from @first to @last (either direction) as far as @duration goes. */
static void
add_leg (MynaMouthTimeline *self, gint64 first, gint64 last, double duration)
{
  Leg leg = { self->n_frames, first, 0, last >= first ? 1 : -1, self->duration };

  for (gint64 k = first; self->duration < duration; k += leg.step)
    {
      leg.n_frames++;
      self->n_frames++;
      self->duration = leg.start + (leg.step > 0 ? get_end (self, k) - get_start (self, first)
                                                 : get_end (self, first) - get_start (self, k));
      if (k == last)
        break;
    }
  if (leg.n_frames > 0)
    g_array_append_val (self->legs, leg);
}

static void
go_to_and_fro (MynaMouthTimeline *self, double duration)
{
  gint64 n = self->inventory->n_frames;
  gint64 high = find_turn (self->inventory, TRUE);
  gint64 low = find_turn (self->inventory, FALSE);
  gboolean back = TRUE;

  /* Too short to turn: each frame is one leg. */
  if (n < 3 || high - low < 2)
    {
      high = n - 1;
      low = 0;
    }
  add_leg (self, 0, high, duration);
  while (self->duration < duration)
    {
      if (high == low)
        add_leg (self, low, low, duration);
      else if (back)
        add_leg (self, high - 1, low, duration);
      else
        add_leg (self, low + 1, high, duration);
      back = !back;
    }
}

/**
 * myna_mouth_timeline_new:
 * @inventory: of the video
 * @end: seconds at which the last frame of the video ends
 * @duration: wanted length in seconds; <= 0 for the video's own
 *
 * Plans which frame stands behind each frame of the output. A video that is longer is cut off, its
 * last frame shown as long as in the video; one that is shorter goes to and fro, turning where its
 * head moves least, so that neither place nor motion jumps. The frame at a turn is shown once.
 *
 * Returns: (transfer full): the timeline; without frames for a video without
 */
MynaMouthTimeline *
myna_mouth_timeline_new (MynaMouthInventory *inventory, double end, double duration)
{
  MynaMouthTimeline *self = NULL;
  gint64 n;

  g_return_val_if_fail (inventory != NULL, NULL);

  self = g_new0 (MynaMouthTimeline, 1);
  g_atomic_ref_count_init (&self->references);
  self->inventory = myna_mouth_inventory_ref (inventory);
  self->legs = g_array_new (FALSE, FALSE, sizeof (Leg));
  n = inventory->n_frames;
  if (n == 0)
    return self;
  self->end = end - inventory->times[0];
  if (duration <= 0 || duration <= get_end (self, n - 1) + LEAST_FRAME)
    add_leg (self, 0, n - 1, duration <= 0 ? G_MAXDOUBLE : duration - LEAST_FRAME / 2);
  else
    go_to_and_fro (self, duration - LEAST_FRAME / 2);
  return self;
}

/**
 * myna_mouth_timeline_ref:
 *
 * Returns: (transfer full): @self
 */
MynaMouthTimeline *
myna_mouth_timeline_ref (MynaMouthTimeline *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * myna_mouth_timeline_unref:
 * @self: (transfer full): a timeline
 */
void
myna_mouth_timeline_unref (MynaMouthTimeline *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_array_unref (self->legs);
  myna_mouth_inventory_unref (self->inventory);
  g_free (self);
}

/**
 * myna_mouth_timeline_get_n_frames:
 *
 * Returns: frames of the output
 */
gint64
myna_mouth_timeline_get_n_frames (MynaMouthTimeline *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_frames;
}

/**
 * myna_mouth_timeline_get_duration:
 *
 * Returns: seconds until the last frame of the output ends
 */
double
myna_mouth_timeline_get_duration (MynaMouthTimeline *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->duration;
}

static const Leg *
find_leg (MynaMouthTimeline *self, gint64 frame)
{
  guint low = 0, high = self->legs->len;

  while (high - low > 1)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (self->legs, Leg, middle).first_output <= frame)
        low = middle;
      else
        high = middle;
    }
  return &g_array_index (self->legs, Leg, low);
}

/**
 * myna_mouth_timeline_get_source:
 * @frame: of the output
 * @time: (out) (optional): seconds at which it is shown
 *
 * Returns: the frame of the video behind it
 */
gint64
myna_mouth_timeline_get_source (MynaMouthTimeline *self, gint64 frame, double *time)
{
  const Leg *leg = NULL;
  gint64 source;

  g_return_val_if_fail (self != NULL && frame >= 0 && frame < self->n_frames, 0);

  leg = find_leg (self, frame);
  source = leg->first_source + leg->step * (frame - leg->first_output);
  if (time == NULL)
    return source;
  if (leg->step > 0)
    *time = leg->start + get_start (self, source) - get_start (self, leg->first_source);
  else
    *time = leg->start + get_end (self, leg->first_source) - get_end (self, source);
  return source;
}

/**
 * myna_mouth_timeline_find:
 * @time: seconds
 *
 * Returns: the output frame shown then: the first before the start, the last after the end
 */
gint64
myna_mouth_timeline_find (MynaMouthTimeline *self, double time)
{
  gint64 low = 0, high;

  g_return_val_if_fail (self != NULL, 0);

  high = MAX (self->n_frames, 1);
  while (high - low > 1)
    {
      gint64 middle = (low + high) / 2;
      double start;

      myna_mouth_timeline_get_source (self, middle, &start);
      /* Sums of times are not exact to the last bit. */
      if (start <= time + 1e-9)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/**
 * myna_mouth_timeline_is_turn:
 *
 * Returns: whether the video changes its direction before this output frame
 */
gboolean
myna_mouth_timeline_is_turn (MynaMouthTimeline *self, gint64 frame)
{
  g_return_val_if_fail (self != NULL && frame >= 0 && frame < self->n_frames, FALSE);

  return frame > 0 && find_leg (self, frame)->first_output == frame;
}

/**
 * myna_mouth_timeline_is_cut:
 *
 * Returns: whether a cut of the video lies before this output frame, in either direction
 */
gboolean
myna_mouth_timeline_is_cut (MynaMouthTimeline *self, gint64 frame)
{
  gint64 before, source;

  g_return_val_if_fail (self != NULL && frame >= 0 && frame < self->n_frames, FALSE);

  if (frame == 0)
    return FALSE;
  before = myna_mouth_timeline_get_source (self, frame - 1, NULL);
  source = myna_mouth_timeline_get_source (self, frame, NULL);
  return before != source && self->inventory->cuts[MAX (before, source)] != 0;
}
