/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaJobContext:
 *
 * What a running job sees: its parameters, its journal, and where it reports. Engine thread only
 * (progress, log and cancellable also from the job's own helper threads).
 */
typedef struct _MynaJobContext MynaJobContext;

/**
 * MynaJobRun:
 *
 * Does the work of one kind of job, on the engine thread. Returns %TRUE when done; else sets @error
 * (G_IO_ERROR_CANCELLED when it was cancelled). Looks at the cancellable at least every 100 ms, and
 * consults the journal so that a resumed job skips what is finished.
 */
typedef gboolean (*MynaJobRun) (MynaJobContext *cx, gpointer user_data, GError **error);

gint64 myna_job_context_get_id (MynaJobContext *cx);
const char *myna_job_context_get_params (MynaJobContext *cx);
const char *myna_job_context_get_folder (MynaJobContext *cx, GError **error);
GCancellable *myna_job_context_get_cancellable (MynaJobContext *cx);

void myna_job_context_set_stage (MynaJobContext *cx, const char *stage);
void myna_job_context_set_progress (MynaJobContext *cx, double fraction, const char *speed);
void myna_job_context_log (MynaJobContext *cx, const char *format, ...) G_GNUC_PRINTF (2, 3);
void myna_job_context_add_warning (MynaJobContext *cx, const char *warning);
void myna_job_context_set_result (MynaJobContext *cx, const char *result);

/* The journal: finished pieces by key. put returns only when the row is on disk. */
char *myna_job_context_journal_get (MynaJobContext *cx, const char *key);
gboolean myna_job_context_journal_put (MynaJobContext *cx,
                                       const char *key,
                                       const char *value,
                                       GError **error);

/* Runs @func on the main context, in order with this job's other events. */
void
myna_job_context_emit (MynaJobContext *cx, GSourceFunc func, gpointer data, GDestroyNotify destroy);

G_END_DECLS
