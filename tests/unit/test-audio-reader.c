/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>

#include "audio-fixtures.h"

static const double pulse_times[] = { 0.3, 1.25, 2.6 };
#define LENGTH 3.0

typedef struct
{
  const char *name;
  const char *arguments; /* for making it from source.wav */
  double tolerance;      /* of a pulse's place, in samples */
} Format;

static const Format formats[] = {
  { "a.wav", "-i source.wav -c:a pcm_s24le a.wav", 0.5 },
  { "a.flac", "-i source.wav a.flac", 0.5 },
  { "a.aiff", "-i source.wav a.aiff", 0.5 },
  { "a.m4a", "-i source.wav -c:a aac a.m4a", 3 },
  { "alac.m4a", "-i source.wav -c:a alac alac.m4a", 0.5 },
  { "a.mp3", "-i source.wav -c:a libmp3lame a.mp3", 3 },
  { "a.opus", "-i source.wav -c:a libopus a.opus", 3 },
  { "a.ogg", "-i source.wav -c:a libvorbis a.ogg", 3 },
  { "a.webm", "-i source.wav -c:a libopus a.webm", 3 },
  { "a.mka", "-i source.wav -c:a flac a.mka", 0.5 },
  { "v.mp4", "-f lavfi -i testsrc=d=3:r=25:s=64x64 -i source.wav -c:v mpeg4 -c:a aac v.mp4", 3 },
  { "v.mkv", "-f lavfi -i testsrc=d=3:r=25:s=64x64 -i source.wav -c:v mpeg4 -c:a flac v.mkv", 0.5 },
};

static void
make_source (Fixture *f, int rate)
{
  g_autofree char *path = file_in (f, "source.wav");
  g_autofree float *samples =
      make_pulses (LENGTH, rate, 2, pulse_times, G_N_ELEMENTS (pulse_times));

  write_audio (path, samples, (gsize) (LENGTH * rate), rate, 2);
}

static void
check_pulses (const char *path, int rate, double tolerance)
{
  g_autoptr (MynaAudio) audio = read_all (path, -1, rate, 1);

  for (guint i = 0; i < G_N_ELEMENTS (pulse_times); i++)
    {
      double offset =
          pulse_offset (audio->samples, audio->n_frames, audio->rate, 1, pulse_times[i]);

      g_test_message ("%s at %d Hz: pulse at %.2f s is off by %.2f samples", path, audio->rate,
                      pulse_times[i], offset);
      g_assert_cmpfloat (fabs (offset), <=, tolerance * audio->rate / 44100 + 0.1);
    }
}

static void
test_timing (Fixture *f, gconstpointer data)
{
  make_source (f, 44100);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *path = file_in (f, formats[i].name);

      if (!run_ffmpeg (f, formats[i].arguments))
        return;
      check_pulses (path, 0, formats[i].tolerance);
      check_pulses (path, 16000, formats[i].tolerance);
    }
}

static void
test_length (Fixture *f, gconstpointer data)
{
  static const guint exact[] = { 0, 1, 2, 3, 4, 5, 6, 7 };

  make_source (f, 48000);
  for (guint i = 0; i < G_N_ELEMENTS (exact); i++)
    {
      const Format *format = &formats[exact[i]];
      g_autofree char *path = file_in (f, format->name);
      g_autoptr (MynaAudio) audio = NULL;
      g_autoptr (MynaAudioReader) reader = NULL;

      if (!run_ffmpeg (f, format->arguments))
        return;
      audio = read_all (path, -1, 48000, 0);
      g_assert_cmpuint (audio->n_frames, ==, (gsize) (LENGTH * 48000));
      reader = myna_audio_reader_open (path, -1, 0, 0, NULL);
      g_assert_cmpfloat_with_epsilon (myna_audio_reader_get_duration (reader), LENGTH, 1e-3);
    }
}

