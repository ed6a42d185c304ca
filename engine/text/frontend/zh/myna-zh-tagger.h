/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/frontend/myna-lexicon.h"
#include "engine/text/frontend/zh/myna-zh-text.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaZhTagger:
 *
 * jieba's two hidden Markov models for characters that are no word of the dictionary: one finds
 * words (begin, middle, end, single), the other finds words and their parts of speech at once.
 */
typedef struct _MynaZhTagger MynaZhTagger;

MynaZhTagger *myna_zh_tagger_new (MynaLexicon *lexicon);
void myna_zh_tagger_free (MynaZhTagger *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaZhTagger, myna_zh_tagger_free)

void myna_zh_tagger_run (
    const MynaZhTagger *self, const MynaZhText *text, guint start, guint end, GArray *words);
void myna_zh_tagger_cut (
    const MynaZhTagger *self, const MynaZhText *text, guint start, guint end, GArray *words);

G_END_DECLS
