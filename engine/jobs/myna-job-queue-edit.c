/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/jobs/myna-job-queue.h"
#include "engine/jobs/myna-job-queue-private.h"
#include "engine/jobs/myna-job-private.h"
#include "engine/jobs/myna-job-records.h"

#include <glib/gi18n-lib.h>

/* What a person does to jobs: cancel, try again, put elsewhere, remove. */

/* Whether @job is one of this queue that this process may change. */
static gboolean
may_change (MynaJobQueue *self, MynaJob *job)
{
  g_assert (MYNA_IS_JOB_QUEUE (self));

  return !self->stopped && !myna_store_is_read_only (self->store) &&
         g_ptr_array_find (self->jobs, job, NULL);
}

/**
 * myna_job_queue_cancel:
 * @self: a queue
 * @job: a job
 *
 * Cancels a job: one that waits, or was interrupted, at once; one that runs is
 * %MYNA_JOB_CANCELLING until the engine confirms. Otherwise, and in a store open for reading,
 * nothing happens. Idempotent.
 */
void
myna_job_queue_cancel (MynaJobQueue *self, MynaJob *job)
{
  MynaJobState state;

  g_return_if_fail (MYNA_IS_JOB_QUEUE (self));
  g_return_if_fail (MYNA_IS_JOB (job));

  state = myna_job_get_state (job);
  if (!may_change (self, job))
    return;
  if (job == self->current)
    {
      myna_job_set_state (job, MYNA_JOB_CANCELLING);
      g_cancellable_cancel (self->cancellable);
    }
  else if (state == MYNA_JOB_QUEUED || state == MYNA_JOB_INTERRUPTED)
    {
      myna_job_set_error (job, NULL);
      myna_job_set_state (job, MYNA_JOB_CANCELLED);
      myna_job_queue_append_log (self, job, _ ("Cancelled."));
      myna_job_record_save (self->store, job, NULL, NULL);
      myna_job_queue_emit_finished (self, job);
    }
}

/* Back into the queue, in its place. What its journal has is not done again. */
static void
requeue (MynaJobQueue *self, MynaJob *job)
{
  g_assert (MYNA_IS_JOB_QUEUE (self));

  g_object_freeze_notify (G_OBJECT (job));
  if (myna_job_get_state (job) != MYNA_JOB_INTERRUPTED)
    {
      myna_job_set_elapsed (job, 0);
      myna_job_set_fraction (job, -1);
    }
  myna_job_set_stage (job, NULL);
  myna_job_set_error (job, NULL);
  myna_job_set_warnings (job, NULL);
  myna_job_set_result (job, NULL);
  myna_job_set_state (job, MYNA_JOB_QUEUED);
  g_object_thaw_notify (G_OBJECT (job));
  myna_job_queue_save_queued (self, job);
}

/**
 * myna_job_queue_retry:
 * @self: a queue
 * @job: a job that failed, was cancelled or was interrupted; others are left alone
 *
 * Queues the job again, in its place. Pieces that are in its journal are not done again.
 */
void
myna_job_queue_retry (MynaJobQueue *self, MynaJob *job)
{
  MynaJobState state;

  g_return_if_fail (MYNA_IS_JOB_QUEUE (self));
  g_return_if_fail (MYNA_IS_JOB (job));

  state = myna_job_get_state (job);
  if (!may_change (self, job) ||
      (state != MYNA_JOB_FAILED && state != MYNA_JOB_CANCELLED && state != MYNA_JOB_INTERRUPTED))
    return;
  requeue (self, job);
  myna_job_queue_update_n_unfinished (self);
  myna_job_queue_dispatch (self);
}

/**
 * myna_job_queue_resume_interrupted:
 * @self: a queue
 *
 * Queues all jobs again that were interrupted when the process died.
 *
 * Returns: how many
 */
guint
myna_job_queue_resume_interrupted (MynaJobQueue *self)
{
  guint n = 0;

  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (self), 0);

  for (guint i = 0; i < self->jobs->len; i++)
    {
      MynaJob *job = self->jobs->pdata[i];

      if (myna_job_get_state (job) != MYNA_JOB_INTERRUPTED || !may_change (self, job))
        continue;
      requeue (self, job);
      n++;
    }
  myna_job_queue_update_n_unfinished (self);
  myna_job_queue_dispatch (self);
  return n;
}

