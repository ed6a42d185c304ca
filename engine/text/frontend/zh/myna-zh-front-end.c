/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "engine/text/frontend/myna-front-end-language.h"
#include "engine/text/frontend/zh/myna-zh-normalise.h"
#include "engine/text/frontend/zh/myna-zh-readings.h"
#include "engine/text/frontend/zh/myna-zh-sandhi.h"
#include "engine/text/frontend/zh/myna-zh-segmenter.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Mandarin: normalise, cut into words, read, change tones, to phones (spec gpt-sovits 3.4). */

typedef struct
{
  MynaLexicon *lexicon;
  MynaLexiconTable simplified;
  MynaZhSegmenter *segmenter;
  MynaZhReadings readings;
  MynaZhSandhi sandhi;
} Mandarin;

static void
close_mandarin (gpointer state)
{
  Mandarin *self = state;

  g_clear_pointer (&self->segmenter, myna_zh_segmenter_free);
  g_clear_pointer (&self->lexicon, myna_lexicon_unref);
  g_free (self);
}

static gpointer
open_mandarin (MynaLexicon *lexicon, GError **error)
{
  Mandarin *self = g_new0 (Mandarin, 1);

  self->lexicon = myna_lexicon_ref (lexicon);
  self->segmenter = myna_zh_segmenter_new (lexicon);
  if (self->segmenter == NULL)
    {
      g_set_error_literal (
          error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
          _ ("This build of Myna cannot read Mandarin: it was made without the word "
             "lists of jieba and pypinyin. Install a build that has them."));
      close_mandarin (self);
      return NULL;
    }
  myna_lexicon_get_table (lexicon, "zh-simplified", &self->simplified);
  myna_zh_readings_init (&self->readings, lexicon);
  myna_zh_sandhi_init (&self->sandhi, lexicon, self->segmenter, &self->readings);
  return self;
}

/* One clause at work: a range of the text, its words, and a syllable for each character. */
typedef struct
{
  const Mandarin *language;
  const MynaFrontEndReading *how;
  const MynaZhText *text;
  guint start;
  guint end;
  GArray *words;
  MynaZhSyllable *syllables;
} Clause;

/* A person's own reading of these characters. */
static gboolean
parse_own_reading (const Clause *clause, guint start, guint n, const char *reading)
{
  g_auto (GStrv) parts = g_strsplit (reading, " ", -1);
  MynaZhSyllable *syllables = clause->syllables + (start - clause->start);

  if (g_strv_length (parts) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      MynaZhSyllable syllable;

      if (!myna_zh_readings_parse (&clause->language->readings, parts[i], strlen (parts[i]),
                                   &syllable))
        return FALSE;
      syllables[i] = syllable;
    }
  return TRUE;
}

/* The length of the person's own word that begins at @start; 0 when there is none. */
static guint
find_own_word (const Clause *clause, guint start)
{
  const MynaUserDictionary *dictionary = clause->how->dictionary;
  guint longest = MIN (clause->end - start, MYNA_USER_DICTIONARY_MAX_WORD);

  if (dictionary == NULL || myna_user_dictionary_get_size (dictionary) == 0)
    return 0;
  for (guint n = longest; n > 0; n--)
    {
      gssize length;
      const char *word = myna_zh_text_at (clause->text, start, n, &length);
      const char *reading = myna_user_dictionary_find (dictionary, word, length);

      if (reading != NULL && parse_own_reading (clause, start, n, reading))
        return n;
    }
  return 0;
}

static void
cut_words (Clause *clause)
{
  guint done = clause->start;

  for (guint i = clause->start; i < clause->end;)
    {
      MynaZhWord word = { .start = i, .n = find_own_word (clause, i), .fixed = TRUE, .tag = "n" };

      if (word.n > 0)
        {
          myna_zh_segmenter_tag (clause->language->segmenter, clause->text, done, i, clause->words);
          g_array_append_val (clause->words, word);
          done = i + word.n;
        }
      i += MAX (word.n, 1);
    }
  myna_zh_segmenter_tag (clause->language->segmenter, clause->text, done, clause->end,
                         clause->words);
}

/* After words were joined: v1 reads each by itself; from v2 on the whole clause is read, then the
 * polyphones. */
static void
read_words (Clause *clause)
{
  const MynaZhReadings *readings = &clause->language->readings;
  guint n = clause->end - clause->start;
  g_autofree MynaZhSyllable *whole = g_new0 (MynaZhSyllable, n);

  myna_zh_readings_read (readings, clause->text, clause->start, clause->end, whole);
  for (guint i = 0; i < clause->words->len; i++)
    {
      const MynaZhWord *word = &g_array_index (clause->words, MynaZhWord, i);
      guint offset = word->start - clause->start;
      MynaZhSyllable *syllables = clause->syllables + offset;

      if (word->fixed)
        continue;
      if (clause->how->set == MYNA_SYMBOLS_V1)
        myna_zh_readings_read (readings, clause->text, word->start, word->start + word->n,
                               syllables);
      else
        {
          memcpy (syllables, whole + offset, word->n * sizeof *syllables);
          myna_zh_readings_correct (readings, clause->text, word->start, word->n, syllables);
        }
    }
}

