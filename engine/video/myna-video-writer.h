/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/video/myna-video-frame.h"
#include "engine/video/myna-video-probe.h"

G_BEGIN_DECLS

/**
 * MynaVideoCoder:
 * @MYNA_VIDEO_CODER_AUTO: the best there is: libx264, else the graphics card, else what FFmpeg has
 * @MYNA_VIDEO_CODER_SOFTWARE: the processor only
 * @MYNA_VIDEO_CODER_HARDWARE: the graphics card where it works, else as AUTO
 */
typedef enum
{
  MYNA_VIDEO_CODER_AUTO,
  MYNA_VIDEO_CODER_SOFTWARE,
  MYNA_VIDEO_CODER_HARDWARE,
} MynaVideoCoder;

/**
 * MynaVideoWriterOptions:
 * @coder: who encodes
 * @encoder: (nullable): FFmpeg's name of the only encoder to try
 * @lossless: every pixel exactly as it is written, for intermediate files and tests
 * @unmarked: leave out the tag that says that the mouth is made by a machine
 * @audio: (nullable) (type filename): a file whose sound the video gets
 * @audio_stream: its stream, -1 for the best
 * @audio_start: second of @audio at which the video starts
 * @tail: (nullable) (type filename): a file whose sound goes on, from the same second of the
 *   output on, where @audio has ended: the original's own
 * @tail_stream: its stream, -1 for the best
 * @tail_start: second of @tail at which the video starts
 * @key: (nullable): what the pictures are made from; finished segments with another key are not
 *   used
 */
typedef struct
{
  MynaVideoCoder coder;
  const char *encoder;
  gboolean lossless;
  gboolean unmarked;
  const char *audio;
  int audio_stream;
  double audio_start;
  const char *tail;
  int tail_stream;
  double tail_start;
  const char *key;
} MynaVideoWriterOptions;

#define MYNA_VIDEO_WRITER_OPTIONS_INIT { .audio_stream = -1, .tail_stream = -1 }

/**
 * MynaVideoWriter:
 *
 * Writes a video (MP4, MOV, MKV or WebM by the path's extension) like its source: size, colours,
 * depth, quality. The frames are encoded in segments that are on the disk when they are finished,
 * so that a run that was killed goes on behind the last one and gives the same file; the end joins
 * them with the sound. Nothing is at the path before that. One thread at a time; never the main
 * thread.
 */
typedef struct _MynaVideoWriter MynaVideoWriter;

MynaVideoWriter *myna_video_writer_open (const char *path,
                                         const MynaVideoInfo *source,
                                         const MynaVideoWriterOptions *options,
                                         const char *folder,
                                         GError **error);
gint64 myna_video_writer_get_n_finished (MynaVideoWriter *self);
const char *myna_video_writer_get_encoder (MynaVideoWriter *self);
gboolean
myna_video_writer_write (MynaVideoWriter *self, const MynaVideoFrame *frame, GError **error);
gboolean
myna_video_writer_finish (MynaVideoWriter *self, GCancellable *cancellable, GError **error);
void myna_video_writer_free (MynaVideoWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVideoWriter, myna_video_writer_free)

gboolean myna_video_format_is_known (const char *path);

G_END_DECLS
