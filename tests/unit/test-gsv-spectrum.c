/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-decoder.h"
#include "engine/voice/gptsovits/myna-gsv-spectrum.h"

#include <math.h>

static float *
make_tone (gsize n, int rate, double hertz)
{
  float *tone = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    tone[i] = (float) (0.5 * sin (2 * G_PI * hertz * (double) i / rate));
  return tone;
}

/* A tone far below both limits stays the same tone, whatever the rates. */
static void
test_resample (void)
{
  static const int rates[][2] = {
    { 32000, 16000 }, { 44100, 32000 }, { 48000, 32000 }, { 8000, 32000 },
    { 11025, 16000 }, { 96000, 16000 }, { 16000, 16000 }, { 44101, 32000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      gsize n = (gsize) rates[i][0] / 4 + 3, n_out, wanted;
      g_autofree float *tone = make_tone (n, rates[i][0], 500);
      g_autofree float *ideal = make_tone ((gsize) rates[i][1], rates[i][1], 500);
      g_autofree float *made = myna_gsv_resample (tone, n, rates[i][0], rates[i][1], &n_out);

      wanted = (gsize) ceil ((double) n * rates[i][1] / rates[i][0]);
      g_assert_cmpuint (n_out, ==, wanted);
      for (gsize k = 200; k + 200 < n_out; k++)
        g_assert_cmpfloat_with_epsilon (made[k], ideal[k], 0.01);
    }
}

static void
test_resample_short (void)
{
  static const float one[] = { 1 };
  gsize n;
  g_autofree float *none = myna_gsv_resample (NULL, 0, 44100, 32000, &n);
  g_autofree float *some = NULL;

  g_assert_nonnull (none);
  g_assert_cmpuint (n, ==, 0);
  some = myna_gsv_resample (one, 1, 16000, 32000, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpfloat_with_epsilon (some[0], 1, 0.05);
}

/* 1000 Hz is bin 64 of 2048 points at 32 kHz; a window's sum is 1024, half of it and half the
 * amplitude: 256. */
static void
test_spectrogram (void)
{
  g_autofree float *tone = make_tone (32000, MYNA_GSV_RATE, 1000);
  gsize n_frames;
  g_autofree float *bins = myna_gsv_spectrogram (tone, 32000, 704, &n_frames);
  g_autofree float *least = NULL;

  g_assert_cmpuint (n_frames, ==, 50);
  for (gsize frame = 2; frame < 48; frame++)
    {
      g_assert_cmpfloat_with_epsilon (bins[frame * 704 + 64], 256, 0.5);
      g_assert_cmpfloat (bins[frame * 704 + 70], <, 0.5);
    }
  g_assert_null (myna_gsv_spectrogram (tone, MYNA_GSV_SPECTROGRAM_LEAST - 1, 704, &n_frames));
  g_assert_cmpuint (n_frames, ==, 0);
  least = myna_gsv_spectrogram (tone, MYNA_GSV_SPECTROGRAM_LEAST, MYNA_GSV_MAX_BINS, &n_frames);
  g_assert_cmpuint (n_frames, ==, 1);
}

/* Silence is at the floor, a tone is loudest in its band. */
static void
test_fbank (void)
{
  g_autofree float *silence = g_new0 (float, 16000);
  g_autofree float *tone = make_tone (16000, MYNA_GSV_SPEAKER_RATE, 1000);
  gsize n_frames, loudest = 0;
  g_autofree float *quiet = myna_gsv_fbank (silence, 16000, &n_frames);
  g_autofree float *loud = myna_gsv_fbank (tone, 16000, &n_frames);

  g_assert_cmpuint (n_frames, ==, 98);
  g_assert_cmpfloat_with_epsilon (quiet[0], logf (1.1920929e-7f), 1e-4);
  for (gsize band = 0; band < MYNA_GSV_BANDS; band++)
    if (loud[10 * MYNA_GSV_BANDS + band] > loud[10 * MYNA_GSV_BANDS + loudest])
      loudest = band;
  /* mel (1000) = 1000, mel (20) = 32, mel (8000) = 2840: (1000 − 32)/34.7 − 1 */
  g_assert_cmpuint (loudest, >=, 26);
  g_assert_cmpuint (loudest, <=, 28);
  g_assert_null (myna_gsv_fbank (tone, MYNA_GSV_FBANK_LEAST - 1, &n_frames));
}

static void
test_lengths (void)
{
  static const float a[] = { 1, 2 }, b[] = { 3, 6 }, c[] = { 5, 1 };
  float mean[2];

  g_assert_cmpint (myna_gsv_count_frames (50, 1), ==, 100);
  g_assert_cmpint (myna_gsv_count_frames (50, 1.3), ==, 77);
  g_assert_cmpint (myna_gsv_count_frames (50, 0.6), ==, 167);
  myna_gsv_timbre_average (mean, a, 2, 1);
  myna_gsv_timbre_average (mean, b, 2, 2);
  myna_gsv_timbre_average (mean, c, 2, 3);
  g_assert_cmpfloat_with_epsilon (mean[0], 3, 1e-6);
  g_assert_cmpfloat_with_epsilon (mean[1], 3, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gsv/resample", test_resample);
  g_test_add_func ("/gsv/resample/short", test_resample_short);
  g_test_add_func ("/gsv/spectrogram", test_spectrogram);
  g_test_add_func ("/gsv/fbank", test_fbank);
  g_test_add_func ("/gsv/lengths", test_lengths);
  return g_test_run ();
}
