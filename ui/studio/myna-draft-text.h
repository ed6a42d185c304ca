/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-library.h"
#include "ui/studio/myna-text-editor.h"

G_BEGIN_DECLS

#define MYNA_TYPE_DRAFT_TEXT (myna_draft_text_get_type ())
/**
 * MynaDraftText:
 *
 * Keeps the text of an editor in the data folder, so that what was typed is there again after a
 * crash or the next day. Main thread only; files are read and written in the background.
 */
G_DECLARE_FINAL_TYPE (MynaDraftText, myna_draft_text, MYNA, DRAFT_TEXT, GObject)

MynaDraftText *myna_draft_text_new (MynaLibrary *library, MynaTextEditor *editor);

G_END_DECLS
