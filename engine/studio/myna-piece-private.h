/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-piece.h"
#include "engine/studio/myna-take-script.h"

G_BEGIN_DECLS

/* How a take keeps a piece up to date. Main thread only. */
MynaPiece *myna_piece_new (const char *folder, guint number, const MynaTakeSentence *sentence);
guint myna_piece_get_number (MynaPiece *self);
MynaPauseKind myna_piece_get_pause_kind (MynaPiece *self);
void myna_piece_set_index (MynaPiece *self, guint index);
void myna_piece_set_pause_after (MynaPiece *self, double seconds);
void myna_piece_add_revision (MynaPiece *self, MynaTakeRevision *revision);
gboolean myna_piece_choose (MynaPiece *self, guint revision);
void myna_piece_set_job (MynaPiece *self, MynaJob *job);
const MynaTakeRevision *myna_piece_get_chosen (MynaPiece *self);

G_END_DECLS
