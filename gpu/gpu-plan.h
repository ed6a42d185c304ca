/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/gpu-context.h"

G_BEGIN_DECLS

/*
 * The memory plan of long work. Work that is cut into windows (seconds of speech, frames of video)
 * first picks a window that should fit, then runs; what goes wrong on a device is tried again in a
 * way that can help, a limited number of times, and the user is told.
 */

/**
 * GpuAttempt:
 * @device: where to compute
 * @type: how weights are to be kept, GPU_F32 after a result that was not finite
 * @window: length of a piece, in the caller's unit
 *
 * One way to do the work.
 */
typedef struct
{
  GpuDevice *device;
  GpuType type;
  gint64 window;
} GpuAttempt;

/* Does the work, or fails with the error of its context. */
typedef gboolean (*GpuAttemptFunc) (const GpuAttempt *attempt, gpointer data, GError **error);
/* A translated sentence: what is done otherwise than asked for, and why. */
typedef void (*GpuNoteFunc) (const char *note, gpointer data);
/* Records the operations for one window; what it computes is thrown away. */
typedef void (*GpuMeasureFunc) (GpuContext *cx, gint64 window, gpointer data);

guint64 gpu_plan_estimate (GpuDevice *device, gint64 window, GpuMeasureFunc measure, gpointer data);
gint64 gpu_plan_window (
    GpuDevice *device, gint64 most, gint64 least, GpuMeasureFunc measure, gpointer data);
gboolean gpu_plan_run (GpuAttempt first,
                       gint64 least,
                       GpuAttemptFunc func,
                       GpuNoteFunc note,
                       gpointer data,
                       GError **error);

G_END_DECLS
