/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Conformance of the compute layer: every operation on every present device against a plain scalar
 * reference. */

#include "gpu/gpu-ops.h"

#include <math.h>

G_BEGIN_DECLS

/* Relative to the greatest magnitude of the expected values (issue 2 of the project: f32 1e-5, f16
 * 2e-3). */
#define CHECK_F32 1e-5
#define CHECK_F16 2e-3
#define CHECK_BF16 1.6e-2

typedef void (*CheckFunc) (GpuContext *cx, gpointer data);

/* Calls func with a fresh context of every device, and asserts that no error was left. */
void check_on_devices (CheckFunc func, gpointer data);
/* Values in −1 … 1 from the test's seed. */
float *check_random (gint64 n);
gint64 check_random_int (gint64 low, gint64 high);
/* Arithmetic in halves, as real GPUs do it, is asked for by MYNA_GPU_HALF; then GPUs get at least
 * this tolerance. */
/* Asserts that the tensor holds the expected values; errors count relative to scale, where a clamp
 * has made the values small. */
void check_values_scaled (GpuContext *cx,
                          const GpuTensor *tensor,
                          const float *expected,
                          gint64 n,
                          double scale,
                          double tolerance,
                          const char *what);
/* Asserts that the tensor holds the expected values. */
void check_values (GpuContext *cx,
                   const GpuTensor *tensor,
                   const float *expected,
                   gint64 n,
                   double tolerance,
                   const char *what);

G_END_DECLS
