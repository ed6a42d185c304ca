/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/gpu/gpu-check.h"

/* Activations, broadcasting operations, gates, normalisation, softmax, reductions. */

typedef struct
{
  const char *name;
  GpuActivation act;
  float a, b;
  double low, high; /* values tried */
} ActCase;

static const ActCase activations[] = {
  { "none", GPU_ACT_NONE, 0, 0, -5, 5 },
  { "relu", GPU_ACT_RELU, 0, 0, -5, 5 },
  { "leaky relu", GPU_ACT_LEAKY_RELU, 0.1f, 0, -5, 5 },
  { "gelu", GPU_ACT_GELU, 0, 0, -8, 8 },
  { "gelu tanh", GPU_ACT_GELU_TANH, 0, 0, -8, 8 },
  { "sigmoid", GPU_ACT_SIGMOID, 0, 0, -100, 100 },
  { "tanh", GPU_ACT_TANH, 0, 0, -20, 20 },
  { "silu", GPU_ACT_SILU, 0, 0, -20, 20 },
  { "mish", GPU_ACT_MISH, 0, 0, -20, 20 },
  { "softplus", GPU_ACT_SOFTPLUS, 0, 0, -20, 20 },
  { "elu", GPU_ACT_ELU, 0.7f, 0, -9, 5 },
  { "exp", GPU_ACT_EXP, 0, 0, -90, 5 },
  { "log", GPU_ACT_LOG, 0, 0, 1e-3, 100 },
  { "sqrt", GPU_ACT_SQRT, 0, 0, 0, 100 },
  { "square", GPU_ACT_SQUARE, 0, 0, -5, 5 },
  { "abs", GPU_ACT_ABS, 0, 0, -5, 5 },
  { "sin", GPU_ACT_SIN, 0, 0, -6, 6 },
  { "cos", GPU_ACT_COS, 0, 0, -6, 6 },
  { "clamp", GPU_ACT_CLAMP, -1, 2, -5, 5 },
  { "affine", GPU_ACT_AFFINE, 3, -0.5f, -5, 5 },
};

static double
reference (const ActCase *c, double x)
{
  switch (c->act)
    {
    case GPU_ACT_RELU:
      return MAX (x, 0);
    case GPU_ACT_LEAKY_RELU:
      return x > 0 ? x : c->a * x;
    case GPU_ACT_GELU:
      return 0.5 * x * (1 + erf (x / sqrt (2)));
    case GPU_ACT_GELU_TANH:
      return 0.5 * x * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)));
    case GPU_ACT_SIGMOID:
      return 1 / (1 + exp (-x));
    case GPU_ACT_TANH:
      return tanh (x);
    case GPU_ACT_SILU:
      return x / (1 + exp (-x));
    case GPU_ACT_MISH:
      return x * tanh (log1p (exp (x)));
    case GPU_ACT_SOFTPLUS:
      return log1p (exp (x));
    case GPU_ACT_ELU:
      return x > 0 ? x : c->a * expm1 (x);
    case GPU_ACT_EXP:
      return exp (x);
    case GPU_ACT_LOG:
      return log (x);
    case GPU_ACT_SQRT:
      return sqrt (x);
    case GPU_ACT_SQUARE:
      return x * x;
    case GPU_ACT_ABS:
      return fabs (x);
    case GPU_ACT_SIN:
      return sin (x);
    case GPU_ACT_COS:
      return cos (x);
    case GPU_ACT_CLAMP:
      return CLAMP (x, c->a, c->b);
    case GPU_ACT_AFFINE:
      return x * c->a + c->b;
    case GPU_ACT_NONE:
    case GPU_N_ACTS:
    default:
      return x;
    }
}

