/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-ridge.h"
#include "engine/voice/draft/myna-draft-utterance.h"

G_BEGIN_DECLS

/**
 * MynaDraftAlignment:
 * @n_frames: frames of the recording
 * @position: for each the frame of the rendition that is heard there, -1 in silence
 * @cost: for each the local cost of the match, 0 in silence
 * @mean_cost: mean of @cost over speech
 * @agreement: share of speech frames where both are voiced or both are not
 * @rate: aligned frames of the recording / frames of the rendition: above 1 = slower than espeak-ng
 *
 * Where in a recording the sounds of its transcript are.
 */
typedef struct
{
  gsize n_frames;
  gint32 *position;
  float *cost;
  double mean_cost;
  double agreement;
  double rate;
} MynaDraftAlignment;

MynaDraftAlignment *myna_draft_align (const MynaDraftUtterance *utterance,
                                      const MynaDraftAnalysis *recording,
                                      const MynaDraftRidge *ridge,
                                      gboolean open_end,
                                      GCancellable *cancellable,
                                      GError **error);
void myna_draft_alignment_free (MynaDraftAlignment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftAlignment, myna_draft_alignment_free)

GArray *myna_draft_alignment_pairs (const MynaDraftAlignment *self,
                                    const MynaDraftUtterance *utterance,
                                    const MynaDraftAnalysis *recording);

G_END_DECLS
