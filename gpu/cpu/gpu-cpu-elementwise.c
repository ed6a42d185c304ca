/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"
#include "gpu/cpu/gpu-cpu-math.h"

#define GRAIN 16384

typedef struct
{
  const float *x;
  float *y;
  GpuActivation act;
  float a, b;
} Activate;

#define EACH(expression)                                                                           \
  for (gint64 i = 0; i < n; i++)                                                                   \
    {                                                                                              \
      const float v = x[i];                                                                        \
      y[i] = (expression);                                                                         \
    }                                                                                              \
  break

GPU_CLONES static void
activate (GpuActivation act, float a, float b, const float *x, float *y, gint64 n)
{
  switch (act)
    {
    case GPU_ACT_RELU:
      EACH (v > 0 ? v : 0);
    case GPU_ACT_LEAKY_RELU:
      EACH (v > 0 ? v : v * a);
    case GPU_ACT_GELU:
      EACH (0.5f * v * (1.0f + gpu_erff (v * 0.70710678f)));
    case GPU_ACT_GELU_TANH:
      EACH (0.5f * v * (1.0f + gpu_tanhf (0.79788456f * (v + 0.044715f * v * v * v))));
    case GPU_ACT_SIGMOID:
      EACH (gpu_sigmoidf (v));
    case GPU_ACT_TANH:
      EACH (gpu_tanhf (v));
    case GPU_ACT_SILU:
      EACH (v * gpu_sigmoidf (v));
    case GPU_ACT_MISH:
      EACH (v * gpu_tanhf (gpu_softplusf (v)));
    case GPU_ACT_SOFTPLUS:
      EACH (gpu_softplusf (v));
    case GPU_ACT_ELU:
      EACH (v > 0 ? v : a * (gpu_expf (v) - 1.0f));
    case GPU_ACT_EXP:
      EACH (gpu_expf (v));
    case GPU_ACT_LOG:
      EACH (logf (v));
    case GPU_ACT_SQRT:
      EACH (sqrtf (v));
    case GPU_ACT_SQUARE:
      EACH (v * v);
    case GPU_ACT_ABS:
      EACH (fabsf (v));
    case GPU_ACT_SIN:
      EACH (sinf (v));
    case GPU_ACT_COS:
      EACH (cosf (v));
    case GPU_ACT_CLAMP:
      EACH (v < a ? a : (v > b ? b : v));
    case GPU_ACT_AFFINE:
      EACH (v * a + b);
    case GPU_ACT_NONE:
    case GPU_N_ACTS:
    default:
      EACH (v);
    }
}

static void
activate_range (gint64 begin, gint64 end, gpointer data)
{
  const Activate *job = data;

  activate (job->act, job->a, job->b, job->x + begin, job->y + begin, end - begin);
}

gboolean
gpu_cpu_activate (GpuContext *cx, const GpuOp *op, GError **error)
{
  Activate job = { op->in[0]->data, op->out->data, op->activate.act, op->activate.a,
                   op->activate.b };

  gpu_parallel (gpu_shape_size (op->out->shape), GRAIN, activate_range, &job);
  return TRUE;
}

GPU_CLONES static void
add_to (float *y, const float *x, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    y[i] += x[i];
}

typedef struct
{
  const GpuFused *fused;
  const float *residual;
  float *y;
} Fuse;

static void
fuse_range (gint64 begin, gint64 end, gpointer data)
{
  const Fuse *job = data;
  const GpuFused *f = job->fused;

  if (job->residual != NULL && !f->residual_after)
    add_to (job->y + begin, job->residual + begin, end - begin);
  if (f->act != GPU_ACT_NONE)
    activate (f->act, f->a, f->b, job->y + begin, job->y + begin, end - begin);
  if (job->residual != NULL && f->residual_after)
    add_to (job->y + begin, job->residual + begin, end - begin);
}

/**
 * gpu_cpu_fuse:
 * @fused: what a layer does to its result
 * @y: (inout): the layer's result
 * @n: its places
 *
 * For layers whose kernel cannot do it by itself.
 */
