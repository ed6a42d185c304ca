/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-packet-log-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libavutil/adler32.h>
#include <string.h>
#include <unistd.h>

#include "engine/core/myna-error.h"

#define MAGIC "MynaPkt1"
#define KIND_PACKET 0x54454b50u
#define KIND_END 0x20444e45u
/* No encoded picture is larger; a damaged file must not make us ask for more memory. */
#define MAX_PACKET_BYTES (256u << 20)
#define MAX_SIGNATURE_BYTES (1u << 20)

/* In the byte order of the machine: the file never leaves it. */
typedef struct
{
  guint32 kind;
  guint32 size;    /* bytes behind this header; of an end: the sum of its segment */
  gint64 pts;      /* of an end: frames in the file so far */
  gint64 duration; /* of an end: the greatest pts + duration so far */
  guint32 flags;
  guint32 reserved;
} Record;

struct _MynaPacketLog
{
  char *path; /* for messages */
  gboolean is_named;
  int fd;
  gint64 start;    /* where the first segment begins */
  gint64 position; /* where to go on */
  gint64 n_frames; /* of ended segments */
  gint64 n_open;   /* of the one that is not ended */
  gint64 end;
  gint64 open_end;
  AVAdler sum;
};

static gboolean
read_all (MynaPacketLog *self, gint64 position, void *data, gsize size)
{
  guint8 *bytes = data;

  while (size > 0)
    {
      gssize n = pread (self->fd, bytes, size, position);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      bytes += n;
      position += n;
      size -= (gsize) n;
    }
  return TRUE;
}

static gboolean
write_all (MynaPacketLog *self, const void *data, gsize size, GError **error)
{
  const guint8 *bytes = data;

  while (size > 0)
    {
      gssize n = pwrite (self->fd, bytes, size, self->position);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          myna_error_set_from_errno (error, n == 0 ? ENOSPC : errno, self->path);
          return FALSE;
        }
      bytes += n;
      self->position += n;
      size -= (gsize) n;
    }
  return TRUE;
}

/* Whether the file begins as we would begin it. */
static gboolean
check_signature (MynaPacketLog *self, const char *signature)
{
  gsize length = strlen (signature);
  g_autofree char *found = g_malloc (length + 1);
  char magic[sizeof MAGIC - 1];
  guint32 size = 0;

  self->start = (gint64) (sizeof magic + sizeof size + length);
  return read_all (self, 0, magic, sizeof magic) && memcmp (magic, MAGIC, sizeof magic) == 0 &&
         read_all (self, sizeof magic, &size, sizeof size) && size == length &&
         read_all (self, sizeof magic + sizeof size, found, length) &&
         memcmp (found, signature, length) == 0;
}

static gboolean
begin (MynaPacketLog *self, const char *signature, GError **error)
{
  guint32 size = (guint32) strlen (signature);

  self->position = 0;
  if (ftruncate (self->fd, 0) != 0)
    {
      myna_error_set_from_errno (error, errno, self->path);
      return FALSE;
    }
  return write_all (self, MAGIC, sizeof MAGIC - 1, error) &&
         write_all (self, &size, sizeof size, error) && write_all (self, signature, size, error);
}

static AVAdler
add_to_sum (AVAdler sum, const Record *record, const guint8 *data)
{
  sum = av_adler32_update (sum, (const guint8 *) record, sizeof *record);
  return record->size > 0 ? av_adler32_update (sum, data, record->size) : sum;
}

/* Finds the end of the last whole segment. */
static void
recover (MynaPacketLog *self)
{
  gint64 position = self->start;
  g_autoptr (GByteArray) data = g_byte_array_new ();
  Record record;

  self->position = self->start;
  self->sum = 1;
  while (read_all (self, position, &record, sizeof record))
    {
      position += (gint64) sizeof record;
      if (record.kind == KIND_END)
        {
          if (record.size != self->sum)
            break;
          self->n_frames = record.pts;
          self->end = record.duration;
          self->position = position;
          self->sum = 1;
          continue;
        }
      if (record.kind != KIND_PACKET || record.size > MAX_PACKET_BYTES)
        break;
      g_byte_array_set_size (data, record.size);
      if (!read_all (self, position, data->data, record.size))
        break;
      self->sum = add_to_sum (self->sum, &record, data->data);
      position += record.size;
    }
  self->sum = 1;
  self->open_end = self->end;
}

/**
 * myna_packet_log_open:
 * @path: (type filename): the file
 * @signature: what its packets are of
 *
 * Opens the file and keeps its whole segments when it has the same @signature, else begins anew.
 * Reads all of it once. Blocking.
 *
 * Returns: (transfer full) (nullable): the log, to be appended to
 */
MynaPacketLog *
myna_packet_log_open (const char *path, const char *signature, GError **error)
{
  g_autoptr (MynaPacketLog) self = NULL;

  g_return_val_if_fail (path != NULL && signature != NULL, NULL);
  g_return_val_if_fail (strlen (signature) <= MAX_SIGNATURE_BYTES, NULL);

  self = g_new0 (MynaPacketLog, 1);
  self->path = g_strdup (path);
  self->is_named = TRUE;
  self->sum = 1;
  self->fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (self->fd < 0)
    {
      myna_error_set_from_errno (error, errno, path);
      return NULL;
    }
  if (!check_signature (self, signature))
    {
      if (!begin (self, signature, error))
        return NULL;
      return g_steal_pointer (&self);
    }
  recover (self);
  if (ftruncate (self->fd, self->position) == 0)
    return g_steal_pointer (&self);
  myna_error_set_from_errno (error, errno, path);
  return NULL;
}

