/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libavcodec/avcodec.h>

#include "engine/video/myna-video-frame.h"
#include "engine/video/myna-video-probe.h"
#include "engine/video/myna-video-writer.h"

G_BEGIN_DECLS

/**
 * MynaVideoEncoder:
 *
 * One way of encoding the pictures of a video, found by trying. Each start () begins a run that can
 * be played behind any other run of an encoder with the same description, because it starts with a
 * key picture and all have the same header. One thread at a time.
 */
typedef struct _MynaVideoEncoder MynaVideoEncoder;

MynaVideoEncoder *myna_video_encoder_new (const MynaVideoInfo *source,
                                          gboolean webm,
                                          const MynaVideoWriterOptions *options,
                                          GError **error);
const AVCodecContext *myna_video_encoder_get_codec (MynaVideoEncoder *self);
const char *myna_video_encoder_get_description (MynaVideoEncoder *self);
const char *myna_video_encoder_get_name (MynaVideoEncoder *self);
int myna_video_encoder_get_run_length (MynaVideoEncoder *self);
gboolean myna_video_encoder_start (MynaVideoEncoder *self, GError **error);
gboolean myna_video_encoder_send (MynaVideoEncoder *self,
                                  const MynaVideoFrame *frame,
                                  gint64 pts,
                                  gint64 duration,
                                  GError **error);
AVPacket *myna_video_encoder_receive (MynaVideoEncoder *self, GError **error);
void myna_video_encoder_free (MynaVideoEncoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVideoEncoder, myna_video_encoder_free)

G_END_DECLS
