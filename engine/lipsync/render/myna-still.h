/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face.h"
#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

/**
 * MynaStill:
 *
 * Life for a photo: a blink every few seconds and a sway of the head of one or two pixels, the same
 * for the same seed and time. Immutable after it is made; any thread.
 */
typedef struct _MynaStill MynaStill;

/* Copies @photo and @face. @strength 0 … 1: 0 keeps the photo as it is. */
MynaStill *myna_still_new (const MynaVideoFrame *photo,
                           const MynaFace *face,
                           guint32 seed,
                           float strength,
                           GError **error);
void myna_still_free (MynaStill *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaStill, myna_still_free)

/* The photo at @time seconds (transfer full), numbered and timed by the caller; @face is where the
 * face is then. For the mouth, a patch cut from the photo itself serves as source: it is sampled
 * once. */
MynaVideoFrame *myna_still_get_frame (MynaStill *self, double time, MynaFace *face, GError **error);

G_END_DECLS
