/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaVideoBench:
 * @n_frames: that were looked at
 * @decode_fps: frames a second of reading alone
 * @rgb_fps: of a picture of 640 pixels for the face detector, alone
 * @encode_fps: of writing alone, its file joined and synced
 * @encoder: FFmpeg's name of it
 *
 * How fast this machine reads and writes a video.
 */
typedef struct
{
  gint64 n_frames;
  double decode_fps;
  double rgb_fps;
  double encode_fps;
  char encoder[32];
} MynaVideoBench;

gboolean myna_video_bench (const char *path,
                           gint64 max_frames,
                           MynaVideoBench *result,
                           GCancellable *cancellable,
                           GError **error);

G_END_DECLS