/* After a jump the samples are those that reading from the start gives there. */
static void
check_seek (const char *path, int rate)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudio) audio = read_all (path, -1, rate, 1);
  g_autoptr (MynaAudioReader) reader = myna_audio_reader_open (path, -1, rate, 1, &error);
  double length = (double) audio->n_frames / audio->rate;
  float block[3000];

  for (int i = 0; i < 25; i++)
    {
      double time = length * (i * 37 % 25) / 25 + 0.01234;
      gsize at = (gsize) llround (time * audio->rate);
      gsize left = audio->n_frames > at ? audio->n_frames - at : 0;
      gssize n;

      g_assert_true (myna_audio_reader_seek (reader, time, &error));
      n = myna_audio_reader_read (reader, block, G_N_ELEMENTS (block), &error);
      g_assert_no_error (error);
      g_assert_cmpint (n, ==, (gssize) MIN (left, G_N_ELEMENTS (block)));
      for (gssize k = 0; k < n; k++)
        /* AAC fills with random noise, hence no equality. */
        g_assert_cmpfloat_with_epsilon (block[k], audio->samples[at + (gsize) k], 2e-3);
    }
  g_assert_true (myna_audio_reader_seek (reader, length + 10, &error));
  g_assert_cmpint (myna_audio_reader_read (reader, block, 10, &error), ==, 0);
  g_assert_no_error (error);
}

static void
test_seek (Fixture *f, gconstpointer data)
{
  static const char *const more[] = {
    "-stream_loop 4 -i source.wav -c:a aac long.aac",
    "-stream_loop 4 -i source.wav -c:a ac3 long.ac3",
    "-stream_loop 4 -i source.wav -c:a libmp3lame long.mp3",
    "-stream_loop 4 -i source.wav -c:a aac long.ts",
    "-stream_loop 4 -i source.wav -c:a mp2 long.mpg",
    "-stream_loop 4 -i source.wav -c:a libopus long.webm",
    "-stream_loop 4 -i source.wav -c:a aac long.m4a",
    "-stream_loop 4 -i source.wav long.flac",
  };

  make_source (f, 44100);
  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    {
      g_autofree char *path = file_in (f, strrchr (more[i], ' ') + 1);

      if (!run_ffmpeg (f, more[i]))
        return;
      check_seek (path, 0);
      check_seek (path, 16000);
    }
}

#define LEAVE_OUT "-i source.wav -af \"aselect='not(between(t,0.6,1.0)+between(t,1.5,2.2))'\" "

/* Sound that a variable recording left out is silent, and what follows is in its place. */
static void
check_gap (const char *path, double tolerance)
{
  g_autoptr (MynaAudio) audio = read_all (path, -1, 0, 1);

  check_pulses (path, 0, tolerance);
  g_assert_cmpfloat_with_epsilon ((double) audio->n_frames / 48000, LENGTH, 0.002);
  for (gsize i = (gsize) (1.7 * 48000); i < (gsize) (2.1 * 48000); i++)
    g_assert_cmpfloat (audio->samples[i], ==, 0);
}

static void
test_gap (Fixture *f, gconstpointer data)
{
  g_autofree char *exact = file_in (f, "gap.m4a");
  g_autofree char *coarse = file_in (f, "gap.mka");

  make_source (f, 48000);
  if (!run_ffmpeg (f, LEAVE_OUT "-c:a alac gap.m4a") ||
      !run_ffmpeg (f, LEAVE_OUT "-c:a flac gap.mka"))
    return;
  check_gap (exact, 0.5);
  check_seek (exact, 0);
  check_seek (exact, 16000);
  check_gap (coarse, 24); /* its clock is 1 ms */
}

/* Where the timestamps start anew, the sound goes on. */
static void
test_reset (Fixture *f, gconstpointer data)
{
  g_autofree char *one = file_in (f, "one.ts");
  g_autofree char *two = file_in (f, "two.ts");
  g_autofree char *bytes = NULL;
  g_autoptr (GByteArray) both = g_byte_array_new ();
  g_autoptr (MynaAudio) single = NULL;
  g_autoptr (MynaAudio) joined = NULL;
  gsize length;

  make_source (f, 48000);
  if (!run_ffmpeg (f, "-i source.wav -c:a aac one.ts"))
    return;
  g_assert_true (g_file_get_contents (one, &bytes, &length, NULL));
  g_byte_array_append (both, (const guint8 *) bytes, (guint) length);
  g_byte_array_append (both, (const guint8 *) bytes, (guint) length);
  g_assert_true (g_file_set_contents (two, (const char *) both->data, both->len, NULL));
  single = read_all (one, -1, 0, 1);
  joined = read_all (two, -1, 0, 1);
  g_test_message ("%zu frames, twice %zu", joined->n_frames, single->n_frames);
  g_assert_cmpfloat_with_epsilon ((double) joined->n_frames, 2.0 * (double) single->n_frames, 2048);
}

