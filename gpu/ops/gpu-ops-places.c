/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"

/* Operations that move values between places. What each computes is said in gpu-ops.h. */

static int
read_axis (const char *op, const GpuTensor *x, int axis)
{
  if (axis < 0)
    axis += x->shape.n;
  gpu_check (axis >= 0 && axis < x->shape.n, op, x);
  return axis;
}

/**
 * gpu_reshape:
 * @cx: a context
 * @x: a tensor
 * @shape: as many places as @x has
 *
 * Returns: (transfer none): the same storage under another shape
 */
GpuTensor *
gpu_reshape (GpuContext *cx, const GpuTensor *x, GpuShape shape)
{
  gpu_check (gpu_shape_size (shape) == gpu_shape_size (x->shape), "reshape", x);
  return gpu_context_new_view (cx, x, shape);
}

/**
 * gpu_permute:
 * @cx: a context
 * @x: a tensor of n dimensions
 * @order: n entries: the source dimension of each result dimension
 *
 * Returns: (transfer none): a copy with dimensions exchanged
 */
GpuTensor *
gpu_permute (GpuContext *cx, const GpuTensor *x, const int *order)
{
  GpuOp op = { .code = GPU_OP_PERMUTE, .in = { x }, .n_in = 1 };
  GpuShape shape = x->shape;
  guint seen = 0;

  for (int i = 0; i < shape.n; i++)
    {
      gpu_check (order[i] >= 0 && order[i] < shape.n && (seen & (1u << order[i])) == 0, "permute",
                 x);
      seen |= 1u << order[i];
      shape.d[i] = x->shape.d[order[i]];
      op.order[i] = order[i];
    }
  op.out = gpu_context_new_tensor (cx, shape, x->type);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_slice:
 * @cx: a context
 * @x: a tensor
 * @axis: which; negative counts from the end
 * @start: first place
 * @length: number of places
 *
 * Returns: (transfer none): a copy of [start, start + length)
 */
GpuTensor *
gpu_slice (GpuContext *cx, const GpuTensor *x, int axis, gint64 start, gint64 length)
{
  GpuOp op = { .code = GPU_OP_SLICE, .in = { x }, .n_in = 1 };
  GpuShape shape = x->shape;

  axis = read_axis ("slice", x, axis);
  gpu_check (start >= 0 && length >= 0 && start + length <= shape.d[axis], "slice", x);
  shape.d[axis] = length;
  op.axis.axis = axis;
  op.axis.start = start;
  op.axis.length = length;
  op.out = gpu_context_new_tensor (cx, shape, x->type);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_concat:
 * @cx: a context
 * @parts: tensors that differ in @axis only
 * @n_parts: 1 … 16
 * @axis: which; negative counts from the end
 *
 * Returns: (transfer none): the parts one behind the other
 */
GpuTensor *
gpu_concat (GpuContext *cx, const GpuTensor *const *parts, int n_parts, int axis)
{
  GpuOp op = { .code = GPU_OP_CONCAT };
  GpuShape shape = parts[0]->shape;

  axis = read_axis ("concat", parts[0], axis);
  gpu_check (n_parts >= 1 && n_parts <= GPU_OP_MAX_INPUTS, "concat", parts[0]);
  shape.d[axis] = 0;
  for (int i = 0; i < n_parts; i++)
    {
      GpuShape part = parts[i]->shape;

      gpu_check (part.n == shape.n && parts[i]->type == parts[0]->type, "concat", parts[0],
                 parts[i]);
      for (int j = 0; j < shape.n; j++)
        gpu_check (j == axis || part.d[j] == shape.d[j], "concat", parts[0], parts[i]);
      shape.d[axis] += part.d[axis];
      op.in[i] = parts[i];
    }
  op.n_in = n_parts;
  op.axis.axis = axis;
  op.out = gpu_context_new_tensor (cx, shape, parts[0]->type);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_gather:
 * @cx: a context
 * @x: [T, C]
 * @indices: i32 [T']; outside gives zeros
 *
 * Returns: (transfer none): [T', C]
 */
GpuTensor *
gpu_gather (GpuContext *cx, const GpuTensor *x, const GpuTensor *indices)
{
  GpuOp op = { .code = GPU_OP_GATHER, .in = { x, indices }, .n_in = 2 };

  gpu_check (x->type == GPU_F32 && x->shape.n == 2 && indices->type == GPU_I32 &&
                 indices->shape.n == 1,
             "gather", x, indices);
  op.out = gpu_context_new_tensor (cx, GPU_SHAPE_2 (indices->shape.d[0], x->shape.d[1]), GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_flip:
 * @cx: a context
 * @x: a tensor
 * @axis: which; negative counts from the end
 *
 * Returns: (transfer none): @x with the axis reversed
 */
GpuTensor *
gpu_flip (GpuContext *cx, const GpuTensor *x, int axis)
{
  GpuOp op = { .code = GPU_OP_FLIP, .in = { x }, .n_in = 1 };

  gpu_check (x->type == GPU_F32, "flip", x);
  op.axis.axis = read_axis ("flip", x, axis);
  op.out = gpu_context_new_tensor (cx, x->shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_repeat:
 * @cx: a context
 * @x: [T, C]
 * @times: at least 1
 *
 * Returns: (transfer none): [T·times, C], each row repeated
 */
GpuTensor *
gpu_repeat (GpuContext *cx, const GpuTensor *x, int times)
{
  GpuOp op = { .code = GPU_OP_REPEAT, .in = { x }, .n_in = 1 };

  gpu_check (x->type == GPU_F32 && x->shape.n == 2 && times >= 1, "repeat", x);
  op.axis.length = times;
  op.out = gpu_context_new_tensor (cx, GPU_SHAPE_2 (x->shape.d[0] * times, x->shape.d[1]), GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_pad:
 * @cx: a context
 * @x: a tensor
 * @axis: which; negative counts from the end
 * @before: places added in front
 * @after: places added behind
 * @mode: what they hold; reflecting needs more places than are added
 *
 * Returns: (transfer none): the longer tensor
 */
GpuTensor *
gpu_pad (GpuContext *cx, const GpuTensor *x, int axis, gint64 before, gint64 after, GpuPad mode)
{
  GpuOp op = { .code = GPU_OP_PAD, .in = { x }, .n_in = 1 };
  GpuShape shape = x->shape;

  axis = read_axis ("pad", x, axis);
  gpu_check (x->type == GPU_F32 && before >= 0 && after >= 0, "pad", x);
  gpu_check (mode != GPU_PAD_REFLECT || (before < shape.d[axis] && after < shape.d[axis]),
             "reflecting pad", x);
  gpu_check (mode != GPU_PAD_EDGE || shape.d[axis] > 0, "edge pad", x);
  shape.d[axis] += before + after;
  op.axis.axis = axis;
  op.axis.start = before;
  op.axis.length = after;
  op.axis.pad = mode;
  op.out = gpu_context_new_tensor (cx, shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_resample_linear:
 * @cx: a context
 * @x: [T, C], T > 0
 * @length: rows wanted
 *
 * Linear interpolation in time as PyTorch's with align_corners off (spec gpt-sovits section 4.5,
 * speed).
 *
 * Returns: (transfer none): [length, C]
 */
GpuTensor *
gpu_resample_linear (GpuContext *cx, const GpuTensor *x, gint64 length)
{
  GpuOp op = { .code = GPU_OP_RESAMPLE_LINEAR, .in = { x }, .n_in = 1 };

  gpu_check (x->type == GPU_F32 && x->shape.n == 2 && x->shape.d[0] > 0 && length >= 0,
             "resample_linear", x);
  op.out = gpu_context_new_tensor (cx, GPU_SHAPE_2 (length, x->shape.d[1]), GPU_F32);
  return gpu_context_run (cx, &op);
}

static GpuTensor *
pool (GpuContext *cx, const GpuTensor *x, gboolean max, int k, int stride, int pad)
{
  GpuOp op = { .code = GPU_OP_POOL_2D, .in = { x }, .n_in = 1, .pool = { max, k, stride, pad } };
  GpuShape shape = x->shape;

  gpu_check (x->type == GPU_F32 && x->shape.n >= 3 && k > 0 && stride > 0 && pad >= 0 &&
                 2 * pad <= k,
             "pool_2d", x);
  for (int i = shape.n - 3; i < shape.n - 1; i++)
    {
      gpu_check (x->shape.d[i] + 2 * pad >= k, "pool_2d", x);
      shape.d[i] = (x->shape.d[i] + 2 * pad - k) / stride + 1;
    }
  op.out = gpu_context_new_tensor (cx, shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_max_pool_2d:
 * @cx: a context
 * @x: [H, W, C] or [N, H, W, C]
 * @k: side of the window
 * @stride: step
 * @pad: places around that never win
 *
 * Returns: (transfer none): the greatest of each window
 */
GpuTensor *
gpu_max_pool_2d (GpuContext *cx, const GpuTensor *x, int k, int stride, int pad)
{
  return pool (cx, x, TRUE, k, stride, pad);
}

/**
 * gpu_avg_pool_2d:
 * @cx: a context
 * @x: [H, W, C] or [N, H, W, C]
 * @k: side of the window
 * @stride: step
 * @pad: zeros around, counted (PyTorch's count_include_pad)
 *
 * Returns: (transfer none): the mean of each window
 */
GpuTensor *
gpu_avg_pool_2d (GpuContext *cx, const GpuTensor *x, int k, int stride, int pad)
{
  return pool (cx, x, FALSE, k, stride, pad);
}

/**
 * gpu_resize_2d:
 * @cx: a context
 * @x: [H, W, C] or [N, H, W, C]
 * @h: rows wanted
 * @w: columns wanted
 *
 * Bilinear, align_corners off, edges clamped.
 *
 * Returns: (transfer none): [h, w, C] or [N, h, w, C]
 */
GpuTensor *
gpu_resize_2d (GpuContext *cx, const GpuTensor *x, gint64 h, gint64 w)
{
  GpuOp op = { .code = GPU_OP_RESIZE_2D, .in = { x }, .n_in = 1 };
  GpuShape shape = x->shape;

  gpu_check (x->type == GPU_F32 && shape.n >= 3 && shape.d[shape.n - 3] > 0 &&
                 shape.d[shape.n - 2] > 0,
             "resize_2d", x);
  shape.d[shape.n - 3] = h;
  shape.d[shape.n - 2] = w;
  op.out = gpu_context_new_tensor (cx, shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_warp_affine:
 * @cx: a context
 * @x: [H, W, C]
 * @matrix: [2, 3], from result pixel (x, y, 1) to source pixel (x, y), pixel centres at integers
 * @h: rows wanted
 * @w: columns wanted
 *
 * Bilinear sampling, zero outside (MediaPipe's TransformTensorBilinear, spec lipsync-default).
 *
 * Returns: (transfer none): [h, w, C]
 */
GpuTensor *
gpu_warp_affine (GpuContext *cx, const GpuTensor *x, const GpuTensor *matrix, gint64 h, gint64 w)
{
  GpuOp op = { .code = GPU_OP_WARP_AFFINE, .in = { x, matrix }, .n_in = 2 };

  gpu_check (x->type == GPU_F32 && x->shape.n == 3 && gpu_shape_size (matrix->shape) == 6,
             "warp_affine", x, matrix);
  op.out = gpu_context_new_tensor (cx, GPU_SHAPE_3 (h, w, x->shape.d[2]), GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_state_new:
 * @cx: a context
 * @shape: [T, C]
 * @type: f32 or f16
 *
 * Memory that outlives scopes, such as a key/value cache; zeros.
 *
 * Returns: (transfer none): a state, until gpu_state_free() or the context's end
 */
GpuTensor *
gpu_state_new (GpuContext *cx, GpuShape shape, GpuType type)
{
  GpuTensor *state;

  g_return_val_if_fail (type == GPU_F32 || type == GPU_F16, NULL);

  state = gpu_context_new_from_host (cx, shape, type, NULL);
  state->scope = 0;
  state->is_state = TRUE;
  return state;
}

/**
 * gpu_state_write:
 * @cx: a context
 * @state: a state [T, C]
 * @row: first row written
 * @x: [n, C], f32
 *
 * Copies @x into the state, converted to its type.
 */
void
gpu_state_write (GpuContext *cx, GpuTensor *state, gint64 row, const GpuTensor *x)
{
  GpuOp op = { .code = GPU_OP_STATE_WRITE, .in = { x }, .n_in = 1, .out = state, .row = row };

  gpu_check (state->is_state && state->shape.n == 2 && x->shape.n == 2 && x->type == GPU_F32,
             "state_write", state, x);
  gpu_check (state->shape.d[1] == x->shape.d[1] && row >= 0 &&
                 row + x->shape.d[0] <= state->shape.d[0],
             "state_write", state, x);
  if (gpu_shape_size (x->shape) > 0)
    gpu_context_run (cx, &op);
}

/**
 * gpu_state_free:
 * @cx: the state's context
 * @state: (transfer full): a state
 *
 * Gives its memory back before the context's end.
 */
void
gpu_state_free (GpuContext *cx, GpuTensor *state)
{
  g_return_if_fail (state != NULL && state->is_state);

  if (!g_ptr_array_remove (cx->tensors, state))
    return;
  if (state->size > 0)
    {
      cx->used -= state->size;
      cx->device->backend->tensor_free (cx, state);
    }
  g_free (state);
}
