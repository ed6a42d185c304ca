/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-media-input.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/core/myna-error.h"

/* After so many failures in a row there is nothing more to come from a file. */
#define MAX_READ_ERRORS 100

#define IO_BUFFER_BYTES 32768

/* FFmpeg talks on stderr by itself; in a program with its own messages that is for debugging only.
 */
G_GNUC_PRINTF (3, 0)
static void
log_cb (void *object, int level, const char *format, va_list args)
{
  char line[512];
  int print_prefix = 1;

  if (level > AV_LOG_WARNING)
    return;
  av_log_format_line2 (object, level, format, args, line, sizeof line, &print_prefix);
  g_debug ("FFmpeg: %s", g_strchomp (line));
}

/**
 * myna_ffmpeg_init:
 *
 * Sends FFmpeg's messages to g_debug (). Call it before any use of FFmpeg; again costs nothing. Any
 * thread.
 */
void
myna_ffmpeg_init (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      av_log_set_callback (log_cb);
      g_once_init_leave (&once, 1);
    }
}

static int
read_cb (void *opaque, uint8_t *buffer, int size)
{
  MynaMediaInput *self = opaque;

  for (;;)
    {
      gssize n = read (self->fd, buffer, (gsize) size);

      if (n > 0)
        return (int) n;
      if (n == 0)
        return AVERROR_EOF;
      if (errno == EINTR)
        continue;
      self->io_errno = errno;
      return AVERROR (errno);
    }
}

static int64_t
seek_cb (void *opaque, int64_t offset, int whence)
{
  MynaMediaInput *self = opaque;
  struct stat st;
  off_t position;

  if (whence & AVSEEK_SIZE)
    return fstat (self->fd, &st) == 0 ? st.st_size : AVERROR (errno);
  position = lseek (self->fd, offset, whence & ~AVSEEK_FORCE);
  return position >= 0 ? position : AVERROR (errno);
}

/* Playlists and the like name other files and addresses: those are never opened. */
static int
refuse_open_cb (
    AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options)
{
  MynaMediaInput *self = format->opaque;

  g_debug ("Not opened from inside a media file: %s", url);
  self->is_playlist = TRUE;
  return AVERROR (EACCES);
}

/* The plain reasons that need no FFmpeg: missing, a folder, a device, empty. */
static gboolean
open_file (MynaMediaInput *self, GError **error)
{
  struct stat st;

  /* Without O_NONBLOCK a named pipe would hang here. */
  self->fd = g_open (self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (self->fd < 0 || fstat (self->fd, &st) != 0)
    {
      myna_error_set_from_errno (error, errno, self->path);
      return FALSE;
    }
  if (S_ISDIR (st.st_mode))
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                 _ ("“%s” is a folder. Choose an audio or video file in it."), self->path);
  else if (!S_ISREG (st.st_mode))
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                 _ ("“%s” is not a regular file. Choose an audio or video file."), self->path);
  else if (st.st_size == 0)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                 _ ("“%s” is an empty file. Choose another one."), self->path);
  else
    return TRUE;
  return FALSE;
}

static void
set_open_error (MynaMediaInput *self, gboolean recognised, GError **error)
{
  if (!myna_media_input_check_io (self, error))
    return;
  if (self->is_playlist)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                 _ ("“%s” only names other files. Choose one of those."), self->path);
  else if (recognised)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                 _ ("“%s” is damaged or incomplete. Copy it again from where it came from."),
                 self->path);
  else
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                 _ ("“%s” is not an audio or video file. Choose another one."), self->path);
}

static gboolean
open_format (MynaMediaInput *self, GError **error)
{
  const AVInputFormat *kind = NULL;
  int score = av_probe_input_buffer2 (self->io, &kind, self->path, NULL, 0, 0);

  /* A guess below this is what text and noise reach. */
  if (score < 0 || kind == NULL || score <= AVPROBE_SCORE_RETRY / 2)
    {
      set_open_error (self, FALSE, error);
      return FALSE;
    }
  self->format = avformat_alloc_context ();
  self->format->pb = self->io;
  self->format->opaque = self;
  self->format->io_open = refuse_open_cb;
  if (avformat_open_input (&self->format, self->path, kind, NULL) < 0 ||
      avformat_find_stream_info (self->format, NULL) < 0)
    {
      set_open_error (self, score > AVPROBE_SCORE_RETRY, error);
      return FALSE;
    }
  return TRUE;
}