/**
 * myna_packet_log_open_nameless:
 * @beside: (type filename): a path; the log lies in its folder without a name of its own
 *
 * Returns: (transfer full) (nullable): a new log that is gone with the process
 */
MynaPacketLog *
myna_packet_log_open_nameless (const char *beside, GError **error)
{
  g_autoptr (MynaPacketLog) self = g_new0 (MynaPacketLog, 1);
  g_autofree char *folder = g_path_get_dirname (beside);
  g_autofree char *name = g_build_filename (folder, ".myna-XXXXXX", NULL);

  self->path = g_strdup (beside);
  self->sum = 1;
  self->fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  if (self->fd < 0)
    {
      myna_error_set_from_errno (error, errno, errno == ENOENT ? folder : beside);
      return NULL;
    }
  g_unlink (name);
  if (!begin (self, "", error))
    return NULL;
  self->start = self->position;
  return g_steal_pointer (&self);
}

/**
 * myna_packet_log_get_n_frames:
 *
 * Returns: packets in ended segments
 */
gint64
myna_packet_log_get_n_frames (MynaPacketLog *self)
{
  return self->n_frames;
}

/**
 * myna_packet_log_get_end:
 *
 * Returns: where the last picture of the ended segments ends, in the ticks of the packets
 */
gint64
myna_packet_log_get_end (MynaPacketLog *self)
{
  return self->end;
}

/**
 * myna_packet_log_append:
 * @packet: the next one in the order of decoding
 *
 * Returns: FALSE with the reason, such as %MYNA_ERROR_NO_SPACE
 */
gboolean
myna_packet_log_append (MynaPacketLog *self, const AVPacket *packet, GError **error)
{
  Record record = { KIND_PACKET,      (guint32) packet->size,  packet->pts,
                    packet->duration, (guint32) packet->flags, 0 };

  self->sum = add_to_sum (self->sum, &record, packet->data);
  self->n_open++;
  self->open_end = MAX (self->open_end, packet->pts + packet->duration);
  return write_all (self, &record, sizeof record, error) &&
         write_all (self, packet->data, (gsize) packet->size, error);
}

/**
 * myna_packet_log_end_segment:
 *
 * Makes all since the last end survive a kill and a loss of power. Blocking.
 *
 * Returns: FALSE with the reason
 */
gboolean
myna_packet_log_end_segment (MynaPacketLog *self, GError **error)
{
  Record record = { KIND_END, self->sum, self->n_frames + self->n_open, self->open_end, 0, 0 };

  if (!write_all (self, &record, sizeof record, error))
    return FALSE;
  if (self->is_named && fdatasync (self->fd) != 0)
    {
      myna_error_set_from_errno (error, errno, self->path);
      return FALSE;
    }
  self->n_frames = record.pts;
  self->end = record.duration;
  self->n_open = 0;
  self->sum = 1;
  return TRUE;
}

/**
 * myna_packet_log_rewind:
 *
 * Goes to the first segment, to read; nothing is appended after that.
 *
 * Returns: FALSE when a segment is not ended
 */
gboolean
myna_packet_log_rewind (MynaPacketLog *self, GError **error)
{
  g_return_val_if_fail (self->n_open == 0, FALSE);

  self->position = self->start;
  return TRUE;
}

static gboolean
fail (MynaPacketLog *self, GError **error)
{
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
               _ ("The finished parts of the video “%s” cannot be read any more; start it again."),
               self->path);
  return FALSE;
}

/**
 * myna_packet_log_next_segment:
 * @times: (element-type gint64): filled with the pts of the packets of the segment that comes next;
 *   empty when there is none
 *
 * Returns: FALSE when the file cannot be read
 */
gboolean
myna_packet_log_next_segment (MynaPacketLog *self, GArray *times, GError **error)
{
  gint64 position = self->position;
  Record record;

  g_array_set_size (times, 0);
  if (self->n_open == self->n_frames)
    return TRUE;
  for (;;)
    {
      if (!read_all (self, position, &record, sizeof record) ||
          (record.kind != KIND_PACKET && record.kind != KIND_END))
        return fail (self, error);
      if (record.kind == KIND_END)
        return times->len > 0 ? TRUE : fail (self, error);
      g_array_append_val (times, record.pts);
      position += (gint64) sizeof record + record.size;
    }
}

/**
 * myna_packet_log_next:
 *
 * Returns: (transfer full) (nullable): the next packet; NULL without @error at the end of a segment
 */
AVPacket *
myna_packet_log_next (MynaPacketLog *self, GError **error)
{
  AVPacket *packet;
  Record record;

  if (!read_all (self, self->position, &record, sizeof record) ||
      (record.kind != KIND_PACKET && record.kind != KIND_END) ||
      (record.kind == KIND_PACKET && record.size > MAX_PACKET_BYTES))
    {
      fail (self, error);
      return NULL;
    }
  self->position += (gint64) sizeof record;
  if (record.kind == KIND_END)
    return NULL;
  packet = av_packet_alloc ();
  if (av_new_packet (packet, (int) record.size) < 0 ||
      !read_all (self, self->position, packet->data, record.size))
    {
      av_packet_free (&packet);
      fail (self, error);
      return NULL;
    }
  packet->pts = record.pts;
  packet->duration = record.duration;
  packet->flags = (int) record.flags;
  self->position += record.size;
  self->n_open++;
  return packet;
}

/**
 * myna_packet_log_remove:
 *
 * Deletes the file; the log can still be freed.
 */
void
myna_packet_log_remove (MynaPacketLog *self)
{
  if (self->is_named)
    g_unlink (self->path);
}

/**
 * myna_packet_log_free:
 * @self: (transfer full) (nullable): the log
 *
 * Closes it; a named file stays.
 */
void
myna_packet_log_free (MynaPacketLog *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}
