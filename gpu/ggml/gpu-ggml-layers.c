/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/ggml/gpu-ggml.h"

/* Builders of layers with weights and of products. In the comments extents are in ggml's order: [C,
 * T], [C, W, H, N]. */

/* Sums in f32 also where weights are halves. Two operands of f32 stay f32: Vulkan would otherwise
 * round them to halves. */
static struct ggml_tensor *
multiply (struct ggml_context *m, struct ggml_tensor *w, struct ggml_tensor *x)
{
  gboolean shared = w->ne[2] == 1 && w->ne[3] == 1;
  struct ggml_tensor *rows = x, *y;

  /* One matrix for all rows: backends take that only when the rows are one dimension. */
  if (shared)
    rows = ggml_reshape_2d (m, x, x->ne[0], ggml_nelements (x) / x->ne[0]);
  y = ggml_mul_mat (m, w, rows);
#ifdef MYNA_GGML_PREC
  ggml_prec_set_acc (y, GGML_PREC_F32);
  if (w->type == GGML_TYPE_F32)
    {
      ggml_prec_set_src (y, GGML_PREC_F32, 0);
      ggml_prec_set_src (y, GGML_PREC_F32, 1);
    }
#else
  ggml_mul_mat_set_prec (y, GGML_PREC_F32);
#endif
  return shared ? ggml_reshape_4d (m, y, w->ne[1], x->ne[1], x->ne[2], x->ne[3]) : y;
}

static struct ggml_tensor *
shape_result (GpuGgmlBuild *b, struct ggml_tensor *y)
{
  gint64 ne[4];

  gpu_ggml_ne (b->op->out->shape, ne);
  return ggml_reshape_4d (b->m, y, ne[0], ne[1], ne[2], ne[3]);
}

struct ggml_tensor *
gpu_ggml_linear (GpuGgmlBuild *b)
{
  const GpuGgmlWeight *weight = b->op->w->packed;
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]);

  x = ggml_reshape_2d (b->m, x, x->ne[0], ggml_nelements (x) / x->ne[0]);
  return shape_result (b, gpu_ggml_fuse (b, multiply (b->m, weight->w, x), weight->bias));
}

/* ---- convolutions ---- */

/* The operand as [C, W, H, N], whatever dimensions the caller's tensor has. */
static struct ggml_tensor *
image (GpuGgmlBuild *b)
{
  const GpuConvGeometry *g = &b->op->conv;

  return ggml_reshape_4d (b->m, gpu_ggml_node (b, b->op->in[0]), g->in, g->w, g->h, g->n);
}

/* A view with any strides. ggml_view_4d() refuses overlapping windows, because it counts their
 * places as if they were dense. */
static struct ggml_tensor *
strided_view (struct ggml_context *m, struct ggml_tensor *x, const gint64 *ne, const gsize *nb)
{
  struct ggml_tensor *view = ggml_view_1d (m, x, 1, 0);

  for (int i = 0; i < 4; i++)
    {
      view->ne[i] = ne[i];
      view->nb[i] = nb[i];
    }
  return view;
}

/* [C, W, 1, N] to [C·k, W', 1, N]: the gathering of the windows is one strided copy of a view whose
 * windows overlap. */
static struct ggml_tensor *
gather_1d (
    struct ggml_context *m, struct ggml_tensor *x, gint64 k, int stride, int dilation, gint64 out_w)
{
  gint64 c = x->ne[0];
  struct ggml_tensor *windows = strided_view (
      m, x, (gint64[]) { c, k, out_w, x->ne[3] },
      (gsize[]) { x->nb[0], (gsize) dilation * x->nb[1], (gsize) stride * x->nb[1], x->nb[3] });

  return ggml_reshape_4d (m, ggml_cont (m, windows), c * k, out_w, 1, x->ne[3]);
}

/* The windows of one sequence [C, W], a matrix a group: [in·k, W', groups]. The view has its final
 * order at once, because ggml refuses to permute one whose windows overlap. */
