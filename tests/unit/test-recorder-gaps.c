/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <dlfcn.h>
#include <portaudio.h>
#include <stdatomic.h>

#include "engine/audio/myna-audio-load.h"
#include "engine/audio/myna-recorder.h"
#include "engine/core/myna-error.h"
#include "tests/unit/sound-bench.h"

/* Run under tests/hardware/with-sound.sh, with a PortAudio that loses sound: this program's own
 * Pa_OpenStream () stands before the real one. */

static PaStreamCallback *real_callback;
static atomic_int n_to_swallow; /* frames */
static atomic_bool say_overflow;
static atomic_bool one_in_three;

static int
lossy_cb (const void *input,
          void *output,
          unsigned long n_frames,
          const PaStreamCallbackTimeInfo *times,
          PaStreamCallbackFlags flags,
          void *user_data)
{
  static int n_calls;

  if (atomic_exchange (&say_overflow, FALSE))
    flags |= paInputOverflow;
  n_calls++;
  if (atomic_load (&one_in_three) && n_calls % 3 != 0)
    return paContinue;
  if (atomic_load (&n_to_swallow) > 0)
    {
      atomic_fetch_sub (&n_to_swallow, (int) n_frames);
      return paContinue;
    }
  return real_callback (input, output, n_frames, times, flags, user_data);
}

PaError
Pa_OpenStream (PaStream **stream,
               const PaStreamParameters *input,
               const PaStreamParameters *output,
               double rate,
               unsigned long n_frames,
               PaStreamFlags flags,
               PaStreamCallback *callback,
               void *user_data)
{
  PaError (*real) (PaStream **, const PaStreamParameters *, const PaStreamParameters *, double,
                   unsigned long, PaStreamFlags, PaStreamCallback *, void *) =
      dlsym (RTLD_NEXT, "Pa_OpenStream");

  real_callback = callback;
  return real (stream, input, output, rate, n_frames, flags, lossy_cb, user_data);
}

typedef struct
{
  Bench bench;
  MynaRecorder *recorder;
  char *path;
  char *incomplete;
  double wanted;
  GAsyncResult *result;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  bench_set_up (&f->bench);
  f->recorder = myna_recorder_new ();
  f->path = bench_path (&f->bench, "recording.flac");
  f->incomplete = g_strconcat (f->path, ".incomplete", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  atomic_store (&one_in_three, FALSE);
  g_assert_finalize_object (f->recorder);
  bench_tear_down (&f->bench);
  g_free (f->path);
  g_free (f->incomplete);
}

static gboolean
has_elapsed (gpointer data)
{
  Fixture *f = data;
  return myna_recorder_get_elapsed (f->recorder) >= f->wanted;
}

static gboolean
has_error (gpointer data)
{
  Fixture *f = data;
  return myna_recorder_get_error (f->recorder) != NULL;
}

static gboolean
has_result (gpointer data)
{
  Fixture *f = data;
  return f->result != NULL;
}

static gboolean
has_swallowed (gpointer data)
{
  return atomic_load (&n_to_swallow) <= 0;
}

static void
stopped_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;
  f->result = g_object_ref (result);
}

static void
record_for (Fixture *f, double seconds)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (myna_recorder_start (f->recorder, f->path, &error));
  f->wanted = seconds;
  bench_wait (has_elapsed, f);
  g_assert_cmpstr (myna_recorder_get_error (f->recorder), ==, NULL);
}

static gboolean
stop (Fixture *f, GError **error)
{
  gboolean whole;

  myna_recorder_stop_async (f->recorder, NULL, stopped_cb, f);
  bench_wait (has_result, f);
  whole = myna_recorder_stop_finish (f->recorder, f->result, error);
  g_clear_object (&f->result);
  return whole;
}

/* It is said at once, the recording goes on, and at the end it is not taken for a whole one. */
static void
check_gap (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  bench_wait (has_error, f);
  g_assert_true (myna_recorder_get_recording (f->recorder));
  g_assert_false (stop (f, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_DEVICE_LOST);
  g_assert_nonnull (strstr (error->message, f->incomplete));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (f->incomplete, G_FILE_TEST_EXISTS));
}

static void
test_gap (Fixture *f, gconstpointer data)
{
  record_for (f, 1.5);
  atomic_store (&n_to_swallow, BENCH_RATE * 3 / 10);
  check_gap (f);
}

static void
test_overflow (Fixture *f, gconstpointer data)
{
  record_for (f, 0.3);
  atomic_store (&say_overflow, TRUE);
  check_gap (f);
}

/* What a fixed buffer size did through PulseAudio (spec ui-testing section 6). */
static void
test_steady_loss (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  atomic_store (&one_in_three, TRUE);
  g_assert_true (myna_recorder_start (f->recorder, f->path, &error));
  check_gap (f);
}

/* A gap while nobody records, or in a pause, does no harm. */
static void
test_gap_in_pause (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (myna_recorder_start_monitoring (f->recorder, &error));
  atomic_store (&n_to_swallow, BENCH_RATE);
  bench_wait (has_swallowed, f);
  record_for (f, 0.5);
  myna_recorder_pause (f->recorder);
  atomic_store (&n_to_swallow, BENCH_RATE);
  bench_wait (has_swallowed, f);
  myna_recorder_resume (f->recorder);
  f->wanted = myna_recorder_get_elapsed (f->recorder) + 1.5;
  bench_wait (has_elapsed, f);
  g_assert_cmpstr (myna_recorder_get_error (f->recorder), ==, NULL);
  g_assert_true (stop (f, &error));
  g_assert_no_error (error);
}

#define ADD(name, func) g_test_add ("/recorder-gaps/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpstr (g_getenv ("MYNA_FAKE_SOUND"), ==, "1");
  ADD ("gap", test_gap);
  ADD ("overflow", test_overflow);
  ADD ("steady-loss", test_steady_loss);
  ADD ("gap-in-pause", test_gap_in_pause);
  return g_test_run ();
}
