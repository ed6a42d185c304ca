/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/**
 * MynaVideoFrame:
 * @av: the picture: planar YUV or grey, 8 to 16 bits, upright (rotation is applied), with the
 *   source's colour tags (matrix, range, primaries, transfer). (owned)
 * @index: number of the frame in presentation order, from 0
 * @time: presentation time in seconds, the first frame of the stream being 0
 * @duration: seconds until the next frame
 *
 * One decoded picture in the source's own colours. Nothing is converted, so that a pixel which is
 * not touched comes out as it went in. Passed from thread to thread; one owner at a time.
 */
typedef struct
{
  AVFrame *av;
  gint64 index;
  double time;
  double duration;
} MynaVideoFrame;

/**
 * MynaRect:
 *
 * A rectangle of pixels; may lie partly outside a picture.
 */
typedef struct
{
  int x, y, width, height;
} MynaRect;

/* Takes @av. */
MynaVideoFrame *myna_video_frame_new (AVFrame *av, gint64 index, double time, double duration);
/* The same picture, its data shared until one of the two is made writable. */
MynaVideoFrame *myna_video_frame_copy (const MynaVideoFrame *self);
void myna_video_frame_free (MynaVideoFrame *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVideoFrame, myna_video_frame_free)

int myna_video_frame_get_width (const MynaVideoFrame *self);
int myna_video_frame_get_height (const MynaVideoFrame *self);
gboolean myna_video_frame_make_writable (MynaVideoFrame *self, GError **error);

/* The whole frame or a part of it (@rect may be NULL) as packed sRGB-like R G B bytes, @width ×
 * @height, for networks and for showing: BT.601, 709 and 2020, full and limited range are honoured
 * and HDR (PQ, HLG) is tone-mapped. Places outside the picture repeat its edge. */
gboolean myna_video_frame_to_rgb (const MynaVideoFrame *self,
                                  const MynaRect *rect,
                                  int width,
                                  int height,
                                  guint8 *rgb,
                                  GError **error);

G_END_DECLS
