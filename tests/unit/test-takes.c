/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "engine/audio/myna-audio-load.h"
#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/studio/myna-take-mixer.h"
#include "engine/studio/myna-take-record.h"
#include "engine/studio/myna-take-script.h"
#include "engine/studio/myna-take-speech.h"
#include "engine/voice/draft/myna-draft-espeak.h"
#include "studio-fixture.h"

static const MynaSpeakParams params = { NULL, 7, 1.0, 0.0, -1.0, NULL };

static const char *program;

static MynaTake *
speak (StudioFixture *f, const char *text)
{
  g_autoptr (GError) error = NULL;
  MynaVoice *voice = myna_voices_find_by_name (f->voices, "Anna");
  MynaTake *take;

  if (voice == NULL)
    voice = studio_fixture_add_voice (f, "Anna");
  take = myna_takes_speak (f->takes, voice, text, &params, 0.5, &error);
  g_assert_no_error (error);
  return take;
}

static MynaTake *
speak_and_wait (StudioFixture *f, const char *text)
{
  MynaTake *take = speak (f, text);

  studio_fixture_wait_for_all (f);
  return take;
}

static MynaPiece *
piece (MynaTake *take, guint i)
{
  g_autoptr (MynaPiece) item = g_list_model_get_item (G_LIST_MODEL (take), i);

  g_assert_nonnull (item);
  return item;
}

static guint
n_pieces (MynaTake *take)
{
  return g_list_model_get_n_items (G_LIST_MODEL (take));
}

static char *
read_piece (MynaTake *take, guint i, gsize *size)
{
  g_autoptr (GError) error = NULL;
  char *bytes = NULL;

  g_assert_true (g_file_get_contents (myna_piece_get_path (piece (take, i)), &bytes, size, &error));
  g_assert_no_error (error);
  return bytes;
}

static void
assert_same_audio (MynaTake *a, MynaTake *b)
{
  g_assert_cmpuint (n_pieces (a), ==, n_pieces (b));
  for (guint i = 0; i < n_pieces (a); i++)
    {
      gsize size_a = 0;
      gsize size_b = 0;
      g_autofree char *bytes_a = read_piece (a, i, &size_a);
      g_autofree char *bytes_b = read_piece (b, i, &size_b);

      g_assert_cmpmem (bytes_a, size_a, bytes_b, size_b);
    }
}

/* espeak-ng says @text into a file. */
static char *
say (const char *text, const char *folder)
{
  char *path = g_build_filename (folder, "said.wav", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaDraftRendition) said =
      myna_draft_rendition_new ("en-us", text, NULL, NULL, &error);
  g_autoptr (MynaAudioWriter) writer = myna_audio_writer_open (path, said->rate, 1, &error);

  g_assert_true (myna_audio_writer_write (writer, said->samples, said->n_samples, &error));
  g_assert_true (myna_audio_writer_finish (writer, &error));
  g_assert_no_error (error);
  return path;
}

/* What an engine tells of its phones is taken; what it does not tell is found in the sound. */
static void
test_phones (StudioFixture *f, gconstpointer data)
{
  MynaTake *take = speak_and_wait (f, "My mama bought a map.");
  g_autofree char *folder = g_path_get_dirname (myna_piece_get_path (piece (take, 0)));
  g_autofree char *path = say ("My mama bought a map.", folder);
  g_autoptr (MynaTakeRecord) record = myna_take_record_load (folder, NULL);
  g_autoptr (GPtrArray) items = myna_take_mixer_list (record, NULL);
  MynaMixItem *item = items->pdata[0];
  g_autoptr (GArray) told = myna_take_speech_load_phones (record, items, NULL);
  g_autoptr (GArray) found = NULL;
  guint n_closed = 0;

  g_assert_cmpuint (told->len, ==, 1); /* the fake engine's */
  g_free (item->path);
  item->path = g_steal_pointer (&path);
  item->revision = 9; /* of which the log says nothing */
  found = myna_take_speech_load_phones (record, items, NULL);
  g_assert_nonnull (found);
  for (guint i = 0; i < found->len; i++)
    n_closed += strchr ("mbp", g_array_index (found, MynaPhone, i).name[0]) != NULL;
  g_assert_cmpuint (n_closed, ==, 6);
}

