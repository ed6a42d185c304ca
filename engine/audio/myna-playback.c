/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-playback.h"

#include <glib/gi18n-lib.h>

#include "engine/audio/myna-feeder.h"
#include "engine/audio/myna-playback-private.h"

/* Enough that a busy machine does not stutter, little enough that a pause is felt as immediate. */
#define LATENCY_SECONDS 0.1
#define MAX_CHANNELS 2
/* A device that asks for nothing for this long is gone. At first it may take its time: a Bluetooth
 * headset connects, a sound server has some seconds of silence in its buffer. */
#define LOST (1 * G_USEC_PER_SEC)
#define TIME_TO_START (4 * G_USEC_PER_SEC)

/**
 * myna_playback_ref:
 * @self: a playback
 *
 * Returns: (transfer full): @self. Any thread.
 */
MynaPlayback *
myna_playback_ref (MynaPlayback *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * myna_playback_unref:
 * @self: (transfer full): a playback. Any thread.
 */
void
myna_playback_unref (MynaPlayback *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_assert (self->stream == NULL && self->output == NULL);
  myna_playlist_free (self->list);
  g_free (self->error);
  pthread_cond_destroy (&self->wake);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/**
 * myna_playback_new:
 *
 * Returns: (transfer full): an empty playback; free with myna_playback_release ()
 */
MynaPlayback *
myna_playback_new (void)
{
  MynaPlayback *self = g_new0 (MynaPlayback, 1);

  self->ref_count = 1;
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->wake, NULL);
  self->list = myna_playlist_new ();
  return self;
}

/* With the lock. What is in the ring is not heard any more, and feeding starts again at @position.
 */
static void
seek_locked (MynaPlayback *self, double position)
{
  self->seek_serial++;
  self->seek_to = position;
  self->reached = position;
  self->fed_all = FALSE;
  if (self->output != NULL)
    myna_output_hold (self->output, self->seek_serial);
  pthread_cond_signal (&self->wake);
}

/* With the lock. */
static double
get_position_locked (MynaPlayback *self)
{
  guint64 heard;

  if (self->output == NULL || self->fed_serial != self->seek_serial)
    return self->reached;
  heard = myna_output_get_heard (self->output, g_get_monotonic_time ());
  if (heard > self->fed_from)
    self->reached = MAX (self->reached, self->seek_to + (double) (heard - self->fed_from) /
                                                            myna_output_get_rate (self->output));
  return self->reached;
}

/* Sound thread. */

typedef struct
{
  MynaPlayback *playback;
  char *device_id;
  guint serial;
} OpenRequest;

static void
drop_stream (MynaPlayback *self)
{
  g_clear_pointer (&self->stream, myna_sound_stream_close);
  g_clear_pointer (&self->stream_output, myna_output_unref);
}

static void
close_on_sound_thread (gpointer user_data)
{
  MynaPlayback *self = user_data;

  g_assert (self != NULL);

  drop_stream (self);
  myna_playback_unref (self);
}

/* With the lock. The position stays, for the next output. */
static void
close_locked (MynaPlayback *self)
{
  if (!self->open_wanted)
    return;
  self->open_wanted = FALSE;
  if (self->output != NULL)
    {
      double position = get_position_locked (self);

      myna_output_set_running (self->output, FALSE);
      g_clear_pointer (&self->output, myna_output_unref);
      seek_locked (self, position);
    }
  myna_portaudio_post (close_on_sound_thread, myna_playback_ref (self));
}

/* What does not sound can do without the device. */
static gboolean
release_stream (gpointer user_data)
{
  MynaPlayback *self = user_data;
  gboolean running;

  g_assert (self != NULL);

  pthread_mutex_lock (&self->lock);
  running = self->running;
  if (!running)
    close_locked (self);
  pthread_mutex_unlock (&self->lock);
  if (!running)
    drop_stream (self);
  return !running;
}

static gboolean
start_stream (MynaPlayback *self, const char *device_id, GError **error)
{
  self->stream =
      myna_sound_stream_open (MYNA_SOUND_OUTPUT, device_id, MAX_CHANNELS, LATENCY_SECONDS, error);
  if (self->stream == NULL)
    return FALSE;
  self->stream_output = myna_output_new (myna_sound_stream_get_rate (self->stream),
                                         myna_sound_stream_get_channels (self->stream),
                                         myna_sound_stream_get_latency (self->stream));
  myna_sound_stream_set_interruptible (self->stream, release_stream, NULL, self);
  return myna_sound_stream_start (self->stream, myna_output_callback, self->stream_output, error);
}

/* Feeding goes on where it was, for the new output; unless that is not wanted any more. */
static void
connect_output (MynaPlayback *self, guint serial)
{
  pthread_mutex_lock (&self->lock);
  if (self->open_wanted && serial == self->open_serial)
    {
      self->output = myna_output_ref (self->stream_output);
      self->opened_at = g_get_monotonic_time ();
      myna_output_set_running (self->output, self->running);
      seek_locked (self, self->reached);
    }
  pthread_mutex_unlock (&self->lock);
}

static void
open_failed (MynaPlayback *self, guint serial, const GError *error)
{
  pthread_mutex_lock (&self->lock);
  if (serial == self->open_serial)
    {
      self->open_wanted = FALSE;
      self->running = FALSE;
      g_set_str (&self->error, error->message);
    }
  pthread_mutex_unlock (&self->lock);
}

static void
open_on_sound_thread (gpointer user_data)
{
  OpenRequest *request = user_data;
  MynaPlayback *self = request->playback;
  g_autoptr (GError) error = NULL;

  g_assert (self != NULL && self->stream == NULL);

  if (start_stream (self, request->device_id, &error))
    connect_output (self, request->serial);
  else
    {
      drop_stream (self);
      open_failed (self, request->serial, error);
    }
  g_free (request->device_id);
  g_free (request);
  myna_playback_unref (self);
}

/* The caller's thread. */

/* With the lock. */
static void
set_running_locked (MynaPlayback *self, gboolean running)
{
  self->running = running;
  if (self->output != NULL)
    myna_output_set_running (self->output, running);
}

/**
 * myna_playback_clear:
 * @self: a playback
 *
 * Is silent, forgets all items, and takes new ones.
 */
void
myna_playback_clear (MynaPlayback *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  myna_playlist_clear (self->list);
  self->list_serial++;
  self->list_closed = FALSE;
  g_clear_pointer (&self->error, g_free);
  set_running_locked (self, FALSE);
  seek_locked (self, 0);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_playback_append:
 * @self: a playback
 * @path: a media file
 * @stream: audio stream of the file, -1: the best one
 * @start: seconds of the file
 * @end: seconds of the file; <= 0: its end
 * @pause_after: seconds of silence before the next item
 *
 * Returns: the index of the new item
 */
guint
myna_playback_append (
    MynaPlayback *self, const char *path, int stream, double start, double end, double pause_after)
{
  guint index;

  g_return_val_if_fail (self != NULL && path != NULL, 0);

  pthread_mutex_lock (&self->lock);
  index = myna_playlist_append (self->list, path, start, end, pause_after);
  myna_playlist_set_stream (self->list, index, stream);
  self->fed_all = FALSE;
  myna_feeder_ensure_running (self);
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
  return index;
}

/**
 * myna_playback_close_list:
 * @self: a playback
 *
 * No item comes any more: the end of the last one is the end.
 */
void
myna_playback_close_list (MynaPlayback *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  self->list_closed = TRUE;
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_playback_play:
 * @self: a playback
 * @device_id: which output, "" for the system's default, when it is not yet open
 *
 * Plays from the position on, or waits in silence for the next item. How it went is in the state.
 */
void
myna_playback_play (MynaPlayback *self, const char *device_id)
{
  g_return_if_fail (self != NULL && device_id != NULL);

  pthread_mutex_lock (&self->lock);
  if (self->error != NULL)
    {
      g_clear_pointer (&self->error, g_free);
      seek_locked (self, self->reached);
    }
  set_running_locked (self, TRUE);
  if (!self->open_wanted)
    {
      OpenRequest *request = g_new (OpenRequest, 1);

      self->open_wanted = TRUE;
      *request =
          (OpenRequest) { myna_playback_ref (self), g_strdup (device_id), ++self->open_serial };
      myna_portaudio_post (open_on_sound_thread, request);
    }
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_playback_pause:
 * @self: a playback
 *
 * Is silent and stays where it is.
 */
void
myna_playback_pause (MynaPlayback *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  set_running_locked (self, FALSE);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_playback_seek:
 * @self: a playback
 * @position: seconds of the list
 *
 * Goes on from @position.
 */
void
myna_playback_seek (MynaPlayback *self, double position)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  seek_locked (self, MAX (position, 0));
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_playback_close:
 * @self: a playback
 *
 * Is silent and closes the device; the position stays.
 */
void
myna_playback_close (MynaPlayback *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->lock);
  set_running_locked (self, FALSE);
  close_locked (self);
  pthread_mutex_unlock (&self->lock);
}

/* With the lock. */
static void
watch_device (MynaPlayback *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->output == NULL || !self->open_wanted)
    return;
  /* When this thread did not run either, it was the machine that stood still. */
  if (now - self->looked_at > LOST / 2)
    self->awake_since = now;
  self->looked_at = now;
  if (!myna_output_has_died (self->output) &&
      (now - self->opened_at < TIME_TO_START || now - self->awake_since < LOST ||
       now - myna_output_get_called_at (self->output) < LOST))
    return;
  if (self->running)
    g_set_str (&self->error, _ ("The sound output stopped working. Connect it again, or choose "
                                "another one, and play again."));
  set_running_locked (self, FALSE);
  close_locked (self);
}

/* With the lock. */
static gboolean
has_ended (MynaPlayback *self)
{
  if (!self->running || !self->list_closed)
    return FALSE;
  if (myna_playlist_get_length (self->list) == 0)
    return TRUE;
  return self->output != NULL && self->fed_all && self->fed_serial == self->seek_serial &&
         myna_output_get_heard (self->output, g_get_monotonic_time ()) >= self->fed_end;
}

/**
 * myna_playback_get_state:
 * @self: a playback
 * @state: (out caller-allocates): cleared with myna_playback_state_clear ()
 */
void
myna_playback_get_state (MynaPlayback *self, MynaPlaybackState *state)
{
  double offset;

  g_return_if_fail (self != NULL && state != NULL);

  pthread_mutex_lock (&self->lock);
  watch_device (self);
  state->open = self->open_wanted;
  state->busy = myna_playlist_find_unmeasured (self->list) >= 0;
  state->position = get_position_locked (self);
  state->duration = myna_playlist_get_duration (self->list);
  state->item = myna_playlist_locate (self->list, state->position, &offset);
  state->error = g_strdup (self->error);
  state->ended = has_ended (self);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_playback_state_clear:
 * @state: a state from myna_playback_get_state ()
 */
void
myna_playback_state_clear (MynaPlaybackState *state)
{
  g_return_if_fail (state != NULL);
  g_clear_pointer (&state->error, g_free);
}

/**
 * myna_playback_release:
 * @self: (nullable) (transfer full): a playback
 *
 * Has everything closed and freed on the other threads.
 */
void
myna_playback_release (MynaPlayback *self)
{
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  set_running_locked (self, FALSE);
  close_locked (self);
  self->quit = TRUE;
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
  myna_playback_unref (self);
}
