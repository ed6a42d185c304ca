/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-speech-meter.h"

#include <ebur128.h>
#include <libavutil/mem.h>
#include <libavutil/tx.h>
#include <math.h>
#include <string.h>

#include "engine/audio/myna-loudness.h"

/* Frames: long enough for three periods of a deep voice. */
#define WINDOW_SECONDS 0.040
#define HOP_SECONDS 0.020

#define BLOCK_FRAMES 1024
/* Louder than +30 dBFS is damage. */
#define MAX_SAMPLE 32.0f

/* Digital silence and a faint hum have equal samples too. */
#define QUIET_RAIL 0.01f

/* Levels are counted in steps of half a dB from -100 dBFS. */
#define LOWEST_DB -100.0
#define STEPS_PER_DB 2
#define N_LEVELS (100 * STEPS_PER_DB + 1)
/* Spectra are summed per 5 dB of level and 100 Hz. */
#define N_CLASSES 21
#define BAND_HZ 100.0
#define N_BANDS 240

/* Pitch: range of voices, and the strength (normalised autocorrelation) that noise does not reach.
 */
#define LOWEST_PITCH 65.0
#define HIGHEST_PITCH 500.0
#define PITCH_BAND_LOW 60.0
#define PITCH_BAND_HIGH 1200.0
#define VOICED_STRENGTH 0.6
/* Relative change of pitch from frame to frame that a voice seldom stays below. */
#define STEADY_CHANGE 0.003

/* Consonants and short closures around voiced sound belong to the speech. */
#define NEAR_VOICED_FRAMES 10
#define NEAR_LOUD_FRAMES 3
#define N_RECENT (2 * NEAR_VOICED_FRAMES + 1)

/* Digital silence within speech is the work of a noise gate; longer runs are padding. */
#define SILENCE_DB -92.0
#define LONGEST_GATE_FRAMES 50

/* The quietest frames are the noise between the words. So few, because a fluent reader leaves few
 * pauses; with white noise added at 10 … 30 dB this finds the SNR within 1.5 dB. */
#define NOISE_SHARE 0.03
#define LOUD_SHARE 0.98

/* The threshold of speech, relative to the loud frames: draft-voice section 3a. */
#define OVER_NOISE_DB 9.0
#define LOWEST_THRESHOLD -40.0
#define HIGHEST_THRESHOLD -18.0
/* Less than this between the quiet and the loud frames is one steady sound. */
#define LEAST_RANGE_DB 6.0

/* Speech above the telephone band is at most this far below that within it. */
#define BANDWIDTH_DB 58.0

typedef struct
{
  double level;
  gboolean voiced;
} Frame;

struct _MynaSpeechMeter
{
  int rate;
  int channels;
  guint64 n_frames; /* samples per channel */

  ebur128_state *loudness;
  float *clean; /* a block of the input without values that have no meaning */

  /* Clipping, per channel. */
  float peak;
  float *last;
  guint *run;
  guint64 n_clipped;

  /* The frame being filled: mono, without DC. */
  float *window_shape;
  float *window;
  gsize window_length;
  gsize hop;
  gsize filled;
  double dc_in;
  double dc_out;
  double dc_pole;

  /* Spectrum, and the autocorrelation of its low part at a low rate. */
  AVTXContext *forward;
  AVTXContext *inverse;
  av_tx_fn forward_fn;
  av_tx_fn inverse_fn;
  float *time;
  AVComplexFloat *spectrum;
  AVComplexFloat *low_power;
  float *correlation;
  float *window_correlation;
  int fft_size;
  int low_size;
  double low_rate;
  double power_scale;

  /* Frames by level. */
  guint64 n[N_LEVELS];
  guint64 near_speech[N_LEVELS]; /* near voiced sound, by the loudest neighbour */
  guint64 voiced[N_LEVELS];
  guint64 pairs[N_LEVELS]; /* both voiced */
  guint64 steady[N_LEVELS];
  double bands[N_CLASSES][N_BANDS];
  double band_sum[N_BANDS]; /* of the newest frame */
  Frame recent[N_RECENT];
  guint64 n_analysed;
  guint64 silent_run;
  double last_lag;
};

static int
level_index (double level)
{
  return CLAMP ((int) lround ((level - LOWEST_DB) * STEPS_PER_DB), 0, N_LEVELS - 1);
}

