/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-output.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* A busy disk or decoder may take this long without being heard. */
#define RING_SECONDS 1
/* Sound begins and ends over this time, so that pause and seek do not click. */
#define FADE_SECONDS 0.01
/* What a device may claim as its delay; more is a wrong time stamp. */
#define MAX_LATENCY 2.0

struct _MynaOutput
{
  int ref_count; /* atomic */
  MynaRing *ring;
  int rate;
  double latency; /* seconds, where the device tells nothing better */

  /* To the callback. */
  atomic_bool running;
  _Atomic guint held; /* silent until released with the same serial */
  _Atomic guint released;
  _Atomic guint64 skip_to; /* ring position: what is before must not be heard */

  /* The callback's own. */
  float gain;
  guint64 n_silent; /* frames of silence since the last frame of the ring */

  /* From the callback; consistent when the version is even and unchanged. */
  _Atomic guint version;
  _Atomic guint64 played; /* ring position */
  _Atomic guint64 silent; /* n_silent */
  _Atomic gint64 called_at;
  atomic_bool died;
  _Atomic gint64 delay; /* microseconds from the callback until its last frame is in the air */
};

/**
 * myna_output_new:
 * @rate: of the device
 * @channels: of the device
 * @latency: seconds, as the device says
 *
 * Returns: (transfer full): a silent output
 */
MynaOutput *
myna_output_new (int rate, int channels, double latency)
{
  MynaOutput *self;

  g_return_val_if_fail (rate > 0 && channels > 0, NULL);

  self = g_new0 (MynaOutput, 1);
  self->ref_count = 1;
  self->ring = myna_ring_new ((gsize) rate * RING_SECONDS, channels);
  self->rate = rate;
  self->latency = latency;
  return self;
}

/**
 * myna_output_ref:
 * @self: an output
 *
 * Returns: (transfer full): @self
 */
