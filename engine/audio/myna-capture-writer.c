/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <time.h>

#include "engine/audio/myna-capture-private.h"
#include "engine/core/myna-error.h"

#define CHUNK_FRAMES 1024
/* The writer thread looks this often: the meter stays smooth and the callback need not wake it. */
#define POLL_MS 20
/* A device that delivers nothing for this long is gone. At first it may take its time: a Bluetooth
 * headset connects. */
#define LOST (1 * G_USEC_PER_SEC)
#define TIME_TO_START (4 * G_USEC_PER_SEC)

/**
 * myna_capture_mark_free:
 * @data: (transfer full): a MynaCaptureMark
 */
void
myna_capture_mark_free (gpointer data)
{
  MynaCaptureMark *mark = data;

  g_free (mark->path);
  g_free (mark);
}

static void
set_state_error (MynaCapture *self, const GError *error)
{
  pthread_mutex_lock (&self->lock);
  g_free (self->state.error);
  self->state.error = g_strdup (error->message);
  pthread_mutex_unlock (&self->lock);
}

typedef struct
{
  GTask *task;
  GError *error;
} Answer;

static gboolean
answer_cb (gpointer user_data)
{
  MynaCapture *self = user_data;
  Answer *answer;

  g_assert (self != NULL);

  pthread_mutex_lock (&self->lock);
  answer = g_queue_pop_head (&self->answers);
  pthread_mutex_unlock (&self->lock);
  if (answer->error != NULL)
    g_task_return_error (answer->task, answer->error);
  else
    g_task_return_boolean (answer->task, TRUE);
  g_object_unref (answer->task);
  g_free (answer);
  return G_SOURCE_REMOVE;
}

/**
 * myna_capture_send_answer:
 * @self: a capture, whose lock is held
 * @task: (transfer full): who waits
 * @error: (nullable) (transfer full): what went wrong
 *
 * Returns @task on its own context, because its last reference must not be dropped here: with it
 * the recorder would go, which belongs to the main thread.
 */
void
myna_capture_send_answer (MynaCapture *self, GTask *task, GError *error)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Answer *answer = g_new (Answer, 1);

  *answer = (Answer) { task, error };
  g_queue_push_tail (&self->answers, answer);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answer_cb, myna_capture_ref (self),
                         (GDestroyNotify) myna_capture_unref);
  g_source_attach (source, g_task_get_context (task));
}

/**
 * myna_capture_answer_if_ended:
 * @self: a capture, whose lock is held
 *
 * Tells whoever waits for the end of the recording how it ended, when there are both.
 */
void
myna_capture_answer_if_ended (MynaCapture *self)
{
  if (!self->end_known || self->stop_task == NULL)
    return;
  self->end_known = FALSE;
  myna_capture_send_answer (self, g_steal_pointer (&self->stop_task),
                            g_steal_pointer (&self->end_error));
}

/**
 * myna_capture_recording_ended:
 * @self: a capture
 * @error: (nullable) (transfer full): why the recording is not whole
 *
 * Keeps how it ended for whoever stops it.
 */
void
myna_capture_recording_ended (MynaCapture *self, GError *error)
{
  if (error != NULL)
    set_state_error (self, error);
  pthread_mutex_lock (&self->lock);
  self->state.recording = FALSE;
  if (self->rate > 0)
    self->state.elapsed = (double) self->n_recorded / self->rate;
  g_clear_error (&self->end_error);
  self->end_error = error;
  self->end_known = TRUE;
  myna_capture_answer_if_ended (self);
  pthread_mutex_unlock (&self->lock);
}

/* Ends the file in the way the recording deserves: whole under its path, or as far as it goes under
 * the path with ".incomplete". */
static void
end_file (MynaCapture *self)
{
  g_autoptr (GError) error = g_steal_pointer (&self->file_error);

  if (self->path == NULL)
    return;
  if (self->file != NULL && error == NULL)
    myna_audio_writer_finish (self->file, &error);
  else if (self->file != NULL)
    myna_audio_writer_finish_incomplete (self->file, NULL);
  g_clear_pointer (&self->file, myna_audio_writer_free);
  g_clear_pointer (&self->path, g_free);
  myna_capture_recording_ended (self, g_steal_pointer (&error));
}

