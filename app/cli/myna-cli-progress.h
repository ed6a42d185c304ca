/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job.h"

G_BEGIN_DECLS

/**
 * MynaCliProgress:
 *
 * A job's progress on the standard error: a bar on a terminal, one line a second otherwise.
 */
typedef struct _MynaCliProgress MynaCliProgress;

MynaCliProgress *myna_cli_progress_start (MynaJob *job, gboolean quiet);
/* Stops, and takes the bar away. */
void myna_cli_progress_stop (MynaCliProgress *self);

G_END_DECLS
