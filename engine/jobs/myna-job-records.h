/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job.h"
#include "engine/store/myna-store.h"

G_BEGIN_DECLS

/*
 * What the database holds of jobs. The main thread saves without waiting; the engine thread waits,
 * because what it has reported must be on disk.
 */

/* How a run ended. Borrowed strings. */
typedef struct
{
  MynaJobState state;
  const char *error;
  const char *const *warnings;
  const char *result;
  const char *stage;
  double fraction;
  double elapsed;
} MynaJobOutcome;

/* Main thread. */
GPtrArray *myna_job_records_load (MynaStore *store, gint64 *next_id, GError **error);
void myna_job_record_save (MynaStore *store, MynaJob *job, MynaStoreDone done, gpointer done_data);
void myna_job_record_save_position (MynaStore *store, MynaJob *job);
void myna_job_record_add_log (MynaStore *store, gint64 id, const char *text);
void myna_job_record_compact_log (MynaStore *store, gint64 id);
void myna_job_record_remove (MynaStore *store, gint64 id);
void myna_job_records_sweep_folders (MynaStore *store);

/* Engine thread. */
gboolean myna_job_record_begin (MynaStore *store, gint64 id, GError **error);
gboolean myna_job_record_put (MynaStore *store,
                              gint64 id,
                              const char *key,
                              const char *value,
                              const char *log,
                              const MynaJobOutcome *so_far,
                              GError **error);
char *myna_job_record_get (MynaStore *store, gint64 id, const char *key);
gboolean myna_job_record_end (
    MynaStore *store, gint64 id, const char *log, const MynaJobOutcome *outcome, GError **error);

char *myna_job_record_build_folder (MynaStore *store, gint64 id);

G_END_DECLS
