/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/jobs/myna-job-queue.h"
#include "engine/jobs/myna-job-queue-private.h"
#include "engine/core/myna-error.h"
#include "engine/jobs/myna-job-private.h"
#include "engine/jobs/myna-job-records.h"

#include <glib/gi18n-lib.h>

/* How a kind of job is done. */
typedef struct
{
  MynaJobRun run;
  gpointer user_data;
  GDestroyNotify destroy;
} Kind;

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaJobQueue,
                               myna_job_queue,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

enum
{
  PROP_0,
  PROP_ACTIVE,
  PROP_N_UNFINISHED,
  PROP_PAUSED,
  N_PROPS
};

enum
{
  SIGNAL_JOB_FINISHED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static GType
list_model_get_item_type (GListModel *model)
{
  g_assert (MYNA_IS_JOB_QUEUE (model));

  return MYNA_TYPE_JOB;
}

static guint
list_model_get_n_items (GListModel *model)
{
  g_assert (MYNA_IS_JOB_QUEUE (model));

  return MYNA_JOB_QUEUE (model)->jobs->len;
}

static gpointer
list_model_get_item (GListModel *model, guint position)
{
  MynaJobQueue *self = MYNA_JOB_QUEUE (model);

  g_assert (MYNA_IS_JOB_QUEUE (self));

  return position < self->jobs->len ? g_object_ref (self->jobs->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = list_model_get_item_type;
  iface->get_n_items = list_model_get_n_items;
  iface->get_item = list_model_get_item;
}

static void
kind_free (gpointer data)
{
  Kind *kind = data;

  if (kind->destroy != NULL)
    kind->destroy (kind->user_data);
  g_free (kind);
}

void
myna_job_queue_update_n_unfinished (MynaJobQueue *self)
{
  guint n = 0;

  g_assert (MYNA_IS_JOB_QUEUE (self));

  for (guint i = 0; i < self->jobs->len; i++)
    {
      MynaJobState state = myna_job_get_state (self->jobs->pdata[i]);

      n += state == MYNA_JOB_QUEUED || state == MYNA_JOB_RUNNING || state == MYNA_JOB_CANCELLING;
    }
  if (n == self->n_unfinished)
    return;
  self->n_unfinished = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_UNFINISHED]);
}

static void
set_active (MynaJobQueue *self, MynaJob *job)
{
  g_assert (MYNA_IS_JOB_QUEUE (self));

  if (self->active == job)
    return;
  self->active = job;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
}

static double
get_seconds (void)
{
  return (double) g_get_monotonic_time () / G_USEC_PER_SEC;
}

static void
update_times (MynaJobQueue *self)
{
  double run;

  g_assert (MYNA_IS_JOB_QUEUE (self));

  if (self->current == NULL || self->start == 0)
    return;
  run = (double) (g_get_monotonic_time () - self->start) / G_USEC_PER_SEC;
  myna_job_set_elapsed (self->current, self->elapsed_before + run);
  myna_job_set_eta (self->current, myna_eta_get (&self->eta, get_seconds ()));
}

/* Once a second the clock goes on for the person, whether or not the job has news. */
static gboolean
tick_cb (gpointer data)
{
  g_assert (MYNA_IS_JOB_QUEUE (data));

  update_times (data);
  return G_SOURCE_CONTINUE;
}

static void
start_tick (MynaJobQueue *self)
{
  g_assert (MYNA_IS_JOB_QUEUE (self));

  self->tick = g_timeout_source_new_seconds (1);
  g_source_set_static_name (self->tick, "MynaJobQueue tick");
  g_source_set_callback (self->tick, tick_cb, self, NULL);
  g_source_attach (self->tick, self->context);
}

static void
stop_tick (MynaJobQueue *self)
{
  g_assert (MYNA_IS_JOB_QUEUE (self));

  if (self->tick == NULL)
    return;
  g_source_destroy (self->tick);
  g_clear_pointer (&self->tick, g_source_unref);
}

void
myna_job_queue_append_log (MynaJobQueue *self, MynaJob *job, const char *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%H:%M:%S");
  g_autofree char *line = g_strdup_printf ("%s %s\n", time, text);

  g_assert (MYNA_IS_JOB_QUEUE (self));

  myna_job_append_log (job, line);
  myna_job_record_add_log (self->store, myna_job_get_id (job), line);
}

