/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job.h"
#include "engine/studio/myna-piece.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_TAKE_WAITING,  /* its job is queued */
  MYNA_TAKE_SPEAKING, /* its job runs; the first pieces may be ready */
  MYNA_TAKE_COMPLETE,
  MYNA_TAKE_PARTIAL, /* failed, cancelled or interrupted; the finished pieces are there */
} MynaTakeState;

#define MYNA_TYPE_TAKE_STATE (myna_take_state_get_type ())
GType myna_take_state_get_type (void);

#define MYNA_TYPE_TAKE (myna_take_get_type ())
/**
 * MynaTake:
 *
 * A text spoken in a voice: a GListModel of MynaPiece (one a sentence). Main thread only.
 * Properties (notify): "id" (string), "name", "text", "language", "voice-id", "voice-name",
 * "engine", "seed" (uint), "speed", "pause" (seconds between sentences), "state", "duration"
 * (seconds, ready pieces with their pauses), "n-ready" (uint), "created" (unix seconds), "warnings"
 * (strv, nullable), "job" (MynaJob, nullable: the "speak" job that makes it, while that is
 * unfinished).
 */
G_DECLARE_FINAL_TYPE (MynaTake, myna_take, MYNA, TAKE, GObject)

const char *myna_take_get_id (MynaTake *self);
const char *myna_take_get_name (MynaTake *self);
const char *myna_take_get_text (MynaTake *self);
const char *myna_take_get_voice_name (MynaTake *self);
MynaTakeState myna_take_get_state (MynaTake *self);
double myna_take_get_duration (MynaTake *self);
guint myna_take_get_n_ready (MynaTake *self);
gint64 myna_take_get_created (MynaTake *self);
const char *const *myna_take_get_warnings (MynaTake *self);
MynaJob *myna_take_get_job (MynaTake *self);

G_END_DECLS
