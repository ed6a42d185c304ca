/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-units.h"

G_BEGIN_DECLS

/**
 * MynaDraftExcerpts:
 * @material: (element-type MynaDraftMaterial): what is left, in time order; points into the rest
 *
 * The best-aligned stretches of recordings that are longer than a voice needs.
 */
typedef struct
{
  GArray *material;
  GPtrArray *recordings;
  GPtrArray *segments;
} MynaDraftExcerpts;

MynaDraftExcerpts *
myna_draft_excerpts_new (const MynaDraftMaterial *material, guint n_material, double seconds);
void myna_draft_excerpts_free (MynaDraftExcerpts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftExcerpts, myna_draft_excerpts_free)

G_END_DECLS
