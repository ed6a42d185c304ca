/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MYNA_SPLINE_MAX_POINTS 96
/* Pixels between the nodes at which a map of a large face is evaluated. */
#define MYNA_SPLINE_STEP 8

typedef struct
{
  float x, y;
} MynaPoint;

/**
 * MynaSpline:
 *
 * A thin-plate spline in the plane: the smoothest map that takes each point @to (of the picture
 * that is made) to its @from (of the picture that is sampled).
 */
typedef struct
{
  int n;
  float scale;    /* pixels of one unit of the coordinates inside */
  MynaPoint base; /* origin of them */
  float x[MYNA_SPLINE_MAX_POINTS], y[MYNA_SPLINE_MAX_POINTS];
  float weight_x[MYNA_SPLINE_MAX_POINTS], weight_y[MYNA_SPLINE_MAX_POINTS];
  float affine_x[3], affine_y[3]; /* 1, x, y */
} MynaSpline;

/* @slack: how far each point may be missed, 0: not at all; 0.01 gives way to noise. @scale: a
 * length typical for the points, pixels. FALSE when the points lie on a line. */
gboolean myna_spline_fit (MynaSpline *self,
                          const MynaPoint *to,
                          const MynaPoint *from,
                          const float *slack,
                          int n,
                          float scale);
MynaPoint myna_spline_map (const MynaSpline *self, MynaPoint point);
/* Where nodes (@left + i @pixels, @top + j @pixels) come from: @columns × @rows values each. */
void myna_spline_map_grid (const MynaSpline *self,
                           float left,
                           float top,
                           int pixels,
                           int columns,
                           int rows,
                           float *xs,
                           float *ys);

G_END_DECLS
