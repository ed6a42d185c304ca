/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-playback.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "engine/audio/myna-audio-reader.h"
#include "engine/audio/myna-output.h"
#include "engine/audio/myna-playlist.h"
#include "engine/audio/myna-portaudio.h"

/* Enough that a busy machine does not stutter, little enough that a pause is felt as immediate. */
#define LATENCY_SECONDS 0.1
/* Decoded at once, so that what begins to sound does not stutter: a device takes its whole buffer
 * when it starts. */
#define CHUNK_SECONDS 0.25
#define MAX_CHANNELS 2
/* How often a full ring is looked at again. */
#define POLL_MS 20
/* A device that asks for nothing for this long is gone. At first it may take its time: a Bluetooth
 * headset connects, a sound server has some seconds of silence in its buffer. */
#define LOST (1 * G_USEC_PER_SEC)
#define TIME_TO_START (4 * G_USEC_PER_SEC)

struct _MynaPlayback
{
  int ref_count; /* atomic */

  /* Sound thread. */
  MynaSoundStream *stream;
  MynaOutput *stream_output; /* what its callback plays */

  /* Under lock. */
  pthread_mutex_t lock;
  pthread_cond_t wake;
  gboolean quit;
  gboolean feeding; /* the feeding thread was started */
  MynaPlaylist *list;
  gboolean list_closed;
  guint list_serial; /* counts the lists */
  MynaOutput *output;
  gint64 opened_at;
  gint64 looked_at; /* whether the device is still there */
  gint64 awake_since;
  gboolean open_wanted;
  guint open_serial; /* counts the requests to open */
  gboolean running;
  guint seek_serial; /* counts seeks, and what is like one: another list, another output */
  double seek_to;
  double reached; /* the position never runs back between seeks */
  char *error;

  /* What the feeding thread has done about the seek of fed_serial; under lock. */
  guint fed_serial;
  guint64 fed_from; /* ring position that is seek_to */
  gboolean fed_all;
  guint64 fed_end; /* ring position of the end of the last item, when fed_all */
};

/* The feeding thread's own. */
typedef struct
{
  MynaPlayback *playback;
  MynaOutput *output;
  gsize chunk;   /* frames */
  float *frames; /* room for a chunk */
  guint serial;
  int item; /* being fed, or fed last; -1: none */
  double item_offset;
  MynaAudioReader *reader;
  guint64 n_left; /* frames of the item */
  guint64 n_fed;  /* frames of the item, since item_offset */
  guint64 n_pause;
  guint64 item_end; /* ring position at which its sound ended */
} Feeder;