void
gpu_cpu_fuse (const GpuFused *fused, float *y, gint64 n)
{
  Fuse job = { fused, fused->residual != NULL ? fused->residual->data : NULL, y };

  if (fused->act != GPU_ACT_NONE || fused->residual != NULL)
    gpu_parallel (n, GRAIN, fuse_range, &job);
}

typedef struct
{
  const float *x;
  const float *p;
  const float *q;
  float *y;
  gint64 channels;
} Channels;

GPU_CLONES static void
prelu_rows (const float *x, const float *slope, float *y, gint64 rows, gint64 n)
{
  for (gint64 row = 0; row < rows; row++, x += n, y += n)
    for (gint64 i = 0; i < n; i++)
      y[i] = x[i] > 0 ? x[i] : x[i] * slope[i];
}

static void
prelu_range (gint64 begin, gint64 end, gpointer data)
{
  const Channels *job = data;

  prelu_rows (job->x + begin * job->channels, job->p, job->y + begin * job->channels, end - begin,
              job->channels);
}

static void
snake_range (gint64 begin, gint64 end, gpointer data)
{
  const Channels *job = data;

  for (gint64 row = begin; row < end; row++)
    for (gint64 c = 0; c < job->channels; c++)
      {
        float v = job->x[row * job->channels + c];
        float s = sinf (expf (job->p[c]) * v);

        job->y[row * job->channels + c] = v + s * s / (expf (job->q[c]) + 1e-9f);
      }
}

static void
run_by_channels (const GpuOp *op, GpuRangeFunc func)
{
  gint64 channels = gpu_tensor_get_dim (op->out, -1);
  Channels job = { op->in[0]->data, op->in[1]->data, op->n_in > 2 ? op->in[2]->data : NULL,
                   op->out->data, channels };

  gpu_parallel (gpu_shape_size (op->out->shape) / channels, GRAIN / channels + 1, func, &job);
}

gboolean
gpu_cpu_prelu (GpuContext *cx, const GpuOp *op, GError **error)
{
  run_by_channels (op, prelu_range);
  return TRUE;
}

gboolean
gpu_cpu_snake_beta (GpuContext *cx, const GpuOp *op, GError **error)
{
  run_by_channels (op, snake_range);
  return TRUE;
}

/* ---- two operands, broadcast ---- */

typedef struct
{
  GpuBinary op;
  const float *x;
  const float *y;
  float *out;
  gint64 extent[GPU_MAX_DIMS];
  gint64 x_step[GPU_MAX_DIMS];
  gint64 y_step[GPU_MAX_DIMS];
} Binary;

#define EACH_PAIR(expression)                                                                      \
  if (x_step == 1 && y_step == 1)                                                                  \
    for (gint64 i = 0; i < n; i++)                                                                 \
      {                                                                                            \
        const float a = x[i], b = y[i];                                                            \
        out[i] = (expression);                                                                     \
      }                                                                                            \
  else if (x_step == 1)                                                                            \
    for (gint64 i = 0; i < n; i++)                                                                 \
      {                                                                                            \
        const float a = x[i], b = y[0];                                                            \
        out[i] = (expression);                                                                     \
      }                                                                                            \
  else                                                                                             \
    for (gint64 i = 0; i < n; i++)                                                                 \
      {                                                                                            \
        const float a = x[0], b = y[i * y_step];                                                   \
        out[i] = (expression);                                                                     \
      }                                                                                            \
  break

/* A step is 1 or, for a repeated value, 0. */
GPU_CLONES static void
binary_row (GpuBinary op,
            const float *x,
            gint64 x_step,
            const float *y,
            gint64 y_step,
            float *out,
            gint64 n)
{
  switch (op)
    {
    case GPU_ADD:
      EACH_PAIR (a + b);
    case GPU_SUB:
      EACH_PAIR (a - b);
    case GPU_MUL:
      EACH_PAIR (a * b);
    case GPU_DIV:
      EACH_PAIR (a / b);
    case GPU_MAX:
      EACH_PAIR (a > b ? a : b);
    case GPU_MIN:
    default:
      EACH_PAIR (a < b ? a : b);
    }
}

