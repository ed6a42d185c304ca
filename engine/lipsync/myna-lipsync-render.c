/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <malloc.h>
#include <pthread.h>

#include "engine/core/myna-channel.h"
#include "engine/core/myna-error.h"
#include "engine/lipsync/myna-lipsync-painter.h"
#include "engine/video/myna-video-looper.h"
#include "engine/video/myna-video-writer.h"

/*
 * decode | paint | encode, a thread each, with a few frames between them. The encoder is the slow
 * one and has threads of its own.
 */

/* Frames that wait between two stages: 1080p in 8 bits takes 3 MB each. */
#define QUEUE_FRAMES 2

/* Cutting mouths decodes the video once and encodes nothing: this much of the whole. */
#define CUTTING_FRACTION 0.12

typedef struct
{
  MynaLipsyncPlan *plan;
  gint64 first, last; /* frames of the output, the last one excluded */
  double start;       /* when the first one is shown */
  GCancellable *cancellable;
  MynaLipsyncReport report;
  gpointer report_data;
  gint64 began;   /* monotonic */
  double cutting; /* part of the work that was cutting mouths */

  MynaVideoLooper *looper;
  MynaLipsyncPainter *painter;
  MynaVideoWriter *writer;
  gint64 done; /* frames that a run before this one finished */

  MynaChannel *decoded;
  MynaChannel *painted;
  pthread_mutex_t lock;
  GError *failure; /* the first of any stage; under the lock */
} Rendering;

static void
frame_free (gpointer frame)
{
  myna_video_frame_free (frame);
}

static void
rendering_clear (Rendering *self)
{
  g_clear_pointer (&self->painted, myna_channel_free);
  g_clear_pointer (&self->decoded, myna_channel_free);
  g_clear_pointer (&self->writer, myna_video_writer_free);
  g_clear_pointer (&self->painter, myna_lipsync_painter_free);
  g_clear_pointer (&self->looper, myna_video_looper_free);
  g_clear_error (&self->failure);
  pthread_mutex_destroy (&self->lock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rendering, rendering_clear)

/* Takes @error; wakes all stages. */
static void
fail (Rendering *self, GError *error)
{
  pthread_mutex_lock (&self->lock);
  if (self->failure == NULL)
    self->failure = error;
  else
    g_error_free (error);
  pthread_mutex_unlock (&self->lock);
  myna_channel_close (self->decoded);
  myna_channel_close (self->painted);
}

static double
get_time (gint64 frame, gpointer plan)
{
  return myna_face_tracks_get_time (((MynaLipsyncPlan *) plan)->tracks, frame);
}

/* The frame behind an output frame; an empty one for a photo, which the painter has itself. */
static MynaVideoFrame *
decode_one (Rendering *self, gint64 index, GError **error)
{
  gint64 source = myna_mouth_timeline_get_source (self->plan->timeline, index, NULL);

  if (self->plan->is_still)
    return myna_video_frame_new (av_frame_alloc (), index, 0, 0);
  return myna_video_looper_get (self->looper, source, error);
}

static void *
decode_thread (void *data)
{
  Rendering *self = data;

  for (gint64 i = self->first + self->done; i < self->last; i++)
    {
      GError *error = NULL;
      MynaVideoFrame *frame = NULL;

      if (!g_cancellable_set_error_if_cancelled (self->cancellable, &error))
        frame = decode_one (self, i, &error);
      if (frame == NULL)
        {
          fail (self, error);
          return NULL;
        }
      if (!myna_channel_push (self->decoded, frame))
        return NULL;
    }
  myna_channel_finish (self->decoded);
  return NULL;
}

static void *
paint_thread (void *data)
{
  Rendering *self = data;
  gint64 index = self->first + self->done;
  MynaVideoFrame *frame;

  while ((frame = myna_channel_pop (self->decoded)) != NULL)
    {
      GError *error = NULL;
      MynaVideoFrame *painted;

      if (self->plan->is_still)
        g_clear_pointer (&frame, myna_video_frame_free);
      painted = myna_lipsync_painter_paint (self->painter, frame, index++, &error);
      if (painted == NULL)
        {
          fail (self, error);
          return NULL;
        }
      painted->index -= self->first;
      painted->time -= self->start;
      if (!myna_channel_push (self->painted, painted))
        return NULL;
    }
  myna_channel_finish (self->painted);
  return NULL;
}

static double
get_duration (Rendering *self, gint64 index)
{
  double time, next;

  myna_mouth_timeline_get_source (self->plan->timeline, index, &time);
  if (index + 1 < myna_mouth_timeline_get_n_frames (self->plan->timeline))
    myna_mouth_timeline_get_source (self->plan->timeline, index + 1, &next);
  else
    next = myna_mouth_timeline_get_duration (self->plan->timeline);
  return MAX (next - time, 0.001);
}

static void
report (Rendering *self, gint64 frames)
{
  gint64 n = self->last - self->first;
  double seconds = (double) (g_get_monotonic_time () - self->began) / G_USEC_PER_SEC;
  double fps = seconds > 0 ? (double) (frames - self->done) / seconds : 0;

  if (self->report != NULL)
    self->report (self->cutting + (1 - self->cutting) * (double) frames / (double) n, frames, n,
                  fps, self->report_data);
}

static gboolean
encode (Rendering *self, GError **error)
{
  MynaVideoFrame *frame;
  gint64 frames = self->done;

  while ((frame = myna_channel_pop (self->painted)) != NULL)
    {
      g_autoptr (MynaVideoFrame) painted = frame;

      painted->duration = get_duration (self, self->first + frames);
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error) ||
          !myna_video_writer_write (self->writer, painted, error))
        return FALSE;
      report (self, ++frames);
    }
  return TRUE;
}

