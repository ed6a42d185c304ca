/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/voice/draft/myna-draft-analysis.h"
#include "engine/voice/draft/myna-draft-envelope.h"
#include "engine/audio/myna-fft.h"
#include "engine/voice/draft/myna-draft-psola.h"

/* The thresholds are those of spec draft-voice, section 8. */

static const MynaDraftFormat *const formats[] = { &myna_draft_format_16k, &myna_draft_format_24k };

static double
noise (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state / 2147483648.0 - 1;
}

/* A vowel: pulses at a pitch that glides from @low to @high, through three resonances, with noise
 * @snr_db below. @pulses, if wanted, gets where they are. */
static float *
make_glide (int rate, double seconds, double low, double high, double snr_db, GArray *pulses)
{
  static const double formants[3][2] = { { 650, 80 }, { 1150, 100 }, { 2600, 160 } };
  gsize n = (gsize) (rate * seconds);
  float *samples = g_new0 (float, n);
  double phase = 0, power = 0, scale = 0;
  double state[3][2] = { { 0 } };
  guint32 seed = 1;

  for (gsize i = 0; i < n; i++)
    {
      double f0 = low * pow (high / low, (double) i / (double) n);
      double x = 0;

      phase += f0 / rate;
      if (phase >= 1)
        {
          double at = (double) i - (phase - 1) * rate / f0;

          phase -= 1;
          x = 1;
          if (pulses != NULL)
            g_array_append_val (pulses, at);
        }
      for (int k = 0; k < 3; k++)
        {
          double r = exp (-G_PI * formants[k][1] / rate);
          double y = x + 2 * r * cos (2 * G_PI * formants[k][0] / rate) * state[k][0] -
                     r * r * state[k][1];

          state[k][1] = state[k][0];
          state[k][0] = y;
          x = y;
        }
      samples[i] = (float) x;
      power += x * x;
    }
  scale = sqrt (power / (double) n * pow (10, -snr_db / 10) * 3);
  for (gsize i = 0; i < n; i++)
    samples[i] = (float) ((samples[i] + scale * noise (&seed)) * 0.05 / sqrt (power / (double) n));
  return samples;
}

static MynaDraftAnalysis *
analyse (const float *samples, gsize n, const MynaDraftFormat *format, MynaDraftAnalyseFlags flags)
{
  g_autoptr (GError) error = NULL;
  MynaDraftAnalysis *analysis = myna_draft_analyse (samples, n, format, flags, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (analysis);
  return analysis;
}

static void
assert_finite (const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_true (isfinite (values[i]));
}

static void
test_fft (void)
{
  g_autoptr (MynaFft) fft = myna_fft_new (1024);
  float *time = myna_fft_get_time (fft);
  float *spectrum = myna_fft_get_spectrum (fft);
  float before[1024];
  guint32 seed = 3;

  for (int i = 0; i < 1024; i++)
    time[i] = (float) cos (2 * G_PI * 5 * i / 1024);
  myna_fft_forward (fft);
  g_assert_cmpfloat_with_epsilon (spectrum[2 * 5], 512, 1e-2);
  g_assert_cmpfloat_with_epsilon (spectrum[2 * 5 + 1], 0, 1e-2);
  g_assert_cmpfloat_with_epsilon (spectrum[2 * 6], 0, 1e-2);
  for (int i = 0; i < 1024; i++)
    before[i] = time[i] = (float) noise (&seed);
  myna_fft_forward (fft);
  myna_fft_inverse (fft);
  for (int i = 0; i < 1024; i++)
    g_assert_cmpfloat_with_epsilon (time[i], before[i], 1e-5);
}

static void
test_code (void)
{
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      const MynaDraftFormat *format = formats[f];
      g_autoptr (MynaDraftCode) code = myna_draft_code_new (format);
      int n_bins = myna_draft_format_n_bins (format);
      float envelope[MYNA_DRAFT_MAX_BINS], back[MYNA_DRAFT_MAX_BINS], cep[MYNA_DRAFT_MAX_CEP];
      double error = 0;

      for (int k = 0; k < n_bins; k++)
        envelope[k] = -7.5f;
      myna_draft_code_encode (code, envelope, cep);
      g_assert_cmpfloat_with_epsilon (cep[0], -7.5 * sqrt (format->n_mel), 1e-3);
      myna_draft_code_decode (code, cep, back);
      for (int k = 0; k < n_bins; k++)
        g_assert_cmpfloat_with_epsilon (back[k], -7.5, 1e-4);

      /* Three formants on a slope of 6 dB an octave. */
      for (int k = 0; k < n_bins; k++)
        {
          double hz = (double) k * format->rate / format->fft;

          envelope[k] = (float) (-10 - 1.4 * log (1 + hz / 500));
          for (int i = 0; i < 3; i++)
            envelope[k] += (float) (3 * exp (-pow ((hz - 600 - 1000 * i) / (150 + 60 * i), 2)));
        }
      myna_draft_code_encode (code, envelope, cep);
      myna_draft_code_decode (code, cep, back);
      for (int k = 0; k < n_bins; k++)
        error += pow (10 / G_LN10 * (back[k] - envelope[k]), 2);
      error = sqrt (error / n_bins);
      g_test_message ("%d Hz: %.2f dB", format->rate, error);
      g_assert_cmpfloat (error, <, 1);
    }
}