static void
test_speak (StudioFixture *f, gconstpointer data)
{
  MynaTake *take = speak (f, "One is here. Two is longer.\n\nThree ends it.");
  MynaJob *job = myna_take_get_job (take);
  g_autoptr (MynaTake) first = NULL;

  g_assert_nonnull (job);
  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_WAITING);
  g_assert_cmpstr (myna_take_get_voice_name (take), ==, "Anna");
  g_assert_cmpstr (myna_take_get_name (take), ==, "One is here. Two is longer. Three ends it.");
  g_object_ref (job);
  studio_fixture_wait_for_job (job);
  g_assert_cmpstr (myna_job_get_error (job), ==, NULL);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_DONE);
  g_assert_true (g_str_has_prefix (myna_job_get_result (job), "take:"));
  g_object_unref (job);

  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_COMPLETE);
  g_assert_null (myna_take_get_job (take));
  g_assert_cmpuint (n_pieces (take), ==, 3);
  g_assert_cmpuint (myna_take_get_n_ready (take), ==, 3);
  g_assert_cmpfloat (myna_piece_get_pause_after (piece (take, 0)), ==, 0.5);
  g_assert_cmpfloat (myna_piece_get_pause_after (piece (take, 1)), >, 0.5);
  g_assert_cmpfloat (myna_piece_get_pause_after (piece (take, 2)), ==, 0);
  g_assert_cmpuint (myna_piece_get_phones (piece (take, 0))->len, ==, 1);
  g_assert_cmpstr (myna_piece_get_phone_string (piece (take, 0)), ==, "a b c");
  g_assert_cmpstr (myna_take_get_text (take), ==, "One is here. Two is longer.\n\nThree ends it.");
  g_assert_true (g_strv_contains (myna_take_get_warnings (take), "A fake warning."));
  first = g_list_model_get_item (G_LIST_MODEL (f->takes), 0);
  g_assert_true (first == take);
}

static void
test_refused (StudioFixture *f, gconstpointer data)
{
  static const char *const nothing[] = { "", " \n", "... !!! ???", "😀 👍", "\x01\x02" };
  MynaVoice *voice = studio_fixture_add_voice (f, "Anna");
  MynaSpeakParams klingon = params;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (nothing); i++)
    {
      g_assert_null (myna_takes_speak (f->takes, voice, nothing[i], &params, 0.5, &error));
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
      g_clear_error (&error);
    }
  klingon.language = "klingon!";
  g_assert_null (myna_takes_speak (f->takes, voice, "Hello.", &klingon, 0.5, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->takes)), ==, 0);
  g_clear_error (&error);
  g_assert_false (myna_takes_set_engine (f->takes, "no such engine", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
}

/* A sentence that cannot be spoken is left out; when none can, the job fails. */
static void
test_mute (StudioFixture *f, gconstpointer data)
{
  MynaTake *take = speak_and_wait (f, "One. This is mute. Three.");
  MynaTake *all;
  MynaJob *job;

  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_COMPLETE);
  g_assert_cmpuint (n_pieces (take), ==, 3);
  g_assert_cmpuint (myna_take_get_n_ready (take), ==, 2);
  g_assert_cmpint (myna_piece_get_state (piece (take, 1)), ==, MYNA_PIECE_FAILED);
  g_assert_cmpstr (myna_piece_get_error (piece (take, 1)), ==, "The fake engine is mute.");
  g_assert_null (myna_piece_get_path (piece (take, 1)));
  g_assert_true (g_strv_contains (myna_take_get_warnings (take),
                                  "1 sentence could not be spoken and was left out."));

  all = speak (f, "All mute. So mute.");
  job = g_object_ref (myna_take_get_job (all));
  studio_fixture_wait_for_job (job);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_FAILED);
  g_assert_true (strstr (myna_job_get_error (job), "The fake engine is mute.") != NULL);
  g_assert_cmpint (myna_take_get_state (all), ==, MYNA_TAKE_PARTIAL);
  g_object_unref (job);
}

