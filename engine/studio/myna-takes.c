/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-takes.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/core/myna-sidecar.h"
#include "engine/store/myna-records.h"
#include "engine/studio/myna-studio-jobs.h"
#include "engine/studio/myna-take-speaker.h"
#include "engine/studio/myna-takes-private.h"
#include "engine/text/myna-language.h"
#include "engine/voice/draft/myna-draft-engine.h"

/* More text than a long novel is a mistake. */
#define MAX_TEXT_BYTES (16 * 1024 * 1024)

/* A take is named by the begin of its text. */
#define MAX_NAME_COLUMNS 48

struct _MynaTakes
{
  GObject parent_instance;

  MynaStore *store;
  MynaVoices *voices;
  MynaJobQueue *queue;
  char *engine;
  GPtrArray *takes;     /* of MynaTake, newest first */
  GPtrArray *removed;   /* of MynaTake: hidden until restored or purged */
  GPtrArray *transient; /* of MynaTake: of the command line, never listed */
  GPtrArray *purging;   /* of MynaTake: deleted when its job has stopped */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaTakes,
                               myna_takes,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
myna_takes_dispose (GObject *object)
{
  MynaTakes *self = MYNA_TAKES (object);

  if (self->queue != NULL)
    g_signal_handlers_disconnect_by_data (self->queue, self);
  g_clear_object (&self->store);
  g_clear_object (&self->voices);
  g_clear_object (&self->queue);
  g_clear_pointer (&self->takes, g_ptr_array_unref);
  g_clear_pointer (&self->removed, g_ptr_array_unref);
  g_clear_pointer (&self->transient, g_ptr_array_unref);
  g_clear_pointer (&self->purging, g_ptr_array_unref);
  G_OBJECT_CLASS (myna_takes_parent_class)->dispose (object);
}

static void
myna_takes_finalize (GObject *object)
{
  g_clear_pointer (&MYNA_TAKES (object)->engine, g_free);
  G_OBJECT_CLASS (myna_takes_parent_class)->finalize (object);
}

static void
myna_takes_class_init (MynaTakesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = myna_takes_dispose;
  object_class->finalize = myna_takes_finalize;
}

static void
myna_takes_init (MynaTakes *self)
{
  self->engine = g_strdup (MYNA_DRAFT_ENGINE_ID);
  self->takes = g_ptr_array_new_with_free_func (g_object_unref);
  self->removed = g_ptr_array_new_with_free_func (g_object_unref);
  self->transient = g_ptr_array_new_with_free_func (g_object_unref);
  self->purging = g_ptr_array_new_with_free_func (g_object_unref);
}

static GType
get_item_type (GListModel *model)
{
  return MYNA_TYPE_TAKE;
}

static guint
get_n_items (GListModel *model)
{
  return MYNA_TAKES (model)->takes->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *takes = MYNA_TAKES (model)->takes;

  return position < takes->len ? g_object_ref (g_ptr_array_index (takes, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static gboolean
is_newer (MynaTake *a, MynaTake *b)
{
  gint64 created_a = myna_take_get_created (a);
  gint64 created_b = myna_take_get_created (b);

  if (created_a != created_b)
    return created_a > created_b;
  return g_strcmp0 (myna_take_get_id (a), myna_take_get_id (b)) > 0;
}

static void
insert (MynaTakes *self, MynaTake *take)
{
  guint position = 0;

  g_assert (MYNA_IS_TAKES (self));

  while (position < self->takes->len && is_newer (g_ptr_array_index (self->takes, position), take))
    position++;
  g_ptr_array_insert (self->takes, (int) position, g_object_ref (take));
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

static gboolean
extract (MynaTakes *self, MynaTake *take)
{
  guint position;

  g_assert (MYNA_IS_TAKES (self));

  if (!g_ptr_array_find (self->takes, take, &position))
    return FALSE;
  g_ptr_array_remove_index (self->takes, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  return TRUE;
}

static MynaTake *
find_in (GPtrArray *takes, const char *id)
{
  for (guint i = 0; i < takes->len; i++)
    if (g_strcmp0 (myna_take_get_id (g_ptr_array_index (takes, i)), id) == 0)
      return g_ptr_array_index (takes, i);
  return NULL;
}

/* Also those that are not listed. */
static MynaTake *
find_any (MynaTakes *self, const char *id)
{
  MynaTake *take = id != NULL ? find_in (self->takes, id) : NULL;

  g_assert (MYNA_IS_TAKES (self));

  if (take == NULL && id != NULL)
    take = find_in (self->removed, id);
  if (take == NULL && id != NULL)
    take = find_in (self->transient, id);
  if (take == NULL && id != NULL)
    take = find_in (self->purging, id);
  return take;
}

static gboolean
check_writable (MynaTakes *self, GError **error)
{
  g_assert (MYNA_IS_TAKES (self));

  if (!myna_store_is_read_only (self->store))
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY,
                       _ ("The takes cannot be changed: another Myna is open, or the data folder "
                          "cannot be written."));
  return FALSE;
}

static void
save (MynaTakes *self, MynaTake *take)
{
  g_autoptr (JsonNode) node = myna_take_record_to_json (myna_take_get_record (take));

  g_assert (MYNA_IS_TAKES (self));

  if (!myna_store_is_read_only (self->store))
    myna_records_save_async (self->store, MYNA_RECORDS_TAKES, myna_take_get_id (take), node);
}

static void
purge (MynaTakes *self, const char *id)
{
  g_assert (MYNA_IS_TAKES (self));

  if (!myna_store_is_read_only (self->store))
    myna_records_purge_async (self->store, MYNA_RECORDS_TAKES, id);
}

static void
load_cb (const char *folder, JsonNode *node, gpointer user_data)
{
  MynaTakes *self = user_data;
  g_autoptr (GError) error = NULL;
  MynaTakeRecord *record = myna_take_record_from_json (folder, node, &error);
  g_autoptr (MynaTake) take = NULL;

  g_assert (MYNA_IS_TAKES (self));

  if (record == NULL)
    {
      g_message ("%s", error->message);
      return;
    }
  /* The time to undo a removal ended with the process that did it. */
  if (record->removed != 0)
    {
      purge (self, record->id);
      myna_take_record_free (record);
      return;
    }
  take = myna_take_new (record);
  if (record->transient)
    {
      g_ptr_array_add (self->transient, g_steal_pointer (&take));
      return;
    }
  /* The process may have died before it noted how far the take was: the pieces know. */
  if (!record->complete)
    g_list_model_get_n_items (G_LIST_MODEL (take));
  insert (self, take);
}

/* The job that speaks a take. */
static MynaJob *
find_job (MynaTakes *self, const char *id)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->queue));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (G_LIST_MODEL (self->queue), i);
      g_autofree char *take = myna_studio_jobs_dup_param (myna_job_get_params (job), "take");

      if (g_strcmp0 (take, id) == 0 && g_strcmp0 (myna_job_get_kind (job), MYNA_JOB_SPEAK) == 0)
        return job;
    }
  return NULL;
}

/* A take of the command line lives as long as its job can be resumed. */
static void
sweep_transient (MynaTakes *self)
{
  g_assert (MYNA_IS_TAKES (self));

  for (guint i = self->transient->len; i > 0; i--)
    {
      MynaTake *take = g_ptr_array_index (self->transient, i - 1);

      if (find_job (self, myna_take_get_id (take)) != NULL)
        continue;
      purge (self, myna_take_get_id (take));
      g_ptr_array_remove_index (self->transient, i - 1);
    }
}

static MynaTakeState
state_of_job (MynaJob *job)
{
  switch (myna_job_get_state (job))
    {
    case MYNA_JOB_QUEUED:
      return MYNA_TAKE_WAITING;
    case MYNA_JOB_RUNNING:
    case MYNA_JOB_CANCELLING:
      return MYNA_TAKE_SPEAKING;
    case MYNA_JOB_DONE:
      return MYNA_TAKE_COMPLETE;
    case MYNA_JOB_FAILED:
    case MYNA_JOB_CANCELLED:
    case MYNA_JOB_INTERRUPTED:
    default:
      return MYNA_TAKE_PARTIAL;
    }
}

/* What follows from the state of a "speak" job for its take. */
static void
follow_speak_job (MynaTakes *self, MynaJob *job, MynaTake *take)
{
  gboolean finished = myna_job_is_finished (job);

  g_assert (MYNA_IS_TAKES (self));

  g_object_ref (take);
  myna_take_set_job (take, finished ? NULL : job);
  myna_take_set_state (take, state_of_job (job));
  if (finished && g_ptr_array_remove (self->purging, take))
    purge (self, myna_take_get_id (take));
  else if (myna_job_get_state (job) == MYNA_JOB_DONE && g_ptr_array_remove (self->transient, take))
    purge (self, myna_take_get_id (take));
  else if (finished)
    save (self, take);
  g_object_unref (take);
}

static void
follow_reroll_job (MynaTakes *self, MynaJob *job, MynaTake *take)
{
  g_autoptr (JsonNode) params = myna_sidecar_parse (myna_job_get_params (job), -1, "params", NULL);
  gint64 number = myna_sidecar_get_int (json_node_get_object (params), "piece", -1);
  MynaPiece *piece =
      number >= 0 && number <= G_MAXINT ? myna_take_find_piece (take, (guint) number) : NULL;
  gboolean finished = myna_job_is_finished (job);

  g_assert (MYNA_IS_TAKES (self));

  if (piece != NULL)
    myna_piece_set_job (piece, finished ? NULL : job);
  if (finished)
    save (self, take);
}

static void
job_state_cb (MynaTakes *self, GParamSpec *pspec, MynaJob *job)
{
  g_autofree char *id = myna_studio_jobs_dup_param (myna_job_get_params (job), "take");
  MynaTake *take = find_any (self, id);

  g_assert (MYNA_IS_TAKES (self));

  if (take == NULL)
    return;
  if (g_strcmp0 (myna_job_get_kind (job), MYNA_JOB_SPEAK) == 0)
    follow_speak_job (self, job, take);
  else if (g_strcmp0 (myna_job_get_kind (job), MYNA_JOB_REROLL) == 0)
    follow_reroll_job (self, job, take);
}

static void
follow_job (MynaTakes *self, MynaJob *job)
{
  g_assert (MYNA_IS_TAKES (self));

  g_signal_connect_object (job, "notify::state", G_CALLBACK (job_state_cb), self,
                           G_CONNECT_SWAPPED);
  if (!myna_job_is_finished (job))
    job_state_cb (self, NULL, job);
}

static void
jobs_changed_cb (MynaTakes *self, guint position, guint removed, guint added, GListModel *queue)
{
  g_assert (MYNA_IS_TAKES (self));

  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (queue, i);

      /* A move in the queue removes a job and adds it again. */
      g_signal_handlers_disconnect_by_func (job, job_state_cb, self);
      follow_job (self, job);
    }
  if (removed != added || removed == 0)
    sweep_transient (self);
}

