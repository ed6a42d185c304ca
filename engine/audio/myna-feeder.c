/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-feeder.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "engine/audio/myna-audio-reader.h"
#include "engine/audio/myna-playback-private.h"

/* Decoded at once, so that what begins to sound does not stutter: a device takes its whole buffer
 * when it starts. */
#define CHUNK_SECONDS 0.25
/* How often a full ring is looked at again. */
#define POLL_MS 20

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
measure_file (const char *path, int stream, double start)
{
  g_autoptr (MynaAudioReader) reader = myna_audio_reader_open (path, stream, 0, 0, NULL);

  return reader != NULL ? MAX (myna_audio_reader_get_duration (reader) - start, 0) : 0;
}

/* Finds out how long one item is that nobody knows of yet. A file that cannot be read counts as
 * empty until it is its turn to be played. */
static void
measure_item (MynaPlayback *self, int index)
{
  MynaPlaylistItem item = { 0 };
  g_autofree char *path = NULL;
  double duration;
  guint list_serial;

  pthread_mutex_lock (&self->lock);
  list_serial = self->list_serial;
  if ((guint) index < myna_playlist_get_length (self->list))
    item = *myna_playlist_get (self->list, (guint) index);
  path = g_strdup (item.path);
  pthread_mutex_unlock (&self->lock);
  if (path == NULL)
    return;
  duration = measure_file (path, item.stream, item.start);
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
  feeder->n_pause =
      (guint64) llrint ((item.pause_after - MAX (offset - MAX (item.duration, 0), 0)) * rate);
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

/* With the lock. Without the lengths of what comes before it, nobody knows where a seek goes. */
static gboolean
can_begin (MynaPlayback *self, int unmeasured)
{
  double offset;

  return unmeasured < 0 || unmeasured > myna_playlist_locate (self->list, self->seek_to, &offset) ||
         self->seek_to <= 0;
}

static gboolean
has_more_to_feed (Feeder *feeder)
{
  MynaPlayback *self = feeder->playback;

  if (feeder->output == NULL || self->error != NULL)
    return FALSE;
  return feeder->reader != NULL || feeder->n_pause > 0 ||
         feeder->item + 1 < (int) myna_playlist_get_length (self->list);
}

/* With the lock. Sound comes first; how long later items are is found out while the ring is @full.
 */
static FeederTask
choose_task (Feeder *feeder, gboolean full, int *unmeasured)
{
  MynaPlayback *self = feeder->playback;

  take_output (feeder);
  *unmeasured = myna_playlist_find_unmeasured (self->list);
  if (self->quit)
    return TASK_QUIT;
  if (feeder->output != NULL && self->fed_serial != self->seek_serial)
    {
      feeder->serial = self->seek_serial;
      return can_begin (self, *unmeasured) ? TASK_BEGIN : TASK_MEASURE;
    }
  if (!full && has_more_to_feed (feeder))
    return TASK_FEED;
  return *unmeasured >= 0 ? TASK_MEASURE : TASK_WAIT;
}

/* With the lock. After a seek nothing sounds before there is enough to go on with, or all. */
static void
release_when_ready (Feeder *feeder, gboolean at_once)
{
  MynaPlayback *self = feeder->playback;
  guint64 written;

  if (feeder->output == NULL || self->fed_serial != self->seek_serial)
    return;
  written = myna_ring_get_written (myna_output_get_ring (feeder->output));
  if (at_once || written - self->fed_from >= feeder->chunk)
    myna_output_release (feeder->output, self->fed_serial);
}

static FeederTask
next_task (Feeder *feeder, gboolean full, int *unmeasured)
{
  MynaPlayback *self = feeder->playback;
  FeederTask task;

  pthread_mutex_lock (&self->lock);
  while ((task = choose_task (feeder, full, unmeasured)) == TASK_WAIT)
    {
      release_when_ready (feeder, TRUE);
      wait_locked (self, full);
      full = FALSE;
    }
  release_when_ready (feeder, full);
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
  myna_playback_unref (feeder.playback);
  return NULL;
}

/**
 * myna_feeder_ensure_running:
 * @self: a playback, whose lock is held
 *
 * Starts the feeding thread when there is none. It has a reference of its own, so that nobody has
 * to wait for its end.
 */
void
myna_feeder_ensure_running (MynaPlayback *self)
{
  pthread_t thread;
  int failed;

  if (self->feeding)
    return;
  failed = pthread_create (&thread, NULL, feeding_thread, myna_playback_ref (self));
  self->feeding = failed == 0;
  if (self->feeding)
    {
      pthread_setname_np (thread, "myna-play");
      pthread_detach (thread);
      return;
    }
  myna_playback_unref (self);
  g_set_str (&self->error, g_strerror (failed));
}
