/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "ui/studio/myna-studio.h"

G_BEGIN_DECLS

#define MYNA_TYPE_PIECE_DIALOG (myna_piece_dialog_get_type ())
/**
 * MynaPieceDialog:
 *
 * Other words or other sounds for one sentence of a take, spoken as a new version. Main thread
 * only.
 */
G_DECLARE_FINAL_TYPE (MynaPieceDialog, myna_piece_dialog, MYNA, PIECE_DIALOG, AdwDialog)

AdwDialog *myna_piece_dialog_new (MynaStudio *studio, MynaTake *take, MynaPiece *piece);

G_END_DECLS