/* The envelope of a vowel does not depend on its pitch, and has its power. */
static void
test_envelope (void)
{
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      const MynaDraftFormat *format = formats[f];
      g_autoptr (MynaDraftEnvelope) estimator = myna_draft_envelope_new (format);
      float low[MYNA_DRAFT_MAX_BINS], high[MYNA_DRAFT_MAX_BINS];
      int last = 4000 * format->fft / format->rate, first = 300 * format->fft / format->rate;
      gsize n = (gsize) format->rate / 2;
      g_autofree float *a = make_glide (format->rate, 0.5, 100, 100, 60, NULL);
      g_autofree float *b = make_glide (format->rate, 0.5, 160, 160, 60, NULL);
      double error = 0;

      myna_draft_envelope_frame (estimator, a, n, (double) n / 2, 100, low);
      myna_draft_envelope_frame (estimator, b, n, (double) n / 2, 160, high);
      for (int k = first; k < last; k++)
        error += pow (10 / G_LN10 * (low[k] - high[k]), 2);
      error = sqrt (error / (last - first));
      g_test_message ("%d Hz: %.2f dB", format->rate, error);
      g_assert_cmpfloat (error, <, 2.5);
    }
}

static void
test_f0 (void)
{
  static const double ranges[][2] = { { 80, 300 }, { 300, 80 }, { 250, 520 } };

  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    for (gsize r = 0; r < G_N_ELEMENTS (ranges); r++)
      {
        const MynaDraftFormat *format = formats[f];
        double low = ranges[r][0], high = ranges[r][1];
        g_autofree float *samples = make_glide (format->rate, 4, low, high, 20, NULL);
        g_autoptr (MynaDraftAnalysis) analysis = NULL;
        gsize n = (gsize) format->rate * 4, voiced = 0, gross = 0;

        analysis = analyse (samples, n, format, MYNA_DRAFT_ANALYSE_LEVEL);
        for (gsize i = 5; i + 5 < analysis->n_frames; i++)
          {
            double f0 = low * pow (high / low, (double) i / (double) analysis->n_frames);

            voiced += analysis->f0[i] > 0;
            gross += analysis->f0[i] > 0 && fabs (log (analysis->f0[i] / f0)) > 0.2;
          }
        g_test_message ("%d Hz, %g … %g: voiced %zu of %zu, gross %zu", format->rate, low, high,
                        voiced, analysis->n_frames, gross);
        g_assert_cmpuint (voiced * 100, >, analysis->n_frames * 95);
        g_assert_cmpuint (gross * 100, <=, voiced * 3);
      }
}

