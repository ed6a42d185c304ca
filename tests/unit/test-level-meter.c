/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "engine/audio/myna-level-meter.h"

#define RATE 48000

static void
add_tone (MynaLevelMeter *meter, double amplitude, double seconds)
{
  int n = (int) (seconds * RATE);

  for (int i = 0; i < n; i++)
    {
      float sample = (float) (amplitude * sin (i * 2 * G_PI * 440 / RATE));

      myna_level_meter_add (meter, &sample, 1);
    }
}

static void
test_tone (void)
{
  MynaLevelMeter meter;

  myna_level_meter_init (&meter, RATE);
  add_tone (&meter, 0.5, 0.5);
  g_assert_cmpfloat_with_epsilon (meter.level, 0.5 / G_SQRT2, 1e-4);
  g_assert_cmpfloat_with_epsilon (meter.peak, 0.5, 1e-3);
  g_assert_false (meter.clipped);
}

static void
test_hold (void)
{
  MynaLevelMeter meter;

  myna_level_meter_init (&meter, RATE);
  add_tone (&meter, 0.8, 0.1);
  add_tone (&meter, 0.1, 1.4);
  g_assert_cmpfloat_with_epsilon (meter.peak, 0.8, 1e-2);
  g_assert_cmpfloat_with_epsilon (meter.level, 0.1 / G_SQRT2, 1e-3);
  add_tone (&meter, 0.1, 0.2);
  g_assert_cmpfloat_with_epsilon (meter.peak, 0.1, 1e-3);
}

static void
test_clipped (void)
{
  MynaLevelMeter meter;

  myna_level_meter_init (&meter, RATE);
  add_tone (&meter, 0.99, 0.1);
  g_assert_false (meter.clipped);
  add_tone (&meter, 3, 0.1);
  g_assert_true (meter.clipped);
  g_assert_cmpfloat (meter.peak, <=, 1);
  g_assert_cmpfloat (meter.level, <=, 1);
  add_tone (&meter, 0, 3);
  g_assert_true (meter.clipped);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/level-meter/tone", test_tone);
  g_test_add_func ("/level-meter/hold", test_hold);
  g_test_add_func ("/level-meter/clipped", test_clipped);
  return g_test_run ();
}
