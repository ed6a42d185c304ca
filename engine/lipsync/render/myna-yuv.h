/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>

#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

#define MYNA_YUV_MAX_PLANES 3

/**
 * MynaYuvLayout:
 * @format: AVPixelFormat
 * @n_planes: 1 (grey) or 3; an alpha plane is never looked at
 * @shift_x, @shift_y: log2 of the subsampling of each plane
 * @bytes: bytes a sample
 * @unit: steps of a sample per step of an 8-bit one: 1, 4 (10 bits), … 256
 * @max: greatest sample
 *
 * What planar YUV or grey pixels look like.
 */
typedef struct
{
  int format;
  int n_planes;
  int shift_x[MYNA_YUV_MAX_PLANES], shift_y[MYNA_YUV_MAX_PLANES];
  int bytes;
  float unit;
  float max;
} MynaYuvLayout;

/**
 * MynaYuvImage:
 * @rect: in luma pixels of the picture it is a part of; x, y, width, height are multiples of 8
 * @width, @height: of each plane
 * @planes: samples in units of 8-bit ones, rows without padding
 *
 * A part of a picture in floating point.
 */
typedef struct
{
  MynaYuvLayout layout;
  MynaRect rect;
  int width[MYNA_YUV_MAX_PLANES], height[MYNA_YUV_MAX_PLANES];
  float *planes[MYNA_YUV_MAX_PLANES];
  gsize allocated[MYNA_YUV_MAX_PLANES];
} MynaYuvImage;

gboolean myna_yuv_layout_init (MynaYuvLayout *self, int format);

/* Grown by at most 7 pixels on each side, so that every plane begins on a whole sample. */
MynaRect myna_yuv_align (const MynaRect *rect);

void
myna_yuv_image_set_size (MynaYuvImage *self, const MynaYuvLayout *layout, const MynaRect *rect);
void myna_yuv_image_clear (MynaYuvImage *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MynaYuvImage, myna_yuv_image_clear)

/* Reads self->rect of @frame; places outside the picture repeat its edge. */
void myna_yuv_image_load (MynaYuvImage *self, const AVFrame *frame);
/* Writes a plane into @frame where @mask (of that plane's size) is above 0. */
void myna_yuv_image_store (const MynaYuvImage *self, int plane, const float *mask, AVFrame *frame);

G_END_DECLS
