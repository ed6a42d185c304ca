/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/gpu/gpu-check.h"

/* Products, attention, rotary positions, and what moves values between places; scopes, memory
 * limits, states. */

static void
run_matmul (GpuContext *cx, gpointer data)
{
  static const gint64 cases[][6] = { /* batch, m, n, k, transposed, shared */
                                     { 1, 1, 1, 1, 0, 0 },  { 1, 7, 5, 3, 0, 0 },
                                     { 3, 7, 5, 9, 1, 0 },  { 4, 33, 17, 20, 0, 0 },
                                     { 5, 8, 6, 10, 1, 1 }, { 2, 64, 96, 128, 0, 1 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 batch = cases[i][0], m = cases[i][1], n = cases[i][2], k = cases[i][3],
             b_batch = cases[i][5] ? 1 : batch;
      g_autofree float *a = check_random (batch * m * k);
      g_autofree float *b = check_random (b_batch * k * n);
      g_autofree float *y = g_new (float, batch * m * n);
      gint64 rows = cases[i][4] ? n : k, columns = cases[i][4] ? k : n;
      GpuTensor *ta = gpu_tensor_new_f32 (cx, GPU_SHAPE_3 (batch, m, k), a);
      GpuTensor *tb = gpu_tensor_new_f32 (
          cx, cases[i][5] ? GPU_SHAPE_2 (rows, columns) : GPU_SHAPE_3 (batch, rows, columns), b);

      for (gint64 p = 0; p < batch * m * n; p++)
        {
          gint64 which = p / (m * n), row = p / n % m, column = p % n;
          double sum = 0;

          for (gint64 j = 0; j < k; j++)
            sum += (double) a[(which * m + row) * k + j] *
                   b[(cases[i][5] ? 0 : which) * k * n +
                     (cases[i][4] ? column * k + j : j * n + column)];
          y[p] = (float) sum;
        }
      check_values (cx, gpu_matmul (cx, ta, tb, cases[i][4] != 0), y, batch * m * n, CHECK_F32,
                    "matmul");
    }
}

static void
test_matmul (void)
{
  check_on_devices (run_matmul, NULL);
}

/* ---- attention ---- */

typedef struct
{
  gint64 batch, tq, tk, rows; /* rows of the cache, >= tk */
  int heads, width, window;
  gboolean masked;
  GpuType cache;
} AttentionCase;

static void
attention_reference (const AttentionCase *c,
                     const float *q,
                     const float *k,
                     const float *v,
                     const float *mask,
                     const float *rk,
                     const float *rv,
                     float *out)
{
  gint64 channels = (gint64) c->heads * c->width;
  g_autofree double *s = g_new (double, c->tk);

  for (gint64 u = 0; u < c->batch * c->tq * c->heads; u++)
    {
      gint64 b = u / (c->tq * c->heads), i = u / c->heads % c->tq, h = u % c->heads;
      const float *qi = q + (b * c->tq + i) * channels + h * c->width;
      double most = -INFINITY, sum = 0;

      for (gint64 j = 0; j < c->tk; j++)
        {
          s[j] = mask != NULL ? mask[i * c->tk + j] : 0;
          for (int x = 0; x < c->width; x++)
            {
              double key = k[(b * c->rows + j) * channels + h * c->width + x];

              if (c->window >= 0 && ABS (j - i) <= c->window)
                key += rk[(j - i + c->window) * c->width + x];
              s[j] += qi[x] * key / sqrt (c->width);
            }
          most = MAX (most, s[j]);
        }
      for (gint64 j = 0; j < c->tk; j++)
        sum += s[j] = exp (s[j] - most);
      for (int x = 0; x < c->width; x++)
        {
          double y = 0;

          for (gint64 j = 0; j < c->tk; j++)
            {
              double value = v[(b * c->rows + j) * channels + h * c->width + x];

              if (c->window >= 0 && ABS (j - i) <= c->window)
                value += rv[(j - i + c->window) * c->width + x];
              y += s[j] / sum * value;
            }
          out[(b * c->tq + i) * channels + h * c->width + x] = (float) y;
        }
    }
}

static GpuTensor *
make_keys (GpuContext *cx, const AttentionCase *c, const float *values)
{
  gint64 channels = (gint64) c->heads * c->width;
  GpuTensor *state, *rows;

  if (c->cache == GPU_F32)
    return gpu_tensor_new_f32 (cx,
                               c->batch > 1 ? GPU_SHAPE_3 (c->batch, c->rows, channels)
                                            : GPU_SHAPE_2 (c->rows, channels),
                               values);
  state = gpu_state_new (cx, GPU_SHAPE_2 (c->rows, channels), c->cache);
  rows = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (c->rows, channels), values);
  gpu_state_write (cx, state, 0, rows);
  return state;
}

