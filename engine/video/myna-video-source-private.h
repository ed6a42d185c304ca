/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/**
 * MynaVideoSource:
 *
 * Packets of one picture stream decoded to pictures as they are stored, each with a place on the
 * stream's clock: strictly increasing, whatever the file says. Private to MynaVideoReader and the
 * probe. One thread at a time.
 */
typedef struct _MynaVideoSource MynaVideoSource;

MynaVideoSource *myna_video_source_open (const char *path, GError **error);
void myna_video_source_set_cancellable (MynaVideoSource *self, GCancellable *cancellable);
gboolean
myna_video_source_next (MynaVideoSource *self, AVFrame *frame, gboolean *at_end, GError **error);
gboolean myna_video_source_first (MynaVideoSource *self, AVFrame *frame, GError **error);
gboolean
myna_video_source_jump (MynaVideoSource *self, gint64 ticks, gboolean *jumped, GError **error);
gboolean myna_video_source_restart (MynaVideoSource *self, GError **error);
AVStream *myna_video_source_get_stream (MynaVideoSource *self);
AVFormatContext *myna_video_source_get_format (MynaVideoSource *self);
const char *myna_video_source_get_path (MynaVideoSource *self);
gboolean myna_video_source_is_photo (MynaVideoSource *self);
gboolean myna_video_source_is_regular (MynaVideoSource *self);
AVRational myna_video_source_get_rate (MynaVideoSource *self);
gint64 myna_video_source_get_nominal_ticks (MynaVideoSource *self);
guint myna_video_source_get_n_damaged (MynaVideoSource *self);
void myna_video_source_free (MynaVideoSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVideoSource, myna_video_source_free)

G_END_DECLS
