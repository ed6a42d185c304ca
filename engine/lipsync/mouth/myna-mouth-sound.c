/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-sound.h"

#include <math.h>
#include <string.h>

#include "engine/audio/myna-audio-reader.h"
#include "engine/lipsync/mouth/myna-mouth-sound-private.h"
#include "engine/audio/myna-fft.h"

/* Everything is analysed at this rate; a mouth's sounds lie below 8 kHz. */
#define RATE 16000
#define HOP (RATE / MYNA_MOUTH_SOUND_RATE)
/* 32 ms: two periods of a deep voice, short against a closure. */
#define WINDOW 512
#define FFT_SIZE 1024
#define N_BINS (FFT_SIZE / 2 + 1)
#define BIN_HZ ((double) RATE / FFT_SIZE)
#define BLOCK 16384

#define N_BANDS 16
#define LOWEST_BAND_HZ 80.0
#define HIGHEST_BAND_HZ 7600.0
/* -100 dB of full scale: digital silence has a finite logarithm. */
#define POWER_FLOOR 1e-10

#define LOWEST_PITCH 65.0
#define HIGHEST_PITCH 450.0

/* Formants by linear prediction of the spectrum below 4 kHz, i.e. at 8 kHz. */
#define FORMANT_HZ 4000.0
#define LPC_ORDER 10
#define FORMANT_STEP_HZ 25.0
#define LOWEST_FORMANT_STEP 6    /* 150 Hz */
#define HIGHEST_FORMANT_STEP 116 /* 2900 Hz */
#define MOST_FIRST_HZ 1100
#define LEAST_SECOND_HZ 700
#define LEAST_SPACING_HZ 250
#define N_LOW_BINS 256 /* up to FORMANT_HZ */
#define N_STEPS 160    /* of FORMANT_STEP_HZ up to FORMANT_HZ */

struct _MynaMouthSound
{
  gatomicrefcount references;
  double duration;
  double speech;
  GArray *frames; /* MynaMouthSoundFrame */
};

/* The state of one pass over the samples. */
typedef struct
{
  MynaFft *fft;
  float shape[WINDOW];
  float shape_correlation[WINDOW];
  float bands[N_BANDS][N_BINS];
  float cosines[MYNA_MOUTH_SOUND_CEPSTRA][N_BANDS];
  double bin_cosines[2 * N_LOW_BINS];
  double step_cosines[2 * N_STEPS];
  double step_sines[2 * N_STEPS];
  float window[WINDOW];
  float power[N_BINS];
  float bright[3]; /* level above 1 kHz of the newest frames, dB */
  gsize filled;
  guint64 n_samples;
  GArray *frames;
} Analysis;

static double
to_mel (double hz)
{
  return 1127 * log (1 + hz / 700);
}

static double
from_mel (double mel)
{
  return 700 * (exp (mel / 1127) - 1);
}

static void
init_bands (Analysis *self)
{
  double low = to_mel (LOWEST_BAND_HZ);
  double step = (to_mel (HIGHEST_BAND_HZ) - low) / (N_BANDS + 1);

  for (int b = 0; b < N_BANDS; b++)
    {
      double left = from_mel (low + b * step);
      double centre = from_mel (low + (b + 1) * step);
      double right = from_mel (low + (b + 2) * step);

      for (int i = 0; i < N_BINS; i++)
        {
          double hz = i * BIN_HZ;
          double rise = (hz - left) / (centre - left);
          double fall = (right - hz) / (right - centre);

          self->bands[b][i] = (float) MAX (MIN (rise, fall), 0);
        }
    }
  for (int k = 0; k < MYNA_MOUTH_SOUND_CEPSTRA; k++)
    for (int b = 0; b < N_BANDS; b++)
      self->cosines[k][b] =
          (float) (cos (G_PI * k * (b + 0.5) / N_BANDS) * sqrt ((k == 0 ? 1.0 : 2.0) / N_BANDS));
}

