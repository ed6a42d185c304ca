/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "ui/studio/myna-studio.h"

G_BEGIN_DECLS

#define MYNA_TYPE_PIECE_ROW (myna_piece_row_get_type ())
/**
 * MynaPieceRow:
 *
 * A sentence of a take: play, speak it again, go through its revisions, edit, move, remove.
 * Recycled by the list. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaPieceRow, myna_piece_row, MYNA, PIECE_ROW, AdwBin)

GtkWidget *myna_piece_row_new (MynaStudio *studio, MynaTake *take);
void myna_piece_row_set_piece (MynaPieceRow *self, MynaPiece *piece);

G_END_DECLS
