/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/render/myna-mouth-points.h"
#include "engine/lipsync/render/myna-yuv.h"

G_BEGIN_DECLS

/**
 * MynaMouthPalette:
 *
 * Colours of the person, Y U V in units of 8-bit samples, from which a mouth's inside is mixed.
 */
typedef struct
{
  float skin[3], lip[3];
  float black; /* Y */
} MynaMouthPalette;

/**
 * MynaMouthInterior:
 *
 * How much of each luma sample lies between the lips. Holds scratch memory.
 */
typedef struct
{
  MynaRect rect;
  float *cover;
  gsize allocated;
} MynaMouthInterior;

void myna_mouth_interior_clear (MynaMouthInterior *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MynaMouthInterior, myna_mouth_interior_clear)

/* @image shows @face. */
void myna_mouth_palette_init (MynaMouthPalette *self,
                              const MynaYuvImage *image,
                              const MynaFace *face,
                              gboolean full_range);
/* @grow: pixels by which the lips are taken to be further apart, up and down. */
void myna_mouth_interior_set (MynaMouthInterior *self,
                              const MynaMouthTarget *target,
                              const MynaRect *rect,
                              float grow);
/* Teeth, tongue and darkness, mixed into @image by @amount between the lips. */
void myna_mouth_interior_draw (const MynaMouthInterior *self,
                               MynaYuvImage *image,
                               const MynaMouthTarget *target,
                               const MynaMouthPalette *palette,
                               float amount);
/* The line of closed lips instead of what is left of teeth that were pushed together. */
void myna_mouth_interior_press (const MynaMouthInterior *self,
                                MynaYuvImage *image,
                                const MynaMouthPalette *palette,
                                float amount);
/* The inside of another mouth, @other, warped to the same lips, instead. */
void myna_mouth_interior_borrow (const MynaMouthInterior *self,
                                 MynaYuvImage *image,
                                 const MynaYuvImage *other,
                                 float amount);

G_END_DECLS
