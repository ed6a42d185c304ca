/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/video/myna-video-frame.h"
#include "engine/video/myna-video-probe.h"

G_BEGIN_DECLS

/**
 * MynaVideoReader:
 *
 * Decodes the pictures of any video file one after the other in constant memory: upright, whole
 * (not interlaced), all of one size and format, in the order and at the times in which they are
 * shown. A photo is a video of one frame that lasts 1/25 s. Damaged pictures are passed over and
 * counted. One thread at a time; never the main thread.
 */
typedef struct _MynaVideoReader MynaVideoReader;

MynaVideoReader *myna_video_reader_open (const char *path, GError **error);
void myna_video_reader_set_cancellable (MynaVideoReader *self, GCancellable *cancellable);
const MynaVideoInfo *myna_video_reader_get_info (MynaVideoReader *self);
MynaVideoFrame *myna_video_reader_next (MynaVideoReader *self, GError **error);
gboolean myna_video_reader_seek (MynaVideoReader *self, double time, gint64 index, GError **error);
gint64 myna_video_reader_get_position (MynaVideoReader *self);
guint myna_video_reader_get_n_damaged (MynaVideoReader *self);
void myna_video_reader_free (MynaVideoReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVideoReader, myna_video_reader_free)

G_END_DECLS
