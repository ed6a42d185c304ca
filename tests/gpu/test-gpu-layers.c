/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/gpu/gpu-check.h"

#include <string.h>

/* Linear layers, convolutions, embeddings: odd shapes, strides, dilations, groups, types, fused
 * post-operations. */

static const double tolerances[] = {
  [GPU_F32] = CHECK_F32, [GPU_F16] = CHECK_F16, [GPU_BF16] = CHECK_BF16, [GPU_I8] = CHECK_F16
};

/* ---- what fused does ---- */

static double
apply (GpuActivation act, double a, double b, double x)
{
  switch (act)
    {
    case GPU_ACT_RELU:
      return MAX (x, 0);
    case GPU_ACT_LEAKY_RELU:
      return x > 0 ? x : a * x;
    case GPU_ACT_GELU:
      return 0.5 * x * (1 + erf (x / sqrt (2)));
    case GPU_ACT_SIGMOID:
      return 1 / (1 + exp (-x));
    case GPU_ACT_SILU:
      return x / (1 + exp (-x));
    case GPU_ACT_CLAMP:
      return CLAMP (x, a, b);
    case GPU_ACT_SIN: /* not one of oneDNN's: takes the unfused path */
      return sin (x);
    default:
      return x;
    }
}

static const GpuFused fusions[] = {
  { GPU_ACT_NONE, 0, 0, NULL, FALSE },          { GPU_ACT_RELU, 0, 0, NULL, FALSE },
  { GPU_ACT_LEAKY_RELU, 0.1f, 0, NULL, FALSE }, { GPU_ACT_GELU, 0, 0, NULL, FALSE },
  { GPU_ACT_SIGMOID, 0, 0, NULL, FALSE },       { GPU_ACT_SILU, 0, 0, NULL, FALSE },
  { GPU_ACT_CLAMP, -0.2f, 0.3f, NULL, FALSE },  { GPU_ACT_SIN, 0, 0, NULL, FALSE },
};

/* Returns the greatest magnitude before the activation. */
static double
fuse (const GpuFused *fused, const float *residual, gboolean after, float *y, gint64 n)
{
  double scale = 0;

  for (gint64 i = 0; i < n; i++)
    {
      double v = y[i];

      if (residual != NULL && !after)
        v += residual[i];
      scale = MAX (scale, fabs (v));
      v = apply (fused->act, fused->a, fused->b, v);
      if (residual != NULL && after)
        v += residual[i];
      y[i] = (float) v;
    }
  return scale;
}

/* The weights as the device keeps them, so that only the arithmetic is compared. */
static void
round_row (GpuType type, float *w, gint64 n)
{
  float most = 0;

  for (gint64 i = 0; i < n; i++)
    most = MAX (most, fabsf (w[i]));
  for (gint64 i = 0; i < n; i++)
    if (type == GPU_F16)
      w[i] = (float) (_Float16) w[i];
    else if (type == GPU_BF16)
      {
        guint32 bits;

        memcpy (&bits, &w[i], sizeof bits);
        bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
        memcpy (&w[i], &bits, sizeof bits);
      }
    else if (type == GPU_I8 && most > 0)
      w[i] = rintf (w[i] / (most / 127.0f)) * (most / 127.0f);
}

static void
round_to (GpuType type, float *w, gint64 rows, gint64 n)
{
  for (gint64 row = 0; row < rows; row++)
    round_row (type, w + row * n, n);
}

/* ---- linear ---- */

static const char *const linear_names[] = { [GPU_F32] = "linear f32",
                                            [GPU_F16] = "linear f16",
                                            [GPU_BF16] = "linear bf16",
                                            [GPU_I8] = "linear i8" };

typedef struct
{
  gint64 rows, in, out;
  GpuType type;
  const float *x, *w, *bias, *residual, *expected;
  GpuFused fused;
  double scale;
} LinearCase;

static void
run_linear (GpuContext *cx, gpointer data)
{
  const LinearCase *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GpuWeight) w = gpu_weight_new_linear (gpu_context_get_device (cx), c->type, c->out,
                                                   c->in, c->w, c->bias, &error);
  GpuFused fused = c->fused;
  GpuTensor *x = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (c->rows, c->in), c->x);

  g_assert_no_error (error);
  if (c->residual != NULL)
    fused.residual = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (c->rows, c->out), c->residual);
  check_values_scaled (cx, gpu_linear (cx, x, w, fused), c->expected, c->rows * c->out, c->scale,
                       tolerances[c->type], linear_names[c->type]);
}

