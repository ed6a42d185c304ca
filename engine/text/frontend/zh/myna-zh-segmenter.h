/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/frontend/myna-lexicon.h"
#include "engine/text/frontend/zh/myna-zh-text.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaZhSegmenter:
 *
 * Cuts Mandarin into words with their parts of speech, as jieba 0.42.1 does: the likeliest path
 * through the dictionary's words, and a hidden Markov model for what it does not know. Immutable;
 * any thread.
 */
typedef struct _MynaZhSegmenter MynaZhSegmenter;

MynaZhSegmenter *myna_zh_segmenter_new (MynaLexicon *lexicon);
void myna_zh_segmenter_free (MynaZhSegmenter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaZhSegmenter, myna_zh_segmenter_free)

void myna_zh_segmenter_tag (
    const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint end, GArray *words);
guint
myna_zh_segmenter_split (const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint n);

G_END_DECLS
