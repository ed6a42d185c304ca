/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-look.h"

#include <math.h>

#include "engine/lipsync/face/myna-face-mesh.h"

/* The inner face on a coarse grid for its light; the mouth's surroundings on a fine one, an eye
 * distance wide, for its sharpness. */
#define LIGHT_GRID 16
#define LIGHT_SIDE 0.6
#define SHARPNESS_GRID 48
#define SHARPNESS_SIDE 1.0

/* Weights of BT.709. */
static float
get_luminance (const float *rgb)
{
  return 0.2126f * rgb[0] + 0.7152f * rgb[1] + 0.0722f * rgb[2];
}

static float
measure_light (const MynaFaceImage *image, MynaFaceSquare square)
{
  float pixels[LIGHT_GRID * LIGHT_GRID * 3];
  float sum = 0;

  square.side *= LIGHT_SIDE;
  myna_face_image_cut (image, &square, LIGHT_GRID, 1 / 255.0f, 0, pixels);
  for (int i = 0; i < LIGHT_GRID * LIGHT_GRID; i++)
    sum += get_luminance (pixels + 3 * i);
  return sum / (LIGHT_GRID * LIGHT_GRID);
}

static float
measure_sharpness (const MynaFaceImage *image, const MynaFaceSquare *square)
{
  g_autofree float *pixels = g_new (float, SHARPNESS_GRID * SHARPNESS_GRID * 3);
  float luminance[SHARPNESS_GRID][SHARPNESS_GRID];
  float sum = 0;

  myna_face_image_cut (image, square, SHARPNESS_GRID, 1 / 255.0f, 0, pixels);
  for (int y = 0; y < SHARPNESS_GRID; y++)
    for (int x = 0; x < SHARPNESS_GRID; x++)
      luminance[y][x] = get_luminance (pixels + 3 * (y * SHARPNESS_GRID + x));
  for (int y = 1; y < SHARPNESS_GRID - 1; y++)
    for (int x = 1; x < SHARPNESS_GRID - 1; x++)
      sum += fabsf (4 * luminance[y][x] - luminance[y - 1][x] - luminance[y + 1][x] -
                    luminance[y][x - 1] - luminance[y][x + 1]);
  return sum / ((SHARPNESS_GRID - 2) * (SHARPNESS_GRID - 2));
}

/**
 * myna_face_measure_look:
 * @self: a face whose points are known; its light and sharpness are set
 * @image: the part of the frame that the mesh was found in
 *
 * Measures the light on the face and the sharpness of its mouth, in the picture reduced as the mesh
 * model sees it: motion blur and missed focus remain, grain does not.
 */
void
myna_face_measure_look (MynaFace *self, const MynaFaceImage *image)
{
  MynaFaceSquare square;

  g_return_if_fail (self != NULL && image != NULL);

  square = myna_face_get_square (self);
  self->light = measure_light (image, square);
  square.x = (double) (self->points[13].x + self->points[14].x) / 2;
  square.y = (double) (self->points[13].y + self->points[14].y) / 2;
  square.side = SHARPNESS_SIDE * (double) myna_face_get_eye_distance (self);
  self->sharpness = measure_sharpness (image, &square);
}
