/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-studio-jobs.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/store/myna-records.h"
#include "engine/studio/myna-take-mixer.h"
#include "engine/studio/myna-take-speaker.h"

static void
unref_worker (gpointer worker)
{
  myna_studio_worker_unref (worker);
}

/**
 * myna_studio_jobs_register:
 * @queue: the queue
 * @worker: what the jobs share
 *
 * Makes the kinds of the studio known to the queue.
 */
void
myna_studio_jobs_register (MynaJobQueue *queue, MynaStudioWorker *worker)
{
  static const struct
  {
    const char *kind;
    MynaJobRun run;
  } kinds[] = {
    { MYNA_JOB_SPEAK, myna_speak_job_run },     { MYNA_JOB_REROLL, myna_reroll_job_run },
    { MYNA_JOB_EXPORT, myna_export_job_run },   { MYNA_JOB_PREPARE, myna_prepare_job_run },
    { MYNA_JOB_LIPSYNC, myna_lipsync_job_run },
  };

  g_return_if_fail (MYNA_IS_JOB_QUEUE (queue) && worker != NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    myna_job_queue_register (queue, kinds[i].kind, kinds[i].run, myna_studio_worker_ref (worker),
                             unref_worker);
}

/**
 * myna_studio_jobs_dup_param:
 * @params: (nullable): a job's parameters
 * @name: of a parameter that is a string
 *
 * Returns: (transfer full) (nullable): its value
 */
char *
myna_studio_jobs_dup_param (const char *params, const char *name)
{
  g_autoptr (JsonNode) node =
      params != NULL ? myna_sidecar_parse (params, -1, "params", NULL) : NULL;

  return node != NULL ? g_strdup (myna_sidecar_get_string (json_node_get_object (node), name))
                      : NULL;
}

/**
 * myna_studio_jobs_set_device:
 * @params: parameters of a job to be
 * @engine: id of the speech engine that does it
 * @device: (nullable): what was chosen; %NULL is "auto"
 *
 * Writes down where the job computes, if its engine can choose.
 */
void
myna_studio_jobs_set_device (JsonObject *params, const char *engine, const char *device)
{
  const MynaSpeechEngine *speech_engine;

  g_return_if_fail (params != NULL && engine != NULL);

  speech_engine = myna_speech_engine_find (engine, NULL);
  if (speech_engine != NULL && speech_engine->set_device != NULL)
    json_object_set_string_member (params, "device", device != NULL ? device : "auto");
}

/**
 * myna_reroll_job_run:
 *
 * See MynaJobRun: speaks one sentence again. Result: "take:ID".
 */
gboolean
myna_reroll_job_run (MynaJobContext *cx, gpointer worker, GError **error)
{
  g_auto (MynaTakeSpeaker) speaker = { 0 };
  g_autoptr (JsonNode) params = NULL;
  g_autoptr (MynaVoiceRecord) voice = NULL;
  g_autoptr (GPtrArray) sentences = NULL;
  g_autoptr (MynaTakeRevision) revision = NULL;
  g_autofree char *result = NULL;
  const MynaTakeSentence *sentence;
  JsonObject *object;
  gint64 number;

  if (!myna_take_speaker_load (&speaker, cx, worker, error))
    return FALSE;
  params = myna_sidecar_parse (myna_job_context_get_params (cx), -1, "params", error);
  sentences = params != NULL ? myna_take_script_load (speaker.record->folder, error) : NULL;
  if (sentences == NULL)
    return FALSE;
  object = json_node_get_object (params);
  number = CLAMP (myna_sidecar_get_int (object, "piece", 0), 0, (gint64) sentences->len - 1);
  sentence = g_ptr_array_index (sentences, number);

  revision = myna_take_revision_new (
      (guint) number, (guint) CLAMP (myna_sidecar_get_int (object, "revision", 0), 0, 9999));
  revision->seed = (guint32) myna_sidecar_get_int (object, "seed", 0);
  revision->text = g_strdup (myna_sidecar_get_string (object, "text"));
  revision->phones = g_strdup (myna_sidecar_get_string (object, "phones"));
  voice = myna_take_speaker_load_voice (&speaker, error);
  if (voice == NULL || !myna_take_speaker_prepare (&speaker, voice, 0.5, error))
    return FALSE;
  myna_job_context_set_stage (cx, _ ("Speaking the sentence again"));
  if (!myna_take_speaker_speak (&speaker, revision->text != NULL ? revision->text : sentence->text,
                                revision, error))
    return FALSE;
  result = g_strconcat ("take:", speaker.record->id, NULL);
  myna_job_context_set_result (cx, result);
  if (revision->error == NULL)
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, revision->error);
  return FALSE;
}

