/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaPyramid:
 *
 * Scratch memory for blending by Laplacian pyramid.
 */
typedef struct
{
  float *memory;
  gsize allocated;
} MynaPyramid;

void myna_pyramid_clear (MynaPyramid *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MynaPyramid, myna_pyramid_clear)

/* Replaces @difference (what is to be added to a picture) by what a blend with @mask adds: wide
 * structures fade over a wide margin, fine ones over a narrow one. */
void myna_pyramid_blend (
    MynaPyramid *self, float *difference, const float *mask, int width, int height, int levels);

G_END_DECLS