/**
 * myna_takes_new:
 * @store: an open store
 * @voices: the voices
 * @queue: the queue, before its jobs are loaded
 *
 * Loads the takes. What was removed in an earlier run is deleted for good now.
 *
 * Returns: (transfer full): all takes
 */
MynaTakes *
myna_takes_new (MynaStore *store, MynaVoices *voices, MynaJobQueue *queue)
{
  g_autoptr (GError) error = NULL;
  MynaTakes *self;

  g_return_val_if_fail (MYNA_IS_STORE (store) && MYNA_IS_VOICES (voices), NULL);
  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (queue), NULL);

  self = g_object_new (MYNA_TYPE_TAKES, NULL);
  self->store = g_object_ref (store);
  self->voices = g_object_ref (voices);
  self->queue = g_object_ref (queue);
  if (!myna_records_load (store, MYNA_RECORDS_TAKES, load_cb, self, &error))
    g_message ("%s", error->message);
  g_signal_connect_object (queue, "items-changed", G_CALLBACK (jobs_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * myna_takes_set_engine:
 * @engine: id of a speech engine
 * @error: return location
 *
 * The engine of takes that are made from now on.
 *
 * Returns: %FALSE with NOT_FOUND
 */
gboolean
myna_takes_set_engine (MynaTakes *self, const char *engine, GError **error)
{
  g_return_val_if_fail (MYNA_IS_TAKES (self) && engine != NULL, FALSE);

  if (myna_speech_engine_find (engine, error) == NULL)
    return FALSE;
  g_set_str (&self->engine, engine);
  return TRUE;
}

/**
 * myna_takes_get_engine:
 *
 * Returns: (transfer none): id of the engine of new takes
 */
const char *
myna_takes_get_engine (MynaTakes *self)
{
  g_return_val_if_fail (MYNA_IS_TAKES (self), NULL);

  return self->engine;
}

/**
 * myna_takes_find:
 * @id: a take's id
 *
 * Returns: (transfer none) (nullable): the take, unless it was removed
 */
MynaTake *
myna_takes_find (MynaTakes *self, const char *id)
{
  g_return_val_if_fail (MYNA_IS_TAKES (self), NULL);

  return id != NULL ? find_in (self->takes, id) : NULL;
}

/* Where a name is full: a Chinese character takes two columns. At the end of @text when it fits. */
static const char *
find_name_end (const char *text)
{
  const char *at = text;
  int columns = 0;

  while (*at != '\0')
    {
      columns += g_unichar_iswide (g_utf8_get_char (at)) ? 2 : 1;
      if (columns > MAX_NAME_COLUMNS)
        break;
      at = g_utf8_next_char (at);
    }
  return at;
}

/* Sentences in Chinese or Japanese follow each other without a space. */
static gboolean
ends_wide (const GString *text)
{
  const char *last = g_utf8_find_prev_char (text->str, text->str + text->len);

  return last != NULL && g_unichar_iswide (g_utf8_get_char (last));
}

/* The begin of the text, in one line, cut between words. */
static char *
make_name (const char *text)
{
  g_autofree char *begin = g_utf8_make_valid (text, (gssize) MIN (strlen (text), 1000));
  g_autoptr (GPtrArray) segments = myna_segment_text (begin, -1, NULL);
  g_autoptr (GString) name = g_string_new (NULL);
  const char *end = name->str;
  const char *space;

  for (guint i = 0; i < segments->len && *end == '\0'; i++)
    {
      g_string_append_printf (name, "%s%s", i > 0 && !ends_wide (name) ? " " : "",
                              ((const MynaSegment *) segments->pdata[i])->text);
      end = find_name_end (name->str);
    }
  if (*end == '\0')
    return g_string_free_and_steal (g_steal_pointer (&name));
  space = g_utf8_strrchr (name->str, end - name->str, ' ');
  if (space != NULL && space > name->str + (end - name->str) / 2)
    end = space;
  return g_strdup_printf ("%.*s…", (int) (end - name->str), name->str);
}

static gboolean
check_text (const char *text, GError **error)
{
  if (!myna_segment_has_speech (text, -1))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There is nothing to say: the text has no words."));
      return FALSE;
    }
  if (strlen (text) > MAX_TEXT_BYTES)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                   _ ("The text is longer than %d MB. Split it into several takes."),
                   MAX_TEXT_BYTES / (1024 * 1024));
      return FALSE;
    }
  return TRUE;
}

