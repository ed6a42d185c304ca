/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-frame-clock.h"

/* A made-up stream: its deliveries come late by up to 80 ms at random, its clock drifts. */
typedef struct
{
  GRand *noise;
  double drift; /* parts */
  double loss;  /* part of the frames that never come */
  double lost;  /* microseconds */
  double time;  /* microseconds */
} Stream;

static gint64
next_window (Stream *stream)
{
  gint64 smallest = G_MAXINT64;

  for (int i = 0; i < 5; i++)
    {
      double step = MYNA_FRAME_CLOCK_WINDOW / 5.0;

      stream->time += step;
      stream->lost += step * stream->loss;
      smallest = MIN (smallest, (gint64) (stream->time * stream->drift + stream->lost +
                                          g_rand_double_range (stream->noise, 0, 80000)));
    }
  return smallest;
}

static gint64
watch (MynaFrameClock *clock, Stream *stream, int n_windows)
{
  gint64 lost = 0;

  for (int i = 0; i < n_windows; i++)
    lost = MAX (lost, myna_frame_clock_add (clock, next_window (stream)));
  return lost;
}

static void
test_whole (void)
{
  static const double drifts[] = { 0, 100e-6, -100e-6, 300e-6 };

  for (gsize i = 0; i < G_N_ELEMENTS (drifts); i++)
    {
      MynaFrameClock clock = { 0 };
      Stream stream = { g_rand_new_with_seed (7), drifts[i], 0, 0, 0 };

      /* Three hours. */
      g_assert_cmpint (watch (&clock, &stream, 3 * 3600 * 2), ==, 0);
      g_rand_free (stream.noise);
    }
}

static void
test_gap (void)
{
  MynaFrameClock clock = { 0 };
  Stream stream = { g_rand_new_with_seed (8), 50e-6, 0, 0, 0 };

  g_assert_cmpint (watch (&clock, &stream, 7000), ==, 0);
  stream.lost += 300000;
  g_assert_cmpint (watch (&clock, &stream, 2), >, 150000);
  g_rand_free (stream.noise);
}

/* Two thirds of the frames, as with a fixed buffer size through PulseAudio; and one in a hundred.
 */
static void
test_steady_loss (void)
{
  static const double losses[] = { 0.66, 0.01 };

  for (gsize i = 0; i < G_N_ELEMENTS (losses); i++)
    {
      MynaFrameClock clock = { 0 };
      Stream stream = { g_rand_new_with_seed (9), 0, losses[i], 0, 0 };

      g_assert_cmpint (watch (&clock, &stream, 60), >, 0);
      g_rand_free (stream.noise);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame-clock/whole", test_whole);
  g_test_add_func ("/frame-clock/gap", test_gap);
  g_test_add_func ("/frame-clock/steady-loss", test_steady_loss);
  return g_test_run ();
}
