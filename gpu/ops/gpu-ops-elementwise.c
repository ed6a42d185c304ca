/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"

/* Operations on single values. What each computes is said in gpu-ops.h. */

/**
 * gpu_activate:
 * @cx: a context
 * @x: any shape
 * @act: the function
 * @a: its first parameter
 * @b: its second parameter
 *
 * Returns: (transfer none): act (x)
 */
GpuTensor *
gpu_activate (GpuContext *cx, const GpuTensor *x, GpuActivation act, float a, float b)
{
  GpuOp op = { .code = GPU_OP_ACTIVATE, .in = { x }, .n_in = 1, .activate = { act, a, b } };

  gpu_check (x->type == GPU_F32 && act < GPU_N_ACTS, "activate", x);
  op.out = gpu_context_new_tensor (cx, x->shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

static gboolean
is_per_channel (const GpuTensor *x, const GpuTensor *parameter)
{
  return parameter->type == GPU_F32 &&
         gpu_shape_size (parameter->shape) == gpu_tensor_get_dim (x, -1);
}

/**
 * gpu_prelu:
 * @cx: a context
 * @x: […, C]
 * @slope: [C]
 *
 * Returns: (transfer none): max (x, 0) + slope·min (x, 0)
 */
GpuTensor *
gpu_prelu (GpuContext *cx, const GpuTensor *x, const GpuTensor *slope)
{
  GpuOp op = { .code = GPU_OP_PRELU, .in = { x, slope }, .n_in = 2 };

  gpu_check (x->type == GPU_F32 && is_per_channel (x, slope), "prelu", x, slope);
  op.out = gpu_context_new_tensor (cx, x->shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_snake_beta:
 * @cx: a context
 * @x: […, C]
 * @alpha: [C], as stored: the logarithm
 * @beta: [C], as stored: the logarithm
 *
 * BigVGAN's periodic activation (spec gpt-sovits section 4.7).
 *
 * Returns: (transfer none): x + sin² (eᵅ x)/(eᵝ + 1e-9)
 */
GpuTensor *
gpu_snake_beta (GpuContext *cx, const GpuTensor *x, const GpuTensor *alpha, const GpuTensor *beta)
{
  GpuOp op = { .code = GPU_OP_SNAKE_BETA, .in = { x, alpha, beta }, .n_in = 3 };

  gpu_check (x->type == GPU_F32 && is_per_channel (x, alpha) && is_per_channel (x, beta),
             "snake_beta", x, alpha, beta);
  op.out = gpu_context_new_tensor (cx, x->shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

static GpuShape
broadcast (const GpuTensor *x, const GpuTensor *y)
{
  GpuShape shape = { .n = MAX (x->shape.n, y->shape.n), .d = { 1, 1, 1, 1 } };

  for (int i = 1; i <= shape.n; i++)
    {
      gint64 a = i <= x->shape.n ? x->shape.d[x->shape.n - i] : 1;
      gint64 b = i <= y->shape.n ? y->shape.d[y->shape.n - i] : 1;

      gpu_check (a == b || a == 1 || b == 1, "broadcast", x, y);
      shape.d[shape.n - i] = a == 1 ? b : a;
    }
  return shape;
}

/**
 * gpu_binary:
 * @cx: a context
 * @op: the operation
 * @x: left operand
 * @y: right operand; shapes broadcast as in NumPy
 *
 * Returns: (transfer none): x op y
 */
GpuTensor *
gpu_binary (GpuContext *cx, GpuBinary op, const GpuTensor *x, const GpuTensor *y)
{
  GpuOp record = { .code = GPU_OP_BINARY, .in = { x, y }, .n_in = 2, .binary = op };

  gpu_check (x->type == GPU_F32 && y->type == GPU_F32, "binary", x, y);
  record.out = gpu_context_new_tensor (cx, broadcast (x, y), GPU_F32);
  return gpu_context_run (cx, &record);
}

static GpuTensor *
gate (GpuContext *cx, const GpuTensor *x, GpuGate kind)
{
  GpuOp op = { .code = GPU_OP_GATE, .in = { x }, .n_in = 1, .gate = kind };
  GpuShape shape = x->shape;

  gpu_check (x->type == GPU_F32 && shape.d[shape.n - 1] % 2 == 0, "gate", x);
  shape.d[shape.n - 1] /= 2;
  op.out = gpu_context_new_tensor (cx, shape, GPU_F32);
  return gpu_context_run (cx, &op);
}

/**
 * gpu_glu:
 * @cx: a context
 * @x: […, 2C]
 *
 * Returns: (transfer none): […, C], first half · σ(second half)
 */
GpuTensor *
gpu_glu (GpuContext *cx, const GpuTensor *x)
{
  return gate (cx, x, GPU_GATE_GLU);
}

/**
 * gpu_tanh_gate:
 * @cx: a context
 * @x: […, 2C]
 *
 * WaveNet's gate (spec gpt-sovits section 4.5, WN).
 *
 * Returns: (transfer none): […, C], tanh (first half) · σ(second half)
 */
GpuTensor *
gpu_tanh_gate (GpuContext *cx, const GpuTensor *x)
{
  return gate (cx, x, GPU_GATE_TANH);
}