static gboolean
commit_text (MynaStore *store, gpointer data, GError **error)
{
  return myna_atomic_file_commit (data, error);
}

static void
free_text (gpointer data)
{
  myna_atomic_file_free (data);
}

/* The folder and the text. A full disk is noticed here; the wait for the disk is not. */
static gboolean
store_text (MynaTakes *self, MynaTakeRecord *record, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (record->folder, "text.txt", NULL);
  g_autoptr (MynaAtomicFile) file = NULL;

  g_assert (MYNA_IS_TAKES (self));

  if (!myna_paths_ensure_dir (record->folder, error))
    return FALSE;
  file = myna_atomic_file_begin (path, error);
  if (file == NULL || !myna_atomic_file_append (file, text, strlen (text), error))
    {
      myna_remove_tree (record->folder, NULL);
      return FALSE;
    }
  myna_store_run_async (self->store, commit_text, g_steal_pointer (&file), free_text, NULL, NULL);
  return TRUE;
}

static MynaTakeRecord *
new_record (MynaTakes *self,
            const char *text,
            const char *language,
            const MynaSpeakParams *params,
            double pause,
            GError **error)
{
  g_autofree char *resolved = NULL;
  MynaTakeRecord *record;
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *folder = myna_records_dup_folder (self->store, MYNA_RECORDS_TAKES, id);

  g_assert (MYNA_IS_TAKES (self));

  if (!check_writable (self, error) || !check_text (text, error))
    return NULL;
  resolved = myna_language_resolve (language, error);
  if (resolved == NULL)
    return NULL;
  record = myna_take_record_new (folder);
  record->id = g_steal_pointer (&id);
  record->name = make_name (text);
  record->engine = g_strdup (self->engine);
  record->params = *params;
  record->params.phones = NULL;
  myna_take_record_set_language (record, resolved);
  record->pause = CLAMP (pause, 0, 10);
  record->created = g_get_real_time () / G_USEC_PER_SEC;
  return record;
}

