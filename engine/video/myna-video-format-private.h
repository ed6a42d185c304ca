/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/* Photos larger than this are reduced: a video of that size plays nowhere. */
#define MYNA_VIDEO_MAX_PHOTO 3840

/**
 * MynaVideoFormat:
 *
 * Brings all pictures of a stream to the one planar format and size of its first. Most are so
 * already and pass untouched. One thread at a time.
 */
typedef struct _MynaVideoFormat MynaVideoFormat;

MynaVideoFormat *
myna_video_format_new (const AVFrame *first, gboolean quarter_turn, gboolean photo);
gboolean myna_video_format_is_lossless (enum AVPixelFormat from, enum AVPixelFormat to);
enum AVPixelFormat myna_video_format_choose (enum AVPixelFormat format, gboolean quarter_turn);
AVFrame *myna_video_format_apply (MynaVideoFormat *self, AVFrame *frame);
void myna_video_format_free (MynaVideoFormat *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVideoFormat, myna_video_format_free)

G_END_DECLS
