/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "studio-fixture.h"

#include <math.h>
#include <string.h>

#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/voice/draft/myna-draft-espeak.h"
#include "engine/voice/myna-speech-engine.h"

#define RATE 16000

static gint n_prepared;
static gint n_spoken;
static GMutex device_lock;
static char *fake_device;
static void (*speak_hook) (guint n_spoken);

static gpointer
fake_prepare (const MynaVoiceRecord *voice,
              const char *cache_path,
              MynaProgressFunc progress,
              gpointer progress_data,
              char ***out_warnings,
              GCancellable *cancellable,
              GError **error)
{
  static const char *const warnings[] = { "A fake warning.", NULL };
  g_autofree char *cached = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (!g_file_get_contents (cache_path, &cached, NULL, NULL) || strcmp (cached, "fake") != 0)
    {
      g_atomic_int_inc (&n_prepared);
      g_file_set_contents (cache_path, "fake", -1, NULL);
    }
  if (progress != NULL)
    progress (1, progress_data);
  *out_warnings = g_strdupv ((char **) warnings);
  return g_strdup (voice->name);
}

/* 100 ms of noise, a tone, 200 ms of noise, like the draft voice; all follows from text and seed.
 */
static float *
make_speech (const char *sentence, guint32 seed, gsize *n_samples)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed ^ g_str_hash (sentence));
  gsize tone = (gsize) g_utf8_strlen (sentence, -1) * RATE / 100;
  gsize n = tone + RATE * 3 / 10;
  float *samples = g_new (float, n);
  double frequency = g_rand_double_range (rand, 100, 300);

  for (gsize i = 0; i < n; i++)
    {
      gboolean speaks = i >= RATE / 10 && i < RATE / 10 + tone;
      double noise = g_rand_double_range (rand, -0.002, 0.002);

      samples[i] =
          (float) (noise + (speaks ? 0.3 * sin (2 * G_PI * frequency * (double) i / RATE) : 0));
    }
  *n_samples = n;
  return samples;
}

static MynaSpeech *
fake_speak (gpointer prepared,
            const char *sentence,
            const MynaSpeakParams *params,
            GCancellable *cancellable,
            GError **error)
{
  MynaSpeech *speech;
  MynaPhone phone = { "a", 0.1, 0.2, 0 };

  if (speak_hook != NULL)
    speak_hook ((guint) g_atomic_int_get (&n_spoken));
  if (strstr (sentence, "wait") != NULL)
    {
      GPollFD fd;

      g_cancellable_make_pollfd (cancellable, &fd);
      g_poll (&fd, 1, -1);
      g_cancellable_release_fd (cancellable);
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (strstr (sentence, "mute") != NULL)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY, "The fake engine is mute.");
      return NULL;
    }
  g_atomic_int_inc (&n_spoken);
  speech = g_new0 (MynaSpeech, 1);
  speech->rate = RATE;
  speech->samples = make_speech (sentence, params->seed, &speech->n_samples);
  speech->phones = g_array_new (FALSE, FALSE, sizeof (MynaPhone));
  g_array_append_val (speech->phones, phone);
  speech->phone_string = g_strdup (params->phones != NULL ? params->phones : "a b c");
  return speech;
}

static void
fake_set_device (const char *device)
{
  g_mutex_lock (&device_lock);
  g_set_str (&fake_device, device);
  g_mutex_unlock (&device_lock);
}

char *
fake_engine_dup_device (void)
{
  char *device;

  g_mutex_lock (&device_lock);
  device = g_strdup (fake_device);
  g_mutex_unlock (&device_lock);
  return device;
}

static const MynaSpeechEngine fake_engine = {
  .id = "fake",
  .name = "Fake",
  .prepare = fake_prepare,
  .speak = fake_speak,
  .free_prepared = g_free,
  .set_device = fake_set_device,
};

void
fake_engine_register (void)
{
  myna_speech_engine_register (&fake_engine);
}

guint
fake_engine_get_n_prepared (void)
{
  return (guint) g_atomic_int_get (&n_prepared);
}

guint
fake_engine_get_n_spoken (void)
{
  return (guint) g_atomic_int_get (&n_spoken);
}

void
fake_engine_set_hook (void (*hook) (guint n))
{
  speak_hook = hook;
}

