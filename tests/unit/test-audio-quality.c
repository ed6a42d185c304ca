/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <locale.h>

#include "audio-fixtures.h"
#include "engine/audio/myna-audio-quality.h"
#include "engine/audio/myna-limiter.h"
#include "engine/audio/myna-loudness.h"

#define RATE 24000

/*
 * Something with the marks of speech: syllables five times a second with gliding pitch and three
 * formants, a hiss after every third, a pause after every eighth; level of the noise in dBFS.
 */
static float *
make_speech (double seconds, double noise_db)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  static const double formants[] = { 600, 1400, 2600 };
  gsize n = (gsize) (seconds * RATE);
  float *samples = g_new (float, n);
  double state[3][2] = { { 0 } };
  double phase = 0;
  double noise = pow (10, noise_db / 20) * sqrt (3);

  for (gsize i = 0; i < n; i++)
    {
      double t = (double) i / RATE;
      int syllable = (int) (t * 5);
      double u = t * 5 - syllable;
      gboolean pause = syllable % 8 == 7;
      double loud = pause || u > 0.8 ? 0 : sin (G_PI * u / 0.8);
      double pitch = 110 + 25 * sin (2 * G_PI * t * 0.7) + 15 * u + 4 * (syllable % 5);
      double out = 0;
      double pulse = 0;

      phase += pitch / RATE;
      if (phase >= 1)
        {
          phase -= 1;
          pulse = 1;
        }
      for (int k = 0; k < 3; k++)
        {
          double r = exp (-G_PI * (80 + 40 * k) / RATE);
          double f = formants[k] * (1 + 0.15 * sin (syllable + k));
          double y = pulse + 2 * r * cos (2 * G_PI * f / RATE) * state[k][0] - r * r * state[k][1];

          state[k][1] = state[k][0];
          state[k][0] = y;
          out += y;
        }
      out *= 0.05 * loud;
      if (syllable % 3 == 0 && !pause && u > 0.7)
        out += g_rand_double_range (random, -0.05, 0.05) * sin (G_PI * (u - 0.7) / 0.3);
      samples[i] = (float) (out + g_rand_double_range (random, -noise, noise));
    }
  return samples;
}

static MynaAudioQuality *
judge (const float *samples, gsize n)
{
  MynaAudioQuality *quality = myna_audio_quality_measure (samples, n, RATE);

  g_assert_nonnull (quality->findings[0]);
  g_test_message ("%.1f s, speech %.1f, %.1f LUFS, peak %.1f, clipped %.4f, noise %.1f, SNR %.1f, "
                  "%.0f Hz: %s",
                  quality->seconds, quality->speech_seconds, quality->loudness_lufs,
                  quality->peak_db, quality->clipped_fraction, quality->noise_floor_db,
                  quality->snr_db, quality->bandwidth_hz, quality->findings[0]);
  return quality;
}

static gboolean
finds (MynaAudioQuality *quality, const char *words)
{
  for (int i = 0; quality->findings[i] != NULL; i++)
    if (strstr (quality->findings[i], words) != NULL)
      return TRUE;
  return FALSE;
}

static void
test_good (void)
{
  g_autofree float *samples = make_speech (40, -70);
  g_autoptr (MynaAudioQuality) quality = judge (samples, 40 * RATE);

  g_assert_cmpint (quality->grade, ==, MYNA_QUALITY_GOOD);
  g_assert_cmpfloat (quality->seconds, ==, 40);
  g_assert_cmpfloat (quality->speech_seconds, >, 30);
  g_assert_cmpfloat (quality->snr_db, >, 30);
  g_assert_cmpfloat_with_epsilon (quality->noise_floor_db, -70, 2);
  g_assert_cmpfloat (quality->clipped_fraction, ==, 0);
  g_assert_true (g_str_has_prefix (quality->findings[0], "Good: "));
}

