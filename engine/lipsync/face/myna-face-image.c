/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-image.h"

#include <math.h>
#include <string.h>

/**
 * myna_face_square_to_frame:
 * @square: a square of the frame
 * @side: pixels that it was cut into
 * @u: pixels from its left edge
 * @v: pixels from its upper edge
 * @x: (out): in the frame
 * @y: (out): in the frame
 *
 * From a place in the square's picture to the frame.
 */
void
myna_face_square_to_frame (
    const MynaFaceSquare *square, int side, double u, double v, double *x, double *y)
{
  double c = cos (square->angle), s = sin (square->angle);
  double a = (u / side - 0.5) * square->side, b = (v / side - 0.5) * square->side;

  g_return_if_fail (side > 0);

  *x = square->x + c * a - s * b;
  *y = square->y + s * a + c * b;
}

/* Four values at once: what a pixel holds. */
typedef float Pixel __attribute__ ((vector_size (16)));

static Pixel
get_pixel (const MynaFaceImage *self, int column, int row)
{
  Pixel pixel;

  memcpy (&pixel, self->pixels[(gsize) row * (gsize) self->width + (gsize) column], sizeof pixel);
  return pixel;
}

/* The value at a place that may be outside, pixel centres at halves; black outside, as the models
 * were trained with. */
static Pixel
get_sample (const MynaFaceImage *self, float x, float y)
{
  Pixel sum = { 0 };
  float column = floorf (x), row = floorf (y), fx = x - column, fy = y - row;

  if (!(column >= -1 && row >= -1 && column < (float) self->width && row < (float) self->height))
    return sum;
  for (int i = 0; i < 4; i++)
    {
      int at_x = (int) column + (i & 1), at_y = (int) row + (i >> 1);
      float part = ((i & 1) != 0 ? fx : 1 - fx) * ((i >> 1) != 0 ? fy : 1 - fy);

      if (at_x >= 0 && at_y >= 0 && at_x < self->width && at_y < self->height)
        sum += part * get_pixel (self, at_x, at_y);
    }
  return sum;
}

/* The same for places between four pixels of the image. */
static inline Pixel
get_inside (const MynaFaceImage *self, float x, float y)
{
  int column = (int) x, row = (int) y;
  float fx = x - (float) column, fy = y - (float) row;
  Pixel a = get_pixel (self, column, row), b = get_pixel (self, column, row + 1);

  a += fx * (get_pixel (self, column + 1, row) - a);
  b += fx * (get_pixel (self, column + 1, row + 1) - b);
  return a + fy * (b - a);
}

static gboolean
is_inside (const MynaFaceImage *self, float x, float y)
{
  return x >= 0 && y >= 0 && x < (float) (self->width - 1) && y < (float) (self->height - 1);
}

/* Adds places along a line: @n of them from @x, @y on, a step of @dx, @dy apart. */
static void
add_line (const MynaFaceImage *self, float x, float y, float dx, float dy, int n, Pixel *sums)
{
  if (is_inside (self, x, y) &&
      is_inside (self, x + dx * (float) (n - 1), y + dy * (float) (n - 1)))
    for (int i = 0; i < n; i++)
      sums[i] += get_inside (self, x + dx * (float) i, y + dy * (float) i);
  else
    for (int i = 0; i < n; i++)
      sums[i] += get_sample (self, x + dx * (float) i, y + dy * (float) i);
}

/**
 * myna_face_image_cut:
 * @self: an image
 * @square: which part of the frame
 * @side: pixels to make of it in each direction
 * @scale: of the byte values
 * @offset: added after scaling
 * @pixels: (out): @side × @side × 3
 *
 * Cuts a turned square out, bilinear; where the image is at least twice as fine as the result, the
 * mean of several places for each pixel.
 */
void
myna_face_image_cut (const MynaFaceImage *self,
                     const MynaFaceSquare *square,
                     int side,
                     float scale,
                     float offset,
                     float *pixels)
{
  g_autofree Pixel *sums = NULL;
  double c, s, step;
  int n;

  g_return_if_fail (self != NULL && square != NULL && pixels != NULL && side > 0);

  c = cos (square->angle);
  s = sin (square->angle);
  step = square->side / side;
  n = CLAMP ((int) (step / MIN (self->step_x, self->step_y)), 1, 8);
  sums = g_new (Pixel, (gsize) side);
  for (int row = 0; row < side; row++, pixels += 3 * side)
    {
      memset (sums, 0, sizeof *sums * (gsize) side);
      for (int i = 0; i < n * n; i++)
        {
          double a = ((i % n + 0.5) / n - 0.5 * side) * step;
          double b = (row + (i / n + 0.5) / n - 0.5 * side) * step;

          add_line (self, (float) ((square->x + c * a - s * b - self->x) / self->step_x - 0.5),
                    (float) ((square->y + s * a + c * b - self->y) / self->step_y - 0.5),
                    (float) (c * step / self->step_x), (float) (s * step / self->step_y), side,
                    sums);
        }
      for (int i = 0; i < side; i++)
        for (int j = 0; j < 3; j++)
          pixels[3 * i + j] = sums[i][j] * scale / (float) (n * n) + offset;
    }
}