/* Sound that begins after the picture begins with silence. */
static void
test_late_start (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "late.mkv");
  g_autoptr (MynaAudio) audio = NULL;

  make_source (f, 48000);
  if (!run_ffmpeg (f, "-f lavfi -i testsrc=d=5:r=25:s=64x64 -itsoffset 1.5 -i source.wav "
                      "-c:v mpeg4 -c:a flac late.mkv"))
    return;
  audio = read_all (path, -1, 0, 1);
  for (guint i = 0; i < G_N_ELEMENTS (pulse_times); i++)
    g_assert_cmpfloat (
        fabs (pulse_offset (audio->samples, audio->n_frames, 48000, 1, 1.5 + pulse_times[i])), <,
        50);
  g_assert_cmpfloat (audio->samples[48000], ==, 0);
  check_seek (path, 0);
}

static void
test_streams (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "two.mkv");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) streams = NULL;
  g_autoptr (MynaAudio) first = NULL;
  g_autoptr (MynaAudio) second = NULL;
  MynaAudioStream *stream;

  if (!run_ffmpeg (f, "-f lavfi -i testsrc=d=2:r=25:s=64x64 "
                      "-f lavfi -i anullsrc=r=48000:cl=stereo:d=2 "
                      "-f lavfi -i aevalsrc=0.5:s=44100:d=2 -map 0 -map 1 -map 2 -c:v mpeg4 "
                      "-c:a:0 aac -c:a:1 flac -metadata:s:a:0 language=eng "
                      "-metadata:s:a:1 language=ger -metadata:s:a:1 title=Kommentar two.mkv"))
    return;
  streams = myna_audio_probe (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (streams->len, ==, 2);
  stream = g_ptr_array_index (streams, 0);
  g_assert_cmpint (stream->index, ==, 1);
  g_assert_cmpint (stream->rate, ==, 48000);
  g_assert_cmpint (stream->channels, ==, 2);
  g_assert_cmpfloat_with_epsilon (stream->duration, 2, 0.05);
  g_assert_cmpstr (stream->description, ==, "English, AAC, stereo, 48 kHz");
  stream = g_ptr_array_index (streams, 1);
  g_assert_cmpint (stream->index, ==, 2);
  g_assert_cmpstr (stream->description, ==, "Kommentar, German, FLAC, mono, 44.1 kHz");
  first = read_all (path, 1, 0, 1);
  second = read_all (path, 2, 0, 1);
  g_assert_cmpfloat (fabsf (first->samples[40000]), <, 1e-3);
  g_assert_cmpfloat_with_epsilon (second->samples[40000], 0.5, 1e-3);
  g_assert_null (myna_audio_reader_open (path, 0, 0, 0, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
}

static void
assert_refused (const char *path, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) load_error = NULL;

  g_assert_null (myna_audio_probe (path, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, MYNA_ERROR, code);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_null (myna_audio_load (path, -1, 0, 0, 0, 0, NULL, &load_error));
  g_assert_error (load_error, MYNA_ERROR, code);
}

static void
refuse_content (Fixture *f, const char *name, const char *content, gsize length, int code)
{
  g_autofree char *path = file_in (f, name);

  g_assert_true (g_file_set_contents (path, content, (gssize) length, NULL));
  assert_refused (path, code);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  static const char text[] = "Please call Stella. Ask her to bring these things with her.\n";
  static const char playlist[] = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nsource.wav\n"
                                 "#EXT-X-ENDLIST\n";
  g_autofree char *missing = file_in (f, "missing.wav");
  g_autofree char *pipe = file_in (f, "pipe.wav");
  g_autofree char *source = file_in (f, "source.wav");
  g_autofree char *sound = NULL;
  g_autofree char *noise = g_malloc (100000);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  make_source (f, 44100);
  for (guint i = 0; i < 100000; i++)
    noise[i] = (char) g_rand_int (random);
  assert_refused (missing, MYNA_ERROR_NOT_FOUND);
  assert_refused (f->folder, MYNA_ERROR_UNSUPPORTED);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_refused (pipe, MYNA_ERROR_UNSUPPORTED);
  refuse_content (f, "empty.wav", "", 0, MYNA_ERROR_EMPTY);
  refuse_content (f, "text.wav", text, strlen (text), MYNA_ERROR_UNSUPPORTED);
  refuse_content (f, "text.mp3", text, strlen (text), MYNA_ERROR_UNSUPPORTED);
  refuse_content (f, "noise.wav", noise, 100000, MYNA_ERROR_UNSUPPORTED);
  refuse_content (f, "list.m3u8", playlist, strlen (playlist), MYNA_ERROR_UNSUPPORTED);
  g_assert_true (g_file_get_contents (source, &sound, NULL, NULL));
  refuse_content (f, "header.wav", sound, 40, MYNA_ERROR_CORRUPT);
}

static void
test_no_sound (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "mute.mp4");

  if (!run_ffmpeg (f, "-f lavfi -i testsrc=d=1:r=25:s=64x64 -c:v mpeg4 mute.mp4"))
    return;
  assert_refused (path, MYNA_ERROR_EMPTY);
}

static char *
truncate_file (Fixture *f, const char *name, const char *to, double share)
{
  g_autofree char *from = file_in (f, name);
  g_autofree char *bytes = NULL;
  char *path = file_in (f, to);
  gsize length;

  g_assert_true (g_file_get_contents (from, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) (share * (double) length), NULL));
  return path;
}