/* Takes the job out of the list and off the disk. */
void
myna_job_queue_forget (MynaJobQueue *self, MynaJob *job)
{
  g_autoptr (MynaJob) keep = g_object_ref (job);
  guint position = 0;

  g_assert (MYNA_IS_JOB_QUEUE (self));
  g_assert (job != self->current);

  if (!g_ptr_array_find (self->jobs, job, &position))
    return;
  myna_job_record_remove (self->store, myna_job_get_id (job));
  g_ptr_array_remove_index (self->jobs, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  myna_job_queue_update_n_unfinished (self);
}

void
myna_job_queue_emit_finished (MynaJobQueue *self, MynaJob *job)
{
  g_autoptr (MynaJob) keep = g_object_ref (job);

  g_assert (MYNA_IS_JOB_QUEUE (self));

  myna_job_queue_update_n_unfinished (self);
  g_signal_emit (self, signals[SIGNAL_JOB_FINISHED], 0, keep);
}

static void
handle_started (MynaJobQueue *self)
{
  g_assert (MYNA_IS_JOB_QUEUE (self));

  self->start = g_get_monotonic_time ();
  myna_eta_start (&self->eta, get_seconds ());
  start_tick (self);
  /* Cancelled on its way to the engine: that is what the person sees already. */
  if (myna_job_get_state (self->current) != MYNA_JOB_CANCELLING)
    myna_job_set_state (self->current, MYNA_JOB_RUNNING);
  set_active (self, self->current);
}

static void
handle_update (MynaJobQueue *self, const MynaJobEvent *event)
{
  MynaJob *job = self->current;

  g_assert (MYNA_IS_JOB_QUEUE (self));

  g_object_freeze_notify (G_OBJECT (job));
  if (event->has_stage)
    myna_job_set_stage (job, event->stage);
  if (event->has_progress)
    {
      myna_job_set_fraction (job, event->fraction);
      myna_job_set_speed (job, event->speed);
      myna_eta_update (&self->eta, get_seconds (), event->fraction);
    }
  if (event->log != NULL)
    myna_job_append_log (job, event->log->str);
  if (event->warnings != NULL)
    myna_job_set_warnings (job, (const char *const *) event->warnings->pdata);
  update_times (self);
  g_object_thaw_notify (G_OBJECT (job));
}

static void
show_outcome (MynaJob *job, const MynaJobEvent *event)
{
  g_object_freeze_notify (G_OBJECT (job));
  myna_job_set_eta (job, -1);
  myna_job_set_speed (job, NULL);
  myna_job_set_elapsed (job, event->elapsed);
  myna_job_set_result (job, event->result);
  /* An error that is there already came first: the job could not be stored. */
  if (event->error != NULL && myna_job_get_error (job) == NULL)
    myna_job_set_error (job, event->error);
  if (event->state == MYNA_JOB_DONE)
    myna_job_set_fraction (job, 1);
  myna_job_set_state (job, event->state);
  g_object_thaw_notify (G_OBJECT (job));
}

static void
handle_ended (MynaJobQueue *self, const MynaJobEvent *event)
{
  g_autoptr (MynaJob) job = NULL;

  g_assert (MYNA_IS_JOB_QUEUE (self));

  stop_tick (self);
  job = g_steal_pointer (&self->current);
  g_clear_object (&self->cancellable);
  show_outcome (job, event);
  set_active (self, NULL);
  if (myna_job_is_finished (job))
    myna_job_queue_emit_finished (self, job);
  else
    myna_job_queue_update_n_unfinished (self);
  if (self->remove_current)
    myna_job_queue_forget (self, job);
  self->remove_current = FALSE;
  myna_job_queue_dispatch (self);
}

/* MynaJobDeliver. */
static void
deliver_cb (const MynaJobEvent *event, gpointer data)
{
  g_autoptr (MynaJobQueue) self = g_object_ref (data);

  g_assert (MYNA_IS_JOB_QUEUE (self));
  g_assert (self->current != NULL && myna_job_get_id (self->current) == event->job_id);

  switch (event->type)
    {
    case MYNA_JOB_EVENT_STARTED:
      handle_started (self);
      break;
    case MYNA_JOB_EVENT_UPDATE:
      handle_update (self, event);
      break;
    case MYNA_JOB_EVENT_CALL:
      event->func (event->data);
      break;
    case MYNA_JOB_EVENT_ENDED:
      handle_ended (self, event);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
start (MynaJobQueue *self, MynaJob *job, Kind *kind)
{
  MynaJobOrder *order = g_new0 (MynaJobOrder, 1);

  g_assert (MYNA_IS_JOB_QUEUE (self));
  g_assert (self->current == NULL);

  self->current = g_object_ref (job);
  self->cancellable = g_cancellable_new ();
  self->start = 0;
  self->elapsed_before = myna_job_get_elapsed (job);
  myna_job_set_error (job, NULL);
  order->id = myna_job_get_id (job);
  order->params = g_strdup (myna_job_get_params (job));
  order->elapsed = self->elapsed_before;
  order->run = kind->run;
  order->user_data = kind->user_data;
  order->cancellable = g_object_ref (self->cancellable);
  myna_job_engine_run (self->engine, order);
}

/* Gives the engine the first job that waits and can be done, when it has none. */
void
myna_job_queue_dispatch (MynaJobQueue *self)
{
  g_assert (MYNA_IS_JOB_QUEUE (self));

  if (self->current != NULL || self->paused || self->stopped ||
      myna_store_is_read_only (self->store))
    return;
  for (guint i = 0; i < self->jobs->len; i++)
    {
      MynaJob *job = self->jobs->pdata[i];
      Kind *kind = g_hash_table_lookup (self->kinds, myna_job_get_kind (job));

      if (myna_job_get_state (job) != MYNA_JOB_QUEUED)
        continue;
      if (kind != NULL)
        {
          start (self, job, kind);
          return;
        }
      if (myna_job_get_error (job) == NULL)
        {
          g_autofree char *message = g_strdup_printf (
              _ ("This version of Myna cannot do jobs of the kind “%s”. The job waits."),
              myna_job_get_kind (job));

          myna_job_set_error (job, message);
        }
    }
}

static void
myna_job_queue_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaJobQueue *self = MYNA_JOB_QUEUE (object);

  switch (prop_id)
    {
    case PROP_ACTIVE:
      g_value_set_object (value, self->active);
      break;
    case PROP_N_UNFINISHED:
      g_value_set_uint (value, self->n_unfinished);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_job_queue_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_PAUSED)
    myna_job_queue_set_paused (MYNA_JOB_QUEUE (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
myna_job_queue_dispose (GObject *object)
{
  myna_job_queue_shutdown (MYNA_JOB_QUEUE (object));
  G_OBJECT_CLASS (myna_job_queue_parent_class)->dispose (object);
}

static void
myna_job_queue_finalize (GObject *object)
{
  MynaJobQueue *self = MYNA_JOB_QUEUE (object);

  g_clear_object (&self->current);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->engine, myna_job_engine_free);
  g_clear_pointer (&self->outbox, myna_job_outbox_free);
  g_hash_table_unref (self->kinds);
  g_ptr_array_unref (self->jobs);
  g_object_unref (self->store);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (myna_job_queue_parent_class)->finalize (object);
}

static void
myna_job_queue_class_init (MynaJobQueueClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = myna_job_queue_dispose;
  object_class->finalize = myna_job_queue_finalize;
  object_class->get_property = myna_job_queue_get_property;
  object_class->set_property = myna_job_queue_set_property;

  properties[PROP_ACTIVE] = g_param_spec_object ("active", NULL, NULL, MYNA_TYPE_JOB, flags);
  properties[PROP_N_UNFINISHED] =
      g_param_spec_uint ("n-unfinished", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_PAUSED] =
      g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_JOB_FINISHED] =
      g_signal_new ("job-finished", MYNA_TYPE_JOB_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, MYNA_TYPE_JOB);
}

static void
myna_job_queue_init (MynaJobQueue *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->kinds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, kind_free);
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  self->outbox = myna_job_outbox_new (self->context, deliver_cb, self);
  self->next_id = 1;
}

/**
 * myna_job_queue_new:
 * @store: the store that keeps the jobs
 *
 * The calling thread, with its thread-default main context, is the main thread of the queue.
 * Register the kinds of jobs, then call myna_job_queue_load().
 *
 * Returns: (transfer full): an empty queue
 */
MynaJobQueue *
myna_job_queue_new (MynaStore *store)
{
  MynaJobQueue *self;

  g_return_val_if_fail (MYNA_IS_STORE (store), NULL);

  self = g_object_new (MYNA_TYPE_JOB_QUEUE, NULL);
  self->store = g_object_ref (store);
  self->engine = myna_job_engine_new (store, self->outbox);
  return self;
}

/**
 * myna_job_queue_register:
 * @self: a queue
 * @kind: a kind that has no function yet
 * @run: does it, on the engine thread
 * @user_data: for @run; used on the engine thread
 * @destroy: (nullable): frees @user_data, on the main thread when the engine has stopped
 *
 * Says how jobs of a kind are done.
 */
void
myna_job_queue_register (MynaJobQueue *self,
                         const char *kind,
                         MynaJobRun run,
                         gpointer user_data,
                         GDestroyNotify destroy)
{
  Kind *entry;

  g_return_if_fail (MYNA_IS_JOB_QUEUE (self));
  g_return_if_fail (kind != NULL && run != NULL);
  g_return_if_fail (!g_hash_table_contains (self->kinds, kind));

  entry = g_new0 (Kind, 1);
  entry->run = run;
  entry->user_data = user_data;
  entry->destroy = destroy;
  g_hash_table_insert (self->kinds, g_strdup (kind), entry);
  myna_job_queue_dispatch (self);
}

/* The process that ran it is gone: only a writer may say so, for nobody else holds the folder then.
 */
static void
mark_interrupted (MynaJobQueue *self, MynaJob *job)
{
  g_assert (MYNA_IS_JOB_QUEUE (self));

  if (myna_job_get_state (job) != MYNA_JOB_RUNNING || myna_store_is_read_only (self->store))
    return;
  myna_job_set_state (job, MYNA_JOB_INTERRUPTED);
  myna_job_queue_append_log (
      self, job, _ ("Interrupted: Myna ended while the job ran. What was finished is kept."));
  myna_job_record_save (self->store, job, NULL, NULL);
}

/**
 * myna_job_queue_load:
 * @self: a queue without jobs
 *
 * Loads the jobs as they were left and goes on with those that wait. Jobs that ran when the process
 * died become %MYNA_JOB_INTERRUPTED; see myna_job_queue_resume_interrupted(). Once.
 */
void
myna_job_queue_load (MynaJobQueue *self)
{
  g_autoptr (GPtrArray) jobs = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (MYNA_IS_JOB_QUEUE (self));
  g_return_if_fail (self->jobs->len == 0);

  jobs = myna_job_records_load (self->store, &self->next_id, &error);
  if (jobs == NULL)
    {
      g_warning ("%s", error->message);
      return;
    }
  for (guint i = 0; i < jobs->len; i++)
    {
      mark_interrupted (self, jobs->pdata[i]);
      g_ptr_array_add (self->jobs, g_object_ref (jobs->pdata[i]));
    }
  if (!myna_store_is_read_only (self->store))
    myna_job_records_sweep_folders (self->store);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, self->jobs->len);
  myna_job_queue_update_n_unfinished (self);
  myna_job_queue_dispatch (self);
}

/* Waits for the word of the store; the queue may be gone by then. */
typedef struct
{
  GWeakRef queue;
  MynaJob *job;
} Saving;

/* A new job, or one that was started again, could not be stored: it ends here, and says why. */
static void
job_saved_cb (MynaStore *store, const GError *error, gpointer data)
{
  Saving *saving = data;
  g_autoptr (MynaJob) job = saving->job;
  g_autoptr (MynaJobQueue) self = g_weak_ref_get (&saving->queue);

  g_weak_ref_clear (&saving->queue);
  g_free (saving);
  if (error == NULL || self == NULL || myna_job_is_finished (job))
    return;
  myna_job_set_error (job, error->message);
  if (job == self->current)
    return; /* The engine finds no row, and reports the end. */
  myna_job_set_state (job, MYNA_JOB_FAILED);
  myna_job_queue_emit_finished (self, job);
}

void
myna_job_queue_save_queued (MynaJobQueue *self, MynaJob *job)
{
  Saving *saving = g_new0 (Saving, 1);

  g_assert (MYNA_IS_JOB_QUEUE (self));

  g_weak_ref_init (&saving->queue, self);
  saving->job = g_object_ref (job);
  myna_job_record_save (self->store, job, job_saved_cb, saving);
}

static gboolean
check_writable (MynaJobQueue *self, GError **error)
{
  g_assert (MYNA_IS_JOB_QUEUE (self));

  if (self->stopped)
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                         _ ("Myna is closing and starts nothing new."));
  else if (myna_store_is_read_only (self->store))
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY,
                 _ ("The folder “%s” is open for reading only, so no job can be added to it now."),
                 myna_store_get_data_dir (self->store));
  else
    return TRUE;
  return FALSE;
}