/* A take is called as its text begins. */
static void
test_name (StudioFixture *f, gconstpointer data)
{
  static const struct
  {
    const char *text;
    const char *name;
  } cases[] = {
    { "Short. And plain.", "Short. And plain." },
    { "It was a bright cold day in April. The clocks were striking thirteen.",
      "It was a bright cold day in April. The clocks…" },
    { "你好。再见。", "你好。再见。" },
    { "从前有一只八哥，它能学会听到的每一种声音。全村的人都来听它说话。",
      "从前有一只八哥，它能学会听到的每一种声音。全村的…" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MynaTake *take = speak (f, cases[i].text);

      g_assert_cmpstr (myna_take_get_name (take), ==, cases[i].name);
      myna_job_queue_cancel (myna_library_get_queue (f->library), myna_take_get_job (take));
    }
}

static void
test_reopen (StudioFixture *f, gconstpointer data)
{
  MynaTake *take = speak_and_wait (f, "One is here. Two. Three.");
  g_autofree char *id = g_strdup (myna_take_get_id (take));
  double duration = myna_take_get_duration (take);

  g_assert_true (myna_takes_rename (f->takes, take, " A name ", NULL));
  studio_fixture_close (f);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  take = myna_takes_find (f->takes, id);
  g_assert_nonnull (take);
  g_assert_cmpstr (myna_take_get_name (take), ==, "A name");
  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_COMPLETE);
  g_assert_cmpuint (myna_take_get_n_ready (take), ==, 3);
  g_assert_cmpfloat_with_epsilon (myna_take_get_duration (take), duration, 1e-6);
  g_assert_cmpuint (n_pieces (take), ==, 3);
  g_assert_cmpstr (myna_piece_get_text (piece (take, 1)), ==, "Two.");
}

static MynaTake *cancel_take;
static MynaJobQueue *cancel_queue;

static gboolean
cancel_cb (gpointer data)
{
  if (myna_take_get_job (cancel_take) != NULL)
    myna_job_queue_cancel (cancel_queue, myna_take_get_job (cancel_take));
  return G_SOURCE_REMOVE;
}

static void
cancel_hook (guint n_spoken)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      g_once_init_leave (&once, 1);
      g_idle_add (cancel_cb, NULL);
    }
}

/* Cancelled in the middle of a sentence: what is finished stays, and a retry goes on behind it. */
static void
test_cancel (StudioFixture *f, gconstpointer data)
{
  MynaTake *take;
  MynaJob *job;
  guint n_spoken;

  studio_fixture_add_voice (f, "Anna");
  fake_engine_set_hook (cancel_hook);
  cancel_queue = f->queue;
  cancel_take = take = speak (f, "One. Now wait here. Three.");
  job = g_object_ref (myna_take_get_job (take));
  studio_fixture_wait_for_job (job);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_CANCELLED);
  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_PARTIAL);
  g_assert_cmpuint (n_pieces (take), ==, 3);
  g_assert_cmpuint (myna_take_get_n_ready (take), <=, 1);

  n_spoken = fake_engine_get_n_spoken ();
  fake_engine_set_hook (NULL);
  myna_job_queue_retry (f->queue, job);
  g_assert_cmpint (myna_take_get_state (take), !=, MYNA_TAKE_PARTIAL);
  g_assert_true (myna_take_get_job (take) == job);
  myna_job_queue_cancel (f->queue, job);
  studio_fixture_wait_for_job (job);
  g_assert_cmpuint (fake_engine_get_n_spoken (), <=, n_spoken + 1);
  g_object_unref (job);
}

/* The job of a take was taken off the queue: another one goes on behind what is finished. */
static void
test_resume_cleared (StudioFixture *f, gconstpointer data)
{
  MynaTake *take = speak_and_wait (f, "One. Two. Three.");
  g_autofree char *second = g_strdup (myna_piece_get_path (piece (take, 1)));
  g_autoptr (GError) error = NULL;
  guint n_spoken = fake_engine_get_n_spoken ();

  myna_job_queue_clear_finished (f->queue);
  g_assert_cmpint (g_unlink (second), ==, 0);
  g_assert_nonnull (myna_takes_resume (f->takes, take, &error));
  g_assert_no_error (error);
  g_assert_cmpint (myna_take_get_state (take), !=, MYNA_TAKE_COMPLETE);
  studio_fixture_wait_for_all (f);
  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_COMPLETE);
  g_assert_cmpuint (fake_engine_get_n_spoken (), ==, n_spoken + 1);
  g_assert_true (g_file_test (second, G_FILE_TEST_EXISTS));
}

