/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-analysis.h"
#include "engine/voice/draft/myna-draft-espeak.h"

G_BEGIN_DECLS

/**
 * MynaDraftUtterance:
 * @analysis: espeak-ng's rendition, analysed
 * @phones: (element-type MynaDraftPhone): start and end are FRAMES of @analysis here; they cover
 *   all frames without gaps and none is empty
 * @phone_string: the phones in espeak-ng's notation
 *
 * A text as espeak-ng reads it, in the terms of the draft voice. Constant once made.
 */
typedef struct
{
  MynaDraftAnalysis *analysis;
  GArray *phones;
  char *phone_string;
} MynaDraftUtterance;

MynaDraftUtterance *myna_draft_utterance_new (const char *language,
                                              const char *text,
                                              const char *phones,
                                              const MynaDraftFormat *format,
                                              GCancellable *cancellable,
                                              GError **error);
void myna_draft_utterance_free (MynaDraftUtterance *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftUtterance, myna_draft_utterance_free)

G_END_DECLS
