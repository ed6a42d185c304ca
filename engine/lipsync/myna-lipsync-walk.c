/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/myna-lipsync-walk.h"

#include <glib/gi18n-lib.h>
#include <libavutil/imgutils.h>

#include "engine/core/myna-error.h"

/* Of pictures decoded ahead: 30 of 1080p. More would make long jumps rarer, less keeps the job
 * small. */
#define STRETCH_BYTES (96 << 20)
#define MAX_STRETCH 250

/* Decoding on is faster than seeking over fewer frames than this. */
#define SEEK_FRAMES 250

struct _MynaLipsyncWalk
{
  MynaVideoReader *reader;
  double (*get_time) (gpointer data, gint64 frame);
  gpointer data;
  char *path;

  MynaVideoFrame *last; /* handed out last; the video may end before the plan does */
  GPtrArray *stretch;   /* of MynaVideoFrame, ascending: what lies before the last one */
  guint stretch_length;
};

static void
frame_free (gpointer frame)
{
  myna_video_frame_free (frame);
}

/**
 * myna_lipsync_walk_new:
 * @path: the video
 * @get_time: when a frame is shown, seconds
 * @data: closure of @get_time; outlives the walk
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Returns: (transfer full): the walk, before the first frame
 */
MynaLipsyncWalk *
myna_lipsync_walk_new (const char *path,
                       double (*get_time) (gpointer data, gint64 frame),
                       gpointer data,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (MynaLipsyncWalk) self = g_new0 (MynaLipsyncWalk, 1);
  const MynaVideoInfo *info;
  int bytes;

  g_return_val_if_fail (path != NULL && get_time != NULL, NULL);

  self->stretch = g_ptr_array_new_with_free_func (frame_free);
  self->get_time = get_time;
  self->data = data;
  self->path = g_strdup (path);
  self->reader = myna_video_reader_open (path, error);
  if (self->reader == NULL)
    return NULL;
  myna_video_reader_set_cancellable (self->reader, cancellable);
  info = myna_video_reader_get_info (self->reader);
  bytes = av_image_get_buffer_size (info->format, info->width, info->height, 32);
  self->stretch_length = (guint) CLAMP (STRETCH_BYTES / MAX (bytes, 1), 4, MAX_STRETCH);
  return g_steal_pointer (&self);
}

/**
 * myna_lipsync_walk_free:
 * @self: (transfer full): a walk
 */
void
myna_lipsync_walk_free (MynaLipsyncWalk *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->last, myna_video_frame_free);
  g_ptr_array_unref (self->stretch);
  g_clear_pointer (&self->reader, myna_video_reader_free);
  g_free (self->path);
  g_free (self);
}

/**
 * myna_lipsync_walk_get_info:
 *
 * Returns: (transfer none): what is in the video
 */
const MynaVideoInfo *
myna_lipsync_walk_get_info (MynaLipsyncWalk *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return myna_video_reader_get_info (self->reader);
}

static gboolean
keep (MynaLipsyncWalk *self, MynaVideoFrame *frame)
{
  g_clear_pointer (&self->last, myna_video_frame_free);
  self->last = frame;
  return TRUE;
}

static gboolean
seek (MynaLipsyncWalk *self, gint64 frame, GError **error)
{
  gint64 position = myna_video_reader_get_position (self->reader);

  if (frame >= position && frame - position < SEEK_FRAMES)
    return TRUE;
  return myna_video_reader_seek (self->reader, self->get_time (self->data, frame), frame, error);
}

/* Decodes on to @frame; where the video ends before, its last frame stays. */
static gboolean
read_to (MynaLipsyncWalk *self, gint64 frame, GError **error)
{
  if (!seek (self, frame, error))
    return FALSE;
  while (self->last == NULL || myna_video_reader_get_position (self->reader) <= frame)
    {
      g_autoptr (GError) local_error = NULL;
      MynaVideoFrame *next = myna_video_reader_next (self->reader, &local_error);

      if (next != NULL)
        keep (self, next);
      else if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      else
        break;
    }
  return self->last != NULL;
}

/* Backwards: the frames before @frame are decoded too, for the next calls. */
static gboolean
read_stretch (MynaLipsyncWalk *self, gint64 frame, GError **error)
{
  gint64 first = MAX (frame - (gint64) self->stretch_length + 1, 0);

  g_clear_pointer (&self->last, myna_video_frame_free);
  for (gint64 i = first; i < frame; i++)
    {
      if (!read_to (self, i, error))
        return FALSE;
      g_ptr_array_add (self->stretch, g_steal_pointer (&self->last));
    }
  return read_to (self, frame, error);
}

static gboolean
take_from_stretch (MynaLipsyncWalk *self, gint64 frame)
{
  while (self->stretch->len > 0)
    {
      MynaVideoFrame *top = g_ptr_array_index (self->stretch, self->stretch->len - 1);

      if (top->index < frame)
        return FALSE;
      top = g_ptr_array_steal_index (self->stretch, self->stretch->len - 1);
      if (top->index == frame)
        return keep (self, top);
      myna_video_frame_free (top);
    }
  return FALSE;
}

/**
 * myna_lipsync_walk_get:
 * @frame: number of a frame
 * @error: return location
 *
 * Blocks.
 *
 * Returns: (transfer full): the frame, the last one where the video ends before it; %NULL with
 *   CORRUPT, G_IO_ERROR_CANCELLED, …
 */
MynaVideoFrame *
myna_lipsync_walk_get (MynaLipsyncWalk *self, gint64 frame, GError **error)
{
  gboolean found;

  g_return_val_if_fail (self != NULL && frame >= 0, NULL);

  if (self->last != NULL && self->last->index == frame)
    return myna_video_frame_copy (self->last);
  if (self->last == NULL || frame > self->last->index)
    {
      g_ptr_array_set_size (self->stretch, 0);
      found = read_to (self, frame, error);
    }
  else
    found = take_from_stretch (self, frame) || read_stretch (self, frame, error);
  if (found)
    return myna_video_frame_copy (self->last);
  if (error != NULL && *error == NULL)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                 _ ("“%s” ends too early. Choose another video."), self->path);
  return NULL;
}