/* A take keeps the way that its text was cut, also when it is spoken later than it was made. */
static void
test_cut (StudioFixture *f, gconstpointer data)
{
  const char *text = "The first part, and the second. The third.";
  MynaTake *take;
  g_autofree char *id = NULL;

  myna_takes_set_cut (f->takes, MYNA_TAKE_CUT_PUNCTUATION);
  take = speak_and_wait (f, text);
  g_object_get (take, "id", &id, NULL);
  g_assert_cmpuint (n_pieces (take), ==, 3);
  g_assert_cmpstr (myna_piece_get_text (piece (take, 1)), ==, "and the second.");
  studio_fixture_close (f);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  take = myna_takes_find (f->takes, id);
  g_assert_cmpuint (n_pieces (take), ==, 3);
  g_assert_cmpuint (n_pieces (speak_and_wait (f, text)), ==, 2);
}

/* The engine's cache was damaged, or is gone: it is made again. */
static void
test_damaged_cache (StudioFixture *f, gconstpointer data)
{
  MynaVoice *voice = studio_fixture_add_voice (f, "Anna");
  g_autofree char *cache = myna_voice_record_dup_cache_path (myna_voice_get_record (voice), "fake");
  guint n_prepared = fake_engine_get_n_prepared ();

  g_assert_true (g_file_test (cache, G_FILE_TEST_EXISTS));
  studio_fixture_close (f);
  g_assert_true (g_file_set_contents (cache, "damaged", -1, NULL));
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  speak_and_wait (f, "One.");
  g_assert_cmpuint (fake_engine_get_n_prepared (), ==, n_prepared + 1);
  studio_fixture_close (f);
  g_assert_cmpint (g_unlink (cache), ==, 0);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  g_assert_cmpint (myna_take_get_state (speak_and_wait (f, "Two.")), ==, MYNA_TAKE_COMPLETE);
  g_assert_cmpuint (fake_engine_get_n_prepared (), ==, n_prepared + 2);
}

static char *
make_text (guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "This is sentence number %u of them. ", i);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static gboolean
some_ready (gpointer take)
{
  return myna_take_get_n_ready (take) >= 3;
}

/* The library closes in the middle; the next start finishes the take, the same as one at once. */
static void
test_resume (StudioFixture *f, gconstpointer data)
{
  g_autofree char *text = make_text (40);
  MynaTake *whole = speak_and_wait (f, text);
  g_autofree char *whole_id = g_strdup (myna_take_get_id (whole));
  g_autofree char *id = NULL;
  MynaTake *take = speak (f, text);
  guint n_spoken;

  id = g_strdup (myna_take_get_id (take));
  studio_fixture_iterate_until (some_ready, take);
  n_spoken = fake_engine_get_n_spoken ();
  studio_fixture_close (f);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  studio_fixture_wait_for_all (f);
  take = myna_takes_find (f->takes, id);
  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_COMPLETE);
  g_assert_cmpuint (myna_take_get_n_ready (take), ==, 40);
  g_assert_cmpuint (fake_engine_get_n_spoken () - n_spoken, <, 40);
  assert_same_audio (take, myna_takes_find (f->takes, whole_id));
}

static void
assert_device (const char *expected)
{
  g_autofree char *device = fake_engine_dup_device ();

  g_assert_cmpstr (device, ==, expected);
}

/* A job goes on where it began, whatever is chosen by then. */
static void
test_device (StudioFixture *f, gconstpointer data)
{
  g_autofree char *text = make_text (40);
  g_autoptr (MynaTake) take = NULL;

  myna_takes_set_device (f->takes, "cpu");
  take = g_object_ref (speak (f, text));
  studio_fixture_iterate_until (some_ready, take);
  assert_device ("cpu");
  g_clear_object (&take);
  studio_fixture_close (f);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  g_assert_null (myna_takes_get_device (f->takes));
  studio_fixture_wait_for_all (f);
  assert_device ("cpu");
  speak_and_wait (f, "Hello.");
  assert_device ("auto");
}

