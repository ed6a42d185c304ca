/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/render/myna-mouth-points.h"
#include "engine/lipsync/render/myna-yuv.h"

G_BEGIN_DECLS

/**
 * MynaCompositor:
 *
 * Puts a candidate picture of the mouth into a frame, however it was made: matches its colours and
 * its sharpness to what lies round the mouth, blends, and leaves every sample outside the mask as
 * it was, bit for bit. Holds scratch memory; one thread at a time.
 */
typedef struct _MynaCompositor MynaCompositor;

MynaCompositor *myna_compositor_new (void);
void myna_compositor_free (MynaCompositor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaCompositor, myna_compositor_free)

/* Begins with a frame: the mask is empty. @frame must be writable until the next one. */
void myna_compositor_begin (MynaCompositor *self, AVFrame *frame, const MynaYuvLayout *layout);
/* Moves the frame's own chin and what is round it. */
void myna_compositor_move_jaw (MynaCompositor *self, const MynaJaw *jaw);
/* Blends @candidate, which covers at least the target's bounds, in. */
void myna_compositor_blend (MynaCompositor *self,
                            const MynaYuvImage *candidate,
                            const MynaMouthTarget *target,
                            float strength);

/* The mask of what was changed since begin, in luma pixels of @rect; NULL when nothing was. */
const float *myna_compositor_get_mask (MynaCompositor *self, MynaRect *rect);

G_END_DECLS
