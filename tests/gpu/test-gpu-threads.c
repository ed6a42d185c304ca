/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"
#include "tests/gpu/gpu-check.h"

#include <string.h>

/* Several threads, each with a context of its own, share the threads that compute, a device and
 * weights. Runs under ThreadSanitizer too. */

#define N_THREADS 4
#define ROUNDS 25

/* ---- ranges ---- */

static void
count_range (gint64 begin, gint64 end, gpointer data)
{
  int *counts = data;

  for (gint64 i = begin; i < end; i++)
    counts[i]++;
}

/* Every place once, however many there are. */
static void
test_ranges (void)
{
  int counts[200];

  for (gint64 n = 0; n <= 200; n++)
    for (gint64 grain = 1; grain < 300; grain *= 5)
      {
        memset (counts, 0, sizeof counts);
        gpu_parallel (n, grain, count_range, counts);
        for (gint64 i = 0; i < 200; i++)
          g_assert_cmpint (counts[i], ==, i < n ? 1 : 0);
      }
}

static gpointer
ranges_thread (gpointer data)
{
  test_ranges ();
  return NULL;
}

static void
test_ranges_together (void)
{
  GThread *threads[N_THREADS];

  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("ranges", ranges_thread, NULL);
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

/* A limit is the calling thread's own, and is given back. */
static gpointer
limit_thread (gpointer data)
{
  int all = gpu_parallel_threads (), before = gpu_parallel_limit (1);

  g_assert_cmpint (before, ==, all);
  g_assert_cmpint (gpu_parallel_threads (), ==, 1);
  test_ranges ();
  g_assert_cmpint (gpu_parallel_limit (before), ==, 1);
  g_assert_cmpint (gpu_parallel_threads (), ==, all);
  return NULL;
}

static void
test_limit (void)
{
  int all = gpu_parallel_threads ();
  GThread *thread = g_thread_new ("limit", limit_thread, NULL);

  g_thread_join (thread);
  g_assert_cmpint (gpu_parallel_threads (), ==, all);
  limit_thread (NULL);
}

/* ---- weights ---- */

typedef struct
{
  GpuDevice *device;
  GpuWeight *table, *rows;
  float x[64], expected[48];
} Shared;

static gpointer
weights_thread (gpointer data)
{
  Shared *shared = data;
  g_autoptr (GpuContext) cx = gpu_context_new (shared->device);

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr (GpuWeight) rows = gpu_weight_ref (shared->rows);
      float y[48];

      gpu_scope_begin (cx);
      g_assert_true (gpu_tensor_read_f32 (
          cx,
          gpu_linear (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (1, 64), shared->x), rows,
                      (GpuFused) { .act = GPU_ACT_TANH }),
          y, NULL));
      g_assert_cmpmem (y, sizeof y, shared->expected, sizeof y);
      g_assert_true (gpu_tensor_read_f32 (
          cx,
          gpu_embed (cx, gpu_tensor_new_i32 (cx, GPU_SHAPE_1 (1), &(gint32) { round % 48 }),
                     shared->table),
          (float[64]) { 0 }, NULL));
      gpu_scope_end (cx);
    }
  return NULL;
}

static void
test_weights_together (void)
{
  g_autoptr (GpuDevice) device = gpu_device_choose ("cpu", NULL);
  g_autofree float *w = check_random (48 * 64);
  g_autofree float *x = check_random (64);
  Shared shared = { device };
  GThread *threads[N_THREADS];
  g_autoptr (GpuContext) cx = gpu_context_new (device);

  memcpy (shared.x, x, sizeof shared.x);
  shared.rows = gpu_weight_new_linear (device, GPU_F16, 48, 64, w, NULL, NULL);
  shared.table = gpu_weight_new_table (device, GPU_BF16, 48, 64, w, NULL);
  gpu_tensor_read_f32 (cx,
                       gpu_linear (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (1, 64), x), shared.rows,
                                   (GpuFused) { .act = GPU_ACT_TANH }),
                       shared.expected, NULL);
  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("weights", weights_thread, &shared);
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  gpu_weight_unref (shared.rows);
  gpu_weight_unref (shared.table);
}

/* Layers of oneDNN: plans of one weight made and used by several contexts, of different lengths.
 * Its threads are libgomp's, which ThreadSanitizer does not see. */
static gpointer
plans_thread (gpointer data)
{
  GpuWeight *w = data;
  g_autoptr (GpuDevice) device = gpu_device_choose ("cpu", NULL);
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  float y[40 * 8];

  for (int round = 0; round < ROUNDS; round++)
    {
      gint64 length = 3 + round;

      gpu_scope_begin (cx);
      g_assert_true (gpu_tensor_read_f32 (
          cx,
          gpu_conv_1d (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (length, 8), NULL), w,
                       (GpuConv) { .pad = 1, .pad_end = -1 }),
          y, NULL));
      for (gint64 i = 0; i < length * 8; i++)
        g_assert_cmpfloat (y[i], ==, (float) (i % 8));
      gpu_scope_end (cx);
    }
  return NULL;
}

static void
test_plans_together (void)
{
  g_autoptr (GpuDevice) device = gpu_device_choose ("cpu", NULL);
  g_autofree float *values = check_random (8 * 8 * 3);
  const float bias[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  g_autoptr (GpuWeight) w =
      gpu_weight_new_conv_1d (device, GPU_F32, 8, 8, 3, 1, values, bias, NULL);
  GThread *threads[N_THREADS];

  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("plans", plans_thread, w);
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/threads/ranges", test_ranges);
  g_test_add_func ("/gpu/threads/ranges-together", test_ranges_together);
  g_test_add_func ("/gpu/threads/limit", test_limit);
  g_test_add_func ("/gpu/threads/weights-together", test_weights_together);
#ifndef __SANITIZE_THREAD__
  g_test_add_func ("/gpu/threads/plans-together", test_plans_together);
#else
  (void) test_plans_together;
#endif
  return g_test_run ();
}