/* A graphics card that is gone is no reason to give up. */
static void
test_device_gone (StudioFixture *f, gconstpointer data)
{
  MynaTake *take;
  g_autoptr (MynaJob) job = NULL;

  myna_takes_set_device (f->takes, "cuda99");
  take = speak (f, "Hello.");
  job = g_object_ref (myna_take_get_job (take));
  studio_fixture_wait_for_job (job);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_DONE);
  g_assert_nonnull (strstr (myna_job_get_warnings (job)[0], "“cuda99”"));
  assert_device ("auto");
}

static void
kill_hook (guint n_spoken)
{
  if (n_spoken == 11)
    raise (SIGKILL);
}

/* Runs in a process of its own: speaks, and is killed in the middle. */
static int
run_child (const char *dir)
{
  StudioFixture f = { .dir = g_strdup (dir) };
  g_autofree char *text = make_text (30);

  studio_fixture_open (&f, MYNA_LIBRARY_OPEN_DEFAULT);
  fake_engine_set_hook (kill_hook);
  speak (&f, text);
  studio_fixture_wait_for_all (&f);
  return 1;
}

static void
test_killed (StudioFixture *f, gconstpointer data)
{
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTake) take = NULL;
  g_autofree char *text = make_text (30);
  MynaTake *whole = speak_and_wait (f, text);
  g_autofree char *whole_id = g_strdup (myna_take_get_id (whole));
  guint n_spoken;

  studio_fixture_close (f);
  child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, program, "--child", f->dir,
                            NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (child, NULL, &error));
  g_assert_true (g_subprocess_get_if_signaled (child));
  g_assert_cmpint (g_subprocess_get_term_sig (child), ==, SIGKILL);

  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->takes)), ==, 2);
  take = g_list_model_get_item (G_LIST_MODEL (f->takes), 0);
  if (g_strcmp0 (myna_take_get_id (take), whole_id) == 0)
    {
      g_object_unref (take);
      take = g_list_model_get_item (G_LIST_MODEL (f->takes), 1);
    }
  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_PARTIAL);
  g_assert_cmpuint (myna_take_get_n_ready (take), >=, 11);
  n_spoken = fake_engine_get_n_spoken ();
  g_assert_cmpuint (myna_job_queue_resume_interrupted (f->queue), ==, 1);
  studio_fixture_wait_for_all (f);
  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_COMPLETE);
  g_assert_cmpuint (fake_engine_get_n_spoken () - n_spoken, <=, 19);
  assert_same_audio (take, myna_takes_find (f->takes, whole_id));
}

