/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-image.h"

#include <math.h>

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

/* Adds the value at a place of the image, pixel centres at halves; black outside, as the models
 * were trained with. */
static void
add_sample (const MynaFaceImage *self, double x, double y, float weight, float sum[3])
{
  double column = floor (x - 0.5), row = floor (y - 0.5);
  float fx = (float) (x - 0.5 - column), fy = (float) (y - 0.5 - row);

  if (!(column >= -1 && row >= -1 && column < self->width && row < self->height))
    return;
  for (int i = 0; i < 4; i++)
    {
      int at_x = (int) column + (i & 1), at_y = (int) row + (i >> 1);
      float part = weight * ((i & 1) != 0 ? fx : 1 - fx) * ((i >> 1) != 0 ? fy : 1 - fy);
      const guint8 *pixel;

      if (at_x < 0 || at_y < 0 || at_x >= self->width || at_y >= self->height)
        continue;
      pixel = self->rgb + ((gsize) at_y * (gsize) self->width + (gsize) at_x) * 3;
      for (int j = 0; j < 3; j++)
        sum[j] += part * pixel[j];
    }
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
 * Cuts a turned square out, bilinear; where the image is finer than the result, the mean of several
 * places for each pixel.
 */
void
myna_face_image_cut (const MynaFaceImage *self,
                     const MynaFaceSquare *square,
                     int side,
                     float scale,
                     float offset,
                     float *pixels)
{
  double c = cos (square->angle), s = sin (square->angle), step = square->side / side;
  double ratio = step / MIN (self->step_x, self->step_y);
  int n = CLAMP ((int) (ratio + 0.5), 1, 8);
  float weight = 1.0f / (float) (n * n);

  g_return_if_fail (self != NULL && square != NULL && pixels != NULL && side > 0);

  for (int row = 0; row < side; row++)
    for (int column = 0; column < side; column++, pixels += 3)
      {
        float sum[3] = { 0, 0, 0 };

        for (int i = 0; i < n * n; i++)
          {
            double a = (column + (i % n + 0.5) / n - 0.5 * side) * step;
            double b = (row + (i / n + 0.5) / n - 0.5 * side) * step;

            add_sample (self, (square->x + c * a - s * b - self->x) / self->step_x,
                        (square->y + s * a + c * b - self->y) / self->step_y, weight, sum);
          }
        for (int j = 0; j < 3; j++)
          pixels[j] = sum[j] * scale + offset;
      }
}