static void
set_voice (MynaTakes *self, MynaTakeRecord *record, MynaVoice *voice)
{
  const MynaVoiceRecord *values = myna_voice_get_record (voice);
  const char *data_dir = myna_store_get_data_dir (self->store);
  const char *inside = values->folder;

  g_assert (MYNA_IS_TAKES (self));

  if (g_str_has_prefix (inside, data_dir) && inside[strlen (data_dir)] == '/')
    inside += strlen (data_dir) + 1;
  record->voice_id = g_strdup (values->id);
  record->voice_name = g_strdup (values->name);
  record->voice_folder = g_strdup (inside);
}

static char *
make_params (const char *take_id)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "take", take_id);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

static MynaJob *
add_speak_job (MynaTakes *self, MynaTake *take, GError **error)
{
  const MynaTakeRecord *record = myna_take_get_record (take);
  g_autofree char *title = g_strdup_printf (_ ("Speak “%s”"), record->name);
  g_autofree char *params = make_params (record->id);

  g_assert (MYNA_IS_TAKES (self));

  return myna_job_queue_add (self->queue, MYNA_JOB_SPEAK, title, record->voice_name, params, error);
}

/* Stores a new take and enqueues its job. */
static MynaJob *
enqueue (MynaTakes *self, MynaTake *take, const char *text, GError **error)
{
  MynaTakeRecord *record = myna_take_get_record (take);
  MynaJob *job;

  g_assert (MYNA_IS_TAKES (self));

  if (!store_text (self, record, text, error))
    return NULL;
  myna_take_set_state (take, MYNA_TAKE_WAITING);
  save (self, take);
  job = add_speak_job (self, take, error);
  if (job == NULL)
    purge (self, record->id);
  return job;
}