static gboolean
run_stages (Rendering *self, GError **error)
{
  pthread_t decoder, painter;
  g_autoptr (GError) local_error = NULL;
  gboolean painting = FALSE;
  gboolean decoding;

  self->began = g_get_monotonic_time ();
  decoding = pthread_create (&decoder, NULL, decode_thread, self) == 0;
  painting = decoding && pthread_create (&painter, NULL, paint_thread, self) == 0;
  if (!painting)
    fail (self, g_error_new_literal (MYNA_ERROR, MYNA_ERROR_FAILED,
                                     _ ("No thread could be started. Close other programs and try "
                                        "again.")));
  else if (!encode (self, &local_error))
    fail (self, g_steal_pointer (&local_error));
  if (decoding)
    pthread_join (decoder, NULL);
  if (painting)
    pthread_join (painter, NULL);
  if (self->failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->failure));
  return FALSE;
}

static void
cutting_cb (double fraction, gpointer user_data)
{
  Rendering *self = user_data;

  self->cutting = CUTTING_FRACTION;
  if (self->report != NULL)
    self->report (fraction * self->cutting, 0, self->last - self->first, 0, self->report_data);
}

static void
set_range (Rendering *self, double from, double to)
{
  MynaMouthTimeline *timeline = self->plan->timeline;
  gint64 n = myna_mouth_timeline_get_n_frames (timeline);

  self->first = from > 0 ? CLAMP (myna_mouth_timeline_find (timeline, from), 0, n - 1) : 0;
  self->last = to < 0 || to >= myna_mouth_timeline_get_duration (timeline)
                   ? n
                   : CLAMP (myna_mouth_timeline_find (timeline, to), self->first + 1, n);
  myna_mouth_timeline_get_source (timeline, self->first, &self->start);
}

static void
add_file (GString *key, const char *path)
{
  GStatBuf status = { 0 };

  g_stat (path, &status);
  g_string_append_printf (key, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", path,
                          (gint64) status.st_size, (gint64) status.st_mtime);
}

/* What finished segments are made of: other files or options, other segments. */
static char *
make_key (Rendering *self)
{
  const MynaLipsyncOptions *options = &self->plan->options;
  GString *key = g_string_new (NULL);

  add_file (key, self->plan->audio);
  add_file (key, self->plan->video);
  g_string_append_printf (key, "%d %g %g %g %g %d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                          options->face, options->intensity, options->offset_ms, options->mask_size,
                          options->smoothing, (int) options->longer, self->first, self->last);
  return g_string_free_and_steal (key);
}

/* A video that goes on after the speech has its own sound there; a photo has none. */
static void
set_tail (Rendering *self, MynaVideoWriterOptions *options)
{
  if (self->plan->is_still || self->plan->options.longer != MYNA_LIPSYNC_KEEP)
    return;
  options->tail = self->plan->video;
  options->tail_start = self->start + myna_video_looper_get_info (self->looper)->start;
}

