/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-spectrum.h"

#include "engine/audio/myna-fft.h"

#include <math.h>

/* ---- resampling ---- */

#define CROSSINGS 6
#define ROLLOFF 0.99

/* The kernels of all positions that a new sample can have between two old ones. */
typedef struct
{
  int old_step, new_step; /* rates without their common factor */
  int width;              /* taps before the old sample that a cycle begins with */
  int n_taps;
  float *taps; /* [new_step][n_taps] */
} Kernels;

static int
common_factor (int a, int b)
{
  return b == 0 ? a : common_factor (b, a % b);
}

static void
make_kernels (Kernels *k, int rate, int new_rate)
{
  int factor = common_factor (rate, new_rate);
  double cutoff;

  k->old_step = rate / factor;
  k->new_step = new_rate / factor;
  cutoff = MIN (k->old_step, k->new_step) * ROLLOFF; /* in cycles of both */
  k->width = (int) ceil (CROSSINGS * k->old_step / cutoff);
  k->n_taps = 2 * k->width + 2;
  k->taps = g_new0 (float, (gsize) k->new_step *(gsize) k->n_taps);
  for (int phase = 0; phase < k->new_step; phase++)
    {
      double place = (double) phase / k->new_step; /* in cycles after the first old sample */
      int before = (int) floor (place * k->old_step);

      for (int tap = 0; tap < k->n_taps; tap++)
        {
          double old = (double) (before + tap - k->width) / k->old_step;
          double t = (old - place) * cutoff;
          double window = fabs (t) < CROSSINGS ? cos (t * G_PI / CROSSINGS / 2) : 0;
          double sinc = fabs (t) < 1e-12 ? 1 : sin (G_PI * t) / (G_PI * t);

          k->taps[(gsize) phase * (gsize) k->n_taps + (gsize) tap] =
              (float) (sinc * window * window * cutoff / k->old_step);
        }
    }
}

/**
 * myna_gsv_resample:
 * @samples: mono signal
 * @n_samples: its length
 * @rate: its rate, Hz
 * @new_rate: the rate wanted, Hz
 * @n_resampled: (out): n_samples · new_rate / rate, rounded up
 *
 * Convolves with a sinc under Hann's window, 6 zero crossings to each side, cut off at 0.99 of the
 * lower rate's half: the resampling that the networks were trained with (spec gpt-sovits, sections
 * 5.1 and golden case "spectrum"). Outside the signal is silence.
 *
 * Returns: (transfer full): the new samples, for g_free(); at least one is allocated
 */