static double
index_level (int index)
{
  return LOWEST_DB + (double) index / STEPS_PER_DB;
}

static int
level_class (double level)
{
  return CLAMP ((int) ((level - LOWEST_DB) / 5), 0, N_CLASSES - 1);
}

static int
power_of_two_from (double least)
{
  int n = 64;

  while (n < least)
    n *= 2;
  return n;
}

/* What a pure window gives at the lags; dividing by it undoes the fall towards long lags. */
static void
measure_window (MynaSpeechMeter *self)
{
  gsize n = self->window_length;

  for (int lag = 0; lag < self->low_size; lag++)
    {
      gsize shift = (gsize) lround (lag * (double) self->rate / self->low_rate);
      double sum = 0;

      for (gsize i = 0; i + shift < n; i++)
        sum += (double) self->window_shape[i] * (double) self->window_shape[i + shift];
      self->window_correlation[lag] = (float) sum;
    }
  for (int lag = self->low_size - 1; lag >= 0; lag--)
    self->window_correlation[lag] /= self->window_correlation[0];
}

static void
init_transform (MynaSpeechMeter *self)
{
  float one = 1;
  double energy = 0;

  self->fft_size = power_of_two_from (2.0 * (double) self->window_length);
  self->low_size = power_of_two_from (self->fft_size * 5.0 * PITCH_BAND_HIGH / self->rate);
  self->low_size = MIN (self->low_size, self->fft_size);
  self->low_rate = (double) self->rate * self->low_size / self->fft_size;
  self->time = av_calloc ((gsize) self->fft_size, sizeof (float));
  self->spectrum = av_calloc ((gsize) self->fft_size / 2 + 1, sizeof (AVComplexFloat));
  self->low_power = av_calloc ((gsize) self->low_size / 2 + 1, sizeof (AVComplexFloat));
  self->correlation = av_calloc ((gsize) self->low_size, sizeof (float));
  self->window_correlation = g_new0 (float, (gsize) self->low_size);
  for (gsize i = 0; i < self->window_length; i++)
    {
      double phase = 2 * G_PI * ((double) i + 0.5) / (double) self->window_length;

      self->window_shape[i] = (float) (0.5 - 0.5 * cos (phase));
      energy += (double) self->window_shape[i] * (double) self->window_shape[i];
    }
  /* Half of the bins carry the power: the sum over them times this is the mean square. */
  self->power_scale = 2.0 / (energy * self->fft_size);
  av_tx_init (&self->forward, &self->forward_fn, AV_TX_FLOAT_RDFT, 0, self->fft_size, &one, 0);
  av_tx_init (&self->inverse, &self->inverse_fn, AV_TX_FLOAT_RDFT, 1, self->low_size, &one, 0);
  measure_window (self);
}

/**
 * myna_speech_meter_new:
 * @rate: Hz, at least 1000
 * @channels: channels, mixed for all but peak, clipping and loudness
 *
 * Returns: (transfer full): the meter
 */
MynaSpeechMeter *
myna_speech_meter_new (int rate, int channels)
{
  MynaSpeechMeter *self = NULL;

  g_return_val_if_fail (rate >= 1000 && channels > 0, NULL);

  self = g_new0 (MynaSpeechMeter, 1);
  self->rate = rate;
  self->channels = channels;
  /* The histogram keeps the memory of the gated loudness constant. */
  self->loudness = ebur128_init ((unsigned) channels, (unsigned long) rate,
                                 EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM);
  self->last = g_new0 (float, (gsize) channels);
  self->run = g_new0 (guint, (gsize) channels);
  self->clean = g_new (float, BLOCK_FRAMES *(gsize) channels);
  self->window_length = (gsize) (WINDOW_SECONDS * rate);
  self->hop = (gsize) (HOP_SECONDS * rate);
  self->window = g_new0 (float, self->window_length);
  self->window_shape = g_new0 (float, self->window_length);
  self->dc_pole = exp (-2 * G_PI * 20 / rate);
  for (int i = 0; i < N_RECENT; i++)
    self->recent[i].level = LOWEST_DB;
  init_transform (self);
  return self;
}

/*
 * Samples on the rail: three or more in a row at the highest value so far. The rail need not be
 * full scale, since clipped recordings get turned down later; at full scale, where lossy codecs
 * blur the rail, equality is not asked for.
 */
