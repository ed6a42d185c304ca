/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-clip.h"

#include <glib/gi18n.h>

#include "engine/audio/myna-audio-load.h"
#include "engine/audio/myna-audio-peaks.h"
#include "engine/audio/myna-audio-probe.h"
#include "engine/voice/myna-voice-maker.h"

#define POINTS_PER_SECOND 50
#define FIRST_REGION 60.0    /* of a file too long to be taken whole; enough for any engine */
#define LEAST_SPEECH 0.5     /* seconds; less is a noise, not a word */
#define MEASURE_DELAY_MS 300 /* a handle that is being dragged is not measured at every pixel */

struct _MynaClip
{
  GObject parent_instance;

  /* Owned references */
  GCancellable *reading;
  GCancellable *drawing;
  GCancellable *measuring;
  GPtrArray *audio_streams; /* of MynaAudioStream */
  GtkStringList *streams;
  GArray *peaks;
  MynaAudioQuality *quality;

  /* State */
  char *path;
  char *title;
  char *transcript;
  char *error;
  MynaClipState state;
  guint stream;
  double duration;
  double start;
  double end;
  guint measure_source;
};

/* What a thread needs: values, never the clip. */
typedef struct
{
  char *path;
  int stream;
  double start;
  double end;
  GArray *peaks;
  double duration;
} Work;

enum
{
  CHANGED,
  PEAKS_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaClip, myna_clip, G_TYPE_OBJECT)

static void
work_free (Work *work)
{
  g_free (work->path);
  g_clear_pointer (&work->peaks, g_array_unref);
  g_free (work);
}

static Work *
work_new (MynaClip *self)
{
  Work *work = g_new0 (Work, 1);

  g_assert (MYNA_IS_CLIP (self));

  work->path = g_strdup (self->path);
  work->stream = myna_clip_get_stream_index (self);
  work->start = self->start;
  work->end = self->end;
  return work;
}

/* Cancels what runs under *cancellable and begins anew in a thread. */
static void
run (MynaClip *self, GCancellable **cancellable, GTaskThreadFunc func, GAsyncReadyCallback callback)
{
  g_autoptr (GTask) task = NULL;

  g_assert (MYNA_IS_CLIP (self));

  g_cancellable_cancel (*cancellable);
  g_set_object (cancellable, NULL);
  *cancellable = g_cancellable_new ();
  task = g_task_new (self, *cancellable, callback, NULL);
  g_task_set_name (task, "myna-clip");
  g_task_set_task_data (task, work_new (self), (GDestroyNotify) work_free);
  g_task_run_in_thread (task, func);
}

static void
fail (MynaClip *self, const GError *error)
{
  g_assert (MYNA_IS_CLIP (self));

  self->state = MYNA_CLIP_FAILED;
  g_set_str (&self->error, error->message);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
measure_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Work *work = task_data;
  g_autoptr (GError) error = NULL;
  MynaAudioQuality *quality = myna_audio_quality_measure_file (
      work->path, work->stream, work->start, work->end, cancellable, &error);

  if (quality == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, quality, (GDestroyNotify) myna_audio_quality_free);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaClip *self = MYNA_CLIP (source);
  g_autoptr (GError) error = NULL;
  MynaAudioQuality *quality = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (quality == NULL)
    {
      fail (self, error);
      return;
    }
  g_clear_pointer (&self->quality, myna_audio_quality_free);
  self->quality = quality;
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
measure_cb (gpointer user_data)
{
  MynaClip *self = user_data;

  g_assert (MYNA_IS_CLIP (self));

  self->measure_source = 0;
  run (self, &self->measuring, measure_thread, measured_cb);
  return G_SOURCE_REMOVE;
}

/* Forgets what is known of the quality, and finds it out once the region stands still. */
static void
queue_measure (MynaClip *self)
{
  g_assert (MYNA_IS_CLIP (self));

  g_cancellable_cancel (self->measuring);
  g_clear_pointer (&self->quality, myna_audio_quality_free);
  g_clear_handle_id (&self->measure_source, g_source_remove);
  if (self->state == MYNA_CLIP_READY && self->end > self->start &&
      self->end - self->start <= MYNA_AUDIO_MAX_SECONDS)
    self->measure_source = g_timeout_add (MEASURE_DELAY_MS, measure_cb, self);
}

static void
draw_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Work *work = task_data;
  g_autoptr (GError) error = NULL;

  if (myna_audio_peaks (work->path, work->stream, POINTS_PER_SECOND, cancellable, &work->peaks,
                        &work->duration, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
select_all (MynaClip *self)
{
  g_assert (MYNA_IS_CLIP (self));

  self->start = 0.0;
  self->end = myna_clip_is_long (self) ? FIRST_REGION : self->duration;
  queue_measure (self);
}

static void
drawn_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaClip *self = MYNA_CLIP (source);
  Work *work = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  gboolean whole = self->end >= self->duration;
  double stated = self->duration;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        fail (self, error);
      return;
    }
  if (self->state == MYNA_CLIP_FAILED)
    return;
  g_clear_pointer (&self->peaks, g_array_unref);
  self->peaks = g_steal_pointer (&work->peaks);
  /* What was decoded is true; what the file says of its length may not be. */
  self->duration = work->duration;
  self->state = MYNA_CLIP_READY;
  if (self->end <= self->start || self->end > self->duration ||
      (whole && !G_APPROX_VALUE (stated, self->duration, 0.01)))
    select_all (self);
  g_signal_emit (self, signals[PEAKS_CHANGED], 0);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
probe_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Work *work = task_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *streams = myna_audio_probe (work->path, &error);

  if (streams == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, streams, (GDestroyNotify) g_ptr_array_unref);
}

static void
use_stream (MynaClip *self)
{
  const MynaAudioStream *stream = g_ptr_array_index (self->audio_streams, self->stream);

  g_assert (MYNA_IS_CLIP (self));

  self->duration = MAX (stream->duration, 0.0);
  if (self->duration > 0.0)
    {
      self->state = MYNA_CLIP_READY;
      select_all (self);
    }
  g_clear_pointer (&self->peaks, g_array_unref);
  g_signal_emit (self, signals[PEAKS_CHANGED], 0);
  g_signal_emit (self, signals[CHANGED], 0);
  run (self, &self->drawing, draw_thread, drawn_cb);
}

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaClip *self = MYNA_CLIP (source);
  g_autoptr (GError) error = NULL;
  GPtrArray *streams = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (streams == NULL)
    {
      fail (self, error);
      return;
    }
  self->audio_streams = streams;
  for (guint i = 0; i < streams->len; i++)
    gtk_string_list_append (self->streams,
                            ((MynaAudioStream *) g_ptr_array_index (streams, i))->description);
  use_stream (self);
}

