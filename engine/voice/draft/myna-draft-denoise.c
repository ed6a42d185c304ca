/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/voice/draft/myna-draft-denoise.h"
#include "engine/audio/myna-fft.h"

/* Wiener filter with the decision-directed estimate of Ephraim and Malah; the constants are those
 * measured in spec draft-voice, section 7. */

#define OVERLAP 4
#define QUIET_PART 12 /* noise is the mean of one in so many frames, the quietest */
#define OVERESTIMATE 1.5f
#define SMOOTHING 0.96f
#define MIN_GAIN 0.12f
#define CANCEL_EVERY 256

typedef struct
{
  const float *samples;
  gsize n_samples;
  gsize size;
  gsize hop;
  gsize n_bins;
  gsize n_frames;
  float *window;
  MynaFft *fft;
} Stft;

/* Transforms frame @t, whose first sample is (t - OVERLAP + 1) * hop, so that every sample is in
 * OVERLAP frames. */
static void
transform_frame (Stft *self, gsize t)
{
  float *time = myna_fft_get_time (self->fft);
  gsize lead = (OVERLAP - 1) * self->hop;

  for (gsize i = 0; i < self->size; i++)
    {
      gsize at = t * self->hop + i;

      time[i] = at >= lead && at - lead < self->n_samples
                    ? self->samples[at - lead] * self->window[i]
                    : 0.0f;
    }
  myna_fft_forward (self->fft);
}

static int
compare_floats (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* The mean power spectrum of the quietest frames that hold any signal. */
static void
estimate_noise (Stft *self, float *noise)
{
  const float *spectrum = myna_fft_get_spectrum (self->fft);
  g_autofree float *energy = g_new (float, self->n_frames);
  g_autofree float *sorted = g_new (float, self->n_frames);
  gsize n_sorted = 0, n = 0;
  float limit = 0;

  for (gsize t = 0; t < self->n_frames; t++)
    {
      gsize first = t * self->hop;
      float sum = 0;

      energy[t] = 0;
      /* Frames that reach over an end look quiet and are not. */
      if (t < OVERLAP - 1 || first + self->hop > self->n_samples)
        continue;
      first -= (OVERLAP - 1) * self->hop;
      for (gsize i = first; i < first + self->size; i++)
        sum += self->samples[i] * self->samples[i];
      energy[t] = sum;
      if (sum > 0)
        sorted[n_sorted++] = sum;
    }
  memset (noise, 0, self->n_bins * sizeof (float));
  if (n_sorted == 0)
    return;
  qsort (sorted, n_sorted, sizeof (float), compare_floats);
  limit = sorted[n_sorted / QUIET_PART];
  for (gsize t = 0; t < self->n_frames; t++)
    {
      if (energy[t] <= 0 || energy[t] > limit)
        continue;
      transform_frame (self, t);
      for (gsize k = 0; k < self->n_bins; k++)
        noise[k] += spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
      n++;
    }
  for (gsize k = 0; k < self->n_bins; k++)
    noise[k] *= OVERESTIMATE / (float) n;
}

/* Scales the spectrum of one frame; @clean is the last frame's clean-to-noise ratio. */
static void
filter_frame (Stft *self, const float *noise, float *clean)
{
  float *spectrum = myna_fft_get_spectrum (self->fft);

  for (gsize k = 0; k < self->n_bins; k++)
    {
      float re = spectrum[2 * k], im = spectrum[2 * k + 1];
      float posterior = (re * re + im * im) / (noise[k] + 1e-20f);
      float prior = SMOOTHING * clean[k] + (1 - SMOOTHING) * MAX (posterior - 1, 0.0f);
      float gain = MAX (prior / (1 + prior), MIN_GAIN);

      clean[k] = MIN (gain * gain * posterior, 1e12f);
      spectrum[2 * k] = re * gain;
      spectrum[2 * k + 1] = im * gain;
    }
}

static gboolean
filter_all (Stft *self, const float *noise, float *out, GCancellable *cancellable, GError **error)
{
  const float *time = myna_fft_get_time (self->fft);
  g_autofree float *clean = g_new0 (float, self->n_bins);
  gsize lead = (OVERLAP - 1) * self->hop;
  float scale = 2.0f / 3.0f; /* 1 / the sum of four squared Hann windows */

  for (gsize t = 0; t < self->n_frames; t++)
    {
      if (t % CANCEL_EVERY == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      transform_frame (self, t);
      filter_frame (self, noise, clean);
      myna_fft_inverse (self->fft);
      for (gsize i = 0; i < self->size; i++)
        {
          gsize at = t * self->hop + i;

          if (at >= lead && at - lead < self->n_samples)
            out[at - lead] += scale * self->window[i] * time[i];
        }
    }
  return TRUE;
}

/**
 * myna_draft_denoise:
 * @samples: (inout): the signal, replaced by the filtered one
 * @n_samples: its length
 * @format: its format
 * @cancellable: (nullable): to stop early; @samples are then unchanged
 * @error: set when cancelled
 *
 * Reduces steady noise by up to 18 dB, taking the quietest moments for the noise. Worker thread.
 *
 * Returns: %FALSE when cancelled
 */
gboolean
myna_draft_denoise (float *samples,
                    gsize n_samples,
                    const MynaDraftFormat *format,
                    GCancellable *cancellable,
                    GError **error)
{
  gsize size = (gsize) format->fft / 2;
  Stft self = { samples, n_samples, size, size / OVERLAP, size / 2 + 1, 0, NULL, NULL };
  g_autofree float *window = g_new (float, size);
  g_autofree float *noise = g_new (float, self.n_bins);
  g_autofree float *out = g_new0 (float, n_samples);
  g_autoptr (MynaFft) fft = myna_fft_new ((int) size);

  for (gsize i = 0; i < size; i++)
    window[i] = (float) (0.5 - 0.5 * cos (2 * G_PI * (double) i / (double) size));
  self.n_frames = (n_samples + self.hop - 1) / self.hop + OVERLAP - 1;
  self.window = window;
  self.fft = fft;
  estimate_noise (&self, noise);
  if (!filter_all (&self, noise, out, cancellable, error))
    return FALSE;
  memcpy (samples, out, n_samples * sizeof (float));
  return TRUE;
}
