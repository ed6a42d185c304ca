/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job.h"

G_BEGIN_DECLS

/* The longest log that is kept of a job, bytes; the newest lines stay. */
#define MYNA_JOB_LOG_MAX (64 * 1024)

/* For the queue, which keeps the job up to date. Main thread only. */

MynaJob *myna_job_new (
    gint64 id, const char *kind, const char *title, const char *subtitle, const char *params);

void myna_job_set_state (MynaJob *self, MynaJobState state);
void myna_job_set_stage (MynaJob *self, const char *stage);
void myna_job_set_fraction (MynaJob *self, double fraction);
void myna_job_set_speed (MynaJob *self, const char *speed);
void myna_job_set_eta (MynaJob *self, double eta);
void myna_job_set_elapsed (MynaJob *self, double elapsed);
void myna_job_set_error (MynaJob *self, const char *error);
void myna_job_set_warnings (MynaJob *self, const char *const *warnings);
void myna_job_set_result (MynaJob *self, const char *result);
void myna_job_append_log (MynaJob *self, const char *text);

gint64 myna_job_get_position (MynaJob *self);
void myna_job_set_position (MynaJob *self, gint64 position);

const char *myna_job_state_to_string (MynaJobState state);
MynaJobState myna_job_state_from_string (const char *string);
void myna_job_log_trim (GString *log);

G_END_DECLS