/**
 * myna_job_queue_add:
 * @self: a queue
 * @kind: what is to be done
 * @title: for a person
 * @subtitle: (nullable): for a person
 * @params: (nullable): what the kind needs to know
 * @error: return location
 *
 * Adds a job at the end. It starts when it is its turn; when it cannot be stored (disk full) it
 * fails and says so.
 *
 * Returns: (transfer none) (nullable): the job; %NULL with %MYNA_ERROR_READ_ONLY, or after the
 * shutdown
 */
MynaJob *
myna_job_queue_add (MynaJobQueue *self,
                    const char *kind,
                    const char *title,
                    const char *subtitle,
                    const char *params,
                    GError **error)
{
  MynaJob *job;
  gint64 position = 0;

  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (self), NULL);
  g_return_val_if_fail (kind != NULL && title != NULL, NULL);

  if (!check_writable (self, error))
    return NULL;
  if (self->jobs->len > 0)
    position = myna_job_get_position (self->jobs->pdata[self->jobs->len - 1]) + 1;
  job = myna_job_new (self->next_id++, kind, title, subtitle, params);
  myna_job_set_position (job, position);
  g_ptr_array_add (self->jobs, job);
  myna_job_queue_save_queued (self, job);
  g_list_model_items_changed (G_LIST_MODEL (self), self->jobs->len - 1, 0, 1);
  myna_job_queue_update_n_unfinished (self);
  myna_job_queue_dispatch (self);
  return job;
}

