/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/ggml/gpu-ggml.h"

/* Builders of what moves values between places. In the comments extents are in ggml's order: [C,
 * T]. */

const GpuGgmlBuilder gpu_ggml_builders[GPU_N_OPS] = {
  [GPU_OP_LINEAR] = gpu_ggml_linear,
  [GPU_OP_CONV] = gpu_ggml_conv,
  [GPU_OP_CONV_TRANSPOSE] = gpu_ggml_conv_transpose,
  [GPU_OP_EMBED] = gpu_ggml_embed,
  [GPU_OP_ACTIVATE] = gpu_ggml_activate,
  [GPU_OP_PRELU] = gpu_ggml_prelu,
  [GPU_OP_SNAKE_BETA] = gpu_ggml_snake_beta,
  [GPU_OP_BINARY] = gpu_ggml_binary,
  [GPU_OP_GATE] = gpu_ggml_gate,
  [GPU_OP_LAYER_NORM] = gpu_ggml_layer_norm,
  [GPU_OP_GROUP_NORM] = gpu_ggml_group_norm,
  [GPU_OP_GRN] = gpu_ggml_grn,
  [GPU_OP_L2_NORM] = gpu_ggml_l2_norm,
  [GPU_OP_SOFTMAX] = gpu_ggml_softmax,
  [GPU_OP_REDUCE] = gpu_ggml_reduce,
  [GPU_OP_MATMUL] = gpu_ggml_matmul,
  [GPU_OP_ATTENTION] = gpu_ggml_attention,
  [GPU_OP_ROPE] = gpu_ggml_rope,
  [GPU_OP_PERMUTE] = gpu_ggml_permute,
  [GPU_OP_SLICE] = gpu_ggml_slice,
  [GPU_OP_CONCAT] = gpu_ggml_concat,
  [GPU_OP_GATHER] = gpu_ggml_gather,
  [GPU_OP_FLIP] = gpu_ggml_flip,
  [GPU_OP_REPEAT] = gpu_ggml_repeat,
  [GPU_OP_PAD] = gpu_ggml_pad,
  [GPU_OP_RESAMPLE_LINEAR] = gpu_ggml_resample_linear,
  [GPU_OP_POOL_2D] = gpu_ggml_pool_2d,
  [GPU_OP_STATE_WRITE] = gpu_ggml_state_write,
  /* argmax (which of equals wins differs), bilinear images and warps are the processor's */
};

static int
axis_of (const GpuOp *op, int axis)
{
  return op->in[0]->shape.n - 1 - axis;
}

struct ggml_tensor *
gpu_ggml_permute (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]);
  int n = b->op->in[0]->shape.n, to[4] = { 0, 1, 2, 3 };

  if (x->type != GGML_TYPE_F32)
    return NULL;
  for (int i = 0; i < n; i++)
    to[n - 1 - b->op->order[i]] = n - 1 - i;
  return ggml_cont (b->m, ggml_permute (b->m, x, to[0], to[1], to[2], to[3]));
}

struct ggml_tensor *
gpu_ggml_slice (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]);
  int axis = axis_of (b->op, b->op->axis.axis);
  gint64 ne[4];

  if (x->type != GGML_TYPE_F32)
    return NULL;
  gpu_ggml_ne (b->op->out->shape, ne);
  return ggml_cont (b->m, ggml_view_4d (b->m, x, ne[0], ne[1], ne[2], ne[3], x->nb[1], x->nb[2],
                                        x->nb[3], (gsize) b->op->axis.start * x->nb[axis]));
}

struct ggml_tensor *
gpu_ggml_concat (GpuGgmlBuild *b)
{
  struct ggml_tensor *y = NULL;
  int axis = axis_of (b->op, b->op->axis.axis);

  for (int i = 0; i < b->op->n_in; i++)
    if (gpu_shape_size (b->op->in[i]->shape) > 0)
      {
        struct ggml_tensor *part = gpu_ggml_node (b, b->op->in[i]);

        y = y == NULL ? part : ggml_concat (b->m, y, part, axis);
      }
  return b->op->n_in == 1 || y->op != GGML_OP_CONCAT ? ggml_dup (b->m, y) : y;
}

/* Rows by checked indices; those outside are zeroed by a factor, because a device does not check.
 */
static struct ggml_tensor *
take_rows (GpuGgmlBuild *b, struct ggml_tensor *rows, gint32 *indices, gint64 n)
{
  g_autofree float *keep = g_new (float, n);
  gboolean all = TRUE;
  struct ggml_tensor *y, *leaf;

  for (gint64 i = 0; i < n; i++)
    {
      gboolean inside = indices[i] >= 0 && indices[i] < rows->ne[1];

      keep[i] = inside ? 1.0f : 0.0f;
      indices[i] = inside ? indices[i] : 0;
      all = all && inside;
    }
  leaf = gpu_ggml_leaf (b, GGML_TYPE_I32, (gint64[]) { n, 1, 1, 1 }, indices);
  if (leaf == NULL)
    return NULL;
  y = ggml_get_rows (b->m, rows, leaf);
  if (all)
    return y;
  leaf = gpu_ggml_leaf (b, GGML_TYPE_F32, (gint64[]) { 1, n, 1, 1 }, keep);
  return leaf != NULL ? ggml_mul (b->m, y, leaf) : NULL;
}