static void
check_linear (gint64 rows,
              gint64 in,
              gint64 out,
              GpuType type,
              gboolean with_bias,
              const GpuFused *fused,
              gboolean with_residual,
              gboolean after)
{
  g_autofree float *x = check_random (rows * in);
  g_autofree float *w = check_random (out * in);
  g_autofree float *bias = with_bias ? check_random (out) : NULL;
  g_autofree float *residual = with_residual ? check_random (rows * out) : NULL;
  g_autofree float *expected = g_new (float, rows *out);
  LinearCase c = { rows, in, out, type, x, w, bias, residual, expected, *fused };
  double before;

  round_to (type, w, out, in);
  c.fused.residual_after = after;
  for (gint64 r = 0; r < rows; r++)
    for (gint64 o = 0; o < out; o++)
      {
        double sum = bias != NULL ? bias[o] : 0;
        double size = fabs (sum);

        for (gint64 i = 0; i < in; i++)
          {
            sum += (double) x[r * in + i] * w[o * in + i];
            size = MAX (size, fabs (sum));
          }
        c.scale = MAX (c.scale, size);
        expected[r * out + o] = (float) sum;
      }
  before = fuse (fused, residual, after, expected, rows * out);
  c.scale = MAX (c.scale, before);
  check_on_devices (run_linear, &c);
}

static void
test_linear (void)
{
  static const gint64 shapes[][3] = { { 1, 1, 1 },     { 1, 7, 3 },   { 1, 512, 1025 },
                                      { 2, 33, 17 },   { 5, 64, 48 }, { 37, 100, 61 },
                                      { 130, 256, 96 } };
  static const GpuType types[] = { GPU_F32, GPU_F16, GPU_BF16, GPU_I8 };

  for (guint s = 0; s < G_N_ELEMENTS (shapes); s++)
    for (guint t = 0; t < G_N_ELEMENTS (types); t++)
      check_linear (shapes[s][0], shapes[s][1], shapes[s][2], types[t], s % 2 == 0, &fusions[0],
                    FALSE, FALSE);
  for (guint f = 0; f < G_N_ELEMENTS (fusions); f++)
    for (int mode = 0; mode < 3; mode++)
      {
        check_linear (9, 20, 13, GPU_F32, TRUE, &fusions[f], mode > 0, mode == 2);
        check_linear (1, 20, 13, GPU_F16, TRUE, &fusions[f], mode > 0, mode == 2);
      }
}

static void
test_linear_random (void)
{
  for (int i = 0; i < 20; i++)
    check_linear (check_random_int (1, 40), check_random_int (1, 150), check_random_int (1, 90),
                  (GpuType) check_random_int (0, 2), check_random_int (0, 1) == 1,
                  &fusions[check_random_int (0, G_N_ELEMENTS (fusions) - 1)],
                  check_random_int (0, 1) == 1, check_random_int (0, 1) == 1);
}

/* ---- convolutions ---- */

typedef struct
{
  gint64 n, h, w, in, out, kh, kw, out_h, out_w;
  int groups;
  gboolean two_d, transposed;
  GpuType type;
  GpuConv conv;
  const float *x, *weight, *bias, *residual, *expected;
  double scale;
} ConvCase;

static GpuShape
shape_of (const ConvCase *c, gint64 h, gint64 w, gint64 channels)
{
  if (c->two_d)
    return c->n > 1 ? GPU_SHAPE_4 (c->n, h, w, channels) : GPU_SHAPE_3 (h, w, channels);
  return c->n > 1 ? GPU_SHAPE_3 (c->n, w, channels) : GPU_SHAPE_2 (w, channels);
}

static GpuWeight *
make_weight (GpuDevice *device, const ConvCase *c, GError **error)
{
  if (c->transposed)
    return c->two_d ? gpu_weight_new_conv_transpose_2d (device, c->type, c->in, c->out, c->kh,
                                                        c->kw, c->weight, c->bias, error)
                    : gpu_weight_new_conv_transpose_1d (device, c->type, c->in, c->out, c->kw,
                                                        c->weight, c->bias, error);
  return c->two_d ? gpu_weight_new_conv_2d (device, c->type, c->out, c->in, c->kh, c->kw, c->groups,
                                            c->weight, c->bias, error)
                  : gpu_weight_new_conv_1d (device, c->type, c->out, c->in, c->kw, c->groups,
                                            c->weight, c->bias, error);
}

