/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/jobs/myna-eta.h"

static void
test_hidden_at_first (void)
{
  MynaEta eta;

  myna_eta_start (&eta, 100);
  myna_eta_update (&eta, 100, 0);
  myna_eta_update (&eta, 102, 0.02);
  g_assert_cmpfloat (myna_eta_get (&eta, 102), ==, -1);
  myna_eta_update (&eta, 105, 0.05);
  g_assert_cmpfloat_with_epsilon (myna_eta_get (&eta, 105), 95, 0.5);
}

static void
test_shown_after_ten_seconds (void)
{
  MynaEta eta;

  myna_eta_start (&eta, 0);
  myna_eta_update (&eta, 0, 0);
  myna_eta_update (&eta, 9, 0.009);
  g_assert_cmpfloat (myna_eta_get (&eta, 9), ==, -1);
  myna_eta_update (&eta, 10, 0.01);
  g_assert_cmpfloat_with_epsilon (myna_eta_get (&eta, 10), 990, 5);
}

static void
test_nothing_known (void)
{
  MynaEta eta;

  myna_eta_start (&eta, 0);
  g_assert_cmpfloat (myna_eta_get (&eta, 60), ==, -1);
  myna_eta_update (&eta, 1, -1);
  g_assert_cmpfloat (myna_eta_get (&eta, 60), ==, -1);
  myna_eta_update (&eta, 2, 0.5);
  g_assert_cmpfloat (myna_eta_get (&eta, 60), ==, -1);
}

/* What was done before says nothing of the pace. */
static void
test_resumed (void)
{
  MynaEta eta;

  myna_eta_start (&eta, 0);
  myna_eta_update (&eta, 0, 0.8);
  myna_eta_update (&eta, 10, 0.81);
  g_assert_cmpfloat_with_epsilon (myna_eta_get (&eta, 10), 190, 1);
}

static void
test_follows_a_change_of_pace (void)
{
  MynaEta eta;
  double now = 0, fraction = 0;

  myna_eta_start (&eta, 0);
  for (; fraction < 0.4; now += 0.5, fraction += 0.01)
    myna_eta_update (&eta, now, fraction);
  g_assert_cmpfloat_with_epsilon (myna_eta_get (&eta, now), 30, 2);
  for (int i = 0; i < 100; i++, now += 0.5, fraction += 0.001)
    myna_eta_update (&eta, now, fraction);
  g_assert_cmpfloat_with_epsilon (myna_eta_get (&eta, now), 250, 25);
}

/* Between two values the time goes on, and never below nothing. */
static void
test_counts_down (void)
{
  MynaEta eta;

  myna_eta_start (&eta, 0);
  myna_eta_update (&eta, 0, 0);
  myna_eta_update (&eta, 10, 0.5);
  g_assert_cmpfloat_with_epsilon (myna_eta_get (&eta, 14), 6, 1e-9);
  g_assert_cmpfloat (myna_eta_get (&eta, 40), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eta/hidden-at-first", test_hidden_at_first);
  g_test_add_func ("/eta/shown-after-ten-seconds", test_shown_after_ten_seconds);
  g_test_add_func ("/eta/nothing-known", test_nothing_known);
  g_test_add_func ("/eta/resumed", test_resumed);
  g_test_add_func ("/eta/follows-a-change-of-pace", test_follows_a_change_of_pace);
  g_test_add_func ("/eta/counts-down", test_counts_down);
  return g_test_run ();
}
