/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job-queue.h"
#include "engine/store/myna-store.h"
#include "engine/studio/myna-lipsync-request.h"

G_BEGIN_DECLS

/*
 * Lip-sync as jobs of the queue: one job for one video, so that a batch goes on when one of its
 * videos fails.
 */

char *myna_lipsync_dup_cache_dir (MynaStore *store);
char *myna_lipsync_choose_output (MynaJobQueue *queue,
                                  const char *folder,
                                  const char *video,
                                  const char *speech);
MynaJob *myna_lipsync_enqueue (MynaJobQueue *queue,
                               const MynaLipsyncRequest *request,
                               const char *speech,
                               GError **error);

G_END_DECLS