static struct ggml_tensor *
conv_1d_groups (GpuGgmlBuild *b, struct ggml_tensor *x)
{
  const GpuConvGeometry *g = &b->op->conv;
  const GpuGgmlWeight *weight = b->op->w->packed;
  gint64 in = g->in / g->groups, out = g->out / g->groups;
  struct ggml_tensor *windows, *y;

  windows = strided_view (b->m, x, (gint64[]) { in, g->kw, g->out_w, g->groups },
                          (gsize[]) { x->nb[0], (gsize) g->dilation_w * x->nb[1],
                                      (gsize) g->stride_w * x->nb[1], (gsize) in * x->nb[0] });
  windows = ggml_reshape_3d (b->m, ggml_cont (b->m, windows), in * g->kw, g->out_w, g->groups);
  y = multiply (b->m, weight->w, windows); /* [out, W', groups] */
  y = ggml_cont (b->m, ggml_permute (b->m, y, 0, 2, 1, 3));
  return ggml_reshape_2d (b->m, y, out * g->groups, g->out_w);
}

static struct ggml_tensor *
conv_1d_batch (GpuGgmlBuild *b, struct ggml_tensor *x)
{
  struct ggml_tensor *y = NULL;

  for (gint64 i = 0; i < x->ne[3]; i++)
    {
      struct ggml_tensor *one =
          ggml_view_2d (b->m, x, x->ne[0], x->ne[1], x->nb[1], (gsize) i * x->nb[3]);
      struct ggml_tensor *part = conv_1d_groups (b, one);

      y = y == NULL ? part : ggml_concat (b->m, y, part, 1);
    }
  return y;
}

static struct ggml_tensor *
conv_1d (GpuGgmlBuild *b)
{
  const GpuConvGeometry *g = &b->op->conv;
  const GpuGgmlWeight *weight = b->op->w->packed;
  struct ggml_tensor *x = image (b);

  if (g->pad_l != 0 || g->pad_r != 0)
    x = ggml_pad_ext (b->m, x, 0, 0, g->pad_l, g->pad_r, 0, 0, 0, 0);
  if (g->groups > 1)
    return conv_1d_batch (b, x);
  if (g->kw > 1 || g->stride_w > 1)
    x = gather_1d (b->m, x, g->kw, g->stride_w, g->dilation_w, g->out_w);
  return multiply (b->m, weight->w, x);
}

static struct ggml_tensor *
pad_image (struct ggml_context *m, struct ggml_tensor *x, int left, int right, int top, int bottom)
{
  return left == 0 && right == 0 && top == 0 && bottom == 0
             ? x
             : ggml_pad_ext (m, x, left, right, top, bottom, 0, 0, 0, 0);
}

/* Columns of windows [C·kh·kw, W'·H'·N] from [W, H, C, N]. @kernel gives the extents of a window
 * only. */
static struct ggml_tensor *
gather_2d (
    struct ggml_context *m, struct ggml_tensor *x, gint64 kh, gint64 kw, const GpuConvGeometry *g)
{
  struct ggml_tensor *kernel = ggml_new_tensor_4d (m, GGML_TYPE_F32, kw, kh, x->ne[2], 1);
  struct ggml_tensor *columns;

  columns = ggml_im2col (m, kernel, x, g != NULL ? g->stride_w : 1, g != NULL ? g->stride_h : 1, 0,
                         0, g != NULL ? g->dilation_w : 1, g != NULL ? g->dilation_h : 1, true,
                         GGML_TYPE_F32);
  return ggml_reshape_2d (m, columns, columns->ne[0], ggml_nelements (columns) / columns->ne[0]);
}

static struct ggml_tensor *
conv_2d (GpuGgmlBuild *b)
{
  const GpuConvGeometry *g = &b->op->conv;
  const GpuGgmlWeight *weight = b->op->w->packed;
  struct ggml_tensor *x = image (b), *y;

  /* Grouped images are left to the processor, but for one group a channel. */
  if (g->groups > 1 && (g->groups != g->in || g->in != g->out))
    return NULL;
  if (g->kh == 1 && g->kw == 1 && g->groups == 1 && g->stride_h == 1 && g->stride_w == 1 &&
      g->pad_t + g->pad_b + g->pad_l + g->pad_r == 0)
    return multiply (b->m, ggml_reshape_2d (b->m, weight->w, g->in, g->out), x);
  x = ggml_cont (b->m, ggml_permute (b->m, x, 2, 0, 1, 3)); /* [W, H, C, N] */
  x = pad_image (b->m, x, g->pad_l, g->pad_r, g->pad_t, g->pad_b);
  if (g->groups > 1)
    {
      y = ggml_conv_2d_dw_direct (b->m, weight->w, x, g->stride_w, g->stride_h, 0, 0, g->dilation_w,
                                  g->dilation_h);
      return ggml_cont (b->m, ggml_permute (b->m, y, 1, 2, 0, 3));
    }
  return multiply (b->m, ggml_reshape_2d (b->m, weight->w, g->in * g->kh * g->kw, g->out),
                   gather_2d (b->m, x, g->kh, g->kw, g));
}

