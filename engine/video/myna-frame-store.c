/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-frame-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libavutil/imgutils.h>
#include <unistd.h>

typedef struct
{
  gint64 index;
  double time;
  double duration;
  gint64 pts;
  gint64 ticks;
} Slot;

struct _MynaFrameStore
{
  int fd;
  GArray *slots;
  AVFrame *like; /* everything but the pixels */
  guint8 *bytes; /* one frame */
  int size;
};

/**
 * myna_frame_store_new:
 * @folder: (type filename): where the temporary file lies
 *
 * Returns: (transfer full) (nullable): a store; NULL when no file can be made there
 */
MynaFrameStore *
myna_frame_store_new (const char *folder)
{
  g_autofree char *name = g_build_filename (folder, ".myna-frames-XXXXXX", NULL);
  int fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  MynaFrameStore *self;

  if (fd < 0)
    return NULL;
  g_unlink (name);
  self = g_new0 (MynaFrameStore, 1);
  self->fd = fd;
  self->slots = g_array_new (FALSE, FALSE, sizeof (Slot));
  self->like = av_frame_alloc ();
  return self;
}

/**
 * myna_frame_store_clear:
 *
 * Forgets all frames; the file's place is used again.
 */
void
myna_frame_store_clear (MynaFrameStore *self)
{
  g_array_set_size (self->slots, 0);
}

static gboolean
transfer (MynaFrameStore *self, guint slot, gboolean writing)
{
  gint64 start = (gint64) slot * self->size;
  gint64 done = 0;

  while (done < self->size)
    {
      gsize rest = (gsize) (self->size - done);
      gssize n = writing ? pwrite (self->fd, self->bytes + done, rest, start + done)
                         : pread (self->fd, self->bytes + done, rest, start + done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      done += n;
    }
  return TRUE;
}

/* What all frames of a stretch have in common is taken from its first. */
static gboolean
begin (MynaFrameStore *self, const AVFrame *av)
{
  av_frame_unref (self->like);
  if (av_frame_copy_props (self->like, av) < 0)
    return FALSE;
  self->like->format = av->format;
  self->like->width = av->width;
  self->like->height = av->height;
  self->size = av_image_get_buffer_size (av->format, av->width, av->height, 1);
  self->bytes = g_realloc (self->bytes, (gsize) MAX (self->size, 1));
  return self->size > 0;
}

/**
 * myna_frame_store_add:
 * @frame: the next one
 *
 * Returns: FALSE when it could not be kept, because the disk is full
 */
gboolean
myna_frame_store_add (MynaFrameStore *self, const MynaVideoFrame *frame)
{
  const AVFrame *av = frame->av;
  Slot slot = { frame->index, frame->time, frame->duration, av->pts, av->duration };

  if (self->slots->len == 0 && !begin (self, av))
    return FALSE;
  if (av_image_copy_to_buffer (self->bytes, self->size, (const guint8 *const *) av->data,
                               av->linesize, av->format, av->width, av->height, 1) < 0 ||
      !transfer (self, self->slots->len, TRUE))
    return FALSE;
  g_array_append_val (self->slots, slot);
  return TRUE;
}

static const Slot *
find (MynaFrameStore *self, gint64 index, guint *place)
{
  const Slot *first = (const Slot *) (const void *) self->slots->data;

  if (self->slots->len == 0 || index < first->index ||
      index >= first->index + (gint64) self->slots->len)
    return NULL;
  *place = (guint) (index - first->index);
  return &first[*place];
}

/**
 * myna_frame_store_get:
 * @index: of the frame
 *
 * Returns: (transfer full) (nullable): the frame, NULL when it is not here or cannot be read back
 */
MynaVideoFrame *
myna_frame_store_get (MynaFrameStore *self, gint64 index)
{
  guint place = 0;
  const Slot *slot = find (self, index, &place);
  AVFrame *av;
  guint8 *planes[4];
  int strides[4];

  if (slot == NULL || !transfer (self, place, FALSE))
    return NULL;
  av = av_frame_alloc ();
  av->format = self->like->format;
  av->width = self->like->width;
  av->height = self->like->height;
  if (av_frame_get_buffer (av, 0) < 0 || av_frame_copy_props (av, self->like) < 0 ||
      av_image_fill_arrays (planes, strides, self->bytes, av->format, av->width, av->height, 1) < 0)
    {
      av_frame_free (&av);
      return NULL;
    }
  av_image_copy (av->data, av->linesize, (const guint8 **) (void *) planes, strides, av->format,
                 av->width, av->height);
  av->pts = slot->pts;
  av->duration = slot->ticks;
  return myna_video_frame_new (av, slot->index, slot->time, slot->duration);
}

/**
 * myna_frame_store_free:
 * @self: (transfer full) (nullable): the store
 */
void
myna_frame_store_free (MynaFrameStore *self)
{
  if (self == NULL)
    return;
  close (self->fd);
  g_array_unref (self->slots);
  av_frame_free (&self->like);
  g_free (self->bytes);
  g_free (self);
}
