/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"

/* Layers with weights. What each computes is said in gpu-ops.h; here shapes are checked and the
 * record is made. */

static GpuTensor *
run_layer (GpuContext *cx,
           GpuOp *op,
           const GpuTensor *x,
           GpuShape shape,
           const GpuWeight *w,
           GpuFused fused)
{
  op->w = w;
  op->fused = fused;
  op->in[0] = x;
  op->in[1] = fused.residual;
  op->n_in = 2;
  if (fused.residual != NULL)
    gpu_check (gpu_shape_equal (fused.residual->shape, shape), "residual", x, fused.residual);
  op->out = gpu_context_new_tensor (cx, shape, GPU_F32);
  return gpu_context_run (cx, op);
}

/**
 * gpu_linear:
 * @cx: a context
 * @x: […, in]
 * @w: a linear weight
 * @fused: what happens to the result
 *
 * y = x·Wᵀ + b, with @fused applied. Weights of f16, bf16 and i8 are multiplied as they are stored,
 * sums are f32.
 *
 * Returns: (transfer none): […, out]
 */
GpuTensor *
gpu_linear (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, GpuFused fused)
{
  GpuOp op = { .code = GPU_OP_LINEAR };
  GpuShape shape = x->shape;

  gpu_check (w->kind == GPU_WEIGHT_LINEAR && x->type == GPU_F32, "linear", x);
  gpu_check (gpu_tensor_get_dim (x, -1) == w->in, "linear", x);
  shape.d[shape.n - 1] = w->out;
  return run_layer (cx, &op, x, shape, w, fused);
}

static int
or_one (int value)
{
  return value == 0 ? 1 : value;
}

/* The geometry as written by the caller: 1-D lies along the width, 2-D copies the height's values
 * unless two_d is set. */
static GpuConvGeometry
read_geometry (const GpuTensor *x, const GpuWeight *w, const GpuConv *conv)
{
  GpuConvGeometry g = {
    .n = 1, .h = 1, .in = w->in, .out = w->out, .kh = w->kh, .kw = w->kw, .groups = w->groups
  };
  int batch = x->shape.n - (w->two_d ? 3 : 2);
  int pad_end = conv->pad_end == -1 ? conv->pad : conv->pad_end;

  gpu_check (batch == 0 || batch == 1, "convolution", x);
  if (batch == 1)
    g.n = x->shape.d[0];
  if (w->two_d)
    g.h = x->shape.d[batch];
  g.w = x->shape.d[x->shape.n - 2];
  g.stride_h = g.dilation_h = 1;
  if (w->two_d)
    {
      g.stride_h = or_one (conv->stride);
      g.dilation_h = or_one (conv->dilation);
      g.pad_t = conv->pad;
      g.pad_b = pad_end;
    }
  g.stride_w = or_one (conv->two_d ? conv->stride_w : conv->stride);
  g.dilation_w = or_one (conv->two_d ? conv->dilation_w : conv->dilation);
  g.pad_l = conv->two_d ? conv->pad_w : conv->pad;
  g.pad_r = conv->two_d ? (conv->pad_end_w == -1 ? conv->pad_w : conv->pad_end_w) : pad_end;
  return g;
}

static GpuShape
image_shape (const GpuTensor *x, gboolean two_d, gint64 h, gint64 w, gint64 channels)
{
  GpuShape shape = x->shape;

  shape.d[shape.n - 1] = channels;
  shape.d[shape.n - 2] = w;
  if (two_d)
    shape.d[shape.n - 3] = h;
  return shape;
}

static GpuTensor *
convolve (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, const GpuConv *conv)
{
  GpuOp op = { .code = GPU_OP_CONV };
  GpuConvGeometry *g = &op.conv;

  gpu_check (w->kind == GPU_WEIGHT_CONV && x->type == GPU_F32, "convolution", x);
  gpu_check (gpu_tensor_get_dim (x, -1) == w->in, "convolution", x);
  *g = read_geometry (x, w, conv);
  gpu_check (g->h + g->pad_t + g->pad_b >= g->dilation_h * (g->kh - 1) + 1, "convolution", x);
  gpu_check (g->w + g->pad_l + g->pad_r >= g->dilation_w * (g->kw - 1) + 1, "convolution", x);
  g->out_h = (g->h + g->pad_t + g->pad_b - g->dilation_h * (g->kh - 1) - 1) / g->stride_h + 1;
  g->out_w = (g->w + g->pad_l + g->pad_r - g->dilation_w * (g->kw - 1) - 1) / g->stride_w + 1;
  return run_layer (cx, &op, x, image_shape (x, w->two_d, g->out_h, g->out_w, g->out), w,
                    conv->fused);
}

