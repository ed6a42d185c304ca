/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/bench/gpu-bench.h"

#include <string.h>

#define MAX_WEIGHTS 24

struct _GpuBench
{
  const GpuBenchCase *which;
  GpuContext *cx;
  GpuWeight *weights[MAX_WEIGHTS];
  guint n_weights;
  float *values; /* the operand's, on the host */
  GpuShape shape;
  GpuTensor *x;
  GpuTensor *keys, *kept; /* the cache of a decoder */
};

/* A stage of HiFi-GAN's generator: three blocks (3, 7, 11 taps) of three pairs of layers. */
#define STACK_FLOP(c, t) (2.0 * (c) * (c) * (t) * (3 + 7 + 11) * 6)

/* The stages of GPT-SoVITS's vocoder for one second of speech (design section 4; spec gpt-sovits
 * section 4.5), products of its decoder and of HuBERT, a layer of Wav2Lip. */
static const GpuBenchCase cases[] = {
  { "stack-256", "residual stack, 256 channels", GPU_BENCH_STACK, 256, 500, 0, GPU_F32, FALSE,
    STACK_FLOP (256, 500) },
  { "stack-128", "residual stack, 128 channels", GPU_BENCH_STACK, 128, 4000, 0, GPU_F32, FALSE,
    STACK_FLOP (128, 4000) },
  { "stack-64", "residual stack, 64 channels", GPU_BENCH_STACK, 64, 8000, 0, GPU_F32, FALSE,
    STACK_FLOP (64, 8000) },
  { "stack-32", "residual stack, 32 channels", GPU_BENCH_STACK, 32, 16000, 0, GPU_F32, FALSE,
    STACK_FLOP (32, 16000) },
  { "stack-16", "residual stack, 16 channels", GPU_BENCH_STACK, 16, 32000, 0, GPU_F32, FALSE,
    STACK_FLOP (16, 32000) },
  { "gemm", "matrix product 256x1024x4096", GPU_BENCH_GEMM, 256, 1024, 4096, GPU_F32, FALSE,
    2.0 * 256 * 1024 * 4096 },
  { "attention", "attention, 16 heads x 64, 512", GPU_BENCH_ATTENTION, 16, 64, 512, GPU_F32, FALSE,
    4.0 * 512 * 512 * 1024 },
  { "conv-2d", "convolution 3x3, 64 channels, 96x96", GPU_BENCH_CONV_2D, 64, 96, 0, GPU_F32, FALSE,
    2.0 * 96 * 96 * 64 * 64 * 9 },
  { "upsample", "transposed convolution 256 to 128, x8", GPU_BENCH_UPSAMPLE, 256, 500, 8, GPU_F32,
    FALSE, 2.0 * 500 * 16 * 256 * 128 },
  { "gemv-f16", "matrix-vector 1024x4096, f16", GPU_BENCH_GEMV, 1024, 4096, 0, GPU_F16, TRUE,
    2.0 * GPU_BENCH_WEIGHTS * 1024 * 4096 },
  { "gemv-bf16", "matrix-vector 1024x4096, bf16", GPU_BENCH_GEMV, 1024, 4096, 0, GPU_BF16, TRUE,
    2.0 * GPU_BENCH_WEIGHTS * 1024 * 4096 },
  { "gemv-i8", "matrix-vector 1024x4096, i8", GPU_BENCH_GEMV, 1024, 4096, 0, GPU_I8, TRUE,
    1.0 * GPU_BENCH_WEIGHTS * 1024 * 4096 },
  { "decode", "attention, 1 query, 1024 keys f16", GPU_BENCH_DECODE, 16, 64, 1024, GPU_F16, TRUE,
    2.0 * 2 * 1024 * 1024 },
  { "norm", "layer norm, 1024 x 1024", GPU_BENCH_NORM, 1024, 1024, 0, GPU_F32, TRUE,
    2.0 * 4 * 1024 * 1024 },
  { "gate", "tanh gate, 192 x 4000", GPU_BENCH_GATE, 192, 4000, 0, GPU_F32, TRUE,
    3.0 * 4 * 192 * 4000 },
};

/**
 * gpu_bench_cases:
 * @n_cases: (out): how many
 *
 * Returns: (transfer none): what is measured
 */
const GpuBenchCase *
gpu_bench_cases (guint *n_cases)
{
  g_return_val_if_fail (n_cases != NULL, NULL);

  *n_cases = G_N_ELEMENTS (cases);
  return cases;
}

static float *
random_values (gint64 n, float scale)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  float *values = g_new (float, n);

  for (gint64 i = 0; i < n; i++)
    values[i] = scale * (float) g_rand_double_range (random, -1, 1);
  return values;
}