static void
init_waves (Analysis *self)
{
  for (int i = 0; i < 2 * N_LOW_BINS; i++)
    self->bin_cosines[i] = cos (G_PI * i / N_LOW_BINS);
  for (int i = 0; i < 2 * N_STEPS; i++)
    {
      self->step_cosines[i] = cos (G_PI * i / N_STEPS);
      self->step_sines[i] = sin (G_PI * i / N_STEPS);
    }
}

/* The spectrum buffer's power goes back to the time buffer as the autocorrelation. */
static void
correlate (Analysis *self)
{
  float *spectrum = myna_fft_get_spectrum (self->fft);

  for (int i = 0; i < N_BINS; i++)
    {
      /* Pitch and its first harmonics only. */
      spectrum[2 * i] = i * BIN_HZ < 1200 ? self->power[i] : 0;
      spectrum[2 * i + 1] = 0;
    }
  myna_fft_inverse (self->fft);
}

static void
transform (Analysis *self, const float *window)
{
  float *time = myna_fft_get_time (self->fft);
  float *spectrum = myna_fft_get_spectrum (self->fft);

  memset (time, 0, FFT_SIZE * sizeof (float));
  for (int i = 0; i < WINDOW; i++)
    time[i] = window[i] * self->shape[i];
  myna_fft_forward (self->fft);
  for (int i = 0; i < N_BINS; i++)
    self->power[i] = spectrum[2 * i] * spectrum[2 * i] + spectrum[2 * i + 1] * spectrum[2 * i + 1];
}

static Analysis *
analysis_new (void)
{
  Analysis *self = g_new0 (Analysis, 1);
  float *time = NULL;

  self->fft = myna_fft_new (FFT_SIZE);
  self->frames = g_array_new (FALSE, FALSE, sizeof (MynaMouthSoundFrame));
  init_bands (self);
  init_waves (self);
  for (int i = 0; i < WINDOW; i++)
    {
      self->shape[i] = (float) (0.5 - 0.5 * cos (2 * G_PI * (i + 0.5) / WINDOW));
      self->window[i] = 1;
    }
  /* What a pure window gives at each lag; dividing by it undoes the fall towards long lags. */
  transform (self, self->window);
  correlate (self);
  time = myna_fft_get_time (self->fft);
  for (int lag = 0; lag < WINDOW; lag++)
    self->shape_correlation[lag] = MAX (time[lag] / time[0], 0.05f);
  memset (self->window, 0, sizeof self->window);
  /* The first frame's middle is the start of the file. */
  self->filled = WINDOW / 2;
  return self;
}

