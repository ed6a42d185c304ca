/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"
#include "gpu/cpu/gpu-cpu-math.h"

#define GRAIN 8192

static const float *
values_or_null (const GpuTensor *t)
{
  return t != NULL ? t->data : NULL;
}

GPU_CLONES static float
row_sum (const float *x, gint64 n)
{
  float sum = 0;

#pragma omp simd reduction(+ : sum)
  for (gint64 i = 0; i < n; i++)
    sum += x[i];
  return sum;
}

/* Sum of squares of x − shift. */
GPU_CLONES static float
row_square_sum (const float *x, float shift, gint64 n)
{
  float sum = 0;

#pragma omp simd reduction(+ : sum)
  for (gint64 i = 0; i < n; i++)
    sum += (x[i] - shift) * (x[i] - shift);
  return sum;
}

GPU_CLONES static float
row_max (const float *x, gint64 n)
{
  float most = -INFINITY;

#pragma omp simd reduction(max : most)
  for (gint64 i = 0; i < n; i++)
    most = x[i] > most ? x[i] : most;
  return most;
}

/* y = (x − shift)·factor, then times gain and plus bias where they are. */
GPU_CLONES static void
row_affine (const float *x,
            float shift,
            float factor,
            const float *gain,
            const float *bias,
            float *y,
            gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    y[i] = (x[i] - shift) * factor;
  if (gain != NULL)
    for (gint64 i = 0; i < n; i++)
      y[i] *= gain[i];
  if (bias != NULL)
    for (gint64 i = 0; i < n; i++)
      y[i] += bias[i];
}

/**
 * gpu_cpu_layer_norm_row:
 * @x: @n values
 * @gain: (nullable): factors
 * @bias: (nullable): added
 * @eps: added to the variance
 * @y: (out caller-allocates): the result, may be @x
 * @n: their number
 */
void
gpu_cpu_layer_norm_row (
    const float *x, const float *gain, const float *bias, float eps, float *y, gint64 n)
{
  float mean = row_sum (x, n) / (float) n;
  float variance = row_square_sum (x, mean, n) / (float) n;

  row_affine (x, mean, 1.0f / sqrtf (variance + eps), gain, bias, y, n);
}

typedef struct
{
  const float *x;
  const float *gain;
  const float *bias;
  float *y;
  gint64 channels;
  float eps;
} Norm;

static void
layer_norm_range (gint64 begin, gint64 end, gpointer data)
{
  const Norm *job = data;
  gint64 c = job->channels;

  for (gint64 row = begin; row < end; row++)
    gpu_cpu_layer_norm_row (job->x + row * c, job->gain, job->bias, job->eps, job->y + row * c, c);
}

static void
l2_norm_range (gint64 begin, gint64 end, gpointer data)
{
  const Norm *job = data;
  gint64 c = job->channels;

  for (gint64 row = begin; row < end; row++)
    {
      const float *x = job->x + row * c;
      float norm = sqrtf (row_square_sum (x, 0, c));

      row_affine (x, 0, 1.0f / MAX (norm, job->eps), NULL, NULL, job->y + row * c, c);
    }
}

static Norm
read_norm (const GpuOp *op)
{
  return (Norm) { op->in[0]->data, values_or_null (op->in[1]),       values_or_null (op->in[2]),
                  op->out->data,   gpu_tensor_get_dim (op->out, -1), op->norm.eps };
}

gboolean
gpu_cpu_layer_norm (GpuContext *cx, const GpuOp *op, GError **error)
{
  Norm job = read_norm (op);

  gpu_parallel (gpu_shape_size (op->out->shape) / job.channels, GRAIN / job.channels + 1,
                layer_norm_range, &job);
  return TRUE;
}

gboolean
gpu_cpu_l2_norm (GpuContext *cx, const GpuOp *op, GError **error)
{
  Norm job = read_norm (op);

  gpu_parallel (gpu_shape_size (op->out->shape) / job.channels, GRAIN / job.channels + 1,
                l2_norm_range, &job);
  return TRUE;
}

/* ---- statistics over places ---- */

/* Column sums in doubles: thousands of places are added, and single precision would lose the
 * variance. */
