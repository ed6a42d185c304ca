/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/render/myna-mouth-patch.h"

G_BEGIN_DECLS

/**
 * MynaMouthRequest:
 * @face: the face in the frame that is rendered
 * @source: (nullable): the mouth to show, from the person's footage; NULL: the frame's own mouth is
 *   bent and, where it must open further than it is, given a drawn interior (renderer "basic")
 * @fading: (nullable): the mouth that fades out across a jump
 * @fade: share of @fading still seen, 0 … 1
 * @interior: (nullable): for a NULL @source: a frame of the person with an open mouth, whose inside
 *   is borrowed instead of a drawn one
 * @opening: wanted opening in eye distances, as myna_face_get_opening () measures it
 * @width: wanted width in eye distances, as myna_face_get_mouth_width (); 0: as in @source
 * @teeth: 0 … 1: lower lip at the upper teeth
 * @closed: the lips touch
 * @strength: 0 … 1: how much of the new mouth is put in; times what yaw allows
 * @mask_size: 0.7 … 1.4 times the usual mask
 *
 * What one frame shall show. The fields are those of MynaMouthChoice.
 */
typedef struct
{
  const MynaFace *face;
  MynaMouthPatch *source;
  MynaMouthPatch *fading;
  float fade;
  MynaMouthPatch *interior;
  float opening;
  float width;
  float teeth;
  gboolean closed;
  float strength;
  float mask_size;
} MynaMouthRequest;

#define MYNA_MOUTH_REQUEST_INIT { .strength = 1.0f, .mask_size = 1.0f }

/**
 * MynaMouthTimes:
 *
 * Microseconds spent in each stage since the renderer was made, and frames rendered.
 */
typedef struct
{
  gint64 shape, warp, interior, blend, write;
  gint64 frames, untouched;
} MynaMouthTimes;

/**
 * MynaMouthRenderer:
 *
 * Puts mouths into frames: the one compositor behind every way of making a mouth. A frame depends
 * on its request alone, never on those before it, so frames may be rendered in any order and by
 * several renderers at once, and a run that is resumed gives the same file. Holds scratch memory:
 * one thread at a time.
 */
typedef struct _MynaMouthRenderer MynaMouthRenderer;

MynaMouthRenderer *myna_mouth_renderer_new (void);
void myna_mouth_renderer_free (MynaMouthRenderer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMouthRenderer, myna_mouth_renderer_free)

/* Renders into @frame (made writable). Every sample outside the mask stays as it was, bit for bit;
 * where there is nothing to change the frame is not touched at all. @frame may be the one that
 * @source was cut from. */
gboolean myna_mouth_renderer_render (MynaMouthRenderer *self,
                                     MynaVideoFrame *frame,
                                     const MynaMouthRequest *request,
                                     GError **error);

/* The mask of the last frame in luma pixels of @rect: 0 where nothing was changed, up to 1 where
 * the new mouth replaces everything. NULL when the frame was left untouched. (borrowed until the
 * next frame) */
const float *myna_mouth_renderer_get_mask (MynaMouthRenderer *self, MynaRect *rect);
void myna_mouth_renderer_get_times (MynaMouthRenderer *self, MynaMouthTimes *times);

G_END_DECLS
