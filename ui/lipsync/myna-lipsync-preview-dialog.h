/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-lipsync-check.h"

G_BEGIN_DECLS

#define MYNA_TYPE_LIPSYNC_PREVIEW_DIALOG (myna_lipsync_preview_dialog_get_type ())
/**
 * MynaLipsyncPreviewDialog:
 *
 * What a video will look like, before the long run: one frame at any time, or three seconds with
 * sound. Main thread only.
 *
 * Actions: "preview.play".
 */
G_DECLARE_FINAL_TYPE (
    MynaLipsyncPreviewDialog, myna_lipsync_preview_dialog, MYNA, LIPSYNC_PREVIEW_DIALOG, AdwDialog)

AdwDialog *myna_lipsync_preview_dialog_new (MynaStore *store, MynaLipsyncPlan *plan);

G_END_DECLS