static void
analysis_free (Analysis *self)
{
  myna_fft_free (self->fft);
  g_clear_pointer (&self->frames, g_array_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Analysis, analysis_free)

static double
sum_power (Analysis *self, double from_hz, double to_hz)
{
  double sum = 0;

  for (int i = (int) (from_hz / BIN_HZ); i < MIN (to_hz / BIN_HZ, N_BINS); i++)
    sum += (double) self->power[i];
  return sum;
}

static double
decibel (double power)
{
  return 10 * log10 (MAX (power, POWER_FLOOR));
}

static void
measure_cepstra (Analysis *self, MynaMouthSoundFrame *frame)
{
  float levels[N_BANDS];

  for (int b = 0; b < N_BANDS; b++)
    {
      double sum = 0;

      for (int i = 0; i < N_BINS; i++)
        sum += (double) (self->bands[b][i] * self->power[i]);
      levels[b] = (float) log (sum / WINDOW + 1e-8);
    }
  for (int k = 0; k < MYNA_MOUTH_SOUND_CEPSTRA; k++)
    {
      frame->cepstra[k] = 0;
      for (int b = 0; b < N_BANDS; b++)
        frame->cepstra[k] += self->cosines[k][b] * levels[b];
    }
}

/* Linear prediction from the power spectrum below FORMANT_HZ; FALSE in silence. */
static gboolean
predict (Analysis *self, double a[LPC_ORDER + 1])
{
  double r[LPC_ORDER + 1] = { 0 };
  double error;

  for (int k = 0; k <= LPC_ORDER; k++)
    for (int i = 0; i <= N_LOW_BINS; i++)
      {
        /* 6 dB an octave of pre-emphasis: the glottis falls by that much. */
        double power = (double) self->power[i] * i * i;

        r[k] += power * self->bin_cosines[k * i % (2 * N_LOW_BINS)];
      }
  if (r[0] < 1e-6)
    return FALSE;
  error = r[0] * 1.0001;
  memset (a, 0, (LPC_ORDER + 1) * sizeof *a);
  a[0] = 1;
  for (int m = 1; m <= LPC_ORDER; m++)
    {
      double reflection = r[m];
      double before[LPC_ORDER + 1];

      for (int i = 1; i < m; i++)
        reflection += a[i] * r[m - i];
      reflection /= -error;
      memcpy (before, a, sizeof before);
      for (int i = 1; i < m; i++)
        a[i] += reflection * before[m - i];
      a[m] = reflection;
      error *= 1 - reflection * reflection;
      if (error <= 0)
        return FALSE;
    }
  return TRUE;
}

static double
get_envelope (Analysis *self, const double a[LPC_ORDER + 1], int step)
{
  double re = 0, im = 0;

  for (int k = 0; k <= LPC_ORDER; k++)
    {
      re += a[k] * self->step_cosines[k * step % (2 * N_STEPS)];
      im += a[k] * self->step_sines[k * step % (2 * N_STEPS)];
    }
  return 1 / (re * re + im * im + 1e-12);
}

/* Peaks of the prediction's envelope: the first where a mouth's first resonance can be, and the
 * strongest where the second can be (a weak one between is a harmonic). */
static void
measure_formants (Analysis *self, MynaMouthSoundFrame *frame)
{
  double a[LPC_ORDER + 1];
  double before = 0, now = 0, strongest = 0;

  if (!predict (self, a))
    return;
  for (int step = LOWEST_FORMANT_STEP; step <= HIGHEST_FORMANT_STEP; step++)
    {
      double next = get_envelope (self, a, step);
      float hz = (float) (step - 1) * (float) FORMANT_STEP_HZ;
      gboolean peak = now > before && now >= next;

      if (peak && frame->first <= 0 && hz < MOST_FIRST_HZ)
        frame->first = hz;
      else if (peak && hz > frame->first + LEAST_SPACING_HZ && hz > LEAST_SECOND_HZ &&
               now > strongest)
        {
          frame->second = hz;
          strongest = now;
        }
      before = now;
      now = next;
    }
}

static float
measure_voicing (Analysis *self)
{
  const float *time = myna_fft_get_time (self->fft);
  float best = 0;

  correlate (self);
  if (time[0] <= 0)
    return 0;
  for (int lag = (int) (RATE / HIGHEST_PITCH); lag <= (int) (RATE / LOWEST_PITCH); lag++)
    best = MAX (best, time[lag] / time[0] / self->shape_correlation[lag]);
  return CLAMP (best, 0, 1);
}

static void
analyse_frame (Analysis *self)
{
  MynaMouthSoundFrame frame = { 0 };
  double total, bright;

  transform (self, self->window);
  total = sum_power (self, 60, RATE / 2) + 1e-9;
  bright = decibel (sum_power (self, 1000, RATE / 2) / (WINDOW * 96.0));
  measure_cepstra (self, &frame);
  /* A Hann window of N samples at full scale sums to N² 3/16 over the half spectrum. */
  frame.level = (float) MAX (decibel (total / (FFT_SIZE / 2 * WINDOW * 3.0 / 8)), -100);
  frame.low = (float) (sum_power (self, 60, 500) / total);
  frame.high = (float) (sum_power (self, 3000, RATE / 2) / total);
  frame.onset = self->frames->len >= 2 ? (float) bright - self->bright[0] : 0;
  self->bright[0] = self->bright[1];
  self->bright[1] = (float) bright;
  measure_formants (self, &frame);
  frame.voicing = frame.level > -70 ? measure_voicing (self) : 0;
  g_array_append_val (self->frames, frame);
}

static void
analysis_push (Analysis *self, const float *samples, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      float x = samples[i];

      self->window[self->filled++] = isfinite (x) ? CLAMP (x, -8.0f, 8.0f) : 0;
      if (self->filled < WINDOW)
        continue;
      analyse_frame (self);
      memmove (self->window, self->window + HOP, (WINDOW - HOP) * sizeof (float));
      self->filled = WINDOW - HOP;
    }
  self->n_samples += n;
}

