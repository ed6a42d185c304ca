/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/bench/gpu-bench.h"
#include "gpu/cpu/gpu-cpu.h"

#include <stdlib.h>
#include <string.h>

/* The machine's limits as measured: multiply-adds that never leave the registers, and sums over
 * memory. The best of several short tries, because others use the machine too. */

#define TRIES 12
#define CHAINS 12 /* independent sums: latency × units of every common processor */
#define ROUNDS 2000000

/* One function a width of registers. */
#define DEFINE_MULTIPLY_ADD(name, bytes, ...)                                                      \
  typedef float name##_vector __attribute__ ((vector_size (bytes)));                               \
  __VA_ARGS__ static float name (gint64 rounds)                                                    \
  {                                                                                                \
    name##_vector sums[CHAINS], a = { 0 }, b = { 0 };                                              \
                                                                                                   \
    a += 0.999f;                                                                                   \
    b += 0.001f;                                                                                   \
    for (int i = 0; i < CHAINS; i++)                                                               \
      sums[i] = b * (float) i;                                                                     \
    for (gint64 r = 0; r < rounds; r++)                                                            \
      _Pragma ("GCC unroll 12") for (int i = 0; i < CHAINS; i++) sums[i] = sums[i] * a + b;        \
    for (int i = 1; i < CHAINS; i++)                                                               \
      sums[0] += sums[i];                                                                          \
    return sums[0][0];                                                                             \
  }

DEFINE_MULTIPLY_ADD (multiply_add_base, 16)
#if defined(__x86_64__)
DEFINE_MULTIPLY_ADD (multiply_add_avx2, 32, __attribute__ ((target ("avx2,fma"))))
DEFINE_MULTIPLY_ADD (multiply_add_avx512, 64, __attribute__ ((target ("avx512f"))))
#endif

typedef struct
{
  float (*func) (gint64 rounds);
  float sink;
} MultiplyAdd;

static void
multiply_add_range (gint64 begin, gint64 end, gpointer data)
{
  MultiplyAdd *job = data;

  for (gint64 i = begin; i < end; i++)
    job->sink = job->func (ROUNDS); /* the write keeps the work alive */
}

/**
 * gpu_bench_peak_flops:
 *
 * Returns: operations a second (a multiply-add is two) of all cores in f32
 */
double
gpu_bench_peak_flops (void)
{
  MultiplyAdd job = { multiply_add_base, 0 };
  int threads = gpu_parallel_threads (), lanes = 4;
  double best = 1e30;

#if defined(__x86_64__)
  if (__builtin_cpu_supports ("avx512f"))
    {
      job.func = multiply_add_avx512;
      lanes = 16;
    }
  else if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    {
      job.func = multiply_add_avx2;
      lanes = 8;
    }
#endif
  for (int i = 0; i < TRIES; i++)
    {
      gint64 start = g_get_monotonic_time ();

      gpu_parallel (threads, 1, multiply_add_range, &job);
      best = MIN (best, (double) (g_get_monotonic_time () - start) * 1e-6);
    }
  return 2.0 * CHAINS * lanes * ROUNDS * threads / best;
}

typedef struct
{
  const guint64 *values;
  guint64 sink;
} Stream;

GPU_CLONES static guint64
sum_words (const guint64 *values, gint64 n)
{
  guint64 sum = 0;

  for (gint64 i = 0; i < n; i++)
    sum += values[i];
  return sum;
}

static void
stream_range (gint64 begin, gint64 end, gpointer data)
{
  Stream *job = data;

  job->sink += sum_words (job->values + begin, end - begin);
}

/**
 * gpu_bench_stream_bytes:
 * @footprint: bytes to go through; what fits the caches is read from them
 *
 * Returns: bytes a second that all cores read
 */
double
gpu_bench_stream_bytes (gsize footprint)
{
  guint64 *values = NULL;
  Stream job;
  double best = 1e30;

  if (posix_memalign ((void **) &values, 64, footprint) != 0)
    return 0;
  memset (values, 1, footprint);
  job = (Stream) { values, 0 };
  for (int i = 0; i < TRIES; i++)
    {
      gint64 start = g_get_monotonic_time ();

      gpu_parallel ((gint64) (footprint / sizeof *values), 4096, stream_range, &job);
      best = MIN (best, (double) (g_get_monotonic_time () - start) * 1e-6);
    }
  free (values);
  return (double) footprint / best;
}

/**
 * gpu_bench_threads:
 *
 * Returns: how many threads the processor computes on
 */
int
gpu_bench_threads (void)
{
  return gpu_parallel_threads ();
}
