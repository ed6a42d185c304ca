/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaLevelMeter:
 * @level: root mean square of the last full window, linear 0 … 1
 * @peak: highest sample, held for 1.5 s
 * @clipped: a sample has reached the end of the scale since the meter was made
 *
 * Measures mono audio as it comes in. Plain memory, one thread at a time.
 */
typedef struct
{
  double level;
  double peak;
  gboolean clipped;
  /*< private >*/
  gsize window;
  gsize n_in_window;
  double sum;
  gsize hold;
  gsize held;
} MynaLevelMeter;

void myna_level_meter_init (MynaLevelMeter *self, int rate);
void myna_level_meter_add (MynaLevelMeter *self, const float *mono, gsize n_samples);

G_END_DECLS