static void
test_reroll (StudioFixture *f, gconstpointer data)
{
  MynaTake *take = speak_and_wait (f, "One. Two. Three.");
  g_autofree char *id = g_strdup (myna_take_get_id (take));
  g_autofree char *old_path = g_strdup (myna_piece_get_path (piece (take, 1)));
  guint32 seed = myna_piece_get_seed (piece (take, 1));
  g_autoptr (GError) error = NULL;
  MynaJob *job = myna_takes_reroll (f->takes, take, 1, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (myna_piece_get_job (piece (take, 1)) == job);
  g_assert_null (myna_takes_reroll (f->takes, take, 1, NULL, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_BUSY);
  g_clear_error (&error);
  studio_fixture_wait_for_all (f);
  g_assert_null (myna_piece_get_job (piece (take, 1)));
  g_assert_cmpuint (myna_piece_get_n_revisions (piece (take, 1)), ==, 2);
  g_assert_cmpuint (myna_piece_get_revision (piece (take, 1)), ==, 1);
  g_assert_cmpuint (myna_piece_get_seed (piece (take, 1)), !=, seed);
  g_assert_cmpstr (myna_piece_get_path (piece (take, 1)), !=, old_path);

  g_assert_nonnull (myna_takes_reroll (f->takes, take, 1, "Twice two.", "t u:", &error));
  studio_fixture_wait_for_all (f);
  g_assert_cmpstr (myna_piece_get_text (piece (take, 1)), ==, "Twice two.");
  g_assert_cmpstr (myna_piece_get_phone_string (piece (take, 1)), ==, "t u:");
  g_assert_null (myna_takes_reroll (f->takes, take, 1, "...", NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
  g_clear_error (&error);
  g_assert_null (myna_takes_reroll (f->takes, take, 99, NULL, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);

  myna_takes_choose_revision (f->takes, take, 1, 0);
  g_assert_cmpstr (myna_piece_get_path (piece (take, 1)), ==, old_path);
  g_assert_cmpstr (myna_piece_get_text (piece (take, 1)), ==, "Two.");
  studio_fixture_close (f);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  take = myna_takes_find (f->takes, id);
  g_assert_cmpuint (myna_piece_get_n_revisions (piece (take, 1)), ==, 3);
  g_assert_cmpuint (myna_piece_get_revision (piece (take, 1)), ==, 0);
}

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, gpointer data)
{
  guint *total = data;

  *total += added;
  *total -= removed;
}

static void
test_splice (StudioFixture *f, gconstpointer data)
{
  MynaTake *take = speak_and_wait (f, "One. Two. Three. Four.");
  g_autofree char *id = g_strdup (myna_take_get_id (take));
  double duration = myna_take_get_duration (take);
  double removed = myna_piece_get_duration (piece (take, 1)) + 0.5;
  guint total = 4;

  g_signal_connect (take, "items-changed", G_CALLBACK (changed_cb), &total);
  myna_takes_remove_piece (f->takes, take, 1);
  g_assert_cmpuint (total, ==, 3);
  g_assert_cmpfloat_with_epsilon (myna_take_get_duration (take), duration - removed, 1e-6);
  myna_takes_move_piece (f->takes, take, 2, -2);
  g_assert_cmpuint (total, ==, 3);
  g_assert_cmpstr (myna_piece_get_text (piece (take, 0)), ==, "Four.");
  g_assert_cmpstr (myna_piece_get_text (piece (take, 2)), ==, "Three.");
  g_assert_cmpuint (myna_piece_get_index (piece (take, 2)), ==, 2);
  g_assert_cmpfloat (myna_piece_get_pause_after (piece (take, 2)), ==, 0);
  myna_takes_move_piece (f->takes, take, 0, -1);
  myna_takes_move_piece (f->takes, take, 2, 5);
  myna_takes_remove_piece (f->takes, take, 17);
  studio_fixture_close (f);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  take = myna_takes_find (f->takes, id);
  g_assert_cmpuint (n_pieces (take), ==, 3);
  g_assert_cmpstr (myna_piece_get_text (piece (take, 0)), ==, "Four.");
  g_assert_cmpstr (myna_piece_get_text (piece (take, 1)), ==, "One.");
}

static double
level (const MynaAudio *audio, double from, double to)
{
  double sum = 0;
  gsize n = 0;

  for (gsize i = (gsize) (from * audio->rate); i < (gsize) (to * audio->rate); i++, n++)
    sum += (double) audio->samples[i] * audio->samples[i];
  return sqrt (sum / (double) n);
}

static void
test_export (StudioFixture *f, gconstpointer data)
{
  MynaTake *take = speak_and_wait (f, "The first one. The second one.\n\nThe third one.");
  static const char *const names[] = { "out.wav", "out.flac", "out.opus", "out.mp3" };
  g_autoptr (GError) error = NULL;
  double end = myna_piece_get_duration (piece (take, 0));

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (f->dir, names[i], NULL);
      MynaJob *job = myna_takes_export (f->takes, take, path, TRUE, &error);
      g_autoptr (MynaAudio) audio = NULL;

      g_assert_no_error (error);
      studio_fixture_wait_for_all (f);
      g_assert_cmpstr (myna_job_get_result (job), ==, path);
      audio = myna_audio_load (path, -1, 0, 0, 0, 1, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat_with_epsilon ((double) audio->n_frames / audio->rate,
                                      myna_take_get_duration (take), i < 2 ? 1e-3 : 0.03);
      /* The pause holds the voice's room tone, as loud as in the piece, not silence. */
      g_assert_cmpfloat (level (audio, end + 0.05, end + 0.45), >, 0.0007);
      g_assert_cmpfloat (level (audio, end + 0.05, end + 0.45), <, 0.002);
    }
  g_assert_null (myna_takes_export (f->takes, take, "/tmp/out.xyz", TRUE, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
}

static void
test_export_unwritable (StudioFixture *f, gconstpointer data)
{
  MynaTake *take = speak_and_wait (f, "One.");
  g_autofree char *path = g_build_filename (f->dir, "no", "such", "folder", "out.wav", NULL);
  g_autoptr (GError) error = NULL;
  MynaJob *job = myna_takes_export (f->takes, take, path, TRUE, &error);

  g_assert_no_error (error);
  g_object_ref (job);
  studio_fixture_wait_for_job (job);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_FAILED);
  g_test_message ("%s", myna_job_get_error (job));
  g_object_unref (job);
}

static guint
count_take_folders (StudioFixture *f)
{
  g_autofree char *path = g_build_filename (f->dir, "takes", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  myna_store_flush (myna_library_get_store (f->library));
  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_to_file (StudioFixture *f, gconstpointer data)
{
  g_autofree char *sample = studio_fixture_make_sample (f, "reference.wav", 5);
  g_autofree char *output = g_build_filename (f->dir, "out.flac", NULL);
  g_autoptr (MynaVoiceRegion) region = myna_voice_region_new (sample, -1, 0, 0, NULL);
  MynaFileRequest request = { NULL, region, "en-us", output };
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudio) audio = NULL;
  MynaJob *job;

  job = myna_takes_speak_to_file (f->takes, &request, "One. Two.", &params, 0.2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->takes)), ==, 0);
  g_assert_cmpuint (count_take_folders (f), ==, 1);
  studio_fixture_wait_for_job (job);
  g_assert_cmpstr (myna_job_get_error (job), ==, NULL);
  g_assert_cmpstr (myna_job_get_result (job), ==, output);
  audio = myna_audio_load (output, -1, 0, 0, 0, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (audio->n_frames, >, 8000);
  g_assert_cmpuint (count_take_folders (f), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->voices)), ==, 0);

  /* One whose job failed lives as long as the job. */
  g_free (region->path);
  region->path = g_strdup ("/no/such/file.wav");
  job = myna_takes_speak_to_file (f->takes, &request, "One. Two.", &params, 0.2, &error);
  g_assert_no_error (error);
  studio_fixture_wait_for_job (job);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_FAILED);
  g_assert_cmpuint (count_take_folders (f), ==, 1);
  myna_job_queue_clear_finished (f->queue);
  g_assert_cmpuint (count_take_folders (f), ==, 0);
}

static void
test_remove (StudioFixture *f, gconstpointer data)
{
  g_autoptr (MynaTake) take = g_object_ref (speak_and_wait (f, "One. Two."));

  myna_takes_remove (f->takes, take);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->takes)), ==, 0);
  g_assert_cmpuint (count_take_folders (f), ==, 1);
  myna_takes_restore (f->takes, take);
  g_assert_true (myna_takes_find (f->takes, myna_take_get_id (take)) == take);
  myna_takes_remove (f->takes, take);
  myna_takes_purge_removed (f->takes);
  g_assert_cmpuint (count_take_folders (f), ==, 0);
}

