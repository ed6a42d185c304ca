/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <libavformat/avformat.h>
#include <locale.h>
#include <signal.h>
#include <sys/resource.h>

#include "audio-fixtures.h"

static const char *const extensions[] = { "wav", "flac", "opus", "mp3" };
static const double times[] = { 0.2, 0.7 };

static char *
numbered (Fixture *f, const char *name, const char *extension)
{
  g_autofree char *full = g_strconcat (name, ".", extension, NULL);

  return file_in (f, full);
}

/* All values of 16 bits come back as they were. */
static void
test_lossless (Fixture *f, gconstpointer data)
{
  g_autofree float *samples = g_new (float, 65536 * 2);

  for (int i = 0; i < 65536; i++)
    {
      samples[2 * i] = (float) (i - 32768) / 32768;
      samples[2 * i + 1] = (float) ((i * 7919) % 65536 - 32768) / 32768;
    }
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *path = numbered (f, "all", extensions[i]);
      g_autoptr (MynaAudio) audio = NULL;

      write_audio (path, samples, 65536, 44100, 2);
      audio = read_all (path, -1, 0, 0);
      g_assert_cmpint (audio->rate, ==, 44100);
      g_assert_cmpint (audio->channels, ==, 2);
      g_assert_cmpmem (audio->samples, audio->n_frames * 8, samples, 65536 * 8);
    }
}

/* Every format at usual and odd rates keeps the length and the places. */
static void
test_rates (Fixture *f, gconstpointer data)
{
  static const int rates[] = { 8000, 16000, 22050, 24000, 44100, 44101, 48000, 96000 };

  for (guint e = 0; e < G_N_ELEMENTS (extensions); e++)
    for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
      for (int channels = 1; channels <= 2; channels++)
        {
          g_autofree char *path = numbered (f, "rate", extensions[e]);
          gsize n = (gsize) rates[r];
          g_autofree float *samples = make_pulses (1, rates[r], channels, times, 2);
          g_autoptr (MynaAudio) audio = NULL;

          write_audio (path, samples, n, rates[r], channels);
          audio = read_all (path, -1, rates[r], channels);
          g_assert_cmpint (ABS ((int) audio->n_frames - (int) n), <=, e < 2 ? 0 : 2);
          for (int i = 0; i < 2; i++)
            {
              double off =
                  pulse_offset (audio->samples, audio->n_frames, rates[r], channels, times[i]);

              g_assert_cmpfloat (fabs (off), <, e < 2 ? 0.5 : 2);
            }
        }
}

static void
test_same_bytes (Fixture *f, gconstpointer data)
{
  g_autofree float *samples = make_pulses (1, 24000, 1, times, 2);

  for (guint e = 0; e < G_N_ELEMENTS (extensions); e++)
    {
      g_autofree char *bytes[2] = { NULL, NULL };
      gsize lengths[2];

      for (int i = 0; i < 2; i++)
        {
          g_autofree char *path = numbered (f, i == 0 ? "one" : "two", extensions[e]);
          g_autoptr (MynaAudioWriter) writer = myna_audio_writer_open (path, 24000, 1, NULL);

          myna_audio_writer_set_tag (writer, "title", "Grüße");
          /* In pieces of another size: only the sound counts. */
          for (gsize at = 0; at < 24000; at += i == 0 ? 1000 : 375)
            g_assert_true (
                myna_audio_writer_write (writer, samples + at, i == 0 ? 1000 : 375, NULL));
          g_assert_true (myna_audio_writer_finish (writer, NULL));
          g_assert_true (g_file_get_contents (path, &bytes[i], &lengths[i], NULL));
        }
      g_assert_cmpmem (bytes[0], lengths[0], bytes[1], lengths[1]);
      g_free (bytes[1]);
    }
}

