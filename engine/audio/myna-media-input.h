/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

/**
 * MynaMediaInput:
 * @format: FFmpeg's view of the file, streams known
 * @path: the file
 *
 * A local media file opened for FFmpeg through our own descriptor: nothing but this one file is
 * ever read (a playlist cannot make FFmpeg open other files or the network), and read errors keep
 * their errno. Private to the readers of the engine. One thread at a time.
 */
typedef struct
{
  AVFormatContext *format;
  char *path;
  /*< private >*/
  AVIOContext *io;
  int fd;
  int io_errno;
  gboolean is_playlist;
  guint n_read_errors; /* in a row */
} MynaMediaInput;

MynaMediaInput *myna_media_input_open (const char *path, GError **error);
gboolean myna_media_input_check_io (MynaMediaInput *self, GError **error);
gboolean myna_media_input_read (MynaMediaInput *self,
                                AVPacket *packet,
                                gboolean *at_end,
                                guint *n_damaged,
                                GCancellable *cancellable,
                                GError **error);
gboolean myna_media_input_is_decodable (const AVStream *stream);
int myna_media_input_find_audio (MynaMediaInput *self, int stream, GError **error);
void myna_media_input_free (MynaMediaInput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMediaInput, myna_media_input_free)

void myna_ffmpeg_init (void);

G_END_DECLS