static void
test_epochs (void)
{
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      const MynaDraftFormat *format = formats[f];
      g_autoptr (GArray) pulses = g_array_new (FALSE, FALSE, sizeof (double));
      g_autofree float *samples = make_glide (format->rate, 3, 90, 280, 20, pulses);
      g_autoptr (MynaDraftAnalysis) analysis = NULL;
      gsize bad = 0, k = 0, off = 0;
      double offset = 0;

      analysis = analyse (samples, (gsize) format->rate * 3, format, MYNA_DRAFT_ANALYSE_LEVEL);
      g_assert_cmpuint (analysis->n_epochs * 10, >, pulses->len * 9);
      g_assert_cmpuint (analysis->n_epochs, <=, pulses->len + 2);
      for (gsize i = 1; i < analysis->n_epochs; i++)
        {
          double at = analysis->epochs[i];
          double period = format->rate / (90 * pow (280.0 / 90, at / (format->rate * 3.0)));

          g_assert_cmpfloat (at, >, analysis->epochs[i - 1]);
          bad += fabs ((at - analysis->epochs[i - 1]) / period - 1) > 0.12;
          while (k + 1 < pulses->len && fabs (g_array_index (pulses, double, k + 1) - at) <
                                            fabs (g_array_index (pulses, double, k) - at))
            k++;
          offset = (at - g_array_index (pulses, double, k)) / period;
          off += fabs (offset) > 0.12;
        }
      g_test_message ("%d Hz: %zu epochs, %u pulses, %zu irregular, %zu away", format->rate,
                      analysis->n_epochs, pulses->len, bad, off);
      g_assert_cmpuint (bad * 100, <=, analysis->n_epochs * 7);
      g_assert_cmpuint (off * 100, <=, analysis->n_epochs * 7);
    }
}

/* Speech-like: noise, vowel, pause, vowel. */
static float *
make_phrase (int rate, gsize *n, double floor_rms)
{
  gsize part = (gsize) rate / 2;
  g_autofree float *up = make_glide (rate, 0.5, 110, 150, 40, NULL);
  g_autofree float *down = make_glide (rate, 0.5, 150, 100, 40, NULL);
  float *samples = g_new0 (float, 5 * part);
  guint32 seed = 9;

  *n = 5 * part;
  for (gsize i = 0; i < *n; i++)
    samples[i] = (float) (floor_rms * sqrt (3) * noise (&seed));
  for (gsize i = 0; i < part; i++)
    {
      samples[part / 2 + i / 3] += (float) (0.02 * noise (&seed));
      samples[part + i] += up[i];
      samples[3 * part + i] += down[i];
    }
  return samples;
}

static void
test_levels (void)
{
  const MynaDraftFormat *format = &myna_draft_format_16k;
  gsize n = 0;
  g_autofree float *samples = make_phrase (format->rate, &n, 1e-3);
  g_autoptr (MynaDraftAnalysis) analysis = analyse (samples, n, format, MYNA_DRAFT_ANALYSE_LEVEL);
  g_autofree guint8 *quiet = g_new (guint8, analysis->n_frames);
  double square = 0;

  for (gsize i = 0; i < n; i++)
    square += analysis->samples[i] * analysis->samples[i];
  g_assert_cmpfloat_with_epsilon (sqrt (square / (double) n), 0.05, 1e-4);
  /* Room tone is where no vowel is: from 1 to 1.5 s or after 2 s. */
  g_assert_cmpuint (analysis->room_start, >=, 200);
  g_assert_true (analysis->room_end <= 300 || analysis->room_start >= 400);
  g_assert_cmpuint (analysis->room_end - analysis->room_start, >, 70);
  myna_draft_silence_mask (analysis->db, analysis->n_frames, quiet);
  g_assert_true (quiet[250]);
  g_assert_false (quiet[150]);
  g_assert_cmpfloat (analysis->snr_db, >, 25);
  g_assert_false (analysis->denoised);
}