static void
assert_tag (const char *path, const char *key, const char *value)
{
  AVFormatContext *format = NULL;
  const AVDictionaryEntry *tag;

  g_assert_cmpint (avformat_open_input (&format, path, NULL, NULL), ==, 0);
  tag = av_dict_get (format->metadata, key, NULL, 0);
  if (tag == NULL)
    tag = av_dict_get (format->streams[0]->metadata, key, NULL, 0);
  g_assert_nonnull (tag);
  g_assert_cmpstr (tag->value, ==, value);
  avformat_close_input (&format);
}

static void
test_tags (Fixture *f, gconstpointer data)
{
  float samples[2000] = { 0 };

  for (guint e = 0; e < G_N_ELEMENTS (extensions); e++)
    {
      g_autofree char *path = numbered (f, "tags", extensions[e]);
      g_autoptr (MynaAudioWriter) writer = myna_audio_writer_open (path, 48000, 1, NULL);

      myna_audio_writer_set_tag (writer, "title", "Grüße");
      myna_audio_writer_set_tag (writer, "comment", "Synthetic speech");
      g_assert_true (myna_audio_writer_write (writer, samples, 2000, NULL));
      g_assert_true (myna_audio_writer_finish (writer, NULL));
      assert_tag (path, "title", "Grüße");
      assert_tag (path, "comment", "Synthetic speech");
    }
}

static void
test_unfinished (Fixture *f, gconstpointer data)
{
  float samples[20000] = { 0 };

  for (guint e = 0; e < G_N_ELEMENTS (extensions); e++)
    {
      g_autofree char *path = numbered (f, "unfinished", extensions[e]);
      MynaAudioWriter *writer = myna_audio_writer_open (path, 48000, 1, NULL);

      g_assert_true (myna_audio_writer_write (writer, samples, 20000, NULL));
      myna_audio_writer_free (writer);
      writer = myna_audio_writer_open (path, 48000, 1, NULL);
      myna_audio_writer_free (writer);
    }
  g_assert_cmpuint (count_files (f), ==, 0);
}

static void
test_empty (Fixture *f, gconstpointer data)
{
  for (guint e = 0; e < G_N_ELEMENTS (extensions); e++)
    {
      g_autofree char *path = numbered (f, "empty", extensions[e]);
      g_autoptr (GError) error = NULL;

      write_audio (path, NULL, 0, 48000, 1);
      g_assert_null (myna_audio_load (path, -1, 0, 0, 0, 0, NULL, &error));
      g_assert_nonnull (error);
    }
}

/* A recording is there from the start, and what was written of it can be read after a crash. */
static void
test_visible (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "take.flac");
  g_autofree char *working = file_in (f, "take.flac.incomplete");
  g_autofree float *samples = make_pulses (1, 48000, 1, times, 2);
  MynaAudioWriter *writer = myna_audio_writer_open_visible (path, 48000, 1, NULL);
  g_autoptr (MynaAudio) crashed = NULL;
  g_autoptr (MynaAudio) incomplete = NULL;

  g_assert_true (myna_audio_writer_write (writer, samples, 48000, NULL));
  crashed = read_all (working, -1, 0, 0);
  g_assert_cmpuint (crashed->n_frames, >, 48000 - 2 * 4608);
  g_assert_true (myna_audio_writer_finish_incomplete (writer, NULL));
  myna_audio_writer_free (writer);
  incomplete = read_all (working, -1, 0, 0);
  g_assert_cmpuint (incomplete->n_frames, ==, 48000);
  g_assert_cmpuint (count_files (f), ==, 1);

  writer = myna_audio_writer_open_visible (path, 48000, 1, NULL);
  g_assert_true (myna_audio_writer_write (writer, samples, 48000, NULL));
  g_assert_true (myna_audio_writer_finish (writer, NULL));
  myna_audio_writer_free (writer);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_files (f), ==, 1);
}

