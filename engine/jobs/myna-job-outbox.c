/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/jobs/myna-job-outbox.h"
#include "engine/core/myna-wakeup.h"

#include <pthread.h>

/* 20 a second (design section 3). */
#define INTERVAL_US (G_USEC_PER_SEC / 20)

struct _MynaJobOutbox
{
  pthread_mutex_t lock;
  MynaJobEvent *first, *last; /* linked by hand: ThreadSanitizer does not see into GQueue */
  guint length;
  gint64 due;           /* monotonic time of the next delivery, G_MAXINT64 none */
  gint64 last_delivery; /* of anything */
  gint64 last_call;     /* of a delivery with a call in it */

  guint delivering; /* how deep; main thread */
  gboolean freed;   /* to be freed by the delivery that runs; main thread */

  GSource *wakeup;
  MynaJobDeliver deliver;
  gpointer data;
};

static void
event_free (gpointer data)
{
  MynaJobEvent *event = data;

  g_free (event->stage);
  g_free (event->speed);
  if (event->log != NULL)
    g_string_free (event->log, TRUE);
  g_clear_pointer (&event->warnings, g_ptr_array_unref);
  if (event->destroy != NULL)
    event->destroy (event->data);
  g_free (event->error);
  g_free (event->result);
  g_free (event);
}

/* Under the lock. */
static void
append (MynaJobOutbox *self, MynaJobEvent *event)
{
  event->prev = self->last;
  if (self->last != NULL)
    self->last->next = event;
  else
    self->first = event;
  self->last = event;
  self->length++;
}

/* Under the lock. */
static MynaJobEvent *
unlink_first (MynaJobOutbox *self)
{
  MynaJobEvent *event = self->first;

  if (event == NULL)
    return NULL;
  self->first = event->next;
  if (self->first != NULL)
    self->first->prev = NULL;
  else
    self->last = NULL;
  self->length--;
  return event;
}

static MynaJobEvent *
event_new (MynaJobEventType type, gint64 job_id)
{
  MynaJobEvent *event = g_new0 (MynaJobEvent, 1);

  event->type = type;
  event->job_id = job_id;
  return event;
}

static gboolean
wakeup_cb (gpointer data)
{
  g_assert (data != NULL);

  /* The source may be destroyed in there, which GLib allows. */
  myna_job_outbox_deliver_all (data);
  return G_SOURCE_CONTINUE;
}

/**
 * myna_job_outbox_new:
 * @context: where events are delivered
 * @deliver: receives them one by one
 * @data: for @deliver
 *
 * Returns: (transfer full): an empty outbox
 */
MynaJobOutbox *
myna_job_outbox_new (GMainContext *context, MynaJobDeliver deliver, gpointer data)
{
  MynaJobOutbox *self = g_new0 (MynaJobOutbox, 1);

  pthread_mutex_init (&self->lock, NULL);
  self->due = G_MAXINT64;
  self->deliver = deliver;
  self->data = data;
  self->wakeup = myna_wakeup_new (context, wakeup_cb, self);
  return self;
}

/**
 * myna_job_outbox_free:
 * @self: (transfer full): an outbox that no other thread uses any more
 *
 * Frees it with what was not delivered. May be called by a receiver.
 */
