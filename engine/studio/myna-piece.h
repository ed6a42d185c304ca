/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job.h"
#include "engine/voice/myna-speech.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_PIECE_PENDING,
  MYNA_PIECE_READY,
  MYNA_PIECE_FAILED,
} MynaPieceState;

#define MYNA_TYPE_PIECE_STATE (myna_piece_state_get_type ())
GType myna_piece_state_get_type (void);

#define MYNA_TYPE_PIECE (myna_piece_get_type ())
/**
 * MynaPiece:
 *
 * One sentence of a take. Keeps every revision made by re-rolling or editing; one is chosen.
 * Main thread only. Properties (notify): "index" (uint), "text", "phone-string" (nullable),
 * "state", "seed" (uint), "path" (nullable: FLAC file of the chosen revision), "duration"
 * (seconds), "pause-after" (seconds), "n-revisions", "revision" (index of the chosen one), "error"
 * (nullable), "warnings" (strv, nullable), "job" (MynaJob, nullable: the "reroll" job that makes a
 * new revision, while that is unfinished).
 */
G_DECLARE_FINAL_TYPE (MynaPiece, myna_piece, MYNA, PIECE, GObject)

guint myna_piece_get_index (MynaPiece *self);
const char *myna_piece_get_text (MynaPiece *self);
const char *myna_piece_get_phone_string (MynaPiece *self);
MynaPieceState myna_piece_get_state (MynaPiece *self);
guint32 myna_piece_get_seed (MynaPiece *self);
const char *myna_piece_get_path (MynaPiece *self);
double myna_piece_get_duration (MynaPiece *self);
double myna_piece_get_pause_after (MynaPiece *self);
guint myna_piece_get_n_revisions (MynaPiece *self);
guint myna_piece_get_revision (MynaPiece *self);
/* (element-type MynaPhone) (transfer none) */
GArray *myna_piece_get_phones (MynaPiece *self);
const char *myna_piece_get_error (MynaPiece *self);
const char *const *myna_piece_get_warnings (MynaPiece *self);
MynaJob *myna_piece_get_job (MynaPiece *self);

G_END_DECLS