static gboolean
is_waiting (MynaJobQueue *self, guint i)
{
  MynaJob *job = self->jobs->pdata[i];

  g_assert (MYNA_IS_JOB_QUEUE (self));

  return job != self->current && myna_job_get_state (job) == MYNA_JOB_QUEUED;
}

/* Where @offset steps over jobs that wait lead from @from; as far as there are such jobs. */
static guint
find_target (MynaJobQueue *self, guint from, int offset)
{
  int step = offset < 0 ? -1 : 1;
  guint target = from;

  g_assert (MYNA_IS_JOB_QUEUE (self));

  for (gint64 i = (gint64) from + step; offset != 0 && i >= 0 && i < self->jobs->len; i += step)
    if (is_waiting (self, (guint) i))
      {
        target = (guint) i;
        offset -= step;
      }
  return target;
}

/* Gives the jobs first … last the positions they have between them, in their new order. */
static void
renumber (MynaJobQueue *self, guint first, guint last, const gint64 *positions)
{
  g_assert (MYNA_IS_JOB_QUEUE (self));

  for (guint i = first; i <= last; i++)
    {
      MynaJob *job = self->jobs->pdata[i];

      if (myna_job_get_position (job) == positions[i - first])
        continue;
      myna_job_set_position (job, positions[i - first]);
      myna_job_record_save_position (self->store, job);
    }
}

/**
 * myna_job_queue_move:
 * @self: a queue
 * @job: a job that waits; others are left alone
 * @offset: how many waiting jobs it passes: less than 0 towards the front
 *
 * Changes when the job has its turn. Kept over restarts.
 */
void
myna_job_queue_move (MynaJobQueue *self, MynaJob *job, int offset)
{
  g_autofree gint64 *positions = NULL;
  guint from = 0, to, first, last;

  g_return_if_fail (MYNA_IS_JOB_QUEUE (self));
  g_return_if_fail (MYNA_IS_JOB (job));

  if (!may_change (self, job) || !g_ptr_array_find (self->jobs, job, &from) ||
      !is_waiting (self, from))
    return;
  to = find_target (self, from, offset);
  if (to == from)
    return;
  first = MIN (from, to);
  last = MAX (from, to);
  positions = g_new (gint64, last - first + 1);
  for (guint i = first; i <= last; i++)
    positions[i - first] = myna_job_get_position (self->jobs->pdata[i]);
  g_ptr_array_insert (self->jobs, (int) to, g_ptr_array_steal_index (self->jobs, from));
  renumber (self, first, last, positions);
  g_list_model_items_changed (G_LIST_MODEL (self), first, last - first + 1, last - first + 1);
}

/**
 * myna_job_queue_remove:
 * @self: a queue
 * @job: a job
 *
 * Takes the job off the list and deletes its rows and its folder; one that runs is cancelled first
 * and goes when the engine confirms.
 */
void
myna_job_queue_remove (MynaJobQueue *self, MynaJob *job)
{
  g_return_if_fail (MYNA_IS_JOB_QUEUE (self));
  g_return_if_fail (MYNA_IS_JOB (job));

  if (!may_change (self, job))
    return;
  if (job == self->current)
    {
      self->remove_current = TRUE;
      myna_job_queue_cancel (self, job);
    }
  else
    myna_job_queue_forget (self, job);
}

/**
 * myna_job_queue_clear_finished:
 * @self: a queue
 *
 * Removes the jobs that are done, failed or cancelled. Interrupted ones stay: they can be resumed.
 */
void
myna_job_queue_clear_finished (MynaJobQueue *self)
{
  g_return_if_fail (MYNA_IS_JOB_QUEUE (self));

  for (guint i = self->jobs->len; i > 0; i--)
    if (i <= self->jobs->len && myna_job_is_finished (self->jobs->pdata[i - 1]) &&
        may_change (self, self->jobs->pdata[i - 1]))
      myna_job_queue_forget (self, self->jobs->pdata[i - 1]);
}