/* A limit on the size of files stands for the full disk. */
static void
test_full (Fixture *f, gconstpointer data)
{
  g_autofree float *samples = g_new (float, 480000);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  struct rlimit old, small;

  for (int i = 0; i < 480000; i++)
    samples[i] = (float) g_rand_double_range (random, -0.5, 0.5);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = (struct rlimit) { .rlim_cur = 50000, .rlim_max = old.rlim_max };
  signal (SIGXFSZ, SIG_IGN);
  for (guint e = 0; e < G_N_ELEMENTS (extensions); e++)
    {
      g_autofree char *path = numbered (f, "full", extensions[e]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;
      g_autoptr (MynaAudioWriter) writer = NULL;
      gboolean ok;

      g_assert_true (g_file_set_contents (path, "old", 3, NULL));
      writer = myna_audio_writer_open (path, 48000, 1, NULL);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
      ok = myna_audio_writer_write (writer, samples, 480000, &error);
      if (ok) /* or the last block tells it */
        ok = myna_audio_writer_finish (writer, &error);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
      g_assert_false (ok);
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_SPACE);
      g_assert_false (myna_audio_writer_write (writer, samples, 1, &again));
      g_assert_error (again, MYNA_ERROR, MYNA_ERROR_NO_SPACE);
    }
  g_assert_cmpuint (count_files (f), ==, G_N_ELEMENTS (extensions));
}

static void
assert_not_opened (Fixture *f, const char *name, int channels, int code)
{
  g_autofree char *path = file_in (f, name);
  g_autoptr (GError) error = NULL;

  g_assert_null (myna_audio_writer_open (path, 48000, channels, &error));
  g_assert_error (error, MYNA_ERROR, code);
  g_test_message ("%s", error->message);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  assert_not_opened (f, "speech.xyz", 1, MYNA_ERROR_UNSUPPORTED);
  assert_not_opened (f, "speech", 1, MYNA_ERROR_UNSUPPORTED);
  assert_not_opened (f, ".wav/speech", 1, MYNA_ERROR_UNSUPPORTED);
  assert_not_opened (f, "surround.mp3", 3, MYNA_ERROR_UNSUPPORTED);
  assert_not_opened (f, "no-folder/speech.wav", 1, MYNA_ERROR_NOT_FOUND);
  g_assert_cmpuint (count_files (f), ==, 0);
  g_assert_true (myna_audio_format_is_known ("A.WAV"));
  g_assert_true (myna_audio_format_is_known ("a.b.opus"));
  g_assert_false (myna_audio_format_is_known ("wav"));
  g_assert_false (myna_audio_format_is_known ("a.wav.bak"));
}

static void
test_wild_values (Fixture *f, gconstpointer data)
{
  for (guint e = 0; e < G_N_ELEMENTS (extensions); e++)
    {
      g_autofree char *path = numbered (f, "wild", extensions[e]);
      g_autoptr (MynaAudio) audio = NULL;
      float samples[10000];

      for (int i = 0; i < 10000; i++)
        samples[i] = i % 3 == 0 ? NAN : (i % 3 == 1 ? INFINITY : -1e20f);
      write_audio (path, samples, 10000, 48000, 1);
      audio = read_all (path, -1, 0, 0);
      g_assert_cmpuint (audio->n_frames, ==, 10000);
      if (e >= 2)
        continue;
      g_assert_cmpfloat (audio->samples[0], ==, 0);
      g_assert_cmpfloat_with_epsilon (audio->samples[1], 1, 1e-4);
      g_assert_cmpfloat (audio->samples[2], ==, -1);
    }
}

#define ADD(name, func) g_test_add ("/audio-writer/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  ADD ("lossless", test_lossless);
  ADD ("rates", test_rates);
  ADD ("same-bytes", test_same_bytes);
  ADD ("tags", test_tags);
  ADD ("unfinished", test_unfinished);
  ADD ("empty", test_empty);
  ADD ("visible", test_visible);
  ADD ("full", test_full);
  ADD ("refused", test_refused);
  ADD ("wild-values", test_wild_values);
  return g_test_run ();
}