static void
run_conv (GpuContext *cx, gpointer data)
{
  const ConvCase *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GpuWeight) w = make_weight (gpu_context_get_device (cx), c, &error);
  GpuTensor *x = gpu_tensor_new_f32 (cx, shape_of (c, c->h, c->w, c->in), c->x);
  GpuConv conv = c->conv;
  GpuTensor *y;

  g_assert_no_error (error);
  if (c->residual != NULL)
    conv.fused.residual =
        gpu_tensor_new_f32 (cx, shape_of (c, c->out_h, c->out_w, c->out), c->residual);
  if (c->transposed)
    y = c->two_d ? gpu_conv_transpose_2d (cx, x, w, conv) : gpu_conv_transpose_1d (cx, x, w, conv);
  else
    y = c->two_d ? gpu_conv_2d (cx, x, w, conv) : gpu_conv_1d (cx, x, w, conv);
  g_assert_cmpint (gpu_tensor_get_dim (y, -2), ==, c->out_w);
  check_values_scaled (cx, y, c->expected, c->n * c->out_h * c->out_w * c->out, c->scale,
                       tolerances[c->type],
                       c->transposed ? "transposed convolution" : "convolution");
}

static int
or_one (int v)
{
  return v == 0 ? 1 : v;
}

/* A direct sum, in doubles; the vertical parameters of a 1-D layer are neutral. */
static void
reference_conv (const ConvCase *c, float *y)
{
  int sh = c->two_d ? or_one (c->conv.stride) : 1,
      sw = c->two_d ? or_one (c->conv.stride_w) : or_one (c->conv.stride);
  int dh = c->two_d ? or_one (c->conv.dilation) : 1,
      dw = c->two_d ? or_one (c->conv.dilation_w) : or_one (c->conv.dilation);
  int pt = c->two_d ? c->conv.pad : 0, pl = c->two_d ? c->conv.pad_w : c->conv.pad;
  gint64 gin = c->in / c->groups, gout = c->out / c->groups;

  for (gint64 n = 0; n < c->n; n++)
    for (gint64 oy = 0; oy < c->out_h; oy++)
      for (gint64 ox = 0; ox < c->out_w; ox++)
        for (gint64 o = 0; o < c->out; o++)
          {
            double sum = c->bias != NULL ? c->bias[o] : 0;

            for (gint64 ky = 0; ky < c->kh; ky++)
              for (gint64 kx = 0; kx < c->kw; kx++)
                {
                  gint64 iy = c->transposed ? oy + pt - ky : oy * sh - pt + ky * dh;
                  gint64 ix = c->transposed ? ox + pl - kx : ox * sw - pl + kx * dw;

                  if (c->transposed && (iy % sh != 0 || ix % sw != 0))
                    continue;
                  if (c->transposed)
                    {
                      iy /= sh;
                      ix /= sw;
                    }
                  if (iy < 0 || ix < 0 || iy >= c->h || ix >= c->w)
                    continue;
                  for (gint64 i = 0; i < gin; i++)
                    {
                      gint64 in = o / gout * gin + i;
                      gint64 at = c->transposed ? ((in * c->out + o) * c->kh + ky) * c->kw + kx
                                                : ((o * gin + i) * c->kh + ky) * c->kw + kx;

                      sum +=
                          (double) c->x[((n * c->h + iy) * c->w + ix) * c->in + in] * c->weight[at];
                    }
                }
            y[((n * c->out_h + oy) * c->out_w + ox) * c->out + o] = (float) sum;
          }
}

