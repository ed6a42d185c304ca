/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job-context.h"
#include "engine/jobs/myna-job-outbox.h"
#include "engine/store/myna-store.h"

G_BEGIN_DECLS

/* For the engine thread, which makes one for each run. */

MynaJobContext *myna_job_context_new (MynaStore *store,
                                      MynaJobOutbox *outbox,
                                      gint64 id,
                                      const char *params,
                                      double elapsed,
                                      GCancellable *cancellable);
void myna_job_context_free (MynaJobContext *cx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaJobContext, myna_job_context_free)

void myna_job_context_finish (MynaJobContext *cx, MynaJobState state, const char *error);

G_END_DECLS