/* Removed and purged while it is being spoken: the job stops first. */
static void
test_remove_running (StudioFixture *f, gconstpointer data)
{
  g_autoptr (MynaTake) take = g_object_ref (speak (f, "Now wait here."));

  myna_takes_remove (f->takes, take);
  myna_takes_purge_removed (f->takes);
  studio_fixture_wait_for_all (f);
  g_assert_cmpuint (count_take_folders (f), ==, 0);
}

static void
test_recover (StudioFixture *f, gconstpointer data)
{
  g_autofree char *id = g_strdup (myna_take_get_id (speak_and_wait (f, "One. Two.")));
  g_autofree char *database = g_build_filename (f->dir, "myna.db", NULL);
  MynaTake *take;

  studio_fixture_close (f);
  g_assert_true (g_file_set_contents (database, "this is no database at all", -1, NULL));
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
  take = myna_takes_find (f->takes, id);
  g_assert_nonnull (take);
  g_assert_cmpuint (n_pieces (take), ==, 2);
  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_COMPLETE);
}

/* A second process reads, and changes nothing. */
static void
test_read_only (StudioFixture *f, gconstpointer data)
{
  MynaTake *take = speak_and_wait (f, "One. Two.");
  g_autoptr (MynaLibrary) second = NULL;
  g_autoptr (GError) error = NULL;
  MynaTakes *takes;
  MynaVoice *voice;
  MynaTake *seen;

  g_assert_null (myna_library_open (f->dir, MYNA_LIBRARY_OPEN_DEFAULT, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_BUSY);
  g_clear_error (&error);
  myna_store_flush (myna_library_get_store (f->library));
  second = myna_library_open (f->dir, MYNA_LIBRARY_OPEN_READ_ONLY_IF_BUSY, &error);
  g_assert_no_error (error);
  g_assert_true (myna_library_is_read_only (second));
  takes = myna_library_get_takes (second);
  voice = myna_voices_find_by_name (myna_library_get_voices (second), "Anna");
  seen = myna_takes_find (takes, myna_take_get_id (take));
  g_assert_nonnull (voice);
  g_assert_nonnull (seen);
  g_assert_cmpuint (n_pieces (seen), ==, 2);
  g_assert_null (myna_takes_speak (takes, voice, "Hello.", &params, 0.5, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_false (myna_takes_rename (takes, seen, "Other", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_false (myna_voices_rename (myna_library_get_voices (second), voice, "Other", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY);
}

/* A torn last line, as a killed process leaves it, and lines that are no revisions. */
static void
test_damaged_log (StudioFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_build_filename (f->dir, "take", NULL);
  g_autofree char *path = g_build_filename (folder, "revisions.jsonl", NULL);
  g_autoptr (MynaTakeRevision) revision = myna_take_revision_new (3, 1);
  g_autoptr (GPtrArray) revisions = NULL;
  g_autoptr (GArray) phones = g_array_new (FALSE, FALSE, sizeof (MynaPhone));
  g_autoptr (GArray) loaded = NULL;
  MynaPhone phone = { "tS", 0.25, 0.5, 2 };
  const MynaTakeRevision *read;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (
      path, "[]\n7\n{\"n\":-1,\"r\":0}\n{\"n\":1}\n\xff\xfe\n{\"n\":0,\"r\":0,\"dur", -1, NULL));
  g_array_append_val (phones, phone);
  revision->phone_string = g_strdup ("tS \"q\"");
  revision->duration = 1.5;
  g_assert_true (myna_take_script_add_revision (folder, revision, phones, &error));
  g_assert_no_error (error);
  revisions = myna_take_script_load_revisions (folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (revisions->len, ==, 1);
  read = g_ptr_array_index (revisions, 0);
  g_assert_cmpuint (read->number, ==, 3);
  g_assert_cmpuint (read->revision, ==, 1);
  g_assert_cmpstr (read->phone_string, ==, "tS \"q\"");
  loaded = myna_take_script_load_phones (folder, 3, 1);
  g_assert_cmpuint (loaded->len, ==, 1);
  g_assert_cmpstr (g_array_index (loaded, MynaPhone, 0).name, ==, "tS");
  g_assert_cmpfloat_with_epsilon (g_array_index (loaded, MynaPhone, 0).end, 0.5, 1e-6);
}

static void
add (const char *path, void (*func) (StudioFixture *f, gconstpointer data))
{
  g_test_add (path, StudioFixture, NULL, studio_fixture_set_up, func, studio_fixture_tear_down);
}

int
main (int argc, char *argv[])
{
  if (argc == 3 && strcmp (argv[1], "--child") == 0)
    return run_child (argv[2]);
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  add ("/takes/speak", test_speak);
  add ("/takes/phones", test_phones);
  add ("/takes/refused", test_refused);
  add ("/takes/mute", test_mute);
  add ("/takes/name", test_name);
  add ("/takes/reopen", test_reopen);
  add ("/takes/cancel", test_cancel);
  add ("/takes/cut", test_cut);
  add ("/takes/resume", test_resume);
  add ("/takes/resume-cleared", test_resume_cleared);
  add ("/takes/device", test_device);
  add ("/takes/device-gone", test_device_gone);
  add ("/takes/damaged-cache", test_damaged_cache);
  add ("/takes/killed", test_killed);
  add ("/takes/reroll", test_reroll);
  add ("/takes/splice", test_splice);
  add ("/takes/export", test_export);
  add ("/takes/export-unwritable", test_export_unwritable);
  add ("/takes/to-file", test_to_file);
  add ("/takes/remove", test_remove);
  add ("/takes/remove-running", test_remove_running);
  add ("/takes/recover", test_recover);
  add ("/takes/read-only", test_read_only);
  add ("/takes/damaged-log", test_damaged_log);
  return g_test_run ();
}