static void
mix_progress_cb (double fraction, gpointer user_data)
{
  myna_job_context_set_progress (user_data, fraction, NULL);
}

/**
 * myna_export_job_run:
 *
 * See MynaJobRun: writes a take to one file. Result: the file.
 */
gboolean
myna_export_job_run (MynaJobContext *cx, gpointer worker, GError **error)
{
  g_auto (MynaTakeSpeaker) speaker = { 0 };
  g_autoptr (JsonNode) params = NULL;
  g_autoptr (GPtrArray) items = NULL;
  g_autofree char *name = NULL;
  g_autofree char *stage = NULL;
  MynaMixTags tags = { 0 };
  const char *path;

  if (!myna_take_speaker_load (&speaker, cx, worker, error))
    return FALSE;
  params = myna_sidecar_parse (myna_job_context_get_params (cx), -1, "params", error);
  items = params != NULL ? myna_take_mixer_list (speaker.record, error) : NULL;
  if (items == NULL)
    return FALSE;
  path = myna_sidecar_get_string (json_node_get_object (params), "path");
  name = g_path_get_basename (path != NULL ? path : "");
  stage = g_strdup_printf (_ ("Writing “%s”"), name);
  myna_job_context_set_stage (cx, stage);
  tags.title = speaker.record->name;
  tags.artist = speaker.record->voice_name;
  tags.synthetic = myna_sidecar_get_boolean (json_node_get_object (params), "synthetic");
  if (!myna_take_mixer_write (items, path != NULL ? path : "", &tags, mix_progress_cb, cx,
                              myna_job_context_get_cancellable (cx), error))
    return FALSE;
  myna_job_context_set_result (cx, path);
  return TRUE;
}

/**
 * myna_prepare_job_run:
 *
 * See MynaJobRun: builds the engine's cache of a voice. Result: "voice:ID".
 */
gboolean
myna_prepare_job_run (MynaJobContext *cx, gpointer worker, GError **error)
{
  MynaStore *store = myna_studio_worker_get_store (worker);
  g_autofree char *id = myna_studio_jobs_dup_param (myna_job_context_get_params (cx), "voice");
  g_autofree char *engine = myna_studio_jobs_dup_param (myna_job_context_get_params (cx), "engine");
  g_autofree char *folder = NULL;
  g_autofree char *result = NULL;
  g_autoptr (MynaVoiceRecord) voice = NULL;
  g_autoptr (MynaPreparedVoice) prepared = NULL;
  const char *const *warnings;

  if (id == NULL || engine == NULL)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                           _ ("The job does not say which voice it is for. Remove it."));
      return FALSE;
    }
  myna_store_flush (store);
  folder = myna_records_dup_folder (store, MYNA_RECORDS_VOICES, id);
  voice = myna_voice_record_load (folder, error);
  if (voice == NULL)
    return FALSE;
  myna_job_context_set_stage (cx, _ ("Preparing the voice"));
  prepared = myna_studio_worker_prepare (worker, cx, engine, voice, mix_progress_cb, cx, error);
  if (prepared == NULL)
    return FALSE;
  warnings = myna_prepared_voice_get_warnings (prepared);
  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    myna_job_context_add_warning (cx, warnings[i]);
  myna_studio_worker_tell_prepared (worker, cx, id, warnings);
  result = g_strconcat ("voice:", id, NULL);
  myna_job_context_set_result (cx, result);
  return TRUE;
}
