/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdlib.h>

#include "tests/ui/ui-test.h"
#include "ui/window/myna-window.h"

/*
 * Measures what a person feels: how long the main thread is busy at a stretch while a job runs, and
 * how long the window takes to appear. Printed, never asserted: machines differ.
 */

static GArray *busy;        /* of double: milliseconds between two waits of the main loop */
static gint64 woken_at = 0; /* when the last wait ended */

/* The main loop waits in here; what lies between two calls is work. */
static int
measuring_poll (GPollFD *fds, guint n_fds, int timeout)
{
  gint64 now = g_get_monotonic_time ();
  double milliseconds = (double) (now - woken_at) / 1000.0;
  int result = 0;

  if (woken_at != 0)
    g_array_append_val (busy, milliseconds);
  result = g_poll (fds, n_fds, timeout);
  woken_at = g_get_monotonic_time ();
  return result;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
percentile (double part)
{
  return g_array_index (busy, double, (guint) (part * (double) (busy->len - 1)));
}

static void
print_stalls (const char *what)
{
  guint n_over = 0;

  g_array_sort (busy, compare);
  for (guint i = 0; i < busy->len; i++)
    n_over += g_array_index (busy, double, i) > 16.0;
  g_test_message (
      "%s: %u turns of the main loop, p50 %.2f ms, p99 %.2f ms, longest %.2f ms, %u over 16 ms",
      what, busy->len, percentile (0.5), percentile (0.99), percentile (1.0), n_over);
}

static void
test_stalls (void)
{
  g_autofree char *folder = ui_test_make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (MynaLibrary) library = myna_library_open (folder, MYNA_LIBRARY_OPEN_DEFAULT, &error);
  GtkWidget *window = GTK_WIDGET (myna_window_new (NULL));
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  MynaVoice *voice = NULL;
  MynaTake *take = NULL;

  g_assert_no_error (error);
  voice = ui_test_add_voice (library, folder, "Wind");
  gtk_window_present (GTK_WINDOW (window));
  myna_window_set_library (MYNA_WINDOW (window), library);
  ui_test_settle (window);
  for (int i = 0; i < 60; i++)
    g_string_append_printf (text, "Sentence number %d is spoken while the window is watched. ", i);

  busy = g_array_new (FALSE, FALSE, sizeof (double));
  g_main_context_set_poll_func (NULL, measuring_poll);
  take =
      myna_takes_speak (myna_library_get_takes (library), voice, text->str, &params, 0.3, &error);
  g_assert_no_error (error);
  ui_test_wait_for (myna_take_get_job (take) == NULL);
  g_main_context_set_poll_func (NULL, NULL);
  g_assert_cmpuint (myna_take_get_n_ready (take), ==, 60);
  print_stalls ("main thread while 60 sentences are spoken");
  g_array_unref (busy);

  ui_test_destroy (GTK_WINDOW (window), window);
  myna_library_close (library);
  ui_test_remove_folder (folder);
}

/* Starts the real program and reads from its log when the first frame was on the screen. */
static double
measure_start (void)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) program = NULL;
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  gint64 started = 0;
  gint64 drawn = 0;

  g_subprocess_launcher_setenv (launcher, "G_MESSAGES_DEBUG", "Myna", TRUE);
  started = g_get_monotonic_time ();
  program = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("MYNA_PROGRAM"), NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (program));
  while (drawn == 0)
    {
      g_autofree char *line = g_data_input_stream_read_line (output, NULL, NULL, NULL);
      const char *found = NULL;

      g_assert_nonnull (line);
      found = strstr (line, "first frame at ");
      if (found != NULL)
        drawn = g_ascii_strtoll (found + strlen ("first frame at "), NULL, 10);
    }
  g_subprocess_force_exit (program);
  g_assert_true (g_subprocess_wait (program, NULL, NULL));
  return (double) (drawn - started) / 1e6;
}

static void
test_start (void)
{
  double first = 0.0;
  double second = 0.0;

  if (g_getenv ("MYNA_PROGRAM") == NULL)
    {
      g_test_skip ("MYNA_PROGRAM does not name the program");
      return;
    }
  first = measure_start ();
  second = measure_start ();
  g_test_message ("window on the screen %.2f s after the start, %.2f s when started again", first,
                  second);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/ui/probe/start", test_start);
  g_test_add_func ("/ui/probe/stalls", test_stalls);
  return g_test_run ();
}
