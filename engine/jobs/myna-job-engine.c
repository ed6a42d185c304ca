/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/jobs/myna-job-engine.h"
#include "engine/core/myna-mailbox.h"
#include "engine/jobs/myna-job-context-private.h"
#include "engine/jobs/myna-job-records.h"

#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <stdatomic.h>

struct _MynaJobEngine
{
  MynaStore *store;      /* borrowed */
  MynaJobOutbox *outbox; /* borrowed */
  MynaMailbox *orders;
  pthread_t thread;
  gboolean started; /* main thread */
  atomic_bool requeue;
};

/**
 * myna_job_order_free:
 * @order: (transfer full): a #MynaJobOrder
 */
void
myna_job_order_free (gpointer order)
{
  MynaJobOrder *self = order;

  g_free (self->params);
  g_clear_object (&self->cancellable);
  g_free (self);
}

/* What a run that did not succeed has come to. A cancelled job may fail in any way while it stops.
 */
static MynaJobState
judge (MynaJobEngine *self, MynaJobOrder *order, const GError *error)
{
  if (!g_cancellable_is_cancelled (order->cancellable))
    return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? MYNA_JOB_CANCELLED
                                                                     : MYNA_JOB_FAILED;
  return atomic_load (&self->requeue) ? MYNA_JOB_QUEUED : MYNA_JOB_CANCELLED;
}

static void
finish_unsuccessful (MynaJobEngine *self,
                     MynaJobOrder *order,
                     MynaJobContext *cx,
                     const GError *error)
{
  MynaJobState state = judge (self, order, error);
  const char *message = error != NULL ? error->message : _ ("The job stopped without saying why.");

  if (state == MYNA_JOB_CANCELLED)
    myna_job_context_log (cx, "%s", _ ("Cancelled."));
  else if (state == MYNA_JOB_QUEUED)
    myna_job_context_log (cx, "%s", _ ("Stopped because Myna was closed; it will go on."));
  else
    myna_job_context_log (cx, "%s", message);
  myna_job_context_finish (cx, state, state == MYNA_JOB_FAILED ? message : NULL);
}

static void
run_order (MynaJobEngine *self, MynaJobOrder *order)
{
  g_autoptr (MynaJobContext) cx = myna_job_context_new (
      self->store, self->outbox, order->id, order->params, order->elapsed, order->cancellable);
  g_autoptr (GError) error = NULL;

  if (!g_cancellable_set_error_if_cancelled (order->cancellable, &error) &&
      myna_job_record_begin (self->store, order->id, &error))
    {
      myna_job_outbox_post_started (self->outbox, order->id);
      myna_job_context_log (cx, "%s", _ ("Started."));
      if (order->run (cx, order->user_data, &error))
        {
          g_clear_error (&error);
          myna_job_context_log (cx, "%s", _ ("Done."));
          myna_job_context_finish (cx, MYNA_JOB_DONE, NULL);
          return;
        }
    }
  finish_unsuccessful (self, order, cx, error);
}

static void *
engine_thread (void *data)
{
  MynaJobEngine *self = data;
  MynaJobOrder *order;

  while ((order = myna_mailbox_pop (self->orders)) != NULL)
    {
      run_order (self, order);
      myna_job_order_free (order);
    }
  return NULL;
}

/**
 * myna_job_engine_new:
 * @store: the store; must outlive the engine
 * @outbox: where to report; must outlive the engine
 *
 * Returns: (transfer full): an engine; its thread starts with the first job
 */
MynaJobEngine *
myna_job_engine_new (MynaStore *store, MynaJobOutbox *outbox)
{
  MynaJobEngine *self = g_new0 (MynaJobEngine, 1);

  self->store = store;
  self->outbox = outbox;
  self->orders = myna_mailbox_new (myna_job_order_free);
  return self;
}

/**
 * myna_job_engine_run:
 * @self: an engine that was not stopped
 * @order: (transfer full): which job, and how
 *
 * Hands a job over. Its end is reported in any case. Main thread.
 */
void
myna_job_engine_run (MynaJobEngine *self, MynaJobOrder *order)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (order != NULL);

  if (!self->started && pthread_create (&self->thread, NULL, engine_thread, self) == 0)
    self->started = TRUE;
  if (self->started && myna_mailbox_push (self->orders, order))
    return;
  myna_job_outbox_post_ended (
      self->outbox, order->id, MYNA_JOB_FAILED,
      _ ("The system has no thread left to do this with. Close other programs and "
         "try again."),
      NULL, order->elapsed);
  myna_job_order_free (order);
}

/**
 * myna_job_engine_stop:
 * @self: an engine
 * @running: (nullable): the cancellable of the job that runs, cancelled here
 * @requeue: whether that job shall wait for the next start when it stops because of this
 *
 * Ends the thread and waits for it: as long as the job takes to look at its cancellable.
 * Idempotent. Main thread.
 */
void
myna_job_engine_stop (MynaJobEngine *self, GCancellable *running, gboolean requeue)
{
  g_return_if_fail (self != NULL);

  /* In this order: the job must not stop before it is known why. */
  atomic_store (&self->requeue, requeue);
  myna_mailbox_close (self->orders);
  if (running != NULL)
    g_cancellable_cancel (running);
  if (self->started)
    pthread_join (self->thread, NULL);
  self->started = FALSE;
}

/**
 * myna_job_engine_free:
 * @self: (transfer full): an engine that was stopped
 */
void
myna_job_engine_free (MynaJobEngine *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (!self->started);

  myna_mailbox_free (self->orders);
  g_free (self);
}