/**
 * myna_takes_speak:
 * @voice: who speaks
 * @text: what; any length
 * @params: how; its language may be %NULL for the voice's own
 * @pause: seconds between sentences
 * @error: return location
 *
 * Stores a new take and enqueues the job that speaks it.
 *
 * Returns: (transfer none): the take, which is in the list; %NULL with EMPTY (nothing to say),
 *   UNSUPPORTED (language), NO_SPACE, READ_ONLY, TOO_LARGE
 */
MynaTake *
myna_takes_speak (MynaTakes *self,
                  MynaVoice *voice,
                  const char *text,
                  const MynaSpeakParams *params,
                  double pause,
                  GError **error)
{
  MynaTakeRecord *record;
  g_autoptr (MynaTake) take = NULL;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_VOICE (voice), NULL);
  g_return_val_if_fail (text != NULL && params != NULL, NULL);

  record = new_record (
      self, text, params->language != NULL ? params->language : myna_voice_get_language (voice),
      params, pause, error);
  if (record == NULL)
    return NULL;
  set_voice (self, record, voice);
  take = myna_take_new (record);
  /* Listed first: the job that is added looks for it. */
  insert (self, take);
  if (enqueue (self, take, text, error) == NULL)
    {
      extract (self, take);
      return NULL;
    }
  return take;
}

/**
 * myna_takes_speak_to_file:
 * @request: who speaks, and where to
 * @text: what
 * @params: how
 * @pause: seconds between sentences
 * @error: return location
 *
 * Like myna_takes_speak(), for the command line: the take is not listed, its job writes the output
 * at the end, and when that is done the take is deleted. The job survives the process: it can be
 * resumed.
 *
 * Returns: (transfer none): the job; %NULL with the errors of myna_takes_speak()
 */
