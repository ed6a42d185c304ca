/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* softmax (scale·q·kᵀ + mask)·v: for many queries two products of oneDNN a block of queries, for
 * few (the decoder) our own, over a cache that may be f16 (gpu-cpu-attend.c). */

#define BLOCK 256
#define SCORES 262144 /* floats of scores at a time: they stay in a core's second cache */

GPU_CLONES static float
dot (const float *a, const float *b, gint64 n)
{
  float sum = 0;

#pragma omp simd reduction(+ : sum)
  for (gint64 i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

GPU_CLONES static void
add_scaled (float *y, const float *x, float factor, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    y[i] += factor * x[i];
}

/* ---- few queries ---- */

typedef struct
{
  const GpuOp *op;
  GpuCpuAttend row; /* the first query's */
} Few;

static void
few_range (gint64 begin, gint64 end, gpointer data)
{
  const Few *job = data;
  gint64 heads = job->op->attention.heads, tk = job->row.tk;

  for (gint64 unit = begin; unit < end;)
    {
      GpuCpuAttend row = job->row;
      gint64 i = unit / heads, head = unit % heads, last = MIN (heads, head + end - unit);

      row.q += i * row.channels;
      row.out += i * row.channels;
      row.scores += i * heads * tk;
      if (row.mask != NULL)
        row.mask += i * tk;
      gpu_cpu_attend (&row, head, last);
      unit += last - head;
    }
}

static gboolean
attend_few (GpuContext *cx, const GpuOp *op, gint64 batch, GError **error)
{
  gint64 channels = op->attention.width * op->attention.heads, tq = op->attention.tq,
         rows = op->in[1]->shape.d[op->in[1]->shape.n - 2];
  gsize at = (gsize) (batch * rows * channels) * gpu_type_size (op->in[1]->type);
  Few job = { op,
              { .type = op->in[1]->type,
                .k = (const char *) op->in[1]->data + at,
                .v = (const char *) op->in[2]->data + at,
                .channels = channels,
                .width = op->attention.width,
                .tk = op->attention.tk,
                .scale = op->attention.scale,
                .q = (const float *) op->in[0]->data + batch * tq * channels,
                .mask = op->in[3] != NULL ? op->in[3]->data : NULL,
                .out = (float *) op->out->data + batch * tq * channels } };

  job.row.scores =
      gpu_cpu_scratch (cx->state, sizeof (float) * (gsize) (tq * op->attention.heads * job.row.tk));
  if (job.row.scores == NULL)
    {
      g_set_error_literal (
          error, GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY,
          _ ("The computer does not have enough memory. Close other programs and try again."));
      return FALSE;
    }
  gpu_parallel (tq * op->attention.heads, 32768 / (job.row.tk * job.row.width) + 1, few_range,
                &job);
  return TRUE;
}

/* ---- many queries ---- */

typedef struct
{
  const GpuOp *op;
  gint64 first, rows, channels;
  gint64 head, heads; /* the heads done now */
  const float *q;
  float *scores; /* [heads, rows, tk] */
  float *out;
} Block;

static void
add_relative_keys (const GpuOp *op, const float *q, gint64 i, float *scores)
{
  int window = op->attention.window;

  for (gint64 j = MAX (i - window, 0); j <= MIN (i + window, op->attention.tk - 1); j++)
    scores[j] += op->attention.scale *
                 dot (q, (const float *) op->in[4]->data + (j - i + window) * op->attention.width,
                      op->attention.width);
}

static void
softmax_range (gint64 begin, gint64 end, gpointer data)
{
  const Block *job = data;
  const GpuOp *op = job->op;
  gint64 tk = op->attention.tk;
  const float *mask = op->in[3] != NULL ? op->in[3]->data : NULL;

  for (gint64 unit = begin; unit < end; unit++)
    {
      gint64 head = job->head + unit / job->rows, i = job->first + unit % job->rows;
      float *scores = job->scores + unit * tk;

      for (gint64 j = 0; j < tk; j++)
        scores[j] = scores[j] * op->attention.scale + (mask != NULL ? mask[i * tk + j] : 0.0f);
      if (op->attention.window >= 0)
        add_relative_keys (op, job->q + i * job->channels + head * op->attention.width, i, scores);
      gpu_cpu_softmax_row (scores, tk);
    }
}

static void
add_relative_values (const Block *job)
{
  const GpuOp *op = job->op;
  gint64 tk = op->attention.tk, width = op->attention.width;
  int window = op->attention.window;

  for (gint64 unit = 0; unit < job->heads * job->rows; unit++)
    {
      gint64 head = job->head + unit / job->rows, i = job->first + unit % job->rows;

      for (gint64 j = MAX (i - window, 0); j <= MIN (i + window, tk - 1); j++)
        add_scaled (job->out + i * job->channels + head * width,
                    (const float *) op->in[5]->data + (j - i + window) * width,
                    job->scores[unit * tk + j], width);
    }
}

static gboolean
attend_block (GpuContext *cx, Block *job, const float *k, const float *v, GError **error)
{
  const GpuOp *op = job->op;
  gint64 c = job->channels, width = op->attention.width, tk = op->attention.tk;
  gint64 at = job->first * c + job->head * width;
  GpuCpuGemm keys = {
    job->heads, job->rows, tk, width, width, c, 1, width, 1, c, job->rows * tk, tk
  };
  GpuCpuGemm values = { job->heads, job->rows, width, tk, job->rows * tk, tk,
                        1,          width,     c,     1,  width,          c };

  if (!gpu_cpu_gemm (cx, &keys, job->q + at, k + job->head * width, job->scores, error))
    return FALSE;
  gpu_parallel (job->heads * job->rows, 16384 / tk + 1, softmax_range, job);
  if (!gpu_cpu_gemm (cx, &values, job->scores, v + job->head * width, job->out + at, error))
    return FALSE;
  if (op->attention.window >= 0)
    add_relative_values (job);
  return TRUE;
}

static gboolean
attend_many (GpuContext *cx, const GpuOp *op, gint64 batch, GError **error)
{
  gint64 c = op->attention.width * op->attention.heads,
         rows = op->in[1]->shape.d[op->in[1]->shape.n - 2], tk = op->attention.tk;
  gboolean half = op->in[1]->type == GPU_F16;
  gint64 most_rows = MIN (BLOCK, op->attention.tq);
  gint64 most_heads = CLAMP (SCORES / (most_rows * tk), 1, op->attention.heads);
  gsize actual, scores = (gsize) (most_heads * most_rows * tk);
  gsize wide = half ? (gsize) (2 * tk * c) : 0;
  float *block = gpu_cpu_block_new (cx->state, sizeof (float) * (scores + wide), &actual);
  const float *k = op->in[1]->data, *v = op->in[2]->data;
  Block job = { op,
                0,
                0,
                c,
                0,
                0,
                (const float *) op->in[0]->data + batch * op->attention.tq * c,
                block,
                (float *) op->out->data + batch * op->attention.tq * c };
  gboolean done = TRUE;

  if (block == NULL)
    {
      g_set_error_literal (
          error, GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY,
          _ ("The computer does not have enough memory. Close other programs and try again."));
      return FALSE;
    }
  if (half)
    {
      float *room = block + scores;

      gpu_cpu_from_f16 ((const guint16 *) op->in[1]->data + batch * rows * c, room, tk * c);
      gpu_cpu_from_f16 ((const guint16 *) op->in[2]->data + batch * rows * c, room + tk * c,
                        tk * c);
      k = room;
      v = room + tk * c;
    }
  else
    {
      k += batch * rows * c;
      v += batch * rows * c;
    }
  for (job.first = 0; done && job.first < op->attention.tq; job.first += BLOCK)
    {
      job.rows = MIN (BLOCK, op->attention.tq - job.first);
      for (job.head = 0; done && job.head < op->attention.heads; job.head += most_heads)
        {
          job.heads = MIN (most_heads, op->attention.heads - job.head);
          done = attend_block (cx, &job, k, v, error);
        }
    }
  gpu_cpu_block_free (cx->state, block, actual);
  return done;
}

gboolean
gpu_cpu_attention (GpuContext *cx, const GpuOp *op, GError **error)
{
  gboolean few = op->attention.tq <= 4 && op->attention.window < 0;

  for (gint64 batch = 0; batch < op->attention.batch; batch++)
    if (!(few ? attend_few (cx, op, batch, error) : attend_many (cx, op, batch, error)))
      return FALSE;
  return TRUE;
}
