/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-playlist.h"

static void
check_locate (MynaPlaylist *list, double position, int item, double offset)
{
  double found = -1;

  g_assert_cmpint (myna_playlist_locate (list, position, &found), ==, item);
  g_assert_cmpfloat_with_epsilon (found, offset, 1e-9);
}

static void
test_time_line (void)
{
  MynaPlaylist *list = myna_playlist_new ();

  check_locate (list, 3, -1, 0);
  g_assert_cmpfloat (myna_playlist_get_duration (list), ==, 0);
  g_assert_cmpuint (myna_playlist_append (list, "a.wav", 1, 3, 0.5), ==, 0);
  g_assert_cmpfloat (myna_playlist_get_duration (list), ==, 2);
  g_assert_cmpuint (myna_playlist_append (list, "b.wav", 0, 0, 0.25), ==, 1);
  g_assert_cmpint (myna_playlist_find_unmeasured (list), ==, 1);
  g_assert_cmpfloat (myna_playlist_get_duration (list), ==, 2.5);
  myna_playlist_set_duration (list, 1, 4);
  g_assert_cmpint (myna_playlist_find_unmeasured (list), ==, -1);
  g_assert_cmpfloat (myna_playlist_get_duration (list), ==, 6.5);
  check_locate (list, -1, 0, 0);
  check_locate (list, 1.5, 0, 1.5);
  check_locate (list, 2.25, 0, 2.25);
  check_locate (list, 2.5, 1, 0);
  check_locate (list, 6, 1, 3.5);
  check_locate (list, 100, 1, 4.25);
  myna_playlist_clear (list);
  g_assert_cmpuint (myna_playlist_get_length (list), ==, 0);
  g_assert_cmpuint (myna_playlist_append (list, "c.wav", 0, 0, 0), ==, 0);
  g_assert_cmpint (myna_playlist_find_unmeasured (list), ==, 0);
  myna_playlist_free (list);
}

/* A file that turns out shorter, or empty, moves what comes after it. */
static void
test_lengths_change (void)
{
  MynaPlaylist *list = myna_playlist_new ();

  myna_playlist_append (list, "a.wav", 0, 2, 0);
  myna_playlist_append (list, "b.wav", 0, 2, 0);
  myna_playlist_set_duration (list, 0, 0);
  check_locate (list, 0, 1, 0);
  check_locate (list, 1, 1, 1);
  g_assert_cmpfloat (myna_playlist_get_duration (list), ==, 2);
  myna_playlist_free (list);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/playlist/time-line", test_time_line);
  g_test_add_func ("/playlist/lengths-change", test_lengths_change);
  return g_test_run ();
}
