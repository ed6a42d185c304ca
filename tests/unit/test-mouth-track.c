/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/lipsync/mouth/myna-mouth-phones.h"
#include "engine/lipsync/mouth/myna-mouth-shaping.h"
#include "engine/lipsync/mouth/myna-mouth-speech.h"
#include "engine/lipsync/mouth/myna-mouth-visemes.h"

#define RATE 16000

static void
test_sample (void)
{
  const MynaMouthShape shapes[] = {
    { .opening = 0.0f, .width = 1.0f, .silent = TRUE },
    { .opening = 0.10f, .width = 0.8f },
    { .opening = 0.06f, .width = 1.0f },
    { .opening = 0.0f, .width = 1.0f, .closed = TRUE },
  };
  const MynaClosure closures[] = { { 0.03 } };
  g_autoptr (MynaMouthTrack) track = myna_mouth_track_new (shapes, 4, closures, 1);
  g_autoptr (MynaMouthTrack) empty = myna_mouth_track_new (NULL, 0, NULL, 0);
  gsize n;

  g_assert_cmpfloat_with_epsilon (myna_mouth_track_get_duration (track), 0.04, 1e-9);
  g_assert_cmpfloat_with_epsilon (myna_mouth_track_sample (track, 0.015).opening, 0.08, 1e-6);
  g_assert_cmpfloat_with_epsilon (myna_mouth_track_sample (track, 0.015).width, 0.9, 1e-6);
  g_assert_false (myna_mouth_track_sample (track, 0.015).silent);
  /* The flags are the nearer sample's, and shut the mouth wholly. */
  g_assert_true (myna_mouth_track_sample (track, 0.004).silent);
  g_assert_true (myna_mouth_track_sample (track, 0.004).opening == 0);
  g_assert_true (myna_mouth_track_sample (track, 0.026).closed);
  g_assert_true (myna_mouth_track_sample (track, 0.026).opening == 0);
  for (int i = 0; i < 4; i++)
    {
      const double outside[] = { -1, 0.05, 1e300, NAN };

      g_assert_true (myna_mouth_track_sample (track, outside[i]).silent);
      g_assert_true (myna_mouth_track_sample (empty, outside[i]).silent);
    }
  g_assert_cmpfloat (myna_mouth_track_get_closures (track, &n)[0].time, ==, 0.03);
  g_assert_cmpuint (n, ==, 1);
  myna_mouth_track_get_closures (empty, &n);
  g_assert_cmpuint (n, ==, 0);
}

/* Whatever is asked for: marked samples are exactly shut, values finite and in range. */
static void
test_constraints_survive (void)
{
  for (int round = 0; round < 200; round++)
    {
      gsize n = (gsize) g_test_rand_int_range (1, 400);
      g_autofree MynaMouthShape *shapes = g_new0 (MynaMouthShape, n);
      g_autofree gboolean *shut = g_new0 (gboolean, n);
      g_autoptr (MynaMouthTrack) track = NULL;
      gsize n_closures, n_runs = 0;

      for (gsize i = 0; i < n; i++)
        {
          shapes[i].opening = (float) g_test_rand_double_range (0, 0.2);
          shapes[i].width = (float) g_test_rand_double_range (0.7, 1.2);
          shapes[i].teeth = g_test_rand_int_range (0, 8) == 0;
          shapes[i].closed = g_test_rand_int_range (0, 12) == 0;
          shapes[i].silent = g_test_rand_int_range (0, 12) == 0;
          shut[i] = shapes[i].closed || shapes[i].silent;
          n_runs += shapes[i].closed && (i == 0 || !shapes[i - 1].closed) ? 1 : 0;
        }
      track = myna_mouth_shaping_finish (shapes, n, g_test_rand_double_range (0, 1), 1);
      myna_mouth_track_get_closures (track, &n_closures);
      g_assert_cmpuint (n_closures, ==, n_runs);
      for (gsize i = 0; i < n; i++)
        {
          MynaMouthShape shape = myna_mouth_track_sample (track, (double) i / MYNA_MOUTH_RATE);

          g_assert_true (shape.opening >= 0 && shape.opening < 0.25f);
          g_assert_true (shape.width > 0.5f && shape.width < 1.4f);
          g_assert_true (shape.teeth >= 0 && shape.teeth <= 1);
          g_assert_true (!shut[i] || shape.opening == 0);
        }
    }
}