static void
myna_clip_dispose (GObject *object)
{
  myna_clip_stop (MYNA_CLIP (object));

  G_OBJECT_CLASS (myna_clip_parent_class)->dispose (object);
}

static void
myna_clip_finalize (GObject *object)
{
  MynaClip *self = MYNA_CLIP (object);

  g_clear_object (&self->reading);
  g_clear_object (&self->drawing);
  g_clear_object (&self->measuring);
  g_clear_object (&self->streams);
  g_clear_pointer (&self->audio_streams, g_ptr_array_unref);
  g_clear_pointer (&self->peaks, g_array_unref);
  g_clear_pointer (&self->quality, myna_audio_quality_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->transcript, g_free);
  g_clear_pointer (&self->error, g_free);

  G_OBJECT_CLASS (myna_clip_parent_class)->finalize (object);
}

static void
myna_clip_class_init (MynaClipClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = myna_clip_dispose;
  object_class->finalize = myna_clip_finalize;

  signals[CHANGED] = g_signal_new ("changed", MYNA_TYPE_CLIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[PEAKS_CHANGED] = g_signal_new ("peaks-changed", MYNA_TYPE_CLIP, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_clip_init (MynaClip *self)
{
  self->streams = gtk_string_list_new (NULL);
  self->transcript = g_strdup ("");
}

/**
 * myna_clip_new:
 * @path: a media file
 * @title: (nullable): what to call it; %NULL: the file's name
 *
 * Returns: (transfer full): the clip, which begins to read the file
 */
MynaClip *
myna_clip_new (const char *path, const char *title)
{
  MynaClip *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (MYNA_TYPE_CLIP, NULL);
  self->path = g_strdup (path);
  self->title = title != NULL ? g_strdup (title) : g_filename_display_basename (path);
  run (self, &self->reading, probe_thread, probed_cb);
  return self;
}

const char *
myna_clip_get_path (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), NULL);

  return self->path;
}

const char *
myna_clip_get_title (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), NULL);

  return self->title;
}

MynaClipState
myna_clip_get_state (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), MYNA_CLIP_FAILED);

  return self->state;
}

/**
 * myna_clip_get_error:
 *
 * Returns: (transfer none) (nullable): why the clip failed
 */
const char *
myna_clip_get_error (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), NULL);

  return self->error;
}

/**
 * myna_clip_get_duration:
 *
 * Returns: seconds of the whole file, 0 while not known
 */
double
myna_clip_get_duration (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), 0.0);

  return self->duration;
}

/**
 * myna_clip_get_streams:
 *
 * Returns: (transfer none): descriptions of the file's audio streams; fills when they are known
 */
GtkStringList *
myna_clip_get_streams (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), NULL);

  return self->streams;
}

/**
 * myna_clip_get_stream:
 *
 * Returns: the position of the chosen stream in myna_clip_get_streams()
 */
guint
myna_clip_get_stream (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), 0);

  return self->stream;
}

/**
 * myna_clip_get_stream_index:
 *
 * Returns: the chosen stream as the engine counts, -1 while not known
 */