static void
count_clipped (MynaSpeechMeter *self, int channel, float x)
{
  float height = fabsf (x);
  gboolean same = fabsf (x - self->last[channel]) <= 1.0f / 65536;

  self->last[channel] = x;
  if (height > self->peak * 1.001f)
    {
      /* What was counted was below this: no rail. */
      if (self->peak < 0.999f)
        self->n_clipped = 0;
      for (int c = 0; c < self->channels; c++)
        self->run[c] = 0;
    }
  self->peak = MAX (self->peak, height);
  if (height < QUIET_RAIL || (height < self->peak * 0.999f && height < 0.999f))
    self->run[channel] = 0;
  else if (self->run[channel] == 0 || same || height >= 0.999f)
    self->run[channel]++;
  else
    self->run[channel] = 1;
  if (self->run[channel] == 3)
    self->n_clipped += 3;
  else if (self->run[channel] > 3)
    self->n_clipped++;
}

/* Power per bin, summed into bands; returns the level above 80 Hz. */
static double
measure_spectrum (MynaSpeechMeter *self)
{
  double bin_hz = (double) self->rate / self->fft_size;
  double total = 0;

  for (gsize i = 0; i < self->window_length; i++)
    self->time[i] = self->window[i] * self->window_shape[i];
  memset (self->time + self->window_length, 0,
          ((gsize) self->fft_size - self->window_length) * sizeof (float));
  self->forward_fn (self->forward, self->spectrum, self->time, sizeof (float));
  memset (self->band_sum, 0, sizeof self->band_sum);
  memset (self->low_power, 0, ((gsize) self->low_size / 2 + 1) * sizeof (AVComplexFloat));
  for (int i = 1; i < self->fft_size / 2; i++)
    {
      const AVComplexFloat *bin = &self->spectrum[i];
      double power = (double) bin->re * (double) bin->re + (double) bin->im * (double) bin->im;
      double hz = i * bin_hz;
      int band = (int) (hz / BAND_HZ);

      if (hz >= 80)
        total += power;
      if (band < N_BANDS)
        self->band_sum[band] += power * self->power_scale;
      if (hz >= PITCH_BAND_LOW && hz <= PITCH_BAND_HIGH && i < self->low_size / 2)
        self->low_power[i].re = (float) power;
    }
  return MAX (10 * log10 (total * self->power_scale + 1e-30), LOWEST_DB);
}

/* Strength of the pitch, 0 … 1, and its period in samples of the low rate. */
static double
measure_pitch (MynaSpeechMeter *self, double *lag)
{
  int first = (int) (self->low_rate / HIGHEST_PITCH);
  int last = MIN ((int) (self->low_rate / LOWEST_PITCH), self->low_size / 2 - 2);
  double best = 0;

  self->inverse_fn (self->inverse, self->correlation, self->low_power, sizeof (AVComplexFloat));
  *lag = 0;
  if (self->correlation[0] <= 1e-12f)
    return 0;
  for (int i = MAX (first, 2); i <= last; i++)
    {
      const float *r = self->correlation + i;
      double value = (double) (r[0] / self->correlation[0] / self->window_correlation[i]);
      double bend = (double) (r[-1] - 2 * r[0] + r[1]);

      /* Longer periods must be clearly better: multiples of a period fit as well. */
      if (r[0] < r[-1] || r[0] < r[1] || value <= best + 0.05)
        continue;
      best = value;
      *lag = i + (bend < 0 ? 0.5 * (double) (r[-1] - r[1]) / bend : 0);
    }
  return MIN (best, 1);
}

/* Counts the frame in the middle of the recent ones, whose surroundings are all known by now. */
static void
count_surroundings (MynaSpeechMeter *self)
{
  double level = LOWEST_DB;
  gboolean near_voiced = FALSE;

  for (int i = 0; i < N_RECENT; i++)
    {
      near_voiced |= self->recent[i].voiced;
      if (ABS (i - NEAR_VOICED_FRAMES) <= NEAR_LOUD_FRAMES)
        level = MAX (level, self->recent[i].level);
    }
  if (near_voiced)
    self->near_speech[level_index (level)]++;
}