static void
check_conv (
    ConvCase c, const GpuFused *fused, gboolean with_bias, gboolean with_residual, gboolean after)
{
  int sh = c.two_d ? or_one (c.conv.stride) : 1,
      sw = c.two_d ? or_one (c.conv.stride_w) : or_one (c.conv.stride);
  int dh = c.two_d ? or_one (c.conv.dilation) : 1,
      dw = c.two_d ? or_one (c.conv.dilation_w) : or_one (c.conv.dilation);
  gint64 pads_h = c.two_d ? c.conv.pad + c.conv.pad_end : 0,
         pads_w = c.two_d ? c.conv.pad_w + c.conv.pad_end_w : c.conv.pad + c.conv.pad_end;
  g_autofree float *x = check_random (c.n * c.h * c.w * c.in);
  g_autofree float *weight = check_random (c.out * c.in / c.groups * c.kh * c.kw);
  g_autofree float *bias = with_bias ? check_random (c.out) : NULL;
  g_autofree float *residual = NULL;
  g_autofree float *expected = NULL;
  gint64 n;
  double before;

  if (c.transposed)
    {
      c.out_h = c.two_d ? (c.h - 1) * sh - pads_h + c.kh + c.conv.out_pad : 1;
      c.out_w = (c.w - 1) * sw - pads_w + c.kw + (c.two_d ? c.conv.out_pad_w : c.conv.out_pad);
    }
  else
    {
      c.out_h = (c.h + pads_h - dh * (c.kh - 1) - 1) / sh + 1;
      c.out_w = (c.w + pads_w - dw * (c.kw - 1) - 1) / sw + 1;
    }
  round_to (c.type, weight, c.out, c.in / c.groups * c.kh * c.kw);
  n = c.n * c.out_h * c.out_w * c.out;
  expected = g_new (float, n);
  residual = with_residual ? check_random (n) : NULL;
  c.x = x;
  c.weight = weight;
  c.bias = bias;
  c.residual = residual;
  c.expected = expected;
  c.conv.fused = *fused;
  c.conv.fused.residual_after = after;
  reference_conv (&c, expected);
  before = fuse (fused, residual, after, expected, n);
  c.scale = MAX (1e-1, before);
  check_on_devices (run_conv, &c);
}

static const ConvCase conv_1d_cases[] = {
  { 1, 1, 20, 1, 1, 1, 1 },
  { 1, 1, 1, 3, 5, 1, 1 },
  { 1, 1, 50, 16, 16, 1, 3, 0, 0, 0, FALSE, FALSE, GPU_F32, { .pad = 1, .pad_end = 1 } },
  { 1,
    1,
    50,
    24,
    40,
    1,
    7,
    0,
    0,
    0,
    FALSE,
    FALSE,
    GPU_F32,
    { .pad = 9, .pad_end = 9, .dilation = 3 } },
  { 1,
    1,
    63,
    8,
    12,
    1,
    11,
    0,
    0,
    0,
    FALSE,
    FALSE,
    GPU_F32,
    { .pad = 25, .pad_end = 25, .dilation = 5 } },
  { 1, 1, 101, 1, 32, 1, 10, 0, 0, 0, FALSE, FALSE, GPU_F32, { .stride = 5 } },
  { 1, 1, 40, 32, 32, 1, 2, 0, 0, 0, FALSE, FALSE, GPU_F32, { .stride = 2 } },
  { 3, 1, 17, 5, 7, 1, 4, 0, 0, 0, FALSE, FALSE, GPU_F32, { .stride = 3, .pad = 2, .pad_end = 1 } },
  { 1, 1, 33, 32, 32, 1, 128, 0, 0, 16, FALSE, FALSE, GPU_F32, { .pad = 64, .pad_end = 64 } },
  { 1, 1, 33, 12, 12, 1, 7, 0, 0, 12, FALSE, FALSE, GPU_F32, { .pad = 3, .pad_end = 3 } },
  { 1, 1, 30, 16, 8, 1, 3, 0, 0, 4, FALSE, FALSE, GPU_F16, { .pad = 2 } },
  { 1, 1, 30, 16, 8, 1, 5, 0, 0, 0, FALSE, FALSE, GPU_BF16, { .pad = 2, .pad_end = 2 } },
};

static void
test_conv_1d (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (conv_1d_cases); i++)
    {
      ConvCase c = conv_1d_cases[i];

      c.groups = MAX (c.groups, 1);
      check_conv (c, &fusions[i % G_N_ELEMENTS (fusions)], i % 2 == 0, i % 3 == 0, i % 2 == 1);
    }
}

