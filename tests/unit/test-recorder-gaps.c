/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <dlfcn.h>
#include <portaudio.h>
#include <stdatomic.h>

#include "engine/audio/myna-audio-load.h"
#include "engine/core/myna-error.h"
#include "tests/unit/recorder-fixture.h"

/* Run under tests/hardware/with-sound.sh, with a PortAudio that loses sound: this program's own
 * Pa_OpenStream () stands before the real one. */

static PaStreamCallback *real_callback;
static atomic_int n_to_swallow; /* frames */
static atomic_int n_to_pass;    /* frames that are waited for */
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
  atomic_fetch_sub (&n_to_pass, (int) n_frames);
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

static void
set_up (RecorderFixture *f, gconstpointer data)
{
  recorder_fixture_set_up (f);
}

static void
tear_down (RecorderFixture *f, gconstpointer data)
{
  atomic_store (&one_in_three, FALSE);
  recorder_fixture_tear_down (f);
}

static gboolean
has_swallowed (gpointer data)
{
  return atomic_load (&n_to_swallow) <= 0;
}

static gboolean
has_passed (gpointer data)
{
  return atomic_load (&n_to_pass) <= 0;
}

/* It is said at once, the recording goes on, and at the end it is not taken for a whole one. */
static void
check_gap (RecorderFixture *f)
{
  g_autoptr (GError) error = NULL;

  bench_wait (recorder_fixture_has_error, f);
  g_assert_true (myna_recorder_get_recording (f->recorder));
  g_assert_false (recorder_fixture_stop (f, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_DEVICE_LOST);
  g_assert_nonnull (strstr (error->message, f->incomplete));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (f->incomplete, G_FILE_TEST_EXISTS));
}

static void
test_gap (RecorderFixture *f, gconstpointer data)
{
  recorder_fixture_record_for (f, 1.5);
  atomic_store (&n_to_swallow, BENCH_RATE * 3 / 10);
  check_gap (f);
}

static void
test_overflow (RecorderFixture *f, gconstpointer data)
{
  recorder_fixture_record_for (f, 0.3);
  atomic_store (&say_overflow, TRUE);
  check_gap (f);
}

/* What a fixed buffer size did through PulseAudio (spec ui-testing section 6). */
static void
test_steady_loss (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  atomic_store (&one_in_three, TRUE);
  g_assert_true (myna_recorder_start (f->recorder, f->path, &error));
  check_gap (f);
}

/* A gap while nobody records, or in a pause, does no harm. */
static void
test_gap_in_pause (RecorderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (myna_recorder_start_monitoring (f->recorder, &error));
  atomic_store (&n_to_swallow, BENCH_RATE);
  bench_wait (has_swallowed, f);
  recorder_fixture_record_for (f, 0.5);
  myna_recorder_pause (f->recorder);
  /* What was said before the pause is still on its way: a gap in that is one in the recording. */
  atomic_store (&n_to_pass, BENCH_RATE / 2);
  bench_wait (has_passed, f);
  atomic_store (&n_to_swallow, BENCH_RATE);
  bench_wait (has_swallowed, f);
  myna_recorder_resume (f->recorder);
  f->wanted = myna_recorder_get_elapsed (f->recorder) + 1.5;
  bench_wait (recorder_fixture_has_elapsed, f);
  g_assert_cmpstr (myna_recorder_get_error (f->recorder), ==, NULL);
  g_assert_true (recorder_fixture_stop (f, &error));
  g_assert_no_error (error);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/recorder-gaps/" name, RecorderFixture, NULL, set_up, func, tear_down)

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
