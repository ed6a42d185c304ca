/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job-context.h"
#include "engine/jobs/myna-job-outbox.h"
#include "engine/store/myna-store.h"

G_BEGIN_DECLS

/* The command to run a job: everything the engine thread needs to know of it. */
typedef struct
{
  gint64 id;
  char *params;
  double elapsed;
  MynaJobRun run;
  gpointer user_data;
  GCancellable *cancellable;
} MynaJobOrder;

void myna_job_order_free (gpointer order);

/**
 * MynaJobEngine:
 *
 * The one thread that runs jobs, one at a time, in the order in which they are given to it.
 */
typedef struct _MynaJobEngine MynaJobEngine;

MynaJobEngine *myna_job_engine_new (MynaStore *store, MynaJobOutbox *outbox);
void myna_job_engine_run (MynaJobEngine *self, MynaJobOrder *order);
void myna_job_engine_stop (MynaJobEngine *self, GCancellable *running, gboolean requeue);
void myna_job_engine_free (MynaJobEngine *self);

G_END_DECLS
