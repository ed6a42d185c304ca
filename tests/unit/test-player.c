/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>

#include "engine/audio/myna-audio-writer.h"
#include "engine/audio/myna-player.h"
#include "engine/core/myna-error.h"
#include "tests/unit/sound-bench.h"

/* Run under tests/hardware/with-sound.sh. */

/* The player fades in and out over 10 ms. */
#define FADE (BENCH_RATE / 100)

typedef struct
{
  Bench bench;
  MynaPlayer *player;
  GSubprocess *listener;
  char *heard_path;
  float *heard;
  gsize n_heard;
  gboolean ended;
  double wanted;
  double last_position;
  int last_item;
} Fixture;

static void
ended_cb (MynaPlayer *player, gpointer data)
{
  Fixture *f = data;

  g_assert_false (myna_player_get_playing (player));
  f->ended = TRUE;
}

static void
position_changed_cb (MynaPlayer *player, GParamSpec *pspec, gpointer data)
{
  Fixture *f = data;
  double position = myna_player_get_position (player);

  g_assert_cmpfloat (position, >=, f->last_position);
  g_assert_cmpfloat (position, <=, myna_player_get_duration (player));
  f->last_position = position;
}

static void
item_changed_cb (MynaPlayer *player, GParamSpec *pspec, gpointer data)
{
  Fixture *f = data;
  int item = myna_player_get_item (player);

  g_assert_true (item == -1 || item == f->last_item + 1);
  f->last_item = item;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  bench_set_up (&f->bench);
  f->player = myna_player_new ();
  f->last_item = -1;
  g_signal_connect (f->player, "ended", G_CALLBACK (ended_cb), f);
  g_signal_connect (f->player, "notify::position", G_CALLBACK (position_changed_cb), f);
  g_signal_connect (f->player, "notify::item", G_CALLBACK (item_changed_cb), f);
  f->heard_path = bench_path (&f->bench, "heard.raw");
  f->listener = bench_listen (f->heard_path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->player);
  if (f->listener != NULL)
    bench_stop (f->listener);
  bench_tear_down (&f->bench);
  g_free (f->heard_path);
  g_free (f->heard);
}

static gboolean
has_ended (gpointer data)
{
  Fixture *f = data;

  g_assert_cmpstr (myna_player_get_error (f->player), ==, NULL);
  return f->ended;
}

static gboolean
has_position (gpointer data)
{
  Fixture *f = data;
  return myna_player_get_position (f->player) >= f->wanted;
}

static gboolean
has_error (gpointer data)
{
  Fixture *f = data;
  return myna_player_get_error (f->player) != NULL;
}

static gboolean
has_duration (gpointer data)
{
  Fixture *f = data;
  return myna_player_get_duration (f->player) >= f->wanted;
}

static goffset
get_size (const char *path)
{
  GStatBuf status = { 0 };

  return g_stat (path, &status) == 0 ? status.st_size : 0;
}

static gboolean
has_heard (gpointer data)
{
  Fixture *f = data;
  return (double) get_size (f->heard_path) >= f->wanted;
}

/* The listener writes in blocks: it has all of the sound when more has come. */
static void
stop_listening (Fixture *f)
{
  f->wanted = (double) get_size (f->heard_path) + 1;
  bench_wait (has_heard, f);
  f->wanted = (double) get_size (f->heard_path) + 1;
  bench_wait (has_heard, f);
  bench_stop (g_steal_pointer (&f->listener));
  f->heard = bench_read_raw (f->heard_path, &f->n_heard);
}

static void
start_listening (Fixture *f)
{
  f->wanted = 1;
  bench_wait (has_heard, f);
}

/* Where in what was heard the noise from @from seconds on is, whose first @skip frames may be
 * faded; its sound must be whole for @seconds. */
static gsize
check_heard (Fixture *f, double from, double seconds, gsize skip)
{
  gsize first = (gsize) lrint (from * BENCH_RATE);
  gsize n = (gsize) lrint (seconds * BENCH_RATE) - skip;

  for (gsize i = skip; i + n <= f->n_heard; i++)
    if (bench_follow (&f->bench, f->heard + i, 200, first + skip, 1) == 200)
      {
        g_assert_cmpuint (bench_follow (&f->bench, f->heard + i, n, first + skip, 1), ==, n);
        return i - skip;
      }
  g_test_message ("the noise from %.3f s on was not heard", from);
  g_test_fail ();
  return 0;
}

static void
check_silence (Fixture *f, gsize from, gsize n)
{
  for (gsize i = from; i < from + n; i++)
    g_assert_cmpfloat (f->heard[i], ==, 0);
}