void
studio_fixture_open (StudioFixture *f, MynaLibraryOpenFlags flags)
{
  g_autoptr (GError) error = NULL;

  fake_engine_register ();
  f->library = myna_library_open (f->dir, flags, &error);
  g_assert_no_error (error);
  f->voices = myna_library_get_voices (f->library);
  f->takes = myna_library_get_takes (f->library);
  f->queue = myna_library_get_queue (f->library);
  g_assert_true (myna_takes_set_engine (f->takes, "fake", &error));
  g_assert_no_error (error);
}

void
studio_fixture_close (StudioFixture *f)
{
  if (f->library == NULL)
    return;
  myna_library_close (f->library);
  g_assert_finalize_object (f->library);
  f->library = NULL;
}

void
studio_fixture_set_up (StudioFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("myna-test-XXXXXX", &error);
  g_assert_no_error (error);
  studio_fixture_open (f, MYNA_LIBRARY_OPEN_DEFAULT);
}

void
studio_fixture_tear_down (StudioFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  speak_hook = NULL;
  studio_fixture_close (f);
  g_assert_true (myna_remove_tree (f->dir, &error));
  g_assert_no_error (error);
  g_free (f->dir);
}

static gboolean
timeout_cb (gpointer data)
{
  g_error ("The test waited for a minute.");
}

void
studio_fixture_iterate_until (gboolean (*done) (gpointer data), gpointer data)
{
  guint timeout = g_timeout_add_seconds (60, timeout_cb, NULL);

  while (!done (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
}

static gboolean
job_done (gpointer job)
{
  return myna_job_is_finished (job);
}

void
studio_fixture_wait_for_job (MynaJob *job)
{
  g_object_ref (job);
  studio_fixture_iterate_until (job_done, job);
  g_object_unref (job);
}

static gboolean
queue_done (gpointer queue)
{
  return myna_job_queue_get_n_unfinished (queue) == 0;
}

void
studio_fixture_wait_for_all (StudioFixture *f)
{
  studio_fixture_iterate_until (queue_done, f->queue);
}

void
studio_fixture_write_wav (const char *path, const float *samples, gsize n, int rate)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudioWriter) writer = myna_audio_writer_open (path, rate, 1, &error);

  g_assert_no_error (error);
  g_assert_true (myna_audio_writer_write (writer, samples, n, &error));
  g_assert_true (myna_audio_writer_finish (writer, &error));
  g_assert_no_error (error);
}

char *
studio_fixture_make_sample (StudioFixture *f, const char *name, double seconds)
{
  static const char text[] =
      "The birch canoe slid on the smooth planks. Glue the sheet to the dark "
      "blue background. It is easy to tell the depth of a well.";
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaDraftRendition) rendition = NULL;
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (float));
  char *path = g_build_filename (f->dir, name, NULL);

  rendition = myna_draft_rendition_new ("en-us", text, NULL, NULL, &error);
  g_assert_no_error (error);
  while (samples->len < seconds * rendition->rate)
    g_array_append_vals (
        samples, rendition->samples,
        (guint) MIN (rendition->n_samples, (gsize) (seconds * rendition->rate) + 1));
  studio_fixture_write_wav (path, (const float *) (gconstpointer) samples->data,
                            (gsize) (seconds * rendition->rate), rendition->rate);
  return path;
}

typedef struct
{
  GAsyncResult *result;
} Waiting;

static void
ready_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Waiting *) data)->result = g_object_ref (result);
}

static gboolean
has_result (gpointer data)
{
  return ((Waiting *) data)->result != NULL;
}

MynaVoice *
studio_fixture_add_regions (
    StudioFixture *f, const char *name, GPtrArray *regions, const char *consent, GError **error)
{
  Waiting waiting = { NULL };
  MynaVoice *voice;

  myna_voices_add_async (f->voices, name, "en-us", regions, consent, NULL, ready_cb, &waiting);
  studio_fixture_iterate_until (has_result, &waiting);
  voice = myna_voices_add_finish (f->voices, waiting.result, error);
  g_object_unref (waiting.result);
  return voice;
}

MynaVoice *
studio_fixture_add_voice (StudioFixture *f, const char *name)
{
  g_autofree char *path = studio_fixture_make_sample (f, "sample.wav", 8);
  g_autoptr (GPtrArray) regions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);
  g_autoptr (GError) error = NULL;
  MynaVoice *voice;

  g_ptr_array_add (regions, myna_voice_region_new (path, -1, 0, 0, "The birch canoe."));
  voice = studio_fixture_add_regions (f, name, regions, "my own voice", &error);
  g_assert_no_error (error);
  studio_fixture_wait_for_all (f);
  return voice;
}