static void
shift_recent (MynaSpeechMeter *self, double level, gboolean voiced)
{
  memmove (self->recent, self->recent + 1, (N_RECENT - 1) * sizeof (Frame));
  self->recent[N_RECENT - 1] = (Frame) { level, voiced };
  count_surroundings (self);
}

/* Counts a frame's level. A run of digital silence counts only when it is short and within sound.
 */
static void
count_level (MynaSpeechMeter *self, double level)
{
  if (level <= SILENCE_DB)
    {
      self->silent_run++;
      return;
    }
  if (self->silent_run <= LONGEST_GATE_FRAMES && self->n_analysed > self->silent_run)
    self->n[0] += self->silent_run;
  self->silent_run = 0;
  self->n[level_index (level)]++;
}

static void
analyse (MynaSpeechMeter *self)
{
  double level = measure_spectrum (self);
  double lag = 0;
  gboolean voiced = measure_pitch (self, &lag) >= VOICED_STRENGTH && level > SILENCE_DB;
  int index = level_index (level);

  count_level (self, level);
  for (int i = 0; i < N_BANDS; i++)
    self->bands[level_class (level)][i] += self->band_sum[i];
  if (voiced)
    self->voiced[index]++;
  if (voiced && self->last_lag > 0)
    {
      self->pairs[index]++;
      if (fabs (lag / self->last_lag - 1) < STEADY_CHANGE)
        self->steady[index]++;
    }
  self->last_lag = voiced ? lag : 0;
  self->n_analysed++;
  shift_recent (self, level, voiced);
}

/* One sample of the mix through the DC filter into the frame. */
static void
push_mono (MynaSpeechMeter *self, double x)
{
  self->dc_out = x - self->dc_in + self->dc_pole * self->dc_out;
  self->dc_in = x;
  self->window[self->filled++] = (float) self->dc_out;
  if (self->filled < self->window_length)
    return;
  analyse (self);
  self->filled -= self->hop;
  memmove (self->window, self->window + self->hop, self->filled * sizeof (float));
}

static void
push_block (MynaSpeechMeter *self, const float *interleaved, gsize n_frames)
{
  for (gsize i = 0; i < n_frames; i++)
    {
      double mix = 0;

      for (int c = 0; c < self->channels; c++)
        {
          gsize at = i * (gsize) self->channels + (gsize) c;
          float x = interleaved[at];

          self->clean[at] = isfinite (x) ? CLAMP (x, -MAX_SAMPLE, MAX_SAMPLE) : 0;
          count_clipped (self, c, self->clean[at]);
          mix += (double) self->clean[at];
        }
      if (self->n_frames == 0)
        self->dc_in = mix / self->channels; /* no step at the start */
      push_mono (self, mix / self->channels);
      self->n_frames++;
    }
  if (self->loudness != NULL)
    ebur128_add_frames_float (self->loudness, self->clean, n_frames);
}

/**
 * myna_speech_meter_push:
 * @interleaved: (array): samples; what is not a number counts as 0
 * @n_frames: samples per channel
 *
 * Measures on.
 */
void
myna_speech_meter_push (MynaSpeechMeter *self, const float *interleaved, gsize n_frames)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (interleaved != NULL || n_frames == 0);

  while (n_frames > 0)
    {
      gsize n = MIN (n_frames, BLOCK_FRAMES);

      push_block (self, interleaved, n);
      interleaved += n * (gsize) self->channels;
      n_frames -= n;
    }
}

/* The level that the share of the counted frames stays below. */
static double
percentile (const guint64 *counts, double share)
{
  guint64 total = 0;
  guint64 sum = 0;

  for (int i = 0; i < N_LEVELS; i++)
    total += counts[i];
  for (int i = 0; i < N_LEVELS; i++)
    {
      sum += counts[i];
      if (total > 0 && (double) sum >= share * (double) total)
        return index_level (i);
    }
  return LOWEST_DB;
}

static guint64
count_above (const guint64 *counts, double threshold)
{
  guint64 sum = 0;

  for (int i = 0; i < N_LEVELS; i++)
    if (index_level (i) > threshold)
      sum += counts[i];
  return sum;
}