static void
test_lengths (void)
{
  g_autofree float *samples = make_speech (10, -70);
  g_autoptr (MynaAudioQuality) ten = judge (samples, 10 * RATE);
  g_autoptr (MynaAudioQuality) two = judge (samples, 2 * RATE);
  g_autoptr (MynaAudioQuality) four = NULL;
  g_autoptr (MynaAudioQuality) fifth = judge (samples, RATE / 5);
  g_autoptr (MynaAudioQuality) ten_samples = judge (samples, 10);
  g_autoptr (MynaAudioQuality) nothing = judge (NULL, 0);

  memset (samples + 2 * RATE, 0, 2 * RATE * sizeof (float)); /* two seconds of it speak */
  four = judge (samples, 4 * RATE);
  g_assert_cmpint (ten->grade, ==, MYNA_QUALITY_FAIR);
  g_assert_true (finds (ten, "Short: "));
  g_assert_cmpint (two->grade, ==, MYNA_QUALITY_UNUSABLE);
  g_assert_true (finds (two, "The sample is too short."));
  g_assert_true (finds (four, "Too short: only 2 seconds "));
  g_assert_cmpint (four->grade, ==, MYNA_QUALITY_UNUSABLE);
  g_assert_true (finds (fifth, "The sample is too short."));
  g_assert_cmpint (fifth->grade, ==, MYNA_QUALITY_UNUSABLE);
  g_assert_cmpint (ten_samples->grade, ==, MYNA_QUALITY_UNUSABLE);
  g_assert_cmpint (nothing->grade, ==, MYNA_QUALITY_UNUSABLE);
}

/* Sound without speech, each of another kind. */
static void
test_no_speech (void)
{
  gsize n = 10 * RATE;
  g_autofree float *x = g_new0 (float, n);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  static const double chord[] = { 262, 330, 392 };

  for (int kind = 0; kind < 6; kind++)
    {
      g_autoptr (MynaAudioQuality) quality = NULL;

      for (gsize i = 0; i < n; i++)
        {
          double t = (double) i / RATE;
          double y = 0; /* 0: silence */

          if (kind == 1) /* a constant */
            y = 0.5;
          else if (kind == 2) /* noise */
            y = g_rand_double_range (random, -0.3, 0.3);
          else if (kind == 3) /* a tone with pauses */
            y = 0.3 * sin (2 * G_PI * 220 * t) * (fmod (t, 1) < 0.6);
          else if (kind == 4) /* claps over hum */
            y = 0.02 * sin (2 * G_PI * 100 * t) +
                g_rand_double_range (random, -0.8, 0.8) * exp (-fmod (t, 0.7) * 80);
          else if (kind == 5) /* chords */
            for (int k = 0; k < 3; k++)
              y += 0.2 * sin (2 * G_PI * chord[k] * (1 + (int) (t * 2) % 3 * 0.125) * t) *
                   exp (-fmod (t, 0.5) * 4);
          x[i] = (float) y;
        }
      quality = judge (x, n);
      g_assert_cmpint (quality->grade, ==, MYNA_QUALITY_UNUSABLE);
      g_assert_true (finds (quality, "No speech found"));
      g_assert_cmpfloat (quality->speech_seconds, ==, 0);
      g_assert_true (isfinite (quality->loudness_lufs) && isfinite (quality->snr_db));
    }
}

static void
test_noise (void)
{
  g_autofree float *clean = make_speech (20, -90);
  double power = 0;
  guint n_speech = 0;

  for (gsize i = 0; i < 20 * RATE; i++)
    if (fabsf (clean[i]) > 1e-3f)
      {
        power += (double) (clean[i] * clean[i]);
        n_speech++;
      }
  for (int snr = 5; snr <= 30; snr += 5)
    {
      double noise_db = 10 * log10 (power / n_speech) - snr;
      g_autofree float *samples = make_speech (20, noise_db);
      g_autoptr (MynaAudioQuality) quality = judge (samples, 20 * RATE);

      g_assert_cmpfloat_with_epsilon (quality->snr_db, snr, 3.5);
      g_assert_cmpint (finds (quality, "noise"), ==, quality->snr_db < 20);
      g_assert_cmpint (quality->grade, ==,
                       quality->snr_db < 20 ? MYNA_QUALITY_FAIR : MYNA_QUALITY_GOOD);
    }
}

static void
test_clipping (void)
{
  g_autofree float *samples = make_speech (20, -70);
  float peak = 0;

  for (gsize i = 0; i < 20 * RATE; i++)
    peak = MAX (peak, fabsf (samples[i]));
  /* Clipped and then turned down: the rail is where it is. */
  for (int turned_down = 0; turned_down < 2; turned_down++)
    {
      g_autofree float *clipped = g_new (float, 20 * RATE);
      g_autoptr (MynaAudioQuality) quality = NULL;
      guint n = 0;

      for (gsize i = 0; i < 20 * RATE; i++)
        {
          clipped[i] = CLAMP (samples[i] / peak * 8, -1.0f, 1.0f);
          n += fabsf (clipped[i]) == 1;
          if (turned_down)
            clipped[i] *= 0.4f;
        }
      quality = judge (clipped, 20 * RATE);
      g_test_message ("really %.4f", n / (20.0 * RATE));
      g_assert_cmpfloat_with_epsilon (quality->clipped_fraction, n / (20.0 * RATE), 0.01);
      g_assert_true (finds (quality, "distorted"));
    }
}

