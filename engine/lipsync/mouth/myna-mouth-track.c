/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-track.h"

#include <math.h>
#include <string.h>

struct _MynaMouthTrack
{
  gatomicrefcount references;
  MynaMouthShape *shapes;
  gsize n_shapes;
  MynaClosure *closures;
  gsize n_closures;
};

static const MynaMouthShape rest = { .opening = 0, .width = 1, .teeth = 0, .silent = TRUE };

/**
 * myna_mouth_track_new:
 * @shapes: (array length=n_shapes): what is asked of the mouth, the first at time 0
 * @closures: (array length=n_closures) (nullable): in time order
 *
 * Returns: (transfer full): a track
 */
MynaMouthTrack *
myna_mouth_track_new (const MynaMouthShape *shapes,
                      gsize n_shapes,
                      const MynaClosure *closures,
                      gsize n_closures)
{
  MynaMouthTrack *self = NULL;

  g_return_val_if_fail (shapes != NULL || n_shapes == 0, NULL);
  g_return_val_if_fail (closures != NULL || n_closures == 0, NULL);

  self = g_new0 (MynaMouthTrack, 1);
  g_atomic_ref_count_init (&self->references);
  self->shapes = g_memdup2 (shapes, n_shapes * sizeof *shapes);
  self->n_shapes = n_shapes;
  self->closures = g_memdup2 (closures, n_closures * sizeof *closures);
  self->n_closures = n_closures;
  return self;
}

/**
 * myna_mouth_track_ref:
 *
 * Returns: (transfer full): @self
 */
MynaMouthTrack *
myna_mouth_track_ref (MynaMouthTrack *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * myna_mouth_track_unref:
 * @self: (transfer full): a track
 */
void
myna_mouth_track_unref (MynaMouthTrack *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->shapes);
  g_free (self->closures);
  g_free (self);
}

/**
 * myna_mouth_track_get_duration:
 *
 * Returns: seconds
 */
double
myna_mouth_track_get_duration (MynaMouthTrack *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (double) self->n_shapes / MYNA_MOUTH_RATE;
}

/**
 * myna_mouth_track_sample:
 * @time: seconds, any
 *
 * The values lie between those of the two samples around @time, the flags are the nearer one's.
 * Where the flags ask for closed or resting lips the opening is exactly 0.
 *
 * Returns: the shape; at rest outside the track
 */
MynaMouthShape
myna_mouth_track_sample (MynaMouthTrack *self, double time)
{
  MynaMouthShape shape = rest;
  const MynaMouthShape *a = NULL, *b = NULL;
  double at = time * MYNA_MOUTH_RATE;
  gsize index;
  float f;

  g_return_val_if_fail (self != NULL, rest);

  /* Also FALSE for a time that is no number. */
  if (!(at >= 0 && at < (double) self->n_shapes))
    return rest;
  index = (gsize) at;
  f = (float) (at - (double) index);
  a = &self->shapes[index];
  b = index + 1 < self->n_shapes ? a + 1 : &rest;
  shape = f < 0.5f ? *a : *b;
  shape.opening = a->opening + f * (b->opening - a->opening);
  shape.width = a->width + f * (b->width - a->width);
  shape.teeth = a->teeth + f * (b->teeth - a->teeth);
  if (shape.closed || shape.silent)
    shape.opening = 0;
  return shape;
}

/**
 * myna_mouth_track_get_closures:
 * @n_closures: (out): their number
 *
 * Returns: (transfer none) (array length=n_closures): the instants at which /p b m/ closes the
 *   lips, in time order
 */
const MynaClosure *
myna_mouth_track_get_closures (MynaMouthTrack *self, gsize *n_closures)
{
  g_return_val_if_fail (self != NULL && n_closures != NULL, NULL);

  *n_closures = self->n_closures;
  return self->closures;
}