/* A step comes through in time: half way at the step, and faster up than down. */
static void
test_filter (void)
{
  for (int k = 0; k <= 4; k++)
    {
      MynaMouthShape shapes[300] = { 0 };
      g_autoptr (MynaMouthTrack) track = NULL;
      int rise = 0, fall = 0;

      for (int i = 100; i < 200; i++)
        shapes[i].opening = 0.1f;
      track = myna_mouth_shaping_finish (shapes, 300, k / 4.0, 1);
      for (int i = 0; i < 300; i++)
        {
          float opening = myna_mouth_track_sample (track, i / 100.0).opening;

          rise += i < 150 && opening > 0.01f && opening < 0.09f ? 1 : 0;
          fall += i >= 150 && opening > 0.01f && opening < 0.09f ? 1 : 0;
        }
      g_assert_cmpfloat_with_epsilon (myna_mouth_track_sample (track, 1.0).opening, 0.05, 0.03);
      g_assert_cmpfloat_with_epsilon (myna_mouth_track_sample (track, 1.5).opening, 0.1, 1e-3);
      g_assert_cmpfloat_with_epsilon (myna_mouth_track_sample (track, 0.7).opening, 0, 1e-3);
      g_assert_cmpint (fall, >, rise);
      g_assert_cmpint (rise, >=, 2);
      g_assert_cmpint (fall, <=, 6 + 4 * k);
    }
}

static void
test_silence (void)
{
  MynaMouthShape shapes[200] = { 0 };
  gboolean speech[200] = { FALSE };

  /* Speech 0.30 … 0.80, a pause of 200 ms, 1.00 … 1.30, a pause of 400 ms, 1.70 … 1.80. */
  for (int i = 0; i < 200; i++)
    speech[i] = (i >= 30 && i < 80) || (i >= 100 && i < 130) || (i >= 170 && i < 180);
  myna_mouth_shaping_mark_silence (shapes, speech, 200);
  for (int i = 0; i < 200; i++)
    {
      gboolean expected = i < 24 || (i >= 140 && i < 164) || i >= 190;

      if (shapes[i].silent != expected)
        g_test_message ("sample %d", i);
      g_assert_true (shapes[i].silent == expected);
    }
}

static void
check_closed (const char *set, const char *name, gboolean expected)
{
  const MynaViseme *visemes[MYNA_VISEMES_MAX];
  float shares[MYNA_VISEMES_MAX];
  int n = myna_visemes_of_phone (set, name, visemes, shares);
  gboolean closed = FALSE;
  float sum = 0;

  for (int i = 0; i < n; i++)
    {
      closed |= visemes[i]->kind == MYNA_VISEME_CLOSED;
      sum += shares[i];
    }
  g_test_message ("%s %s: %d shapes", set, name, n);
  g_assert_cmpint (n, >, 0);
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-5);
  g_assert_true (closed == expected);
}

static float
get_opening (const char *set, const char *name)
{
  const MynaViseme *visemes[MYNA_VISEMES_MAX];
  float shares[MYNA_VISEMES_MAX];

  g_assert_cmpint (myna_visemes_of_phone (set, name, visemes, shares), >, 0);
  return visemes[0]->opening;
}

