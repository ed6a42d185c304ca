/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-take-speaker.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-error.h"
#include "engine/store/myna-records.h"
#include "engine/studio/myna-studio-jobs.h"
#include "engine/voice/myna-voice-maker.h"

/* Samples handed to the writer at once. */
#define WRITE_FRAMES 65536

/**
 * myna_take_speaker_clear:
 *
 * Frees what it holds.
 */
void
myna_take_speaker_clear (MynaTakeSpeaker *self)
{
  g_clear_pointer (&self->record, myna_take_record_free);
  g_clear_pointer (&self->voice, myna_prepared_voice_unref);
}

/**
 * myna_take_speaker_load:
 * @cx: the job, whose parameters name the take
 * @worker: what jobs share
 * @error: return location
 *
 * Loads the take.
 *
 * Returns: %FALSE with NOT_FOUND when it was deleted, …
 */
gboolean
myna_take_speaker_load (MynaTakeSpeaker *self,
                        MynaJobContext *cx,
                        MynaStudioWorker *worker,
                        GError **error)
{
  MynaStore *store = myna_studio_worker_get_store (worker);
  g_autofree char *id = NULL;
  g_autofree char *folder = NULL;

  self->cx = cx;
  self->worker = worker;
  /* What the main thread stored before it added the job may still be on its way. */
  myna_store_flush (store);
  id = myna_studio_jobs_dup_param (myna_job_context_get_params (cx), "take");
  if (id == NULL)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                           _ ("The job does not say which take it is for. Remove it."));
      return FALSE;
    }
  folder = myna_records_dup_folder (store, MYNA_RECORDS_TAKES, id);
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                           _ ("The take was deleted. Remove the job, or generate the text again."));
      return FALSE;
    }
  self->record = myna_take_record_load (folder, error);
  return self->record != NULL;
}

/* The sample given with the take becomes a voice in the take's own folder. */
static MynaVoiceRecord *
make_reference_voice (MynaTakeSpeaker *self, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) regions = g_ptr_array_new ();
  g_autofree char *name = g_path_get_basename (self->record->reference->path);
  const char *language = self->record->reference_language;

  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return myna_voice_record_load (folder, error);
  g_ptr_array_add (regions, self->record->reference);
  return myna_voice_make (folder, self->record->id, name,
                          language != NULL ? language : self->record->language, regions,
                          "command line", myna_job_context_get_cancellable (self->cx), error);
}

/**
 * myna_take_speaker_load_voice:
 * @error: return location
 *
 * Returns: (transfer full): the take's voice; %NULL with NOT_FOUND when it was deleted, …
 */
MynaVoiceRecord *
myna_take_speaker_load_voice (MynaTakeSpeaker *self, GError **error)
{
  const MynaTakeRecord *record = self->record;
  g_autofree char *folder = NULL;

  if (record->reference != NULL)
    {
      folder = g_build_filename (record->folder, "voice", NULL);
      return make_reference_voice (self, folder, error);
    }
  if (record->voice_folder != NULL)
    folder = myna_studio_worker_resolve (self->worker, record->voice_folder);
  if (folder == NULL || !g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                   _ ("The voice “%s” was deleted. Generate the text with another voice."),
                   record->voice_name != NULL ? record->voice_name : "");
      return NULL;
    }
  return myna_voice_record_load (folder, error);
}

typedef struct
{
  MynaJobContext *cx;
  double fraction;
} PrepareProgress;

static void
prepare_progress_cb (double fraction, gpointer user_data)
{
  const PrepareProgress *progress = user_data;

  myna_job_context_set_progress (progress->cx, fraction * progress->fraction, NULL);
}

/**
 * myna_take_speaker_prepare:
 * @voice: the take's voice
 * @fraction: the part of the job's progress that this is
 * @error: return location
 *
 * Prepares the voice for speaking, and tells what the engine says about it.
 *
 * Returns: %TRUE when sentences can be spoken
 */