static MynaMouthSound *
analysis_finish (Analysis *self)
{
  MynaMouthSound *sound = g_new0 (MynaMouthSound, 1);
  float zeros[WINDOW] = { 0 };
  guint64 n_samples = self->n_samples;
  guint n_frames = (guint) ((n_samples + HOP - 1) / HOP);

  analysis_push (self, zeros, WINDOW);
  g_array_set_size (self->frames, MIN (n_frames, self->frames->len));
  g_atomic_ref_count_init (&sound->references);
  sound->duration = (double) n_samples / RATE;
  sound->frames = g_steal_pointer (&self->frames);
  sound->speech = myna_mouth_sound_mark_speech (
      (MynaMouthSoundFrame *) (gpointer) sound->frames->data, sound->frames->len);
  return sound;
}

/**
 * myna_mouth_sound_load:
 * @path: (type filename): any audio or video file
 * @cancellable: (nullable): looked at each second of sound
 *
 * Analyses the best audio stream, block by block, so that only the features are in memory. Time 0
 * is where the file begins to play. Blocking, any thread but the main one.
 *
 * Returns: (transfer full) (nullable): the analysis; errors as of myna_audio_reader_open ()
 */
MynaMouthSound *
myna_mouth_sound_load (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (MynaAudioReader) reader = NULL;
  g_autoptr (Analysis) analysis = NULL;
  g_autofree float *block = NULL;
  gssize n = 0;

  g_return_val_if_fail (path != NULL, NULL);

  reader = myna_audio_reader_open (path, -1, RATE, 1, error);
  if (reader == NULL)
    return NULL;
  myna_audio_reader_set_cancellable (reader, cancellable);
  analysis = analysis_new ();
  block = g_new (float, BLOCK);
  do
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      n = myna_audio_reader_read (reader, block, BLOCK, error);
      if (n < 0)
        return NULL;
      analysis_push (analysis, block, (gsize) n);
    }
  while (n > 0);
  return analysis_finish (analysis);
}

/**
 * myna_mouth_sound_new:
 * @samples: (array length=n_samples): mono, -1 … 1
 * @n_samples: their number
 *
 * Analyses samples in memory, at the 16 kHz that everything is analysed at.
 *
 * Returns: (transfer full): the analysis
 */
MynaMouthSound *
myna_mouth_sound_new (const float *samples, gsize n_samples)
{
  g_autoptr (Analysis) analysis = NULL;

  g_return_val_if_fail (samples != NULL || n_samples == 0, NULL);

  analysis = analysis_new ();
  analysis_push (analysis, samples, n_samples);
  return analysis_finish (analysis);
}

/**
 * myna_mouth_sound_ref:
 *
 * Returns: (transfer full): @self
 */
MynaMouthSound *
myna_mouth_sound_ref (MynaMouthSound *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * myna_mouth_sound_unref:
 * @self: (transfer full): an analysis
 */
void
myna_mouth_sound_unref (MynaMouthSound *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_array_unref (self->frames);
  g_free (self);
}

/**
 * myna_mouth_sound_get_duration:
 *
 * Returns: seconds
 */
double
myna_mouth_sound_get_duration (MynaMouthSound *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->duration;
}

/**
 * myna_mouth_sound_get_speech:
 *
 * Returns: seconds in which somebody speaks
 */
double
myna_mouth_sound_get_speech (MynaMouthSound *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->speech;
}

/**
 * myna_mouth_sound_get_frames:
 * @n_frames: (out): their number
 *
 * Returns: (transfer none) (array length=n_frames): a frame each 10 ms, the first at time 0
 */
const MynaMouthSoundFrame *
myna_mouth_sound_get_frames (MynaMouthSound *self, gsize *n_frames)
{
  g_return_val_if_fail (self != NULL && n_frames != NULL, NULL);

  *n_frames = self->frames->len;
  return (const MynaMouthSoundFrame *) (gconstpointer) self->frames->data;
}