static void
column_moments (const float *x, gint64 rows, gint64 c, double *sum, double *square)
{
  memset (sum, 0, sizeof (double) * (gsize) c);
  memset (square, 0, sizeof (double) * (gsize) c);
  for (gint64 row = 0; row < rows; row++)
    for (gint64 i = 0; i < c; i++)
      {
        double v = x[row * c + i];

        sum[i] += v;
        square[i] += v * v;
      }
}

GPU_CLONES static void
scale_rows (
    const float *x, const float *factor, const float *offset, float *y, gint64 rows, gint64 c)
{
  for (gint64 row = 0; row < rows; row++)
    for (gint64 i = 0; i < c; i++)
      y[row * c + i] = x[row * c + i] * factor[i] + offset[i];
}

gboolean
gpu_cpu_group_norm (GpuContext *cx, const GpuOp *op, GError **error)
{
  Norm job = read_norm (op);
  gint64 c = job.channels, rows = gpu_shape_size (op->out->shape) / c, width = c / op->norm.groups;
  g_autofree double *sum = g_new (double, c);
  g_autofree double *square = g_new (double, c);
  g_autofree float *factor = g_new (float, c);
  g_autofree float *offset = g_new (float, c);

  column_moments (job.x, rows, c, sum, square);
  for (gint64 first = 0; first < c; first += width)
    {
      double s = 0, q = 0, mean, scale;

      for (gint64 i = first; i < first + width; i++)
        {
          s += sum[i];
          q += square[i];
        }
      mean = s / (double) (rows * width);
      scale = 1.0 / sqrt (MAX (q / (double) (rows * width) - mean * mean, 0) + job.eps);
      for (gint64 i = first; i < first + width; i++)
        {
          factor[i] = (float) scale * (job.gain != NULL ? job.gain[i] : 1.0f);
          offset[i] = (job.bias != NULL ? job.bias[i] : 0.0f) - (float) mean * factor[i];
        }
    }
  scale_rows (job.x, factor, offset, job.y, rows, c);
  return TRUE;
}

gboolean
gpu_cpu_grn (GpuContext *cx, const GpuOp *op, GError **error)
{
  Norm job = read_norm (op);
  gint64 c = job.channels, rows = gpu_shape_size (op->out->shape) / c;
  g_autofree double *sum = g_new (double, c);
  g_autofree double *square = g_new (double, c);
  g_autofree float *factor = g_new (float, c);
  double mean = 0;

  column_moments (job.x, rows, c, sum, square);
  for (gint64 i = 0; i < c; i++)
    mean += sqrt (square[i]) / (double) c;
  for (gint64 i = 0; i < c; i++)
    factor[i] = job.gain[i] * (float) (sqrt (square[i]) / (mean + job.eps)) + 1.0f;
  scale_rows (job.x, factor, job.bias, job.y, rows, c);
  return TRUE;
}

/* ---- softmax ---- */

GPU_CLONES static float
exp_row (float *y, float most, gint64 n)
{
  float sum = 0;

#pragma omp simd reduction(+ : sum)
  for (gint64 i = 0; i < n; i++)
    {
      y[i] = gpu_expf (y[i] - most);
      sum += y[i];
    }
  return sum;
}

GPU_CLONES static void
scale_row (const float *x, float scale, const float *mask, gint64 mask_step, float *y, gint64 n)
{
  if (mask == NULL)
    for (gint64 i = 0; i < n; i++)
      y[i] = x[i] * scale;
  else if (mask_step == 1)
    for (gint64 i = 0; i < n; i++)
      y[i] = x[i] * scale + mask[i];
  else
    for (gint64 i = 0; i < n; i++)
      y[i] = x[i] * scale + mask[0];
}

/**
 * gpu_cpu_softmax_row:
 * @y: (inout): scaled and masked scores
 * @n: their number
 *
 * In place. A row that is taken out entirely becomes zeros.
 */
void
gpu_cpu_softmax_row (float *y, gint64 n)
{
  float most = row_max (y, n);
  float sum;

  if (!(most > -INFINITY))
    {
      memset (y, 0, sizeof (float) * (gsize) n);
      return;
    }
  sum = exp_row (y, most, n);
  row_affine (y, 0, 1.0f / sum, NULL, NULL, y, n);
}