static void
set_gap_error (MynaCapture *self)
{
  if (self->path == NULL || self->file_error != NULL)
    return;
  g_set_error (&self->file_error, MYNA_ERROR, MYNA_ERROR_DEVICE_LOST,
               _ ("Sound was lost on the way from the microphone, so the recording has gaps. It is "
                  "kept as “%s.incomplete”. Close programs that keep the computer busy and record "
                  "again."),
               self->path);
  set_state_error (self, self->file_error);
}

static void
set_unplugged_error (MynaCapture *self)
{
  g_autoptr (GError) error = NULL;

  if (self->path != NULL)
    error = g_error_new (MYNA_ERROR, MYNA_ERROR_DEVICE_LOST,
                         _ ("The microphone stopped delivering sound. What was recorded until then "
                            "is kept as “%s.incomplete”. Connect the microphone and record again."),
                         self->path);
  else
    error = g_error_new_literal (MYNA_ERROR, MYNA_ERROR_DEVICE_LOST,
                                 _ ("The microphone stopped delivering sound. Connect it again, or "
                                    "choose another one."));
  set_state_error (self, error);
  if (self->path == NULL)
    return;
  /* A device that goes may first have gaps; this says it better. */
  g_clear_error (&self->file_error);
  self->file_error = g_steal_pointer (&error);
}

static void
add_waveform (MynaCapture *self, const float *mono, gsize n)
{
  gsize window = (gsize) MAX (1, lrint (self->peak_seconds * self->rate));

  for (gsize i = 0; i < n; i++)
    {
      self->window_peak = MAX (self->window_peak, fabsf (mono[i]));
      if (++self->n_in_window < window)
        continue;
      self->window_peak = MIN (self->window_peak, 1.0f);
      pthread_mutex_lock (&self->lock);
      g_array_append_val (self->peaks, self->window_peak);
      pthread_mutex_unlock (&self->lock);
      self->window_peak = 0;
      self->n_in_window = 0;
    }
}

static void
write_frames (MynaCapture *self, const float *mono, gsize n)
{
  if (self->file == NULL || self->paused || n == 0)
    return;
  if (!myna_audio_writer_write (self->file, mono, n, self->file_error ? NULL : &self->file_error))
    {
      end_file (self);
      return;
    }
  self->n_recorded += n;
  add_waveform (self, mono, n);
}

/* Gaps count from now on. */
static void
forget_gaps (MynaCapture *self)
{
  self->overflows_seen = atomic_load (&self->overflows);
  self->clock = (MynaFrameClock) { 0 };
  self->window_start = g_get_monotonic_time ();
  atomic_store (&self->smallest_deficit, G_MAXINT64);
}

static void
start_file (MynaCapture *self, const char *path)
{
  self->path = g_strdup (path);
  self->paused = FALSE;
  self->n_recorded = 0;
  self->window_peak = 0;
  self->n_in_window = 0;
  self->meter.clipped = FALSE;
  forget_gaps (self);
  self->file = myna_audio_writer_open_visible (path, self->rate, 1, &self->file_error);
  if (self->file == NULL)
    end_file (self);
}

