/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaZhText:
 * @utf8: the text
 * @chars: its characters
 * @offsets: where each begins in @utf8, and at @n its end
 * @n: how many characters
 *
 * A text by character: the rules of Mandarin count characters, the lexicon is looked up by bytes.
 */
typedef struct
{
  const char *utf8;
  gunichar *chars;
  guint32 *offsets;
  guint n;
} MynaZhText;

/**
 * MynaZhWord:
 * @start: its first character in the text
 * @n: how many characters
 * @fixed: whether a person said how it is read, so that no rule touches it
 * @tag: its part of speech as jieba names it ("n", "v", "ul", …)
 *
 * A word of a text. Words that the rules join are neighbours, so that a word stays a range.
 */
typedef struct
{
  guint start;
  guint n;
  gboolean fixed;
  char tag[8];
} MynaZhWord;

/**
 * MynaZhSyllable:
 * @syllable: index in the lexicon's table "zh-syllables"
 * @tone: 1 to 5; 0 for a character that is not spoken (a mark) or that has no reading
 */
typedef struct
{
  guint16 syllable;
  guint8 tone;
} MynaZhSyllable;

void myna_zh_text_init (MynaZhText *self, const char *utf8);
void myna_zh_text_clear (MynaZhText *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MynaZhText, myna_zh_text_clear)

static inline const char *
myna_zh_text_at (const MynaZhText *self, guint start, guint n, gssize *length)
{
  *length = (gssize) self->offsets[start + n] - (gssize) self->offsets[start];
  return self->utf8 + self->offsets[start];
}

gboolean myna_zh_text_equal (const MynaZhText *self, guint a, guint b, guint n);
gboolean myna_zh_text_is (const MynaZhText *self, guint start, guint n, const char *other);
gboolean myna_zh_char_in (gunichar c, const char *set);
gboolean myna_zh_char_is_mark (gunichar c);

G_END_DECLS