static void
run_activations (GpuContext *cx, gpointer data)
{
  static const gint64 sizes[] = { 1, 7, 1000, 40003 };

  for (guint i = 0; i < G_N_ELEMENTS (activations); i++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        const ActCase *c = &activations[i];
        gint64 n = sizes[s];
        g_autofree float *x = g_new (float, n);
        g_autofree float *y = g_new (float, n);

        for (gint64 j = 0; j < n; j++)
          {
            x[j] = (float) (c->low +
                            (c->high - c->low) * (n > 1 ? (double) j / (double) (n - 1) : 0.8));
            y[j] = (float) reference (c, x[j]);
          }
        check_values (
            cx, gpu_activate (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (n), x), c->act, c->a, c->b),
            y, n, CHECK_F32, c->name);
      }
}

static void
test_activations (void)
{
  check_on_devices (run_activations, NULL);
}

static void
run_channel_functions (GpuContext *cx, gpointer data)
{
  g_autofree float *x = check_random (60);
  g_autofree float *p = check_random (6);
  g_autofree float *q = check_random (6);
  float prelu[60], snake[60];
  GpuTensor *tx = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (10, 6), x);
  GpuTensor *tp = gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (6), p),
            *tq = gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (6), q);

  for (int i = 0; i < 60; i++)
    {
      prelu[i] = x[i] > 0 ? x[i] : p[i % 6] * x[i];
      snake[i] = x[i] + (float) (pow (sin (exp (p[i % 6]) * x[i]), 2) / (exp (q[i % 6]) + 1e-9));
    }
  check_values (cx, gpu_prelu (cx, tx, tp), prelu, 60, CHECK_F32, "prelu");
  check_values (cx, gpu_snake_beta (cx, tx, tp, tq), snake, 60, CHECK_F32, "snake");
}

static void
test_channel_functions (void)
{
  check_on_devices (run_channel_functions, NULL);
}

/* ---- broadcasting ---- */

static double
pair (GpuBinary op, double a, double b)
{
  switch (op)
    {
    case GPU_ADD:
      return a + b;
    case GPU_SUB:
      return a - b;
    case GPU_MUL:
      return a * b;
    case GPU_DIV:
      return a / b;
    case GPU_MAX:
      return MAX (a, b);
    case GPU_MIN:
    default:
      return MIN (a, b);
    }
}

/* Extents padded in front to four. */
static void
four (GpuShape s, gint64 *d)
{
  for (int i = 0; i < 4; i++)
    d[i] = i < 4 - s.n ? 1 : s.d[i - (4 - s.n)];
}

static gint64
place (const gint64 *d, const gint64 *at)
{
  gint64 p = 0;

  for (int i = 0; i < 4; i++)
    p = p * d[i] + (d[i] == 1 ? 0 : at[i]);
  return p;
}

static void
check_binary (GpuContext *cx, GpuBinary op, GpuShape sx, GpuShape sy)
{
  gint64 dx[4], dy[4], d[4], at[4], n = 1;
  g_autofree float *x = check_random (gpu_shape_size (sx));
  g_autofree float *y = check_random (gpu_shape_size (sy));
  g_autofree float *z = NULL;

  for (gint64 i = 0; op == GPU_DIV && i < gpu_shape_size (sy); i++)
    y[i] += y[i] < 0 ? -0.5f : 0.5f;
  four (sx, dx);
  four (sy, dy);
  for (int i = 0; i < 4; i++)
    n *= d[i] = MAX (dx[i], dy[i]);
  z = g_new (float, n);
  for (gint64 p = 0; p < n; p++)
    {
      gint64 rest = p;

      for (int i = 3; i >= 0; i--)
        {
          at[i] = rest % d[i];
          rest /= d[i];
        }
      z[p] = (float) pair (op, x[place (dx, at)], y[place (dy, at)]);
    }
  check_values (cx,
                gpu_binary (cx, op, gpu_tensor_new_f32 (cx, sx, x), gpu_tensor_new_f32 (cx, sy, y)),
                z, n, CHECK_F32, "binary");
}

