/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libavcodec/avcodec.h>

#include "engine/video/myna-video-writer.h"

G_BEGIN_DECLS

/**
 * MynaVideoSound:
 *
 * The sound of a video, read from its file and encoded packet by packet: exactly as long as the
 * pictures, cut or filled up with silence. One thread at a time.
 */
typedef struct _MynaVideoSound MynaVideoSound;

MynaVideoSound *myna_video_sound_new (const MynaVideoWriterOptions *options,
                                      const char *const *encoders,
                                      double duration,
                                      GCancellable *cancellable,
                                      GError **error);
const AVCodecContext *myna_video_sound_get_codec (MynaVideoSound *self);
AVPacket *myna_video_sound_next (MynaVideoSound *self, GError **error);
void myna_video_sound_free (MynaVideoSound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVideoSound, myna_video_sound_free)

G_END_DECLS
