/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/ggml/gpu-ggml.h"

/* Builders of operations on single values, norms and softmax. In the comments extents are in ggml's
 * order: [C, T]. */

/**
 * gpu_ggml_dense:
 * @m: the graph's context
 * @x: a node
 *
 * Returns: (transfer none): @x itself when its values lie one behind the other, else a copy that
 * does
 */
struct ggml_tensor *
gpu_ggml_dense (struct ggml_context *m, struct ggml_tensor *x)
{
  return ggml_is_contiguous (x) ? x : ggml_cont (m, x);
}

static struct ggml_tensor *
mish (struct ggml_context *m, struct ggml_tensor *x)
{
  return ggml_mul (m, x, ggml_tanh (m, ggml_softplus (m, x)));
}

/* ggml's has slope 1: relu (x) + a·(exp (min (x, 0)) − 1). */
static struct ggml_tensor *
elu (struct ggml_context *m, struct ggml_tensor *x, float a)
{
  struct ggml_tensor *low = ggml_scale (m, ggml_relu (m, ggml_scale (m, x, -1)), -1);

  return ggml_add (m, ggml_relu (m, x), ggml_scale_bias (m, ggml_exp (m, low), a, -a));
}

/**
 * gpu_ggml_act:
 * @m: the graph's context
 * @x: a dense node
 * @act: the function
 * @a: its first parameter
 * @b: its second parameter
 *
 * Returns: (transfer none): the node of act (x)
 */
struct ggml_tensor *
gpu_ggml_act (struct ggml_context *m, struct ggml_tensor *x, GpuActivation act, float a, float b)
{
  switch (act)
    {
    case GPU_ACT_RELU:
      return ggml_relu (m, x);
    case GPU_ACT_LEAKY_RELU:
      return ggml_leaky_relu (m, x, a, false);
    case GPU_ACT_GELU:
      return ggml_gelu_erf (m, x);
    case GPU_ACT_GELU_TANH:
      return ggml_gelu (m, x);
    case GPU_ACT_SIGMOID:
      return ggml_sigmoid (m, x);
    case GPU_ACT_TANH:
      return ggml_tanh (m, x);
    case GPU_ACT_SILU:
      return ggml_silu (m, x);
    case GPU_ACT_MISH:
      return mish (m, x);
    case GPU_ACT_SOFTPLUS:
      return ggml_softplus (m, x);
    case GPU_ACT_ELU:
      return elu (m, x, a);
    case GPU_ACT_EXP:
      return ggml_exp (m, x);
    case GPU_ACT_LOG:
      return ggml_log (m, x);
    case GPU_ACT_SQRT:
      return ggml_sqrt (m, x);
    case GPU_ACT_SQUARE:
      return ggml_sqr (m, x);
    case GPU_ACT_ABS:
      return ggml_abs (m, x);
    case GPU_ACT_SIN:
      return ggml_sin (m, x);
    case GPU_ACT_COS:
      return ggml_cos (m, x);
    case GPU_ACT_CLAMP: /* ggml_clamp() writes into its operand */
      return ggml_clamp (m, ggml_dup (m, x), a, b);
    case GPU_ACT_AFFINE:
      return ggml_scale_bias (m, x, a, b);
    case GPU_ACT_NONE:
    case GPU_N_ACTS:
    default:
      return x;
    }
}

/**
 * gpu_ggml_fuse:
 * @b: what is being built
 * @y: a layer's result
 * @bias: (nullable): [out]
 *
 * Returns: (transfer none): the result with bias, residual and activation
 */
struct ggml_tensor *
gpu_ggml_fuse (GpuGgmlBuild *b, struct ggml_tensor *y, struct ggml_tensor *bias)
{
  const GpuFused *f = &b->op->fused;
  struct ggml_tensor *residual = gpu_ggml_node (b, f->residual);

  if (bias != NULL)
    y = ggml_add (b->m, y, bias);
  if (residual != NULL)
    residual = ggml_reshape (b->m, residual, y);
  if (residual != NULL && !f->residual_after)
    y = ggml_add (b->m, y, residual);
  y = gpu_ggml_act (b->m, y, f->act, f->a, f->b);
  if (residual != NULL && f->residual_after)
    y = ggml_add (b->m, y, residual);
  return y;
}