static gboolean
add_weight (GpuBench *self, GpuWeight *w)
{
  if (w != NULL)
    self->weights[self->n_weights++] = w;
  return w != NULL;
}

static gboolean
add_conv (GpuBench *self, gint64 c, gint64 k, GError **error)
{
  g_autofree float *w = random_values (c * c * k, 0.5f / (float) (c * k));
  g_autofree float *bias = random_values (c, 0.1f);

  return add_weight (self, gpu_weight_new_conv_1d (gpu_context_get_device (self->cx), GPU_F32, c, c,
                                                   k, 1, w, bias, error));
}

static gboolean
add_linear (GpuBench *self, gint64 out, gint64 in, GError **error)
{
  g_autofree float *w = random_values (out * in, 0.03f);

  return add_weight (self, gpu_weight_new_linear (gpu_context_get_device (self->cx),
                                                  self->which->type, out, in, w, NULL, error));
}

static gboolean
prepare_weights (GpuBench *self, GError **error)
{
  const GpuBenchCase *c = self->which;
  g_autofree float *w = NULL;
  gboolean done = TRUE;

  switch (c->kind)
    {
    case GPU_BENCH_STACK:
      for (int k = 3; k <= 11 && done; k += 4)
        for (int i = 0; i < 6 && done; i++)
          done = add_conv (self, c->a, k, error);
      return done;
    case GPU_BENCH_GEMM:
      return add_linear (self, c->c, c->b, error);
    case GPU_BENCH_GEMV:
      for (int i = 0; i < GPU_BENCH_WEIGHTS && done; i++)
        done = add_linear (self, c->b, c->a, error);
      return done;
    case GPU_BENCH_CONV_2D:
      w = random_values (c->a * c->a * 9, 0.01f);
      return add_weight (self, gpu_weight_new_conv_2d (gpu_context_get_device (self->cx), c->type,
                                                       c->a, c->a, 3, 3, 1, w, NULL, error));
    case GPU_BENCH_UPSAMPLE:
      w = random_values (c->a * c->a / 2 * c->c * 2, 0.01f);
      return add_weight (self, gpu_weight_new_conv_transpose_1d (gpu_context_get_device (self->cx),
                                                                 c->type, c->a, c->a / 2, c->c * 2,
                                                                 w, NULL, error));
    case GPU_BENCH_ATTENTION:
    case GPU_BENCH_DECODE:
    case GPU_BENCH_NORM:
    case GPU_BENCH_GATE:
    default:
      return TRUE;
    }
}

static GpuShape
operand_shape (const GpuBenchCase *c)
{
  switch (c->kind)
    {
    case GPU_BENCH_GEMM:
      return GPU_SHAPE_2 (c->a, c->b);
    case GPU_BENCH_GEMV:
      return GPU_SHAPE_2 (1, c->a);
    case GPU_BENCH_ATTENTION:
      return GPU_SHAPE_2 (c->c, c->a * c->b);
    case GPU_BENCH_DECODE:
      return GPU_SHAPE_2 (1, c->a * c->b);
    case GPU_BENCH_CONV_2D:
      return GPU_SHAPE_3 (c->b, c->b, c->a);
    case GPU_BENCH_GATE:
      return GPU_SHAPE_2 (c->b, 2 * c->a);
    case GPU_BENCH_STACK:
    case GPU_BENCH_UPSAMPLE:
    case GPU_BENCH_NORM:
    default:
      return GPU_SHAPE_2 (c->b, c->a);
    }
}

static void
prepare_cache (GpuBench *self)
{
  const GpuBenchCase *c = self->which;
  GpuShape shape = GPU_SHAPE_2 (c->c, c->a * c->b);
  g_autofree float *values = random_values (c->c * c->a * c->b, 1);

  self->keys = gpu_state_new (self->cx, shape, GPU_F16);
  self->kept = gpu_state_new (self->cx, shape, GPU_F16);
  gpu_scope_begin (self->cx);
  gpu_state_write (self->cx, self->keys, 0, gpu_tensor_new_f32 (self->cx, shape, values));
  gpu_state_write (self->cx, self->kept, 0, gpu_tensor_new_f32 (self->cx, shape, values));
  gpu_scope_end (self->cx);
}

/**
 * gpu_bench_new:
 * @device: where
 * @which: a case of gpu_bench_cases()
 * @error: (out) (optional): GPU_ERROR_OUT_OF_MEMORY
 *
 * Puts weights and operands on the device.
 *
 * Returns: (transfer full) (nullable): the case, ready
 */
