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
#define SAMPLES 128 /* along each side */

/* A cut is a change of both that is large, and large beside what changed of late. Measured on cuts
 * between and motion within the clips of shared/media/face: motion stays below half of these. */
#define LEAST_BINS 0.25f
#define LEAST_GRID 0.08f
#define TIMES_USUAL 4

typedef struct
{
  float bins[N_BINS]; /* parts of the samples; each of the three histograms sums up to 1 */
  float grid[GRID * GRID];
} Sketch;

struct _MynaFaceCuts
{
  gboolean known;
  Sketch last;
  float usual; /* change of the grid from frame to frame, running mean */
};

/* The sample at @x, @y of 0 … 1, scaled to 0 … 1. */
static float
get_sample (const AVFrame *av, const AVPixFmtDescriptor *kind, int plane, double x, double y)
{
  const AVComponentDescriptor *comp = &kind->comp[plane];
  gboolean chroma = plane > 0;
  int width = chroma ? AV_CEIL_RSHIFT (av->width, kind->log2_chroma_w) : av->width;
  int height = chroma ? AV_CEIL_RSHIFT (av->height, kind->log2_chroma_h) : av->height;
  const guint8 *at = av->data[comp->plane] +
                     (gssize) (int) (y * height) * av->linesize[comp->plane] +
                     (gssize) (int) (x * width) * comp->step + comp->offset;
  guint16 wide;

  if (comp->depth <= 8)
    return (float) *at / 255.0f;
  memcpy (&wide, at, sizeof wide);
  return (float) (wide >> comp->shift) / (float) ((1 << comp->depth) - 1);
}

static void
draw (const AVFrame *av, Sketch *sketch)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (av->format);
  int planes = kind->nb_components >= 3 ? 3 : 1;
  const float part = 1.0f / (SAMPLES * SAMPLES);
  const int per_cell = SAMPLES / GRID;

  memset (sketch, 0, sizeof *sketch);
  for (int row = 0; row < SAMPLES; row++)
    for (int column = 0; column < SAMPLES; column++)
      for (int plane = 0; plane < planes; plane++)
        {
          float value =
              get_sample (av, kind, plane, (column + 0.5) / SAMPLES, (row + 0.5) / SAMPLES);
          int n = plane == 0 ? N_LUMA : N_CHROMA;
          int first = plane == 0 ? 0 : N_LUMA + (plane - 1) * N_CHROMA;

          sketch->bins[first + CLAMP ((int) (value * (float) n), 0, n - 1)] += part;
          if (plane == 0)
            sketch->grid[row / per_cell * GRID + column / per_cell] +=
                value / (float) (per_cell * per_cell);
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
gboolean
myna_face_cuts_push (MynaFaceCuts *self, const MynaVideoFrame *frame)
{
  Sketch now;
  float bins, grid;
  gboolean cut;

  g_return_val_if_fail (self != NULL && frame != NULL, FALSE);

  draw (frame->av, &now);
  bins = get_difference (now.bins, self->last.bins, N_BINS) / 6; /* 0 … 1 */
  grid = get_difference (now.grid, self->last.grid, GRID * GRID) / (GRID * GRID);
  cut = self->known && bins > LEAST_BINS && grid > LEAST_GRID && grid > TIMES_USUAL * self->usual;
  self->usual = cut || !self->known ? 0 : self->usual * 0.8f + grid * 0.2f;
  self->known = TRUE;
  self->last = now;
  return cut;
}
