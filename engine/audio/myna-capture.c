/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-capture.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "engine/audio/myna-audio-writer.h"
#include "engine/audio/myna-frame-clock.h"
#include "engine/audio/myna-level-meter.h"
#include "engine/audio/myna-portaudio.h"
#include "engine/audio/myna-ring.h"
#include "engine/core/myna-error.h"

/* Spec ui-testing section 6: with less, audio is lost on the way through PulseAudio. */
#define LATENCY_SECONDS 0.2
/* A disk may be busy for this long without a gap in the recording. */
#define RING_SECONDS 10
#define CHUNK_FRAMES 1024
/* The writer thread looks this often: the meter stays smooth and the callback need not wake it. */
#define POLL_MS 20
/* A device that delivers nothing for this long is gone. At first it may take its time: a Bluetooth
 * headset connects. */
#define LOST (1 * G_USEC_PER_SEC)
#define TIME_TO_START (4 * G_USEC_PER_SEC)

typedef enum
{
  MARK_START,
  MARK_PAUSE,
  MARK_RESUME,
  MARK_STOP,
} MarkKind;

/* What the person asked for, at the frame at which it takes effect. */
typedef struct
{
  MarkKind kind;
  guint serial; /* of the stream it is for */
  guint64 position;
  char *path; /* MARK_START */
} Mark;

struct _MynaCapture
{
  int ref_count; /* atomic */
  double peak_seconds;

  /* Sound thread. */
  MynaSoundStream *stream;
  pthread_t writer_thread;

  /* Set while the writer thread does not run. */
  MynaRing *ring;
  int rate;
  int channels;
  double latency;

  /* Callback to writer thread. */
  _Atomic guint64 delivered; /* frames */
  _Atomic gint64 smallest_deficit;
  _Atomic guint overflows;
  _Atomic gint64 delivered_at;
  atomic_bool died;

  /* Under lock. */
  pthread_mutex_t lock;
  pthread_cond_t wake;
  gboolean quit;
  guint serial_wanted; /* counts the requests to open */
  guint serial;        /* the request that the stream answers; 0: no stream */
  GQueue marks;        /* Mark */
  MynaCaptureState state;
  GArray *peaks;      /* float, not yet fetched */
  GTask *stop_task;   /* who waits for the end of the recording */
  GError *end_error;  /* how the last recording ended */
  gboolean end_known; /* it ended and nobody was told */
  GQueue answers;     /* Answer, on their way */

  /* Writer thread. */
  MynaLevelMeter meter;
  MynaFrameClock clock;
  gint64 window_start;
  gint64 opened_at;
  gint64 looked_at;
  gint64 awake_since;
  guint overflows_seen;
  gboolean lost;
  char *path;
  MynaAudioWriter *file;
  GError *file_error; /* why the recording in progress cannot be whole */
  gboolean paused;
  guint64 n_recorded;
  float window_peak;
  gsize n_in_window;
};

static void
mark_free (Mark *mark)
{
  g_free (mark->path);
  g_free (mark);
}

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

static MynaCapture *
capture_ref (MynaCapture *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

static void
capture_unref (MynaCapture *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_assert (self->stream == NULL && self->stop_task == NULL);
  g_queue_clear_full (&self->marks, (GDestroyNotify) mark_free);
  myna_capture_state_clear (&self->state);
  g_array_unref (self->peaks);
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

/* Writer thread. */

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

/* With the lock. Takes ownership of both. On the task's own context, because the last reference of
 * a task must not be dropped here: with it the recorder would go, which belongs to the main thread.
 */
static void
send_answer (MynaCapture *self, GTask *task, GError *error)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Answer *answer = g_new (Answer, 1);

  *answer = (Answer) { task, error };
  g_queue_push_tail (&self->answers, answer);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answer_cb, capture_ref (self), (GDestroyNotify) capture_unref);
  g_source_attach (source, g_task_get_context (task));
}

/* With the lock. Answers who waits for the end of the recording, when there is both. */
static void
answer_if_ended (MynaCapture *self)
{
  if (!self->end_known || self->stop_task == NULL)
    return;
  self->end_known = FALSE;
  send_answer (self, g_steal_pointer (&self->stop_task), g_steal_pointer (&self->end_error));
}