/* Mean power of the frames above the threshold. */
static double
mean_power_above (MynaSpeechMeter *self, double threshold)
{
  double sum = 0;
  guint64 n = 0;

  for (int i = 0; i < N_LEVELS; i++)
    if (index_level (i) > threshold)
      {
        sum += (double) self->n[i] * pow (10, index_level (i) / 10);
        n += self->n[i];
      }
  return n > 0 ? sum / (double) n : 0;
}

/* The highest band of the speech that is not far below the telephone band: its channel's limit. */
static double
find_bandwidth (MynaSpeechMeter *self, double threshold)
{
  double speech[N_BANDS] = { 0 };
  double reference = 0;
  int highest = 0;
  int n = (int) MIN (self->rate / 2 / BAND_HZ, N_BANDS);

  for (int k = level_class (threshold + 5); k < N_CLASSES; k++)
    for (int i = 0; i < n; i++)
      speech[i] += self->bands[k][i];
  for (int i = 3; i < MIN (30, n); i++)
    reference += speech[i] / 27;
  for (int i = 0; i < n; i++)
    if (speech[i] > reference * pow (10, -BANDWIDTH_DB / 10) && speech[i] > 0)
      highest = i + 1;
  return MIN (highest * BAND_HZ, self->rate / 2.0);
}

static void
measure_speech (MynaSpeechMeter *self, MynaSpeechMeasures *measures)
{
  double noise = percentile (self->n, NOISE_SHARE);
  double top = percentile (self->n, LOUD_SHARE);
  double threshold = top + CLAMP (noise + OVER_NOISE_DB - top, LOWEST_THRESHOLD, HIGHEST_THRESHOLD);
  double noise_power = pow (10, noise / 10);
  guint64 n_pairs;

  measures->noise_floor_db = noise;
  if (top - noise < LEAST_RANGE_DB)
    return;
  threshold = MAX (threshold, noise + 3);
  measures->speech_seconds = (double) count_above (self->near_speech, threshold) * HOP_SECONDS;
  measures->speech_seconds = MIN (measures->speech_seconds, measures->seconds);
  measures->voiced_seconds = (double) count_above (self->voiced, threshold) * HOP_SECONDS;
  n_pairs = count_above (self->pairs, threshold);
  if (n_pairs > 0)
    measures->steady_fraction = (double) count_above (self->steady, threshold) / (double) n_pairs;
  measures->snr_db = 10 * log10 (MAX (mean_power_above (self, threshold) / noise_power - 1, 1e-3));
  measures->bandwidth_hz = find_bandwidth (self, threshold);
}

/**
 * myna_speech_meter_finish:
 * @measures: (out caller-allocates): what was found
 *
 * Ends the recording. After that only myna_speech_meter_free () may be called.
 */
void
myna_speech_meter_finish (MynaSpeechMeter *self, MynaSpeechMeasures *measures)
{
  double loudness = MYNA_LOUDNESS_SILENCE_LUFS;

  g_return_if_fail (self != NULL && measures != NULL);

  memset (measures, 0, sizeof *measures);
  for (int i = 0; i < NEAR_VOICED_FRAMES; i++)
    shift_recent (self, LOWEST_DB, FALSE);
  measures->seconds = (double) self->n_frames / self->rate;
  measures->peak_db = MAX (20 * log10 ((double) self->peak + 1e-30), -120);
  if (self->loudness != NULL)
    ebur128_loudness_global (self->loudness, &loudness);
  measures->loudness_lufs = MAX (loudness, MYNA_LOUDNESS_SILENCE_LUFS);
  if (self->n_frames > 0)
    measures->clipped_fraction =
        (double) self->n_clipped / ((double) self->n_frames * self->channels);
  measures->noise_floor_db = LOWEST_DB;
  measure_speech (self, measures);
}

/**
 * myna_speech_meter_free:
 * @self: (transfer full) (nullable): the meter
 */
void
myna_speech_meter_free (MynaSpeechMeter *self)
{
  if (self == NULL)
    return;
  if (self->loudness != NULL)
    ebur128_destroy (&self->loudness);
  av_tx_uninit (&self->forward);
  av_tx_uninit (&self->inverse);
  av_free (self->time);
  av_free (self->spectrum);
  av_free (self->low_power);
  av_free (self->correlation);
  g_free (self->window_correlation);
  g_free (self->window_shape);
  g_free (self->window);
  g_free (self->clean);
  g_free (self->last);
  g_free (self->run);
  g_free (self);
}
