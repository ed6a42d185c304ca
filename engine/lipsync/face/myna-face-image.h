/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaFaceImage:
 * @width, @height: pixels
 * @pixels: R, G, B (0 … 255) and a fourth value that does not matter, @width × @height
 * @x, @y: place of its left upper corner in the frame
 * @step_x, @step_y: frame pixels for each of its pixels
 *
 * A part of a frame, enlarged or reduced.
 */
typedef struct
{
  int width, height;
  float (*pixels)[4];
  double x, y;
  double step_x, step_y;
} MynaFaceImage;

/**
 * MynaFaceSquare:
 * @x, @y: centre in the frame's pixels
 * @side: in the frame's pixels
 * @angle: radians, clockwise: the direction of its upper edge
 *
 * A turned square of a frame, which a model looks at.
 */
typedef struct
{
  double x, y, side, angle;
} MynaFaceSquare;

void myna_face_image_cut (const MynaFaceImage *self,
                          const MynaFaceSquare *square,
                          int side,
                          float scale,
                          float offset,
                          float *pixels);
void myna_face_square_to_frame (
    const MynaFaceSquare *square, int side, double u, double v, double *x, double *y);

G_END_DECLS
