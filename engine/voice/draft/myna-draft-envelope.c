/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/voice/draft/myna-draft-envelope.h"
#include "engine/audio/myna-fft.h"
#include "engine/voice/draft/myna-draft-vector.h"

#define UNVOICED_HZ 180.0
#define POWER_FLOOR                                                                                \
  1e-10f /* a sample's, 64 dB below the lowest speech: keeps logarithms finite                     \
          */

struct _MynaDraftCode
{
  int n_bins;
  int n_mel;
  int n_cep;
  float *cosine;                     /* n_cep rows of n_mel, orthonormal DCT */
  float mel_bin[MYNA_DRAFT_MAX_MEL]; /* mel points in bins */
  int first_bin[MYNA_DRAFT_MAX_MEL]; /* of a point's triangle */
  int n_weights[MYNA_DRAFT_MAX_MEL];
  float *weights[MYNA_DRAFT_MAX_MEL];
};

static double
mel_of_hz (double hz)
{
  return 2595 * log10 (1 + hz / 700);
}

static double
hz_of_mel (double mel)
{
  return 700 * (pow (10, mel / 2595) - 1);
}

/* The weights of the bins around mel point @m, which sum to one. */
static void
make_triangle (MynaDraftCode *self, int m)
{
  double middle = self->mel_bin[m];
  double left = m > 0 ? self->mel_bin[m - 1] : middle - 1;
  double right = m + 1 < self->n_mel ? self->mel_bin[m + 1] : middle + 1;
  int first = MAX ((int) ceil (left), 0);
  int last = MIN ((int) floor (right), self->n_bins - 1);
  double sum = 0;

  self->first_bin[m] = first;
  self->n_weights[m] = last - first + 1;
  self->weights[m] = g_new0 (float, last - first + 1);
  for (int pass = 0; pass < 2; pass++)
    for (int k = first; k <= last; k++)
      {
        double weight = k < middle ? (k - left) / (middle - left) : (right - k) / (right - middle);

        if (pass == 0)
          sum += weight;
        else
          self->weights[m][k - first] = (float) (weight / sum);
      }
}

/**
 * myna_draft_code_new:
 * @format: the format
 *
 * Returns: (transfer full): the code's tables
 */
MynaDraftCode *
myna_draft_code_new (const MynaDraftFormat *format)
{
  MynaDraftCode *self = g_new0 (MynaDraftCode, 1);
  double top = mel_of_hz (format->top_hz);

  self->n_bins = myna_draft_format_n_bins (format);
  self->n_mel = format->n_mel;
  self->n_cep = format->n_cep;
  for (int m = 0; m < self->n_mel; m++)
    self->mel_bin[m] =
        (float) (hz_of_mel (top * m / (self->n_mel - 1)) * format->fft / format->rate);
  self->mel_bin[self->n_mel - 1] = (float) (format->top_hz * format->fft / format->rate);
  for (int m = 0; m < self->n_mel; m++)
    make_triangle (self, m);
  self->cosine = g_new (float, self->n_cep * self->n_mel);
  for (int c = 0; c < self->n_cep; c++)
    for (int m = 0; m < self->n_mel; m++)
      self->cosine[c * self->n_mel + m] = (float) (sqrt ((c > 0 ? 2.0 : 1.0) / self->n_mel) *
                                                   cos (G_PI * c * (m + 0.5) / self->n_mel));
  return self;
}

/**
 * myna_draft_code_free:
 * @self: (nullable) (transfer full): a code
 */
void
myna_draft_code_free (MynaDraftCode *self)
{
  if (self == NULL)
    return;
  for (int m = 0; m < self->n_mel; m++)
    g_free (self->weights[m]);
  g_free (self->cosine);
  g_free (self);
}

/**
 * myna_draft_code_encode:
 * @self: a code
 * @envelope: fft / 2 + 1 natural logarithms of power
 * @cep: (out caller-allocates): n_cep cepstra
 */
void
myna_draft_code_encode (const MynaDraftCode *self, const float *envelope, float *cep)
{
  float mel[MYNA_DRAFT_MAX_MEL];

  for (int m = 0; m < self->n_mel; m++)
    mel[m] = myna_draft_dot (envelope + self->first_bin[m], self->weights[m],
                             (gsize) self->n_weights[m]);
  for (int c = 0; c < self->n_cep; c++)
    cep[c] = myna_draft_dot (self->cosine + c * self->n_mel, mel, (gsize) self->n_mel);
}

/**
 * myna_draft_code_decode:
 * @self: a code
 * @cep: n_cep cepstra
 * @envelope: (out caller-allocates): fft / 2 + 1 natural logarithms of power
 *
 * Linear in @cep: the difference of two envelopes is the envelope of the difference.
 */
void
myna_draft_code_decode (const MynaDraftCode *self, const float *cep, float *envelope)
{
  float mel[MYNA_DRAFT_MAX_MEL] = { 0 };
  int bin = 0;

  for (int c = 0; c < self->n_cep; c++)
    myna_draft_add_scaled (mel, self->cosine + c * self->n_mel, cep[c], (gsize) self->n_mel);
  for (int m = 0; m + 1 < self->n_mel; m++)
    {
      float slope = (mel[m + 1] - mel[m]) / (self->mel_bin[m + 1] - self->mel_bin[m]);

      for (; bin < self->n_bins && (float) bin <= self->mel_bin[m + 1]; bin++)
        envelope[bin] = mel[m] + slope * ((float) bin - self->mel_bin[m]);
    }
  for (; bin < self->n_bins; bin++)
    envelope[bin] = mel[self->n_mel - 1];
}

struct _MynaDraftEnvelope
{
  const MynaDraftFormat *format;
  MynaFft *fft;
  double *sum; /* running sum of the power spectrum, mirrored beyond both ends */
};