static void
test_quiet_and_telephone (void)
{
  g_autofree float *samples = make_speech (20, -90);
  g_autoptr (MynaAudioQuality) quiet = NULL;
  g_autoptr (MynaAudioQuality) telephone = NULL;

  for (gsize i = 0; i < 20 * RATE; i++)
    samples[i] *= 0.01f;
  quiet = judge (samples, 20 * RATE);
  g_assert_true (finds (quiet, "quiet"));
  for (gsize i = 0; i < 20 * RATE; i++)
    samples[i] *= 100;
  /* The same samples at 8 kHz hold nothing above 4. */
  telephone = myna_audio_quality_measure (samples, 20 * RATE, 8000);
  g_assert_cmpfloat (telephone->bandwidth_hz, <=, 4000);
  g_assert_true (finds (telephone, "telephone"));
}

/* What does not belong into a sound changes nothing. */
static void
test_damage (void)
{
  g_autofree float *samples = make_speech (20, -70);
  g_autoptr (MynaAudioQuality) clean = judge (samples, 20 * RATE);
  g_autoptr (MynaAudioQuality) damaged = NULL;

  for (gsize i = 0; i < 20 * RATE; i++)
    samples[i] += 0.2f;
  for (gsize i = 5000; i < 20 * RATE; i += 5000)
    samples[i] = i % 2000 == 0 ? NAN : 0.2f;
  damaged = judge (samples, 20 * RATE);
  g_assert_cmpint (damaged->grade, ==, clean->grade);
  g_assert_cmpfloat_with_epsilon (damaged->speech_seconds, clean->speech_seconds, 0.5);
}

