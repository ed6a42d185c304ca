/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-takes.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/store/myna-records.h"
#include "engine/studio/myna-studio-jobs.h"
#include "engine/studio/myna-takes-private.h"
#include "engine/voice/draft/myna-draft-engine.h"

enum
{
  PROP_DEVICE = 1,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

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
  MynaTakes *self = MYNA_TAKES (object);

  g_clear_pointer (&self->engine, g_free);
  g_clear_pointer (&self->device, g_free);
  G_OBJECT_CLASS (myna_takes_parent_class)->finalize (object);
}

static void
myna_takes_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaTakes *self = MYNA_TAKES (object);

  switch (prop_id)
    {
    case PROP_DEVICE:
      g_value_set_string (value, self->device);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_takes_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MynaTakes *self = MYNA_TAKES (object);

  switch (prop_id)
    {
    case PROP_DEVICE:
      myna_takes_set_device (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_takes_class_init (MynaTakesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = myna_takes_dispose;
  object_class->finalize = myna_takes_finalize;
  object_class->get_property = myna_takes_get_property;
  object_class->set_property = myna_takes_set_property;

  properties[PROP_DEVICE] =
      g_param_spec_string ("device", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
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

void
myna_takes_insert (MynaTakes *self, MynaTake *take)
{
  guint position = 0;

  g_assert (MYNA_IS_TAKES (self));

  while (position < self->takes->len && is_newer (g_ptr_array_index (self->takes, position), take))
    position++;
  g_ptr_array_insert (self->takes, (int) position, g_object_ref (take));
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

gboolean
myna_takes_extract (MynaTakes *self, MynaTake *take)
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

gboolean
myna_takes_check_writable (MynaTakes *self, GError **error)
{
  g_assert (MYNA_IS_TAKES (self));

  if (!myna_store_is_read_only (self->store))
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY,
                       _ ("The takes cannot be changed: another Myna is open, or the data folder "
                          "cannot be written."));
  return FALSE;
}

void
myna_takes_save (MynaTakes *self, MynaTake *take)
{
  g_autoptr (JsonNode) node = myna_take_record_to_json (myna_take_get_record (take));

  g_assert (MYNA_IS_TAKES (self));

  if (!myna_store_is_read_only (self->store))
    myna_records_save_async (self->store, MYNA_RECORDS_TAKES, myna_take_get_id (take), node);
}

void
myna_takes_purge (MynaTakes *self, const char *id)
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
      myna_takes_purge (self, record->id);
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
  myna_takes_insert (self, take);
}

/* The job that speaks a take. */
MynaJob *
myna_takes_find_job (MynaTakes *self, const char *id)
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

      if (myna_takes_find_job (self, myna_take_get_id (take)) != NULL)
        continue;
      myna_takes_purge (self, myna_take_get_id (take));
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
void
myna_takes_follow_speak_job (MynaTakes *self, MynaJob *job, MynaTake *take)
{
  gboolean finished = myna_job_is_finished (job);

  g_assert (MYNA_IS_TAKES (self));

  g_object_ref (take);
  myna_take_set_job (take, finished ? NULL : job);
  myna_take_set_state (take, state_of_job (job));
  if (finished && g_ptr_array_remove (self->purging, take))
    myna_takes_purge (self, myna_take_get_id (take));
  else if (myna_job_get_state (job) == MYNA_JOB_DONE && g_ptr_array_remove (self->transient, take))
    myna_takes_purge (self, myna_take_get_id (take));
  else if (finished)
    myna_takes_save (self, take);
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
    myna_takes_save (self, take);
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
    myna_takes_follow_speak_job (self, job, take);
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
 * myna_takes_set_cut:
 * @cut: where texts are cut
 *
 * How the texts of takes that are made from now on become pieces.
 */
void
myna_takes_set_cut (MynaTakes *self, MynaTakeCut cut)
{
  g_return_if_fail (MYNA_IS_TAKES (self) && cut < MYNA_N_TAKE_CUTS);

  self->cut = cut;
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
 * myna_takes_set_device:
 * @device: (nullable): "auto", "cpu" or an id of `myna devices`; %NULL is "auto"
 *
 * Where jobs that are made from now on compute, if their engine can choose. A job keeps it: one
 * that is resumed goes on where it began.
 */
void
myna_takes_set_device (MynaTakes *self, const char *device)
{
  g_return_if_fail (MYNA_IS_TAKES (self));

  if (g_set_str (&self->device, device))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEVICE]);
}

/**
 * myna_takes_get_device:
 *
 * Returns: (transfer none) (nullable): what was set
 */
const char *
myna_takes_get_device (MynaTakes *self)
{
  g_return_val_if_fail (MYNA_IS_TAKES (self), NULL);

  return self->device;
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
