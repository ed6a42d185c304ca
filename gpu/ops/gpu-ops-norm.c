/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"

/* Normalisation, softmax and reductions. What each computes is said in gpu-ops.h. */

static void
check_affine (const char *op, const GpuTensor *x, const GpuTensor *gain, const GpuTensor *bias)
{
  gint64 channels = gpu_tensor_get_dim (x, -1);

  gpu_check (x->type == GPU_F32, op, x);
  gpu_check (gain == NULL || gpu_shape_size (gain->shape) == channels, op, x, gain);
  gpu_check (bias == NULL || gpu_shape_size (bias->shape) == channels, op, x, bias);
}

static GpuTensor *
normalise (GpuContext *cx,
           GpuOpCode code,
           int groups,
           const GpuTensor *x,
           const GpuTensor *gain,
           const GpuTensor *bias,
           float eps)
{
  GpuOp op = { .code = code, .in = { x, gain, bias }, .n_in = 3, .norm = { groups, eps } };

  op.out = gpu_context_new_tensor (cx, x->shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_layer_norm:
 * @cx: a context
 * @x: […, C]
 * @gain: (nullable): [C]
 * @bias: (nullable): [C]
 * @eps: added to the variance
 *
 * Returns: (transfer none): (x − mean)/√(variance + eps)·gain + bias over the last dimension
 */
GpuTensor *
gpu_layer_norm (
    GpuContext *cx, const GpuTensor *x, const GpuTensor *gain, const GpuTensor *bias, float eps)
{
  check_affine ("layer_norm", x, gain, bias);
  return normalise (cx, GPU_OP_LAYER_NORM, 0, x, gain, bias, eps);
}

/**
 * gpu_channel_norm:
 * @cx: a context
 * @x: [places…, C]
 * @gain: (nullable): [C]
 * @bias: (nullable): [C]
 * @eps: added to the variance
 *
 * GroupNorm with a group a channel, as behind HuBERT's first convolution.
 *
 * Returns: (transfer none): each channel normalised over all places
 */
GpuTensor *
gpu_channel_norm (
    GpuContext *cx, const GpuTensor *x, const GpuTensor *gain, const GpuTensor *bias, float eps)
{
  check_affine ("channel_norm", x, gain, bias);
  return normalise (cx, GPU_OP_GROUP_NORM, (int) gpu_tensor_get_dim (x, -1), x, gain, bias, eps);
}

/**
 * gpu_group_norm:
 * @cx: a context
 * @x: [places…, C]; all places are one sample
 * @groups: groups of neighbouring channels; divides C
 * @gain: (nullable): [C]
 * @bias: (nullable): [C]
 * @eps: added to the variance
 *
 * Returns: (transfer none): each group normalised over its channels and all places
 */
GpuTensor *
gpu_group_norm (GpuContext *cx,
                const GpuTensor *x,
                int groups,
                const GpuTensor *gain,
                const GpuTensor *bias,
                float eps)
{
  check_affine ("group_norm", x, gain, bias);
  gpu_check (groups > 0 && gpu_tensor_get_dim (x, -1) % groups == 0, "group_norm", x);
  return normalise (cx, GPU_OP_GROUP_NORM, groups, x, gain, bias, eps);
}

/**
 * gpu_grn:
 * @cx: a context
 * @x: [T, C]
 * @gain: [C]
 * @bias: [C]
 * @eps: added to the mean norm
 *
 * Global response normalisation of ConvNeXt-V2 (spec gpt-sovits section 4.7).
 *
 * Returns: (transfer none): gain·x·g/(mean g + eps) + bias + x, g = ‖x‖₂ over T
 */
GpuTensor *
gpu_grn (
    GpuContext *cx, const GpuTensor *x, const GpuTensor *gain, const GpuTensor *bias, float eps)
{
  check_affine ("grn", x, gain, bias);
  gpu_check (x->shape.n == 2 && gain != NULL && bias != NULL, "grn", x);
  return normalise (cx, GPU_OP_GRN, 0, x, gain, bias, eps);
}

/**
 * gpu_l2_norm:
 * @cx: a context
 * @x: […, C]
 * @eps: least norm divided by
 *
 * Returns: (transfer none): x/max (‖x‖₂, eps) over the last dimension
 */
GpuTensor *
gpu_l2_norm (GpuContext *cx, const GpuTensor *x, float eps)
{
  check_affine ("l2_norm", x, NULL, NULL);
  return normalise (cx, GPU_OP_L2_NORM, 0, x, NULL, NULL, eps);
}

/**
 * gpu_softmax:
 * @cx: a context
 * @x: […, n]
 * @scale: factor
 * @mask: (nullable): broadcasts to @x; −INFINITY takes a place out
 *
 * A row whose places are all taken out becomes zeros.
 *
 * Returns: (transfer none): softmax (scale·x + mask) over the last dimension
 */
GpuTensor *
gpu_softmax (GpuContext *cx, const GpuTensor *x, float scale, const GpuTensor *mask)
{
  GpuOp op = { .code = GPU_OP_SOFTMAX, .in = { x, mask }, .n_in = 2, .scale = scale };

  gpu_check (x->type == GPU_F32, "softmax", x);
  for (int i = 1; mask != NULL && i <= mask->shape.n; i++)
    gpu_check (mask->shape.n <= x->shape.n &&
                   (gpu_tensor_get_dim (mask, -i) == 1 ||
                    gpu_tensor_get_dim (mask, -i) == gpu_tensor_get_dim (x, -i)),
               "softmax", x, mask);
  op.out = gpu_context_new_tensor (cx, x->shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_reduce:
 * @cx: a context
 * @op: sum, mean or maximum
 * @x: any shape without an empty axis
 * @axis: which; negative counts from the end
 *
 * Returns: (transfer none): @x with @axis reduced to 1
 */
GpuTensor *
gpu_reduce (GpuContext *cx, GpuReduce op, const GpuTensor *x, int axis)
{
  GpuOp record = { .code = GPU_OP_REDUCE, .in = { x }, .n_in = 1 };
  GpuShape shape = x->shape;

  if (axis < 0)
    axis += x->shape.n;
  gpu_check (x->type == GPU_F32 && axis >= 0 && axis < x->shape.n && x->shape.d[axis] > 0, "reduce",
             x);
  shape.d[axis] = 1;
  record.reduce.op = op;
  record.reduce.axis = axis;
  record.out = gpu_context_new_tensor (cx, shape, GPU_F32);
  return gpu_context_run (cx, &record);
}

/**
 * gpu_argmax:
 * @cx: a context
 * @x: […, n], n > 0
 *
 * Returns: (transfer none): i32 […], the first index of the greatest value ([1] for a vector)
 */
GpuTensor *
gpu_argmax (GpuContext *cx, const GpuTensor *x)
{
  GpuOp op = { .code = GPU_OP_ARGMAX, .in = { x }, .n_in = 1 };
  GpuShape shape = x->shape;

  gpu_check (x->type == GPU_F32 && shape.d[shape.n - 1] > 0, "argmax", x);
  if (shape.n > 1)
    shape.n--;
  else
    shape.d[0] = 1;
  op.out = gpu_context_new_tensor (cx, shape, GPU_I32);
  return gpu_context_run (cx, &op);
}
