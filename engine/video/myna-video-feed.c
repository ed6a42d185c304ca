/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-video-feed.h"

#include <gio/gio.h>
#include <pthread.h>

#include "engine/audio/myna-audio-probe.h"
#include "engine/core/myna-wakeup.h"
#include "engine/video/myna-video-reader.h"

/* Decoded ahead, so that a slow picture is not seen. */
#define AHEAD 4

struct _MynaVideoFeed
{
  int ref_count; /* atomic: the owner and the thread */
  char *path;
  int max_side;
  GCancellable *cancellable;
  GSource *wakeup;
  GSourceFunc changed;
  gpointer user_data;

  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t cond;
  MynaVideoFeedState state;
  GQueue pictures;
  double seek_to;
  guint wanted; /* number of the last seek */
  guint done;   /* of the seek that the pictures are of */
  guint shown;  /* of the seek whose first picture was taken */
  gboolean active;
  gboolean drained; /* the last picture is in the queue or taken */
  gboolean closed;
};

/**
 * myna_video_picture_free:
 * @self: (transfer full) (nullable): a picture
 */
void
myna_video_picture_free (MynaVideoPicture *self)
{
  if (self == NULL)
    return;
  g_bytes_unref (self->rgb);
  g_free (self);
}

static void
feed_unref (MynaVideoFeed *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_queue_clear_full (&self->pictures, (GDestroyNotify) myna_video_picture_free);
  g_object_unref (self->cancellable);
  g_source_unref (self->wakeup);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->cond);
  myna_video_feed_state_clear (&self->state);
  g_free (self->path);
  g_free (self);
}

static gboolean
wakeup_cb (gpointer data)
{
  MynaVideoFeed *self = data;

  g_source_set_ready_time (self->wakeup, -1);
  self->changed (self->user_data);
  return G_SOURCE_CONTINUE;
}

static void
tell (MynaVideoFeed *self)
{
  g_source_set_ready_time (self->wakeup, 0);
}

static void
fail (MynaVideoFeed *self, GError *error)
{
  pthread_mutex_lock (&self->lock);
  if (self->state.error == NULL && !self->closed)
    self->state.error = g_strdup (error->message);
  self->drained = TRUE;
  pthread_mutex_unlock (&self->lock);
  g_error_free (error);
  tell (self);
}

static void
publish_info (MynaVideoFeed *self, const MynaVideoInfo *info)
{
  g_autoptr (GPtrArray) sound = info->is_image ? NULL : myna_audio_probe (self->path, NULL);
  double aspect = av_q2d (info->sample_aspect);

  pthread_mutex_lock (&self->lock);
  self->state.ready = TRUE;
  self->state.width = MAX ((int) (info->width * MAX (aspect, 1.0) + 0.5), 1);
  self->state.height = MAX ((int) (info->height / MIN (aspect, 1.0) + 0.5), 1);
  self->state.duration = info->start + info->duration;
  self->state.has_sound = sound != NULL;
  pthread_mutex_unlock (&self->lock);
  tell (self);
}

static MynaVideoPicture *
make_picture (MynaVideoFeed *self, const MynaVideoFrame *frame, double start, GError **error)
{
  int width = myna_video_frame_get_width (frame), height = myna_video_frame_get_height (frame);
  double scale = MIN ((double) self->max_side / MAX (width, height), 1.0);
  MynaVideoPicture *picture;
  guint8 *rgb;
  gsize size;

  width = MAX ((int) (width * scale), 1);
  height = MAX ((int) (height * scale), 1);
  size = (gsize) width * (gsize) height * 3;
  rgb = g_malloc (size);
  if (!myna_video_frame_to_rgb (frame, NULL, width, height, rgb, error))
    {
      g_free (rgb);
      return NULL;
    }
  picture = g_new (MynaVideoPicture, 1);
  *picture = (MynaVideoPicture) { start + frame->time, start + frame->time + frame->duration, width,
                                  height, g_bytes_new_take (rgb, size) };
  return picture;
}

/* Waits until there is something to do. FALSE when the feed is closed. */
static gboolean
wait_for_work (MynaVideoFeed *self, gboolean *seek, double *seek_to)
{
  gboolean closed;

  pthread_mutex_lock (&self->lock);
  while (!self->closed && (!self->active || (self->wanted == self->done &&
                                             (self->drained || self->pictures.length >= AHEAD))))
    pthread_cond_wait (&self->cond, &self->lock);
  closed = self->closed;
  *seek = self->wanted != self->done;
  *seek_to = self->seek_to;
  if (*seek)
    {
      self->done = self->wanted;
      self->drained = FALSE;
      g_queue_clear_full (&self->pictures, (GDestroyNotify) myna_video_picture_free);
    }
  pthread_mutex_unlock (&self->lock);
  return !closed;
}

/* Unless it is of a place that was left meanwhile. */
static void
push (MynaVideoFeed *self, MynaVideoPicture *picture)
{
  pthread_mutex_lock (&self->lock);
  if (self->wanted != self->done)
    g_clear_pointer (&picture, myna_video_picture_free);
  else if (picture == NULL)
    self->drained = TRUE;
  else
    g_queue_push_tail (&self->pictures, picture);
  pthread_mutex_unlock (&self->lock);
  tell (self);
}