static gboolean
open_writer (Rendering *self, const char *output, const char *folder, GError **error)
{
  MynaVideoWriterOptions options = MYNA_VIDEO_WRITER_OPTIONS_INIT;
  g_autofree char *key = make_key (self);

  options.audio = self->plan->audio;
  options.audio_start = self->start;
  set_tail (self, &options);
  options.key = key;
  self->writer = myna_video_writer_open (output, myna_video_looper_get_info (self->looper),
                                         &options, folder, error);
  if (self->writer == NULL)
    return FALSE;
  self->done = MIN (myna_video_writer_get_n_finished (self->writer), self->last - self->first);
  return TRUE;
}

static gboolean
prepare (Rendering *self, const char *output, const char *folder, GError **error)
{
  g_autofree char *beside = g_path_get_dirname (output);

  self->looper = myna_video_looper_open (self->plan->video, folder != NULL ? folder : beside,
                                         get_time, self->plan, error);
  if (self->looper == NULL)
    return FALSE;
  myna_video_looper_set_cancellable (self->looper, self->cancellable);
  if (!open_writer (self, output, folder, error))
    return FALSE;
  self->painter = myna_lipsync_painter_new (self->plan, self->first + self->done, self->last,
                                            folder != NULL ? folder : beside, cutting_cb, self,
                                            self->cancellable, error);
  /* What planning and cutting have freed goes back to the system before the pictures come. */
  malloc_trim (0);
  return self->painter != NULL;
}

/**
 * myna_lipsync_plan_render:
 * @from: seconds of the output where it begins
 * @to: seconds where it ends; < 0: the end
 * @output: a new file; its extension says the container
 * @folder: (nullable): keeps finished segments for a run that goes on
 * @report: (nullable): called from this thread
 * @report_data: closure
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * See the header. Blocks; any thread.
 *
 * Returns: %TRUE when the file is there; else nothing is at @output that was not before
 */
gboolean
myna_lipsync_plan_render (MynaLipsyncPlan *plan,
                          double from,
                          double to,
                          const char *output,
                          const char *folder,
                          MynaLipsyncReport report_func,
                          gpointer report_data,
                          GCancellable *cancellable,
                          GError **error)
{
  g_auto (Rendering) self = {
    .plan = plan, .cancellable = cancellable, .report = report_func, .report_data = report_data
  };

  pthread_mutex_init (&self.lock, NULL);
  g_return_val_if_fail (plan != NULL && output != NULL, FALSE);

  set_range (&self, from, to);
  self.decoded = myna_channel_new (QUEUE_FRAMES, frame_free);
  self.painted = myna_channel_new (QUEUE_FRAMES, frame_free);
  return prepare (&self, output, folder, error) && run_stages (&self, error) &&
         myna_video_writer_finish (self.writer, cancellable, error);
}

/**
 * myna_lipsync_plan_render_frame:
 * @time: seconds of the output
 * @cancellable: (nullable): to stop
 * @error: return location
 *
 * Blocks; any thread.
 *
 * Returns: (transfer full): the finished frame that is shown then
 */
MynaVideoFrame *
myna_lipsync_plan_render_frame (MynaLipsyncPlan *self,
                                double time,
                                GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (MynaVideoLooper) looper = NULL;
  g_autoptr (MynaLipsyncPainter) painter = NULL;
  MynaVideoFrame *frame = NULL;
  gint64 index;

  g_return_val_if_fail (self != NULL, NULL);

  index = CLAMP (myna_mouth_timeline_find (self->timeline, time), 0,
                 myna_mouth_timeline_get_n_frames (self->timeline) - 1);
  painter = myna_lipsync_painter_new (self, index, index + 1, g_get_tmp_dir (), NULL, NULL,
                                      cancellable, error);
  if (painter == NULL)
    return NULL;
  if (!self->is_still)
    {
      looper = myna_video_looper_open (self->video, NULL, get_time, self, error);
      if (looper == NULL)
        return NULL;
      myna_video_looper_set_cancellable (looper, cancellable);
      frame = myna_video_looper_get (
          looper, myna_mouth_timeline_get_source (self->timeline, index, NULL), error);
      if (frame == NULL)
        return NULL;
    }
  return myna_lipsync_painter_paint (painter, frame, index, error);
}
