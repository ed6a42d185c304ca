/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-level-meter.h"

#include <math.h>

/* Long enough for two periods of the lowest voice (50 Hz), short enough to look immediate. */
#define WINDOW_SECONDS 0.05
#define HOLD_SECONDS 1.5
/* The largest 16-bit sample: what a device that clips delivers, whatever its format. */
#define CLIPPED_AT 0.9999f

/**
 * myna_level_meter_init:
 * @self: (out caller-allocates): a meter
 * @rate: samples a second
 */
void
myna_level_meter_init (MynaLevelMeter *self, int rate)
{
  g_return_if_fail (self != NULL && rate > 0);

  *self = (MynaLevelMeter) { 0 };
  self->window = (gsize) MAX (1, lrint (rate * WINDOW_SECONDS));
  self->hold = (gsize) lrint (rate * HOLD_SECONDS);
}

static void
add_to_window (MynaLevelMeter *self, float sample)
{
  self->sum += (double) sample * (double) sample;
  if (++self->n_in_window < self->window)
    return;
  self->level = MIN (1.0, sqrt (self->sum / (double) self->window));
  self->sum = 0;
  self->n_in_window = 0;
}

static void
add_to_peak (MynaLevelMeter *self, float sample)
{
  float magnitude = fabsf (sample);

  if (magnitude >= CLIPPED_AT)
    self->clipped = TRUE;
  if (magnitude >= self->peak || ++self->held > self->hold)
    {
      self->peak = MIN (1.0, (double) magnitude);
      self->held = 0;
    }
}

/**
 * myna_level_meter_add:
 * @self: a meter
 * @mono: samples, -1 … 1
 * @n_samples: how many
 */
void
myna_level_meter_add (MynaLevelMeter *self, const float *mono, gsize n_samples)
{
  g_return_if_fail (self != NULL && (mono != NULL || n_samples == 0));

  for (gsize i = 0; i < n_samples; i++)
    {
      add_to_window (self, mono[i]);
      add_to_peak (self, mono[i]);
    }
}
