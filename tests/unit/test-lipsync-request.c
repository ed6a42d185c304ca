/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/studio/myna-lipsync-jobs.h"
#include "engine/studio/myna-lipsync-request.h"
#include "studio-fixture.h"

/* What a job "lipsync" is asked, and where its file goes. */

static void
test_round_trip (void)
{
  g_autoptr (MynaLipsyncRequest) request = myna_lipsync_request_new ();
  g_autoptr (MynaLipsyncRequest) copy = NULL;
  g_autoptr (MynaLipsyncRequest) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  request->audio = g_strdup ("/speech “one”.wav");
  request->video = g_strdup ("/a \"b\"\n.mp4");
  request->output = g_strdup ("/視頻.mp4");
  request->from = 1.5;
  request->to = 2.25;
  request->options = (MynaLipsyncOptions) { 2, 1.25, -120.5, 0.75, 0.125, MYNA_LIPSYNC_TRIM };
  copy = myna_lipsync_request_copy (request);
  json = myna_lipsync_request_to_json (copy);
  again = myna_lipsync_request_from_json (json, &error);
  g_assert_no_error (error);
  g_assert_null (again->take);
  g_assert_cmpstr (again->audio, ==, request->audio);
  g_assert_cmpstr (again->video, ==, request->video);
  g_assert_cmpstr (again->output, ==, request->output);
  g_assert_cmpfloat (again->from, ==, 1.5);
  g_assert_cmpfloat (again->to, ==, 2.25);
  g_assert_cmpint (again->options.face, ==, 2);
  g_assert_cmpfloat (again->options.intensity, ==, 1.25);
  g_assert_cmpfloat (again->options.offset_ms, ==, -120.5);
  g_assert_cmpfloat (again->options.mask_size, ==, 0.75);
  g_assert_cmpfloat (again->options.smoothing, ==, 0.125);
  g_assert_cmpint (again->options.longer, ==, MYNA_LIPSYNC_TRIM);
}

static void
assert_usual (const MynaLipsyncOptions *options)
{
  g_assert_cmpint (options->face, ==, -1);
  g_assert_cmpfloat (options->intensity, ==, 1);
  g_assert_cmpfloat (options->offset_ms, ==, 0);
  g_assert_cmpfloat (options->mask_size, ==, 1);
  g_assert_cmpfloat (options->smoothing, ==, 0.5);
  g_assert_cmpint (options->longer, ==, MYNA_LIPSYNC_KEEP);
}

/* What is not said is as usual; what was written by hand stays within what the engine takes. */
static void
test_clamped (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaLipsyncRequest) usual =
      myna_lipsync_request_from_json ("{\"take\":\"t\",\"video\":\"v\",\"output\":\"o\"}", &error);
  g_autoptr (MynaLipsyncRequest) high = myna_lipsync_request_from_json (
      "{\"take\":\"t\",\"video\":\"v\",\"output\":\"o\",\"from\":-3,\"face\":99999999,"
      "\"intensity\":1e300,\"offset-ms\":9999,\"mask-size\":50,\"smoothing\":2}",
      &error);
  g_autoptr (MynaLipsyncRequest) low = myna_lipsync_request_from_json (
      "{\"audio\":\"a\",\"video\":\"v\",\"output\":\"o\",\"face\":-7,\"intensity\":-1,"
      "\"offset-ms\":-1e9,\"mask-size\":0,\"smoothing\":-1}",
      &error);

  g_assert_no_error (error);
  assert_usual (&usual->options);
  g_assert_cmpfloat (usual->from, ==, 0);
  g_assert_cmpfloat (usual->to, <, 0);
  g_assert_cmpfloat (high->from, ==, 0);
  g_assert_cmpint (high->options.face, ==, 1000);
  g_assert_cmpfloat (high->options.intensity, ==, 1.5);
  g_assert_cmpfloat (high->options.offset_ms, ==, 500);
  g_assert_cmpfloat (high->options.mask_size, ==, 1.4);
  g_assert_cmpfloat (high->options.smoothing, ==, 1);
  g_assert_cmpint (low->options.face, ==, -1);
  g_assert_cmpfloat (low->options.intensity, ==, 0.5);
  g_assert_cmpfloat (low->options.offset_ms, ==, -500);
  g_assert_cmpfloat (low->options.mask_size, ==, 0.7);
  g_assert_cmpfloat (low->options.smoothing, ==, 0);
}

