/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-cut.h"

#include <libavutil/pixdesc.h>
#include <math.h>
#include <string.h>

#define N_LUMA 32
#define N_CHROMA 16
#define N_BINS (N_LUMA + 2 * N_CHROMA)
#define GRID 16
#define SAMPLES 64 /* along each side */

/* A cut is a change of both that is large, and large beside what changed of late. Measured on the
 * clips of shared/media/face: from frame to frame at most 0.02 and 0.005; cuts between portraits
 * before the same background 0.17 and 0.09. Above SURE_BINS a smaller change of the grid will do.
 */
#define LEAST_BINS 0.08f
#define SURE_BINS 0.2f
#define LEAST_GRID 0.03f
#define TIMES_USUAL 4
/* Of the grid: below this not even a face that jumps makes a cut. */
#define MAYBE_GRID 0.008f
#define MAYBE_TIMES_USUAL 2.5f
/* Frames until it is known what is usual. */
#define SETTLED 4

typedef struct
{
  float bins[N_BINS]; /* parts of the samples; each of the three histograms sums up to 1 */
  float grid[GRID * GRID];
} Sketch;

struct _MynaFaceCuts
{
  int n; /* frames since the last cut */
  Sketch last;
  float usual; /* change of the grid from frame to frame, running mean */
};

/* One component's samples on a grid of SAMPLES × SAMPLES, scaled to 0 … 1. */
static void
sample (const AVFrame *av, const AVPixFmtDescriptor *kind, int plane, float *values)
{
  const AVComponentDescriptor *comp = &kind->comp[plane];
  int width = plane > 0 ? AV_CEIL_RSHIFT (av->width, kind->log2_chroma_w) : av->width;
  int height = plane > 0 ? AV_CEIL_RSHIFT (av->height, kind->log2_chroma_h) : av->height;
  float scale = 1.0f / (float) ((1 << comp->depth) - 1);
  int columns[SAMPLES];

  for (int i = 0; i < SAMPLES; i++)
    columns[i] = (2 * i + 1) * width / (2 * SAMPLES) * comp->step + comp->offset;
  for (int row = 0; row < SAMPLES; row++)
    {
      const guint8 *line =
          av->data[comp->plane] +
          (gssize) ((2 * row + 1) * height / (2 * SAMPLES)) * av->linesize[comp->plane];

      for (int i = 0; i < SAMPLES; i++, values++)
        {
          guint16 wide;

          if (comp->depth <= 8)
            *values = (float) line[columns[i]] * scale;
          else
            {
              memcpy (&wide, line + columns[i], sizeof wide);
              *values = (float) (wide >> comp->shift) * scale;
            }
        }
    }
}

static void
draw (const AVFrame *av, Sketch *sketch)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (av->format);
  const float part = 1.0f / (SAMPLES * SAMPLES);
  const int per_cell = SAMPLES / GRID;
  float values[SAMPLES * SAMPLES];

  memset (sketch, 0, sizeof *sketch);
  for (int plane = 0; plane < (kind->nb_components >= 3 ? 3 : 1); plane++)
    {
      int n = plane == 0 ? N_LUMA : N_CHROMA;
      float *bins = sketch->bins + (plane == 0 ? 0 : N_LUMA + (plane - 1) * N_CHROMA);

      sample (av, kind, plane, values);
      for (int i = 0; i < SAMPLES * SAMPLES; i++)
        {
          bins[CLAMP ((int) (values[i] * (float) n), 0, n - 1)] += part;
          if (plane == 0)
            sketch->grid[i / SAMPLES / per_cell * GRID + i % SAMPLES / per_cell] +=
                values[i] / (float) (per_cell * per_cell);
        }
    }
}

static float
get_difference (const float *a, const float *b, int n)
{
  float sum = 0;

  for (int i = 0; i < n; i++)
    sum += fabsf (a[i] - b[i]);
  return sum;
}

/**
 * myna_face_cuts_new:
 *
 * Returns: (transfer full): a detector that has seen nothing
 */
MynaFaceCuts *
myna_face_cuts_new (void)
{
  return g_new0 (MynaFaceCuts, 1);
}

/**
 * myna_face_cuts_free:
 * @self: (nullable): a detector
 *
 * Frees it.
 */
void
myna_face_cuts_free (MynaFaceCuts *self)
{
  g_free (self);
}

/**
 * myna_face_cuts_push:
 * @self: a detector
 * @frame: the next frame
 *
 * Returns: whether a cut lies between the frame before and this one
 */
MynaFaceCut
myna_face_cuts_push (MynaFaceCuts *self, const MynaVideoFrame *frame)
{
  Sketch now;
  float bins, grid;
  MynaFaceCut cut = MYNA_FACE_CUT_NO;

  g_return_val_if_fail (self != NULL && frame != NULL, MYNA_FACE_CUT_NO);

  draw (frame->av, &now);
  bins = get_difference (now.bins, self->last.bins, N_BINS) / 6; /* 0 … 1 */
  grid = get_difference (now.grid, self->last.grid, GRID * GRID) / (GRID * GRID);
  if (self->n >= SETTLED && grid > MAYBE_GRID && grid > MAYBE_TIMES_USUAL * self->usual)
    cut = MYNA_FACE_CUT_MAYBE;
  if (self->n > 0 && grid > TIMES_USUAL * self->usual &&
      (bins > SURE_BINS || (bins > LEAST_BINS && grid > LEAST_GRID)))
    cut = MYNA_FACE_CUT_YES;
  if (cut == MYNA_FACE_CUT_YES)
    self->n = 0;
  self->usual = self->n <= 1 ? (self->n == 0 ? 0 : grid) : self->usual * 0.8f + grid * 0.2f;
  self->n = MIN (self->n + 1, SETTLED);
  self->last = now;
  return cut;
}
