/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <sys/mount.h>

#include "engine/audio/myna-audio-devices.h"
#include "engine/audio/myna-audio-load.h"
#include "engine/core/myna-error.h"
#include "tests/unit/recorder-fixture.h"

/* Run under tests/hardware/with-sound.sh. */

static void
set_up (RecorderFixture *f, gconstpointer data)
{
  recorder_fixture_set_up (f);
  f->speech = bench_speak (&f->bench);
}

static void
tear_down (RecorderFixture *f, gconstpointer data)
{
  recorder_fixture_tear_down (f);
}

static gboolean
has_level (gpointer data)
{
  RecorderFixture *f = data;
  return myna_recorder_get_level (f->recorder) >= f->wanted;
}

static gboolean
has_ended (gpointer data)
{
  RecorderFixture *f = data;
  return !myna_recorder_get_recording (f->recorder);
}

static gboolean
is_closed (gpointer data)
{
  RecorderFixture *f = data;
  gboolean monitoring = TRUE;

  g_object_get (f->recorder, "monitoring", &monitoring, NULL);
  return !monitoring;
}

/* The silence before the noise began is left out. */
static gsize
find_first_sound (const MynaAudio *audio)
{
  gsize first = 0;

  while (first < audio->n_frames && audio->samples[first] == 0)
    first++;
  return first;
}

static void
peaks_added_cb (MynaRecorder *recorder, guint first, guint n, gpointer data)
{
  RecorderFixture *f = data;

  g_assert_cmpuint (first, ==, f->n_signals);
  f->n_signals += n;
  g_assert_cmpuint (myna_recorder_get_peaks (recorder)->len, ==, f->n_signals);
}

/* Wait until the noise sounds, then record: every sample of the file is the noise, in order. */
static void
test_whole (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudio) audio = NULL;
  gssize at;
  double elapsed;

  g_signal_connect (f->recorder, "peaks-added", G_CALLBACK (peaks_added_cb), f);
  g_assert_true (myna_recorder_start_monitoring (f->recorder, &error));
  f->wanted = 0.1;
  bench_wait (has_level, f);
  recorder_fixture_record_for (f, 3);
  g_assert_cmpfloat_with_epsilon (myna_recorder_get_level (f->recorder), 0.25 / sqrt (3), 0.01);
  g_assert_cmpfloat_with_epsilon (myna_recorder_get_peak (f->recorder), 0.25, 0.01);
  g_assert_false (myna_recorder_get_clipped (f->recorder));
  g_assert_true (g_file_test (f->incomplete, G_FILE_TEST_EXISTS));
  recorder_fixture_stop (f, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (f->incomplete, G_FILE_TEST_EXISTS));
  elapsed = myna_recorder_get_elapsed (f->recorder);

  audio = myna_audio_load (f->path, -1, 0, 0, 0, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (audio->rate, ==, BENCH_RATE);
  g_assert_cmpint (audio->channels, ==, 1);
  g_assert_cmpfloat (elapsed, >=, 3);
  g_assert_cmpuint (audio->n_frames, ==, (gsize) lrint (elapsed * BENCH_RATE));
  at = bench_find (&f->bench, audio->samples, 200, 1);
  g_assert_cmpint (at, >=, 0);
  g_assert_cmpuint (bench_follow (&f->bench, audio->samples, audio->n_frames, (gsize) at, 1), ==,
                    audio->n_frames);
  g_assert_cmpuint (f->n_signals, ==, audio->n_frames / (BENCH_RATE / 20));
  g_test_message ("recorded %.3f s whole", elapsed);
}

/* The microphone is opened by the recording itself and closed after it. */
static void
test_alone (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  recorder_fixture_record_for (f, 0.5);
  recorder_fixture_stop (f, &error);
  g_assert_no_error (error);
  bench_wait (is_closed, f);
  g_assert_cmpfloat (myna_recorder_get_level (f->recorder), ==, 0);
}

static void
level_changed_cb (MynaRecorder *recorder, GParamSpec *pspec, gpointer data)
{
  RecorderFixture *f = data;

  f->n_signals++;
}

static gboolean
has_levels (gpointer data)
{
  RecorderFixture *f = data;
  return f->n_signals >= 15;
}