static MynaPlayback *
playback_ref (MynaPlayback *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

static void
playback_unref (MynaPlayback *self)
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

/* Feeding thread. */

static void
fail (Feeder *feeder, const GError *error)
{
  MynaPlayback *self = feeder->playback;

  pthread_mutex_lock (&self->lock);
  if (feeder->serial == self->seek_serial)
    {
      g_free (self->error);
      self->error = g_strdup (error->message);
      self->running = FALSE;
      if (self->output != NULL)
        myna_output_set_running (self->output, FALSE);
    }
  pthread_mutex_unlock (&self->lock);
}

static double
measure_file (const char *path, int stream, double start, GError **error)
{
  g_autoptr (MynaAudioReader) reader = myna_audio_reader_open (path, stream, 0, 0, error);

  return reader != NULL ? MAX (myna_audio_reader_get_duration (reader) - start, 0) : 0;
}

/* Finds out how long one item is that nobody knows of yet. A file that cannot be read counts as
 * empty until it is its turn to be played. */
static void
measure_item (MynaPlayback *self, int index)
{
  g_autofree char *path = NULL;
  int stream;
  double start;
  double duration;
  guint list_serial;

  pthread_mutex_lock (&self->lock);
  list_serial = self->list_serial;
  path = g_strdup (myna_playlist_get (self->list, (guint) index)->path);
  stream = myna_playlist_get (self->list, (guint) index)->stream;
  start = myna_playlist_get (self->list, (guint) index)->start;
  pthread_mutex_unlock (&self->lock);
  duration = measure_file (path, stream, start, NULL);
  pthread_mutex_lock (&self->lock);
  if (list_serial == self->list_serial)
    myna_playlist_set_duration (self->list, (guint) index, duration);
  pthread_mutex_unlock (&self->lock);
}

static void
leave_item (Feeder *feeder)
{
  g_clear_pointer (&feeder->reader, myna_audio_reader_free);
  feeder->n_left = 0;
  feeder->n_pause = 0;
}

/* Opens @item at @offset seconds. */
static void
enter_item (Feeder *feeder, int index, double offset)
{
  MynaPlayback *self = feeder->playback;
  MynaPlaylistItem item = { 0 };
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int rate = myna_output_get_rate (feeder->output);
  int channels = myna_ring_get_channels (myna_output_get_ring (feeder->output));

  leave_item (feeder);
  pthread_mutex_lock (&self->lock);
  if (feeder->serial == self->seek_serial)
    item = *myna_playlist_get (self->list, (guint) index);
  path = g_strdup (item.path);
  pthread_mutex_unlock (&self->lock);
  if (path == NULL)
    return;
  feeder->item = index;
  feeder->item_offset = offset;
  feeder->n_fed = 0;
  feeder->n_pause = (guint64) llrint ((item.pause_after - MAX (offset - item.duration, 0)) * rate);
  feeder->n_left =
      item.end > 0 ? (guint64) llrint (MAX (item.duration - offset, 0) * rate) : G_MAXUINT64;
  if (offset > 0 && offset >= item.duration)
    return;
  feeder->reader = myna_audio_reader_open (path, item.stream, rate, channels, &error);
  if (feeder->reader == NULL ||
      (item.start + offset > 0 &&
       !myna_audio_reader_seek (feeder->reader, item.start + offset, &error)))
    {
      g_clear_pointer (&feeder->reader, myna_audio_reader_free);
      fail (feeder, error);
    }
}

/* The item's sound has been fed: now it is known how long it really is. */
static void
finish_item (Feeder *feeder)
{
  MynaPlayback *self = feeder->playback;
  double length =
      feeder->item_offset + (double) feeder->n_fed / myna_output_get_rate (feeder->output);

  g_clear_pointer (&feeder->reader, myna_audio_reader_free);
  pthread_mutex_lock (&self->lock);
  if (feeder->serial == self->seek_serial)
    myna_playlist_set_duration (self->list, (guint) feeder->item, length);
  pthread_mutex_unlock (&self->lock);
}

static void
feed_item (Feeder *feeder, gsize room)
{
  MynaRing *ring = myna_output_get_ring (feeder->output);
  int channels = myna_ring_get_channels (ring);
  gsize wanted = (gsize) MIN (feeder->n_left, MIN (room, feeder->chunk));
  g_autoptr (GError) error = NULL;
  gsize n_read = 0;
  gssize n = 0;

  while (n_read < wanted &&
         (n = myna_audio_reader_read (feeder->reader, feeder->frames + n_read * (gsize) channels,
                                      wanted - n_read, &error)) > 0)
    n_read += (gsize) n;

  myna_ring_write (ring, feeder->frames, n_read);
  feeder->n_fed += n_read;
  feeder->n_left -= n_read;
  feeder->item_end = myna_ring_get_written (ring);
  if (n < 0)
    fail (feeder, error);
  if (n <= 0)
    finish_item (feeder);
}

static void
feed_pause (Feeder *feeder, gsize room)
{
  MynaRing *ring = myna_output_get_ring (feeder->output);
  gsize n = (gsize) MIN (feeder->n_pause, MIN (room, feeder->chunk));

  memset (feeder->frames, 0, n * (gsize) myna_ring_get_channels (ring) * sizeof (float));
  myna_ring_write (ring, feeder->frames, n);
  feeder->n_pause -= n;
}

static void
note_all_fed (Feeder *feeder)
{
  MynaPlayback *self = feeder->playback;

  pthread_mutex_lock (&self->lock);
  if (feeder->serial == self->seek_serial &&
      feeder->item + 1 == (int) myna_playlist_get_length (self->list))
    {
      self->fed_all = TRUE;
      self->fed_end = feeder->item_end;
    }
  pthread_mutex_unlock (&self->lock);
}

/* Begins anew where the last seek wants it. */
static void
begin (Feeder *feeder)
{
  MynaPlayback *self = feeder->playback;
  double offset = 0;
  int item = -1;
  gboolean stale;

  leave_item (feeder);
  pthread_mutex_lock (&self->lock);
  stale = feeder->serial != self->seek_serial;
  if (!stale)
    {
      item = myna_playlist_locate (self->list, self->seek_to, &offset);
      self->fed_from = myna_output_drop (feeder->output);
      self->fed_serial = feeder->serial;
      feeder->item_end = self->fed_from;
    }
  pthread_mutex_unlock (&self->lock);
  feeder->item = -1;
  if (item >= 0)
    enter_item (feeder, item, offset);
}

/* Does one small thing; FALSE when the ring is full. */
static gboolean
feed (Feeder *feeder)
{
  MynaRing *ring = myna_output_get_ring (feeder->output);
  gsize filled = (gsize) (myna_ring_get_written (ring) - myna_ring_get_read (ring));
  gsize room = myna_ring_get_capacity (ring) - filled;

  if (room < feeder->chunk)
    return FALSE;
  if (feeder->reader != NULL)
    feed_item (feeder, room);
  else if (feeder->n_pause > 0)
    feed_pause (feeder, room);
  else
    enter_item (feeder, feeder->item + 1, 0);
  return TRUE;
}

static void
wait_locked (MynaPlayback *self, gboolean for_room)
{
  struct timespec until;

  if (!for_room)
    {
      pthread_cond_wait (&self->wake, &self->lock);
      return;
    }
  clock_gettime (CLOCK_REALTIME, &until);
  until.tv_nsec += POLL_MS * 1000 * 1000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  pthread_cond_timedwait (&self->wake, &self->lock, &until);
}

typedef enum
{
  TASK_WAIT,
  TASK_MEASURE,
  TASK_BEGIN,
  TASK_FEED,
  TASK_QUIT,
} FeederTask;

/* With the lock. Follows a change of the output. */
static void
take_output (Feeder *feeder)
{
  MynaPlayback *self = feeder->playback;

  if (feeder->output == self->output)
    return;
  leave_item (feeder);
  g_clear_pointer (&feeder->output, myna_output_unref);
  g_clear_pointer (&feeder->frames, g_free);
  if (self->output == NULL)
    return;
  feeder->output = myna_output_ref (self->output);
  feeder->chunk = (gsize) (CHUNK_SECONDS * myna_output_get_rate (feeder->output));
  feeder->frames = g_new (
      float, feeder->chunk *(gsize) myna_ring_get_channels (myna_output_get_ring (self->output)));
}

/* With the lock. Lengths come first: without them a seek does not know where it goes. */
static FeederTask
choose_task (Feeder *feeder, int *unmeasured)
{
  MynaPlayback *self = feeder->playback;

  take_output (feeder);
  *unmeasured = myna_playlist_find_unmeasured (self->list);
  if (self->quit)
    return TASK_QUIT;
  if (*unmeasured >= 0)
    return TASK_MEASURE;
  if (feeder->output == NULL)
    return TASK_WAIT;
  if (self->fed_serial != self->seek_serial)
    {
      feeder->serial = self->seek_serial;
      return TASK_BEGIN;
    }
  if (self->error != NULL)
    return TASK_WAIT;
  if (feeder->reader != NULL || feeder->n_pause > 0 ||
      feeder->item + 1 < (int) myna_playlist_get_length (self->list))
    return TASK_FEED;
  return TASK_WAIT;
}

/* With the lock. After a seek nothing sounds before there is enough to go on with, or all. */
static void
release_when_ready (Feeder *feeder, FeederTask task, gboolean full)
{
  MynaPlayback *self = feeder->playback;
  guint64 written;

  if (feeder->output == NULL || self->fed_serial != self->seek_serial)
    return;
  written = myna_ring_get_written (myna_output_get_ring (feeder->output));
  if (full || task == TASK_WAIT || written - self->fed_from >= feeder->chunk)
    myna_output_release (feeder->output, self->fed_serial);
}

static FeederTask
next_task (Feeder *feeder, gboolean full, int *unmeasured)
{
  MynaPlayback *self = feeder->playback;
  FeederTask task;

  pthread_mutex_lock (&self->lock);
  for (;;)
    {
      task = choose_task (feeder, unmeasured);
      release_when_ready (feeder, task, full);
      if (task != TASK_WAIT && !(task == TASK_FEED && full))
        break;
      wait_locked (self, task == TASK_FEED);
      full = FALSE;
    }
  pthread_mutex_unlock (&self->lock);
  return task;
}

static void *
feeding_thread (void *user_data)
{
  Feeder feeder = { .playback = user_data, .item = -1 };
  gboolean full = FALSE;
  gboolean quit = FALSE;

  while (!quit)
    {
      int unmeasured = -1;
      FeederTask task = next_task (&feeder, full, &unmeasured);

      full = FALSE;
      if (task == TASK_MEASURE)
        measure_item (feeder.playback, unmeasured);
      else if (task == TASK_BEGIN)
        begin (&feeder);
      else if (task == TASK_FEED)
        full = !feed (&feeder);
      if (feeder.output != NULL && feeder.reader == NULL && feeder.item >= 0)
        note_all_fed (&feeder);
      quit = task == TASK_QUIT;
    }
  leave_item (&feeder);
  g_clear_pointer (&feeder.output, myna_output_unref);
  g_free (feeder.frames);
  playback_unref (feeder.playback);
  return NULL;
}

/* With the lock. The thread has a reference of its own, so that nobody has to wait for its end. */
static void
ensure_feeding (MynaPlayback *self)
{
  pthread_t thread;
  int failed;

  if (self->feeding)
    return;
  failed = pthread_create (&thread, NULL, feeding_thread, playback_ref (self));
  self->feeding = failed == 0;
  if (self->feeding)
    {
      pthread_setname_np (thread, "myna-play");
      pthread_detach (thread);
      return;
    }
  playback_unref (self);
  g_set_str (&self->error, g_strerror (failed));
}

/* Sound thread. */

typedef struct
{
  MynaPlayback *playback;
  char *device_id;
  guint serial;
} OpenRequest;

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
  return myna_sound_stream_start (self->stream, myna_output_callback, self->stream_output, error);
}

static void
drop_stream (MynaPlayback *self)
{
  g_clear_pointer (&self->stream, myna_sound_stream_close);
  g_clear_pointer (&self->stream_output, myna_output_unref);
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
  playback_unref (self);
}

static void
close_on_sound_thread (gpointer user_data)
{
  MynaPlayback *self = user_data;

  g_assert (self != NULL);

  drop_stream (self);
  playback_unref (self);
}

/* The caller's thread. */

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
  myna_portaudio_post (close_on_sound_thread, playback_ref (self));
}

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
  ensure_feeding (self);
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
      *request = (OpenRequest) { playback_ref (self), g_strdup (device_id), ++self->open_serial };
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
  playback_unref (self);
}
