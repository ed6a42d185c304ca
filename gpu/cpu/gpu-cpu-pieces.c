/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"

#include <string.h>

/* Convolutions along time in pieces of few lengths. oneDNN compiles a kernel for every length,
 * which takes longer than a second of speech, and each sentence has another length; a piece's
 * kernel is compiled once. Pieces are cut without padding: at the ends of the signal a copy with
 * zeros around takes its place. The last piece is moved back to end with the result, so some rows
 * are computed twice. */

#define MOST_WORK (1 << 23) /* multiply-adds of a piece, for each two threads */
#define LEAST_ROWS 32
#define MOST_WASTE 8 /* a piece is at most this part of the whole */

/* One operation on pieces. */
typedef struct
{
  GpuContext *cx;
  const GpuOp *op;
  gint64 rows;   /* steps of a piece: rows of the result, transposed: of the input */
  gint64 before; /* rows of the input that its first step needs before its own */
  gint64 taken;  /* rows of the input that a piece needs */
  float *edge;   /* [taken, in], where they are not all there */
  gsize edge_size;
} Pieces;

/* Rows of a piece, 0 where the whole is too short for pieces. A power of two, so that there are few
 * lengths. */
static gint64
choose_rows (const GpuOp *op, gint64 whole)
{
  const GpuConvGeometry *g = &op->conv;
  gint64 work = g->in / g->groups * g->out * g->kw;
  gint64 most = MOST_WORK * (gint64) MAX (gpu_parallel_threads () / 2, 1);
  gint64 rows = LEAST_ROWS;

  while (rows * work < most && rows * 2 * MOST_WASTE <= whole)
    rows *= 2;
  return rows * 2 <= whole ? rows : 0;
}

static gboolean
is_along_time (const GpuOp *op)
{
  const GpuConvGeometry *g = &op->conv;

  return !op->w->two_d && g->n == 1;
}

static gboolean
pieces_init (Pieces *self, GpuContext *cx, const GpuOp *op, GError **error)
{
  self->edge = gpu_cpu_block_new (
      cx->state, (gsize) (self->taken * op->conv.in) * sizeof *self->edge, &self->edge_size);
  if (self->edge == NULL)
    return gpu_cpu_check (dnnl_out_of_memory, error);
  self->cx = cx;
  self->op = op;
  return TRUE;
}

static void
pieces_clear (Pieces *self)
{
  gpu_cpu_block_free (self->cx->state, self->edge, self->edge_size);
}

/* Input rows from @first on, with zeros outside the signal. */
static const float *
take_rows (Pieces *self, gint64 first)
{
  const GpuConvGeometry *g = &self->op->conv;
  const float *x = self->op->in[0]->data;
  gint64 begin = CLAMP (-first, 0, self->taken), end = CLAMP (g->w - first, 0, self->taken);

  if (begin == 0 && end == self->taken)
    return x + first * g->in;
  memset (self->edge, 0, (gsize) (self->taken * g->in) * sizeof *x);
  if (end > begin)
    memcpy (self->edge + begin * g->in, x + (first + begin) * g->in,
            (gsize) ((end - begin) * g->in) * sizeof *x);
  return self->edge;
}

/* The layer on values that lie at @source; @residual may be NULL. */
static gboolean
run_piece (Pieces *self,
           const GpuConvGeometry *geometry,
           const float *source,
           const float *residual,
           float *result,
           GError **error)
{
  GpuTensor in = *self->op->in[0], out = *self->op->out, add = *self->op->out;
  GpuOp op = *self->op;

  in.data = (gpointer) source;
  out.data = result;
  out.shape = GPU_SHAPE_2 (geometry->out_w, geometry->out);
  add.data = (gpointer) residual;
  add.shape = out.shape;
  op.in[0] = &in;
  op.out = &out;
  if (residual != NULL)
    op.fused.residual = op.in[1] = &add;
  op.conv = *geometry;
  return gpu_cpu_conv_whole (self->cx, &op, error);
}