static void
check_attention (GpuContext *cx, const AttentionCase *c)
{
  gint64 channels = (gint64) c->heads * c->width, nq = c->batch * c->tq * channels,
         nk = c->batch * c->rows * channels;
  g_autofree float *q = check_random (nq);
  g_autofree float *k = check_random (nk);
  g_autofree float *v = check_random (nk);
  g_autofree float *mask = c->masked ? check_random (c->tq * c->tk) : NULL;
  g_autofree float *rk = check_random ((2 * MAX (c->window, 0) + 1) * c->width);
  g_autofree float *rv = check_random ((2 * MAX (c->window, 0) + 1) * c->width);
  g_autofree float *y = g_new (float, nq);
  GpuAttention a = { .heads = c->heads, .n_keys = c->tk < c->rows ? c->tk : 0 };

  for (gint64 i = 0; mask != NULL && i < c->tq * c->tk; i++)
    if (i % c->tk > i / c->tk + c->tk - c->tq)
      mask[i] = -INFINITY;
  attention_reference (c, q, k, v, mask, rk, rv, y);
  if (mask != NULL)
    a.mask = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (c->tq, c->tk), mask);
  if (c->window >= 0)
    {
      a.rel_k = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (2 * c->window + 1, c->width), rk);
      a.rel_v = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (2 * c->window + 1, c->width), rv);
    }
  check_values (
      cx,
      gpu_attention (cx,
                     gpu_tensor_new_f32 (cx,
                                         c->batch > 1 ? GPU_SHAPE_3 (c->batch, c->tq, channels)
                                                      : GPU_SHAPE_2 (c->tq, channels),
                                         q),
                     make_keys (cx, c, k), make_keys (cx, c, v), a),
      y, nq, c->cache == GPU_F32 ? CHECK_F32 : CHECK_F16, "attention");
}

static void
run_attention (GpuContext *cx, gpointer data)
{
  static const AttentionCase cases[] = {
    { 1, 1, 1, 1, 1, 4, -1, FALSE, GPU_F32 },       { 1, 1, 19, 30, 16, 32, -1, FALSE, GPU_F32 },
    { 1, 1, 19, 30, 16, 32, -1, FALSE, GPU_F16 },   { 1, 9, 9, 9, 4, 16, -1, TRUE, GPU_F32 },
    { 1, 23, 23, 23, 2, 96, 4, FALSE, GPU_F32 },    { 1, 3, 3, 3, 2, 8, 4, FALSE, GPU_F32 },
    { 1, 31, 17, 17, 4, 128, -1, FALSE, GPU_F32 },  { 2, 12, 12, 12, 4, 8, -1, TRUE, GPU_F32 },
    { 1, 270, 300, 300, 2, 16, -1, TRUE, GPU_F32 }, { 1, 12, 40, 64, 2, 16, -1, TRUE, GPU_F16 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_attention (cx, &cases[i]);
}

static void
test_attention (void)
{
  check_on_devices (run_attention, NULL);
}

static void
run_rope (GpuContext *cx, gpointer data)
{
  g_autofree float *x = check_random (11 * 10);
  float y[110];

  for (int t = 0; t < 11; t++)
    for (int i = 0; i < 10; i += 2)
      {
        double angle = (t + 5) * pow (10000, -i / 6.0), a = x[t * 10 + i], b = x[t * 10 + i + 1];

        y[t * 10 + i] = i < 6 ? (float) (a * cos (angle) - b * sin (angle)) : (float) a;
        y[t * 10 + i + 1] = i < 6 ? (float) (a * sin (angle) + b * cos (angle)) : (float) b;
      }
  check_values (cx, gpu_rope (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (11, 10), x), 6, 10000, 5), y,
                110, CHECK_F32, "rope");
}

static void
test_rope (void)
{
  check_on_devices (run_rope, NULL);
}

/* ---- places ---- */

static void
run_permute (GpuContext *cx, gpointer data)
{
  static const int orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 0, 2, 1, 3 },
                                   { 1, 0, 3, 2 }, { 2, 0, 1, 3 }, { 0, 3, 1, 2 } };
  static const int swap[] = { 1, 0 };
  const gint64 d[] = { 2, 3, 4, 5 };
  g_autofree float *x = check_random (120);
  float y[120];

  for (guint o = 0; o < G_N_ELEMENTS (orders); o++)
    {
      const int *order = orders[o];
      int n = 0;

      for (gint64 a = 0; a < d[order[0]]; a++)
        for (gint64 b = 0; b < d[order[1]]; b++)
          for (gint64 c = 0; c < d[order[2]]; c++)
            for (gint64 e = 0; e < d[order[3]]; e++)
              {
                gint64 at[4];

                at[order[0]] = a;
                at[order[1]] = b;
                at[order[2]] = c;
                at[order[3]] = e;
                y[n++] = x[((at[0] * 3 + at[1]) * 4 + at[2]) * 5 + at[3]];
              }
      check_values (cx,
                    gpu_permute (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_4 (2, 3, 4, 5), x), order),
                    y, 120, 0, "permute");
    }
  for (int i = 0; i < 120; i++)
    y[i % 10 * 12 + i / 10] = x[i];
  check_values (cx, gpu_permute (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (12, 10), x), swap), y,
                120, 0, "transpose");
}