MynaJob *
myna_takes_speak_to_file (MynaTakes *self,
                          const MynaFileRequest *request,
                          const char *text,
                          const MynaSpeakParams *params,
                          double pause,
                          GError **error)
{
  const char *language;
  MynaTakeRecord *record;
  MynaTake *take;
  MynaJob *job;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && request != NULL && text != NULL, NULL);
  g_return_val_if_fail (request->voice != NULL || request->reference != NULL, NULL);
  g_return_val_if_fail (g_path_is_absolute (request->output) && params != NULL, NULL);

  language = params->language;
  if (language == NULL)
    language = request->voice != NULL ? myna_voice_get_language (request->voice)
                                      : request->reference_language;
  record = new_record (self, text, language != NULL ? language : "en-us", params, pause, error);
  if (record == NULL)
    return NULL;
  if (request->voice != NULL)
    set_voice (self, record, request->voice);
  else
    {
      record->reference = myna_voice_region_copy (request->reference);
      record->reference_language = g_strdup (request->reference_language);
      record->voice_name = g_path_get_basename (request->reference->path);
    }
  record->output = g_strdup (request->output);
  record->transient = TRUE;
  take = myna_take_new (record);
  job = enqueue (self, take, text, error);
  if (job == NULL)
    g_object_unref (take);
  else
    {
      g_ptr_array_add (self->transient, take);
      follow_speak_job (self, job, take);
    }
  return job;
}

/**
 * myna_takes_resume:
 * @take: a take that is not complete
 * @error: return location
 *
 * Goes on with a take behind what is finished of it: retries its job, or enqueues a new one when
 * the job was taken off the queue. One that is waiting or spoken already is left alone.
 *
 * Returns: (transfer none): the job; %NULL with READ_ONLY
 */
MynaJob *
myna_takes_resume (MynaTakes *self, MynaTake *take, GError **error)
{
  MynaJob *job;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take), NULL);

  if (!check_writable (self, error))
    return NULL;
  job = find_job (self, myna_take_get_id (take));
  if (job == NULL || myna_job_get_state (job) == MYNA_JOB_DONE)
    return add_speak_job (self, take, error);
  myna_job_queue_retry (self->queue, job);
  return job;
}

static char *
make_reroll_params (
    MynaTake *take, MynaPiece *piece, guint32 seed, const char *text, const char *phones)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "take", myna_take_get_id (take));
  json_object_set_int_member (object, "piece", myna_piece_get_number (piece));
  json_object_set_int_member (object, "revision", myna_piece_get_n_revisions (piece));
  json_object_set_int_member (object, "seed", seed);
  myna_sidecar_set_string (object, "text", text);
  myna_sidecar_set_string (object, "phones", phones);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

/* What the new revision is spoken from: a new text, new phones, or what the chosen one had. */
static gboolean
check_reroll (MynaTakes *self, MynaTake *take, MynaPiece *piece, const char *text, GError **error)
{
  g_assert (MYNA_IS_TAKES (self));

  if (!check_writable (self, error))
    return FALSE;
  if (piece == NULL)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                           _ ("The sentence is not in the take any more."));
      return FALSE;
    }
  if (text != NULL && !myna_segment_has_speech (text, -1))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There is nothing to say in this sentence."));
      return FALSE;
    }
  if (myna_piece_get_job (piece) != NULL || myna_piece_get_state (piece) == MYNA_PIECE_PENDING)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_BUSY,
                           _ ("The sentence is still being spoken. Try again when it is ready."));
      return FALSE;
    }
  return TRUE;
}

/**
 * myna_takes_reroll:
 * @take: which take
 * @piece: where in the take
 * @text: (nullable): other text; %NULL keeps it
 * @phones: (nullable): other phones, in the engine's notation; %NULL: from the text
 * @error: return location
 *
 * Enqueues the job that speaks a sentence again. With neither @text nor @phones it gets another
 * seed; else it keeps the seed of the chosen revision, so that only what was edited changes.
 *
 * Returns: (transfer none): the job; %NULL with NOT_FOUND, EMPTY, BUSY or READ_ONLY
 */