struct ggml_tensor *
gpu_ggml_conv (GpuGgmlBuild *b)
{
  const GpuGgmlWeight *weight = b->op->w->packed;
  struct ggml_tensor *y = b->op->w->two_d ? conv_2d (b) : conv_1d (b);

  return y != NULL ? gpu_ggml_fuse (b, shape_result (b, y), weight->bias) : NULL;
}

/* [C, W, H, N] from all phases [C·sw·sh, W', H', N]: channels-last, the phases of a row are already
 * in order. */
static struct ggml_tensor *
interleave (GpuGgmlBuild *b, struct ggml_tensor *y, const GpuGgmlPhase *phase, gint64 w, gint64 h)
{
  const GpuConvGeometry *g = &b->op->conv;

  if (phase->sh > 1)
    {
      y = ggml_reshape_4d (b->m, y, g->out * phase->sw, phase->sh, w, h * g->n);
      y = ggml_cont (b->m, ggml_permute (b->m, y, 0, 2, 1, 3));
    }
  return ggml_reshape_4d (b->m, y, g->out, w * phase->sw, h * phase->sh, g->n);
}

/* The wanted part, from pad on; a little may be missing at the end when out_pad asks for more than
 * the kernel reaches. */
static struct ggml_tensor *
crop (GpuGgmlBuild *b, struct ggml_tensor *y)
{
  const GpuConvGeometry *g = &b->op->conv;
  int more_w = (int) MAX (g->pad_l + g->out_w - y->ne[1], 0),
      more_h = (int) MAX (g->pad_t + g->out_h - y->ne[2], 0);

  if (more_w > 0 || more_h > 0)
    y = ggml_pad_ext (b->m, y, 0, 0, 0, more_w, 0, more_h, 0, 0);
  y = ggml_view_4d (b->m, y, g->out, g->out_w, g->out_h, g->n, y->nb[1], y->nb[2], y->nb[3],
                    (gsize) g->pad_l * y->nb[1] + (gsize) g->pad_t * y->nb[2]);
  return gpu_ggml_dense (b->m, y);
}

struct ggml_tensor *
gpu_ggml_conv_transpose (GpuGgmlBuild *b)
{
  const GpuConvGeometry *g = &b->op->conv;
  const GpuGgmlWeight *weight = b->op->w->packed;
  const GpuGgmlPhase *phase = gpu_ggml_weight_phase (b->op->w, g->stride_h, g->stride_w);
  struct ggml_tensor *x = image (b), *y;
  gint64 w, h;

  if (phase == NULL)
    return NULL;
  w = g->w + phase->jw - 1;
  h = g->h + phase->jh - 1;
  if (b->op->w->two_d)
    {
      x = ggml_cont (b->m, ggml_permute (b->m, x, 2, 0, 1, 3));
      x = pad_image (b->m, x, (int) phase->jw - 1, (int) phase->jw - 1, (int) phase->jh - 1,
                     (int) phase->jh - 1);
      x = gather_2d (b->m, x, phase->jh, phase->jw, NULL);
    }
  else
    {
      if (phase->jw > 1)
        x = ggml_pad_ext (b->m, x, 0, 0, (int) phase->jw - 1, (int) phase->jw - 1, 0, 0, 0, 0);
      x = gather_1d (b->m, x, phase->jw, 1, 1, w);
    }
  y = multiply (b->m, phase->w, x);
  y = crop (b, interleave (b, y, phase, w, h));
  return gpu_ggml_fuse (b, shape_result (b, y), weight->bias);
}

/* ---- products ---- */

struct ggml_tensor *
gpu_ggml_matmul (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *y = gpu_ggml_node (b, b->op->in[1]);

  if (b->op->matmul.k == 0)
    return NULL;
  if (!b->op->matmul.transpose_b)
    y = ggml_cont (b->m, ggml_transpose (b->m, y));
  return multiply (b->m, y, x);
}

/* [H·D, T, N] to [D, T, H, N]. */
static struct ggml_tensor *
split_heads (GpuGgmlBuild *b, struct ggml_tensor *x, gint64 rows)
{
  gint64 d = b->op->attention.width, heads = b->op->attention.heads;

  x = ggml_view_4d (b->m, x, d, heads, rows, b->op->attention.batch, (gsize) d * x->nb[0], x->nb[1],
                    x->nb[2], 0);
  return ggml_cont (b->m, ggml_permute (b->m, x, 0, 2, 1, 3));
}