static void
test_permute (void)
{
  check_on_devices (run_permute, NULL);
}

static void
run_slices (GpuContext *cx, gpointer data)
{
  g_autofree float *x = check_random (60);
  float y[60];
  GpuTensor *t = gpu_tensor_new_f32 (cx, GPU_SHAPE_3 (3, 4, 5), x);
  const GpuTensor *parts[3];
  int n = 0;

  for (int i = 0; i < 60; i++)
    if (i / 5 % 4 >= 1 && i / 5 % 4 < 3)
      y[n++] = x[i];
  check_values (cx, gpu_slice (cx, t, 1, 1, 2), y, 30, 0, "slice");
  for (int axis = 0; axis < 3; axis++)
    {
      gint64 extent = gpu_tensor_get_dim (t, axis);

      parts[0] = gpu_slice (cx, t, axis, 0, 1);
      parts[1] = gpu_slice (cx, t, axis, 1, extent - 2);
      parts[2] = gpu_slice (cx, t, axis, extent - 1, 1);
      check_values (cx, gpu_concat (cx, parts, 3, axis), x, 60, 0, "concat of slices");
    }
  for (int i = 0; i < 60; i++)
    y[i] = x[i / 20 * 20 + (3 - i / 5 % 4) * 5 + i % 5];
  check_values (cx, gpu_flip (cx, t, 1), y, 60, 0, "flip");
  for (int i = 0; i < 60; i++)
    y[i] = x[i / 5 * 5 + 4 - i % 5];
  check_values (cx, gpu_flip (cx, t, -1), y, 60, 0, "flip of channels");
  check_values (cx, gpu_reshape (cx, t, GPU_SHAPE_2 (12, 5)), x, 60, 0, "reshape");
}

static void
test_slices (void)
{
  check_on_devices (run_slices, NULL);
}

static void
run_rows (GpuContext *cx, gpointer data)
{
  static const gint32 indices[] = { 6, 0, 0, -3, 7, 2, 100 };
  g_autofree float *x = check_random (21);
  float y[63];
  GpuTensor *t = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (7, 3), x);

  for (int i = 0; i < 21; i++)
    y[i] = indices[i / 3] >= 0 && indices[i / 3] < 7 ? x[indices[i / 3] * 3 + i % 3] : 0;
  check_values (cx, gpu_gather (cx, t, gpu_tensor_new_i32 (cx, GPU_SHAPE_1 (7), indices)), y, 21, 0,
                "gather");
  for (int i = 0; i < 63; i++)
    y[i] = x[i / 9 * 3 + i % 3];
  check_values (cx, gpu_repeat (cx, t, 3), y, 63, 0, "repeat");
  for (int i = 0; i < 33; i++)
    {
      double at = CLAMP ((i / 3 + 0.5) * 7 / 11 - 0.5, 0, 6);
      int low = (int) at, high = MIN (low + 1, 6);

      y[i] = (float) (x[low * 3 + i % 3] + (x[high * 3 + i % 3] - x[low * 3 + i % 3]) * (at - low));
    }
  check_values (cx, gpu_resample_linear (cx, t, 11), y, 33, CHECK_F32, "resample");
}

static void
test_rows (void)
{
  check_on_devices (run_rows, NULL);
}

