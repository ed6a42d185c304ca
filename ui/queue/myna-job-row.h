/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/jobs/myna-job-queue.h"

G_BEGIN_DECLS

#define MYNA_TYPE_JOB_ROW (myna_job_row_get_type ())
/**
 * MynaJobRow:
 *
 * A job in the list: what it is, where it stands, what can be done with it, and its log. A waiting
 * job can be dragged to another place. Main thread only.
 *
 * Actions: "job.up", "job.down", "job.cancel", "job.retry", "job.open", "job.show-file",
 * "job.remove", "job.copy-log".
 */
G_DECLARE_FINAL_TYPE (MynaJobRow, myna_job_row, MYNA, JOB_ROW, AdwBin)

GtkWidget *myna_job_row_new (MynaJobQueue *queue);
void myna_job_row_set_job (MynaJobRow *self, MynaJob *job);
MynaJob *myna_job_row_get_job (MynaJobRow *self);

G_END_DECLS