struct ggml_tensor *
gpu_ggml_activate (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]);

  if (b->op->activate.act == GPU_ACT_NONE)
    return ggml_dup (b->m, x);
  return gpu_ggml_act (b->m, x, b->op->activate.act, b->op->activate.a, b->op->activate.b);
}

struct ggml_tensor *
gpu_ggml_prelu (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *slope = gpu_ggml_node (b, b->op->in[1]);
  struct ggml_tensor *low = ggml_relu (b->m, ggml_scale (b->m, x, -1));

  return ggml_sub (b->m, ggml_relu (b->m, x),
                   ggml_mul (b->m, low, ggml_reshape_1d (b->m, slope, ggml_nelements (slope))));
}

struct ggml_tensor *
gpu_ggml_snake_beta (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]);
  struct ggml_tensor *alpha = ggml_exp (b->m, gpu_ggml_node (b, b->op->in[1]));
  struct ggml_tensor *beta =
      ggml_scale_bias (b->m, ggml_exp (b->m, gpu_ggml_node (b, b->op->in[2])), 1, 1e-9f);
  struct ggml_tensor *wave = ggml_sqr (b->m, ggml_sin (b->m, ggml_mul (b->m, x, alpha)));

  return ggml_add (b->m, x, ggml_div (b->m, wave, beta));
}

/* ggml repeats the second operand only. */
static struct ggml_tensor *
widen (struct ggml_context *m, struct ggml_tensor *x, const gint64 *ne)
{
  for (int i = 0; i < 4; i++)
    if (x->ne[i] != ne[i])
      return ggml_repeat_4d (m, x, ne[0], ne[1], ne[2], ne[3]);
  return x;
}

struct ggml_tensor *
gpu_ggml_binary (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *y = gpu_ggml_node (b, b->op->in[1]);
  gint64 ne[4];

  gpu_ggml_ne (b->op->out->shape, ne);
  x = widen (b->m, x, ne);
  switch (b->op->binary)
    {
    case GPU_ADD:
      return ggml_add (b->m, x, y);
    case GPU_SUB:
      return ggml_sub (b->m, x, y);
    case GPU_MUL:
      return ggml_mul (b->m, x, y);
    case GPU_DIV:
      return ggml_div (b->m, x, y);
    case GPU_MAX: /* x + max (y − x, 0) */
      return ggml_add (b->m, x, ggml_relu (b->m, ggml_sub (b->m, widen (b->m, y, ne), x)));
    case GPU_MIN: /* x − max (x − y, 0) */
    default:
      return ggml_sub (b->m, x, ggml_relu (b->m, ggml_sub (b->m, x, y)));
    }
}

struct ggml_tensor *
gpu_ggml_gate (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]);
  gint64 c = x->ne[0] / 2;
  struct ggml_tensor *first =
      ggml_view_4d (b->m, x, c, x->ne[1], x->ne[2], x->ne[3], x->nb[1], x->nb[2], x->nb[3], 0);
  struct ggml_tensor *second = ggml_view_4d (b->m, x, c, x->ne[1], x->ne[2], x->ne[3], x->nb[1],
                                             x->nb[2], x->nb[3], (gsize) c * x->nb[0]);

  first = ggml_cont (b->m, first);
  if (b->op->gate == GPU_GATE_TANH)
    first = ggml_tanh (b->m, first);
  return ggml_mul (b->m, first, ggml_sigmoid (b->m, ggml_cont (b->m, second)));
}

/* ---- norms ---- */

static struct ggml_tensor *
affine (GpuGgmlBuild *b, struct ggml_tensor *y)
{
  struct ggml_tensor *gain = gpu_ggml_node (b, b->op->in[1]),
                     *bias = gpu_ggml_node (b, b->op->in[2]);

  if (gain != NULL)
    y = ggml_mul (b->m, y, ggml_reshape_1d (b->m, gain, ggml_nelements (gain)));
  if (bias != NULL)
    y = ggml_add (b->m, y, ggml_reshape_1d (b->m, bias, ggml_nelements (bias)));
  return y;
}

