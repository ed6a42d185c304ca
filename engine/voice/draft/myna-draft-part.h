/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-align.h"
#include "engine/voice/draft/myna-draft-voice.h"

G_BEGIN_DECLS

/**
 * MynaDraftPart:
 * @source: the clip (borrowed)
 * @language: of its transcript (borrowed)
 * @n_used: samples of @source that are looked at; fewer than it has when it is very long
 * @recording: the clip, analysed
 * @utterance: (nullable): espeak-ng's reading of the transcript; %NULL without one
 * @alignment: (nullable): of the two
 * @segments: (nullable): the phones found
 * @fit: R2 of a ridge map of its own
 * @score: how well text and sound agree: fit + agreement in voicing - mean cost; -1: not at all
 * @trusted: the transcript is what is said
 *
 * One clip on its way to become material of a voice.
 */
typedef struct
{
  const MynaDraftClip *source;
  const char *language;
  gsize n_used;
  MynaDraftAnalysis *recording;
  MynaDraftUtterance *utterance;
  MynaDraftAlignment *alignment;
  GArray *segments;
  double fit;
  double score;
  gboolean trusted;
} MynaDraftPart;

void myna_draft_part_clear (MynaDraftPart *self);
gboolean myna_draft_part_has_transcript (const MynaDraftPart *self);
gboolean myna_draft_part_read (MynaDraftPart *self, GCancellable *cancellable, GError **error);
gboolean myna_draft_part_align (MynaDraftPart *self,
                                const MynaDraftRidge *ridge,
                                GCancellable *cancellable,
                                GError **error);
gboolean myna_draft_part_align_again (MynaDraftPart *self,
                                      const MynaDraftRidge *common,
                                      GCancellable *cancellable,
                                      GError **error);
GArray *myna_draft_part_pairs (const MynaDraftPart *self);
void myna_draft_part_score (MynaDraftPart *self);
double myna_draft_part_decoy_score (const MynaDraftPart *self, GCancellable *cancellable);

G_END_DECLS