static gboolean
decode (MynaVideoFeed *self, MynaVideoReader *reader, GError **error)
{
  double start = myna_video_reader_get_info (reader)->start;
  GError *read_error = NULL;
  g_autoptr (MynaVideoFrame) frame = myna_video_reader_next (reader, &read_error);
  MynaVideoPicture *picture = NULL;

  if (frame != NULL)
    picture = make_picture (self, frame, start, &read_error);
  if (read_error != NULL)
    {
      g_propagate_error (error, read_error);
      return FALSE;
    }
  push (self, picture);
  return TRUE;
}

static gpointer
thread_cb (gpointer data)
{
  MynaVideoFeed *self = data;
  GError *error = NULL;
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (self->path, &error);
  gboolean seek = FALSE;
  double seek_to = 0;

  if (reader != NULL)
    {
      myna_video_reader_set_cancellable (reader, self->cancellable);
      publish_info (self, myna_video_reader_get_info (reader));
    }
  while (error == NULL && wait_for_work (self, &seek, &seek_to))
    {
      double start = myna_video_reader_get_info (reader)->start;

      if (!seek || myna_video_reader_seek (reader, MAX (seek_to - start, 0), 0, &error))
        decode (self, reader, &error);
    }
  if (error != NULL)
    fail (self, error);
  feed_unref (self);
  return NULL;
}

/**
 * myna_video_feed_new:
 * @path: (type filename): a video or photo
 * @max_side: pixels of the longer side; larger pictures are reduced
 * @changed: called on the calling thread's main context when there is something new
 * @user_data: for @changed
 *
 * Opens the file on a thread. Nothing is decoded until the feed is active.
 *
 * Returns: (transfer full): the feed, at the start of the file; end it by myna_video_feed_close ()
 */
MynaVideoFeed *
myna_video_feed_new (const char *path, int max_side, GSourceFunc changed, gpointer user_data)
{
  MynaVideoFeed *self;

  g_return_val_if_fail (path != NULL && max_side > 0 && changed != NULL, NULL);

  self = g_new0 (MynaVideoFeed, 1);
  self->ref_count = 2;
  self->path = g_strdup (path);
  self->max_side = max_side;
  self->changed = changed;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->wanted = 1;
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->cond, NULL);
  g_queue_init (&self->pictures);
  self->wakeup = myna_wakeup_new (g_main_context_get_thread_default (), wakeup_cb, self);
  g_thread_unref (g_thread_new ("video", thread_cb, self));
  return self;
}

/**
 * myna_video_feed_set_active:
 * @active: whether to decode
 */
void
myna_video_feed_set_active (MynaVideoFeed *self, gboolean active)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  self->active = active;
  pthread_cond_signal (&self->cond);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_video_feed_seek:
 * @time: seconds of the file
 *
 * The pictures go on from the one shown at @time.
 */
void
myna_video_feed_seek (MynaVideoFeed *self, double time)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  self->seek_to = time;
  self->wanted++;
  self->state.at_end = FALSE;
  pthread_cond_signal (&self->cond);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_video_feed_take:
 * @now: seconds of the file
 * @sought: (out): whether it is the first picture since a seek or the start, which is given out
 *   whatever @now is
 *
 * Returns: (transfer full) (nullable): the picture to be shown from now on; NULL when there is none
 *   newer than the one before
 */
MynaVideoPicture *
myna_video_feed_take (MynaVideoFeed *self, double now, gboolean *sought)
{
  MynaVideoPicture *found = NULL;
  MynaVideoPicture *head;

  g_return_val_if_fail (self != NULL, NULL);

  *sought = FALSE;
  pthread_mutex_lock (&self->lock);
  while (self->wanted == self->done && (head = g_queue_peek_head (&self->pictures)) != NULL &&
         (head->time <= now || (found == NULL && self->shown != self->done)))
    {
      g_clear_pointer (&found, myna_video_picture_free);
      found = g_queue_pop_head (&self->pictures);
      *sought = *sought || self->shown != self->done;
      self->shown = self->done;
    }
  self->state.at_end = self->wanted == self->done && self->drained && self->pictures.length == 0;
  pthread_cond_signal (&self->cond);
  pthread_mutex_unlock (&self->lock);
  return found;
}

/**
 * myna_video_feed_get_state:
 * @state: (out caller-allocates): a copy; clear it
 */
void
myna_video_feed_get_state (MynaVideoFeed *self, MynaVideoFeedState *state)
{
  g_return_if_fail (self != NULL && state != NULL);

  pthread_mutex_lock (&self->lock);
  *state = self->state;
  state->error = g_strdup (self->state.error);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_video_feed_state_clear:
 * @state: a state
 */
void
myna_video_feed_state_clear (MynaVideoFeedState *state)
{
  g_clear_pointer (&state->error, g_free);
}

/**
 * myna_video_feed_close:
 * @self: (transfer full) (nullable): the feed
 *
 * Ends it; its function is not called any more. The thread goes by itself.
 */
void
myna_video_feed_close (MynaVideoFeed *self)
{
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  self->closed = TRUE;
  pthread_cond_signal (&self->cond);
  pthread_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->cancellable);
  g_source_destroy (self->wakeup);
  feed_unref (self);
}