/**
 * myna_draft_envelope_new:
 * @format: the format
 *
 * Returns: (transfer full): an envelope estimator
 */
MynaDraftEnvelope *
myna_draft_envelope_new (const MynaDraftFormat *format)
{
  MynaDraftEnvelope *self = g_new0 (MynaDraftEnvelope, 1);

  self->format = format;
  self->fft = myna_fft_new (format->fft);
  self->sum = g_new (double, format->fft + 8);
  return self;
}

/**
 * myna_draft_envelope_free:
 * @self: (nullable) (transfer full): an envelope estimator
 */
void
myna_draft_envelope_free (MynaDraftEnvelope *self)
{
  if (self == NULL)
    return;
  myna_fft_free (self->fft);
  g_free (self->sum);
  g_free (self);
}

/* Puts three periods around @centre into the transform, Hann-windowed, without their mean, scaled
 * so that the power spectrum is that of a sample. */
static void
take_window (
    MynaDraftEnvelope *self, const float *samples, gsize n_samples, double centre, double f0)
{
  float *time = myna_fft_get_time (self->fft);
  float window[2 * MYNA_DRAFT_MAX_BINS];
  int half = MIN ((int) (1.5 * self->format->rate / f0), self->format->fft / 2 - 1);
  gint64 middle = (gint64) floor (centre + 0.5);
  int size = 2 * half + 1;
  double sum = 0, weight = 0, square = 0;

  memset (time, 0, sizeof (float) * (gsize) self->format->fft);
  for (int i = 0; i < size; i++)
    {
      gint64 at = middle + i - half;

      window[i] = 0.5f + 0.5f * cosf ((float) G_PI * (float) (i - half) / (float) (half + 1));
      time[i] = at >= 0 && at < (gint64) n_samples ? samples[at] : 0.0f;
      sum += window[i] * time[i];
      weight += window[i];
      square += window[i] * window[i];
    }
  for (int i = 0; i < size; i++)
    time[i] = (time[i] - (float) (sum / weight)) * window[i] * (float) (1 / sqrt (square));
}

/* The log of the power spectrum smoothed over 2/3 F0, with which the power of the pulses of a
 * voiced sound no longer depends on where the window lies (CheapTrick). */
static void
smooth_power (MynaDraftEnvelope *self, double f0, float *envelope)
{
  const float *spectrum = myna_fft_get_spectrum (self->fft);
  int half_fft = self->format->fft / 2;
  double width = MAX (f0 * 2 / 3 * self->format->fft / self->format->rate, 1.0);
  double half = width / 2;
  int margin = (int) half + 2;
  double *sum = self->sum;
  double total = 0;

  /* sum[i] is the power of bins -margin … i - margin - 1. */
  sum[0] = 0;
  for (int i = 0; i < half_fft + 1 + 2 * margin; i++)
    {
      int bin = ABS (i - margin);
      float re, im;

      bin = bin > half_fft ? 2 * half_fft - bin : bin;
      re = spectrum[2 * bin];
      im = spectrum[2 * bin + 1];
      total += re * re + im * im;
      sum[i + 1] = total;
    }
  for (int k = 0; k <= half_fft; k++)
    {
      double low = k + 0.5 - half + margin, high = k + 0.5 + half + margin;
      int l = (int) low, h = (int) high;
      double power = sum[h] + (high - h) * (sum[h + 1] - sum[h]) -
                     (sum[l] + (low - l) * (sum[l + 1] - sum[l]));

      envelope[k] = logf ((float) (power / width) + POWER_FLOOR);
    }
}

/* Removes what remains of the harmonics and restores the peaks that smoothing flattened. */
static void
lifter (MynaDraftEnvelope *self, double f0, float *envelope)
{
  float *time = myna_fft_get_time (self->fft);
  float *spectrum = myna_fft_get_spectrum (self->fft);
  int n = self->format->fft;
  int half = n / 2;

  memcpy (time, envelope, sizeof (float) * (gsize) (half + 1));
  for (int i = 1; i < half; i++)
    time[n - i] = time[i];
  myna_fft_forward (self->fft);
  time[0] = spectrum[0] / (float) n;
  for (int i = 1; i <= half; i++)
    {
      float x = (float) (G_PI * f0 * i / self->format->rate);
      float s = sinf (x), c = 1 - 2 * s * s; /* cos (2x) */
      float value = spectrum[2 * i] / (float) n * s / x * (1.3f - 0.3f * c);

      time[i] = value;
      time[n - i] = value;
    }
  myna_fft_forward (self->fft);
  for (int i = 0; i <= half; i++)
    envelope[i] = spectrum[2 * i];
}

/**
 * myna_draft_envelope_frame:
 * @self: an envelope estimator
 * @samples: a signal
 * @n_samples: its length
 * @centre: where in it, in samples
 * @f0: its pitch there in Hz, 0 = unvoiced
 * @envelope: (out caller-allocates): fft / 2 + 1 natural logarithms of power
 *
 * The spectral envelope at one instant, free of the harmonics of the pitch (spec draft-voice,
 * section 2.4, after M. Morise's CheapTrick). Outside of the signal there is silence.
 */
void
myna_draft_envelope_frame (MynaDraftEnvelope *self,
                           const float *samples,
                           gsize n_samples,
                           double centre,
                           double f0,
                           float *envelope)
{
  double hz = CLAMP (f0 > 0 ? f0 : UNVOICED_HZ, 50.0, 1000.0);

  take_window (self, samples, n_samples, centre, hz);
  myna_fft_forward (self->fft);
  smooth_power (self, hz, envelope);
  lifter (self, hz, envelope);
}