static void
run_binary (GpuContext *cx, gpointer data)
{
  for (int op = GPU_ADD; op <= GPU_MIN; op++)
    {
      check_binary (cx, (GpuBinary) op, GPU_SHAPE_2 (7, 5), GPU_SHAPE_2 (7, 5));
      check_binary (cx, (GpuBinary) op, GPU_SHAPE_2 (7, 5), GPU_SHAPE_1 (5));
      check_binary (cx, (GpuBinary) op, GPU_SHAPE_2 (7, 5), GPU_SHAPE_2 (7, 1));
      check_binary (cx, (GpuBinary) op, GPU_SHAPE_2 (1, 5), GPU_SHAPE_2 (7, 5));
      check_binary (cx, (GpuBinary) op, GPU_SHAPE_2 (7, 1), GPU_SHAPE_2 (1, 5));
      check_binary (cx, (GpuBinary) op, GPU_SHAPE_1 (1), GPU_SHAPE_3 (2, 3, 4));
      check_binary (cx, (GpuBinary) op, GPU_SHAPE_4 (2, 3, 4, 5), GPU_SHAPE_3 (3, 1, 5));
      check_binary (cx, (GpuBinary) op, GPU_SHAPE_2 (300, 129), GPU_SHAPE_2 (300, 129));
      check_binary (cx, (GpuBinary) op, GPU_SHAPE_1 (1), GPU_SHAPE_1 (1));
    }
}

static void
test_binary (void)
{
  check_on_devices (run_binary, NULL);
}

static void
run_gates (GpuContext *cx, gpointer data)
{
  g_autofree float *x = check_random (9 * 14);
  float glu[63], gate[63];
  GpuTensor *t = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (9, 14), x);

  for (int r = 0; r < 9; r++)
    for (int i = 0; i < 7; i++)
      {
        double a = x[r * 14 + i], s = 1 / (1 + exp (-x[r * 14 + 7 + i]));

        glu[r * 7 + i] = (float) (a * s);
        gate[r * 7 + i] = (float) (tanh (a) * s);
      }
  check_values (cx, gpu_glu (cx, t), glu, 63, CHECK_F32, "glu");
  check_values (cx, gpu_tanh_gate (cx, t), gate, 63, CHECK_F32, "tanh gate");
}

static void
test_gates (void)
{
  check_on_devices (run_gates, NULL);
}

/* ---- norms ---- */

/* Normalises values [rows, c] over the places where group (row, channel) agrees. */
static void
norm_reference (const float *x,
                gint64 rows,
                gint64 c,
                gboolean by_row,
                int groups,
                const float *gain,
                const float *bias,
                double eps,
                float *y)
{
  gint64 width = by_row ? c : c / groups;
  gint64 n_groups = by_row ? rows : groups;

  for (gint64 g = 0; g < n_groups; g++)
    {
      double sum = 0, square = 0, n = 0, mean;

      for (gint64 r = by_row ? g : 0; r < (by_row ? g + 1 : rows); r++)
        for (gint64 i = by_row ? 0 : g * width; i < (by_row ? c : (g + 1) * width); i++)
          {
            sum += x[r * c + i];
            n++;
          }
      mean = sum / n;
      for (gint64 r = by_row ? g : 0; r < (by_row ? g + 1 : rows); r++)
        for (gint64 i = by_row ? 0 : g * width; i < (by_row ? c : (g + 1) * width); i++)
          square += pow (x[r * c + i] - mean, 2);
      for (gint64 r = by_row ? g : 0; r < (by_row ? g + 1 : rows); r++)
        for (gint64 i = by_row ? 0 : g * width; i < (by_row ? c : (g + 1) * width); i++)
          y[r * c + i] = (float) ((x[r * c + i] - mean) / sqrt (square / n + eps) *
                                      (gain != NULL ? gain[i] : 1) +
                                  (bias != NULL ? bias[i] : 0));
    }
}