static void
test_pause (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudio) audio = NULL;
  gsize first;
  gsize n_before;
  gssize at;
  gboolean paused = FALSE;

  g_assert_true (myna_recorder_start_monitoring (f->recorder, &error));
  f->wanted = 0.1;
  bench_wait (has_level, f);
  recorder_fixture_record_for (f, 0.5);
  myna_recorder_pause (f->recorder);
  g_object_get (f->recorder, "paused", &paused, NULL);
  g_assert_true (paused);
  /* The level is still measured, and what is heard now is not in the file. */
  f->n_signals = 0;
  g_signal_connect (f->recorder, "notify::level", G_CALLBACK (level_changed_cb), f);
  bench_wait (has_levels, f);
  myna_recorder_resume (f->recorder);
  f->wanted = myna_recorder_get_elapsed (f->recorder) + 0.7;
  bench_wait (recorder_fixture_has_elapsed, f);
  recorder_fixture_stop (f, &error);
  g_assert_no_error (error);

  audio = myna_audio_load (f->path, -1, 0, 0, 0, 0, NULL, &error);
  g_assert_no_error (error);
  first = find_first_sound (audio);
  at = bench_find (&f->bench, audio->samples + first, 200, 1);
  g_assert_cmpint (at, >=, 0);
  n_before =
      bench_follow (&f->bench, audio->samples + first, audio->n_frames - first, (gsize) at, 1);
  g_assert_cmpuint (n_before, >=, BENCH_RATE / 2);
  g_assert_cmpuint (n_before, <, audio->n_frames - first);
  /* After the seam it is the noise again, further on, to the end. */
  first += n_before;
  g_assert_cmpuint (audio->n_frames - first, >=, BENCH_RATE / 2);
  at = bench_find (&f->bench, audio->samples + first, 200, 1);
  g_assert_cmpint (at, >=, 0);
  g_assert_cmpuint (
      bench_follow (&f->bench, audio->samples + first, audio->n_frames - first, (gsize) at, 1), ==,
      audio->n_frames - first);
}

static void
check_incomplete (RecorderFixture *f, double at_least)
{
  g_autofree char *as_flac = bench_path (&f->bench, "incomplete.flac");
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudio) audio = NULL;

  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rename (f->incomplete, as_flac), ==, 0);
  audio = myna_audio_load (as_flac, -1, 0, 0, 0, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat ((double) audio->n_frames / audio->rate, >=, at_least);
}

static gboolean
has_devices (gpointer data)
{
  return g_list_model_get_n_items (data) > 0;
}

/* New hardware is looked for while the level is measured: it goes on being measured. */
static void
test_look_while_monitoring (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudioDevices) devices = NULL;

  g_assert_true (myna_recorder_start_monitoring (f->recorder, &error));
  f->wanted = 0.1;
  bench_wait (has_level, f);
  devices = myna_audio_devices_new_inputs ();
  /* A recording that is asked for in the same moment is not lost. */
  recorder_fixture_record_for (f, 0.3);
  bench_wait (has_devices, devices);
  g_assert_true (recorder_fixture_stop (f, &error));
  g_assert_no_error (error);
  f->wanted = 0.1;
  bench_wait (has_level, f);
  g_assert_cmpstr (myna_recorder_get_error (f->recorder), ==, NULL);
}

/* While something is recorded it is not interrupted. */
static void
test_look_while_recording (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudio) audio = NULL;
  g_autoptr (MynaAudioDevices) devices = NULL;
  gssize at;

  g_assert_true (myna_recorder_start_monitoring (f->recorder, &error));
  f->wanted = 0.1;
  bench_wait (has_level, f);
  recorder_fixture_record_for (f, 0.3);
  devices = myna_audio_devices_new_inputs ();
  bench_wait (has_devices, devices);
  f->wanted = 0.6;
  bench_wait (recorder_fixture_has_elapsed, f);
  g_assert_true (recorder_fixture_stop (f, &error));
  audio = myna_audio_load (f->path, -1, 0, 0, 0, 0, NULL, &error);
  g_assert_no_error (error);
  at = bench_find (&f->bench, audio->samples, 200, 1);
  g_assert_cmpint (at, >=, 0);
  g_assert_cmpuint (bench_follow (&f->bench, audio->samples, audio->n_frames, (gsize) at, 1), ==,
                    audio->n_frames);
}

static void
signal_server (int number)
{
  kill ((pid_t) g_ascii_strtoll (g_getenv ("MYNA_FAKE_PULSE_PID"), NULL, 10), number);
}

