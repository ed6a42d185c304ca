/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "engine/jobs/myna-job-queue.h"
#include "engine/studio/myna-studio-worker.h"

G_BEGIN_DECLS

/*
 * The kinds of jobs of the studio, and what their parameters (JSON) say.
 *
 *   speak    {"take": ID, "device"?: ID}           speaks all sentences of a take
 *   reroll   {"take": ID, "piece": NUMBER, "revision": N, "seed": N, "text"?: …, "phones"?: …,
 *             "device"?: ID}
 *   export   {"take": ID, "path": FILE, "synthetic": BOOL}
 *   prepare  {"voice": ID, "engine": ID, "device"?: ID}   builds the engine's cache of a voice
 *   lipsync  see MynaLipsyncRequest                makes one video speak
 *
 * "device" is there when the engine can choose where it computes: "auto", "cpu" or an id of
 * gpu_devices(). Whatever has none uses the processor.
 */
#define MYNA_JOB_SPEAK "speak"
#define MYNA_JOB_REROLL "reroll"
#define MYNA_JOB_EXPORT "export"
#define MYNA_JOB_PREPARE "prepare"
#define MYNA_JOB_LIPSYNC "lipsync"

void myna_studio_jobs_register (MynaJobQueue *queue, MynaStudioWorker *worker);
char *myna_studio_jobs_dup_param (const char *params, const char *name);
void myna_studio_jobs_set_device (JsonObject *params, const char *engine, const char *device);

/* One function a kind; see MynaJobRun. */
gboolean myna_speak_job_run (MynaJobContext *cx, gpointer worker, GError **error);
gboolean myna_reroll_job_run (MynaJobContext *cx, gpointer worker, GError **error);
gboolean myna_export_job_run (MynaJobContext *cx, gpointer worker, GError **error);
gboolean myna_prepare_job_run (MynaJobContext *cx, gpointer worker, GError **error);
gboolean myna_lipsync_job_run (MynaJobContext *cx, gpointer worker, GError **error);

G_END_DECLS