static void
test_truncated (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "a.wav", "a.flac", "a.mp3", "a.opus", "a.webm", "v.mkv" };

  make_source (f, 44100);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (!run_ffmpeg (f, formats[i].arguments))
      return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *cut_name = g_strconcat ("cut-", names[i], NULL);
      g_autofree char *path = truncate_file (f, names[i], cut_name, 0.6);
      g_autoptr (MynaAudio) audio = read_all (path, -1, 44100, 1);

      g_test_message ("%s: %zu frames", cut_name, audio->n_frames);
      g_assert_cmpuint (audio->n_frames, >, 44100 / 2);
      g_assert_cmpuint (audio->n_frames, <, (gsize) (LENGTH * 44100));
      g_assert_cmpfloat (
          fabs (pulse_offset (audio->samples, audio->n_frames, 44100, 1, pulse_times[0])), <, 30);
    }
  {
    /* Without its index, which is at the end, an MP4 file is nothing. */
    g_autofree char *path = truncate_file (f, "a.m4a", "cut.m4a", 0.6);

    assert_refused (path, MYNA_ERROR_CORRUPT);
  }
}

/* Damage in the middle costs what it hit, is counted, and what follows is in its place. */
static void
test_damaged (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "a.flac", "a.mp3" };

  make_source (f, 44100);
  if (!run_ffmpeg (f, formats[1].arguments) || !run_ffmpeg (f, formats[5].arguments))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = file_in (f, names[i]);
      g_autofree char *bytes = NULL;
      g_autoptr (MynaAudioReader) reader = NULL;
      g_autofree float *samples = g_new (float, 44100 * 4);
      g_autoptr (GError) error = NULL;
      g_autoptr (GRand) random = g_rand_new_with_seed (1);
      gssize n;
      gsize length;

      g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
      for (gsize k = length * 55 / 100; k < length * 65 / 100; k++)
        bytes[k] = (char) g_rand_int (random);
      g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
      reader = myna_audio_reader_open (path, -1, 0, 1, &error);
      g_assert_no_error (error);
      n = myna_audio_reader_read (reader, samples, 44100 * 4, &error);
      g_assert_no_error (error);
      g_test_message ("%s: %u damaged, %zd frames", names[i],
                      myna_audio_reader_get_n_damaged (reader), n);
      g_assert_cmpuint (myna_audio_reader_get_n_damaged (reader), >, 0);
      g_assert_cmpfloat (fabs (pulse_offset (samples, (gsize) n, 44100, 1, pulse_times[0])), <, 3);
      if (i == 0) /* MP3 has no timestamps: only FLAC knows the place of what follows */
        g_assert_cmpfloat (fabs (pulse_offset (samples, (gsize) n, 44100, 1, pulse_times[2])), <,
                           3);
    }
}