static GpuTensor *
convolve_transposed (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, const GpuConv *conv)
{
  GpuOp op = { .code = GPU_OP_CONV_TRANSPOSE };
  GpuConvGeometry *g = &op.conv;
  int out_pad_w = conv->two_d ? conv->out_pad_w : conv->out_pad;

  gpu_check (w->kind == GPU_WEIGHT_CONV_TRANSPOSE && x->type == GPU_F32, "transposed convolution",
             x);
  gpu_check (gpu_tensor_get_dim (x, -1) == w->in, "transposed convolution", x);
  *g = read_geometry (x, w, conv);
  gpu_check (g->dilation_h == 1 && g->dilation_w == 1, "transposed convolution", x);
  g->out_h = w->two_d ? (g->h - 1) * g->stride_h - g->pad_t - g->pad_b + g->kh + conv->out_pad : 1;
  g->out_w = (g->w - 1) * g->stride_w - g->pad_l - g->pad_r + g->kw + out_pad_w;
  gpu_check (g->out_h > 0 && g->out_w > 0, "transposed convolution", x);
  return run_layer (cx, &op, x, image_shape (x, w->two_d, g->out_h, g->out_w, g->out), w,
                    conv->fused);
}

/**
 * gpu_conv_1d:
 * @cx: a context
 * @x: [T, in] or [N, T, in]
 * @w: a 1-D convolution's weight
 * @conv: stride, padding, dilation and what happens to the result
 *
 * Cross-correlation as in PyTorch's Conv1d, channels last.
 *
 * Returns: (transfer none): [T', out] or [N, T', out]
 */
GpuTensor *
gpu_conv_1d (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, GpuConv conv)
{
  gpu_check (!w->two_d, "conv_1d", x);
  return convolve (cx, x, w, &conv);
}

/**
 * gpu_conv_2d:
 * @cx: a context
 * @x: [H, W, in] or [N, H, W, in]
 * @w: a 2-D convolution's weight
 * @conv: strides, paddings, dilations and what happens to the result
 *
 * Cross-correlation as in PyTorch's Conv2d, channels last.
 *
 * Returns: (transfer none): [H', W', out] or [N, H', W', out]
 */
GpuTensor *
gpu_conv_2d (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, GpuConv conv)
{
  gpu_check (w->two_d, "conv_2d", x);
  return convolve (cx, x, w, &conv);
}

/**
 * gpu_conv_transpose_1d:
 * @cx: a context
 * @x: [T, in] or [N, T, in]
 * @w: a transposed 1-D convolution's weight
 * @conv: stride, padding (cropped from the result), out_pad and what happens to the result
 *
 * As PyTorch's ConvTranspose1d, channels last.
 *
 * Returns: (transfer none): [T', out] or [N, T', out]
 */
GpuTensor *
gpu_conv_transpose_1d (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, GpuConv conv)
{
  gpu_check (!w->two_d, "conv_transpose_1d", x);
  return convolve_transposed (cx, x, w, &conv);
}

/**
 * gpu_conv_transpose_2d:
 * @cx: a context
 * @x: [H, W, in] or [N, H, W, in]
 * @w: a transposed 2-D convolution's weight
 * @conv: strides, paddings, out_pads and what happens to the result
 *
 * As PyTorch's ConvTranspose2d, channels last.
 *
 * Returns: (transfer none): [H', W', out] or [N, H', W', out]
 */
GpuTensor *
gpu_conv_transpose_2d (GpuContext *cx, const GpuTensor *x, const GpuWeight *w, GpuConv conv)
{
  gpu_check (w->two_d, "conv_transpose_2d", x);
  return convolve_transposed (cx, x, w, &conv);
}

/**
 * gpu_embed:
 * @cx: a context
 * @indices: i32 […], at most 3 dimensions
 * @table: a table weight [rows, columns]
 *
 * Rows of a table. An index outside it gives zeros, so that a foreign token cannot read elsewhere.
 *
 * Returns: (transfer none): […, columns]
 */
GpuTensor *
gpu_embed (GpuContext *cx, const GpuTensor *indices, const GpuWeight *table)
{
  GpuOp op = { .code = GPU_OP_EMBED, .w = table, .in = { indices }, .n_in = 1 };
  GpuShape shape = indices->shape;

  gpu_check (table->kind == GPU_WEIGHT_TABLE && indices->type == GPU_I32, "embed", indices);
  gpu_check (shape.n < GPU_MAX_DIMS, "embed", indices);
  shape.d[shape.n++] = table->in;
  op.out = gpu_context_new_tensor (cx, shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_constant:
 * @cx: a context
 * @w: a constant weight
 *
 * Returns: (transfer none): the weight as an operand; no copy
 */
GpuTensor *
gpu_constant (GpuContext *cx, const GpuWeight *w)
{
  gpu_check (w->kind == GPU_WEIGHT_CONSTANT, "constant", NULL);
  return gpu_context_new_borrowed (cx, w->shape, w->packed);
}