struct ggml_tensor *
gpu_ggml_layer_norm (GpuGgmlBuild *b)
{
  return affine (b, ggml_norm (b->m, gpu_ggml_node (b, b->op->in[0]), b->op->norm.eps));
}

/* [C, T] seen as [C/groups, groups, T]; each group's values are brought into one row, normalised,
 * and put back. */
struct ggml_tensor *
gpu_ggml_group_norm (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *y;
  gint64 c = x->ne[0], width = c / b->op->norm.groups, places = ggml_nelements (x) / c;

  y = ggml_reshape_3d (b->m, x, width, b->op->norm.groups, places);
  y = ggml_cont (b->m, ggml_permute (b->m, y, 0, 2, 1, 3));
  y = ggml_norm (b->m, ggml_reshape_2d (b->m, y, width * places, b->op->norm.groups),
                 b->op->norm.eps);
  y = ggml_reshape_3d (b->m, y, width, places, b->op->norm.groups);
  y = ggml_cont (b->m, ggml_permute (b->m, y, 0, 2, 1, 3));
  return affine (b, ggml_reshape (b->m, y, x));
}

struct ggml_tensor *
gpu_ggml_grn (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *gain = gpu_ggml_node (b, b->op->in[1]),
                     *bias = gpu_ggml_node (b, b->op->in[2]);
  gint64 c = x->ne[0];
  struct ggml_tensor *columns = ggml_cont (b->m, ggml_transpose (b->m, x));
  struct ggml_tensor *norm =
      ggml_reshape_1d (b->m, ggml_sqrt (b->m, ggml_sum_rows (b->m, ggml_sqr (b->m, columns))), c);
  struct ggml_tensor *mean = ggml_scale_bias (b->m, ggml_mean (b->m, norm), 1, b->op->norm.eps);
  struct ggml_tensor *factor =
      ggml_mul (b->m, ggml_div (b->m, norm, mean), ggml_reshape_1d (b->m, gain, c));

  return ggml_add (b->m, ggml_mul (b->m, x, ggml_scale_bias (b->m, factor, 1, 1)),
                   ggml_reshape_1d (b->m, bias, c));
}

struct ggml_tensor *
gpu_ggml_l2_norm (GpuGgmlBuild *b)
{
  return ggml_l2_norm (b->m, gpu_ggml_node (b, b->op->in[0]), b->op->norm.eps);
}

struct ggml_tensor *
gpu_ggml_softmax (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *mask = gpu_ggml_node (b, b->op->in[1]);

  if (mask != NULL)
    mask = widen (b->m, mask, (gint64[]) { x->ne[0], x->ne[1], mask->ne[2], mask->ne[3] });
  return ggml_soft_max_ext (b->m, x, mask, b->op->scale, 0);
}

struct ggml_tensor *
gpu_ggml_reduce (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *y;
  int axis = b->op->in[0]->shape.n - 1 - b->op->reduce.axis, order[4] = { 0, 1, 2, 3 };
  gint64 n = x->ne[axis], ne[4];

  if (b->op->reduce.op == GPU_REDUCE_MAX)
    return NULL;
  /* Exchange the axis with the first; one of them has extent 1 afterwards, so the order of what is
   * left is kept by exchanging back. */
  order[0] = axis;
  order[axis] = 0;
  y = axis == 0 ? x
                : ggml_cont (b->m, ggml_permute (b->m, x, order[0], order[1], order[2], order[3]));
  y = ggml_sum_rows (b->m, y);
  if (axis != 0)
    y = ggml_cont (b->m, ggml_permute (b->m, y, order[0], order[1], order[2], order[3]));
  if (b->op->reduce.op == GPU_REDUCE_MEAN)
    y = ggml_scale (b->m, y, 1.0f / (float) n);
  gpu_ggml_ne (b->op->out->shape, ne);
  return ggml_reshape_4d (b->m, y, ne[0], ne[1], ne[2], ne[3]);
}
