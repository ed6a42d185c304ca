/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/video/myna-packet-log-private.h"
#include "engine/video/myna-video-encoder-private.h"
#include "engine/video/myna-video-writer.h"

G_BEGIN_DECLS

/* A kind of video file, by its extension. */
typedef struct
{
  const char *extension;
  const char *muxer;
  gboolean webm;
  const char *sound[3]; /* encoders, NULL behind the last */
} MynaVideoContainer;

const MynaVideoContainer *myna_video_container_find (const char *path);

gboolean myna_video_mux (const char *path,
                         const MynaVideoInfo *source,
                         MynaVideoEncoder *encoder,
                         MynaPacketLog *log,
                         AVRational time_base,
                         const MynaVideoWriterOptions *options,
                         GCancellable *cancellable,
                         GError **error);

G_END_DECLS
