/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job.h"
#include "engine/jobs/myna-job-context.h"
#include "engine/store/myna-store.h"

G_BEGIN_DECLS

#define MYNA_TYPE_JOB_QUEUE (myna_job_queue_get_type ())
/**
 * MynaJobQueue:
 *
 * All jobs, newest last, as a GListModel of MynaJob; owns the engine thread that runs one at a
 * time. Main thread only. Signals: "job-finished" (MynaJob) once per job that ends: done, failed or
 * cancelled. Properties: "active" (MynaJob, nullable) is the running job; "n-unfinished" (uint)
 * counts those that are queued, running or cancelling; "paused" (boolean) starts no further job.
 */
G_DECLARE_FINAL_TYPE (MynaJobQueue, myna_job_queue, MYNA, JOB_QUEUE, GObject)

MynaJobQueue *myna_job_queue_new (MynaStore *store);
void myna_job_queue_register (MynaJobQueue *self,
                              const char *kind,
                              MynaJobRun run,
                              gpointer user_data,
                              GDestroyNotify destroy);
void myna_job_queue_load (MynaJobQueue *self);
MynaJob *myna_job_queue_add (MynaJobQueue *self,
                             const char *kind,
                             const char *title,
                             const char *subtitle,
                             const char *params,
                             GError **error);
MynaJob *myna_job_queue_find (MynaJobQueue *self, gint64 id);
MynaJob *myna_job_queue_get_active (MynaJobQueue *self);
guint myna_job_queue_get_n_unfinished (MynaJobQueue *self);
void myna_job_queue_cancel (MynaJobQueue *self, MynaJob *job);
void myna_job_queue_retry (MynaJobQueue *self, MynaJob *job);
guint myna_job_queue_resume_interrupted (MynaJobQueue *self);
void myna_job_queue_set_paused (MynaJobQueue *self, gboolean paused);
gboolean myna_job_queue_get_paused (MynaJobQueue *self);
void myna_job_queue_move (MynaJobQueue *self, MynaJob *job, int offset);
void myna_job_queue_remove (MynaJobQueue *self, MynaJob *job);
void myna_job_queue_clear_finished (MynaJobQueue *self);
void myna_job_queue_shutdown (MynaJobQueue *self);

G_END_DECLS
