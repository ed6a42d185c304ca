/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaGsvVocabulary:
 *
 * The characters that a BERT network knows, from its WordPiece vocabulary: tokenizer.json or
 * vocab.txt. Text for the network is normalised Mandarin, one token a character, so that each
 * vector belongs to one character (spec gpt-sovits section 3.4); pieces of words are not used.
 * Does not change; any thread.
 */
typedef struct _MynaGsvVocabulary MynaGsvVocabulary;

MynaGsvVocabulary *myna_gsv_vocabulary_read (const char *path, GError **error);
/* @name is for messages. */
MynaGsvVocabulary *
myna_gsv_vocabulary_parse (const char *text, gsize size, const char *name, GError **error);
void myna_gsv_vocabulary_free (MynaGsvVocabulary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvVocabulary, myna_gsv_vocabulary_free)

/* (transfer full): [CLS], one id a character, [SEP]; g_free(). */
gint32 *myna_gsv_vocabulary_encode (MynaGsvVocabulary *self, const char *text, gsize *n_ids);

G_END_DECLS