gboolean
myna_take_speaker_prepare (MynaTakeSpeaker *self,
                           const MynaVoiceRecord *voice,
                           double fraction,
                           GError **error)
{
  PrepareProgress progress = { self->cx, fraction };
  const char *const *warnings;

  myna_job_context_set_stage (self->cx, _ ("Preparing the voice"));
  self->voice = myna_studio_worker_prepare (self->worker, self->cx, self->record->engine, voice,
                                            prepare_progress_cb, &progress, error);
  if (self->voice == NULL)
    return FALSE;
  warnings = myna_prepared_voice_get_warnings (self->voice);
  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    myna_studio_worker_tell_warning (self->worker, self->cx, self->record->id, warnings[i]);
  if (self->record->voice_id != NULL)
    myna_studio_worker_tell_prepared (self->worker, self->cx, self->record->voice_id, warnings);
  return TRUE;
}

static gboolean
write_audio (const char *path, const MynaSpeech *speech, GError **error)
{
  g_autoptr (MynaAudioWriter) writer = myna_audio_writer_open (path, speech->rate, 1, error);

  if (writer == NULL)
    return FALSE;
  for (gsize done = 0; done < speech->n_samples; done += WRITE_FRAMES)
    if (!myna_audio_writer_write (writer, speech->samples + done,
                                  MIN (WRITE_FRAMES, speech->n_samples - done), error))
      return FALSE;
  return myna_audio_writer_finish (writer, error);
}

/* An engine that cannot speak a sentence must not cost the user the others. */
static void
note_failure (MynaTakeSpeaker *self,
              MynaTakeRevision *revision,
              const char *sentence,
              GError *error)
{
  myna_job_context_log (self->cx, "%u: %s (%s)", revision->number + 1, error->message, sentence);
  revision->error = g_strdup (error->message);
}

static MynaSpeech *
speak_sentence (MynaTakeSpeaker *self,
                const char *sentence,
                const MynaTakeRevision *revision,
                GError **error)
{
  MynaSpeakParams params = self->record->params;
  g_autoptr (MynaSpeech) speech = NULL;

  params.seed = revision->seed;
  params.phones = revision->phones;
  speech = myna_prepared_voice_speak (self->voice, sentence, &params,
                                      myna_job_context_get_cancellable (self->cx), error);
  if (speech != NULL && speech->n_samples == 0)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There is nothing to say in this sentence."));
      return NULL;
    }
  return g_steal_pointer (&speech);
}

/**
 * myna_take_speaker_speak:
 * @sentence: what to speak
 * @revision: which revision it becomes, with its seed and maybe phones; filled in
 * @error: return location
 *
 * Speaks one sentence; its audio and its line in the log are on disk when it returns, and the main
 * thread is told. A sentence that the engine cannot speak is a revision with an error.
 *
 * Returns: %FALSE with CANCELLED, or when a file cannot be written
 */
gboolean
myna_take_speaker_speak (MynaTakeSpeaker *self,
                         const char *sentence,
                         MynaTakeRevision *revision,
                         GError **error)
{
  const char *folder = self->record->folder;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MynaSpeech) speech = speak_sentence (self, sentence, revision, &local_error);
  g_autofree char *path =
      myna_take_script_dup_audio_path (folder, revision->number, revision->revision);

  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (speech == NULL)
    note_failure (self, revision, sentence, local_error);
  else
    {
      revision->duration = (double) speech->n_samples / speech->rate;
      revision->phone_string = g_strdup (speech->phone_string);
      revision->warnings = g_strdupv (speech->warnings);
      if (!write_audio (path, speech, error))
        return FALSE;
    }
  if (!myna_take_script_add_revision (folder, revision, speech != NULL ? speech->phones : NULL,
                                      error))
    return FALSE;
  myna_studio_worker_tell_revision (self->worker, self->cx, self->record->id, revision);
  return TRUE;
}

/**
 * myna_take_speaker_derive_seed:
 * @seed: the take's seed
 * @number: the sentence's number
 * @revision: the revision's
 *
 * Each sentence has a seed of its own that does not depend on what was spoken before it, so that a
 * resumed take is the same as one made at once. The mixer is the finalizer of MurmurHash3.
 *
 * Returns: the seed of the sentence
 */
guint32
myna_take_speaker_derive_seed (guint32 seed, guint number, guint revision)
{
  guint32 h = seed ^ (number * 0x9E3779B1u) ^ (revision * 0x85EBCA77u);

  h ^= h >> 16;
  h *= 0x85EBCA6Bu;
  h ^= h >> 13;
  h *= 0xC2B2AE35u;
  h ^= h >> 16;
  return h;
}
