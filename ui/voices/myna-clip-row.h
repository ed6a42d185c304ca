/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "ui/voices/myna-clip.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CLIP_ROW (myna_clip_row_get_type ())
/**
 * MynaClipRow:
 *
 * A sample in the list of samples: its name, the chosen part, its grade, and a button to take it
 * away (signal "remove"). Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaClipRow, myna_clip_row, MYNA, CLIP_ROW, AdwActionRow)

GtkWidget *myna_clip_row_new (MynaClip *clip);
MynaClip *myna_clip_row_get_clip (MynaClipRow *self);

G_END_DECLS
