/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_LIPSYNC_PAGE (myna_lipsync_page_get_type ())
/**
 * MynaLipsyncPage:
 *
 * One speech, many videos: what they say, what can speak, how, and the results. Only enqueues; the
 * work is the queue's. Main thread only.
 *
 * Actions: "lipsync.add-videos", "lipsync.choose-speech" (ask for files), "lipsync.add-files" (as:
 * paths, videos and sounds alike), "lipsync.use-take" (s: ID), "lipsync.start",
 * "lipsync.reset-options", "lipsync.show-result" (s: path of a finished video).
 */
G_DECLARE_FINAL_TYPE (MynaLipsyncPage, myna_lipsync_page, MYNA, LIPSYNC_PAGE, AdwBin)

GtkWidget *myna_lipsync_page_new (MynaLibrary *library);
GListModel *myna_lipsync_page_get_videos (MynaLipsyncPage *self);
GListModel *myna_lipsync_page_get_results (MynaLipsyncPage *self);
void myna_lipsync_page_add_file (MynaLipsyncPage *self, const char *path);

G_END_DECLS
