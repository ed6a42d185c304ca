/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-frame-clock.h"

/* A gap that is certain: sound servers change their own latency by less. */
#define CERTAIN_GAP (150 * 1000)
/* Quartz clocks of sound cards are within 100 ppm; this is 500 ppm of a window. */
#define DRIFT_PER_WINDOW (MYNA_FRAME_CLOCK_WINDOW / 2000)

static gint64
smallest_in_history (const MynaFrameClock *self)
{
  gint64 smallest = G_MAXINT64;

  for (guint i = 0; i < MIN (self->n_windows, MYNA_FRAME_CLOCK_HISTORY); i++)
    smallest = MIN (smallest, self->history[i]);
  return smallest;
}

/**
 * myna_frame_clock_add:
 * @self: a frame clock
 * @smallest_deficit: the smallest deficit of the deliveries in one window, in microseconds
 *
 * Compares the window with the ones just before, which finds a gap at once and is blind to drift;
 * and with the start less the drift that a sound card may have, which finds steady small losses.
 *
 * Returns: microseconds of audio that were surely lost, 0 when none
 */
gint64
myna_frame_clock_add (MynaFrameClock *self, gint64 smallest_deficit)
{
  gint64 recent;
  gint64 total;

  g_return_val_if_fail (self != NULL, 0);

  if (self->n_windows == 0)
    self->first = smallest_deficit;
  /* A device that fills its buffer late at the start seems to catch up. */
  self->first = MIN (self->first, smallest_deficit);
  recent = self->n_windows > 0 ? smallest_deficit - smallest_in_history (self) : 0;
  total = smallest_deficit - self->first - self->n_windows * (gint64) DRIFT_PER_WINDOW;
  self->history[self->n_windows++ % MYNA_FRAME_CLOCK_HISTORY] = smallest_deficit;
  recent = MAX (recent, total);
  return recent > CERTAIN_GAP ? recent : 0;
}
