/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-capture.h"

#include <glib/gi18n-lib.h>

#include "engine/audio/myna-capture-private.h"
#include "engine/core/myna-error.h"

/* Spec ui-testing section 6: with less, audio is lost on the way through PulseAudio. */
#define LATENCY_SECONDS 0.2
/* A disk may be busy for this long without a gap in the recording. */
#define RING_SECONDS 10

/**
 * myna_capture_state_clear:
 * @state: a state from myna_capture_get_state ()
 */
void
myna_capture_state_clear (MynaCaptureState *state)
{
  g_return_if_fail (state != NULL);
  g_clear_pointer (&state->error, g_free);
}

/**
 * myna_capture_new:
 * @peak_seconds: how much audio one waveform point stands for
 *
 * Returns: (transfer full): a closed capture; free with myna_capture_release ()
 */
MynaCapture *
myna_capture_new (double peak_seconds)
{
  MynaCapture *self = g_new0 (MynaCapture, 1);

  self->ref_count = 1;
  self->peak_seconds = peak_seconds;
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->wake, NULL);
  g_queue_init (&self->marks);
  g_queue_init (&self->answers);
  self->peaks = g_array_new (FALSE, FALSE, sizeof (float));
  return self;
}

/**
 * myna_capture_ref:
 * @self: a capture
 *
 * Returns: (transfer full): @self. Any thread.
 */