static const ConvCase conv_2d_cases[] = {
  { 1,
    9,
    11,
    3,
    8,
    3,
    3,
    0,
    0,
    1,
    TRUE,
    FALSE,
    GPU_F32,
    { .two_d = TRUE, .pad = 1, .pad_end = 1, .pad_w = 1, .pad_end_w = 1 } },
  { 2,
    16,
    16,
    6,
    16,
    7,
    7,
    0,
    0,
    1,
    TRUE,
    FALSE,
    GPU_F32,
    { .two_d = TRUE, .pad = 3, .pad_end = 3, .pad_w = 3, .pad_end_w = 3 } },
  { 1,
    20,
    16,
    8,
    12,
    3,
    3,
    0,
    0,
    1,
    TRUE,
    FALSE,
    GPU_F32,
    { .two_d = TRUE,
      .stride = 3,
      .stride_w = 1,
      .pad = 1,
      .pad_end = 1,
      .pad_w = 1,
      .pad_end_w = 1 } },
  { 1,
    10,
    10,
    8,
    8,
    3,
    3,
    0,
    0,
    8,
    TRUE,
    FALSE,
    GPU_F32,
    { .two_d = TRUE, .stride = 2, .stride_w = 2, .pad_end = 1, .pad_end_w = 1 } },
  { 1,
    12,
    7,
    4,
    6,
    3,
    2,
    0,
    0,
    2,
    TRUE,
    FALSE,
    GPU_F32,
    { .two_d = TRUE, .dilation = 2, .dilation_w = 3 } },
  { 4, 3, 3, 16, 32, 3, 3, 0, 0, 1, TRUE, FALSE, GPU_F16, { .two_d = TRUE } },
  { 1, 1, 1, 16, 4, 1, 1, 0, 0, 1, TRUE, FALSE, GPU_F32, { .two_d = TRUE } },
};

static void
test_conv_2d (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (conv_2d_cases); i++)
    check_conv (conv_2d_cases[i], &fusions[(i + 1) % G_N_ELEMENTS (fusions)], i % 2 == 0,
                i % 2 == 1, i % 3 == 1);
}

static const ConvCase conv_transpose_cases[] = {
  { 1, 1, 1, 2, 3, 1, 4, 0, 0, 1, FALSE, TRUE, GPU_F32, { .stride = 2 } },
  { 1,
    1,
    13,
    16,
    8,
    1,
    16,
    0,
    0,
    1,
    FALSE,
    TRUE,
    GPU_F32,
    { .stride = 10, .pad = 3, .pad_end = 3 } },
  { 1,
    1,
    13,
    8,
    4,
    1,
    20,
    0,
    0,
    1,
    FALSE,
    TRUE,
    GPU_F32,
    { .stride = 10, .pad = 5, .pad_end = 5 } },
  { 1, 1, 21, 12, 6, 1, 8, 0, 0, 1, FALSE, TRUE, GPU_F16, { .stride = 2, .pad = 3, .pad_end = 3 } },
  { 2, 1, 9, 6, 5, 1, 2, 0, 0, 1, FALSE, TRUE, GPU_F32, { .stride = 2 } },
  { 1,
    1,
    9,
    6,
    5,
    1,
    3,
    0,
    0,
    1,
    FALSE,
    TRUE,
    GPU_F32,
    { .stride = 3, .pad = 1, .pad_end = 1, .out_pad = 2 } },
  { 1,
    3,
    3,
    16,
    8,
    3,
    3,
    0,
    0,
    1,
    TRUE,
    TRUE,
    GPU_F32,
    { .two_d = TRUE,
      .stride = 2,
      .stride_w = 2,
      .pad = 1,
      .pad_end = 1,
      .pad_w = 1,
      .pad_end_w = 1,
      .out_pad = 1,
      .out_pad_w = 1 } },
  { 2, 1, 1, 8, 4, 3, 3, 0, 0, 1, TRUE, TRUE, GPU_F32, { .two_d = TRUE } },
  { 1,
    5,
    4,
    4,
    6,
    4,
    3,
    0,
    0,
    1,
    TRUE,
    TRUE,
    GPU_F32,
    { .two_d = TRUE, .stride = 2, .stride_w = 3, .pad = 1, .pad_end = 1 } },
};

static void
test_conv_transpose (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (conv_transpose_cases); i++)
    check_conv (conv_transpose_cases[i], &fusions[i % G_N_ELEMENTS (fusions)], i % 2 == 0,
                i % 3 == 2, i % 2 == 0);
}

static void
test_conv_random (void)
{
  for (int i = 0; i < 25; i++)
    {
      int groups = check_random_int (0, 3) == 0 ? 4 : 1;
      gboolean transposed = groups == 1 && check_random_int (0, 2) == 0;
      ConvCase c = { .n = check_random_int (1, 2),
                     .h = 1,
                     .w = check_random_int (12, 60),
                     .in = 4 * check_random_int (1, 9),
                     .out = 4 * check_random_int (1, 9),
                     .kh = 1,
                     .kw = check_random_int (1, 7),
                     .groups = groups,
                     .transposed = transposed };

      c.conv.stride = (int) check_random_int (1, 3);
      c.conv.dilation = transposed ? 1 : (int) check_random_int (1, 2);
      c.conv.pad = (int) check_random_int (0, transposed ? 0 : 4);
      c.conv.pad_end = (int) check_random_int (0, transposed ? 0 : 4);
      check_conv (c, &fusions[check_random_int (0, G_N_ELEMENTS (fusions) - 1)],
                  check_random_int (0, 1) == 1, check_random_int (0, 1) == 1,
                  check_random_int (0, 1) == 1);
    }
}

