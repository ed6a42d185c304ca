/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <time.h>

#include "tests/ui/ui-test.h"
#include "ui/window/myna-window.h"

/*
 * Measures what a person feels: how long the main thread is busy at a stretch while a job runs, and
 * how long the window takes to appear. Printed, never asserted: machines differ.
 */

/* Between two waits of the main loop, in milliseconds: as the clock goes, and of this thread's work
 * alone, which other programs on the machine do not touch. */
typedef struct
{
  GArray *wall;
  GArray *work;
  double wall_start;
  double work_start;
} Turns;

static Turns turns;

static double
read_clock (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

/* The main loop waits in here; what lies between two calls is work. */
static int
measuring_poll (GPollFD *fds, guint n_fds, int timeout)
{
  double wall = read_clock (CLOCK_MONOTONIC) - turns.wall_start;
  double work = read_clock (CLOCK_THREAD_CPUTIME_ID) - turns.work_start;
  int result = 0;

  g_array_append_val (turns.wall, wall);
  g_array_append_val (turns.work, work);
  result = g_poll (fds, n_fds, timeout);
  turns.wall_start = read_clock (CLOCK_MONOTONIC);
  turns.work_start = read_clock (CLOCK_THREAD_CPUTIME_ID);
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
percentile (GArray *values, double part)
{
  return g_array_index (values, double, (guint) (part * (double) (values->len - 1)));
}

static void
print_turns (const char *what, const char *kind, GArray *values)
{
  guint n_over = 0;

  g_array_sort (values, compare);
  for (guint i = 0; i < values->len; i++)
    n_over += g_array_index (values, double, i) > 16.0;
  g_test_message (
      "%s, main thread, %s: %u turns, p50 %.2f ms, p99 %.2f ms, longest %.2f ms, %u over 16 ms",
      what, kind, values->len, percentile (values, 0.5), percentile (values, 0.99),
      percentile (values, 1.0), n_over);
}

typedef struct
{
  char *folder;
  MynaLibrary *library;
  GtkWidget *window;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = ui_test_make_folder ();
  fixture->library = myna_library_open (fixture->folder, MYNA_LIBRARY_OPEN_DEFAULT, &error);
  g_assert_no_error (error);
  ui_test_add_voice (fixture->library, fixture->folder, "Wind");
  fixture->window = GTK_WIDGET (myna_window_new (NULL));
  gtk_window_present (GTK_WINDOW (fixture->window));
  myna_window_set_library (MYNA_WINDOW (fixture->window), fixture->library);
  ui_test_settle (fixture->window);
  ui_test_wait_for (myna_job_queue_get_n_unfinished (myna_library_get_queue (fixture->library)) ==
                    0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ui_test_destroy (GTK_WINDOW (fixture->window), fixture->window);
  myna_library_close (fixture->library);
  g_object_unref (fixture->library);
  ui_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static void
begin_measuring (void)
{
  turns.wall = g_array_new (FALSE, FALSE, sizeof (double));
  turns.work = g_array_new (FALSE, FALSE, sizeof (double));
  turns.wall_start = read_clock (CLOCK_MONOTONIC);
  turns.work_start = read_clock (CLOCK_THREAD_CPUTIME_ID);
  g_main_context_set_poll_func (NULL, measuring_poll);
}

static void
end_measuring (const char *what)
{
  g_main_context_set_poll_func (NULL, NULL);
  print_turns (what, "by the clock", turns.wall);
  print_turns (what, "own work", turns.work);
  g_clear_pointer (&turns.wall, g_array_unref);
  g_clear_pointer (&turns.work, g_array_unref);
}

static MynaTake *
speak (Fixture *fixture, guint n_sentences)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  g_autoptr (MynaVoice) voice =
      g_list_model_get_item (G_LIST_MODEL (myna_library_get_voices (fixture->library)), 0);
  MynaTake *take = NULL;

  for (guint i = 0; i < n_sentences; i++)
    g_string_append_printf (text, "Sentence number %u is spoken while the window is watched. ", i);
  take = myna_takes_speak (myna_library_get_takes (fixture->library), voice, text->str, &params,
                           0.3, &error);
  g_assert_no_error (error);
  return take;
}

static void
show_take (Fixture *fixture, MynaTake *take)
{
  g_autofree char *result = g_strconcat ("take:", myna_take_get_id (take), NULL);

  myna_window_open_result (MYNA_WINDOW (fixture->window), result);
}

static void
test_stalls (Fixture *fixture, gconstpointer data)
{
  MynaTake *take = NULL;

  begin_measuring ();
  take = speak (fixture, 60);
  ui_test_wait_for (myna_take_get_job (take) == NULL);
  end_measuring ("60 sentences are spoken, the list of takes is shown");
  g_assert_cmpuint (myna_take_get_n_ready (take), ==, 60);

  begin_measuring ();
  take = speak (fixture, 60);
  show_take (fixture, take);
  ui_test_wait_for (myna_take_get_job (take) == NULL);
  end_measuring ("60 sentences are spoken, their take is shown");
  g_assert_cmpuint (myna_take_get_n_ready (take), ==, 60);
}

/* A megabyte of text: 18,000 sentences. The job is cancelled once the first are there. */
static void
test_long_text (Fixture *fixture, gconstpointer data)
{
  MynaJobQueue *queue = myna_library_get_queue (fixture->library);
  MynaTake *take = NULL;

  begin_measuring ();
  take = speak (fixture, 18000);
  show_take (fixture, take);
  ui_test_wait_for (myna_take_get_n_ready (take) >= 10);
  myna_job_queue_cancel (queue, myna_take_get_job (take));
  ui_test_wait_for (myna_take_get_job (take) == NULL);
  end_measuring ("a megabyte of text is begun and cancelled");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (take)), ==, 18000);
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
  if (g_getenv ("MYNA_SANITIZER") != NULL)
    {
      g_print ("1..0 # SKIP measures speed, which a sanitizer changes\n");
      return 0;
    }
  ui_test_init (&argc, &argv);
  g_test_add_func ("/ui/probe/start", test_start);
  g_test_add ("/ui/probe/stalls", Fixture, NULL, set_up, test_stalls, tear_down);
  g_test_add ("/ui/probe/long-text", Fixture, NULL, set_up, test_long_text, tear_down);
  return g_test_run ();
}
