/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-resample.h"

#include <math.h>

/* Places between two samples at which the kernel is tabulated. */
#define PHASES 256

static float kernel[PHASES + 1][4];

/* Keys' cubic with a = -0.75: a little crisper than Catmull and Rom's, as a moved picture needs
 * that was encoded before. */
static float
cubic (float x)
{
  const float a = -0.75f;

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
 * Evaluates @spline at the nodes of @rect (spec lipsync-default, renderer (a) 3: an 8-pixel grid).
 */
void
myna_map_set (MynaMap *self, const MynaRect *rect, const MynaSpline *spline)
{
  gsize n;

  self->rect = *rect;
  self->columns = rect->width / MYNA_SPLINE_STEP + 1;
  self->rows = rect->height / MYNA_SPLINE_STEP + 1;
  n = (gsize) self->columns * (gsize) self->rows;
  if (n > self->allocated)
    {
      g_free (self->xs);
      g_free (self->ys);
      self->xs = g_new (float, n);
      self->ys = g_new (float, n);
      self->allocated = n;
    }
  myna_spline_map_grid (spline, (float) rect->x, (float) rect->y, self->columns, self->rows,
                        self->xs, self->ys);
}

void
myna_map_clear (MynaMap *self)
{
  g_clear_pointer (&self->xs, g_free);
  g_clear_pointer (&self->ys, g_free);
  self->allocated = 0;
}

static inline float
sample_inside (const float *row, gsize stride, const float *wx, const float *wy)
{
  float sum = 0;

  for (int j = 0; j < 4; j++, row += stride)
    sum += wy[j] * (wx[0] * row[0] + wx[1] * row[1] + wx[2] * row[2] + wx[3] * row[3]);
  return sum;
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
  float left = floorf (x), top = floorf (y);
  const float *wx, *wy;
  int i, j;

  if (!(left > -1e6f && left < 1e6f && top > -1e6f && top < 1e6f))
    return 0;
  wx = kernel[(int) ((x - left) * PHASES + 0.5f)];
  wy = kernel[(int) ((y - top) * PHASES + 0.5f)];
  i = (int) left - 1;
  j = (int) top - 1;
  if (i >= 0 && j >= 0 && i + 4 <= width && j + 4 <= height)
    return sample_inside (plane + (gsize) j * (gsize) width + i, (gsize) width, wx, wy);
  return sample_edge (plane, width, height, i, j, wx, wy);
}

/* One plane; the map between nodes is bilinear. */
static void
resample_plane (MynaYuvImage *out, const MynaYuvImage *source, const MynaMap *map, int p)
{
  const MynaYuvLayout *layout = &out->layout;
  int step_x = MYNA_SPLINE_STEP >> layout->shift_x[p],
      step_y = MYNA_SPLINE_STEP >> layout->shift_y[p];
  float scale_x = 1.0f / (float) (1 << layout->shift_x[p]);
  float scale_y = 1.0f / (float) (1 << layout->shift_y[p]);

  for (int y = 0; y < out->height[p]; y++)
    {
      float v = ((float) (y % step_y) + 0.5f) / (float) step_y;
      const float *x0 = map->xs + (gsize) (y / step_y) * (gsize) map->columns;
      const float *y0 = map->ys + (gsize) (y / step_y) * (gsize) map->columns;
      const float *x1 = x0 + map->columns, *y1 = y0 + map->columns;
      float *row = out->planes[p] + (gsize) y * (gsize) out->width[p];

      for (int c = 0; c + 1 < map->columns; c++)
        {
          float xl = x0[c] + v * (x1[c] - x0[c]), xr = x0[c + 1] + v * (x1[c + 1] - x0[c + 1]);
          float yl = y0[c] + v * (y1[c] - y0[c]), yr = y0[c + 1] + v * (y1[c + 1] - y0[c + 1]);

          for (int i = 0; i < step_x; i++)
            {
              float u = ((float) i + 0.5f) / (float) step_x;
              float x = (xl + u * (xr - xl) - (float) source->rect.x) * scale_x - 0.5f;
              float sy = (yl + u * (yr - yl) - (float) source->rect.y) * scale_y - 0.5f;

              row[c * step_x + i] =
                  sample (source->planes[p], source->width[p], source->height[p], x, sy);
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
  init_kernel ();
  myna_yuv_image_set_size (out, &source->layout, &map->rect);
  for (int p = 0; p < out->layout.n_planes; p++)
    resample_plane (out, source, map, p);
}
