/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Four floats at any address. GCC and Clang turn these into whatever the CPU family always has
 * (SSE2, NEON), without -ffast-math, which the order of a sum would otherwise need. */
typedef float MynaDraftVec4 __attribute__ ((vector_size (16), aligned (4), may_alias));

/* The sum of products of @n floats, 16 partial sums at a time. */
static inline float
myna_draft_dot (const float *a, const float *b, gsize n)
{
  MynaDraftVec4 sum[4] = { { 0 }, { 0 }, { 0 }, { 0 } };
  MynaDraftVec4 all;
  gsize i = 0;
  float result = 0;

  for (; i + 16 <= n; i += 16)
    for (gsize k = 0; k < 4; k++)
      sum[k] += *(const MynaDraftVec4 *) (a + i + 4 * k) * *(const MynaDraftVec4 *) (b + i + 4 * k);
  all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  result = (all[0] + all[1]) + (all[2] + all[3]);
  for (; i < n; i++)
    result += a[i] * b[i];
  return result;
}

/* @y += @gain * @x */
static inline void
myna_draft_add_scaled (float *y, const float *x, float gain, gsize n)
{
  for (gsize i = 0; i < n; i++)
    y[i] += gain * x[i];
}

G_END_DECLS