static void
check_norms (GpuContext *cx, gint64 rows, gint64 c, gboolean affine)
{
  g_autofree float *x = check_random (rows * c);
  g_autofree float *gain = affine ? check_random (c) : NULL;
  g_autofree float *bias = affine ? check_random (c) : NULL;
  g_autofree float *y = g_new (float, rows *c);
  GpuTensor *t = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (rows, c), x);
  GpuTensor *tg = affine ? gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (c), gain) : NULL,
            *tb = affine ? gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (c), bias) : NULL;

  norm_reference (x, rows, c, TRUE, 0, gain, bias, 1e-5, y);
  check_values (cx, gpu_layer_norm (cx, t, tg, tb, 1e-5f), y, rows * c, CHECK_F32, "layer norm");
  norm_reference (x, rows, c, FALSE, (int) c, gain, bias, 1e-5, y);
  check_values (cx, gpu_channel_norm (cx, t, tg, tb, 1e-5f), y, rows * c, CHECK_F32,
                "channel norm");
  if (c % 4 == 0)
    {
      norm_reference (x, rows, c, FALSE, 4, gain, bias, 1e-5, y);
      check_values (cx, gpu_group_norm (cx, t, 4, tg, tb, 1e-5f), y, rows * c, CHECK_F32,
                    "group norm");
    }
  for (gint64 r = 0; r < rows; r++)
    {
      double norm = 0;

      for (gint64 i = 0; i < c; i++)
        norm += pow (x[r * c + i], 2);
      for (gint64 i = 0; i < c; i++)
        y[r * c + i] = (float) (x[r * c + i] / MAX (sqrt (norm), 1e-6));
    }
  check_values (cx, gpu_l2_norm (cx, t, 1e-6f), y, rows * c, CHECK_F32, "l2 norm");
}

static void
check_grn (GpuContext *cx, gint64 rows, gint64 c)
{
  g_autofree float *x = check_random (rows * c);
  g_autofree float *gain = check_random (c);
  g_autofree float *bias = check_random (c);
  g_autofree float *y = g_new (float, rows *c);
  g_autofree double *g = g_new0 (double, c);
  double mean = 0;

  for (gint64 i = 0; i < c; i++)
    {
      for (gint64 r = 0; r < rows; r++)
        g[i] += pow (x[r * c + i], 2);
      g[i] = sqrt (g[i]);
      mean += g[i] / (double) c;
    }
  for (gint64 r = 0; r < rows; r++)
    for (gint64 i = 0; i < c; i++)
      y[r * c + i] =
          (float) (gain[i] * x[r * c + i] * g[i] / (mean + 1e-6) + bias[i] + x[r * c + i]);
  check_values (cx,
                gpu_grn (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (rows, c), x),
                         gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (c), gain),
                         gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (c), bias), 1e-6f),
                y, rows * c, CHECK_F32, "grn");
}

static void
run_norms (GpuContext *cx, gpointer data)
{
  check_norms (cx, 5, 16, FALSE);
  check_norms (cx, 5, 16, TRUE);
  check_norms (cx, 33, 67, TRUE);
  check_norms (cx, 400, 96, TRUE);
  check_grn (cx, 21, 12);
}

static void
test_norms (void)
{
  check_on_devices (run_norms, NULL);
}

/* ---- softmax, reductions ---- */

static void
softmax_reference (const float *x,
                   const float *mask,
                   gint64 mask_rows,
                   gint64 rows,
                   gint64 n,
                   double scale,
                   float *y)
{
  for (gint64 r = 0; r < rows; r++)
    {
      double most = -INFINITY, sum = 0;

      for (gint64 i = 0; i < n; i++)
        most = MAX (most, x[r * n + i] * scale + (mask != NULL ? mask[r % mask_rows * n + i] : 0));
      for (gint64 i = 0; i < n; i++)
        sum += exp (x[r * n + i] * scale + (mask != NULL ? mask[r % mask_rows * n + i] : 0) - most);
      for (gint64 i = 0; i < n; i++)
        y[r * n + i] =
            most > -INFINITY
                ? (float) (exp (x[r * n + i] * scale +
                                (mask != NULL ? mask[r % mask_rows * n + i] : 0) - most) /
                           sum)
                : 0;
    }
}

