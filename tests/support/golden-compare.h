/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/support/golden-set.h"

G_BEGIN_DECLS

/**
 * GoldenLayout:
 * @GOLDEN_SAME: as the reference stores it
 * @GOLDEN_CHANNELS_LAST: the reference is [C, T] (or [N, C, H, W]), ours is [T, C] ([N, H, W, C])
 */
typedef enum
{
  GOLDEN_SAME,
  GOLDEN_CHANNELS_LAST,
} GoldenLayout;

/* golden/README.md section 5 */
typedef enum
{
  GOLDEN_F32,         /* f32 weights */
  GOLDEN_F16_WEIGHTS, /* fp16 weights, f32 arithmetic */
  GOLDEN_F16_ALL,     /* fp16 activations as well: a GPU */
} GoldenTolerance;

/**
 * GoldenDifference:
 * @rel: rms of the difference / rms of the reference
 * @max: largest difference
 * @peak: largest value of the reference
 */
typedef struct
{
  double rel;
  double max;
  double peak;
} GoldenDifference;

/* @values: our whole tensor of @n values, of which the case may store a slice. A number of values
 * that is not the reference's fails the test. */
GoldenDifference golden_compare (
    GoldenCase *self, const char *tensor, const float *values, gsize n, GoldenLayout layout);
/* The same; reports the figures and fails the running test beyond the tolerance. */
void golden_check (GoldenSet *set,
                   GoldenCase *self,
                   const char *tensor,
                   const float *values,
                   gsize n,
                   GoldenLayout layout,
                   GoldenTolerance tolerance);
/* Mean, rms and probes of trace/@name, within 1e-3 of the rms (f32) or 1e-2 and more. */
void golden_check_trace (GoldenCase *self,
                         const char *name,
                         const float *values,
                         gsize n,
                         GoldenLayout layout,
                         GoldenTolerance tolerance);

G_END_DECLS
