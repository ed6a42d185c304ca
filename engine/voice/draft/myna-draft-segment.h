/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-align.h"

G_BEGIN_DECLS

/**
 * MynaDraftSegment:
 * @label: the phone
 * @previous: the phone before it in the recording, 0 after silence
 * @next: the phone after it in the recording, 0 before silence
 * @stressed: it carries primary stress
 * @start: first frame in the recording
 * @middle: frame where its second half begins
 * @end: one past its last frame
 * @rendition_start: first frame of espeak-ng's same phone
 * @rendition_middle: frame where its second half begins there
 * @rendition_end: one past its last frame there; equal to @rendition_start when it has none
 * @cost: mean cost of the alignment, or of the recognition, in that phone
 *
 * A phone found in a recording, however it was found. Two units come of it.
 */
typedef struct
{
  MynaDraftLabel label;
  MynaDraftLabel previous;
  MynaDraftLabel next;
  gboolean stressed;
  gsize start;
  gsize middle;
  gsize end;
  gsize rendition_start;
  gsize rendition_middle;
  gsize rendition_end;
  float cost;
} MynaDraftSegment;

GArray *myna_draft_segments_from_alignment (const MynaDraftAlignment *alignment,
                                            const MynaDraftUtterance *utterance);

G_END_DECLS