/* The device delivers nothing any more; then it works again. */
static void
test_stalled (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  recorder_fixture_record_for (f, 0.5);
  signal_server (SIGSTOP);
  bench_wait (has_ended, f);
  signal_server (SIGCONT);
  g_assert_false (recorder_fixture_stop (f, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_DEVICE_LOST);
  g_assert_nonnull (strstr (error->message, f->incomplete));
  g_assert_cmpstr (myna_recorder_get_error (f->recorder), ==, error->message);
  check_incomplete (f, 0.5);
  g_clear_error (&error);
  bench_wait (is_closed, f);

  recorder_fixture_record_for (f, 0.3);
  recorder_fixture_stop (f, &error);
  g_assert_no_error (error);
}

static void
test_unwritable (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = bench_path (&f->bench, "no-such-folder/recording.flac");

  g_assert_true (myna_recorder_start (f->recorder, path, &error));
  bench_wait (recorder_fixture_has_error, f);
  g_assert_false (recorder_fixture_stop (f, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
  bench_wait (is_closed, f);
}

static void
test_stop_without_start (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (recorder_fixture_stop (f, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_FAILED);
}

/* The window is closed in the middle of a recording: nothing hangs, what there is is kept. */
static void
test_dropped (RecorderFixture *f, gconstpointer data)
{
  g_autofree char *first = g_steal_pointer (&f->path);
  g_autoptr (GError) error = NULL;

  f->path = g_strdup (first);
  recorder_fixture_record_for (f, 0.3);
  g_assert_finalize_object (f->recorder);
  f->recorder = myna_recorder_new ();
  /* The microphone is opened again only when the first recording has been closed. */
  g_free (f->path);
  f->path = bench_path (&f->bench, "second.flac");
  recorder_fixture_record_for (f, 0.1);
  recorder_fixture_stop (f, &error);
  g_assert_no_error (error);
  g_free (f->path);
  f->path = g_steal_pointer (&first);
  check_incomplete (f, 0.3);
}

static gboolean
mount_small_disk (const char *folder)
{
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  if (mount ("tmpfs", folder, "tmpfs", 0, "size=128k") == 0)
    return TRUE;
  g_test_skip ("no right to mount a small disk");
  return FALSE;
}

static void
test_disk_full (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = bench_path (&f->bench, "disk");
  g_autofree char *path = g_build_filename (folder, "recording.flac", NULL);

  if (mount_small_disk (folder))
    {
      g_assert_true (myna_recorder_start_monitoring (f->recorder, &error));
      f->wanted = 0.1;
      bench_wait (has_level, f);
      g_assert_true (myna_recorder_start (f->recorder, path, &error));
      bench_wait (has_ended, f);
      g_assert_cmpstr (myna_recorder_get_error (f->recorder), !=, NULL);
      g_assert_false (recorder_fixture_stop (f, &error));
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_SPACE);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      umount2 (folder, MNT_DETACH);
    }
  g_rmdir (folder);
}

/* The sound server dies. Last, because it does not come back. */
static void
test_server_dies (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  recorder_fixture_record_for (f, 0.5);
  signal_server (SIGKILL);
  bench_wait (has_ended, f);
  g_assert_false (recorder_fixture_stop (f, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_DEVICE_LOST);
  check_incomplete (f, 0.5);
  bench_wait (is_closed, f);
  g_clear_error (&error);
  /* The hardware is looked for again. */
  if (myna_recorder_start_monitoring (f->recorder, &error))
    bench_wait (recorder_fixture_has_error, f);
  else
    g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE);
  bench_wait (is_closed, f);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/recorder/" name, RecorderFixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpstr (g_getenv ("MYNA_FAKE_SOUND"), ==, "1");
  ADD ("whole", test_whole);
  ADD ("alone", test_alone);
  ADD ("pause", test_pause);
  ADD ("look-while-monitoring", test_look_while_monitoring);
  ADD ("look-while-recording", test_look_while_recording);
  ADD ("stalled", test_stalled);
  ADD ("unwritable", test_unwritable);
  ADD ("stop-without-start", test_stop_without_start);
  ADD ("dropped", test_dropped);
  ADD ("disk-full", test_disk_full);
  ADD ("server-dies", test_server_dies);
  return g_test_run ();
}
