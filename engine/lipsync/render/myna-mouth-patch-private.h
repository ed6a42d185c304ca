/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/render/myna-mouth-patch.h"
#include "engine/lipsync/render/myna-yuv.h"

G_BEGIN_DECLS

/* What a patch is besides its samples; written as it is into the store's own file. */
typedef struct
{
  gint64 frame;
  MynaFace face;
  int format;
  MynaRect rect;
  gsize size; /* bytes of samples */
} MynaPatchHeader;

struct _MynaMouthPatch
{
  gatomicrefcount refs;
  MynaPatchHeader header;
  MynaYuvLayout layout;
  guint8 *samples; /* plane after plane, rows without padding */
};

/* Takes @samples. */
MynaMouthPatch *myna_mouth_patch_new_from_samples (const MynaPatchHeader *header, guint8 *samples);
/* What of the picture a patch of this face holds. */
MynaRect myna_mouth_patch_get_rect (const MynaFace *face);
/* With a margin, under the number @key instead of the frame's; NULL when the frame cannot be cut.
 */
MynaMouthPatch *
myna_mouth_patch_new_wide (const MynaVideoFrame *frame, const MynaFace *face, gint64 key);
/* The patch of @face out of a wide one of the same frame that holds all of it. */
MynaMouthPatch *myna_mouth_patch_narrow (MynaMouthPatch *wide, gint64 frame, const MynaFace *face);
/* Bytes of samples of a part of a picture. */
gsize myna_yuv_layout_get_size (const MynaYuvLayout *layout, const MynaRect *rect);
/* The samples as an image in floating point; @image is resized. */
void myna_mouth_patch_load (MynaMouthPatch *self, MynaYuvImage *image);

G_END_DECLS