GpuBench *
gpu_bench_new (GpuDevice *device, const GpuBenchCase *which, GError **error)
{
  g_autoptr (GpuBench) self = g_new0 (GpuBench, 1);

  g_return_val_if_fail (device != NULL && which != NULL, NULL);

  self->which = which;
  self->cx = gpu_context_new (device);
  self->shape = operand_shape (which);
  self->values = random_values (gpu_shape_size (self->shape), 1);
  if (!prepare_weights (self, error))
    return NULL;
  if (which->kind == GPU_BENCH_DECODE)
    prepare_cache (self);
  self->x = gpu_tensor_new_f32 (self->cx, self->shape, self->values);
  if (gpu_context_get_error (self->cx) != NULL)
    {
      if (error != NULL)
        *error = g_error_copy (gpu_context_get_error (self->cx));
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* x += conv (LReLU (conv (LReLU (x)))) for dilations 1, 3, 5. */
static GpuTensor *
residual_block (GpuContext *cx, GpuTensor *x, GpuWeight *const *w, int k)
{
  for (int i = 0; i < 3; i++)
    {
      int dilation = 2 * i + 1;
      GpuConv first = { .pad = dilation * (k - 1) / 2, .pad_end = -1, .dilation = dilation };
      GpuConv second = { .pad = (k - 1) / 2, .pad_end = -1 };
      GpuTensor *y;

      first.fused = (GpuFused) { .act = GPU_ACT_LEAKY_RELU, .a = 0.1f };
      second.fused.residual = x;
      y = gpu_conv_1d (cx, gpu_leaky_relu (cx, x, 0.1f), w[2 * i], first);
      x = gpu_conv_1d (cx, y, w[2 * i + 1], second);
    }
  return x;
}

static GpuTensor *
stack (GpuBench *self)
{
  GpuTensor *sum = NULL;

  for (int i = 0; i < 3; i++)
    {
      GpuTensor *y = residual_block (self->cx, self->x, self->weights + 6 * i, 3 + 4 * i);

      sum = sum == NULL ? y : gpu_add (self->cx, sum, y);
    }
  return gpu_affine (self->cx, sum, 1.0f / 3, 0);
}

static GpuTensor *
compute (GpuBench *self)
{
  const GpuBenchCase *c = self->which;
  GpuContext *cx = self->cx;
  GpuTensor *x = self->x, *y = NULL;

  switch (c->kind)
    {
    case GPU_BENCH_STACK:
      return stack (self);
    case GPU_BENCH_GEMM:
    case GPU_BENCH_GEMV:
      for (guint i = 0; i < self->n_weights; i++)
        y = gpu_linear (cx, x, self->weights[i], (GpuFused) { 0 });
      return y;
    case GPU_BENCH_ATTENTION:
      return gpu_attention (cx, x, x, x, (GpuAttention) { .heads = (int) c->a });
    case GPU_BENCH_DECODE:
      return gpu_attention (cx, x, self->keys, self->kept, (GpuAttention) { .heads = (int) c->a });
    case GPU_BENCH_CONV_2D:
      return gpu_conv_2d (cx, x, self->weights[0], (GpuConv) { .pad = 1, .pad_end = -1 });
    case GPU_BENCH_UPSAMPLE:
      return gpu_conv_transpose_1d (
          cx, x, self->weights[0],
          (GpuConv) { .stride = (int) c->c, .pad = (int) c->c / 2, .pad_end = -1 });
    case GPU_BENCH_NORM:
      return gpu_layer_norm (cx, x, NULL, NULL, 1e-5f);
    case GPU_BENCH_GATE:
    default:
      return gpu_tanh_gate (cx, x);
    }
}

/**
 * gpu_bench_time:
 * @self: a case
 * @error: (out) (optional): the context's error
 *
 * Returns: seconds of one run, until one value of the result was read; −1 on error
 */
double
gpu_bench_time (GpuBench *self, GError **error)
{
  gint64 start;
  gboolean done;
  float value;

  g_return_val_if_fail (self != NULL, -1);

  start = g_get_monotonic_time ();
  gpu_scope_begin (self->cx);
  {
    GpuTensor *y = compute (self);

    /* One value is enough to wait for all. */
    for (int axis = 0; axis < gpu_tensor_get_shape (y).n; axis++)
      y = gpu_slice (self->cx, y, axis, 0, 1);
    done = gpu_tensor_read_f32 (self->cx, y, &value, error);
  }
  gpu_scope_end (self->cx);
  return done ? (double) (g_get_monotonic_time () - start) * 1e-6 : -1;
}

void
gpu_bench_free (GpuBench *self)
{
  if (self == NULL)
    return;
  gpu_context_free (self->cx);
  for (guint i = 0; i < self->n_weights; i++)
    gpu_weight_unref (self->weights[i]);
  g_free (self->values);
  g_free (self);
}
