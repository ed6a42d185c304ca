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
/* Bytes of samples of a part of a picture. */
gsize myna_yuv_layout_get_size (const MynaYuvLayout *layout, const MynaRect *rect);
/* The samples as an image in floating point; @image is resized. */
void myna_mouth_patch_load (MynaMouthPatch *self, MynaYuvImage *image);

G_END_DECLS
