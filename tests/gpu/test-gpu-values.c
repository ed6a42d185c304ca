/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-half.h"
#include "tests/gpu/gpu-check.h"

#include <string.h>

/* Weights from values of other types and from mapped memory: the same as from the floats that they
 * stand for, and the memory is let go with the last user. */

typedef enum
{
  LINEAR,
  CONV_1D,
  CONV_2D,
  TRANSPOSE,
  TABLE,
  N_KINDS,
} Kind;

#define OUT 24
#define IN 16
#define K 3
#define N_VALUES (OUT * IN * K * K)

static GpuWeight *
make (GpuContext *cx, Kind kind, GpuType type, const GpuValues *v)
{
  GpuDevice *device = gpu_context_get_device (cx);
  g_autoptr (GError) error = NULL;
  GpuWeight *weight = NULL;

  switch (kind)
    {
    case LINEAR:
      weight = gpu_weight_new_linear_from (device, type, OUT, IN, v, NULL, &error);
      break;
    case CONV_1D:
      weight = gpu_weight_new_conv_1d_from (device, type, OUT, IN, K, 1, v, NULL, &error);
      break;
    case CONV_2D:
      weight = gpu_weight_new_conv_2d_from (device, type, OUT, IN, K, K, 1, v, NULL, &error);
      break;
    case TRANSPOSE:
      weight = gpu_weight_new_conv_transpose_1d_from (device, type, IN, OUT, K, v, NULL, &error);
      break;
    case TABLE:
      weight = gpu_weight_new_table_from (device, type, OUT, IN, v, &error);
      break;
    default:
      g_assert_not_reached ();
    }
  g_assert_no_error (error);
  return weight;
}

static GpuTensor *
use (GpuContext *cx, Kind kind, const GpuWeight *weight, const float *x)
{
  static const gint32 indices[] = { 3, 0, OUT - 1, 3 };

  switch (kind)
    {
    case LINEAR:
      return gpu_linear (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (8, IN), x), weight,
                         (GpuFused) { 0 });
    case CONV_1D:
      return gpu_conv_1d (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (8, IN), x), weight,
                          (GpuConv) { .pad = 1 });
    case CONV_2D:
      return gpu_conv_2d (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_3 (4, 4, IN), x), weight,
                          (GpuConv) { .pad = 1 });
    case TRANSPOSE:
      return gpu_conv_transpose_1d (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (8, IN), x), weight,
                                    (GpuConv) { .stride = 2 });
    default:
      return gpu_embed (cx, gpu_tensor_new_i32 (cx, GPU_SHAPE_1 (4), indices), weight);
    }
}

/* Results of the weight made from @v and of that made from @floats are the same, twice (the second
 * time a convolution is packed), and @v's memory is free when the weight is. */
static void
compare (GpuContext *cx, Kind kind, GpuType type, const GpuValues *v, const float *floats)
{
  g_autoptr (GpuWeight) plain = make (cx, kind, type, &(GpuValues) { floats, GPU_F32, NULL });
  g_autoptr (GpuWeight) other = make (cx, kind, type, v);
  g_autofree float *x = check_random (4 * 4 * IN);

  g_assert_cmpuint (gpu_weight_get_size (plain), ==, gpu_weight_get_size (other));
  for (int i = 0; i < 2; i++)
    {
      GpuTensor *a = use (cx, kind, plain, x), *b = use (cx, kind, other, x);
      gint64 n = gpu_shape_size (gpu_tensor_get_shape (a));
      g_autofree float *expected = g_new (float, n);

      g_assert_true (gpu_tensor_read_f32 (cx, a, expected, NULL));
      check_values (cx, b, expected, n, 1e-7, "values");
    }
}

static void
note_free (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
run_values (GpuContext *cx, gpointer data)
{
  static const GpuType types[] = { GPU_F32, GPU_F16, GPU_BF16 };
  g_autofree float *floats = check_random (N_VALUES);
  g_autofree float *rounded = g_new (float, N_VALUES);
  g_autofree guint16 *halves = g_new (guint16, N_VALUES);

  for (guint k = 0; k < N_KINDS; k++)
    for (guint t = 0; t < G_N_ELEMENTS (types); t++)
      for (guint from = 0; from < G_N_ELEMENTS (types); from++)
        {
          gboolean freed = FALSE;
          GpuValues v = { .type = types[from] };

          memcpy (rounded, floats, sizeof (float) * N_VALUES);
          if (v.type == GPU_F16)
            {
              gpu_cpu_to_f16 (floats, halves, N_VALUES);
              gpu_cpu_from_f16 (halves, rounded, N_VALUES);
            }
          else if (v.type == GPU_BF16)
            {
              gpu_cpu_to_bf16 (floats, halves, N_VALUES);
              gpu_cpu_from_bf16 (halves, rounded, N_VALUES);
            }
          v.data = v.type == GPU_F32 ? (gconstpointer) floats : halves;
          v.owner = g_bytes_new_with_free_func (v.data, 1, note_free, &freed);
          compare (cx, (Kind) k, types[t], &v, rounded);
          g_assert_false (freed);
          g_clear_pointer (&v.owner, g_bytes_unref);
          g_assert_true (freed);
        }
}

static void
test_values (void)
{
  check_on_devices (run_values, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/values/sources", test_values);
  return g_test_run ();
}