static void
test_mix (Fixture *f, gconstpointer data)
{
  g_autofree char *stereo_path = file_in (f, "stereo.wav");
  g_autofree char *mono_path = file_in (f, "mono.wav");
  g_autoptr (MynaAudio) mono = NULL;
  g_autoptr (MynaAudio) stereo = NULL;
  float left_right[2000];
  float one[1000];

  for (int i = 0; i < 1000; i++)
    {
      left_right[2 * i] = 0.75f;
      left_right[2 * i + 1] = 0.25f;
      one[i] = 0.75f;
    }
  write_audio (stereo_path, left_right, 1000, 16000, 2);
  write_audio (mono_path, one, 1000, 16000, 1);
  mono = read_all (stereo_path, -1, 0, 1);
  g_assert_cmpuint (mono->n_frames, ==, 1000);
  g_assert_cmpfloat (mono->samples[500], ==, 0.5f);
  stereo = read_all (mono_path, -1, 0, 2);
  g_assert_cmpuint (stereo->n_frames, ==, 1000);
  g_assert_cmpfloat (stereo->samples[1000], ==, 0.75f);
  g_assert_cmpfloat (stereo->samples[1001], ==, 0.75f);
}

static void
test_not_a_number (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "nan.wav");
  g_autoptr (MynaAudio) audio = NULL;
  float samples[1000];

  for (int i = 0; i < 1000; i++)
    samples[i] = 0.5f;
  samples[300] = NAN;
  samples[400] = INFINITY;
  samples[500] = 1e30f;
  write_float_wav (path, samples, 1000, 44100);
  audio = read_all (path, -1, 48000, 0);
  for (gsize i = 0; i < audio->n_frames; i++)
    g_assert_true (fabsf (audio->samples[i]) < 1);
  g_assert_cmpfloat_with_epsilon (audio->samples[200], 0.5, 0.01);
}

