/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaJobState:
 *
 * QUEUED -> RUNNING -> DONE | FAILED | CANCELLED, with CANCELLING between RUNNING and CANCELLED.
 * INTERRUPTED: the process died while it ran; it can be resumed from its journal.
 */
typedef enum
{
  MYNA_JOB_QUEUED,
  MYNA_JOB_RUNNING,
  MYNA_JOB_CANCELLING,
  MYNA_JOB_DONE,
  MYNA_JOB_FAILED,
  MYNA_JOB_CANCELLED,
  MYNA_JOB_INTERRUPTED,
} MynaJobState;

#define MYNA_TYPE_JOB_STATE (myna_job_state_get_type ())
GType myna_job_state_get_type (void);

#define MYNA_TYPE_JOB (myna_job_get_type ())
/**
 * MynaJob:
 *
 * One piece of long work as the main thread sees it: a snapshot that the queue keeps up to date
 * (at most 20 changes a second). Main thread only. All properties notify.
 *
 * Properties: "id" (int64), "kind", "title", "subtitle", "state", "stage" (translated, nullable),
 * "fraction" (0 … 1, -1 unknown), "speed" (translated text such as "12.3× real time", nullable),
 * "eta" (seconds, -1 unknown; hidden until 5 % or 10 s), "elapsed" (seconds), "error" (nullable),
 * "warnings" (strv, nullable), "log" (text), "result" (nullable: a file path, or "take:ID",
 * "voice:ID").
 */
G_DECLARE_FINAL_TYPE (MynaJob, myna_job, MYNA, JOB, GObject)

gint64 myna_job_get_id (MynaJob *self);
const char *myna_job_get_kind (MynaJob *self);
const char *myna_job_get_title (MynaJob *self);
const char *myna_job_get_subtitle (MynaJob *self);
const char *myna_job_get_params (MynaJob *self);
MynaJobState myna_job_get_state (MynaJob *self);
const char *myna_job_get_stage (MynaJob *self);
double myna_job_get_fraction (MynaJob *self);
const char *myna_job_get_speed (MynaJob *self);
double myna_job_get_eta (MynaJob *self);
double myna_job_get_elapsed (MynaJob *self);
const char *myna_job_get_error (MynaJob *self);
const char *const *myna_job_get_warnings (MynaJob *self);
const char *myna_job_get_log (MynaJob *self);
const char *myna_job_get_result (MynaJob *self);
gboolean myna_job_is_finished (MynaJob *self);

G_END_DECLS