MynaJob *
myna_takes_reroll (MynaTakes *self,
                   MynaTake *take,
                   guint piece,
                   const char *text,
                   const char *phones,
                   GError **error)
{
  MynaPiece *item;
  const MynaTakeRevision *chosen;
  g_autofree char *title = NULL;
  g_autofree char *name = NULL;
  g_autofree char *params = NULL;
  guint32 seed;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take), NULL);

  item = myna_take_get_piece (take, piece);
  if (!check_reroll (self, take, item, text, error))
    return NULL;
  chosen = myna_piece_get_chosen (item);
  seed = chosen->seed;
  if (text == NULL && phones == NULL)
    {
      seed = myna_take_speaker_derive_seed (myna_take_get_record (take)->params.seed,
                                            myna_piece_get_number (item),
                                            myna_piece_get_n_revisions (item));
      phones = chosen->phones;
    }
  if (text == NULL)
    text = chosen->text;
  params = make_reroll_params (take, item, seed, text, phones);
  name = make_name (text != NULL ? text : myna_piece_get_text (item));
  title = g_strdup_printf (_ ("Speak again: “%s”"), name);
  return myna_job_queue_add (self->queue, MYNA_JOB_REROLL, title, myna_take_get_voice_name (take),
                             params, error);
}

/**
 * myna_takes_choose_revision:
 * @take: which take
 * @piece: where in the take
 * @revision: which revision shall be heard
 */
void
myna_takes_choose_revision (MynaTakes *self, MynaTake *take, guint piece, guint revision)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take));

  if (check_writable (self, NULL) && myna_take_choose_revision (take, piece, revision))
    save (self, take);
}

/**
 * myna_takes_remove_piece:
 * @take: which take
 * @piece: where in the take
 *
 * Drops a sentence from the take.
 */
void
myna_takes_remove_piece (MynaTakes *self, MynaTake *take, guint piece)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take));

  if (check_writable (self, NULL) && myna_take_remove_piece (take, piece))
    save (self, take);
}

/**
 * myna_takes_restore_piece:
 * @take: which take
 * @piece: a sentence that was removed from it
 * @index: where in the take it was
 *
 * Undoes myna_takes_remove_piece().
 */
void
myna_takes_restore_piece (MynaTakes *self, MynaTake *take, MynaPiece *piece, guint index)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take) && MYNA_IS_PIECE (piece));

  if (check_writable (self, NULL) && myna_take_insert_piece (take, piece, index))
    save (self, take);
}

/**
 * myna_takes_move_piece:
 * @take: which take
 * @piece: where in the take
 * @offset: by how many places; not beyond the ends
 *
 * Puts a sentence elsewhere.
 */
void
myna_takes_move_piece (MynaTakes *self, MynaTake *take, guint piece, int offset)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take));

  if (check_writable (self, NULL) && myna_take_move_piece (take, piece, offset))
    save (self, take);
}

/**
 * myna_takes_rename:
 * @take: which take
 * @name: its new name; two takes may have the same
 * @error: return location
 *
 * Returns: %FALSE with EMPTY or READ_ONLY
 */
gboolean
myna_takes_rename (MynaTakes *self, MynaTake *take, const char *name, GError **error)
{
  g_autofree char *stripped = NULL;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take) && name != NULL, FALSE);

  stripped = g_strstrip (g_strdup (name));
  if (!check_writable (self, error))
    return FALSE;
  if (*stripped == '\0')
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY, _ ("Give the take a name."));
      return FALSE;
    }
  myna_take_set_name (take, stripped);
  save (self, take);
  return TRUE;
}

/**
 * myna_takes_remove:
 * @take: which take
 *
 * Hides a take at once and cancels its job; its files stay until myna_takes_purge_removed() or the
 * next start.
 */
void
myna_takes_remove (MynaTakes *self, MynaTake *take)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take));

  if (!check_writable (self, NULL))
    return;
  g_object_ref (take);
  if (extract (self, take))
    {
      g_ptr_array_add (self->removed, g_object_ref (take));
      myna_take_get_record (take)->removed = g_get_real_time () / G_USEC_PER_SEC;
      save (self, take);
      if (myna_take_get_job (take) != NULL)
        myna_job_queue_cancel (self->queue, myna_take_get_job (take));
    }
  g_object_unref (take);
}

