/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "engine/lipsync/face/myna-face.h"
#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

/**
 * MynaMouthPatch:
 *
 * The lower face of one frame, cut out in the source's own planar YUV, with the face that was found
 * there. What a mouth is taken from. Immutable, reference counted; any thread.
 */
typedef struct _MynaMouthPatch MynaMouthPatch;

/* Copies what is needed of @frame; NULL and @error when its pixel format is none that we can work
 * in or the face lies outside the picture. */
MynaMouthPatch *
myna_mouth_patch_new (const MynaVideoFrame *frame, const MynaFace *face, GError **error);
MynaMouthPatch *myna_mouth_patch_ref (MynaMouthPatch *self);
void myna_mouth_patch_unref (MynaMouthPatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMouthPatch, myna_mouth_patch_unref)

/* MynaVideoFrame.index of the frame it was cut from. */
gint64 myna_mouth_patch_get_frame (MynaMouthPatch *self);
const MynaFace *myna_mouth_patch_get_face (MynaMouthPatch *self);
/* Bytes in memory. */
gsize myna_mouth_patch_get_size (MynaMouthPatch *self);

G_END_DECLS