/**
 * myna_media_input_open:
 * @path: (type filename): an audio or video file
 *
 * Opens the file and finds its streams. Blocking.
 *
 * Returns: (transfer full) (nullable): the input; %MYNA_ERROR_NOT_FOUND, %MYNA_ERROR_EMPTY for an
 *   empty file, %MYNA_ERROR_UNSUPPORTED when it is no media file, %MYNA_ERROR_CORRUPT when it was
 * one
 */
MynaMediaInput *
myna_media_input_open (const char *path, GError **error)
{
  g_autoptr (MynaMediaInput) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  myna_ffmpeg_init ();
  self = g_new0 (MynaMediaInput, 1);
  self->path = g_strdup (path);
  self->fd = -1;
  if (!open_file (self, error))
    return NULL;
  self->io = avio_alloc_context (av_malloc (IO_BUFFER_BYTES), IO_BUFFER_BYTES, 0, self, read_cb,
                                 NULL, seek_cb);
  if (!open_format (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * myna_media_input_check_io:
 *
 * Returns: FALSE, with the reason, when the disk failed to give the file's bytes
 */
gboolean
myna_media_input_check_io (MynaMediaInput *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->io_errno == 0)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED, _ ("“%s” could not be read: %s."), self->path,
               g_strerror (self->io_errno));
  return FALSE;
}

/**
 * myna_media_input_read:
 * @packet: (out caller-allocates): the next packet of any stream
 * @at_end: (out): whether there is none
 * @n_damaged: (inout): counts what could not be read
 * @cancellable: (nullable): looked at before each packet
 *
 * Passes over damaged places, up to a limit in a row, which is taken for the end.
 *
 * Returns: FALSE with the reason when it was cancelled or the disk failed
 */
gboolean
myna_media_input_read (MynaMediaInput *self,
                       AVPacket *packet,
                       gboolean *at_end,
                       guint *n_damaged,
                       GCancellable *cancellable,
                       GError **error)
{
  g_return_val_if_fail (self != NULL && packet != NULL && at_end != NULL, FALSE);

  for (*at_end = FALSE; !*at_end;)
    {
      int result;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      result = av_read_frame (self->format, packet);
      if (result == 0)
        {
          self->n_read_errors = 0;
          return TRUE;
        }
      if (!myna_media_input_check_io (self, error))
        return FALSE;
      if (result != AVERROR_EOF)
        ++*n_damaged;
      *at_end = result == AVERROR_EOF || ++self->n_read_errors > MAX_READ_ERRORS;
    }
  return TRUE;
}

/**
 * myna_media_input_is_decodable:
 *
 * Returns: whether the stream is sound for which there is a decoder
 */
gboolean
myna_media_input_is_decodable (const AVStream *stream)
{
  return stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO &&
         avcodec_find_decoder (stream->codecpar->codec_id) != NULL;
}

static void
set_no_audio_error (MynaMediaInput *self, GError **error)
{
  for (guint i = 0; i < self->format->nb_streams; i++)
    if (self->format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
      {
        g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                     _ ("The sound in “%s” has a format that this system cannot decode (%s)."),
                     self->path, avcodec_get_name (self->format->streams[i]->codecpar->codec_id));
        return;
      }
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
               _ ("“%s” contains no sound. Choose a file with an audio track."), self->path);
}

/**
 * myna_media_input_find_audio:
 * @stream: an index of a stream, or -1 for the one that a player would choose
 *
 * Returns: the index of a decodable audio stream, or -1 with %MYNA_ERROR_EMPTY when the file has no
 *   sound, %MYNA_ERROR_UNSUPPORTED when it cannot be decoded, %MYNA_ERROR_NOT_FOUND when @stream is
 *   not one
 */
int
myna_media_input_find_audio (MynaMediaInput *self, int stream, GError **error)
{
  int best = -1;

  g_return_val_if_fail (self != NULL, -1);

  if (stream >= 0 && stream < (int) self->format->nb_streams &&
      myna_media_input_is_decodable (self->format->streams[stream]))
    return stream;
  if (stream >= 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                   _ ("“%s” has no audio track number %d."), self->path, stream);
      return -1;
    }
  best = av_find_best_stream (self->format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
  if (best >= 0 && myna_media_input_is_decodable (self->format->streams[best]))
    return best;
  for (guint i = 0; i < self->format->nb_streams; i++)
    if (myna_media_input_is_decodable (self->format->streams[i]))
      return (int) i;
  set_no_audio_error (self, error);
  return -1;
}

/**
 * myna_media_input_free:
 * @self: (transfer full) (nullable): the input
 */
void
myna_media_input_free (MynaMediaInput *self)
{
  if (self == NULL)
    return;
  avformat_close_input (&self->format);
  if (self->io != NULL)
    av_freep (&self->io->buffer);
  avio_context_free (&self->io);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}