static void
test_load (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "source.wav");
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudio) all = NULL;
  g_autoptr (MynaAudio) part = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  make_source (f, 44100);
  all = myna_audio_load (path, -1, 0, 0, 0, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (all->rate, ==, 44100);
  g_assert_cmpint (all->channels, ==, 2);
  g_assert_cmpuint (all->n_frames, ==, 3 * 44100);
  part = myna_audio_load (path, -1, 1.25, 1.5, 0, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (part->n_frames, ==, 11025);
  g_assert_cmpmem (part->samples, 11025 * 8, all->samples + (gsize) (1.25 * 44100) * 2, 11025 * 8);
  g_assert_null (myna_audio_load (path, -1, 3.5, 0, 0, 0, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
  g_clear_error (&error);
  g_assert_null (myna_audio_load (path, -1, 2, 1, 0, 0, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_null (myna_audio_load (path, -1, 0, 0, 0, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_too_long (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "long.flac");
  g_autofree char *cut = NULL;
  g_autofree float *silence = g_new0 (float, 8000);
  g_autoptr (MynaAudioWriter) writer = myna_audio_writer_open (path, 8000, 1, NULL);
  g_autoptr (MynaAudio) part = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < MYNA_AUDIO_MAX_SECONDS + 5; i++)
    g_assert_true (myna_audio_writer_write (writer, silence, 8000, NULL));
  g_assert_true (myna_audio_writer_finish (writer, NULL));
  g_assert_null (myna_audio_load (path, -1, 0, 0, 0, 0, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE);
  g_clear_error (&error);
  part = myna_audio_load (path, -1, 3, 3 + MYNA_AUDIO_MAX_SECONDS, 0, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (part->n_frames, ==, 8000 * MYNA_AUDIO_MAX_SECONDS);
}

static void
test_peaks (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "peaks.wav");
  g_autofree float *samples = g_new0 (float, 2 * 16000);
  g_autoptr (GArray) peaks = NULL;
  g_autoptr (GError) error = NULL;
  double duration = 0;

  samples[2 * 4000] = 0.5f;       /* left, at 0.5 s */
  samples[2 * 4000 + 1] = -0.25f; /* right */
  samples[2 * 15999 + 1] = 0.75f;
  write_audio (path, samples, 16000, 8000, 2);
  g_assert_true (myna_audio_peaks (path, -1, 100, NULL, &peaks, &duration, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (duration, ==, 2);
  g_assert_cmpuint (peaks->len, ==, 400);
  for (guint i = 0; i < 200; i++)
    {
      g_assert_cmpfloat (g_array_index (peaks, float, 2 * i), ==, i == 50 ? -0.25f : 0);
      g_assert_cmpfloat (g_array_index (peaks, float, 2 * i + 1), ==,
                         i == 50 ? 0.5f : (i == 199 ? 0.75f : 0));
    }
}

/* More points than the limit: each covers more time, and no peak is lost. */
static void
test_many_peaks (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "many.wav");
  gsize n = MYNA_AUDIO_PEAKS_MAX + 40000;
  g_autofree float *samples = g_new0 (float, n);
  g_autoptr (GArray) peaks = NULL;
  double duration = 0;
  guint n_high = 0;

  samples[1001] = 0.5f;
  samples[n - 1001] = 0.5f;
  write_audio (path, samples, n, 8000, 1);
  g_assert_true (myna_audio_peaks (path, -1, 8000, NULL, &peaks, &duration, NULL));
  g_assert_cmpuint (peaks->len / 2, ==, n / 2);
  for (guint i = 1; i < peaks->len; i += 2)
    n_high += g_array_index (peaks, float, i) > 0.4f;
  g_assert_cmpuint (n_high, ==, 2);
  g_assert_cmpfloat (g_array_index (peaks, float, 2 * 500 + 1), ==, 0.5f);
}

/* Every file of a folder of real media reads to the length that it states. */
static void
test_media_folder (Fixture *f, gconstpointer data)
{
  const char *media = g_getenv ("MYNA_MEDIA_DIR");
  static const char *const folders[] = { "face", "voice/lj", "voice/prompts", "voice/vctk-p226" };
  guint n_read = 0;

  for (guint i = 0; media != NULL && i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_build_filename (media, folders[i], NULL);
      g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);
          g_autoptr (GPtrArray) streams = myna_audio_probe (path, NULL);
          g_autoptr (MynaAudio) audio = streams != NULL ? read_all (path, -1, 0, 0) : NULL;

          if (audio == NULL)
            continue;
          n_read++;
          g_assert_cmpfloat_with_epsilon (
              (double) audio->n_frames / audio->rate,
              ((MynaAudioStream *) g_ptr_array_index (streams, 0))->duration, 0.03);
        }
    }
  if (n_read == 0)
    g_test_skip ("MYNA_MEDIA_DIR names no folder of media");
}

#define ADD(name, func) g_test_add ("/audio-reader/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  ADD ("timing", test_timing);
  ADD ("length", test_length);
  ADD ("seek", test_seek);
  ADD ("gap", test_gap);
  ADD ("reset", test_reset);
  ADD ("late-start", test_late_start);
  ADD ("streams", test_streams);
  ADD ("refused", test_refused);
  ADD ("no-sound", test_no_sound);
  ADD ("truncated", test_truncated);
  ADD ("damaged", test_damaged);
  ADD ("mix", test_mix);
  ADD ("not-a-number", test_not_a_number);
  ADD ("load", test_load);
  ADD ("too-long", test_too_long);
  ADD ("peaks", test_peaks);
  ADD ("many-peaks", test_many_peaks);
  ADD ("media-folder", test_media_folder);
  return g_test_run ();
}
