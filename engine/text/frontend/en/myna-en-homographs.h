/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaEnTag:
 * @MYNA_EN_NOUN: a noun
 * @MYNA_EN_VERB: a verb in the present, or behind "to"
 * @MYNA_EN_ADJECTIVE: an adjective
 * @MYNA_EN_PAST: a verb in the past, or a participle
 * @MYNA_EN_ADVERB: an adverb, or a preposition
 *
 * What a word seems to be. The values are bits, in the order of the letters "NVJDR" that
 * data/lexicon/en-homographs.tsv uses.
 */
typedef enum
{
  MYNA_EN_NOUN = 1 << 0,
  MYNA_EN_VERB = 1 << 1,
  MYNA_EN_ADJECTIVE = 1 << 2,
  MYNA_EN_PAST = 1 << 3,
  MYNA_EN_ADVERB = 1 << 4,
} MynaEnTag;

MynaEnTag myna_en_guess_tag (const char *const *tokens, guint n, guint i);

G_END_DECLS
