/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-looper.h"

#include <glib/gi18n-lib.h>
#include <libavutil/imgutils.h>

#include "engine/core/myna-error.h"
#include "engine/video/myna-frame-store-private.h"
#include "engine/video/myna-video-reader.h"

/* Frames kept as they were decoded, for small steps back. */
#define RECENT_BYTES (48LL << 20)
#define MIN_RECENT 2
#define MAX_RECENT 64
/* The stretch that is decoded to go back: an encoder's usual group of pictures, if the file for it
 * does not get larger than this. */
#define STRETCH_FRAMES 256
#define STRETCH_BYTES (1LL << 30)
/* So far ahead decoding on is as good as a jump. */
#define NEAR_FRAMES 32

struct _MynaVideoLooper
{
  MynaVideoReader *reader;
  GCancellable *cancellable;
  MynaVideoTimeFunc time;
  gpointer user_data;
  char *folder;
  MynaFrameStore *store; /* NULL until needed, or where there is no room for it */
  gboolean no_store;
  GQueue recent;   /* of MynaVideoFrame, in order */
  gint64 position; /* of the reader */
  int n_recent;
  int n_stretch;
};

static void
choose_bounds (MynaVideoLooper *self)
{
  const MynaVideoInfo *info = myna_video_reader_get_info (self->reader);
  gint64 bytes = MAX (av_image_get_buffer_size (info->format, info->width, info->height, 1), 1);

  self->n_recent = (int) CLAMP (RECENT_BYTES / bytes, MIN_RECENT, MAX_RECENT);
  self->n_stretch = (int) CLAMP (STRETCH_BYTES / bytes, MIN_RECENT, STRETCH_FRAMES);
}

/**
 * myna_video_looper_open:
 * @path: (type filename): a video or photo
 * @folder: (nullable) (type filename): for a temporary file, NULL: the system's
 * @time: the time of each frame, as it was read once from the start to the end
 * @user_data: for @time
 *
 * Blocking.
 *
 * Returns: (transfer full) (nullable): the frames; errors as of myna_video_reader_open ()
 */
MynaVideoLooper *
myna_video_looper_open (const char *path,
                        const char *folder,
                        MynaVideoTimeFunc time,
                        gpointer user_data,
                        GError **error)
{
  g_autoptr (MynaVideoLooper) self = NULL;

  g_return_val_if_fail (path != NULL && time != NULL, NULL);

  self = g_new0 (MynaVideoLooper, 1);
  g_queue_init (&self->recent);
  self->time = time;
  self->user_data = user_data;
  self->folder = g_strdup (folder != NULL ? folder : g_get_tmp_dir ());
  self->reader = myna_video_reader_open (path, error);
  if (self->reader == NULL)
    return NULL;
  choose_bounds (self);
  return g_steal_pointer (&self);
}

/**
 * myna_video_looper_set_cancellable:
 * @cancellable: (nullable): looked at before each packet
 */
void
myna_video_looper_set_cancellable (MynaVideoLooper *self, GCancellable *cancellable)
{
  g_return_if_fail (self != NULL);

  g_set_object (&self->cancellable, cancellable);
  myna_video_reader_set_cancellable (self->reader, cancellable);
}

/**
 * myna_video_looper_get_info:
 *
 * Returns: (transfer none): what is in the file
 */
const MynaVideoInfo *
myna_video_looper_get_info (MynaVideoLooper *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return myna_video_reader_get_info (self->reader);
}

static void
clear_recent (MynaVideoLooper *self)
{
  g_queue_clear_full (&self->recent, (GDestroyNotify) myna_video_frame_free);
}

static MynaVideoFrame *
find_recent (MynaVideoLooper *self, gint64 index)
{
  for (GList *item = self->recent.tail; item != NULL; item = item->prev)
    if (((MynaVideoFrame *) item->data)->index == index)
      return myna_video_frame_copy (item->data);
  return NULL;
}

