/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/render/myna-mouth-patch.h"

G_BEGIN_DECLS

/**
 * MynaMouthFootage:
 *
 * The lower faces of a video, cut with a margin while it was decoded to find the faces, so that it
 * need not be decoded again for the mouths. In a nameless file of bounded length: what does not fit
 * is not kept. Filled by one thread; after that, any thread.
 */
typedef struct _MynaMouthFootage MynaMouthFootage;

MynaMouthFootage *myna_mouth_footage_new (const char *folder, GError **error);
void myna_mouth_footage_free (MynaMouthFootage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMouthFootage, myna_mouth_footage_free)

/* Frames in ascending order; @face as it was found, smoothed or not. */
void
myna_mouth_footage_add (MynaMouthFootage *self, const MynaVideoFrame *frame, const MynaFace *face);
/* Whether the mouth of that face in that frame was kept whole. */
gboolean myna_mouth_footage_has (MynaMouthFootage *self, gint64 frame, const MynaFace *face);
/* (transfer full): the same patch as myna_mouth_patch_new () cuts from the frame itself. */
MynaMouthPatch *
myna_mouth_footage_get (MynaMouthFootage *self, gint64 frame, const MynaFace *face, GError **error);

G_END_DECLS