typedef struct
{
  const float *x;
  const float *mask;
  gint64 extent[GPU_MAX_DIMS];
  gint64 step[GPU_MAX_DIMS];
  float *y;
  float scale;
} Softmax;

static void
softmax_range (gint64 begin, gint64 end, gpointer data)
{
  const Softmax *job = data;
  gint64 n = job->extent[3];

  for (gint64 row = begin; row < end; row++)
    {
      gint64 rest = row, at = 0;

      for (int d = GPU_MAX_DIMS - 2; d >= 0; d--)
        {
          at += rest % job->extent[d] * job->step[d];
          rest /= job->extent[d];
        }
      scale_row (job->x + row * n, job->scale, job->mask != NULL ? job->mask + at : NULL,
                 job->step[3], job->y + row * n, n);
      gpu_cpu_softmax_row (job->y + row * n, n);
    }
}

gboolean
gpu_cpu_softmax (GpuContext *cx, const GpuOp *op, GError **error)
{
  Softmax job = { op->in[0]->data, values_or_null (op->in[1]), { 1, 1, 1, 1 }, { 0 }, op->out->data,
                  op->scale };
  GpuShape shape = op->out->shape;
  gint64 step = 1;

  for (int i = 1; i <= shape.n; i++)
    job.extent[GPU_MAX_DIMS - i] = shape.d[shape.n - i];
  for (int i = 1; op->in[1] != NULL && i <= op->in[1]->shape.n; i++)
    {
      gint64 extent = gpu_tensor_get_dim (op->in[1], -i);

      job.step[GPU_MAX_DIMS - i] = extent == 1 ? 0 : step;
      step *= extent;
    }
  gpu_parallel (gpu_shape_size (shape) / job.extent[3], GRAIN / job.extent[3] + 1, softmax_range,
                &job);
  return TRUE;
}

/* ---- reductions ---- */

typedef struct
{
  GpuReduce op;
  const float *x;
  float *y;
  gint64 n, inner;
} Reduce;

static void
reduce_range (gint64 begin, gint64 end, gpointer data)
{
  const Reduce *job = data;

  for (gint64 outer = begin; outer < end; outer++)
    for (gint64 i = 0; i < job->inner; i++)
      {
        const float *x = job->x + outer * job->n * job->inner + i;
        double sum = 0;
        float most = -INFINITY;

        for (gint64 j = 0; j < job->n; j++)
          {
            sum += x[j * job->inner];
            most = MAX (most, x[j * job->inner]);
          }
        job->y[outer * job->inner + i] =
            job->op == GPU_REDUCE_MAX
                ? most
                : (float) (job->op == GPU_REDUCE_MEAN ? sum / (double) job->n : sum);
      }
}

gboolean
gpu_cpu_reduce (GpuContext *cx, const GpuOp *op, GError **error)
{
  Reduce job = { op->reduce.op, op->in[0]->data, op->out->data, op->in[0]->shape.d[op->reduce.axis],
                 1 };
  gint64 outer = 1;

  for (int i = 0; i < op->in[0]->shape.n; i++)
    if (i < op->reduce.axis)
      outer *= op->in[0]->shape.d[i];
    else if (i > op->reduce.axis)
      job.inner *= op->in[0]->shape.d[i];
  gpu_parallel (outer, GRAIN / (job.n * job.inner) + 1, reduce_range, &job);
  return TRUE;
}

gboolean
gpu_cpu_argmax (GpuContext *cx, const GpuOp *op, GError **error)
{
  gint64 n = gpu_tensor_get_dim (op->in[0], -1), rows = gpu_shape_size (op->in[0]->shape) / n;
  const float *x = op->in[0]->data;
  gint32 *y = op->out->data;

  for (gint64 row = 0; row < rows; row++)
    {
      gint32 best = 0;

      for (gint64 i = 1; i < n; i++)
        if (x[row * n + i] > x[row * n + best])
          best = (gint32) i;
      y[row] = best;
    }
  return TRUE;
}
