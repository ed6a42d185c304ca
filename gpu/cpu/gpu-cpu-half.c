/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu-isa.h"
#include "gpu/cpu/gpu-cpu.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAVE_X86 1
#endif

/* Between floats and halves. Without F16C a conversion is a function call, so x86 has its vectors
 * written out; other processors have halves in their basic set. */

static void
to_f16_plain (const float *x, guint16 *y, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    {
      _Float16 half = (_Float16) x[i];

      memcpy (&y[i], &half, sizeof half);
    }
}

static void
from_f16_plain (const guint16 *x, float *y, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    {
      _Float16 half;

      memcpy (&half, &x[i], sizeof half);
      y[i] = (float) half;
    }
}

#ifdef HAVE_X86
__attribute__ ((target ("avx2,f16c"))) static void
to_f16_avx2 (const float *x, guint16 *y, gint64 n)
{
  gint64 i = 0;

  for (; i + 8 <= n; i += 8)
    _mm_storeu_si128 ((void *) (y + i),
                      _mm256_cvtps_ph (_mm256_loadu_ps (x + i), _MM_FROUND_TO_NEAREST_INT));
  to_f16_plain (x + i, y + i, n - i);
}

__attribute__ ((target ("avx2,f16c"))) static void
from_f16_avx2 (const guint16 *x, float *y, gint64 n)
{
  gint64 i = 0;

  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps (y + i, _mm256_cvtph_ps (_mm_loadu_si128 ((const void *) (x + i))));
  from_f16_plain (x + i, y + i, n - i);
}
#endif

/**
 * gpu_cpu_to_f16:
 * @x: floats
 * @y: (out caller-allocates): halves
 * @n: their number
 *
 * Rounds to nearest, ties to even.
 */
void
gpu_cpu_to_f16 (const float *x, guint16 *y, gint64 n)
{
#ifdef HAVE_X86
  if (gpu_cpu_level () >= GPU_CPU_AVX2)
    {
      to_f16_avx2 (x, y, n);
      return;
    }
#endif
  to_f16_plain (x, y, n);
}

/**
 * gpu_cpu_from_f16:
 * @x: halves
 * @y: (out caller-allocates): floats
 * @n: their number
 */
void
gpu_cpu_from_f16 (const guint16 *x, float *y, gint64 n)
{
#ifdef HAVE_X86
  if (gpu_cpu_level () >= GPU_CPU_AVX2)
    {
      from_f16_avx2 (x, y, n);
      return;
    }
#endif
  from_f16_plain (x, y, n);
}

/**
 * gpu_cpu_to_bf16:
 * @x: floats
 * @y: (out caller-allocates): the upper halves of their bits
 * @n: their number
 *
 * Rounds to nearest, ties to even; a NaN stays a NaN.
 */
void
gpu_cpu_to_bf16 (const float *x, guint16 *y, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, &x[i], sizeof bits);
      if (isnan (x[i]))
        y[i] = (guint16) (bits >> 16 | 0x40);
      else
        y[i] = (guint16) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}

/**
 * gpu_cpu_from_bf16:
 * @x: upper halves of floats
 * @y: (out caller-allocates): the floats
 * @n: their number
 */
void
gpu_cpu_from_bf16 (const guint16 *x, float *y, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    {
      guint32 bits = (guint32) x[i] << 16;

      memcpy (&y[i], &bits, sizeof bits);
    }
}
