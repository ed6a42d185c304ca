/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-limiter.h"

#include <math.h>
#include <string.h>

/* Long enough that the gain moves without a click, short enough to be masked by the peak itself. */
#define LOOK_AHEAD_SECONDS 0.005
/* Speech recovers between syllables without pumping inside them. */
#define RELEASE_SECONDS 0.08

#define MAX_CHANNELS 8

/*
 * The gain that each frame needs is lowered to the least of the look-ahead (a sliding minimum), let
 * rise slowly again, and averaged over the look-ahead. Every value in that average is at or below
 * the need of the frame that leaves, so the ceiling holds exactly, and the gain has no steps.
 */
struct _MynaLimiter
{
  int channels;
  gsize window; /* frames of look-ahead */
  double ceiling;
  double gain;
  double release; /* share of the way back per frame */

  float *delay;     /* ring of window frames, gain applied */
  double *averaged; /* ring of window gains that are in the average */
  double sum;
  gsize at; /* in both rings */

  /* The sliding minimum: needs that may still become the least, rising; a ring. */
  double *needs;
  guint64 *need_frames;
  gsize first_need;
  gsize n_needs;

  double smoothed;
  guint64 n_in;
  guint64 n_out;
};

/**
 * myna_limiter_new:
 * @rate: Hz
 * @channels: 1 to 8 channels; all get the same gain
 * @ceiling_db: the highest level that may leave, such as %MYNA_LIMITER_CEILING_DB
 *
 * Returns: (transfer full): the limiter
 */
MynaLimiter *
myna_limiter_new (int rate, int channels, double ceiling_db)
{
  MynaLimiter *self = NULL;

  g_return_val_if_fail (rate > 0 && channels > 0 && channels <= MAX_CHANNELS, NULL);

  self = g_new0 (MynaLimiter, 1);
  self->channels = channels;
  self->window = (gsize) MAX (1, (int) (LOOK_AHEAD_SECONDS * rate));
  self->ceiling = pow (10, ceiling_db / 20);
  self->gain = 1;
  self->release = 1 - exp (-1 / (RELEASE_SECONDS * rate));
  self->delay = g_new0 (float, self->window *(gsize) channels);
  self->averaged = g_new (double, self->window);
  for (gsize i = 0; i < self->window; i++)
    self->averaged[i] = 1;
  self->sum = (double) self->window;
  self->needs = g_new (double, self->window + 1);
  self->need_frames = g_new (guint64, self->window + 1);
  self->smoothed = 1;
  return self;
}

/**
 * myna_limiter_set_gain:
 * @gain_db: dB by which everything is made louder first, from now on; see myna_loudness_gain_db ()
 */
void
myna_limiter_set_gain (MynaLimiter *self, double gain_db)
{
  g_return_if_fail (self != NULL);

  self->gain = pow (10, gain_db / 20);
}

/* The least need of the last window + 1 frames, after adding that of the newest (a monotonic
 * queue). */
static double
least_need (MynaLimiter *self, double need)
{
  gsize size = self->window + 1;
  gsize last;

  if (self->n_needs > 0 && self->need_frames[self->first_need] + self->window < self->n_in)
    {
      self->first_need = (self->first_need + 1) % size;
      self->n_needs--;
    }
  while (self->n_needs > 0 && self->needs[(self->first_need + self->n_needs - 1) % size] >= need)
    self->n_needs--;
  last = (self->first_need + self->n_needs) % size;
  self->needs[last] = need;
  self->need_frames[last] = self->n_in;
  self->n_needs++;
  return self->needs[self->first_need];
}

/* Takes in the need of the newest frame and gives the gain for the one that leaves. */
static double
next_gain (MynaLimiter *self, double need)
{
  double least = least_need (self, need);

  if (least < self->smoothed)
    self->smoothed = least;
  else
    self->smoothed += (least - self->smoothed) * self->release;
  self->sum += self->smoothed - self->averaged[self->at];
  self->averaged[self->at] = self->smoothed;
  /* Adding up rounding errors for hours must not lift the average. */
  if (self->at == 0)
    {
      self->sum = 0;
      for (gsize i = 0; i < self->window; i++)
        self->sum += self->averaged[i];
    }
  return MIN (self->sum / (double) self->window, 1);
}

static double
need_of_frame (MynaLimiter *self, const float *frame)
{
  double peak = 0;

  for (int c = 0; c < self->channels; c++)
    peak = MAX (peak, fabs ((double) frame[c]));
  return peak > self->ceiling ? self->ceiling / peak : 1;
}

/* Puts a frame in and appends the one that is window frames older, once there is one. */
static void
push (MynaLimiter *self, const float *in, GArray *out)
{
  float *slot = self->delay + self->at * (gsize) self->channels;
  float frame[MAX_CHANNELS];
  double gain;

  for (int c = 0; c < self->channels; c++)
    frame[c] = isfinite (in[c]) ? (float) (in[c] * self->gain) : 0;
  gain = next_gain (self, need_of_frame (self, frame));
  if (self->n_in >= self->window)
    {
      for (int c = 0; c < self->channels; c++)
        /* The clamp takes the last bit of rounding only. */
        slot[c] = (float) CLAMP (slot[c] * gain, -self->ceiling, self->ceiling);
      g_array_append_vals (out, slot, (guint) self->channels);
      self->n_out++;
    }
  memcpy (slot, frame, sizeof (float) * (gsize) self->channels);
  self->n_in++;
  self->at = (self->at + 1) % self->window;
}

/**
 * myna_limiter_process:
 * @interleaved: (array): samples
 * @n_frames: samples per channel
 * @out: (element-type float): the frames that are ready are appended here
 *
 * Takes frames in; they come out 5 ms later.
 */
void
myna_limiter_process (MynaLimiter *self, const float *interleaved, gsize n_frames, GArray *out)
{
  g_return_if_fail (self != NULL && out != NULL);
  g_return_if_fail (interleaved != NULL || n_frames == 0);

  for (gsize i = 0; i < n_frames; i++)
    push (self, interleaved + i * (gsize) self->channels, out);
}

/**
 * myna_limiter_flush:
 * @out: (element-type float): the last frames are appended here
 *
 * Ends the sound: as many frames have come out then as went in. The limiter is as new after it.
 */
void
myna_limiter_flush (MynaLimiter *self, GArray *out)
{
  const float silence[MAX_CHANNELS] = { 0 };
  guint64 n_in;

  g_return_if_fail (self != NULL && out != NULL);

  n_in = self->n_in;
  while (self->n_out < n_in)
    push (self, silence, out);
  self->n_in = self->n_out = 0;
  self->n_needs = 0;
  self->smoothed = 1;
  self->sum = (double) self->window;
  for (gsize i = 0; i < self->window; i++)
    self->averaged[i] = 1;
}

/**
 * myna_limiter_free:
 * @self: (transfer full) (nullable): the limiter
 */
void
myna_limiter_free (MynaLimiter *self)
{
  if (self == NULL)
    return;
  g_free (self->need_frames);
  g_free (self->needs);
  g_free (self->averaged);
  g_free (self->delay);
  g_free (self);
}
