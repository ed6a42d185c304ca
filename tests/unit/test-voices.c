/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "engine/audio/myna-audio-probe.h"
#include "engine/core/myna-error.h"
#include "studio-fixture.h"

static GPtrArray *
one_region (const char *path, double start, double end)
{
  GPtrArray *regions = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);

  g_ptr_array_add (regions, myna_voice_region_new (path, -1, start, end, NULL));
  return regions;
}

static guint
count_voice_folders (StudioFixture *f)
{
  g_autofree char *path = g_build_filename (f->dir, "voices", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
assert_refused (StudioFixture *f, GPtrArray *regions, const char *consent, MynaError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (studio_fixture_add_regions (f, "Nobody", regions, consent, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, MYNA_ERROR, (int) code);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->voices)), ==, 0);
  g_assert_cmpuint (count_voice_folders (f), ==, 0);
}

static void
test_add (StudioFixture *f, gconstpointer data)
{
  MynaVoice *voice = studio_fixture_add_voice (f, " Anna ");
  g_autofree char *clip = myna_voice_dup_clip_path (voice, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) streams = myna_audio_probe (clip, &error);
  const MynaAudioStream *stream;
  const char *const *warnings = myna_voice_get_warnings (voice);

  g_assert_no_error (error);
  stream = g_ptr_array_index (streams, 0);
  g_assert_cmpint (stream->channels, ==, 1);
  g_assert_cmpint (stream->rate, ==, 22050);
  g_assert_cmpstr (myna_voice_get_name (voice), ==, "Anna");
  g_assert_cmpstr (myna_voice_get_language (voice), ==, "en-us");
  g_assert_cmpstr (myna_voice_get_transcript (voice), ==, "The birch canoe.");
  g_assert_cmpuint (myna_voice_get_n_clips (voice), ==, 1);
  g_assert_cmpfloat_with_epsilon (myna_voice_get_duration (voice), 8, 0.01);
  g_assert_nonnull (warnings);
  g_assert_true (g_strv_contains (warnings, "A fake warning."));
  g_assert_true (voice == myna_voices_find_by_name (f->voices, "ANNA"));
  g_assert_true (voice == myna_voices_find (f->voices, myna_voice_get_id (voice)));
}

static void
test_refused (StudioFixture *f, gconstpointer data)
{
  g_autofree char *sample = studio_fixture_make_sample (f, "sample.wav", 8);
  g_autofree char *missing = g_build_filename (f->dir, "missing.wav", NULL);
  g_autofree char *text = g_build_filename (f->dir, "text.wav", NULL);
  g_autofree char *silent = g_build_filename (f->dir, "silent.wav", NULL);
  g_autofree float *zeros = g_new0 (float, 16000 * 10);
  g_autoptr (GPtrArray) good = one_region (sample, 0, 0);
  g_autoptr (GPtrArray) nothing = one_region (missing, 0, 0);
  g_autoptr (GPtrArray) no_audio = one_region (text, 0, 0);
  g_autoptr (GPtrArray) short_region = one_region (sample, 1, 1.2);
  g_autoptr (GPtrArray) silence = one_region (silent, 0, 0);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  g_assert_true (g_file_set_contents (text, "no audio at all", -1, NULL));
  studio_fixture_write_wav (silent, zeros, 16000 * 10, 16000);
  assert_refused (f, good, " ", MYNA_ERROR_CONSENT);
  assert_refused (f, good, NULL, MYNA_ERROR_CONSENT);
  assert_refused (f, none, "yes", MYNA_ERROR_EMPTY);
  assert_refused (f, nothing, "yes", MYNA_ERROR_NOT_FOUND);
  assert_refused (f, no_audio, "yes", MYNA_ERROR_UNSUPPORTED);
  assert_refused (f, short_region, "yes", MYNA_ERROR_TOO_SHORT);
  assert_refused (f, silence, "yes", MYNA_ERROR_SILENT);
}