static void
test_denoise (void)
{
  const MynaDraftFormat *format = &myna_draft_format_16k;
  gsize n = 0;
  g_autofree float *samples = make_phrase (format->rate, &n, 0.008);
  g_autoptr (MynaDraftAnalysis) noisy = analyse (samples, n, format, MYNA_DRAFT_ANALYSE_PLAIN);
  g_autoptr (MynaDraftAnalysis) clean = analyse (samples, n, format, MYNA_DRAFT_ANALYSE_DENOISE);

  g_test_message ("SNR %.1f dB; pause %.1f -> %.1f dB, vowel %.1f -> %.1f dB", noisy->snr_db,
                  noisy->db[250], clean->db[250], noisy->db[150], clean->db[150]);
  g_assert_cmpfloat (noisy->snr_db, <, 25);
  g_assert_true (clean->denoised);
  g_assert_cmpfloat (clean->db[250], <, noisy->db[250] - 10);
  g_assert_cmpfloat (clean->db[150], >, noisy->db[150] - 1.5f);
}

/* The plan that says the source again, @stretch times as long. */
static float *
copy (const MynaDraftAnalysis *source,
      double pitch,
      double stretch,
      double tilt,
      guint32 seed,
      gsize *n_out)
{
  g_autoptr (GError) error = NULL;
  gsize n_frames = (gsize) ((double) source->n_frames * stretch);
  gsize n_cep = (gsize) source->format->n_cep;
  g_autofree MynaDraftPlanFrame *frames = g_new0 (MynaDraftPlanFrame, n_frames);
  g_autofree float *raw = g_new (float, n_frames *n_cep);
  g_autofree float *target = NULL;
  MynaDraftPlan plan = { source->format, source, NULL, n_frames, frames, raw, NULL, seed };
  float *out = NULL;

  for (gsize i = 0; i < n_frames; i++)
    {
      gsize from = MIN ((gsize) ((double) i / stretch + 0.5), source->n_frames - 1);

      frames[i].position = (double) i / stretch * source->format->hop;
      frames[i].f0 = (float) (source->f0[from] * pitch);
      memcpy (raw + i * n_cep, source->cep + from * n_cep, n_cep * sizeof (float));
    }
  plan.target = target = g_memdup2 (raw, n_frames * n_cep * sizeof (float));
  for (gsize i = 0; i < n_frames; i++)
    target[i * n_cep] += (float) (tilt * sqrt (source->format->n_mel));
  out = myna_draft_render (&plan, n_out, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (*n_out, ==, n_frames * (gsize) source->format->hop);
  assert_finite (out, *n_out);
  return out;
}

/* Median difference of levels where the source is not quiet, in dB, and of pitch, in cents. */
static void
compare_copies (const MynaDraftAnalysis *a,
                const MynaDraftAnalysis *b,
                double stretch,
                double *level,
                double *cents)
{
  gsize n = 0, n_voiced = 0;

  *level = *cents = 0;
  for (gsize i = 0; i < a->n_frames; i++)
    {
      gsize j = MIN ((gsize) ((double) i * stretch + 0.5), b->n_frames - 1);

      if (a->db[i] < -45)
        continue;
      *level += b->db[j] - a->db[i];
      n++;
      if (a->f0[i] <= 0 || b->f0[j] <= 0)
        continue;
      *cents += 1200 * log2 (b->f0[j] / a->f0[i]);
      n_voiced++;
    }
  *level /= (double) n;
  *cents /= (double) n_voiced;
}

static void
test_copy (void)
{
  static const double cases[][3] = { { 1, 1, 0 }, { 1.2, 1, 0 }, { 0.8, 1.3, 0 }, { 1, 1, 1.5 } };

  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
      {
        const MynaDraftFormat *format = formats[f];
        gsize n = 0, n_out = 0;
        g_autofree float *samples = make_phrase (format->rate, &n, 1e-3);
        g_autoptr (MynaDraftAnalysis) source =
            analyse (samples, n, format, MYNA_DRAFT_ANALYSE_PLAIN);
        g_autofree float *out = copy (source, cases[c][0], cases[c][1], cases[c][2], 1, &n_out);
        g_autoptr (MynaDraftAnalysis) result =
            analyse (out, n_out, format, MYNA_DRAFT_ANALYSE_PLAIN);
        double level = 0, cents = 0;

        compare_copies (source, result, cases[c][1], &level, &cents);
        g_test_message ("%d Hz, pitch x%g, length x%g: %.2f dB, %.1f cents", format->rate,
                        cases[c][0], cases[c][1], level, cents);
        g_assert_cmpfloat_with_epsilon (level, cases[c][2] * 10 / G_LN10, 1);
        g_assert_cmpfloat_with_epsilon (cents, 1200 * log2 (cases[c][0]), 15);
        for (gsize i = 10; i + 10 < result->n_frames; i++)
          g_assert_cmpfloat (result->db[i], >, -70);
      }
}

/* Where nothing is changed and nothing is voiced, the source itself comes out. */
static void
test_copy_unvoiced (void)
{
  const MynaDraftFormat *format = &myna_draft_format_16k;
  gsize n = 16000, n_out = 0;
  g_autofree float *samples = g_new (float, n);
  g_autoptr (MynaDraftAnalysis) source = NULL;
  g_autofree float *out = NULL;
  guint32 seed = 5;

  for (gsize i = 0; i < n; i++)
    samples[i] = (float) (0.1 * noise (&seed));
  source = analyse (samples, n, format, MYNA_DRAFT_ANALYSE_PLAIN);
  memset (source->f0, 0, source->n_frames * sizeof (float));
  out = copy (source, 1, 1, 0, 1, &n_out);
  for (gsize i = 100; i + 100 < n; i++)
    g_assert_cmpfloat_with_epsilon (out[i], source->samples[i], 1e-5);
}

static void
test_deterministic (void)
{
  gsize n = 0, n_a = 0, n_b = 0, n_c = 0;
  g_autofree float *samples = make_phrase (16000, &n, 1e-3);
  g_autoptr (MynaDraftAnalysis) source =
      analyse (samples, n, &myna_draft_format_16k, MYNA_DRAFT_ANALYSE_LEVEL);
  g_autofree float *a = copy (source, 1.1, 1.2, 0.2, 7, &n_a);
  g_autofree float *b = copy (source, 1.1, 1.2, 0.2, 7, &n_b);
  g_autofree float *c = copy (source, 1.1, 1.2, 0.2, 8, &n_c);

  g_assert_cmpmem (a, n_a * sizeof (float), b, n_b * sizeof (float));
  g_assert_cmpint (memcmp (a, c, n_a * sizeof (float)), !=, 0);
}

/* Noise of a given spectrum has the level of that spectrum. */
static void
test_noise_source (void)
{
  const MynaDraftFormat *format = &myna_draft_format_16k;
  gsize n_frames = 200, n_out = 0, n_cep = (gsize) format->n_cep;
  g_autofree MynaDraftPlanFrame *frames = g_new0 (MynaDraftPlanFrame, n_frames);
  g_autofree float *target = g_new0 (float, n_frames *n_cep);
  MynaDraftPlan plan = { format, NULL, NULL, n_frames, frames, NULL, target, 1 };
  g_autofree float *out = NULL;
  double square = 0;

  for (gsize i = 0; i < n_frames; i++)
    {
      frames[i].source = MYNA_DRAFT_SOURCE_NOISE;
      target[i * n_cep] = (float) (log (1e-6) * sqrt (format->n_mel));
    }
  out = myna_draft_render (&plan, &n_out, NULL, NULL);
  for (gsize i = 1000; i < n_out; i++)
    square += out[i] * out[i];
  g_assert_cmpfloat_with_epsilon (10 * log10 (square / (double) (n_out - 1000)), -60, 1);
}

/* A plan that makes no sense gives sound that does not, and nothing else. */
static void
test_hostile_plan (void)
{
  static const double positions[] = { -1e6, 1e7, NAN, INFINITY, -INFINITY, 0.5, 1e300, 40000 };
  static const float pitches[] = { 0, 1e-9f, 1e9f, NAN, INFINITY, -100, 50, 600 };
  gsize n = 0, n_out = 0;
  g_autofree float *samples = make_phrase (16000, &n, 1e-3);
  g_autoptr (MynaDraftAnalysis) source =
      analyse (samples, n, &myna_draft_format_16k, MYNA_DRAFT_ANALYSE_LEVEL);
  MynaDraftPlanFrame frames[64];
  MynaDraftPlan plan = { &myna_draft_format_16k, source, NULL, 64, frames, NULL, NULL, 1 };
  g_autofree float *out = NULL;
  g_autofree float *nothing = NULL;

  for (gsize i = 0; i < 64; i++)
    frames[i] = (MynaDraftPlanFrame) { positions[i / 8], pitches[i % 8], (guint8) (i % 5) };
  out = myna_draft_render (&plan, &n_out, NULL, NULL);
  g_assert_cmpuint (n_out, ==, 64 * 80);
  assert_finite (out, n_out);
  plan.n_frames = 0;
  nothing = myna_draft_render (&plan, &n_out, NULL, NULL);
  g_assert_cmpuint (n_out, ==, 0);
}

static void
check_hostile (const float *samples, gsize n, const MynaDraftFormat *format)
{
  const MynaDraftAnalyseFlags all = MYNA_DRAFT_ANALYSE_LEVEL | MYNA_DRAFT_ANALYSE_DENOISE;

  for (MynaDraftAnalyseFlags flags = 0; flags <= all; flags++)
    {
      g_autoptr (MynaDraftAnalysis) a = analyse (samples, n, format, flags);
      g_autofree float *out = NULL;
      gsize n_out = 0;

      g_assert_cmpuint (a->n_frames, ==, n / (gsize) format->hop + 1);
      assert_finite (a->samples, a->n_samples);
      assert_finite (a->f0, a->n_frames);
      assert_finite (a->db, a->n_frames);
      assert_finite (a->cep, a->n_frames * (gsize) format->n_cep);
      g_assert_true (isfinite (a->snr_db));
      for (gsize i = 0; i < a->n_epochs; i++)
        g_assert_true (a->epochs[i] >= 0 && a->epochs[i] < (double) n);
      out = copy (a, 1.1, 1.1, 0.1, 1, &n_out);
    }
}

static void
test_hostile (void)
{
  g_autoptr (GError) error = NULL;
  gsize n = 24000;
  g_autofree float *samples = g_new0 (float, n);
  guint32 seed = 2;

  g_assert_null (myna_draft_analyse (NULL, 0, &myna_draft_format_16k, 0, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      const MynaDraftFormat *format = formats[f];
      gsize lengths[] = { 1, 2, 79, 80, 81, 199, (gsize) format->rate / 5, n };

      for (gsize l = 0; l < G_N_ELEMENTS (lengths); l++)
        {
          memset (samples, 0, n * sizeof (float));
          check_hostile (samples, lengths[l], format);
          for (gsize i = 0; i < n; i++)
            samples[i] = 0.5f;
          check_hostile (samples, lengths[l], format);
          for (gsize i = 0; i < n; i++)
            samples[i] = i / 250 % 2 == 0 ? 1.0f : -1.0f;
          check_hostile (samples, lengths[l], format);
          for (gsize i = 0; i < n; i++)
            samples[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
          check_hostile (samples, lengths[l], format);
          for (gsize i = 0; i < n; i++)
            samples[i] = (float) (i % 7 == 0 ? NAN : 3e38 * noise (&seed));
          check_hostile (samples, lengths[l], format);
          for (gsize i = 0; i < n; i++)
            samples[i] = (float) (1e-38 * noise (&seed));
          check_hostile (samples, lengths[l], format);
        }
    }
}

static void
test_cancel (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gsize n = 0, n_out = 1;
  g_autofree float *samples = make_phrase (16000, &n, 1e-3);
  g_autoptr (MynaDraftAnalysis) source =
      analyse (samples, n, &myna_draft_format_16k, MYNA_DRAFT_ANALYSE_LEVEL);
  MynaDraftPlanFrame frames[4] = { 0 };
  MynaDraftPlan plan = { &myna_draft_format_16k, source, NULL, 4, frames, NULL, NULL, 1 };

  g_cancellable_cancel (cancellable);
  g_assert_null (myna_draft_analyse (samples, n, &myna_draft_format_16k, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (myna_draft_render (&plan, &n_out, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (n_out, ==, 0);
}

static void
test_resample (void)
{
  static const int rates[] = { 8000, 11025, 16000, 22050, 44100, 48000, 96000 };

  for (gsize r = 0; r < G_N_ELEMENTS (rates); r++)
    {
      g_autoptr (GError) error = NULL;
      gsize n = (gsize) rates[r] * 2, n_out = 0;
      g_autofree float *samples = g_new (float, n);
      g_autofree float *out = NULL;
      double error_sum = 0;

      for (gsize i = 0; i < n; i++)
        samples[i] = (float) sin (2 * G_PI * 440 * (double) i / rates[r]);
      out = myna_draft_resample (samples, n, rates[r], 16000, &n_out, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (n_out, ==, 32000);
      /* Neither delayed nor of another level, to the last samples. */
      for (gsize i = 200; i + 200 < n_out; i++)
        error_sum += pow (out[i] - sin (2 * G_PI * 440 * (double) i / 16000), 2);
      g_assert_cmpfloat (10 * log10 (error_sum / 32000 * 2 + 1e-20), <, -45);
      g_assert_cmpfloat (fabsf (out[n_out - 1]) + fabsf (out[n_out - 10]), >, 1e-3);
    }
}

static void
test_resample_hostile (void)
{
  static const int bad[] = { 0, -1, G_MININT, G_MAXINT, 999 };
  float samples[4] = { NAN, INFINITY, 1, -INFINITY };
  gsize n_out = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (myna_draft_resample (samples, 4, bad[i], 16000, &n_out, &error));
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
    }
  for (gsize n = 0; n <= 4; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree float *out = myna_draft_resample (samples, n, 48000, 24000, &n_out, &error);

      g_assert_no_error (error);
      g_assert_nonnull (out);
      g_assert_cmpuint (n_out, ==, (n + 1) / 2);
      assert_finite (out, n_out);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draft/fft", test_fft);
  g_test_add_func ("/draft/code", test_code);
  g_test_add_func ("/draft/envelope", test_envelope);
  g_test_add_func ("/draft/f0", test_f0);
  g_test_add_func ("/draft/epochs", test_epochs);
  g_test_add_func ("/draft/levels", test_levels);
  g_test_add_func ("/draft/denoise", test_denoise);
  g_test_add_func ("/draft/copy", test_copy);
  g_test_add_func ("/draft/copy-unvoiced", test_copy_unvoiced);
  g_test_add_func ("/draft/deterministic", test_deterministic);
  g_test_add_func ("/draft/noise-source", test_noise_source);
  g_test_add_func ("/draft/hostile-plan", test_hostile_plan);
  g_test_add_func ("/draft/hostile", test_hostile);
  g_test_add_func ("/draft/cancel", test_cancel);
  g_test_add_func ("/draft/resample", test_resample);
  g_test_add_func ("/draft/resample-hostile", test_resample_hostile);
  return g_test_run ();
}
