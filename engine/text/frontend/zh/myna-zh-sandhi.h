/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/frontend/zh/myna-zh-readings.h"
#include "engine/text/frontend/zh/myna-zh-segmenter.h"
#include "engine/text/frontend/zh/myna-zh-text.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaZhSandhi:
 *
 * What the rules of tones look things up in. Borrows all of it.
 */
typedef struct
{
  const MynaZhSegmenter *segmenter;
  const MynaZhReadings *readings;
  MynaLexiconTable neutral;
  MynaLexiconTable not_neutral;
  MynaLexiconTable erhua;
  MynaLexiconTable not_erhua;
  guint16 er; /* the syllable "er" */
} MynaZhSandhi;

void myna_zh_sandhi_init (MynaZhSandhi *self,
                          const MynaLexicon *lexicon,
                          const MynaZhSegmenter *segmenter,
                          const MynaZhReadings *readings);
void myna_zh_sandhi_join (const MynaZhSandhi *self, const MynaZhText *text, GArray *words);
void myna_zh_sandhi_apply (const MynaZhSandhi *self,
                           const MynaZhText *text,
                           const MynaZhWord *word,
                           MynaZhSyllable *syllables);
void myna_zh_sandhi_apply_erhua (const MynaZhSandhi *self,
                                 const MynaZhText *text,
                                 const MynaZhWord *word,
                                 MynaZhSyllable *syllables);

G_END_DECLS