/**
 * myna_job_queue_find:
 * @self: a queue
 * @id: the number of a job
 *
 * Returns: (transfer none) (nullable): the job
 */
MynaJob *
myna_job_queue_find (MynaJobQueue *self, gint64 id)
{
  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (self), NULL);

  for (guint i = 0; i < self->jobs->len; i++)
    if (myna_job_get_id (self->jobs->pdata[i]) == id)
      return self->jobs->pdata[i];
  return NULL;
}

/**
 * myna_job_queue_get_active:
 * @self: a queue
 *
 * Returns: (transfer none) (nullable): the job that the engine runs
 */
MynaJob *
myna_job_queue_get_active (MynaJobQueue *self)
{
  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (self), NULL);

  return self->active;
}

/**
 * myna_job_queue_get_n_unfinished:
 * @self: a queue
 *
 * Returns: how many jobs are queued, running or cancelling
 */
guint
myna_job_queue_get_n_unfinished (MynaJobQueue *self)
{
  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (self), 0);

  return self->n_unfinished;
}

/**
 * myna_job_queue_set_paused:
 * @self: a queue
 * @paused: whether no further job starts
 *
 * The job that runs goes on. Not kept over restarts.
 */
void
myna_job_queue_set_paused (MynaJobQueue *self, gboolean paused)
{
  g_return_if_fail (MYNA_IS_JOB_QUEUE (self));

  paused = !!paused;
  if (self->paused == paused)
    return;
  self->paused = paused;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
  myna_job_queue_dispatch (self);
}

/**
 * myna_job_queue_get_paused:
 * @self: a queue
 *
 * Returns: whether no further job starts
 */
gboolean
myna_job_queue_get_paused (MynaJobQueue *self)
{
  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (self), FALSE);

  return self->paused;
}

/**
 * myna_job_queue_shutdown:
 * @self: a queue
 *
 * Ends the engine thread. The job that runs stops and is queued, so that it goes on at the next
 * start from its journal; one that was being cancelled is cancelled. Events that are due are
 * delivered from here. No job starts any more. Idempotent.
 */
void
myna_job_queue_shutdown (MynaJobQueue *self)
{
  gboolean cancelling;

  g_return_if_fail (MYNA_IS_JOB_QUEUE (self));

  if (self->stopped)
    return;
  self->stopped = TRUE;
  cancelling = self->current != NULL && myna_job_get_state (self->current) == MYNA_JOB_CANCELLING;
  if (self->engine != NULL)
    myna_job_engine_stop (self->engine, self->cancellable, !cancelling);
  myna_job_outbox_deliver_all (self->outbox);
  stop_tick (self);
}