int
myna_clip_get_stream_index (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), -1);

  if (self->audio_streams == NULL)
    return -1;
  return ((MynaAudioStream *) g_ptr_array_index (self->audio_streams, self->stream))->index;
}

/**
 * myna_clip_set_stream:
 * @position: in myna_clip_get_streams()
 *
 * Takes another audio stream of the file, all of it.
 */
void
myna_clip_set_stream (MynaClip *self, guint position)
{
  g_return_if_fail (MYNA_IS_CLIP (self));

  if (self->audio_streams == NULL || position >= self->audio_streams->len ||
      position == self->stream)
    return;
  self->stream = position;
  self->state = MYNA_CLIP_READING;
  g_clear_pointer (&self->error, g_free);
  self->start = self->end = 0.0;
  use_stream (self);
}

/**
 * myna_clip_get_peaks:
 *
 * Returns: (transfer none) (nullable): the waveform as from myna_audio_peaks(), once it is known
 */
GArray *
myna_clip_get_peaks (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), NULL);

  return self->peaks;
}

double
myna_clip_get_start (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), 0.0);

  return self->start;
}

double
myna_clip_get_end (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), 0.0);

  return self->end;
}

/**
 * myna_clip_set_region:
 * @start: seconds
 * @end: seconds
 *
 * Means only that stretch of the file. Its quality is measured anew.
 */
void
myna_clip_set_region (MynaClip *self, double start, double end)
{
  g_return_if_fail (MYNA_IS_CLIP (self));

  end = CLAMP (end, 0.0, self->duration);
  start = CLAMP (start, 0.0, end);
  if (G_APPROX_VALUE (self->start, start, 1e-4) && G_APPROX_VALUE (self->end, end, 1e-4))
    return;
  self->start = start;
  self->end = end;
  queue_measure (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * myna_clip_is_long:
 *
 * Returns: whether only a part of the file can be taken
 */
gboolean
myna_clip_is_long (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), FALSE);

  return self->duration > MYNA_VOICE_MAX_SECONDS;
}

const char *
myna_clip_get_transcript (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), NULL);

  return self->transcript;
}

/**
 * myna_clip_set_transcript:
 * @transcript: (nullable): what is said in the region
 */
void
myna_clip_set_transcript (MynaClip *self, const char *transcript)
{
  g_return_if_fail (MYNA_IS_CLIP (self));

  if (g_set_str (&self->transcript, transcript != NULL ? transcript : ""))
    g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * myna_clip_get_quality:
 *
 * Returns: (transfer none) (nullable): what the region is worth, %NULL while that is measured
 */
const MynaAudioQuality *
myna_clip_get_quality (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), NULL);

  return self->quality;
}

/**
 * myna_clip_dup_obstacle:
 *
 * Returns: (transfer full) (nullable): a translated sentence why the clip cannot be part of a
 * voice; %NULL when it can, be it together with others
 */
char *
myna_clip_dup_obstacle (MynaClip *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP (self), NULL);

  if (self->state == MYNA_CLIP_FAILED)
    return g_strdup (self->error);
  if (self->state == MYNA_CLIP_READING)
    return g_strdup_printf (_ ("“%s” is still being read."), self->title);
  if (self->end - self->start > MYNA_VOICE_MAX_SECONDS)
    return g_strdup_printf (ngettext ("Choose at most %d minute of “%s”.",
                                      "Choose at most %d minutes of “%s”.",
                                      MYNA_VOICE_MAX_SECONDS / 60),
                            MYNA_VOICE_MAX_SECONDS / 60, self->title);
  if (self->quality == NULL)
    return g_strdup_printf (_ ("“%s” is still being checked."), self->title);
  if (self->quality->speech_seconds < LEAST_SPEECH)
    return g_strdup (self->quality->findings[0]);
  return NULL;
}

/**
 * myna_clip_to_region:
 *
 * Returns: (transfer full): what myna_voices_add_async() takes
 */
MynaVoiceRegion *
myna_clip_to_region (MynaClip *self)
{
  g_autofree char *transcript = NULL;

  g_return_val_if_fail (MYNA_IS_CLIP (self), NULL);

  transcript = g_strstrip (g_strdup (self->transcript));
  return myna_voice_region_new (self->path, myna_clip_get_stream_index (self), self->start,
                                self->end, *transcript != '\0' ? transcript : NULL);
}

/**
 * myna_clip_stop:
 *
 * Ends all reading and measuring; for when nobody wants to know any more. The threads hold a
 * reference to the clip until they notice.
 */
void
myna_clip_stop (MynaClip *self)
{
  g_return_if_fail (MYNA_IS_CLIP (self));

  g_cancellable_cancel (self->reading);
  g_cancellable_cancel (self->drawing);
  g_cancellable_cancel (self->measuring);
  g_clear_handle_id (&self->measure_source, g_source_remove);
}
