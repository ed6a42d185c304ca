/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu.h"

#include <string.h>

/* Convolutions along time in pieces of few lengths. oneDNN compiles a kernel for every length,
 * which takes longer than a second of speech, and each sentence has another length; a piece's
 * kernel is compiled once. Pieces are cut without padding: at the ends of the signal a copy with
 * zeros around takes its place. The last piece is moved back to end with the result, so some rows
 * are computed twice. */

#define MOST_WORK (1 << 23) /* multiply-adds of a piece */
#define LEAST_ROWS 32
#define LEAST_PIECES 8

/* One operation. */
typedef struct
{
  const GpuConvGeometry *g;
  gint64 rows;   /* steps of a piece: rows of the result, transposed: of the input */
  gint64 before; /* rows of the input that its first step needs before its own */
  gint64 taken;  /* rows of the input that a piece needs */
  gint64 wide;   /* rows of the result that a piece computes */
  const float *x, *residual;
  float *y;
  float *edges; /* a lane's [taken, in], where they are not all there */
  float *wides; /* a lane's [wide, out], where only a part is taken */
} Cut;

/* Rows of a piece, 0 where the whole is too short for pieces. A power of two, so that there are few
 * lengths. */
static gint64
choose_rows (const GpuConvGeometry *g, gint64 whole)
{
  gint64 work = g->in / g->groups * g->out * g->kw;
  gint64 rows = LEAST_ROWS;

  while (rows * work < MOST_WORK && rows * 2 * LEAST_PIECES <= whole)
    rows *= 2;
  return rows * 2 <= whole ? rows : 0;
}

/* Input rows from @first on, with zeros outside the signal. */
static const float *
take_rows (const Cut *self, gint64 first, int lane)
{
  const GpuConvGeometry *g = self->g;
  gint64 begin = CLAMP (-first, 0, self->taken), end = CLAMP (g->w - first, 0, self->taken);
  float *edge = self->edges + lane * self->taken * g->in;

  if (begin == 0 && end == self->taken)
    return self->x + first * g->in;
  memset (edge, 0, (gsize) (self->taken * g->in) * sizeof *edge);
  if (end > begin)
    memcpy (edge + begin * g->in, self->x + (first + begin) * g->in,
            (gsize) ((end - begin) * g->in) * sizeof *edge);
  return edge;
}

static float *
get_wide (const Cut *self, int lane)
{
  return self->wides + lane * self->wide * self->g->out;
}

static gboolean
is_moved (const Cut *self, gint64 piece)
{
  return (piece + 1) * self->rows > self->g->out_w;
}

static void
begin_piece (gint64 piece,
             int lane,
             const float **source,
             const float **residual,
             float **result,
             gpointer data)
{
  const Cut *self = data;
  gint64 row = MIN (piece * self->rows, self->g->out_w - self->rows);
  gint64 place = row * self->g->out;

  *source = take_rows (self, row - self->before, lane);
  *residual = self->residual != NULL ? self->residual + place : NULL;
  *result = is_moved (self, piece) ? get_wide (self, lane) : self->y + place;
}

static void
end_piece (gint64 piece, int lane, gpointer data)
{
  const Cut *self = data;
  gint64 channels = self->g->out, own = self->g->out_w - piece * self->rows;

  if (is_moved (self, piece))
    memcpy (self->y + piece * self->rows * channels,
            get_wide (self, lane) + (self->rows - own) * channels,
            (gsize) (own * channels) * sizeof *self->y);
}

static void
begin_transposed (gint64 piece,
                  int lane,
                  const float **source,
                  const float **residual,
                  float **result,
                  gpointer data)
{
  const Cut *self = data;

  *source = take_rows (self, piece * self->rows - self->before, lane);
  *residual = NULL;
  *result = get_wide (self, lane);
}

/* A piece's result is longer than its own rows by what its neighbours add to. */
static void
end_transposed (gint64 piece, int lane, gpointer data)
{
  const Cut *self = data;
  const GpuConvGeometry *g = self->g;
  gint64 place = piece * self->rows * g->stride_w - g->pad_l;
  gint64 begin = MAX (place, 0), end = MIN (place + self->rows * g->stride_w, g->out_w);
  const float *own = get_wide (self, lane) + self->before * g->stride_w * g->out;

  if (end > begin)
    memcpy (self->y + begin * g->out, own + (begin - place) * g->out,
            (gsize) ((end - begin) * g->out) * sizeof *own);
}

static gboolean
run_cut (GpuContext *cx, const GpuOp *op, Cut *self, GError **error)
{
  const GpuConvGeometry *g = &op->conv;
  gboolean transposed = op->code == GPU_OP_CONV_TRANSPOSE;
  gint64 steps = transposed ? (g->out_w + g->pad_l + g->stride_w - 1) / g->stride_w : g->out_w;
  GpuOp piece = *op;
  gboolean fuse_after = FALSE, done;

  piece.conv.w = self->taken;
  piece.conv.out_w = self->wide;
  piece.conv.pad_l = piece.conv.pad_r = 0;
  done = gpu_cpu_conv_pieces (cx, &piece, (steps + self->rows - 1) / self->rows,
                              transposed ? begin_transposed : begin_piece,
                              transposed ? end_transposed : end_piece, self, &fuse_after, error);
  if (done && fuse_after)
    gpu_cpu_fuse (&op->fused, self->y, g->out_w * g->out);
  return done;
}

static gboolean
conv_in_pieces (GpuContext *cx, const GpuOp *op, Cut *self, GError **error)
{
  const GpuConvGeometry *g = &op->conv;
  gsize edge = (gsize) (self->taken * g->in), wide = (gsize) (self->wide * g->out);
  gsize size, lanes = (gsize) gpu_parallel_threads ();
  gboolean done;

  self->g = g;
  self->x = op->in[0]->data;
  self->residual = op->fused.residual != NULL ? op->fused.residual->data : NULL;
  self->y = op->out->data;
  self->edges = gpu_cpu_block_new (cx->state, lanes * (edge + wide) * sizeof (float), &size);
  if (self->edges == NULL)
    return gpu_cpu_check (dnnl_out_of_memory, error);
  self->wides = self->edges + lanes * edge;
  done = run_cut (cx, op, self, error);
  gpu_cpu_block_free (cx->state, self->edges, size);
  return done;
}

gboolean
gpu_cpu_conv (GpuContext *cx, const GpuOp *op, GError **error)
{
  const GpuConvGeometry *g = &op->conv;
  gboolean transposed = op->code == GPU_OP_CONV_TRANSPOSE;
  Cut cut = { .before = g->pad_l };

  if (op->w->two_d || g->n != 1 || (!transposed && g->stride_w != 1))
    return gpu_cpu_conv_whole (cx, op, error);
  /* Taps that do not reach the next step's leave gaps. */
  if (transposed && (op->fused.residual != NULL || g->kw < g->stride_w))
    return gpu_cpu_conv_whole (cx, op, error);
  cut.rows = choose_rows (g, transposed ? g->w : g->out_w);
  if (cut.rows == 0)
    return gpu_cpu_conv_whole (cx, op, error);
  cut.taken = cut.rows + g->dilation_w * (g->kw - 1);
  cut.wide = cut.rows;
  if (transposed)
    {
      cut.before = (g->kw - 1) / g->stride_w;
      cut.taken = cut.rows + cut.before;
      cut.wide = (cut.taken - 1) * g->stride_w + g->kw;
    }
  return conv_in_pieces (cx, op, &cut, error);
}
