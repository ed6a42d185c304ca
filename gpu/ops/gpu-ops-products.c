/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"

/* Products of tensors: matrices, attention, rotary positions. What each computes is said in
 * gpu-ops.h. */

#include <math.h>

/**
 * gpu_matmul:
 * @cx: a context
 * @a: […, m, k]
 * @b: […, k, n], or […, n, k] with @transpose_b; the leading dimensions as of @a, or none
 * @transpose_b: whether @b is stored with k last
 *
 * Returns: (transfer none): […, m, n]
 */
GpuTensor *
gpu_matmul (GpuContext *cx, const GpuTensor *a, const GpuTensor *b, gboolean transpose_b)
{
  GpuOp op = { .code = GPU_OP_MATMUL, .in = { a, b }, .n_in = 2 };
  GpuShape shape = a->shape;

  gpu_check (a->type == GPU_F32 && b->type == GPU_F32 && a->shape.n >= 2 && b->shape.n >= 2,
             "matmul", a, b);
  op.matmul.transpose_b = transpose_b;
  op.matmul.m = gpu_tensor_get_dim (a, -2);
  op.matmul.k = gpu_tensor_get_dim (a, -1);
  op.matmul.n = gpu_tensor_get_dim (b, transpose_b ? -2 : -1);
  op.matmul.b_shared = b->shape.n == 2;
  op.matmul.batch = 1;
  gpu_check (gpu_tensor_get_dim (b, transpose_b ? -1 : -2) == op.matmul.k, "matmul", a, b);
  gpu_check (op.matmul.b_shared || a->shape.n == b->shape.n, "matmul", a, b);
  for (int i = 0; i < a->shape.n - 2; i++)
    {
      gpu_check (op.matmul.b_shared || a->shape.d[i] == b->shape.d[i], "matmul", a, b);
      op.matmul.batch *= a->shape.d[i];
    }
  shape.d[shape.n - 1] = op.matmul.n;
  op.out = gpu_context_new_tensor (cx, shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_attention:
 * @cx: a context
 * @q: [Tq, heads·D] or [N, Tq, heads·D]
 * @k: [Tk, heads·D], f32 or an f16 state
 * @v: as @k
 * @attention: heads, scale, mask, relative tables, number of valid keys
 *
 * softmax (scale·q·kᵀ + mask)·v a head. The relative form adds scale·q·rel_k[j−i+w] to the scores
 * in the band |j−i| <= w and rel_v[j−i+w] to the values (VITS; spec gpt-sovits section 4.5).
 *
 * Returns: (transfer none): of the shape of @q
 */
GpuTensor *
gpu_attention (GpuContext *cx,
               const GpuTensor *q,
               const GpuTensor *k,
               const GpuTensor *v,
               GpuAttention attention)
{
  GpuOp op = { .code = GPU_OP_ATTENTION,
               .in = { q, k, v, attention.mask, attention.rel_k, attention.rel_v },
               .n_in = 6 };
  gint64 channels = gpu_tensor_get_dim (q, -1);

  gpu_check (q->type == GPU_F32 && (q->shape.n == 2 || q->shape.n == 3), "attention", q, k, v);
  gpu_check (k->shape.n == q->shape.n && gpu_shape_equal (k->shape, v->shape) && k->type == v->type,
             "attention", q, k, v);
  gpu_check (gpu_tensor_get_dim (k, -1) == channels, "attention", q, k, v);
  gpu_check (attention.heads > 0 && channels % attention.heads == 0, "attention", q, k, v);
  op.attention.heads = attention.heads;
  op.attention.width = channels / attention.heads;
  op.attention.scale =
      attention.scale != 0 ? attention.scale : 1.0f / sqrtf ((float) op.attention.width);
  op.attention.batch = q->shape.n == 3 ? q->shape.d[0] : 1;
  op.attention.tq = gpu_tensor_get_dim (q, -2);
  op.attention.tk = attention.n_keys > 0 ? attention.n_keys : gpu_tensor_get_dim (k, -2);
  op.attention.window = -1;
  gpu_check (op.attention.tk <= gpu_tensor_get_dim (k, -2) &&
                 (q->shape.n == 2 || k->shape.d[0] == q->shape.d[0]),
             "attention", q, k, v);
  if (attention.mask != NULL)
    gpu_check (
        gpu_shape_equal (attention.mask->shape, GPU_SHAPE_2 (op.attention.tq, op.attention.tk)),
        "attention mask", q, attention.mask);
  if (attention.rel_k != NULL || attention.rel_v != NULL)
    {
      gpu_check (attention.rel_k != NULL && attention.rel_v != NULL, "attention", q,
                 attention.rel_k, attention.rel_v);
      gpu_check (gpu_shape_equal (attention.rel_k->shape, attention.rel_v->shape), "attention",
                 attention.rel_k, attention.rel_v);
      gpu_check (gpu_tensor_get_dim (attention.rel_k, -1) == op.attention.width, "attention", q,
                 attention.rel_k);
      op.attention.window = (int) (gpu_tensor_get_dim (attention.rel_k, -2) - 1) / 2;
    }
  op.out = gpu_context_new_tensor (cx, q->shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_rope:
 * @cx: a context
 * @x: [T, C]
 * @channels: even; the first channels are rotated, the others copied
 * @theta: base of the frequencies
 * @start: position of the first row
 *
 * Rotary positions over interleaved pairs (spec gpt-sovits section 4.7).
 *
 * Returns: (transfer none): [T, C]
 */
GpuTensor *
gpu_rope (GpuContext *cx, const GpuTensor *x, int channels, float theta, gint64 start)
{
  GpuOp op = { .code = GPU_OP_ROPE, .in = { x }, .n_in = 1, .rope = { channels, theta, start } };

  gpu_check (x->type == GPU_F32 && x->shape.n == 2, "rope", x);
  gpu_check (channels >= 0 && channels % 2 == 0 && channels <= x->shape.d[1], "rope", x);
  op.out = gpu_context_new_tensor (cx, x->shape, GPU_F32);
  return gpu_context_run (cx, &op);
}
