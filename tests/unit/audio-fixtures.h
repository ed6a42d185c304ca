/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A folder for each test, and sounds that its files are made of. */

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "engine/audio/myna-audio-file.h"
#include "engine/core/myna-error.h"

typedef struct
{
  char *folder;
} Fixture;

static inline void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("myna-audio-XXXXXX", NULL);
  g_assert_nonnull (f->folder);
}

static inline void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->folder, name, NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
}

static inline char *
file_in (Fixture *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

G_GNUC_UNUSED static guint
count_files (Fixture *f)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* A soft pulse, 0.7 high, at each of the times, over a faint tone; the same in all channels. */
G_GNUC_UNUSED static float *
make_pulses (double seconds, int rate, int channels, const double *times, guint n_times)
{
  gsize n = (gsize) llround (seconds * rate);
  float *samples = g_new0 (float, n *(gsize) channels);

  for (gsize i = 0; i < n; i++)
    {
      double t = (double) i / rate;
      double x = 0.002 * sin (2 * G_PI * 440 * t);

      for (guint k = 0; k < n_times; k++)
        x += 0.7 * exp (-pow ((t - times[k]) / 0.0008, 2));
      for (int c = 0; c < channels; c++)
        samples[i * (gsize) channels + (gsize) c] = (float) x;
    }
  return samples;
}

/* Where the highest sample within 0.1 s of the time lies, in samples from the time, between
 * samples. */
G_GNUC_UNUSED static double
pulse_offset (const float *samples, gsize n, int rate, int channels, double time)
{
  gsize first = (gsize) MAX (0, (time - 0.1) * rate);
  gsize last = MIN (n, (gsize) ((time + 0.1) * rate));
  gsize step = (gsize) channels;
  gsize at = first;
  double a, b, c;

  for (gsize i = first; i < last; i++)
    if (samples[i * step] > samples[at * step])
      at = i;
  g_assert_cmpuint (at, >, first);
  g_assert_cmpuint (at, <, last - 1);
  g_assert_cmpfloat (samples[at * step], >, 0.3);
  a = (double) samples[(at - 1) * step];
  b = (double) samples[at * step];
  c = (double) samples[(at + 1) * step];
  return (double) at + 0.5 * (a - c) / (a - 2 * b + c) - time * rate;
}

G_GNUC_UNUSED static void
write_audio (const char *path, const float *samples, gsize n, int rate, int channels)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudioWriter) writer = myna_audio_writer_open (path, rate, channels, &error);

  g_assert_no_error (error);
  g_assert_true (myna_audio_writer_write (writer, samples, n, &error));
  g_assert_true (myna_audio_writer_finish (writer, &error));
  g_assert_no_error (error);
}

/* A WAV file of floats, which our own writer does not make. */
G_GNUC_UNUSED static void
write_float_wav (const char *path, const float *samples, gsize n, int rate)
{
  guint32 bytes = (guint32) (n * sizeof (float));
  guint32 header[] = { GUINT32_TO_LE (36 + bytes),
                       0x45564157,
                       0x20746d66,
                       GUINT32_TO_LE (16),
                       3 | 1 << 16,
                       GUINT32_TO_LE ((guint32) rate),
                       GUINT32_TO_LE ((guint32) rate * 4),
                       4 | 32 << 16,
                       0x61746164,
                       GUINT32_TO_LE (bytes) };
  g_autoptr (GByteArray) all = g_byte_array_new ();

  g_byte_array_append (all, (const guint8 *) "RIFF", 4);
  g_byte_array_append (all, (const guint8 *) header, sizeof header);
  g_byte_array_append (all, (const guint8 *) samples, bytes);
  g_assert_true (g_file_set_contents (path, (const char *) all->data, all->len, NULL));
}

/* Runs ffmpeg in the folder with arguments separated by spaces. FALSE, and the test is skipped,
 * where there is no ffmpeg program. */
G_GNUC_UNUSED static gboolean
run_ffmpeg (Fixture *f, const char *arguments)
{
  g_autofree char *program = g_find_program_in_path ("ffmpeg");
  g_autofree char *line = g_strconcat ("ffmpeg -v error -nostdin -y ", arguments, NULL);
  g_auto (GStrv) argv = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  int status = -1;

  if (program == NULL)
    {
      g_test_skip ("no ffmpeg program to make media with");
      return FALSE;
    }
  g_assert_true (g_shell_parse_argv (line, NULL, &argv, &error));
  g_spawn_sync (f->folder, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                NULL, &output, &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_test_message ("%s: %s", line, output);
  g_assert_cmpint (status, ==, 0);
  return TRUE;
}

/* All of a stream, read in uneven pieces. */
G_GNUC_UNUSED static MynaAudio *
read_all (const char *path, int stream, int rate, int channels)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudioReader) reader =
      myna_audio_reader_open (path, stream, rate, channels, &error);
  MynaAudio *audio = g_new0 (MynaAudio, 1);
  gssize n;

  g_assert_no_error (error);
  audio->rate = myna_audio_reader_get_rate (reader);
  audio->channels = myna_audio_reader_get_channels (reader);
  do
    {
      gsize step = 1 + audio->n_frames % 4999;

      audio->samples =
          g_renew (float, audio->samples, (audio->n_frames + step) * (gsize) audio->channels);
      n = myna_audio_reader_read (
          reader, audio->samples + audio->n_frames * (gsize) audio->channels, step, &error);
      g_assert_no_error (error);
      audio->n_frames += (gsize) n;
    }
  while (n > 0);
  return audio;
}