/* A file gives what its samples give, of the chosen region only. */
static void
test_file (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "speech.flac");
  g_autofree float *samples = make_speech (40, -70);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudioQuality) all = NULL;
  g_autoptr (MynaAudioQuality) part = NULL;
  g_autoptr (MynaAudioQuality) expected = judge (samples + 5 * RATE, 20 * RATE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  write_audio (path, samples, 40 * RATE, RATE, 1);
  all = myna_audio_quality_measure_file (path, -1, 0, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (all->seconds, ==, 40);
  part = myna_audio_quality_measure_file (path, -1, 5, 25, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (part->seconds, ==, 20);
  g_assert_cmpfloat_with_epsilon (part->speech_seconds, expected->speech_seconds, 0.1);
  g_assert_cmpfloat_with_epsilon (part->loudness_lufs, expected->loudness_lufs, 0.1);
  g_assert_cmpfloat_with_epsilon (part->snr_db, expected->snr_db, 0.5);
  g_cancellable_cancel (cancellable);
  g_assert_null (myna_audio_quality_measure_file (path, -1, 0, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Real speakers, where there are some: all usable, none taken for music or a telephone. */
static void
test_media_folder (void)
{
  const char *media = g_getenv ("MYNA_MEDIA_DIR");
  static const char *const files[] = { "voice/lj/LJ050-0161.wav", "voice/lj/LJ050-0170.wav",
                                       "voice/vctk-p226/p226_003.wav",
                                       "voice/prompts/basic_ref_zh.wav", "voice/prompts/jfk.wav" };
  guint n = 0;

  for (guint i = 0; media != NULL && i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (media, files[i], NULL);
      g_autoptr (MynaAudioQuality) quality =
          myna_audio_quality_measure_file (path, -1, 0, 0, NULL, NULL);

      if (quality == NULL)
        continue;
      n++;
      g_test_message ("%s: %.1f s, SNR %.1f dB, %s", files[i], quality->speech_seconds,
                      quality->snr_db, quality->findings[0]);
      g_assert_cmpint (quality->grade, ==, MYNA_QUALITY_FAIR);
      g_assert_true (g_str_has_prefix (quality->findings[0], "Short: "));
      g_assert_cmpuint (g_strv_length (quality->findings), ==, 1);
    }
  if (n == 0)
    g_test_skip ("MYNA_MEDIA_DIR names no folder of media");
}

/* No sample above the ceiling, soft ones untouched, nothing delayed. */
static void
test_limiter (void)
{
  const float ceiling = 0.8912509f; /* -1 dBFS */
  gsize n = 2 * RATE;
  g_autofree float *in = g_new (float, n * 2);
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (MynaLimiter) limiter = myna_limiter_new (RATE, 2, MYNA_LIMITER_CEILING_DB);
  float highest = 0;

  for (gsize i = 0; i < n; i++)
    {
      double t = (double) i / RATE;
      double loud = t < 1 ? 0.25 : 2 + sin (2 * G_PI * 3 * t);

      in[2 * i] = (float) (loud * sin (2 * G_PI * 330 * t));
      in[2 * i + 1] = 0.5f * in[2 * i];
    }
  in[2 * 40000] = 30; /* a single click */
  for (gsize at = 0; at < n; at += 1000)
    myna_limiter_process (limiter, in + 2 * at, 1000, out);
  myna_limiter_flush (limiter, out);
  g_assert_cmpuint (out->len, ==, n * 2);
  for (gsize i = 0; i < n * 2; i++)
    highest = MAX (highest, fabsf (g_array_index (out, float, i)));
  g_assert_cmpfloat (highest, <=, ceiling);
  g_assert_cmpfloat (highest, >, 0.85);
  for (gsize i = 0; i < 2 * (RATE - RATE / 100); i++)
    g_assert_cmpfloat_with_epsilon (g_array_index (out, float, i), in[i], 1e-6);
  /* The channels keep their proportion. */
  for (gsize i = 0; i < n; i++)
    if (i != 40000)
      g_assert_cmpfloat_with_epsilon (0.5f * g_array_index (out, float, 2 * i),
                                      g_array_index (out, float, 2 * i + 1), 1e-5);
}

static void
test_loudness (void)
{
  g_autofree float *tone = g_new (float, 5 * 48000);
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (MynaLimiter) limiter = myna_limiter_new (48000, 1, MYNA_LIMITER_CEILING_DB);
  double gain;

  for (int i = 0; i < 5 * 48000; i++)
    tone[i] = (float) (0.1 * sin (2 * G_PI * 997 * i / 48000.0));
  /* A tone of 997 Hz has its RMS level as loudness, BS.1770: -20 dB peak is -23 LUFS. */
  g_assert_cmpfloat_with_epsilon (myna_loudness_measure (tone, 5 * 48000, 48000, 1), -23.0, 0.1);
  g_assert_cmpfloat_with_epsilon (myna_loudness_measure (tone, 9600, 48000, 1), -23.0, 0.1);
  g_assert_cmpfloat (myna_loudness_measure (tone, 0, 48000, 1), ==, MYNA_LOUDNESS_SILENCE_LUFS);
  g_assert_cmpfloat (myna_loudness_gain_db (MYNA_LOUDNESS_SILENCE_LUFS, -23), ==, 0);
  for (int i = 0; i < 5 * 48000; i++)
    tone[i] *= 0.1f;
  gain = myna_loudness_gain_db (myna_loudness_measure (tone, 5 * 48000, 48000, 1),
                                MYNA_LOUDNESS_TARGET_LUFS);
  g_assert_cmpfloat_with_epsilon (gain, 20, 0.1);
  myna_limiter_set_gain (limiter, gain);
  myna_limiter_process (limiter, tone, 5 * 48000, out);
  myna_limiter_flush (limiter, out);
  g_assert_cmpfloat_with_epsilon (
      myna_loudness_measure ((const float *) (void *) out->data, out->len, 48000, 1), -23.0, 0.1);
}

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audio-quality/good", test_good);
  g_test_add_func ("/audio-quality/lengths", test_lengths);
  g_test_add_func ("/audio-quality/no-speech", test_no_speech);
  g_test_add_func ("/audio-quality/noise", test_noise);
  g_test_add_func ("/audio-quality/clipping", test_clipping);
  g_test_add_func ("/audio-quality/quiet-and-telephone", test_quiet_and_telephone);
  g_test_add_func ("/audio-quality/damage", test_damage);
  g_test_add ("/audio-quality/file", Fixture, NULL, set_up, test_file, tear_down);
  g_test_add_func ("/audio-quality/media-folder", test_media_folder);
  g_test_add_func ("/audio-quality/limiter", test_limiter);
  g_test_add_func ("/audio-quality/loudness", test_loudness);
  return g_test_run ();
}
