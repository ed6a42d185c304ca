/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-media-output.h"

#include <errno.h>
#include <unistd.h>

#define IO_BUFFER_BYTES 32768

/* Everything FFmpeg writes passes here. */
static int
write_cb (void *opaque, const uint8_t *data, int size)
{
  MynaMediaOutput *self = opaque;

  if (self->error == NULL)
    myna_atomic_file_append (self->file, data, (gsize) size, &self->error);
  return self->error == NULL ? size : AVERROR (EIO);
}

static int64_t
seek_cb (void *opaque, int64_t offset, int whence)
{
  MynaMediaOutput *self = opaque;
  off_t position;

  if (whence & AVSEEK_SIZE)
    return AVERROR (ENOSYS);
  position = lseek (myna_atomic_file_get_fd (self->file), offset, whence & ~AVSEEK_FORCE);
  return position >= 0 ? position : AVERROR (errno);
}

/* A second view of the file, for a muxer that moves what it has written ("faststart"). */
typedef struct
{
  MynaMediaOutput *output;
  gint64 position;
} View;

static int
view_read_cb (void *opaque, uint8_t *buffer, int size)
{
  View *view = opaque;
  gssize n;

  do
    n = pread (myna_atomic_file_get_fd (view->output->file), buffer, (gsize) size, view->position);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return AVERROR (errno);
  view->position += n;
  return n > 0 ? (int) n : AVERROR_EOF;
}

static int64_t
view_seek_cb (void *opaque, int64_t offset, int whence)
{
  View *view = opaque;

  if ((whence & ~AVSEEK_FORCE) != SEEK_SET)
    return AVERROR (ENOSYS);
  view->position = offset;
  return offset;
}

/* Whatever name it asks for: there is this one file. */
static int
open_cb (
    AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options)
{
  View *view;

  if ((flags & AVIO_FLAG_WRITE) != 0)
    return AVERROR (EACCES);
  view = g_new0 (View, 1);
  view->output = format->opaque;
  *io = avio_alloc_context (av_malloc (IO_BUFFER_BYTES), IO_BUFFER_BYTES, 0, view, view_read_cb,
                            NULL, view_seek_cb);
  return 0;
}

static int
close_cb (AVFormatContext *format, AVIOContext *io)
{
  g_free (io->opaque);
  av_freep (&io->buffer);
  avio_context_free (&io);
  return 0;
}

/**
 * myna_media_output_new:
 *
 * Returns: (transfer full): an output without a file yet
 */
MynaMediaOutput *
myna_media_output_new (void)
{
  MynaMediaOutput *self = g_new0 (MynaMediaOutput, 1);

  self->io = avio_alloc_context (av_malloc (IO_BUFFER_BYTES), IO_BUFFER_BYTES, 1, self, NULL,
                                 write_cb, seek_cb);
  return self;
}

/**
 * myna_media_output_attach:
 * @format: a file to be written, which must be freed before @self
 *
 * Makes FFmpeg write @format into @self, without versions and dates: the same input gives the same
 * file.
 */
void
myna_media_output_attach (MynaMediaOutput *self, AVFormatContext *format)
{
  g_return_if_fail (self != NULL && format != NULL);

  format->pb = self->io;
  format->opaque = self;
  format->io_open = open_cb;
  format->io_close2 = close_cb;
  format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
}

/**
 * myna_media_output_free:
 * @self: (transfer full) (nullable): the output
 *
 * What was not committed is gone.
 */
void
myna_media_output_free (MynaMediaOutput *self)
{
  if (self == NULL)
    return;
  /* What is still in this buffer belongs to an unfinished file. */
  av_freep (&self->io->buffer);
  avio_context_free (&self->io);
  myna_atomic_file_free (self->file);
  g_clear_error (&self->error);
  g_free (self);
}