static void
test_broken (void)
{
  static const char *const broken[] = {
    NULL,
    "",
    "[]",
    "{",
    "{}",
    "{\"video\":\"v\",\"output\":\"o\"}",
    "{\"audio\":\"a\",\"output\":\"o\"}",
    "{\"take\":\"t\",\"video\":\"v\"}",
    "{\"take\":1,\"video\":[],\"output\":{}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (myna_lipsync_request_from_json (broken[i], &error));
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
    }
}

static void
assert_chosen (StudioFixture *f, const char *video, const char *speech, const char *name)
{
  g_autofree char *path = myna_lipsync_choose_output (f->queue, f->dir, video, speech);
  g_autofree char *wanted = g_build_filename (f->dir, name, NULL);

  g_assert_cmpstr (path, ==, wanted);
}

static void
promise (StudioFixture *f, const char *name)
{
  g_autoptr (MynaLipsyncRequest) request = myna_lipsync_request_new ();
  g_autoptr (GError) error = NULL;

  request->audio = g_strdup ("/nowhere/speech.wav");
  request->video = g_strdup ("/nowhere/clip.mp4");
  request->output = g_build_filename (f->dir, name, NULL);
  g_assert_nonnull (myna_lipsync_enqueue (f->queue, request, "speech", &error));
  g_assert_no_error (error);
}

/* Neither a file that is there nor one that a job of the queue is to write is chosen. */
static void
test_output (StudioFixture *f, gconstpointer data)
{
  g_autofree char *there = g_build_filename (f->dir, "clip - speech (2).mp4", NULL);
  g_autofree char *long_name = g_strnfill (400, 'x');
  g_autofree char *cut = NULL;
  g_auto (GStrv) letters = g_strsplit (long_name, "x", -1);
  g_autofree char *wide = g_strjoinv ("視", letters);
  g_autofree char *wide_cut = NULL;

  assert_chosen (f, "/a/clip.mov", "/b/speech.wav", "clip - speech.mp4");
  promise (f, "clip - speech.mp4");
  assert_chosen (f, "/a/clip.mov", "/b/speech.wav", "clip - speech (2).mp4");
  assert_chosen (f, "/other/clip.mkv", "speech", "clip - speech (2).mp4");
  g_assert_true (g_file_set_contents (there, "mine", -1, NULL));
  assert_chosen (f, "/a/clip.mov", "/b/speech.wav", "clip - speech (3).mp4");
  promise (f, "clip - speech (3).mp4");
  assert_chosen (f, "/a/clip.mov", "/b/speech.wav", "clip - speech (4).mp4");
  assert_chosen (f, "/a/.hidden", "Two\nlines", ".hidden - Two-lines.mp4");
  cut = myna_lipsync_choose_output (f->queue, f->dir, long_name, long_name);
  g_assert_cmpuint (strlen (cut) - strlen (f->dir), <, 255);
  wide_cut = myna_lipsync_choose_output (f->queue, f->dir, wide, wide);
  g_assert_cmpuint (strlen (wide_cut) - strlen (f->dir), <, 255);
  g_assert_true (g_utf8_validate (wide_cut, -1, NULL));
  studio_fixture_wait_for_all (f);
}

/* A job whose files are gone fails with a sentence, and leaves no file. */
static void
test_missing (StudioFixture *f, gconstpointer data)
{
  g_autofree char *output = g_build_filename (f->dir, "out.mp4", NULL);
  g_autoptr (MynaJob) job = NULL;

  promise (f, "out.mp4");
  job = g_list_model_get_item (G_LIST_MODEL (f->queue), 0);
  studio_fixture_wait_for_job (job);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_FAILED);
  g_assert_nonnull (strstr (myna_job_get_error (job), "speech.wav"));
  g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lipsync-request/round-trip", test_round_trip);
  g_test_add_func ("/lipsync-request/clamped", test_clamped);
  g_test_add_func ("/lipsync-request/broken", test_broken);
  g_test_add ("/lipsync-request/output", StudioFixture, NULL, studio_fixture_set_up, test_output,
              studio_fixture_tear_down);
  g_test_add ("/lipsync-request/missing", StudioFixture, NULL, studio_fixture_set_up, test_missing,
              studio_fixture_tear_down);
  return g_test_run ();
}
