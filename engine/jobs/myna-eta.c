/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/jobs/myna-eta.h"

#include <math.h>

/* What is said before 5 % or 10 s is a guess (spec anchors-ux, Jobs: "ETA hidden until"). */
#define MIN_FRACTION 0.05
#define MIN_SECONDS 10.0
/* The smoothing window: short enough to follow a change of pace, long enough not to jump about. */
#define WINDOW_SECONDS 10.0

/**
 * myna_eta_start:
 * @self: (out caller-allocates): an estimate
 * @now: seconds on the caller's clock
 *
 * Begins an estimate.
 */
void
myna_eta_start (MynaEta *self, double now)
{
  g_return_if_fail (self != NULL);

  *self = (MynaEta) { .start = now, .time = now, .fraction = -1 };
}

/**
 * myna_eta_update:
 * @self: an estimate
 * @now: seconds on the caller's clock
 * @fraction: how much is done, 0 … 1; -1 unknown
 *
 * Takes in a new value. The first one is where the work began: what a resumed job finds done counts
 * for nothing in its pace. A value that goes back begins anew.
 */
void
myna_eta_update (MynaEta *self, double now, double fraction)
{
  double dt, keep;

  g_return_if_fail (self != NULL);

  if (fraction < 0 || self->fraction < 0 || fraction < self->fraction)
    {
      self->time = now;
      self->fraction = fraction;
      self->rate = self->weight = 0;
      return;
    }
  dt = now - self->time;
  if (dt <= 0)
    return;
  keep = exp (-dt / WINDOW_SECONDS);
  self->rate = keep * self->rate + (1 - keep) * (fraction - self->fraction) / dt;
  self->weight = keep * self->weight + (1 - keep);
  self->time = now;
  self->fraction = fraction;
}

/**
 * myna_eta_get:
 * @self: an estimate
 * @now: seconds on the caller's clock
 *
 * Returns: seconds that are left; -1 when that cannot be said
 */
double
myna_eta_get (const MynaEta *self, double now)
{
  double pace, left;

  g_return_val_if_fail (self != NULL, -1);

  if (self->fraction < MIN_FRACTION && now - self->start < MIN_SECONDS)
    return -1;
  if (self->fraction < 0 || self->weight <= 0 || self->rate <= 0)
    return -1;
  pace = self->rate / self->weight;
  left = (1 - self->fraction) / pace - (now - self->time);
  return MAX (left, 0);
}
