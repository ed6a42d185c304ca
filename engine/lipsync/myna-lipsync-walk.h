/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/video/myna-video-reader.h"

G_BEGIN_DECLS

/**
 * MynaLipsyncWalk:
 *
 * Frames of a video in any order, quick where the order goes on forwards or backwards, in bounded
 * memory: backwards, a stretch is decoded ahead and handed out from its end. One thread at a time.
 */
typedef struct _MynaLipsyncWalk MynaLipsyncWalk;

/* @times: presentation time of a frame, for seeking. */
MynaLipsyncWalk *myna_lipsync_walk_new (const char *path,
                                        double (*get_time) (gpointer data, gint64 frame),
                                        gpointer data,
                                        GCancellable *cancellable,
                                        GError **error);
const MynaVideoInfo *myna_lipsync_walk_get_info (MynaLipsyncWalk *self);
MynaVideoFrame *myna_lipsync_walk_get (MynaLipsyncWalk *self, gint64 frame, GError **error);
void myna_lipsync_walk_free (MynaLipsyncWalk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaLipsyncWalk, myna_lipsync_walk_free)

G_END_DECLS
