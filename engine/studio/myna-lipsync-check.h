/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/store/myna-store.h"
#include "engine/studio/myna-lipsync-request.h"

G_BEGIN_DECLS

/*
 * What the window asks before it enqueues: can this video speak, and what will it look like. All
 * run on one thread of their own, one after the other, beside the queue.
 */

/* Finds the faces of @video; (transfer full) MynaFaceTracks. */
void myna_lipsync_find_faces_async (MynaStore *store,
                                    const char *video,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
MynaFaceTracks *myna_lipsync_find_faces_finish (GAsyncResult *result, GError **error);

/* Plans @request (its output is not used); (transfer full) MynaLipsyncPlan. */
void myna_lipsync_check_async (MynaStore *store,
                               const MynaLipsyncRequest *request,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
MynaLipsyncPlan *myna_lipsync_check_finish (GAsyncResult *result, GError **error);

/**
 * MynaLipsyncPicture:
 * @rgb: packed R G B bytes
 * @width: in pixels
 * @height: in pixels
 *
 * A picture to show.
 */
typedef struct
{
  GBytes *rgb;
  int width;
  int height;
} MynaLipsyncPicture;

void myna_lipsync_picture_free (MynaLipsyncPicture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaLipsyncPicture, myna_lipsync_picture_free)

/* One finished frame at @time seconds of the output, at most @max_size pixels wide and high. */
void myna_lipsync_preview_frame_async (MynaLipsyncPlan *plan,
                                       double time,
                                       int max_size,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/* Of both. */
MynaLipsyncPicture *myna_lipsync_picture_finish (GAsyncResult *result, GError **error);

/* Renders a part of the output into a new file in the cache folder; (transfer full) its path, which
 * the caller deletes. */
void myna_lipsync_preview_clip_async (MynaStore *store,
                                      MynaLipsyncPlan *plan,
                                      double from,
                                      double to,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
char *myna_lipsync_preview_clip_finish (GAsyncResult *result, GError **error);

G_END_DECLS