MynaCapture *
myna_capture_ref (MynaCapture *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * myna_capture_unref:
 * @self: (transfer full): a capture. Any thread.
 */
void
myna_capture_unref (MynaCapture *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_assert (self->stream == NULL && self->stop_task == NULL);
  g_queue_clear_full (&self->marks, myna_capture_mark_free);
  myna_capture_state_clear (&self->state);
  g_array_unref (self->peaks);
  g_free (self->stream_device);
  g_clear_error (&self->end_error);
  pthread_cond_destroy (&self->wake);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* Callback: no locks, no allocation. */

static void
note_delivery (MynaCapture *self, unsigned long n_frames)
{
  gint64 now = g_get_monotonic_time ();
  guint64 delivered =
      atomic_load_explicit (&self->delivered, memory_order_relaxed) + (guint64) n_frames;
  gint64 deficit = now - (gint64) (delivered * G_USEC_PER_SEC / (guint64) self->rate);
  gint64 smallest = atomic_load (&self->smallest_deficit);

  while (deficit < smallest &&
         !atomic_compare_exchange_weak (&self->smallest_deficit, &smallest, deficit))
    ;
  atomic_store (&self->delivered_at, now);
  atomic_store_explicit (&self->delivered, delivered, memory_order_relaxed);
}

static void
mix_to_mono (const float *frames, int channels, float *mono, gsize n_frames)
{
  float gain = 1.0f / (float) channels;

  for (gsize i = 0; i < n_frames; i++)
    {
      float sum = 0;

      for (int c = 0; c < channels; c++)
        sum += frames[i * (gsize) channels + (gsize) c];
      mono[i] = sum * gain;
    }
}

static int
capture_cb (const void *input,
            void *output,
            unsigned long n_frames,
            const PaStreamCallbackTimeInfo *times,
            PaStreamCallbackFlags flags,
            void *user_data)
{
  MynaCapture *self = user_data;
  const float *frames = input;
  float mono[256];
  gsize n_lost = 0;

  g_assert (self != NULL);

  if (n_frames == 0)
    atomic_store (&self->died, TRUE);
  /* What was lost before the first frame is no gap. */
  if ((flags & paInputOverflow) != 0 &&
      atomic_load_explicit (&self->delivered, memory_order_relaxed) > 0)
    atomic_fetch_add (&self->overflows, 1);
  for (gsize done = 0; frames != NULL && done < n_frames;)
    {
      gsize n = MIN (n_frames - done, G_N_ELEMENTS (mono));

      mix_to_mono (frames + done * (gsize) self->channels, self->channels, mono, n);
      n_lost += n - myna_ring_write (self->ring, mono, n);
      done += n;
    }
  if (n_lost > 0)
    atomic_fetch_add (&self->overflows, 1);
  if (frames != NULL)
    note_delivery (self, n_frames);
  return paContinue;
}

/* Sound thread. */

typedef struct
{
  MynaCapture *capture;
  char *device_id;
  guint serial;
} OpenRequest;

static void
reset_for_stream (MynaCapture *self)
{
  self->rate = myna_sound_stream_get_rate (self->stream);
  self->channels = myna_sound_stream_get_channels (self->stream);
  self->latency = myna_sound_stream_get_latency (self->stream);
  self->ring = myna_ring_new ((gsize) self->rate * RING_SECONDS, 1);
  atomic_store (&self->delivered, 0);
  atomic_store (&self->delivered_at, 0);
  atomic_store (&self->died, FALSE);
  atomic_store (&self->smallest_deficit, G_MAXINT64);
  atomic_store (&self->overflows, 0);
  self->overflows_seen = 0;
  self->lost = FALSE;
  self->quit = FALSE;
  self->clock = (MynaFrameClock) { 0 };
  self->opened_at = g_get_monotonic_time ();
  self->window_start = self->looked_at = self->awake_since = self->opened_at;
  myna_level_meter_init (&self->meter, self->rate);
}

static void
open_failed (MynaCapture *self, guint serial, GError *error)
{
  gboolean was_started = FALSE;
  MynaCaptureMark *mark;

  pthread_mutex_lock (&self->lock);
  g_set_str (&self->state.error, error->message);
  if (serial == self->serial_wanted)
    self->state.open = FALSE;
  while ((mark = g_queue_peek_head (&self->marks)) != NULL && mark->serial <= serial)
    {
      was_started |= mark->kind == MYNA_CAPTURE_START;
      myna_capture_mark_free (g_queue_pop_head (&self->marks));
    }
  pthread_mutex_unlock (&self->lock);
  if (was_started)
    myna_capture_recording_ended (self, g_error_copy (error));
}

static void
set_serial (MynaCapture *self, guint serial)
{
  pthread_mutex_lock (&self->lock);
  self->serial = serial;
  pthread_mutex_unlock (&self->lock);
}

static void
stop_stream (MynaCapture *self)
{
  if (self->stream == NULL)
    return;
  g_clear_pointer (&self->stream, myna_sound_stream_close);
  pthread_mutex_lock (&self->lock);
  self->quit = TRUE;
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
  pthread_join (self->writer_thread, NULL);
  set_serial (self, 0);
  g_clear_pointer (&self->ring, myna_ring_free);
}

/* What is only measured can do without the device for a moment. */
static gboolean
release_stream (gpointer user_data)
{
  MynaCapture *self = user_data;
  gboolean recording;

  g_assert (self != NULL);

  pthread_mutex_lock (&self->lock);
  recording = self->state.recording;
  if (!recording)
    self->serial = 0; /* what is asked for from now on waits for the stream to be there again */
  pthread_mutex_unlock (&self->lock);
  if (!recording)
    stop_stream (self);
  return !recording;
}

static gboolean
start_stream (MynaCapture *self, GError **error)
{
  int failed;

  self->stream = myna_sound_stream_open (MYNA_SOUND_INPUT, self->stream_device,
                                         self->stream_device[0] ? 2 : 1, LATENCY_SECONDS, error);
  if (self->stream == NULL)
    return FALSE;
  reset_for_stream (self);
  if (!myna_sound_stream_start (self->stream, capture_cb, self, error))
    return FALSE;
  set_serial (self, self->stream_serial);
  failed = pthread_create (&self->writer_thread, NULL, myna_capture_writer_run, self);
  if (failed == 0)
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, g_strerror (failed));
  set_serial (self, 0);
  return FALSE;
}

static void
open_stream (gpointer user_data)
{
  MynaCapture *self = user_data;
  g_autoptr (GError) error = NULL;

  g_assert (self != NULL && self->stream == NULL);

  if (start_stream (self, &error))
    {
      myna_sound_stream_set_interruptible (self->stream, release_stream, open_stream, self);
      return;
    }
  g_clear_pointer (&self->stream, myna_sound_stream_close);
  g_clear_pointer (&self->ring, myna_ring_free);
  open_failed (self, self->stream_serial, error);
}

static void
open_on_sound_thread (gpointer user_data)
{
  OpenRequest *request = user_data;
  MynaCapture *self = request->capture;

  g_assert (self != NULL);

  g_free (self->stream_device);
  self->stream_device = request->device_id;
  self->stream_serial = request->serial;
  open_stream (self);
  g_free (request);
  myna_capture_unref (self);
}

static void
close_on_sound_thread (gpointer user_data)
{
  MynaCapture *self = user_data;

  g_assert (self != NULL);

  stop_stream (self);
  myna_capture_unref (self);
}

/**
 * myna_capture_drop_stream:
 * @self: a capture
 *
 * Has the stream closed on the sound thread. Any thread.
 */
void
myna_capture_drop_stream (MynaCapture *self)
{
  myna_portaudio_post (close_on_sound_thread, myna_capture_ref (self));
}

/* The caller's thread. */

/* Called with the lock. */
static void
open_if_closed (MynaCapture *self, const char *device_id)
{
  OpenRequest *request;

  g_clear_pointer (&self->state.error, g_free);
  if (self->state.open)
    return;
  self->state.open = TRUE;
  request = g_new (OpenRequest, 1);
  *request = (OpenRequest) { myna_capture_ref (self), g_strdup (device_id), ++self->serial_wanted };
  myna_portaudio_post (open_on_sound_thread, request);
}

/**
 * myna_capture_open:
 * @self: a capture
 * @device_id: which microphone, "" for the system's default
 *
 * Has the device opened and measured; without effect while it is open. How it went is in the state.
 */
void
myna_capture_open (MynaCapture *self, const char *device_id)
{
  g_return_if_fail (self != NULL && device_id != NULL);

  pthread_mutex_lock (&self->lock);
  open_if_closed (self, device_id);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_capture_close:
 * @self: a capture
 *
 * Has the device closed. A recording that still runs is kept as incomplete.
 */
void
myna_capture_close (MynaCapture *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  if (self->state.open)
    myna_capture_drop_stream (self);
  self->state.open = FALSE;
  pthread_mutex_unlock (&self->lock);
}

/* @delayed: what was said before this moment is still on its way from the device. With the lock. */
static void
push_mark (MynaCapture *self, MynaCaptureMarkKind kind, const char *path, gboolean delayed)
{
  MynaCaptureMark *mark = g_new0 (MynaCaptureMark, 1);
  MynaCaptureMark *last = g_queue_peek_tail (&self->marks);

  mark->kind = kind;
  mark->serial = self->serial_wanted;
  mark->path = g_strdup (path);
  if (self->serial == self->serial_wanted)
    mark->position =
        myna_ring_get_written (self->ring) + (delayed ? (guint64) (self->latency * self->rate) : 0);
  if (last != NULL && last->serial == mark->serial)
    mark->position = MAX (mark->position, last->position);
  g_queue_push_tail (&self->marks, mark);
  pthread_cond_signal (&self->wake);
}

/**
 * myna_capture_start:
 * @self: a capture
 * @device_id: which microphone, when it is not yet open
 * @path: the file to record to
 *
 * Records, in the place of a recording that still runs. Opens the device when it is not open.
 */
void
myna_capture_start (MynaCapture *self, const char *device_id, const char *path)
{
  g_return_if_fail (self != NULL && device_id != NULL && path != NULL);

  pthread_mutex_lock (&self->lock);
  open_if_closed (self, device_id);
  self->state.recording = TRUE;
  self->state.elapsed = 0;
  self->end_known = FALSE;
  g_clear_error (&self->end_error);
  g_array_set_size (self->peaks, 0);
  push_mark (self, MYNA_CAPTURE_START, path, FALSE);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_capture_pause:
 * @self: a capture
 *
 * Leaves out what is said from now on.
 */
void
myna_capture_pause (MynaCapture *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  push_mark (self, MYNA_CAPTURE_PAUSE, NULL, TRUE);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_capture_resume:
 * @self: a capture
 *
 * Records again after a pause.
 */
void
myna_capture_resume (MynaCapture *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  push_mark (self, MYNA_CAPTURE_RESUME, NULL, FALSE);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_capture_stop:
 * @self: a capture
 * @task: (transfer full): returns TRUE when the file is whole, else the error
 *
 * Ends the recording after what was said until now. When it has ended by itself, @task returns how.
 */
void
myna_capture_stop (MynaCapture *self, GTask *task)
{
  g_return_if_fail (self != NULL && G_IS_TASK (task));

  pthread_mutex_lock (&self->lock);
  if (self->stop_task != NULL || (!self->state.recording && !self->end_known))
    myna_capture_send_answer (
        self, task,
        g_error_new_literal (MYNA_ERROR, MYNA_ERROR_FAILED, _ ("Nothing is being recorded.")));
  else
    {
      self->stop_task = task;
      if (!self->end_known)
        push_mark (self, MYNA_CAPTURE_STOP, NULL, TRUE);
      myna_capture_answer_if_ended (self);
    }
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_capture_get_state:
 * @self: a capture
 * @state: (out caller-allocates): cleared with myna_capture_state_clear ()
 * @peaks: (element-type float): waveform points that are new since the last call are appended
 */
void
myna_capture_get_state (MynaCapture *self, MynaCaptureState *state, GArray *peaks)
{
  g_return_if_fail (self != NULL && state != NULL && peaks != NULL);

  pthread_mutex_lock (&self->lock);
  *state = self->state;
  state->error = g_strdup (self->state.error);
  g_array_append_vals (peaks, self->peaks->data, self->peaks->len);
  g_array_set_size (self->peaks, 0);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_capture_release:
 * @self: (nullable) (transfer full): a capture
 *
 * Has everything closed and freed on the sound thread.
 */
void
myna_capture_release (MynaCapture *self)
{
  if (self == NULL)
    return;
  myna_capture_close (self);
  myna_capture_unref (self);
}