static void
test_too_long (StudioFixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "long.wav", NULL);
  g_autofree float *zeros = g_new0 (float, 8000 * 60 * 4);
  g_autoptr (GPtrArray) whole = one_region (path, 0, 0);
  g_autoptr (GPtrArray) twice = one_region (path, 0, 100);

  studio_fixture_write_wav (path, zeros, 8000 * 60 * 4, 8000);
  assert_refused (f, whole, "yes", MYNA_ERROR_TOO_LARGE);
  g_ptr_array_add (twice, myna_voice_region_new (path, -1, 100, 200, NULL));
  assert_refused (f, twice, "yes", MYNA_ERROR_TOO_LARGE);
}

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static gboolean
is_set (gpointer data)
{
  return *(gpointer *) data != NULL;
}

static void
test_cancel (StudioFixture *f, gconstpointer data)
{
  g_autofree char *sample = studio_fixture_make_sample (f, "sample.wav", 8);
  g_autoptr (GPtrArray) regions = one_region (sample, 0, 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_cancellable_cancel (cancellable);
  myna_voices_add_async (f->voices, "Anna", "en-us", regions, "yes", cancellable, keep_result_cb,
                         &result);
  studio_fixture_iterate_until (is_set, &result);
  g_assert_null (myna_voices_add_finish (f->voices, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_voice_folders (f), ==, 0);
}

static void
test_names (StudioFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  MynaVoice *first = studio_fixture_add_voice (f, "Bob");
  MynaVoice *second = studio_fixture_add_voice (f, "bob");
  g_autoptr (MynaVoice) top = NULL;

  g_assert_cmpstr (myna_voice_get_name (second), ==, "bob 2");
  g_assert_false (myna_voices_rename (f->voices, second, "BOB", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (myna_voices_rename (f->voices, second, "  ", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
  g_clear_error (&error);
  g_assert_true (myna_voices_rename (f->voices, second, "Ann", &error));
  g_assert_true (myna_voices_rename (f->voices, first, "BOB", &error));
  g_assert_no_error (error);
  top = g_list_model_get_item (G_LIST_MODEL (f->voices), 0);
  g_assert_true (top == second);
}

static void
test_reopen (StudioFixture *f, gconstpointer data)
{
  g_autofree char *id = g_strdup (myna_voice_get_id (studio_fixture_add_voice (f, "Anna")));
  MynaVoice *voice;

  studio_fixture_close (f);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  voice = myna_voices_find (f->voices, id);
  g_assert_nonnull (voice);
  g_assert_cmpstr (myna_voice_get_name (voice), ==, "Anna");
  g_assert_cmpstr (myna_voice_get_transcript (voice), ==, "The birch canoe.");
  g_assert_true (g_strv_contains (myna_voice_get_warnings (voice), "A fake warning."));
}

static void
test_transcript (StudioFixture *f, gconstpointer data)
{
  g_autofree char *sample = studio_fixture_make_sample (f, "sample.wav", 8);
  g_autoptr (GPtrArray) regions = one_region (sample, 0, 4);
  g_autoptr (GError) error = NULL;
  MynaVoice *voice;
  guint n_prepared;

  g_ptr_array_add (regions, myna_voice_region_new (sample, -1, 4, 8, "two\nlines"));
  voice = studio_fixture_add_regions (f, "Anna", regions, "yes", &error);
  g_assert_no_error (error);
  studio_fixture_wait_for_all (f);
  g_assert_cmpuint (myna_voice_get_n_clips (voice), ==, 2);
  g_assert_cmpstr (myna_voice_get_transcript (voice), ==, "\ntwo lines");

  n_prepared = fake_engine_get_n_prepared ();
  g_assert_false (myna_voices_set_transcript (f->voices, voice, "only one line", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (myna_voices_set_transcript (f->voices, voice, "one\ntwo", &error));
  g_assert_cmpstr (myna_voice_get_transcript (voice), ==, "one\ntwo");
  studio_fixture_wait_for_all (f);
  g_assert_cmpuint (fake_engine_get_n_prepared (), ==, n_prepared + 1);

  g_assert_true (myna_voices_set_language (f->voices, voice, "de", &error));
  studio_fixture_wait_for_all (f);
  g_assert_cmpuint (fake_engine_get_n_prepared (), ==, n_prepared + 2);
  g_assert_false (myna_voices_set_language (f->voices, voice, "klingon!", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_true (myna_voices_set_transcript (f->voices, voice, " \n ", &error));
  g_assert_null (myna_voice_get_transcript (voice));
}

static void
refuse_reference (
    StudioFixture *f, MynaVoice *voice, guint clip, double start, double end, int code)
{
  g_autoptr (MynaVoiceReference) part = myna_voice_reference_new (clip, start, end, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (myna_voices_set_reference (f->voices, voice, part, &error));
  g_assert_error (error, MYNA_ERROR, code);
}

/* What GPT-SoVITS imitates: refused when it cannot, kept over a restart, given up again. */
static void
test_reference (StudioFixture *f, gconstpointer data)
{
  g_autofree char *sample = studio_fixture_make_sample (f, "sample.wav", 14);
  g_autoptr (GPtrArray) regions = one_region (sample, 0, 13);
  g_autoptr (MynaVoiceReference) part = myna_voice_reference_new (0, 1.5, 6.5, " what\nis  said ");
  g_autoptr (GError) error = NULL;
  MynaVoice *voice = studio_fixture_add_regions (f, "Anna", regions, "yes", &error);
  const MynaVoiceReference *kept;

  g_assert_no_error (error);
  g_assert_null (myna_voice_get_record (voice)->reference);
  refuse_reference (f, voice, 1, 0, 5, MYNA_ERROR_NOT_FOUND);
  refuse_reference (f, voice, 0, 0, 2.9, MYNA_ERROR_TOO_SHORT);
  refuse_reference (f, voice, 0, 1, 11.1, MYNA_ERROR_TOO_LARGE);
  refuse_reference (f, voice, 0, 9, 16, MYNA_ERROR_FAILED);
  refuse_reference (f, voice, 0, -1, 5, MYNA_ERROR_FAILED);
  refuse_reference (f, voice, 0, 0, NAN, MYNA_ERROR_FAILED);
  g_assert_null (myna_voice_get_record (voice)->reference);

  g_assert_true (myna_voices_set_reference (f->voices, voice, part, &error));
  g_assert_no_error (error);
  studio_fixture_close (f);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  voice = myna_voices_find_by_name (f->voices, "Anna");
  kept = myna_voice_get_record (voice)->reference;
  g_assert_nonnull (kept);
  g_assert_cmpfloat (kept->start, ==, 1.5);
  g_assert_cmpfloat (kept->end, ==, 6.5);
  g_assert_cmpstr (kept->text, ==, "what is said");
  g_assert_true (myna_voices_set_reference (f->voices, voice, NULL, &error));
  g_assert_null (myna_voice_get_record (voice)->reference);
}

static void
test_remove (StudioFixture *f, gconstpointer data)
{
  g_autoptr (MynaVoice) voice = g_object_ref (studio_fixture_add_voice (f, "Anna"));
  g_autofree char *clip = myna_voice_dup_clip_path (voice, 0);

  myna_voices_remove (f->voices, voice);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->voices)), ==, 0);
  g_assert_null (myna_voices_find_by_name (f->voices, "Anna"));
  studio_fixture_add_voice (f, "Anna");
  myna_voices_restore (f->voices, voice);
  g_assert_cmpstr (myna_voice_get_name (voice), ==, "Anna 2");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->voices)), ==, 2);
  g_assert_true (g_file_test (clip, G_FILE_TEST_EXISTS));

  myna_voices_remove (f->voices, voice);
  myna_voices_purge_removed (f->voices);
  myna_store_flush (myna_library_get_store (f->library));
  g_assert_false (g_file_test (clip, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_voice_folders (f), ==, 1);
}

/* Removed, and the process ends: gone at the next start. */
static void
test_remove_then_close (StudioFixture *f, gconstpointer data)
{
  g_autoptr (MynaVoice) voice = g_object_ref (studio_fixture_add_voice (f, "Anna"));

  myna_voices_remove (f->voices, voice);
  g_assert_cmpuint (count_voice_folders (f), ==, 1);
  studio_fixture_close (f);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->voices)), ==, 0);
  myna_store_flush (myna_library_get_store (f->library));
  g_assert_cmpuint (count_voice_folders (f), ==, 0);
}

/* The database is gone; the sidecars bring all back. */
static void
test_recover (StudioFixture *f, gconstpointer data)
{
  g_autofree char *id = g_strdup (myna_voice_get_id (studio_fixture_add_voice (f, "Anna")));
  g_autofree char *database = g_build_filename (f->dir, "myna.db", NULL);
  g_autofree char *damaged = g_build_filename (f->dir, "voices", "broken", NULL);
  g_autofree char *sidecar = g_build_filename (damaged, "voice.json", NULL);
  MynaVoice *voice;

  studio_fixture_close (f);
  g_assert_cmpint (g_mkdir (damaged, 0700), ==, 0);
  g_assert_true (g_file_set_contents (sidecar, "{\"id\": ", -1, NULL));
  g_assert_true (g_file_set_contents (database, "this is no database at all", -1, NULL));
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  g_assert_nonnull (myna_library_get_recovery_notice (f->library));
  voice = myna_voices_find (f->voices, id);
  g_assert_nonnull (voice);
  g_assert_cmpstr (myna_voice_get_transcript (voice), ==, "The birch canoe.");
  studio_fixture_close (f);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  g_assert_null (myna_library_get_recovery_notice (f->library));
  g_assert_nonnull (myna_voices_find (f->voices, id));
}

/* Hostile sidecars are refused as a whole. */
static void
test_record_parser (void)
{
  static const char *const bad[] = {
    "{}",
    "{\"id\":\"../"
    "x\",\"name\":\"n\",\"language\":\"en\",\"consent\":\"y\",\"clips\":[{\"file\":\"a."
    "flac\",\"duration\":1}]}",
    "{\"id\":\"x\",\"name\":\"n\",\"language\":\"en\",\"consent\":\"y\",\"clips\":[]}",
    "{\"id\":\"x\",\"name\":\"n\",\"language\":\"en\",\"consent\":\"y\",\"clips\":[{\"file\":\"../"
    "a.flac\"}]}",
    "{\"id\":\"x\",\"name\":\"n\",\"language\":\"en\",\"consent\":\"y\",\"clips\":[{\"file\":\"a\","
    "\"duration\":-1}]}",
    "{\"id\":\"x\",\"name\":7,\"language\":[],\"consent\":{},\"clips\":\"a\"}",
    "{\"format\":99}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = json_from_string (bad[i], &error);

      g_assert_no_error (error);
      g_assert_null (myna_voice_record_from_json ("/tmp/x", node, &error));
      g_assert_true (error->domain == MYNA_ERROR);
    }
}

static void
add (const char *path, void (*func) (StudioFixture *f, gconstpointer data))
{
  g_test_add (path, StudioFixture, NULL, studio_fixture_set_up, func, studio_fixture_tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("/voices/add", test_add);
  add ("/voices/refused", test_refused);
  add ("/voices/too-long", test_too_long);
  add ("/voices/cancel", test_cancel);
  add ("/voices/names", test_names);
  add ("/voices/reopen", test_reopen);
  add ("/voices/transcript", test_transcript);
  add ("/voices/reference", test_reference);
  add ("/voices/remove", test_remove);
  add ("/voices/remove-then-close", test_remove_then_close);
  add ("/voices/recover", test_recover);
  g_test_add_func ("/voices/record-parser", test_record_parser);
  return g_test_run ();
}
