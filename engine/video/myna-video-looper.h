/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/video/myna-video-frame.h"
#include "engine/video/myna-video-probe.h"

G_BEGIN_DECLS

/**
 * MynaVideoLooper:
 *
 * The frames of a video by number, for walks up and down (a short video under a long speech goes to
 * and fro). Upwards it decodes as a reader does; downwards it decodes a stretch at a time into a
 * temporary file. Memory and file are bounded, whatever the length of the video and of its groups
 * of pictures. Of a photo every number is the same picture. One thread at a time; never the main
 * thread.
 */
typedef struct _MynaVideoLooper MynaVideoLooper;

/* Time of frame @index in seconds, as MynaVideoFrame.time has it. */
typedef double (*MynaVideoTimeFunc) (gint64 index, gpointer user_data);

MynaVideoLooper *myna_video_looper_open (const char *path,
                                         const char *folder,
                                         MynaVideoTimeFunc time,
                                         gpointer user_data,
                                         GError **error);
void myna_video_looper_set_cancellable (MynaVideoLooper *self, GCancellable *cancellable);
const MynaVideoInfo *myna_video_looper_get_info (MynaVideoLooper *self);
MynaVideoFrame *myna_video_looper_get (MynaVideoLooper *self, gint64 index, GError **error);
void myna_video_looper_free (MynaVideoLooper *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVideoLooper, myna_video_looper_free)

G_END_DECLS