/**
 * myna_takes_restore:
 * @take: one that was removed
 *
 * Brings it back. When its job was cancelled with it, the job can be retried.
 */
void
myna_takes_restore (MynaTakes *self, MynaTake *take)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take));

  g_object_ref (take);
  if (g_ptr_array_remove (self->removed, take))
    {
      myna_take_get_record (take)->removed = 0;
      save (self, take);
      insert (self, take);
    }
  g_object_unref (take);
}

/**
 * myna_takes_purge_removed:
 *
 * Deletes what was removed for good; a take whose job still runs when the job has stopped.
 */
void
myna_takes_purge_removed (MynaTakes *self)
{
  g_return_if_fail (MYNA_IS_TAKES (self));

  for (guint i = 0; i < self->removed->len; i++)
    {
      MynaTake *take = g_ptr_array_index (self->removed, i);

      if (myna_take_get_job (take) != NULL)
        g_ptr_array_add (self->purging, g_object_ref (take));
      else
        purge (self, myna_take_get_id (take));
    }
  g_ptr_array_set_size (self->removed, 0);
}

/**
 * myna_takes_export:
 * @take: which take
 * @path: absolute; the extension says the format: wav, flac, opus or mp3
 * @tag_synthetic: whether the file says that its speech is synthetic
 * @error: return location
 *
 * Enqueues the job that writes the take to one file.
 *
 * Returns: (transfer none): the job; %NULL with UNSUPPORTED (format), EMPTY (nothing is finished)
 *   or READ_ONLY
 */
MynaJob *
myna_takes_export (
    MynaTakes *self, MynaTake *take, const char *path, gboolean tag_synthetic, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *params = NULL;
  g_autofree char *title = NULL;
  g_autofree char *name = NULL;
  JsonObject *object;

  g_return_val_if_fail (MYNA_IS_TAKES (self) && MYNA_IS_TAKE (take), NULL);
  g_return_val_if_fail (path != NULL && g_path_is_absolute (path), NULL);

  name = g_path_get_basename (path);
  if (!myna_audio_format_is_known (path))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” has no known format. Use a name that ends in .wav, .flac, .opus or "
                      ".mp3."),
                   name);
      return NULL;
    }
  if (myna_take_get_n_ready (take) == 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                   _ ("“%s” holds no finished speech. Generate it first."),
                   myna_take_get_name (take));
      return NULL;
    }
  object = json_object_new ();
  json_object_set_string_member (object, "take", myna_take_get_id (take));
  json_object_set_string_member (object, "path", path);
  json_object_set_boolean_member (object, "synthetic", tag_synthetic);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  params = json_to_string (node, FALSE);
  title = g_strdup_printf (_ ("Export “%s”"), myna_take_get_name (take));
  return myna_job_queue_add (self->queue, MYNA_JOB_EXPORT, title, name, params, error);
}

/**
 * myna_takes_script_is_ready:
 * @id: of a take
 *
 * Its job has split the text.
 */
void
myna_takes_script_is_ready (MynaTakes *self, const char *id)
{
  MynaTake *take;

  g_return_if_fail (MYNA_IS_TAKES (self));

  take = find_any (self, id);
  if (take != NULL)
    myna_take_reload (take);
}

/**
 * myna_takes_add_revision:
 * @id: of a take
 * @revision: whose files are on disk
 */
void
myna_takes_add_revision (MynaTakes *self, const char *id, const MynaTakeRevision *revision)
{
  MynaTake *take;

  g_return_if_fail (MYNA_IS_TAKES (self) && revision != NULL);

  take = find_any (self, id);
  if (take != NULL)
    myna_take_add_revision (take, myna_take_revision_copy (revision));
}

/**
 * myna_takes_add_warning:
 * @id: of a take
 * @warning: a sentence for the user
 */
void
myna_takes_add_warning (MynaTakes *self, const char *id, const char *warning)
{
  MynaTake *take;

  g_return_if_fail (MYNA_IS_TAKES (self) && warning != NULL);

  take = find_any (self, id);
  if (take != NULL)
    myna_take_add_warning (take, warning);
}