static void
test_visemes (void)
{
  const char *const closed[][2] = {
    { "espeak", "p" },     { "espeak", "b" },   { "espeak", "m" },      { "espeak", "ph" },
    { "espeak", "b#" },    { "espeak", "pF" },  { "arpabet", "P" },     { "arpabet", "B" },
    { "arpabet", "M" },    { "arpabet", "b" },  { "arpabet", "p" },     { "arpabet", "m" },
    { "arpabet", "my" },   { "arpabet", "ㅂ" }, { "arpabet", "Yaam3" }, { "arpabet", "Yb" },
    { "arpabet", "Yip6" },
  };
  const char *const open[][2] = {
    { "espeak", "p\\" },  { "espeak", "B" },      { "espeak", "'A:" },    { "espeak", "w" },
    { "espeak", "tS;h" }, { "espeak", "'iou" },   { "espeak", "N" },      { "espeak", "i@3" },
    { "espeak", "u~" },   { "arpabet", "AA1" },   { "arpabet", "NG" },    { "arpabet", "ang4" },
    { "arpabet", "zh" },  { "arpabet", "iang2" }, { "arpabet", "N" },     { "arpabet", "En3" },
    { "arpabet", "i01" }, { "arpabet", "EE" },    { "arpabet", "Yyun4" }, { "arpabet", "ㅏ" },
  };
  const char *const nothing[] = { "_", "_:", "_|", "(en)", "", "!", "…", "SP", "SP2", "UNK" };
  const MynaViseme *visemes[MYNA_VISEMES_MAX];
  float shares[MYNA_VISEMES_MAX];

  for (gsize i = 0; i < G_N_ELEMENTS (closed); i++)
    check_closed (closed[i][0], closed[i][1], TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (open); i++)
    check_closed (open[i][0], open[i][1], FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (nothing); i++)
    g_assert_cmpint (myna_visemes_of_phone ("arpabet", nothing[i], visemes, shares), ==, 0);
  g_assert_cmpint (myna_visemes_of_phone ("espeak", "'aU", visemes, shares), ==, 2);
  g_assert_cmpfloat_with_epsilon (shares[0], 0.6, 1e-6);
  g_assert_cmpfloat (get_opening ("espeak", "'A:"), >, get_opening ("espeak", "'i:"));
  g_assert_cmpfloat (get_opening ("arpabet", "AA1"), >, get_opening ("arpabet", "UW0"));
  g_assert_cmpfloat (get_opening ("arpabet", "a1"), >, get_opening ("arpabet", "i1"));
  /* The same sound in either notation. */
  g_assert_cmpfloat (get_opening ("arpabet", "IY1"), ==, get_opening ("espeak", "'i:"));
}

/* Any bytes are a name. */
static void
test_visemes_random (void)
{
  for (int round = 0; round < 20000; round++)
    {
      const MynaViseme *visemes[MYNA_VISEMES_MAX];
      float shares[MYNA_VISEMES_MAX];
      char name[12] = { 0 };
      int n;

      for (int i = 0; i < 11; i++)
        name[i] = (char) g_test_rand_int_range (0, 256);
      n = myna_visemes_of_phone (round % 2 ? "espeak" : "arpabet", name, visemes, shares);
      g_assert_true (n >= 0 && n <= MYNA_VISEMES_MAX);
    }
}

static void
append_phone (GArray *phones, const char *name, double *time, double seconds)
{
  MynaPhone phone = { .start = *time, .end = *time + seconds };

  g_strlcpy (phone.name, name, sizeof phone.name);
  *time = phone.end;
  g_array_append_val (phones, phone);
}