static void
obey (MynaCapture *self, MynaCaptureMark *mark)
{
  switch (mark->kind)
    {
    case MYNA_CAPTURE_START:
      end_file (self);
      start_file (self, mark->path);
      break;
    case MYNA_CAPTURE_PAUSE:
      self->paused = TRUE;
      break;
    case MYNA_CAPTURE_RESUME:
      self->paused = FALSE;
      forget_gaps (self);
      break;
    case MYNA_CAPTURE_STOP:
      end_file (self);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Called with the lock. Returns the first mark for this stream; drops those of earlier ones. */
static MynaCaptureMark *
peek_mark (MynaCapture *self)
{
  MynaCaptureMark *mark;

  while ((mark = g_queue_peek_head (&self->marks)) != NULL && mark->serial < self->serial)
    myna_capture_mark_free (g_queue_pop_head (&self->marks));
  return mark != NULL && mark->serial == self->serial ? mark : NULL;
}

/* Obeys the marks at or before @position. Returns the position of the next one. */
static guint64
obey_marks (MynaCapture *self, guint64 position)
{
  for (;;)
    {
      guint64 next = G_MAXUINT64;
      MynaCaptureMark *mark = NULL;

      pthread_mutex_lock (&self->lock);
      mark = peek_mark (self);
      next = mark != NULL ? mark->position : G_MAXUINT64;
      if (mark != NULL && next <= position)
        g_queue_pop_head (&self->marks);
      else
        mark = NULL;
      pthread_mutex_unlock (&self->lock);
      if (mark == NULL)
        return next;
      obey (self, mark);
      myna_capture_mark_free (mark);
    }
}

static void
drain_ring (MynaCapture *self)
{
  float mono[CHUNK_FRAMES];
  gsize n;

  do
    {
      guint64 position = myna_ring_get_read (self->ring);
      guint64 next = obey_marks (self, position);

      n = myna_ring_read (self->ring, mono, (gsize) MIN (next - position, CHUNK_FRAMES));
      myna_level_meter_add (&self->meter, mono, n);
      write_frames (self, mono, n);
    }
  while (n > 0);
}

static void
watch_for_gaps (MynaCapture *self, gint64 now)
{
  guint overflows = atomic_load (&self->overflows);
  gint64 deficit;

  if (now - self->window_start >= MYNA_FRAME_CLOCK_WINDOW)
    {
      self->window_start = now;
      deficit = atomic_exchange (&self->smallest_deficit, G_MAXINT64);
      if (deficit != G_MAXINT64 && myna_frame_clock_add (&self->clock, deficit) > 0 &&
          !self->paused)
        set_gap_error (self);
    }
  if (overflows != self->overflows_seen && !self->paused)
    set_gap_error (self);
  self->overflows_seen = overflows;
}

/* Ends what is recorded, or was to be, when no more sound comes. */
static void
end_all (MynaCapture *self)
{
  set_unplugged_error (self);
  end_file (self);
  obey_marks (self, G_MAXUINT64 - 1);
  if (self->path != NULL)
    {
      set_unplugged_error (self);
      end_file (self);
    }
}

static void
watch_for_loss (MynaCapture *self, gint64 now)
{
  /* When this thread did not run either, it was the machine that stood still. */
  if (now - self->looked_at > LOST / 2)
    self->awake_since = now;
  self->looked_at = now;
  if (!atomic_load (&self->died) &&
      (now - self->opened_at < TIME_TO_START || now - self->awake_since < LOST ||
       now - atomic_load (&self->delivered_at) < LOST))
    return;
  self->lost = TRUE;
  pthread_mutex_lock (&self->lock);
  self->state.open = FALSE; /* a recording that is started from now on gets another stream */
  pthread_mutex_unlock (&self->lock);
  end_all (self);
  myna_capture_drop_stream (self);
}

static gboolean
publish_and_wait (MynaCapture *self)
{
  struct timespec until;
  gboolean quit;

  clock_gettime (CLOCK_REALTIME, &until);
  until.tv_nsec += POLL_MS * 1000 * 1000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  pthread_mutex_lock (&self->lock);
  self->state.level = self->lost ? 0 : self->meter.level;
  self->state.peak = self->lost ? 0 : self->meter.peak;
  self->state.clipped = self->meter.clipped;
  if (self->path != NULL)
    self->state.elapsed = (double) self->n_recorded / self->rate;
  if (!self->quit)
    pthread_cond_timedwait (&self->wake, &self->lock, &until);
  quit = self->quit;
  pthread_mutex_unlock (&self->lock);
  return !quit;
}

/**
 * myna_capture_writer_run:
 * @user_data: (transfer none): a capture with a started stream
 *
 * The writer thread: until the stream is closed it empties the ring, measures, does what was asked
 * for at the frames for which it was asked, and watches over the device.
 */
void *
myna_capture_writer_run (void *user_data)
{
  MynaCapture *self = user_data;

  do
    {
      gint64 now = g_get_monotonic_time ();

      if (!self->lost)
        {
          watch_for_gaps (self, now);
          drain_ring (self);
          watch_for_loss (self, now);
        }
    }
  while (publish_and_wait (self));
  if (!self->lost)
    {
      drain_ring (self);
      obey_marks (self, G_MAXUINT64 - 1);
    }
  if (self->path != NULL)
    set_unplugged_error (self);
  end_file (self);
  return NULL;
}