/* Scores of relative keys: rows of q·rel_kᵀ [2w+1, Tq] shifted so that column j of row i holds
 * entry j − i + w. Rows padded to length L and read with step L − 1 move by one place a row. */
static struct ggml_tensor *
relative_scores (GpuGgmlBuild *b, struct ggml_tensor *q, struct ggml_tensor *table)
{
  int w = b->op->attention.window;
  gint64 tq = b->op->attention.tq, tk = b->op->attention.tk, centre = MAX (tq - 1, w),
         length = centre + MAX (tk, w + 1);
  struct ggml_tensor *r = multiply (b->m, table, q);

  r = ggml_pad_ext (b->m, r, (int) (centre - w), (int) (length - centre - w - 1), 0, 0, 0, 0, 0, 0);
  r = ggml_view_4d (b->m, r, tk, tq, r->ne[2], r->ne[3], r->nb[1] - r->nb[0], r->nb[2], r->nb[3],
                    (gsize) centre * r->nb[0]);
  return ggml_cont (b->m, r);
}

/* The band of the probabilities: row i, entry m is p[i][i + m − w], zero outside; then times the
 * table [D, 2w+1]. */
static struct ggml_tensor *
relative_values (GpuGgmlBuild *b, struct ggml_tensor *p, struct ggml_tensor *table)
{
  int w = b->op->attention.window;
  gint64 tq = b->op->attention.tq, tk = b->op->attention.tk;

  p = ggml_pad_ext (b->m, p, w, w + (int) MAX (tq - tk, 0), 0, 0, 0, 0, 0, 0);
  p = ggml_view_4d (b->m, p, 2 * w + 1, tq, p->ne[2], p->ne[3], p->nb[1] + p->nb[0], p->nb[2],
                    p->nb[3], 0);
  return multiply (b->m, ggml_cont (b->m, ggml_transpose (b->m, table)), ggml_cont (b->m, p));
}

struct ggml_tensor *
gpu_ggml_attention (GpuGgmlBuild *b)
{
  const GpuOp *op = b->op;
  struct ggml_tensor *q = split_heads (b, gpu_ggml_node (b, op->in[0]), op->attention.tq);
  struct ggml_tensor *k = split_heads (b, gpu_ggml_node (b, op->in[1]), op->attention.tk);
  struct ggml_tensor *v = split_heads (b, gpu_ggml_node (b, op->in[2]), op->attention.tk);
  struct ggml_tensor *mask = gpu_ggml_node (b, op->in[3]), *rel_k = gpu_ggml_node (b, op->in[4]),
                     *rel_v = gpu_ggml_node (b, op->in[5]);
  struct ggml_tensor *scores = multiply (b->m, k, q), *y;

  if (rel_k != NULL)
    scores = ggml_add (b->m, scores, relative_scores (b, q, rel_k));
  scores = ggml_soft_max_ext (b->m, scores, mask, op->attention.scale, 0);
  y = multiply (b->m, ggml_cont (b->m, ggml_permute (b->m, v, 1, 0, 2, 3)),
                scores); /* [D, Tq, H, N] */
  if (rel_v != NULL)
    y = ggml_add (b->m, y, relative_values (b, scores, rel_v));
  return shape_result (b, ggml_cont (b->m, ggml_permute (b->m, y, 0, 2, 1, 3)));
}

struct ggml_tensor *
gpu_ggml_rope (GpuGgmlBuild *b)
{
  struct ggml_tensor *x = gpu_ggml_node (b, b->op->in[0]), *positions;
  gint64 rows = x->ne[1];
  g_autofree gint32 *at = g_new (gint32, rows);

  if (b->op->rope.channels == 0)
    return ggml_dup (b->m, x);
  for (gint64 i = 0; i < rows; i++)
    at[i] = (gint32) (b->op->rope.start + i);
  positions = gpu_ggml_leaf (b, GGML_TYPE_I32, (gint64[]) { rows, 1, 1, 1 }, at);
  if (positions == NULL)
    return NULL;
  x = ggml_reshape_3d (b->m, x, x->ne[0], 1, rows);
  return shape_result (b,
                       ggml_rope_ext (b->m, x, positions, NULL, b->op->rope.channels,
                                      GGML_ROPE_TYPE_NORMAL, 0, b->op->rope.theta, 1, 0, 1, 0, 0));
}