struct ggml_tensor *
gpu_ggml_embed (GpuGgmlBuild *b)
{
  const GpuGgmlWeight *weight = b->op->w->packed;
  g_autofree gint32 *indices = gpu_ggml_indices (b, b->op->in[0]);
  struct ggml_tensor *y;
  gint64 ne[4];

  if (indices == NULL)
    return NULL;
  y = take_rows (b, weight->w, indices, gpu_shape_size (b->op->in[0]->shape));
  gpu_ggml_ne (b->op->out->shape, ne);
  return y != NULL ? ggml_reshape_4d (b->m, y, ne[0], ne[1], ne[2], ne[3]) : NULL;
}

struct ggml_tensor *
gpu_ggml_gather (GpuGgmlBuild *b)
{
  g_autofree gint32 *indices = gpu_ggml_indices (b, b->op->in[1]);

  return indices != NULL ? take_rows (b, gpu_ggml_node (b, b->op->in[0]), indices,
                                      gpu_shape_size (b->op->in[1]->shape))
                         : NULL;
}

/* Rows in the opposite order: the axis becomes the rows of [inner, n, outer]. */
struct ggml_tensor *
gpu_ggml_flip (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *leaf;
  int axis = axis_of (b->op, b->op->axis.axis);
  gint64 inner = 1, n = x->ne[axis], outer;
  g_autofree gint32 *indices = NULL;

  for (int i = 0; i < axis; i++)
    inner *= x->ne[i];
  outer = ggml_nelements (x) / (inner * n);
  indices = g_new (gint32, n * outer);
  for (gint64 i = 0; i < n * outer; i++)
    indices[i] = (gint32) (n - 1 - i % n);
  leaf = gpu_ggml_leaf (b, GGML_TYPE_I32, (gint64[]) { n, outer, 1, 1 }, indices);
  if (leaf == NULL)
    return NULL;
  return ggml_reshape (b->m, ggml_get_rows (b->m, ggml_reshape_3d (b->m, x, inner, n, outer), leaf),
                       x);
}

struct ggml_tensor *
gpu_ggml_repeat (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]);
  gint64 c = x->ne[0], rows = x->ne[1], times = b->op->axis.length;

  x = ggml_repeat_4d (b->m, ggml_reshape_3d (b->m, x, c, 1, rows), c, times, rows, 1);
  return ggml_reshape_2d (b->m, x, c, rows * times);
}

struct ggml_tensor *
gpu_ggml_pad (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]);
  int axis = axis_of (b->op, b->op->axis.axis), before[4] = { 0 }, after[4] = { 0 };

  if (b->op->axis.pad != GPU_PAD_ZERO)
    return NULL;
  before[axis] = (int) b->op->axis.start;
  after[axis] = (int) b->op->axis.length;
  return ggml_pad_ext (b->m, x, before[0], after[0], before[1], after[1], before[2], after[2],
                       before[3], after[3]);
}

struct ggml_tensor *
gpu_ggml_resample_linear (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *a, *c, *weights;
  gint64 n = x->ne[1], length = b->op->out->shape.d[0];
  g_autofree gint32 *low = g_new (gint32, length);
  g_autofree gint32 *high = g_new (gint32, length);
  g_autofree float *weight = g_new (float, length);

  for (gint64 i = 0; i < length; i++)
    {
      double at =
          CLAMP (((double) i + 0.5) * (double) n / (double) length - 0.5, 0.0, (double) (n - 1));

      low[i] = (gint32) at;
      high[i] = (gint32) MIN (low[i] + 1, n - 1);
      weight[i] = (float) (at - low[i]);
    }
  a = take_rows (b, x, low, length);
  c = take_rows (b, x, high, length);
  weights = gpu_ggml_leaf (b, GGML_TYPE_F32, (gint64[]) { 1, length, 1, 1 }, weight);
  if (a == NULL || c == NULL || weights == NULL)
    return NULL;
  return ggml_add (b->m, a, ggml_mul (b->m, ggml_sub (b->m, c, a), weights));
}

struct ggml_tensor *
gpu_ggml_pool_2d (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]);
  int k = b->op->pool.k, s = b->op->pool.stride, p = b->op->pool.pad;

  if (p > 0) /* ggml counts neither the zeros nor the windows as PyTorch does */
    return NULL;
  x = ggml_cont (b->m, ggml_permute (b->m, x, 2, 0, 1, 3)); /* [W, H, C, N] */
  x = ggml_pool_2d (b->m, x, b->op->pool.max ? GGML_OP_POOL_MAX : GGML_OP_POOL_AVG, k, k, s, s, 0,
                    0);
  return ggml_cont (b->m, ggml_permute (b->m, x, 1, 2, 0, 3));
}

struct ggml_tensor *
gpu_ggml_state_write (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *state = gpu_ggml_node (b, b->op->out);

  return ggml_cpy (b->m, x,
                   ggml_view_2d (b->m, state, state->ne[0], x->ne[1], state->nb[1],
                                 (gsize) b->op->row * state->nb[1]));
}
