/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "ui/lipsync/myna-lipsync-video.h"

G_BEGIN_DECLS

#define MYNA_TYPE_LIPSYNC_VIDEO_ROW (myna_lipsync_video_row_get_type ())
/**
 * MynaLipsyncVideoRow:
 *
 * One video that is to speak, before it is enqueued: its face, what was found, who speaks. Main
 * thread only.
 *
 * Actions: "video.preview", "video.remove". Signals: "preview", "removed".
 */
G_DECLARE_FINAL_TYPE (MynaLipsyncVideoRow, myna_lipsync_video_row, MYNA, LIPSYNC_VIDEO_ROW, AdwBin)

GtkWidget *myna_lipsync_video_row_new (MynaLipsyncVideo *video);
MynaLipsyncVideo *myna_lipsync_video_row_get_video (MynaLipsyncVideoRow *self);

G_END_DECLS