static void
binary_range (gint64 begin, gint64 end, gpointer data)
{
  const Binary *job = data;

  for (gint64 row = begin; row < end; row++)
    {
      gint64 rest = row, x = 0, y = 0;

      for (int d = GPU_MAX_DIMS - 2; d >= 0; d--)
        {
          gint64 index = rest % job->extent[d];

          rest /= job->extent[d];
          x += index * job->x_step[d];
          y += index * job->y_step[d];
        }
      binary_row (job->op, job->x + x, job->x_step[3], job->y + y, job->y_step[3],
                  job->out + row * job->extent[3], job->extent[3]);
    }
}

/* Steps of an operand along the result's dimensions, aligned at the end; 0 where it repeats. */
static void
read_steps (const GpuTensor *t, gint64 *steps)
{
  gint64 step = 1;

  for (int i = 1; i <= GPU_MAX_DIMS; i++)
    {
      gint64 extent = i <= t->shape.n ? t->shape.d[t->shape.n - i] : 1;

      steps[GPU_MAX_DIMS - i] = extent == 1 ? 0 : step;
      step *= extent;
    }
}

gboolean
gpu_cpu_binary (GpuContext *cx, const GpuOp *op, GError **error)
{
  Binary job = { op->binary, op->in[0]->data, op->in[1]->data, op->out->data, { 1, 1, 1, 1 }, { 0 },
                 { 0 } };
  GpuShape shape = op->out->shape;

  for (int i = 1; i <= shape.n; i++)
    job.extent[GPU_MAX_DIMS - i] = shape.d[shape.n - i];
  read_steps (op->in[0], job.x_step);
  read_steps (op->in[1], job.y_step);
  if (gpu_shape_equal (op->in[0]->shape, op->in[1]->shape))
    { /* one long row */
      job.extent[0] = job.extent[1] = 1;
      job.extent[2] = MAX (gpu_shape_size (shape) / GRAIN, 1);
      while (gpu_shape_size (shape) % job.extent[2] != 0)
        job.extent[2]--;
      job.extent[3] = gpu_shape_size (shape) / job.extent[2];
      job.x_step[2] = job.y_step[2] = job.extent[3];
      job.x_step[3] = job.y_step[3] = 1;
    }
  gpu_parallel (gpu_shape_size (shape) / job.extent[3], GRAIN / job.extent[3] + 1, binary_range,
                &job);
  return TRUE;
}

/* ---- gates ---- */

typedef struct
{
  GpuGate gate;
  const float *x;
  float *y;
  gint64 channels;
} Gate;

GPU_CLONES static void
gate_row (GpuGate gate, const float *a, const float *b, float *y, gint64 n)
{
  if (gate == GPU_GATE_GLU)
    for (gint64 i = 0; i < n; i++)
      y[i] = a[i] * gpu_sigmoidf (b[i]);
  else
    for (gint64 i = 0; i < n; i++)
      y[i] = gpu_tanhf (a[i]) * gpu_sigmoidf (b[i]);
}

static void
gate_range (gint64 begin, gint64 end, gpointer data)
{
  const Gate *job = data;
  gint64 c = job->channels;

  for (gint64 row = begin; row < end; row++)
    gate_row (job->gate, job->x + row * 2 * c, job->x + row * 2 * c + c, job->y + row * c, c);
}

gboolean
gpu_cpu_gate (GpuContext *cx, const GpuOp *op, GError **error)
{
  gint64 channels = gpu_tensor_get_dim (op->out, -1);
  Gate job = { op->gate, op->in[0]->data, op->out->data, channels };

  gpu_parallel (gpu_shape_size (op->out->shape) / channels, GRAIN / channels + 1, gate_range, &job);
  return TRUE;
}
