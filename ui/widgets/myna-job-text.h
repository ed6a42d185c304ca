/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job.h"

G_BEGIN_DECLS

char *myna_job_text_progress (MynaJob *job);

G_END_DECLS
