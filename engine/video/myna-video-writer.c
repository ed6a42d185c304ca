/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-writer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "engine/audio/myna-media-input.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/video/myna-packet-log-private.h"
#include "engine/video/myna-video-encoder-private.h"
#include "engine/video/myna-video-mux-private.h"

/* Ticks a second: enough that any frame's time is one, few enough for every container. */
#define MIN_TICKS 10000
#define MAX_TICKS 1000000

struct _MynaVideoWriter
{
  char *path;
  MynaVideoInfo source; /* a shallow copy: no strings, no tracks */
  MynaVideoWriterOptions options;
  MynaVideoEncoder *encoder;
  MynaPacketLog *log;
  AVRational time_base;
  int n_in_run;
  gint64 last; /* ticks of the frame written last, -1 before */
};

/**
 * myna_video_format_is_known:
 * @path: (type filename): a file name
 *
 * Returns: whether #MynaVideoWriter knows the format that its extension stands for
 */
gboolean
myna_video_format_is_known (const char *path)
{
  g_return_val_if_fail (path != NULL, FALSE);

  return myna_video_container_find (path) != NULL;
}

/* One over a whole number of which the source's own ticks are multiples. */
static AVRational
choose_time_base (AVRational source)
{
  gint64 ticks = source.den;

  if (source.num <= 0 || source.den <= 0)
    return (AVRational) { 1, 90000 };
  if (ticks < MIN_TICKS)
    ticks *= (MIN_TICKS + ticks - 1) / ticks;
  return (AVRational) { 1, (int) (ticks <= MAX_TICKS ? ticks : MAX_TICKS) };
}

static void
copy_options (MynaVideoWriter *self, const MynaVideoWriterOptions *options)
{
  self->options = *options;
  self->options.encoder = NULL; /* used once, while opening */
  self->options.audio = g_strdup (options->audio);
  self->options.tail = g_strdup (options->tail);
  self->options.key = g_strdup (options->key);
}

static MynaPacketLog *
open_log (MynaVideoWriter *self, const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *signature = NULL;

  if (folder == NULL)
    return myna_packet_log_open_nameless (self->path, error);
  if (!myna_paths_ensure_dir (folder, error))
    return NULL;
  path = g_build_filename (folder, "video.packets", NULL);
  signature =
      g_strdup_printf ("%s ticks %d %s", myna_video_encoder_get_description (self->encoder),
                       self->time_base.den, self->options.key != NULL ? self->options.key : "");
  return myna_packet_log_open (path, signature, error);
}

/**
 * myna_video_writer_open:
 * @path: (type filename): the video to be; its extension (.mp4, .mov, .m4v, .mkv, .webm) is the
 *   format
 * @source: the video that it shall be like: size, colours, depth, quality, clock
 * @options: (nullable): NULL for the defaults, without sound
 * @folder: (nullable) (type filename): where finished segments are kept until the end, so that a
 *   killed run goes on; NULL: a nameless file beside @path
 *
 * H.264, or VP9 in WebM, with AAC or Opus. A size that is odd where the format's chroma is halved
 * grows by one. Blocking.
 *
 * Returns: (transfer full) (nullable): the writer, behind the segments that are finished;
 *   %MYNA_ERROR_UNSUPPORTED for an unknown extension or without an encoder that works
 */
MynaVideoWriter *
myna_video_writer_open (const char *path,
                        const MynaVideoInfo *source,
                        const MynaVideoWriterOptions *options,
                        const char *folder,
                        GError **error)
{
  static const MynaVideoWriterOptions defaults = MYNA_VIDEO_WRITER_OPTIONS_INIT;
  g_autoptr (MynaVideoWriter) self = NULL;

  g_return_val_if_fail (path != NULL && source != NULL, NULL);

  myna_ffmpeg_init ();
  if (!myna_video_format_is_known (path))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” has no known ending. Name it .mp4, .mov, .mkv or .webm."), path);
      return NULL;
    }
  self = g_new0 (MynaVideoWriter, 1);
  self->path = g_strdup (path);
  self->source = *source;
  self->last = -1;
  copy_options (self, options != NULL ? options : &defaults);
  self->time_base = choose_time_base (source->time_base);
  self->encoder = myna_video_encoder_new (source, myna_video_container_find (path)->webm,
                                          options != NULL ? options : &defaults, error);
  if (self->encoder == NULL)
    return NULL;
  self->log = open_log (self, folder, error);
  return self->log != NULL ? g_steal_pointer (&self) : NULL;
}

