/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_JOB_EVENT_STARTED,
  MYNA_JOB_EVENT_UPDATE,
  MYNA_JOB_EVENT_CALL,
  MYNA_JOB_EVENT_ENDED,
} MynaJobEventType;

/* One thing the engine has to tell. An update gathers what came between two other events. */
typedef struct _MynaJobEvent MynaJobEvent;
struct _MynaJobEvent
{
  MynaJobEvent *prev, *next; /* the outbox's own */
  MynaJobEventType type;
  gint64 job_id;

  /* UPDATE */
  gboolean has_stage;
  char *stage;
  gboolean has_progress;
  double fraction;
  char *speed;
  GString *log;        /* (nullable) */
  GPtrArray *warnings; /* (nullable) (element-type utf8): all of them so far */

  /* CALL */
  GSourceFunc func;
  gpointer data;
  GDestroyNotify destroy;

  /* ENDED */
  MynaJobState state;
  char *error;
  char *result;
  double elapsed;
};

/**
 * MynaJobOutbox:
 *
 * The way of events from the engine thread, and the helper threads of a job, to the main context:
 * in order, nothing lost, except that a newer progress replaces an older one nobody has seen.
 * Updates are delivered at most 20 times a second, and so are calls; changes of state at once.
 */
typedef struct _MynaJobOutbox MynaJobOutbox;

typedef void (*MynaJobDeliver) (const MynaJobEvent *event, gpointer data);

MynaJobOutbox *myna_job_outbox_new (GMainContext *context, MynaJobDeliver deliver, gpointer data);
void myna_job_outbox_free (MynaJobOutbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaJobOutbox, myna_job_outbox_free)

/* Any thread. */
void myna_job_outbox_post_started (MynaJobOutbox *self, gint64 job_id);
void myna_job_outbox_post_ended (MynaJobOutbox *self,
                                 gint64 job_id,
                                 MynaJobState state,
                                 const char *error,
                                 const char *result,
                                 double elapsed);
void myna_job_outbox_post_call (
    MynaJobOutbox *self, gint64 job_id, GSourceFunc func, gpointer data, GDestroyNotify destroy);
MynaJobEvent *myna_job_outbox_begin_update (MynaJobOutbox *self, gint64 job_id);
void myna_job_outbox_end_update (MynaJobOutbox *self);

/* The thread of the main context. */
void myna_job_outbox_deliver_all (MynaJobOutbox *self);

G_END_DECLS