MynaOutput *
myna_output_ref (MynaOutput *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * myna_output_unref:
 * @self: (transfer full): an output
 */
void
myna_output_unref (MynaOutput *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  myna_ring_free (self->ring);
  g_free (self);
}

/* Until the end of this buffer is in the air; the device knows when its start will be. */
static gint64
get_delay (MynaOutput *self, const PaStreamCallbackTimeInfo *times, unsigned long n_frames)
{
  double delay = times != NULL ? times->outputBufferDacTime - times->currentTime : 0;

  if (delay > 0 && delay < MAX_LATENCY)
    delay += (double) n_frames / self->rate;
  else
    delay = self->latency;
  return (gint64) (delay * G_USEC_PER_SEC);
}

static void
publish (MynaOutput *self, gint64 delay)
{
  atomic_fetch_add (&self->version, 1);
  atomic_store (&self->played, myna_ring_get_read (self->ring));
  atomic_store (&self->silent, self->n_silent);
  atomic_store (&self->called_at, g_get_monotonic_time ());
  atomic_store (&self->delay, delay);
  atomic_fetch_add (&self->version, 1);
}

static void
skip (MynaOutput *self)
{
  guint64 before = myna_ring_get_read (self->ring);

  myna_ring_skip_to (self->ring, atomic_load (&self->skip_to));
  if (myna_ring_get_read (self->ring) != before)
    self->gain = 0;
}

static void
fade (MynaOutput *self, float *frames, gsize n_frames, int channels, float target, float step)
{
  for (gsize i = 0; i < n_frames; i++)
    {
      self->gain =
          target > self->gain ? MIN (self->gain + step, target) : MAX (self->gain - step, target);
      for (int c = 0; c < channels; c++)
        frames[i * (gsize) channels + (gsize) c] *= self->gain;
    }
}

/**
 * myna_output_callback:
 * @user_data: a #MynaOutput
 *
 * PortAudio's callback: no locks, no allocation. What a pause leaves in the ring is heard after it.
 */
int
myna_output_callback (const void *input,
                      void *output,
                      unsigned long n_frames,
                      const PaStreamCallbackTimeInfo *times,
                      PaStreamCallbackFlags flags,
                      void *user_data)
{
  MynaOutput *self = user_data;
  int channels = myna_ring_get_channels (self->ring);
  float *frames = output;
  float step = (float) (1.0 / (FADE_SECONDS * self->rate));
  guint held = atomic_load (&self->held);
  float target = 0;
  gsize n = n_frames;

  if (atomic_load (&self->running) && atomic_load (&self->released) == held)
    target = 1;
  if (n_frames == 0)
    {
      atomic_store (&self->died, TRUE);
      return paContinue;
    }
  skip (self);
  if (target == 0)
    n = MIN (n, (gsize) ceilf (self->gain / step));
  n = myna_ring_read (self->ring, frames, n);
  memset (frames + n * (gsize) channels, 0, (n_frames - n) * (gsize) channels * sizeof (float));
  fade (self, frames, n, channels, target, step);
  self->n_silent = n < n_frames ? (n > 0 ? 0 : self->n_silent) + (n_frames - n) : 0;
  if (n < n_frames)
    self->gain = 0;
  publish (self, get_delay (self, times, n_frames));
  return paContinue;
}

/**
 * myna_output_get_ring:
 * @self: an output
 *
 * Returns: (transfer none): what is played; one thread writes to it
 */
MynaRing *
myna_output_get_ring (MynaOutput *self)
{
  return self->ring;
}

/**
 * myna_output_get_rate:
 * @self: an output
 *
 * Returns: frames a second
 */
int
myna_output_get_rate (MynaOutput *self)
{
  return self->rate;
}

/**
 * myna_output_set_running:
 * @self: an output
 * @running: whether to play, else silence
 *
 * Any thread.
 */
void
myna_output_set_running (MynaOutput *self, gboolean running)
{
  atomic_store (&self->running, running);
}

/**
 * myna_output_hold:
 * @self: an output
 * @serial: of a seek
 *
 * Is silent until the feeding thread has released the same serial. Any thread.
 */
void
myna_output_hold (MynaOutput *self, guint serial)
{
  atomic_store (&self->held, serial);
}

/**
 * myna_output_drop:
 * @self: an output
 *
 * What was written until now is not heard any more. The feeding thread only.
 *
 * Returns: the ring position from which on it is heard
 */
guint64
myna_output_drop (MynaOutput *self)
{
  guint64 written = myna_ring_get_written (self->ring);

  atomic_store (&self->skip_to, written);
  return written;
}

/**
 * myna_output_release:
 * @self: an output
 * @serial: of a seek
 *
 * Ends the silence since myna_output_hold () with the same serial. Any thread.
 */
void
myna_output_release (MynaOutput *self, guint serial)
{
  atomic_store (&self->released, serial);
}

/**
 * myna_output_get_heard:
 * @self: an output
 * @now: monotonic time
 *
 * Any thread.
 *
 * Returns: the ring position that is in the air at @now
 */
guint64
myna_output_get_heard (MynaOutput *self, gint64 now)
{
  guint version;
  guint64 played;
  guint64 silent;
  gint64 called_at;
  gint64 underway;

  do
    {
      version = atomic_load (&self->version);
      played = atomic_load (&self->played);
      silent = atomic_load (&self->silent);
      called_at = atomic_load (&self->called_at);
      underway = atomic_load (&self->delay);
    }
  while (version % 2 != 0 || version != atomic_load (&self->version));
  underway = (underway - (now - called_at)) * self->rate / (gint64) G_USEC_PER_SEC;
  underway -= (gint64) silent;
  return played - MIN ((guint64) MAX (underway, 0), played);
}

/**
 * myna_output_has_died:
 * @self: an output
 *
 * Returns: whether the device has gone away. Any thread.
 */
gboolean
myna_output_has_died (MynaOutput *self)
{
  return atomic_load (&self->died);
}

/**
 * myna_output_get_called_at:
 * @self: an output
 *
 * Returns: monotonic time at which the device last asked for sound, 0 when it never did. Any
 * thread.
 */
gint64
myna_output_get_called_at (MynaOutput *self)
{
  return atomic_load (&self->called_at);
}
