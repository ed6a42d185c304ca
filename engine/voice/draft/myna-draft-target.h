/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-model.h"

G_BEGIN_DECLS

/**
 * MynaDraftTarget:
 * @label: the phone
 * @previous: the phone before, 0 after a pause
 * @next: the phone after, 0 before a pause
 * @klass: class of @label
 * @half: 0 = first half, 1 = second
 * @stressed: primary stress
 * @phone: index of the phone in the utterance
 * @start: first frame in the rendition
 * @end: one past the last
 * @frames: how long the person would take for it, in frames
 * @voiced: share of voiced frames in the rendition
 * @log_f0: pitch wanted, mean of ln F0
 * @rendition: features of the rendition there
 * @wanted: features of the converted rendition there
 *
 * One half-phone of a text to be spoken: what a unit for it is compared with.
 */
typedef struct
{
  MynaDraftLabel label;
  MynaDraftLabel previous;
  MynaDraftLabel next;
  MynaDraftClass klass;
  int half;
  gboolean stressed;
  guint phone;
  gsize start;
  gsize end;
  double frames;
  float voiced;
  float log_f0;
  float rendition[MYNA_DRAFT_FEATURES];
  float wanted[MYNA_DRAFT_FEATURES];
} MynaDraftTarget;

/**
 * MynaDraftTargets:
 * @utterance: (borrowed): the text
 * @converted: rows of n_cep for each frame of the rendition: as the person would have it
 * @log_f0: for each frame of the rendition the pitch wanted, without gaps
 * @targets: (element-type MynaDraftTarget): the half-phones, without the pauses
 *
 * A text in the person's terms, before units are chosen.
 */
typedef struct
{
  const MynaDraftUtterance *utterance;
  float *converted;
  float *log_f0;
  GArray *targets;
} MynaDraftTargets;

MynaDraftTargets *
myna_draft_targets_new (const MynaDraftModel *model, const MynaDraftUtterance *utterance);
void myna_draft_targets_free (MynaDraftTargets *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftTargets, myna_draft_targets_free)

float myna_draft_target_cost (const MynaDraftModel *model,
                              const MynaDraftTarget *target,
                              const MynaDraftUnit *unit,
                              float limit);

void myna_draft_smooth (float *track, gsize n, int width);

G_END_DECLS
