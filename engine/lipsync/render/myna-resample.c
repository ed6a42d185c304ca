/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-resample.h"

#include <math.h>
#include <string.h>

/* Places between two samples at which the kernel is tabulated. */
#define PHASES 256

static float kernel[PHASES + 1][4];

/* Keys' cubic with a = -0.6: a little crisper than Catmull and Rom's, as a moved picture needs
 * that was encoded before. */
static float
cubic (float x)
{
  const float a = -0.6f;

  x = fabsf (x);
  if (x < 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}

static void
init_kernel (void)
{
  static gsize done = 0;

  if (!g_once_init_enter (&done))
    return;
  for (int i = 0; i <= PHASES; i++)
    for (int k = 0; k < 4; k++)
      kernel[i][k] = cubic ((float) i / PHASES + 1 - (float) k);
  g_once_init_leave (&done, 1);
}

/**
 * myna_map_set:
 *
 * @step: pixels from node to node: 8, 4 or 2
 *
 * Evaluates @spline at the nodes of @rect (spec lipsync-default, renderer (a) 3: an 8-pixel grid).
 */
void
myna_map_set (MynaMap *self, const MynaRect *rect, const MynaSpline *spline, int step)
{
  gsize n;

  self->rect = *rect;
  self->step = step;
  self->columns = rect->width / step + 1;
  self->rows = rect->height / step + 1;
  n = (gsize) self->columns * (gsize) self->rows;
  if (n > self->allocated)
    {
      g_free (self->xs);
      g_free (self->ys);
      self->xs = g_new (float, n);
      self->ys = g_new (float, n);
      self->allocated = n;
    }
  myna_spline_map_grid (spline, (float) rect->x, (float) rect->y, step, self->columns, self->rows,
                        self->xs, self->ys);
}

void
myna_map_clear (MynaMap *self)
{
  g_clear_pointer (&self->xs, g_free);
  g_clear_pointer (&self->ys, g_free);
  self->allocated = 0;
}

/* Four samples of a row at once. */
typedef float Four __attribute__ ((vector_size (16)));

static inline Four
load_four (const float *from)
{
  Four four;

  memcpy (&four, from, sizeof four);
  return four;
}

static inline float
sample_inside (const float *row, gsize stride, const float *wx, const float *wy)
{
  Four sum = wy[0] * load_four (row) + wy[1] * load_four (row + stride) +
             wy[2] * load_four (row + 2 * stride) + wy[3] * load_four (row + 3 * stride);

  sum *= load_four (wx);
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

static float
sample_edge (
    const float *plane, int width, int height, int x, int y, const float *wx, const float *wy)
{
  float sum = 0;

  for (int j = 0; j < 4; j++)
    {
      const float *row = plane + (gsize) CLAMP (y + j, 0, height - 1) * (gsize) width;

      for (int i = 0; i < 4; i++)
        sum += wy[j] * wx[i] * row[CLAMP (x + i, 0, width - 1)];
    }
  return sum;
}

/* @x, @y: in samples of the plane, the centre of the first being 0. */
static inline float
sample (const float *plane, int width, int height, float x, float y)
{
  float left, top;
  const float *wx, *wy;
  int i, j;

  if (x >= 1 && y >= 1 && x < (float) (width - 3) && y < (float) (height - 3))
    {
      i = (int) x;
      j = (int) y;
      wx = kernel[(int) ((x - (float) i) * PHASES + 0.5f)];
      wy = kernel[(int) ((y - (float) j) * PHASES + 0.5f)];
      return sample_inside (plane + (gsize) (j - 1) * (gsize) width + i - 1, (gsize) width, wx, wy);
    }
  left = floorf (x);
  top = floorf (y);
  if (!(left > -1e6f && left < 1e6f && top > -1e6f && top < 1e6f))
    return 0;
  wx = kernel[(int) ((x - left) * PHASES + 0.5f)];
  wy = kernel[(int) ((y - top) * PHASES + 0.5f)];
  i = (int) left - 1;
  j = (int) top - 1;
  return sample_edge (plane, width, height, i, j, wx, wy);
}

/* The nodes left and right of a cell, at a height between two rows of them. */
typedef struct
{
  float left_x, right_x, left_y, right_y;
} Cell;

static Cell
get_cell (const MynaMap *map, int row, int column, float v)
{
  const float *xs = map->xs + (gsize) row * (gsize) map->columns + (gsize) column;
  const float *ys = map->ys + (gsize) row * (gsize) map->columns + (gsize) column;
  int n = map->columns;

  return (Cell) { xs[0] + v * (xs[n] - xs[0]), xs[1] + v * (xs[n + 1] - xs[1]),
                  ys[0] + v * (ys[n] - ys[0]), ys[1] + v * (ys[n + 1] - ys[1]) };
}

/* One plane; the map between nodes is bilinear. */
static void
resample_plane (MynaYuvImage *out,
                const MynaYuvImage *source,
                const MynaMap *map,
                int p,
                MynaBend bend,
                const void *data)
{
  const MynaYuvLayout *layout = &out->layout;
  int step_x = map->step >> layout->shift_x[p];
  int step_y = map->step >> layout->shift_y[p];
  float scale_x = 1.0f / (float) (1 << layout->shift_x[p]);
  float scale_y = 1.0f / (float) (1 << layout->shift_y[p]);

  for (int y = 0; y < out->height[p]; y++)
    {
      float v = ((float) (y % step_y) + 0.5f) / (float) step_y;
      float *row = out->planes[p] + (gsize) y * (gsize) out->width[p];

      for (int c = 0; c + 1 < map->columns; c++)
        {
          Cell cell = get_cell (map, y / step_y, c, v);

          for (int i = 0; i < step_x; i++)
            {
              float u = ((float) i + 0.5f) / (float) step_x;
              float at_x = cell.left_x + u * (cell.right_x - cell.left_x);
              float at_y = cell.left_y + u * (cell.right_y - cell.left_y);

              if (bend != NULL)
                bend (data, &at_x, &at_y);
              row[c * step_x + i] = sample (source->planes[p], source->width[p], source->height[p],
                                            (at_x - (float) source->rect.x) * scale_x - 0.5f,
                                            (at_y - (float) source->rect.y) * scale_y - 0.5f);
            }
        }
    }
}

/**
 * myna_resample:
 * @out: resized to the map's part of the picture, in @source's layout
 *
 * The only resampling that a mouth goes through.
 */
void
myna_resample (MynaYuvImage *out, const MynaYuvImage *source, const MynaMap *map)
{
  myna_resample_bent (out, source, map, NULL, NULL);
}

void
myna_resample_bent (MynaYuvImage *out,
                    const MynaYuvImage *source,
                    const MynaMap *map,
                    MynaBend bend,
                    const void *data)
{
  init_kernel ();
  myna_yuv_image_set_size (out, &source->layout, &map->rect);
  for (int p = 0; p < out->layout.n_planes; p++)
    resample_plane (out, source, map, p, bend, data);
}