static void
run_pad (GpuContext *cx, gpointer data)
{
  static const int source[][9] = { { -1, -1, 0, 1, 2, 3, 4, -1, -1 },
                                   { 2, 1, 0, 1, 2, 3, 4, 3, 2 },
                                   { 0, 0, 0, 1, 2, 3, 4, 4, 4 } };
  g_autofree float *x = check_random (30);
  float y[54];

  for (int mode = GPU_PAD_ZERO; mode <= GPU_PAD_EDGE; mode++)
    {
      for (int i = 0; i < 54; i++)
        {
          int from = source[mode][i / 3 % 9];

          y[i] = from < 0 ? 0 : x[i / 27 * 15 + from * 3 + i % 3];
        }
      check_values (
          cx,
          gpu_pad (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_3 (2, 5, 3), x), 1, 2, 2, (GpuPad) mode),
          y, 54, 0, "pad");
    }
}

static void
test_pad (void)
{
  check_on_devices (run_pad, NULL);
}

/* ---- images ---- */

static void
run_images (GpuContext *cx, gpointer data)
{
  g_autofree float *x = check_random (2 * 7 * 6 * 3);
  float max[2 * 3 * 3 * 3], mean[2 * 3 * 3 * 3], resized[2 * 4 * 9 * 3];
  GpuTensor *t = gpu_tensor_new_f32 (cx, GPU_SHAPE_4 (2, 7, 6, 3), x);

  for (int p = 0; p < 2 * 3 * 3 * 3; p++)
    {
      int image = p / 27, row = p / 9 % 3 * 2, column = p / 3 % 3 * 2, k = p % 3;
      double most = -INFINITY, sum = 0;

      for (int i = row; i < row + 2; i++)
        for (int j = column; j < column + 2; j++)
          {
            most = MAX (most, x[((image * 7 + i) * 6 + j) * 3 + k]);
            sum += x[((image * 7 + i) * 6 + j) * 3 + k];
          }
      max[p] = (float) most;
      mean[p] = (float) (sum / 4);
    }
  check_values (cx, gpu_max_pool_2d (cx, t, 2, 2, 0), max, G_N_ELEMENTS (max), CHECK_F32,
                "max pool");
  check_values (cx, gpu_avg_pool_2d (cx, t, 2, 2, 0), mean, G_N_ELEMENTS (mean), CHECK_F32,
                "average pool");
  for (int p = 0; p < 2 * 4 * 9 * 3; p++)
    {
      int image = p / 108, k = p % 3;
      double v = CLAMP ((p / 27 % 4 + 0.5) * 7 / 4 - 0.5, 0, 6),
             u = CLAMP ((p / 3 % 9 + 0.5) * 6 / 9 - 0.5, 0, 5);
      int top = (int) v, left = (int) u, bottom = MIN (top + 1, 6), right = MIN (left + 1, 5);
#define AT(i, j) x[((image * 7 + (i)) * 6 + (j)) * 3 + k]
      double a = AT (top, left) + (AT (top, right) - AT (top, left)) * (u - left);
      double b = AT (bottom, left) + (AT (bottom, right) - AT (bottom, left)) * (u - left);
#undef AT

      resized[p] = (float) (a + (b - a) * (v - top));
    }
  check_values (cx, gpu_resize_2d (cx, t, 4, 9), resized, G_N_ELEMENTS (resized), CHECK_F32,
                "resize");
}

static void
test_images (void)
{
  check_on_devices (run_images, NULL);
}

static void
run_warp (GpuContext *cx, gpointer data)
{
  const float matrix[] = { 0.7f, -0.4f, 1.3f, 0.3f, 0.9f, -0.6f };
  g_autofree float *x = check_random (8 * 9 * 2);
  float y[6 * 10 * 2];

  for (int p = 0; p < 120; p++)
    {
      double i = p / 20, j = p / 2 % 10, u = matrix[0] * j + matrix[1] * i + matrix[2],
             v = matrix[3] * j + matrix[4] * i + matrix[5], sum = 0;

      for (int a = 0; a < 8; a++)
        for (int b = 0; b < 9; b++)
          sum += x[(a * 9 + b) * 2 + p % 2] * MAX (0, 1 - fabs (u - b)) * MAX (0, 1 - fabs (v - a));
      y[p] = (float) sum;
    }
  check_values (cx,
                gpu_warp_affine (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_3 (8, 9, 2), x),
                                 gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (2, 3), matrix), 6, 10),
                y, 120, CHECK_F32, "warp");
}

static void
test_warp (void)
{
  check_on_devices (run_warp, NULL);
}