float *
myna_gsv_resample (
    const float *samples, gsize n_samples, int rate, int new_rate, gsize *n_resampled)
{
  Kernels k;
  float *out;
  gsize n;

  g_return_val_if_fail (samples != NULL || n_samples == 0, NULL);
  g_return_val_if_fail (rate > 0 && new_rate > 0 && n_resampled != NULL, NULL);

  make_kernels (&k, rate, new_rate);
  n = (n_samples * (gsize) k.new_step + (gsize) k.old_step - 1) / (gsize) k.old_step;
  out = g_new0 (float, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    {
      gsize cycle = i / (gsize) k.new_step, phase = i % (gsize) k.new_step;
      gsize old = cycle * (gsize) k.old_step + phase * (gsize) k.old_step / (gsize) k.new_step;
      const float *taps = k.taps + phase * (gsize) k.n_taps;
      gint64 first = (gint64) old - k.width;
      gint64 from = MAX (first, 0), to = MIN (first + k.n_taps, (gint64) n_samples);
      float sum = 0;

      for (gint64 j = from; j < to; j++)
        sum += samples[j] * taps[j - first];
      out[i] = sum;
    }
  g_free (k.taps);
  *n_resampled = n;
  return out;
}

/* ---- the linear spectrogram ---- */

#define SPECTROGRAM_WINDOW 2048
#define SPECTROGRAM_PAD ((SPECTROGRAM_WINDOW - MYNA_GSV_HOP) / 2)

/* The signal continued by its mirror image at both ends, the end itself not repeated. */
static float
reflected (const float *samples, gint64 n, gint64 i)
{
  if (i < 0)
    i = -i;
  if (i >= n)
    i = 2 * (n - 1) - i;
  return samples[i];
}

/**
 * myna_gsv_spectrogram:
 * @samples: mono signal at 32 kHz
 * @n_samples: its length, at least MYNA_GSV_SPECTROGRAM_LEAST
 * @n_bins: how many of the 1025 bins to keep: 704, or all for version 1
 * @n_frames: (out): number of frames, 50 a second
 *
 * Magnitudes √(re² + im² + 1e-8) of 2048 points under Hann's periodic window every 640 samples, the
 * ends reflected, frames not centred (spec gpt-sovits, section 4.8).
 *
 * Returns: (transfer full) (nullable): [n_frames, n_bins] for g_free(); %NULL when the signal is
 *   too short
 */
float *
myna_gsv_spectrogram (const float *samples, gsize n_samples, int n_bins, gsize *n_frames)
{
  g_autoptr (MynaFft) fft = NULL;
  g_autofree float *window = g_new (float, SPECTROGRAM_WINDOW);
  float *out, *time;
  const float *bins;

  g_return_val_if_fail (samples != NULL && n_frames != NULL, NULL);
  g_return_val_if_fail (n_bins > 0 && n_bins <= MYNA_GSV_MAX_BINS, NULL);

  *n_frames = 0;
  if (n_samples < MYNA_GSV_SPECTROGRAM_LEAST)
    return NULL;
  fft = myna_fft_new (SPECTROGRAM_WINDOW);
  time = myna_fft_get_time (fft);
  bins = myna_fft_get_spectrum (fft);
  for (int i = 0; i < SPECTROGRAM_WINDOW; i++)
    window[i] = (float) (0.5 - 0.5 * cos (2 * G_PI * i / SPECTROGRAM_WINDOW));
  *n_frames = (n_samples + 2 * SPECTROGRAM_PAD - SPECTROGRAM_WINDOW) / MYNA_GSV_HOP + 1;
  out = g_new (float, *n_frames *(gsize) n_bins);
  for (gsize frame = 0; frame < *n_frames; frame++)
    {
      gint64 start = (gint64) frame * MYNA_GSV_HOP - SPECTROGRAM_PAD;

      for (int i = 0; i < SPECTROGRAM_WINDOW; i++)
        time[i] = window[i] * reflected (samples, (gint64) n_samples, start + i);
      myna_fft_forward (fft);
      for (int bin = 0; bin < n_bins; bin++)
        {
          float re = bins[2 * bin], im = bins[2 * bin + 1];

          out[frame * (gsize) n_bins + (gsize) bin] = sqrtf (re * re + im * im + 1e-8f);
        }
    }
  return out;
}

/* ---- the filter bank ---- */

#define FBANK_WINDOW 400
#define FBANK_HOP 160
#define FBANK_POINTS 512
#define FBANK_FLOOR 1.1920929e-7f /* FLT_EPSILON */

static double
mel_of (double hertz)
{
  return 1127 * log (1 + hertz / 700);
}

/* Triangles that are straight in mel, between 20 and 8000 Hz: [MYNA_GSV_BANDS][FBANK_POINTS / 2].
 */
static float *
make_bands (void)
{
  float *bands = g_new (float, MYNA_GSV_BANDS *FBANK_POINTS / 2);
  double low = mel_of (20), step = (mel_of (8000) - low) / (MYNA_GSV_BANDS + 1);

  for (int band = 0; band < MYNA_GSV_BANDS; band++)
    for (int bin = 0; bin < FBANK_POINTS / 2; bin++)
      {
        double mel = mel_of ((double) bin * MYNA_GSV_SPEAKER_RATE / FBANK_POINTS);
        double place = (mel - low) / step - band; /* 0, 1, 2: left foot, top, right foot */

        bands[band * FBANK_POINTS / 2 + bin] = (float) CLAMP (1 - fabs (place - 1), 0, 1);
      }
  return bands;
}

/* Without its mean, with the treble raised, under Povey's window; zeros to the end. */
static void
prepare_frame (const float *samples, const float *window, float *time)
{
  float mean = 0, last;

  for (int i = 0; i < FBANK_WINDOW; i++)
    mean += samples[i];
  mean /= FBANK_WINDOW;
  last = samples[0] - mean; /* the first sample is its own predecessor */
  for (int i = 0; i < FBANK_WINDOW; i++)
    {
      float x = samples[i] - mean;

      time[i] = (x - 0.97f * last) * window[i];
      last = x;
    }
  for (int i = FBANK_WINDOW; i < FBANK_POINTS; i++)
    time[i] = 0;
}

/**
 * myna_gsv_fbank:
 * @samples: mono signal at 16 kHz, −1 … 1
 * @n_samples: its length, at least MYNA_GSV_FBANK_LEAST
 * @n_frames: (out): number of frames, 100 a second; only complete ones
 *
 * Kaldi's filter bank as the speaker network was trained with it: 80 bands, no dither, no
 * subtraction of a mean over time (spec gpt-sovits, section 4.6).
 *
 * Returns: (transfer full) (nullable): [n_frames, MYNA_GSV_BANDS] for g_free(); %NULL when the
 *   signal is too short
 */
float *
myna_gsv_fbank (const float *samples, gsize n_samples, gsize *n_frames)
{
  g_autoptr (MynaFft) fft = NULL;
  g_autofree float *bands = NULL;
  float window[FBANK_WINDOW], power[FBANK_POINTS / 2];
  const float *bins;
  float *out;

  g_return_val_if_fail (samples != NULL && n_frames != NULL, NULL);

  *n_frames = 0;
  if (n_samples < MYNA_GSV_FBANK_LEAST)
    return NULL;
  bands = make_bands ();
  fft = myna_fft_new (FBANK_POINTS);
  bins = myna_fft_get_spectrum (fft);
  for (int i = 0; i < FBANK_WINDOW; i++)
    window[i] = (float) pow (0.5 - 0.5 * cos (2 * G_PI * i / (FBANK_WINDOW - 1)), 0.85);
  *n_frames = (n_samples - FBANK_WINDOW) / FBANK_HOP + 1;
  out = g_new (float, *n_frames *MYNA_GSV_BANDS);
  for (gsize frame = 0; frame < *n_frames; frame++)
    {
      prepare_frame (samples + frame * FBANK_HOP, window, myna_fft_get_time (fft));
      myna_fft_forward (fft);
      for (int bin = 0; bin < FBANK_POINTS / 2; bin++)
        power[bin] = bins[2 * bin] * bins[2 * bin] + bins[2 * bin + 1] * bins[2 * bin + 1];
      for (int band = 0; band < MYNA_GSV_BANDS; band++)
        {
          float energy = 0;

          for (int bin = 0; bin < FBANK_POINTS / 2; bin++)
            energy += bands[band * FBANK_POINTS / 2 + bin] * power[bin];
          out[frame * MYNA_GSV_BANDS + (gsize) band] = logf (MAX (energy, FBANK_FLOOR));
        }
    }
  return out;
}