static void
run_softmax (GpuContext *cx, gpointer data)
{
  g_autofree float *x = check_random (2 * 6 * 37);
  g_autofree float *mask = check_random (6 * 37);
  g_autofree float *y = g_new (float, 2 * 6 * 37);
  GpuTensor *t = gpu_tensor_new_f32 (cx, GPU_SHAPE_3 (2, 6, 37), x);

  softmax_reference (x, NULL, 1, 12, 37, 3, y);
  check_values (cx, gpu_softmax (cx, t, 3, NULL), y, 2 * 6 * 37, CHECK_F32, "softmax");
  for (int i = 0; i < 6 * 37; i++)
    mask[i] = i % 37 > i / 37 * 5 ? -INFINITY : mask[i];
  softmax_reference (x, mask, 6, 12, 37, 1, y);
  check_values (cx, gpu_softmax (cx, t, 1, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (6, 37), mask)), y,
                2 * 6 * 37, CHECK_F32, "masked softmax");
}

static void
test_softmax (void)
{
  check_on_devices (run_softmax, NULL);
}

static void
check_reduce (GpuContext *cx, const gint64 *d, int axis)
{
  gint64 outer = 1, inner = 1, n = d[axis];
  g_autofree float *x = check_random (d[0] * d[1] * d[2]);
  GpuTensor *t = gpu_tensor_new_f32 (cx, GPU_SHAPE_3 (d[0], d[1], d[2]), x);

  for (int i = 0; i < axis; i++)
    outer *= d[i];
  for (int i = axis + 1; i < 3; i++)
    inner *= d[i];
  for (int op = GPU_REDUCE_SUM; op <= GPU_REDUCE_MAX; op++)
    {
      g_autofree float *y = g_new (float, outer *inner);

      for (gint64 p = 0; p < outer * inner; p++)
        {
          double sum = 0, most = -INFINITY;

          for (gint64 j = 0; j < n; j++)
            {
              sum += x[(p / inner * n + j) * inner + p % inner];
              most = MAX (most, x[(p / inner * n + j) * inner + p % inner]);
            }
          y[p] = (float) (op == GPU_REDUCE_MAX    ? most
                          : op == GPU_REDUCE_MEAN ? sum / (double) n
                                                  : sum);
        }
      check_values (cx, gpu_reduce (cx, (GpuReduce) op, t, axis), y, outer * inner, CHECK_F32,
                    "reduce");
    }
}

static void
run_reduce (GpuContext *cx, gpointer data)
{
  static const gint64 shapes[][3] = { { 1, 1, 1 }, { 4, 5, 6 }, { 1, 77, 3 }, { 50, 1, 20 } };
  const float ties[] = { 1, 3, 3, -1, -5, -2, -2, -9 };
  gint32 found[2];

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (int axis = 0; axis < 3; axis++)
      check_reduce (cx, shapes[i], axis);
  g_assert_true (gpu_tensor_read_i32 (
      cx, gpu_argmax (cx, gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (2, 4), ties)), found, NULL));
  g_assert_cmpint (found[0], ==, 1);
  g_assert_cmpint (found[1], ==, 1);
}

static void
test_reduce (void)
{
  check_on_devices (run_reduce, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/elementwise/activations", test_activations);
  g_test_add_func ("/gpu/elementwise/channel-functions", test_channel_functions);
  g_test_add_func ("/gpu/elementwise/binary", test_binary);
  g_test_add_func ("/gpu/elementwise/gates", test_gates);
  g_test_add_func ("/gpu/elementwise/norms", test_norms);
  g_test_add_func ("/gpu/elementwise/softmax", test_softmax);
  g_test_add_func ("/gpu/elementwise/reduce", test_reduce);
  return g_test_run ();
}