/* Decodes one more frame; it stays in recent. */
static MynaVideoFrame *
decode_next (MynaVideoLooper *self, GError **error)
{
  GError *read_error = NULL;
  MynaVideoFrame *frame = myna_video_reader_next (self->reader, &read_error);

  if (frame == NULL && read_error == NULL)
    g_set_error (&read_error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                 _ ("The video has become shorter while it was read; start again."));
  if (frame == NULL)
    {
      g_propagate_error (error, read_error);
      return NULL;
    }
  self->position = frame->index + 1;
  g_queue_push_tail (&self->recent, frame);
  while ((int) self->recent.length > self->n_recent)
    myna_video_frame_free (g_queue_pop_head (&self->recent));
  return frame;
}

static gboolean
seek (MynaVideoLooper *self, gint64 index, GError **error)
{
  clear_recent (self);
  self->position = index;
  return myna_video_reader_seek (self->reader, self->time (index, self->user_data), index, error);
}

static MynaVideoFrame *
go_up (MynaVideoLooper *self, gint64 index, GError **error)
{
  MynaVideoFrame *frame = NULL;

  if ((index < self->position || index > self->position + NEAR_FRAMES) &&
      !seek (self, index, error))
    return NULL;
  do
    frame = decode_next (self, error);
  while (frame != NULL && frame->index < index);
  return frame != NULL ? myna_video_frame_copy (frame) : NULL;
}

/* Without a file only as many frames as memory holds. */
static int
stretch_length (MynaVideoLooper *self)
{
  if (self->store == NULL && !self->no_store)
    {
      self->store = myna_frame_store_new (self->folder);
      self->no_store = self->store == NULL;
    }
  return self->no_store ? self->n_recent : self->n_stretch;
}

/* Decodes the stretch that ends with @index. */
static MynaVideoFrame *
go_down (MynaVideoLooper *self, gint64 index, GError **error)
{
  gint64 first = MAX (index - stretch_length (self) + 1, 0);
  MynaVideoFrame *frame = NULL;

  if (self->store != NULL)
    myna_frame_store_clear (self->store);
  if (!seek (self, first, error))
    return NULL;
  for (gint64 i = first; i <= index; i++)
    {
      frame = decode_next (self, error);
      if (frame == NULL)
        return NULL;
      if (self->store != NULL && !myna_frame_store_add (self->store, frame))
        {
          g_clear_pointer (&self->store, myna_frame_store_free);
          self->no_store = TRUE;
        }
    }
  return myna_video_frame_copy (frame);
}

static MynaVideoFrame *
get_photo (MynaVideoLooper *self, gint64 index, GError **error)
{
  MynaVideoFrame *frame = g_queue_peek_tail (&self->recent);

  if (frame == NULL)
    frame = decode_next (self, error);
  if (frame == NULL)
    return NULL;
  frame = myna_video_frame_copy (frame);
  frame->index = index;
  frame->time = (double) index * frame->duration;
  return frame;
}

/**
 * myna_video_looper_get:
 * @index: number of a frame; one that exists
 *
 * Quick for the frame after the one before, and for the one before it. Blocking.
 *
 * Returns: (transfer full) (nullable): the frame, as the reader gives it, or NULL when the file
 *   cannot be read any more or on cancellation
 */
MynaVideoFrame *
myna_video_looper_get (MynaVideoLooper *self, gint64 index, GError **error)
{
  MynaVideoFrame *frame;

  g_return_val_if_fail (self != NULL && index >= 0, NULL);

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return NULL;
  if (myna_video_reader_get_info (self->reader)->is_image)
    return get_photo (self, index, error);
  frame = find_recent (self, index);
  if (frame == NULL && self->store != NULL)
    frame = myna_frame_store_get (self->store, index);
  if (frame != NULL)
    return frame;
  return index >= self->position ? go_up (self, index, error) : go_down (self, index, error);
}

/**
 * myna_video_looper_free:
 * @self: (transfer full) (nullable): the frames
 */
void
myna_video_looper_free (MynaVideoLooper *self)
{
  if (self == NULL)
    return;
  clear_recent (self);
  myna_video_reader_free (self->reader);
  myna_frame_store_free (self->store);
  g_clear_object (&self->cancellable);
  g_free (self->folder);
  g_free (self);
}
