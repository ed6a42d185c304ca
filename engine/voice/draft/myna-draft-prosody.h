/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-psola.h"
#include "engine/voice/draft/myna-draft-select.h"
#include "engine/voice/myna-speech.h"

G_BEGIN_DECLS

/**
 * MynaDraftScore:
 * @n_frames: output frames
 * @frames: what to play in each
 * @raw: rows of n_cep: envelope of the source
 * @target: rows of n_cep: envelope wanted
 * @phones: (element-type MynaPhone): the phones in the output
 *
 * The chosen units laid out in time, with pitch and envelope: all that the renderer needs.
 */
typedef struct
{
  gsize n_frames;
  MynaDraftPlanFrame *frames;
  float *raw;
  float *target;
  GArray *phones;
} MynaDraftScore;

MynaDraftScore *myna_draft_score_new (const MynaDraftModel *model,
                                      const MynaDraftTargets *targets,
                                      const gint32 *chosen,
                                      const MynaDraftStyle *style,
                                      double speed,
                                      double semitones);
void myna_draft_score_free (MynaDraftScore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftScore, myna_draft_score_free)

G_END_DECLS