/* Long enough that the CPU computes them in pieces, at both ends and between. */
static void
test_conv_long (void)
{
  for (int i = 0; i < 10; i++)
    {
      gboolean transposed = i % 3 == 0;
      ConvCase c = { .n = 1,
                     .h = 1,
                     .w = check_random_int (64, 600),
                     .in = 4 * check_random_int (1, 5),
                     .out = 4 * check_random_int (1, 5),
                     .kh = 1,
                     .kw = check_random_int (1, 11),
                     .groups = i % 5 == 4 ? 4 : 1,
                     .transposed = transposed };

      c.conv.stride = transposed ? (int) check_random_int (1, 10) : 1;
      c.conv.dilation = transposed ? 1 : (int) check_random_int (1, 5);
      c.conv.pad = (int) check_random_int (0, transposed ? (c.kw - 1) / 2 : 30);
      c.conv.pad_end = (int) check_random_int (0, transposed ? (c.kw - 1) / 2 : 30);
      if (c.groups > 1 && transposed)
        c.groups = 1;
      if (i == 1) /* oneDNN sums up over the channels in several passes */
        c.in = c.w = 300;
      check_conv (c, &fusions[check_random_int (0, G_N_ELEMENTS (fusions) - 1)],
                  check_random_int (0, 1) == 1, check_random_int (0, 1) == 1, FALSE);
    }
}

/* ---- tables and constants ---- */

static void
run_embed (GpuContext *cx, gpointer data)
{
  static const gint32 indices[] = { 3, 0, -1, 6, 7, 3 };
  const float *table = data;
  float expected[6 * 5] = { 0 };

  for (int t = GPU_F32; t <= GPU_BF16; t++)
    {
      g_autoptr (GpuWeight) w =
          gpu_weight_new_table (gpu_context_get_device (cx), (GpuType) t, 7, 5, table, NULL);
      GpuTensor *i = gpu_tensor_new_i32 (cx, GPU_SHAPE_2 (2, 3), indices);
      GpuTensor *y = gpu_embed (cx, i, w);

      g_assert_cmpint (gpu_tensor_get_shape (y).n, ==, 3);
      for (int r = 0; r < 6; r++)
        for (int k = 0; k < 5; k++)
          expected[r * 5 + k] = indices[r] >= 0 && indices[r] < 7 ? table[indices[r] * 5 + k] : 0;
      check_values (cx, y, expected, 30, tolerances[t], "embed");
    }
}

static void
test_embed (void)
{
  g_autofree float *table = check_random (35);

  check_on_devices (run_embed, table);
}

static void
run_constant (GpuContext *cx, gpointer data)
{
  const float *values = data;
  g_autoptr (GpuWeight) w =
      gpu_weight_new_constant (gpu_context_get_device (cx), GPU_SHAPE_2 (3, 4), values, NULL);
  g_autofree float *expected = g_new (float, 12);

  for (int i = 0; i < 12; i++)
    expected[i] = 2 * values[i];
  check_values (cx, gpu_add (cx, gpu_constant (cx, w), gpu_constant (cx, w)), expected, 12,
                CHECK_F32, "constant");
}

static void
test_constant (void)
{
  g_autofree float *values = check_random (12);

  check_on_devices (run_constant, values);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/layers/linear", test_linear);
  g_test_add_func ("/gpu/layers/linear-random", test_linear_random);
  g_test_add_func ("/gpu/layers/conv-1d", test_conv_1d);
  g_test_add_func ("/gpu/layers/conv-2d", test_conv_2d);
  g_test_add_func ("/gpu/layers/conv-transpose", test_conv_transpose);
  g_test_add_func ("/gpu/layers/conv-random", test_conv_random);
  g_test_add_func ("/gpu/layers/conv-long", test_conv_long);
  g_test_add_func ("/gpu/layers/embed", test_embed);
  g_test_add_func ("/gpu/layers/constant", test_constant);
  return g_test_run ();
}