/* ---- contexts ---- */

static void
run_scopes (GpuContext *cx, gpointer data)
{
  const float ones[] = { 1, 1, 1, 1 };
  guint64 before = gpu_context_get_used (cx);
  GpuTensor *kept;
  float values[4];

  gpu_scope_begin (cx);
  kept = gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (4), ones);
  for (int i = 0; i < 100; i++)
    {
      GpuTensor *next;

      gpu_scope_begin (cx);
      next = gpu_scope_keep (cx, gpu_add (cx, kept, gpu_affine (cx, kept, 0, 1)));
      gpu_scope_end (cx);
      kept = next;
    }
  kept = gpu_scope_keep (cx, gpu_reshape (cx, kept, GPU_SHAPE_2 (2, 2)));
  gpu_scope_end (cx);
  g_assert_true (gpu_tensor_read_f32 (cx, kept, values, NULL));
  g_assert_cmpfloat (values[3], ==, 101);
  g_assert_cmpuint (gpu_context_get_used (cx) - before, <=, 16384);
  g_assert_cmpuint (gpu_context_get_peak (cx), >=, gpu_context_get_used (cx));
}

static void
test_scopes (void)
{
  check_on_devices (run_scopes, NULL);
}

static void
run_limit (GpuContext *cx, gpointer data)
{
  g_autofree float *values = g_new0 (float, 1 << 16);
  g_autoptr (GError) error = NULL;
  GpuTensor *t;

  gpu_context_set_limit (cx, gpu_context_get_used (cx) + (1 << 20));
  t = gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (1 << 16), values);
  for (int i = 0; i < 8; i++)
    t = gpu_relu (cx, t);
  g_assert_false (gpu_tensor_read_f32 (cx, t, values, &error));
  g_assert_error (error, GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY);
  gpu_context_reset (cx);
  gpu_context_set_limit (cx, 0);
  gpu_scope_begin (cx);
  t = gpu_affine (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (1 << 16), values), 1, 2);
  g_assert_true (gpu_tensor_read_f32 (cx, t, values, NULL));
  g_assert_cmpfloat (values[0], ==, 2);
}

static void
test_limit (void)
{
  check_on_devices (run_limit, NULL);
}

static void
run_not_finite (GpuContext *cx, gpointer data)
{
  const float x[] = { -1, 2 };
  float y[2];
  g_autoptr (GError) error = NULL;
  GpuTensor *t = gpu_activate (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (2), x), GPU_ACT_LOG, 0, 0);

  g_assert_false (gpu_tensor_read_f32 (cx, t, y, &error));
  g_assert_error (error, GPU_ERROR, GPU_ERROR_NOT_FINITE);
  gpu_context_set_check_finite (cx, FALSE);
  g_assert_true (gpu_tensor_read_f32 (cx, t, y, NULL));
}

static void
test_not_finite (void)
{
  check_on_devices (run_not_finite, NULL);
}

static void
run_empty (GpuContext *cx, gpointer data)
{
  GpuTensor *none = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (0, 4), NULL);
  float value = 1;
  const GpuTensor *parts[2] = { none, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (2, 4), NULL) };

  g_assert_true (gpu_tensor_read_f32 (cx, gpu_relu (cx, none), &value, NULL));
  g_assert_cmpint (gpu_tensor_get_dim (gpu_concat (cx, parts, 2, 0), 0), ==, 2);
  g_assert_cmpint (gpu_tensor_get_dim (gpu_slice (cx, parts[1], 0, 1, 0), 0), ==, 0);
}

static void
test_empty (void)
{
  check_on_devices (run_empty, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/places/matmul", test_matmul);
  g_test_add_func ("/gpu/places/attention", test_attention);
  g_test_add_func ("/gpu/places/rope", test_rope);
  g_test_add_func ("/gpu/places/permute", test_permute);
  g_test_add_func ("/gpu/places/slices", test_slices);
  g_test_add_func ("/gpu/places/rows", test_rows);
  g_test_add_func ("/gpu/places/pad", test_pad);
  g_test_add_func ("/gpu/places/images", test_images);
  g_test_add_func ("/gpu/places/warp", test_warp);
  g_test_add_func ("/gpu/context/scopes", test_scopes);
  g_test_add_func ("/gpu/context/limit", test_limit);
  g_test_add_func ("/gpu/context/not-finite", test_not_finite);
  g_test_add_func ("/gpu/context/empty", test_empty);
  return g_test_run ();
}
