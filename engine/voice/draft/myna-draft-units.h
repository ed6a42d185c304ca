/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-model.h"

G_BEGIN_DECLS

/**
 * MynaDraftMaterial:
 * @recording: a clip, analysed
 * @rendition: (nullable): espeak-ng's reading that the segments' rendition frames count in
 * @segments: (element-type MynaDraftSegment): the phones found in the clip
 *
 * One clip with its phones, however they were found. Everything is borrowed.
 */
typedef struct
{
  const MynaDraftAnalysis *recording;
  const MynaDraftAnalysis *rendition;
  GArray *segments;
} MynaDraftMaterial;

void myna_draft_model_add_material (MynaDraftModel *self,
                                    const MynaDraftMaterial *material,
                                    guint n_material);

G_END_DECLS