/* Takes ownership of @error, NULL when the recording is whole. */
static void
recording_ended (MynaCapture *self, GError *error)
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
  answer_if_ended (self);
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
  recording_ended (self, g_steal_pointer (&error));
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
obey (MynaCapture *self, Mark *mark)
{
  switch (mark->kind)
    {
    case MARK_START:
      end_file (self);
      start_file (self, mark->path);
      break;
    case MARK_PAUSE:
      self->paused = TRUE;
      break;
    case MARK_RESUME:
      self->paused = FALSE;
      forget_gaps (self);
      break;
    case MARK_STOP:
      end_file (self);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Called with the lock. Returns the first mark for this stream; drops those of earlier ones. */
static Mark *
peek_mark (MynaCapture *self)
{
  Mark *mark;

  while ((mark = g_queue_peek_head (&self->marks)) != NULL && mark->serial < self->serial)
    mark_free (g_queue_pop_head (&self->marks));
  return mark != NULL && mark->serial == self->serial ? mark : NULL;
}

/* Obeys the marks at or before @position. Returns the position of the next one. */
static guint64
obey_marks (MynaCapture *self, guint64 position)
{
  for (;;)
    {
      guint64 next = G_MAXUINT64;
      Mark *mark = NULL;

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
      mark_free (mark);
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

static void close_on_sound_thread (gpointer user_data);

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
  myna_portaudio_post (close_on_sound_thread, capture_ref (self));
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

static void *
writer_thread (void *user_data)
{
  MynaCapture *self = user_data;

  do
    {
      gint64 now = g_get_monotonic_time ();

      if (!self->lost)
        {
          drain_ring (self);
          watch_for_gaps (self, now);
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
  Mark *mark;

  set_state_error (self, error);
  pthread_mutex_lock (&self->lock);
  if (serial == self->serial_wanted)
    self->state.open = FALSE;
  while ((mark = g_queue_peek_head (&self->marks)) != NULL && mark->serial <= serial)
    {
      was_started |= mark->kind == MARK_START;
      mark_free (g_queue_pop_head (&self->marks));
    }
  pthread_mutex_unlock (&self->lock);
  if (was_started)
    recording_ended (self, g_error_copy (error));
}

static void
set_serial (MynaCapture *self, guint serial)
{
  pthread_mutex_lock (&self->lock);
  self->serial = serial;
  pthread_mutex_unlock (&self->lock);
}

static gboolean
start_stream (MynaCapture *self, const char *device_id, guint serial, GError **error)
{
  int failed;

  self->stream = myna_sound_stream_open (MYNA_SOUND_INPUT, device_id, device_id[0] ? 2 : 1,
                                         LATENCY_SECONDS, error);
  if (self->stream == NULL)
    return FALSE;
  reset_for_stream (self);
  if (!myna_sound_stream_start (self->stream, capture_cb, self, error))
    return FALSE;
  set_serial (self, serial);
  failed = pthread_create (&self->writer_thread, NULL, writer_thread, self);
  if (failed != 0)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, g_strerror (failed));
      set_serial (self, 0);
    }
  return failed == 0;
}

static void
open_on_sound_thread (gpointer user_data)
{
  OpenRequest *request = user_data;
  MynaCapture *self = request->capture;
  g_autoptr (GError) error = NULL;

  g_assert (self != NULL && self->stream == NULL);

  if (!start_stream (self, request->device_id, request->serial, &error))
    {
      g_clear_pointer (&self->stream, myna_sound_stream_close);
      g_clear_pointer (&self->ring, myna_ring_free);
      open_failed (self, request->serial, error);
    }
  g_free (request->device_id);
  g_free (request);
  capture_unref (self);
}

static void
close_on_sound_thread (gpointer user_data)
{
  MynaCapture *self = user_data;

  g_assert (self != NULL);

  if (self->stream != NULL)
    {
      g_clear_pointer (&self->stream, myna_sound_stream_close);
      pthread_mutex_lock (&self->lock);
      self->quit = TRUE;
      pthread_cond_signal (&self->wake);
      pthread_mutex_unlock (&self->lock);
      pthread_join (self->writer_thread, NULL);
      set_serial (self, 0);
      g_clear_pointer (&self->ring, myna_ring_free);
    }
  capture_unref (self);
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
  *request = (OpenRequest) { capture_ref (self), g_strdup (device_id), ++self->serial_wanted };
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
    myna_portaudio_post (close_on_sound_thread, capture_ref (self));
  self->state.open = FALSE;
  pthread_mutex_unlock (&self->lock);
}

/* @delayed: what was said before this moment is still on its way from the device. With the lock. */
static void
push_mark (MynaCapture *self, MarkKind kind, const char *path, gboolean delayed)
{
  Mark *mark = g_new0 (Mark, 1);
  Mark *last = g_queue_peek_tail (&self->marks);

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
  push_mark (self, MARK_START, path, FALSE);
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
  push_mark (self, MARK_PAUSE, NULL, TRUE);
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
  push_mark (self, MARK_RESUME, NULL, FALSE);
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
    send_answer (
        self, task,
        g_error_new_literal (MYNA_ERROR, MYNA_ERROR_FAILED, _ ("Nothing is being recorded.")));
  else
    {
      self->stop_task = task;
      if (!self->end_known)
        push_mark (self, MARK_STOP, NULL, TRUE);
      answer_if_ended (self);
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
  capture_unref (self);
}