/* Three regions with pauses; all is heard, whole, and apart by exactly the pauses. */
static void
test_list (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gsize a;
  gsize b;
  gsize c;

  start_listening (f);
  g_assert_cmpuint (myna_player_append (f->player, f->bench.noise_path, 1, 1.7, 0.4), ==, 0);
  g_assert_cmpuint (myna_player_append (f->player, f->bench.noise_path, 5, 5.5, 0), ==, 1);
  g_assert_cmpuint (myna_player_append (f->player, f->bench.noise_path, 59.25, 0, 9), ==, 2);
  myna_player_close_list (f->player);
  f->wanted = 0.7 + 0.4 + 0.5 + 0.75;
  bench_wait (has_duration, f);
  g_assert_cmpfloat_with_epsilon (myna_player_get_duration (f->player), f->wanted, 1e-6);
  g_assert_cmpint (myna_player_get_item (f->player), ==, -1);
  g_assert_true (myna_player_play (f->player, &error));
  g_assert_true (myna_player_get_playing (f->player));
  bench_wait (has_ended, f);
  g_assert_cmpfloat_with_epsilon (f->last_position, 2.35, 1e-6);
  g_assert_cmpint (myna_player_get_item (f->player), ==, -1);
  stop_listening (f);

  a = check_heard (f, 1, 0.7, FADE);
  b = check_heard (f, 5, 0.5, 0);
  c = check_heard (f, 59.25, 0.75, 0);
  g_assert_cmpuint (b - a, ==, (gsize) lrint (1.1 * BENCH_RATE));
  g_assert_cmpuint (c - b, ==, BENCH_RATE / 2);
  check_silence (f, a + (gsize) lrint (0.7 * BENCH_RATE), (gsize) lrint (0.4 * BENCH_RATE));
}

/* A take that is still being made: the player waits in silence and goes on. */
static void
test_growing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gsize a;
  gsize b;

  start_listening (f);
  g_assert_true (myna_player_play (f->player, &error));
  myna_player_append (f->player, f->bench.noise_path, 2, 2.5, 0.2);
  f->wanted = 0.5;
  bench_wait (has_position, f);
  g_assert_true (myna_player_get_playing (f->player));
  g_assert_cmpint (myna_player_get_item (f->player), ==, 0);
  myna_player_append (f->player, f->bench.noise_path, 7, 7.4, 0.2);
  myna_player_close_list (f->player);
  bench_wait (has_ended, f);
  stop_listening (f);

  a = check_heard (f, 2, 0.5, FADE);
  b = check_heard (f, 7, 0.4, FADE);
  g_assert_cmpuint (b - a, >=, (gsize) lrint (0.7 * BENCH_RATE));
}

/* First frame at or after @from from which on there are @n silent ones. */
static gsize
find_silence (Fixture *f, gsize from, gsize n)
{
  gsize run = 0;

  for (gsize i = from; i < f->n_heard; i++)
    {
      run = f->heard[i] == 0 ? run + 1 : 0;
      if (run == n)
        return i + 1 - n;
    }
  g_assert_not_reached ();
}

/* After a pause the sound goes on where it was: nothing is lost, nothing is heard twice. */
static void
test_pause (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gsize first;
  gsize silence;
  gsize again;
  gssize at;

  start_listening (f);
  myna_player_append (f->player, f->bench.noise_path, 3, 4.5, 0);
  myna_player_close_list (f->player);
  g_assert_true (myna_player_play (f->player, &error));
  f->wanted = 0.4;
  bench_wait (has_position, f);
  myna_player_pause (f->player);
  g_assert_false (myna_player_get_playing (f->player));
  f->wanted = (double) get_size (f->heard_path) + BENCH_RATE * 4;
  bench_wait (has_heard, f);
  g_assert_cmpfloat (myna_player_get_position (f->player), <, 1.4);
  g_assert_cmpint (myna_player_get_item (f->player), ==, 0);
  g_assert_true (myna_player_play (f->player, &error));
  bench_wait (has_ended, f);
  stop_listening (f);

  first = check_heard (f, 3, 0.35, FADE);
  silence = find_silence (f, first + FADE, FADE);
  again = silence;
  while (f->heard[again] == 0)
    again++;
  g_assert_cmpuint (again - silence, >, BENCH_RATE / 4);
  /* Behind the fade: it has lost as many frames as were heard; a faded sample may round to zero. */
  at = bench_find (&f->bench, f->heard + again + FADE, BENCH_RATE / 4, 1);
  g_assert_cmpint (at, >=, 0);
  g_assert_cmpint (ABS (at - (gssize) (3 * BENCH_RATE + (silence - first) + FADE)), <=, 4);
}

