/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How much of a stream one call of myna_frame_clock_add () is about, in microseconds. */
#define MYNA_FRAME_CLOCK_WINDOW (500 * 1000)
#define MYNA_FRAME_CLOCK_HISTORY 8

/**
 * MynaFrameClock:
 *
 * Tells by the clock whether a sound device has swallowed audio. The deficit of a stream at a
 * moment is the time since some fixed point less the time that the frames delivered so far last.
 * Deliveries come late, never early, so the smallest deficit of a window is free of scheduling
 * noise; it rises for good when frames were lost, and slowly when the device's clock drifts.
 * Begins as zeros; plain memory, one thread at a time.
 */
typedef struct
{
  /*< private >*/
  gint64 history[MYNA_FRAME_CLOCK_HISTORY];
  guint n_windows;
  gint64 first;
} MynaFrameClock;

gint64 myna_frame_clock_add (MynaFrameClock *self, gint64 smallest_deficit);

G_END_DECLS
