/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/frontend/myna-symbols.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaTextMode:
 * @MYNA_TEXT_MANDARIN: Mandarin; English words in it are read as English
 * @MYNA_TEXT_ENGLISH: English
 * @MYNA_TEXT_MIXED: Mandarin and English, by script
 * @MYNA_TEXT_AUTO: whatever the script says; a script that we cannot read yet is refused
 *
 * What a text is taken for.
 */
typedef enum
{
  MYNA_TEXT_MANDARIN,
  MYNA_TEXT_ENGLISH,
  MYNA_TEXT_MIXED,
  MYNA_TEXT_AUTO,
} MynaTextMode;

/**
 * MynaFrontEndFlags:
 * @MYNA_FRONT_END_DEFAULT: nothing special
 * @MYNA_FRONT_END_AS_UPSTREAM: also what upstream reads wrongly (docs/front-ends.md lists it); for
 *   comparing with it
 */
typedef enum
{
  MYNA_FRONT_END_DEFAULT = 0,
  MYNA_FRONT_END_AS_UPSTREAM = 1 << 0,
} MynaFrontEndFlags;

/**
 * MynaPhoneSegment:
 * @language: "zh" or "en"
 * @text: the text as it is read: numbers in words, known marks only
 * @ids: (element-type guint16): phones, ids of either symbol set; myna_symbols_get_name() names
 * them
 * @word2ph: (nullable): how many of the phones each character of @text has; %NULL unless @language
 *   is one that the text encoder (RoBERTa) knows, which is "zh"
 * @n_characters: length of @word2ph; 0 without it
 *
 * A stretch of text in one language. The sum of @word2ph is the number of @ids.
 */
typedef struct
{
  const char *language;
  char *text;
  GArray *ids;
  guint8 *word2ph;
  gsize n_characters;
} MynaPhoneSegment;

void myna_phone_segment_free (MynaPhoneSegment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaPhoneSegment, myna_phone_segment_free)

/**
 * MynaFrontEnd:
 *
 * From text to phones for GPT-SoVITS: split by language, normalise, look up, apply the rules of
 * speech. Holds the mapped lexicon and the person's own dictionary. Any thread, several at once.
 */
typedef struct _MynaFrontEnd MynaFrontEnd;

MynaFrontEnd *myna_front_end_new (MynaFrontEndFlags flags, GError **error);
void myna_front_end_free (MynaFrontEnd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaFrontEnd, myna_front_end_free)

gboolean myna_front_end_load_english_model (MynaFrontEnd *self, const char *path, GError **error);
gboolean
myna_front_end_mode_for_language (const char *language, MynaTextMode *mode, GError **error);
GPtrArray *myna_front_end_read (
    MynaFrontEnd *self, const char *text, MynaTextMode mode, MynaSymbolSet set, GError **error);
MynaPhoneSegment *myna_front_end_read_language (
    MynaFrontEnd *self, const char *language, const char *text, MynaSymbolSet set, GError **error);
char *myna_front_end_dup_dictionary_path (void);
char *myna_front_end_dup_dictionary_problem (MynaFrontEnd *self);

G_END_DECLS