/* Seeking while playing and before; the position says so at once. */
static void
test_seek (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gsize b;

  start_listening (f);
  myna_player_append (f->player, f->bench.noise_path, 10, 30, 0.5);
  myna_player_append (f->player, f->bench.noise_path, 40, 41, 0);
  myna_player_close_list (f->player);
  g_assert_true (myna_player_play (f->player, &error));
  f->wanted = 0.2;
  bench_wait (has_position, f);
  f->last_position = 0;
  myna_player_seek (f->player, 19.5);
  g_assert_cmpfloat_with_epsilon (myna_player_get_position (f->player), 19.5, 1e-9);
  bench_wait (has_ended, f);
  stop_listening (f);

  check_heard (f, 10, 0.15, FADE);
  b = check_heard (f, 29.5, 0.5, FADE);
  g_assert_cmpuint (check_heard (f, 40, 1, 0) - b, ==, BENCH_RATE);
}

/* Stop goes back to the start; another list replaces this one. */
static void
test_stop_and_clear (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  start_listening (f);
  myna_player_append (f->player, f->bench.noise_path, 10, 30, 0);
  g_assert_true (myna_player_play (f->player, &error));
  f->wanted = 0.2;
  bench_wait (has_position, f);
  f->last_position = 0;
  myna_player_stop (f->player);
  g_assert_cmpfloat (myna_player_get_position (f->player), ==, 0);
  g_assert_cmpint (myna_player_get_item (f->player), ==, -1);
  g_assert_true (myna_player_play (f->player, &error));
  bench_wait (has_position, f);
  f->last_position = 0;
  myna_player_clear (f->player);
  g_assert_cmpfloat (myna_player_get_duration (f->player), ==, 0);
  g_assert_cmpuint (myna_player_append (f->player, f->bench.noise_path, 50, 50.5, 0), ==, 0);
  myna_player_close_list (f->player);
  g_assert_true (myna_player_play (f->player, &error));
  bench_wait (has_ended, f);
  g_assert_cmpfloat_with_epsilon (myna_player_get_position (f->player), 0.5, 1e-6);
  /* And once more from the start. */
  f->ended = FALSE;
  f->last_position = 0;
  g_assert_true (myna_player_play (f->player, &error));
  bench_wait (has_ended, f);
  stop_listening (f);
  check_heard (f, 50, 0.5, FADE);
}

static void
test_missing_file (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = bench_path (&f->bench, "no-such.wav");

  start_listening (f);
  myna_player_append (f->player, path, 0, 0, 0);
  myna_player_close_list (f->player);
  g_assert_true (myna_player_play (f->player, &error));
  bench_wait (has_error, f);
  g_assert_false (myna_player_get_playing (f->player));
  g_assert_nonnull (strstr (myna_player_get_error (f->player), path));
  myna_player_clear (f->player);
  g_assert_cmpstr (myna_player_get_error (f->player), ==, NULL);
}

static void
test_other_rates (Fixture *f, gconstpointer data)
{
  static const int rates[] = { 8000, 44100, 96000 };
  g_autoptr (GError) error = NULL;

  start_listening (f);
  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.flac", rates[i]);
      g_autofree char *path = bench_path (&f->bench, name);
      g_autoptr (MynaAudioWriter) writer =
          myna_audio_writer_open (path, rates[i], 1 + (int) i % 2, &error);

      g_assert_true (
          myna_audio_writer_write (writer, f->bench.noise, (gsize) rates[i] / 4, &error));
      g_assert_true (myna_audio_writer_finish (writer, &error));
      myna_player_append (f->player, path, 0, 0, 0);
    }
  myna_player_close_list (f->player);
  g_assert_true (myna_player_play (f->player, &error));
  bench_wait (has_ended, f);
  g_assert_cmpfloat_with_epsilon (myna_player_get_duration (f->player), 0.75, 0.01);
}

static void
signal_server (int number)
{
  kill ((pid_t) g_ascii_strtoll (g_getenv ("MYNA_FAKE_PULSE_PID"), NULL, 10), number);
}

/* The sound server dies. Last, because it does not come back. */
static void
test_server_dies (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  double position;

  start_listening (f);
  myna_player_append (f->player, f->bench.noise_path, 0, 0, 0);
  g_assert_true (myna_player_play (f->player, &error));
  f->wanted = 0.3;
  bench_wait (has_position, f);
  signal_server (SIGKILL);
  bench_wait (has_error, f);
  g_assert_false (myna_player_get_playing (f->player));
  position = myna_player_get_position (f->player);
  g_assert_cmpfloat (position, >=, 0.3);
  if (myna_player_play (f->player, &error))
    {
      bench_wait (has_error, f);
      g_assert_false (myna_player_get_playing (f->player));
    }
  else
    g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE);
}

#define ADD(name, func) g_test_add ("/player/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpstr (g_getenv ("MYNA_FAKE_SOUND"), ==, "1");
  ADD ("list", test_list);
  ADD ("growing", test_growing);
  ADD ("pause", test_pause);
  ADD ("seek", test_seek);
  ADD ("stop-and-clear", test_stop_and_clear);
  ADD ("missing-file", test_missing_file);
  ADD ("other-rates", test_other_rates);
  ADD ("server-dies", test_server_dies);
  return g_test_run ();
}