static void
change_tones (Clause *clause)
{
  for (guint i = 0; i < clause->words->len; i++)
    {
      const MynaZhWord *word = &g_array_index (clause->words, MynaZhWord, i);
      MynaZhSyllable *syllables = clause->syllables + (word->start - clause->start);

      myna_zh_sandhi_apply (&clause->language->sandhi, clause->text, word, syllables);
      if (clause->how->set != MYNA_SYMBOLS_V1)
        myna_zh_sandhi_apply_erhua (&clause->language->sandhi, clause->text, word, syllables);
    }
}

static guint16
mark_phone (gunichar c)
{
  char name[8] = { 0 };

  if (c == MYNA_ZH_PAUSE_SHORT || c == MYNA_ZH_PAUSE_LONG)
    g_strlcpy (name, c == MYNA_ZH_PAUSE_SHORT ? "SP2" : "SP3", sizeof name);
  else if (myna_zh_char_is_mark (c))
    g_unichar_to_utf8 (c, name);
  else
    g_strlcpy (name, "UNK", sizeof name);
  return (guint16) myna_symbols_find (MYNA_SYMBOLS_V1, name, -1);
}

static void
add_phones (const Clause *clause, MynaPhoneSegment *segment)
{
  for (guint i = clause->start; i < clause->end; i++)
    {
      guint16 phones[2];

      if (myna_zh_readings_phones (&clause->language->readings,
                                   clause->syllables[i - clause->start], phones))
        {
          g_array_append_vals (segment->ids, phones, 2);
          segment->word2ph[i] = 2;
        }
      else
        {
          phones[0] = mark_phone (clause->text->chars[i]);
          g_array_append_val (segment->ids, phones[0]);
          segment->word2ph[i] = 1;
        }
    }
}

static void
read_clause (const Mandarin *self,
             const MynaFrontEndReading *how,
             const MynaZhText *text,
             guint start,
             guint end,
             MynaPhoneSegment *segment)
{
  g_autoptr (GArray) words = g_array_new (FALSE, TRUE, sizeof (MynaZhWord));
  g_autofree MynaZhSyllable *syllables = g_new0 (MynaZhSyllable, end - start);
  Clause clause = { self, how, text, start, end, words, syllables };

  cut_words (&clause);
  myna_zh_sandhi_join (&self->sandhi, text, words);
  read_words (&clause);
  change_tones (&clause);
  add_phones (&clause, segment);
}

static gboolean
is_silence (gunichar c)
{
  return myna_zh_char_is_mark (c) || c == MYNA_ZH_PAUSE_SHORT || c == MYNA_ZH_PAUSE_LONG;
}

/* Upstream makes a pause of every comma of a text that has a pause mark in it. */
static void
pause_as_upstream (const char *text, MynaPhoneSegment *segment)
{
  gboolean short_pause = strstr (text, "￥") != NULL, long_pause = strchr (text, '^') != NULL;
  guint16 comma = (guint16) myna_symbols_find (MYNA_SYMBOLS_V1, ",", -1);
  guint16 pause = mark_phone (short_pause ? MYNA_ZH_PAUSE_SHORT : MYNA_ZH_PAUSE_LONG);

  for (guint i = 0; i < segment->ids->len && (short_pause || long_pause); i++)
    if (g_array_index (segment->ids, guint16, i) == comma)
      g_array_index (segment->ids, guint16, i) = pause;
}

/* The text that the encoder sees: pauses are commas there. */
static char *
plain_text (const MynaZhText *text)
{
  GString *plain = g_string_new (NULL);

  for (guint i = 0; i < text->n; i++)
    {
      gboolean pause =
          text->chars[i] == MYNA_ZH_PAUSE_SHORT || text->chars[i] == MYNA_ZH_PAUSE_LONG;

      g_string_append_unichar (plain, pause ? ',' : text->chars[i]);
    }
  return g_string_free (plain, FALSE);
}

static gboolean
read_mandarin (gpointer state,
               const MynaFrontEndReading *how,
               const char *text,
               MynaPhoneSegment *segment,
               GError **error)
{
  const Mandarin *self = state;
  g_autofree char *normal = myna_zh_normalise (&self->simplified, text, how->flags);
  g_auto (MynaZhText) chars = { 0 };
  guint start = 0;

  myna_zh_text_init (&chars, normal);
  segment->word2ph = g_malloc0 (MAX (chars.n, 1));
  segment->n_characters = chars.n;
  for (guint i = 0; i < chars.n; i++)
    if (is_silence (chars.chars[i]) || i + 1 == chars.n)
      {
        read_clause (self, how, &chars, start, i + 1, segment);
        start = i + 1;
      }
  if (how->flags & MYNA_FRONT_END_AS_UPSTREAM)
    pause_as_upstream (text, segment);
  segment->text = plain_text (&chars);
  return TRUE;
}

const MynaFrontEndLanguage myna_front_end_zh = {
  .code = "zh",
  .open = open_mandarin,
  .close = close_mandarin,
  .read = read_mandarin,
};
