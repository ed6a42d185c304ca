/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/sound-bench.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>

#include "engine/audio/myna-audio-writer.h"

/* Sixteen bits and a volume of exactly one lie between the noise and what is heard. */
#define TOLERANCE (2.5f / 32768)

void
bench_set_up (Bench *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudioWriter) writer = NULL;
  guint32 state = 1;

  self->folder = g_dir_make_tmp ("myna-test-sound-XXXXXX", &error);
  g_assert_no_error (error);
  self->n_noise = 60 * BENCH_RATE;
  self->noise = g_new (float, self->n_noise);
  for (gsize i = 0; i < self->n_noise; i++)
    {
      state = state * 1664525 + 1013904223;
      self->noise[i] = (float) ((int) (state >> 18) - 8192) / 32768;
    }
  self->noise_path = bench_path (self, "noise.wav");
  writer = myna_audio_writer_open (self->noise_path, BENCH_RATE, 1, &error);
  g_assert_no_error (error);
  g_assert_true (myna_audio_writer_write (writer, self->noise, self->n_noise, &error));
  g_assert_true (myna_audio_writer_finish (writer, &error));
}

void
bench_tear_down (Bench *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = bench_path (self, name);
      g_unlink (path);
    }
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->noise);
  g_free (self->noise_path);
}

char *
bench_path (Bench *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

GSubprocess *
bench_speak (Bench *self)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "paplay",
                                           "--device=room", self->noise_path, NULL);

  g_assert_no_error (error);
  return process;
}

GSubprocess *
bench_listen (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *rate = g_strdup_printf ("--rate=%d", BENCH_RATE);
  GSubprocess *process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "parec", "--device=speaker.monitor",
                        "--format=float32ne", "--channels=1", "--raw", rate, path, NULL);

  g_assert_no_error (error);
  return process;
}

void
bench_stop (GSubprocess *process)
{
  g_subprocess_send_signal (process, SIGTERM);
  g_subprocess_wait (process, NULL, NULL);
  g_object_unref (process);
}

void
bench_pactl (const char *first_arg, ...)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  va_list rest;

  g_ptr_array_add (args, (gpointer) "pactl");
  va_start (rest, first_arg);
  for (const char *arg = first_arg; arg != NULL; arg = va_arg (rest, const char *))
    g_ptr_array_add (args, (gpointer) arg);
  va_end (rest);
  g_ptr_array_add (args, NULL);
  process = g_subprocess_newv ((const char *const *) args->pdata, G_SUBPROCESS_FLAGS_STDOUT_SILENCE,
                               &error);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

gsize
bench_follow (Bench *self, const float *heard, gsize n_heard, gsize from, float gain)
{
  gsize n = 0;

  while (n < n_heard && from + n < self->n_noise &&
         fabsf (heard[n] - gain * self->noise[from + n]) < TOLERANCE)
    n++;
  return n;
}

gssize
bench_find (Bench *self, const float *heard, gsize n_heard, float gain)
{
  for (gsize i = 0; i + n_heard < self->n_noise; i++)
    if (bench_follow (self, heard, n_heard, i, gain) == n_heard)
      return (gssize) i;
  return -1;
}

float *
bench_read_raw (const char *path, gsize *n)
{
  g_autoptr (GError) error = NULL;
  char *data = NULL;
  gsize length = 0;

  g_file_get_contents (path, &data, &length, &error);
  g_assert_no_error (error);
  *n = length / sizeof (float);
  return (float *) (gpointer) data;
}

static gboolean
too_long_cb (gpointer user_data)
{
  gboolean *too_long = user_data;

  *too_long = TRUE;
  return G_SOURCE_CONTINUE;
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
bench_wait (BenchDone done, gpointer user_data)
{
  gboolean too_long = FALSE;
  guint watch_id = g_timeout_add_seconds (60, too_long_cb, &too_long);
  guint tick_id = g_timeout_add (20, tick_cb, NULL);

  while (!done (user_data))
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_false (too_long);
    }
  g_source_remove (tick_id);
  g_source_remove (watch_id);
}
