/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/gpu/gpu-check.h"

void
check_on_devices (CheckFunc func, gpointer data)
{
  g_autoptr (GPtrArray) devices = gpu_devices ();

  g_assert_cmpuint (devices->len, >, 0);
  for (guint i = 0; i < devices->len; i++)
    {
      g_autoptr (GpuContext) cx = gpu_context_new (devices->pdata[i]);

      g_assert_no_error (gpu_context_get_error (cx));
      gpu_scope_begin (cx);
      func (cx, data);
      g_assert_no_error (gpu_context_get_error (cx));
      gpu_scope_end (cx);
    }
}

float *
check_random (gint64 n)
{
  float *values = g_new (float, MAX (n, 1));

  for (gint64 i = 0; i < n; i++)
    values[i] = (float) g_test_rand_double_range (-1.0, 1.0);
  return values;
}

gint64
check_random_int (gint64 low, gint64 high)
{
  return g_test_rand_int_range ((gint32) low, (gint32) high + 1);
}

void
check_values_scaled (GpuContext *cx,
                     const GpuTensor *tensor,
                     const float *expected,
                     gint64 n,
                     double scale,
                     double tolerance,
                     const char *what)
{
  g_autofree float *values = g_new0 (float, MAX (n, 1));
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (gpu_shape_size (gpu_tensor_get_shape (tensor)), ==, n);
  gpu_tensor_read_f32 (cx, tensor, values, &error);
  g_assert_no_error (error);
  for (gint64 i = 0; i < n; i++)
    scale = MAX (scale, fabs ((double) expected[i]));
  if (g_getenv ("MYNA_GPU_HALF") != NULL &&
      gpu_device_get_kind (gpu_context_get_device (cx)) != GPU_DEVICE_CPU)
    tolerance = MAX (tolerance, CHECK_F16);
  for (gint64 i = 0; i < n; i++)
    if (!(fabs ((double) values[i] - (double) expected[i]) <= tolerance * scale))
      g_error ("%s on %s: place %" G_GINT64_FORMAT " is %.9g, not %.9g (scale %g)", what,
               gpu_device_get_id (gpu_context_get_device (cx)), i, (double) values[i],
               (double) expected[i], scale);
}

void
check_values (GpuContext *cx,
              const GpuTensor *tensor,
              const float *expected,
              gint64 n,
              double tolerance,
              const char *what)
{
  check_values_scaled (cx, tensor, expected, n, 1e-6, tolerance, what);
}
