/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaEta:
 *
 * Estimates the time that is left from a fraction that grows. Keeps still until there is something
 * honest to say. One thread; the caller brings the clock.
 */
typedef struct
{
  double start;    /* seconds, when the estimate began */
  double time;     /* of the newest value */
  double fraction; /* the newest value, -1 before the first */
  double rate;     /* smoothed, fractions a second, times weight */
  double weight;   /* how much of the smoothing window is filled, 0 … 1 */
} MynaEta;

void myna_eta_start (MynaEta *self, double now);
void myna_eta_update (MynaEta *self, double now, double fraction);
double myna_eta_get (const MynaEta *self, double now);

G_END_DECLS