void
myna_job_outbox_free (MynaJobOutbox *self)
{
  MynaJobEvent *event;

  g_return_if_fail (self != NULL);

  if (self->delivering > 0)
    {
      self->freed = TRUE;
      return;
    }
  g_source_destroy (self->wakeup);
  g_source_unref (self->wakeup);
  while ((event = unlink_first (self)) != NULL)
    event_free (event);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* Under the lock: asks for a delivery at @when, unless an earlier one is on its way. */
static void
schedule (MynaJobOutbox *self, gint64 when)
{
  if (when >= self->due)
    return;
  self->due = when;
  g_source_set_ready_time (self->wakeup, when);
}

static void
post (MynaJobOutbox *self, MynaJobEvent *event, gboolean at_once)
{
  pthread_mutex_lock (&self->lock);
  append (self, event);
  schedule (self, at_once ? 0 : self->last_call + INTERVAL_US);
  pthread_mutex_unlock (&self->lock);
}

/**
 * myna_job_outbox_post_started:
 * @self: an outbox
 * @job_id: which job
 *
 * Tells that the engine runs the job.
 */
void
myna_job_outbox_post_started (MynaJobOutbox *self, gint64 job_id)
{
  post (self, event_new (MYNA_JOB_EVENT_STARTED, job_id), TRUE);
}

/**
 * myna_job_outbox_post_ended:
 * @self: an outbox
 * @job_id: which job
 * @state: what became of it
 * @error: (nullable): a sentence
 * @result: (nullable): what it made
 * @elapsed: seconds over all its runs
 *
 * Tells that the engine has done with the job.
 */
void
myna_job_outbox_post_ended (MynaJobOutbox *self,
                            gint64 job_id,
                            MynaJobState state,
                            const char *error,
                            const char *result,
                            double elapsed)
{
  MynaJobEvent *event = event_new (MYNA_JOB_EVENT_ENDED, job_id);

  event->state = state;
  event->error = g_strdup (error);
  event->result = g_strdup (result);
  event->elapsed = elapsed;
  post (self, event, TRUE);
}

/**
 * myna_job_outbox_post_call:
 * @self: an outbox
 * @job_id: which job
 * @func: called once on the main context; its return value means nothing
 * @data: (transfer full): for @func
 * @destroy: (nullable): frees @data on the main context
 *
 * Asks for a call, in order with the other events.
 */
void
myna_job_outbox_post_call (
    MynaJobOutbox *self, gint64 job_id, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  MynaJobEvent *event = event_new (MYNA_JOB_EVENT_CALL, job_id);

  event->func = func;
  event->data = data;
  event->destroy = destroy;
  post (self, event, FALSE);
}

/**
 * myna_job_outbox_begin_update:
 * @self: an outbox
 * @job_id: which job
 *
 * Locks the outbox until myna_job_outbox_end_update().
 *
 * Returns: (transfer none): the update at the end of the queue, to be changed in place
 */
MynaJobEvent *
myna_job_outbox_begin_update (MynaJobOutbox *self, gint64 job_id)
{
  MynaJobEvent *last;

  pthread_mutex_lock (&self->lock);
  last = self->last;
  if (last == NULL || last->type != MYNA_JOB_EVENT_UPDATE || last->job_id != job_id)
    {
      last = event_new (MYNA_JOB_EVENT_UPDATE, job_id);
      append (self, last);
    }
  return last;
}

/**
 * myna_job_outbox_end_update:
 * @self: an outbox, locked by myna_job_outbox_begin_update()
 *
 * Unlocks it and sees to the delivery.
 */
void
myna_job_outbox_end_update (MynaJobOutbox *self)
{
  schedule (self, self->last_delivery + INTERVAL_US);
  pthread_mutex_unlock (&self->lock);
}

/* Under the lock. A call between two updates keeps them apart, but the older progress is stale all
 * the same. */
static void
drop_stale_progress (MynaJobOutbox *self)
{
  gboolean newer_stage = FALSE, newer_progress = FALSE;

  for (MynaJobEvent *event = self->last; event != NULL; event = event->prev)
    {
      if (event->type == MYNA_JOB_EVENT_STARTED || event->type == MYNA_JOB_EVENT_ENDED)
        newer_stage = newer_progress = FALSE;
      if (newer_stage)
        event->has_stage = FALSE;
      if (newer_progress)
        event->has_progress = FALSE;
      newer_stage |= event->has_stage;
      newer_progress |= event->has_progress;
    }
}

static gboolean
has_call (MynaJobOutbox *self)
{
  for (MynaJobEvent *event = self->first; event != NULL; event = event->next)
    if (event->type == MYNA_JOB_EVENT_CALL)
      return TRUE;
  return FALSE;
}

/* Notes the time and tidies the queue; returns how many events make up this delivery. */
static guint
begin_delivery (MynaJobOutbox *self)
{
  guint n;

  pthread_mutex_lock (&self->lock);
  drop_stale_progress (self);
  n = self->length;
  self->last_delivery = g_get_monotonic_time ();
  if (has_call (self))
    self->last_call = self->last_delivery;
  self->due = G_MAXINT64;
  g_source_set_ready_time (self->wakeup, -1);
  pthread_mutex_unlock (&self->lock);
  return n;
}

static MynaJobEvent *
take_event (MynaJobOutbox *self)
{
  MynaJobEvent *event;

  pthread_mutex_lock (&self->lock);
  event = unlink_first (self);
  pthread_mutex_unlock (&self->lock);
  return event;
}

/**
 * myna_job_outbox_deliver_all:
 * @self: an outbox
 *
 * Delivers what is there now, without waiting for its time. A receiver may call this again from
 * within: then the rest is delivered there, in order.
 */
void
myna_job_outbox_deliver_all (MynaJobOutbox *self)
{
  MynaJobEvent *event;

  g_return_if_fail (self != NULL);

  self->delivering++;
  for (guint n = begin_delivery (self); n > 0 && !self->freed; n--)
    {
      event = take_event (self);
      if (event == NULL)
        break;
      self->deliver (event, self->data);
      event_free (event);
    }
  if (--self->delivering == 0 && self->freed)
    myna_job_outbox_free (self);
}
