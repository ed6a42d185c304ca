/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-ridge.h"
#include "engine/voice/draft/myna-draft-segment.h"

G_BEGIN_DECLS

/**
 * MynaDraftLabelling:
 * @passage: espeak-ng's reading of a fixed text; the segments' rendition frames count in it
 * @segments: (element-type GArray): for each recording the phones found (MynaDraftSegment)
 * @ridge: conversion from espeak-ng to the person, without variance correction
 * @rate: how much longer the person takes than espeak-ng, 0.75 … 1.4
 *
 * What can be told of recordings whose words are not known (spec draft-voice section 3b). Single
 * labels are often wrong; what they sound like is right, and selection goes by that.
 */
typedef struct
{
  MynaDraftUtterance *passage;
  GPtrArray *segments;
  MynaDraftRidge ridge;
  double rate;
} MynaDraftLabelling;

MynaDraftLabelling *myna_draft_label_without_transcript (const char *language,
                                                         const MynaDraftAnalysis *const *recordings,
                                                         guint n_recordings,
                                                         GCancellable *cancellable,
                                                         GError **error);
void myna_draft_labelling_free (MynaDraftLabelling *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftLabelling, myna_draft_labelling_free)

G_END_DECLS
