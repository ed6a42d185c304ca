/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/render/myna-spline.h"
#include "engine/lipsync/render/myna-yuv.h"

G_BEGIN_DECLS

/**
 * MynaMap:
 *
 * Where each luma pixel of a part of a picture comes from, at nodes @step pixels apart;
 * coordinates are those of MynaFacePoint, in pixels of the sampled picture.
 */
typedef struct
{
  MynaRect rect; /* aligned */
  int step;
  int columns, rows;
  float *xs, *ys;
  gsize allocated;
} MynaMap;

void myna_map_set (MynaMap *self, const MynaRect *rect, const MynaSpline *spline, int step);
void myna_map_clear (MynaMap *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MynaMap, myna_map_clear)

/* Bends a place of the sampled picture further, pixel by pixel. */
typedef void (*MynaBend) (const void *data, float *x, float *y);

/* Samples @source once with a bicubic kernel into @out, which gets the size of the map. */
void myna_resample (MynaYuvImage *out, const MynaYuvImage *source, const MynaMap *map);
void myna_resample_bent (MynaYuvImage *out,
                         const MynaYuvImage *source,
                         const MynaMap *map,
                         MynaBend bend,
                         const void *data);

G_END_DECLS
