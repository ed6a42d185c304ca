/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-eta.h"
#include "engine/jobs/myna-job-engine.h"
#include "engine/jobs/myna-job-outbox.h"
#include "engine/jobs/myna-job-queue.h"

G_BEGIN_DECLS

/* What the two halves of the queue share: running jobs (-queue.c), changing them (-queue-edit.c).
 */

struct _MynaJobQueue
{
  GObject parent_instance;

  /* Owned */
  MynaStore *store;
  GMainContext *context;
  MynaJobOutbox *outbox;
  MynaJobEngine *engine;
  GHashTable *kinds; /* name -> Kind */
  GPtrArray *jobs;   /* in their order */
  gint64 next_id;

  /* The job that the engine has: from the order to the event of its end. */
  MynaJob *current;
  GCancellable *cancellable;
  gboolean remove_current;
  gint64 start; /* monotonic, 0 until the engine has confirmed */
  double elapsed_before;
  MynaEta eta;
  GSource *tick;

  MynaJob *active; /* borrowed: current, once the engine has confirmed it */
  guint n_unfinished;
  gboolean paused;
  gboolean stopped;
};

void myna_job_queue_dispatch (MynaJobQueue *self);
void myna_job_queue_append_log (MynaJobQueue *self, MynaJob *job, const char *text);
void myna_job_queue_save_queued (MynaJobQueue *self, MynaJob *job);
void myna_job_queue_forget (MynaJobQueue *self, MynaJob *job);
void myna_job_queue_update_n_unfinished (MynaJobQueue *self);
void myna_job_queue_emit_finished (MynaJobQueue *self, MynaJob *job);

G_END_DECLS