/* "(pause) a p a m i f a (pause)": closed where it must be, open between, shut in the pauses. */
static void
test_phones (void)
{
  g_autoptr (GArray) phones = g_array_new (FALSE, TRUE, sizeof (MynaPhone));
  g_autofree float *zeros = g_new0 (float, 3 * RATE);
  g_autoptr (MynaMouthSound) sound = NULL;
  g_autoptr (MynaMouthTrack) track = NULL;
  const MynaClosure *closures = NULL;
  double time = 0;
  gsize n;

  append_phone (phones, "_:", &time, 0.5);
  append_phone (phones, "'A:", &time, 0.2); /* 0.5 */
  append_phone (phones, "p", &time, 0.1);   /* 0.7 */
  append_phone (phones, "'A:", &time, 0.2); /* 0.8 */
  append_phone (phones, "m", &time, 0.04);  /* 1.0 */
  append_phone (phones, "'i:", &time, 0.2); /* 1.04 */
  append_phone (phones, "f", &time, 0.12);  /* 1.24 */
  append_phone (phones, "'A:", &time, 0.2); /* 1.36 */
  append_phone (phones, "_:", &time, 0.5);  /* 1.56 */
  sound = myna_mouth_sound_new (zeros, (gsize) (time * RATE));
  track = myna_mouth_track_new_for_speech (sound, phones, "espeak", NULL, 0.5, NULL, NULL);
  closures = myna_mouth_track_get_closures (track, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpfloat_with_epsilon (closures[0].time, 0.74, 0.03);
  g_assert_cmpfloat_with_epsilon (closures[1].time, 1.01, 0.03);
  for (gsize i = 0; i < n; i++)
    g_assert_true (myna_mouth_track_sample (track, closures[i].time).opening == 0);
  g_assert_cmpfloat (myna_mouth_track_sample (track, 0.6).opening, >, 0.07);
  g_assert_cmpfloat (myna_mouth_track_sample (track, 0.9).opening, >, 0.07);
  g_assert_cmpfloat (myna_mouth_track_sample (track, 1.14).opening, <,
                     myna_mouth_track_sample (track, 0.9).opening);
  g_assert_cmpfloat (myna_mouth_track_sample (track, 1.14).width, >, 1.04);
  g_assert_cmpfloat (myna_mouth_track_sample (track, 1.30).teeth, >, 0.7);
  g_assert_cmpfloat (myna_mouth_track_sample (track, 1.30).opening, <, 0.036);
  for (double t = 0; t < 0.43; t += 0.01)
    g_assert_true (myna_mouth_track_sample (track, t).opening == 0);
  for (double t = 1.68; t < 2.05; t += 0.01)
    g_assert_true (myna_mouth_track_sample (track, t).opening == 0);
}

static void
test_phones_random (void)
{
  static const char *const names[] = { "p", "'A:", "s", "f", "_", "tS", "w", "'aI", "m", "" };

  for (int round = 0; round < 100; round++)
    {
      g_autoptr (GArray) phones = g_array_new (FALSE, TRUE, sizeof (MynaPhone));
      MynaMouthShape shapes[300] = { 0 };

      for (int i = 0; i < 40; i++)
        {
          MynaPhone phone = { .start = g_test_rand_double_range (-1, 4) };

          phone.end = phone.start + g_test_rand_double_range (-0.1, 0.5);
          if (g_test_rand_int_range (0, 20) == 0)
            phone.end = g_test_rand_bit () ? NAN : INFINITY;
          g_strlcpy (phone.name, names[g_test_rand_int_range (0, 10)], sizeof phone.name);
          g_array_append_val (phones, phone);
        }
      myna_mouth_phones_get_shapes (phones, "espeak", shapes, 300);
      for (int i = 0; i < 300; i++)
        {
          g_assert_true (shapes[i].opening >= 0 && shapes[i].opening < 0.2f);
          g_assert_true (shapes[i].width > 0.7f && shapes[i].width < 1.2f);
        }
    }
}

/* A crude voice: pulses through two resonances, and noise for s. */
static void
speak (float *samples, gsize from, gsize to, double first, double second, double level)
{
  double y[2][3] = { { 0 } };
  const double hz[2] = { first, second };

  for (gsize i = from; i < to; i++)
    {
      double x = i % (RATE / 120) == 0 ? 1 : 0;

      for (int f = 0; f < 2; f++)
        {
          double r = exp (-G_PI * 90 / RATE);

          y[f][0] = x + 2 * r * cos (2 * G_PI * hz[f] / RATE) * y[f][1] - r * r * y[f][2];
          y[f][2] = y[f][1];
          y[f][1] = y[f][0];
          x = y[f][0] * 0.1;
        }
      samples[i] += (float) (x * level);
    }
}

static void
test_sound (void)
{
  g_autofree float *samples = g_new0 (float, 4 * RATE);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (MynaMouthSound) sound = NULL;
  const MynaMouthSoundFrame *frames = NULL;
  gsize n;

  for (gsize i = 0; i < 4 * RATE; i++)
    samples[i] = (float) g_rand_double_range (rand, -1e-3, 1e-3);
  speak (samples, RATE, 2 * RATE, 750, 1200, 0.5);
  speak (samples, 2 * RATE, 3 * RATE, 300, 2300, 0.5);
  samples[100] = NAN;
  sound = myna_mouth_sound_new (samples, 4 * RATE);
  frames = myna_mouth_sound_get_frames (sound, &n);
  g_assert_cmpuint (n, ==, 400);
  g_assert_cmpfloat_with_epsilon (myna_mouth_sound_get_duration (sound), 4, 1e-9);
  g_assert_cmpfloat_with_epsilon (myna_mouth_sound_get_speech (sound), 2, 0.1);
  for (gsize i = 0; i < n; i++)
    {
      if (i < 95 || i > 305)
        g_assert_false (frames[i].speech);
      if (i > 105 && i < 195)
        {
          g_assert_true (frames[i].speech);
          g_assert_cmpfloat_with_epsilon (frames[i].first, 750, 120);
          g_assert_cmpfloat (frames[i].voicing, >, 0.8);
        }
      if (i > 205 && i < 295)
        g_assert_cmpfloat_with_epsilon (frames[i].second, 2300, 200);
    }
}

/* Nothing is known but the sound: a and i differ, a pause shuts the mouth. */
static void
test_acoustic (void)
{
  g_autofree float *samples = g_new0 (float, 6 * RATE);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (MynaMouthSound) sound = NULL;
  g_autoptr (MynaMouthTrack) track = NULL;
  MynaMouthShape a, i;

  for (gsize k = 0; k < 6 * RATE; k++)
    samples[k] = (float) g_rand_double_range (rand, -1e-3, 1e-3);
  for (gsize k = 0; k < 4; k++)
    {
      gsize start = RATE + k * RATE / 2;

      speak (samples, start, start + RATE / 4, 750, 1200, 0.5);
      speak (samples, start + RATE / 4, start + RATE / 2, 300, 2300, 0.5);
    }
  sound = myna_mouth_sound_new (samples, 6 * RATE);
  track = myna_mouth_track_new_for_speech (sound, NULL, NULL, NULL, 0.5, NULL, NULL);
  a = myna_mouth_track_sample (track, 1.63);
  i = myna_mouth_track_sample (track, 1.88);
  g_assert_cmpfloat (a.opening, >, i.opening + 0.01);
  g_assert_cmpfloat (a.width, <, i.width);
  for (double t = 0; t < 0.9; t += 0.01)
    g_assert_true (myna_mouth_track_sample (track, t).opening == 0);
  for (double t = 3.2; t < 6; t += 0.01)
    g_assert_true (myna_mouth_track_sample (track, t).opening == 0);
}

static void
test_no_sound (void)
{
  g_autoptr (MynaMouthSound) sound = myna_mouth_sound_new (NULL, 0);
  g_autoptr (MynaMouthTrack) track = NULL;
  g_autoptr (GError) error = NULL;

  track = myna_mouth_track_new_for_speech (sound, NULL, NULL, NULL, 0.5, NULL, NULL);
  g_assert_cmpfloat (myna_mouth_track_get_duration (track), ==, 0);
  g_assert_null (myna_mouth_sound_load ("/nonexistent.wav", NULL, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mouth-track/sample", test_sample);
  g_test_add_func ("/mouth-track/constraints-survive", test_constraints_survive);
  g_test_add_func ("/mouth-track/filter", test_filter);
  g_test_add_func ("/mouth-track/silence", test_silence);
  g_test_add_func ("/mouth-track/visemes", test_visemes);
  g_test_add_func ("/mouth-track/visemes-random", test_visemes_random);
  g_test_add_func ("/mouth-track/phones", test_phones);
  g_test_add_func ("/mouth-track/phones-random", test_phones_random);
  g_test_add_func ("/mouth-track/sound", test_sound);
  g_test_add_func ("/mouth-track/acoustic", test_acoustic);
  g_test_add_func ("/mouth-track/no-sound", test_no_sound);
  return g_test_run ();
}