/**
 * myna_video_writer_get_n_finished:
 *
 * Returns: how many frames are already there from a run that was killed; writing goes on with the
 *   frame of this number
 */
gint64
myna_video_writer_get_n_finished (MynaVideoWriter *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_packet_log_get_n_frames (self->log);
}

/**
 * myna_video_writer_get_encoder:
 *
 * Returns: FFmpeg's name of the encoder, such as "libx264"
 */
const char *
myna_video_writer_get_encoder (MynaVideoWriter *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return myna_video_encoder_get_name (self->encoder);
}

/* Everything that the encoder has ready goes to the log. */
static gboolean
collect (MynaVideoWriter *self, GError **error)
{
  GError *encode_error = NULL;
  AVPacket *packet;
  gboolean ok = TRUE;

  while (ok && (packet = myna_video_encoder_receive (self->encoder, &encode_error)) != NULL)
    {
      ok = myna_packet_log_append (self->log, packet, error);
      av_packet_free (&packet);
    }
  if (encode_error == NULL)
    return ok;
  g_propagate_error (error, encode_error);
  return FALSE;
}

static gboolean
end_run (MynaVideoWriter *self, GError **error)
{
  if (self->n_in_run == 0)
    return TRUE;
  self->n_in_run = 0;
  return myna_video_encoder_send (self->encoder, NULL, 0, 0, error) && collect (self, error) &&
         myna_packet_log_end_segment (self->log, error);
}

/**
 * myna_video_writer_write:
 * @frame: the next frame: of the source's size and format, its time and duration those of the
 *   output (seconds)
 *
 * Encodes it; every few seconds of pictures are made safe on the disk. Blocking.
 *
 * Returns: FALSE with the reason, such as %MYNA_ERROR_NO_SPACE; nothing works after that
 */
gboolean
myna_video_writer_write (MynaVideoWriter *self, const MynaVideoFrame *frame, GError **error)
{
  gint64 pts, end;

  g_return_val_if_fail (self != NULL && frame != NULL, FALSE);
  g_return_val_if_fail (myna_video_frame_get_width (frame) == self->source.width &&
                            myna_video_frame_get_height (frame) == self->source.height,
                        FALSE);

  pts = llround (frame->time * self->time_base.den);
  end = llround ((frame->time + frame->duration) * self->time_base.den);
  g_return_val_if_fail (pts > self->last, FALSE);

  self->last = pts;
  if (self->n_in_run == 0 && !myna_video_encoder_start (self->encoder, error))
    return FALSE;
  self->n_in_run++;
  if (!myna_video_encoder_send (self->encoder, frame, pts, MAX (end - pts, 1), error) ||
      !collect (self, error))
    return FALSE;
  if (self->n_in_run < myna_video_encoder_get_run_length (self->encoder))
    return TRUE;
  return end_run (self, error);
}

/**
 * myna_video_writer_finish:
 * @cancellable: (nullable): looked at for each packet
 *
 * Joins the pictures with the sound, syncs the file to the disk and puts it at its path, over an
 * older one; the segments are deleted. After that only myna_video_writer_free () may be called.
 * Blocking.
 *
 * Returns: FALSE with the reason; then the path is as it was, and the segments are kept
 */
gboolean
myna_video_writer_finish (MynaVideoWriter *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!end_run (self, error))
    return FALSE;
  if (myna_packet_log_get_n_frames (self->log) == 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                   _ ("There are no pictures for the video “%s”."), self->path);
      return FALSE;
    }
  if (!myna_video_mux (self->path, &self->source, self->encoder, self->log, self->time_base,
                       &self->options, cancellable, error))
    return FALSE;
  myna_packet_log_remove (self->log);
  return TRUE;
}

/**
 * myna_video_writer_free:
 * @self: (transfer full) (nullable): the writer
 *
 * Unfinished, it leaves the finished segments in their folder and nothing else.
 */
void
myna_video_writer_free (MynaVideoWriter *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->encoder, myna_video_encoder_free);
  g_clear_pointer (&self->log, myna_packet_log_free);
  g_free ((char *) self->options.audio);
  g_free ((char *) self->options.tail);
  g_free ((char *) self->options.key);
  g_free (self->path);
  g_free (self);
}