static gboolean
run_convolution (Pieces *self, GError **error)
{
  const GpuConvGeometry *g = &self->op->conv;
  GpuConvGeometry piece = *g;
  const float *residual = self->op->fused.residual != NULL ? self->op->fused.residual->data : NULL;
  float *y = self->op->out->data;
  gboolean done = TRUE;

  piece.w = self->taken;
  piece.out_w = self->rows;
  piece.pad_l = piece.pad_r = 0;
  for (gint64 row = 0; done && row < g->out_w; row += self->rows)
    {
      gint64 place = MIN (row, g->out_w - self->rows) * g->out;

      done = run_piece (self, &piece, take_rows (self, place / g->out - self->before),
                        residual != NULL ? residual + place : NULL, y + place, error);
    }
  return done;
}

/* A piece's result is longer than its own rows by what its neighbours add to. */
static gboolean
run_transposed (Pieces *self, GError **error)
{
  const GpuConvGeometry *g = &self->op->conv;
  GpuConvGeometry piece = *g;
  GpuCpuState *state = self->cx->state;
  gsize size;
  float *wide, *y = self->op->out->data;
  gboolean done = TRUE;

  piece.w = self->taken;
  piece.out_w = (self->taken - 1) * g->stride_w + g->kw;
  piece.pad_l = piece.pad_r = 0;
  wide = gpu_cpu_block_new (state, (gsize) (piece.out_w * g->out) * sizeof *wide, &size);
  if (wide == NULL)
    return gpu_cpu_check (dnnl_out_of_memory, error);
  for (gint64 row = 0; done && row * g->stride_w < g->out_w + g->pad_l; row += self->rows)
    {
      gint64 place = row * g->stride_w - g->pad_l; /* of the piece's first own result row */
      gint64 begin = MAX (place, 0), end = MIN (place + self->rows * g->stride_w, g->out_w);

      done = run_piece (self, &piece, take_rows (self, row - self->before), NULL, wide, error);
      if (done && end > begin)
        memcpy (y + begin * g->out, wide + (self->before * g->stride_w + begin - place) * g->out,
                (gsize) ((end - begin) * g->out) * sizeof *y);
    }
  gpu_cpu_block_free (state, wide, size);
  return done;
}

static gboolean
conv_in_pieces (GpuContext *cx, const GpuOp *op, gint64 rows, GError **error)
{
  const GpuConvGeometry *g = &op->conv;
  Pieces self = { .rows = rows, .before = g->pad_l, .taken = rows + g->dilation_w * (g->kw - 1) };
  gboolean done;

  if (!pieces_init (&self, cx, op, error))
    return FALSE;
  done = run_convolution (&self, error);
  pieces_clear (&self);
  return done;
}

static gboolean
transposed_in_pieces (GpuContext *cx, const GpuOp *op, gint64 rows, GError **error)
{
  const GpuConvGeometry *g = &op->conv;
  gint64 before = (g->kw - 1) / g->stride_w;
  Pieces self = { .rows = rows, .before = before, .taken = rows + before };
  gboolean done;

  if (!pieces_init (&self, cx, op, error))
    return FALSE;
  done = run_transposed (&self, error);
  pieces_clear (&self);
  return done;
}

gboolean
gpu_cpu_conv (GpuContext *cx, const GpuOp *op, GError **error)
{
  const GpuConvGeometry *g = &op->conv;
  gboolean transposed = op->code == GPU_OP_CONV_TRANSPOSE;
  gint64 rows = 0;

  if (is_along_time (op) && transposed && op->fused.residual == NULL)
    rows = choose_rows (op, g->w);
  else if (is_along_time (op) && !transposed && g->stride_w == 1)
    rows = choose_rows (op, g->out_w);
  if (rows == 0)
    return gpu_cpu_conv_whole (cx, op, error);
  return transposed ? transposed_in_pieces (cx, op, rows, error)
                    : conv_in_pieces (cx, op, rows, error);
}
