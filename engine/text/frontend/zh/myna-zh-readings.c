/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/zh/myna-zh-readings.h"

#include "engine/text/frontend/myna-lexicon-format.h"
#include "engine/text/frontend/myna-symbols.h"

#include <string.h>

/**
 * myna_zh_readings_init:
 * @self: where it goes
 * @lexicon: a lexicon that outlives it
 */
void
myna_zh_readings_init (MynaZhReadings *self, const MynaLexicon *lexicon)
{
  myna_lexicon_get_table (lexicon, "zh-characters", &self->characters);
  myna_lexicon_get_table (lexicon, "zh-phrases", &self->phrases);
  myna_lexicon_get_table (lexicon, "zh-polyphones", &self->polyphones);
  myna_lexicon_get_table (lexicon, "zh-syllables", &self->syllables);
}

static MynaZhSyllable
get_syllable (guint16 reading)
{
  if (reading == MYNA_LEXICON_NO_READING)
    return (MynaZhSyllable) { 0 };
  return (MynaZhSyllable) { MYNA_LEXICON_READING_SYLLABLE (reading),
                            MYNA_LEXICON_READING_TONE (reading) };
}

/* A phrase's readings, one for each of its characters. */
static gboolean
read_phrase (const MynaLexiconTable *table,
             const MynaZhText *text,
             guint start,
             guint n,
             MynaZhSyllable *syllables)
{
  gssize length;
  const char *key = myna_zh_text_at (text, start, n, &length);
  gsize n_values;
  const guint16 *values = myna_lexicon_table_get (table, key, length, &n_values);

  if (values == NULL || n_values != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    syllables[i] = get_syllable (values[i]);
  return TRUE;
}

/* The longest phrase from @start on; 0 when there is none. @any: whether all of the rest is the
 * beginning of a phrase. */
static guint
longest_phrase (
    const MynaZhReadings *self, const MynaZhText *text, guint start, guint end, gboolean *any)
{
  MynaLexiconRange range = myna_lexicon_table_all (&self->phrases);
  guint longest = 0;

  for (guint i = start; i < end; i++)
    {
      gssize length, exact;
      const char *bytes = myna_zh_text_at (text, i, 1, &length);

      *any = myna_lexicon_table_narrow (&self->phrases, &range, bytes, (gsize) length, &exact);
      if (!*any)
        break;
      if (exact >= 0)
        longest = i + 1 - start;
    }
  return longest;
}

static void
read_alone (const MynaZhReadings *self, const MynaZhText *text, guint i, MynaZhSyllable *syllable)
{
  if (!read_phrase (&self->phrases, text, i, 1, syllable) &&
      !read_phrase (&self->characters, text, i, 1, syllable))
    *syllable = (MynaZhSyllable) { 0 };
}

/**
 * myna_zh_readings_read:
 * @self: the tables
 * @text: a text
 * @start: where to begin
 * @end: where to end
 * @syllables: (out caller-allocates): one for each character, the first for @start
 *
 * Reads characters by the longest phrases, forwards, and else by each character's usual reading, as
 * pypinyin 0.55 does.
 */
void
myna_zh_readings_read (const MynaZhReadings *self,
                       const MynaZhText *text,
                       guint start,
                       guint end,
                       MynaZhSyllable *syllables)
{
  gboolean rest_alone = FALSE;

  for (guint i = start; i < end;)
    {
      gboolean any = FALSE;
      guint n = rest_alone ? 0 : longest_phrase (self, text, i, end, &any);

      /* What only begins a phrase that the text ends within is read character by character. */
      rest_alone |= n == 0 && any;
      if (n > 0 && read_phrase (&self->phrases, text, i, n, syllables + (i - start)))
        i += n;
      else
        {
          read_alone (self, text, i, syllables + (i - start));
          i++;
        }
    }
}

/**
 * myna_zh_readings_correct:
 * @self: the tables
 * @text: a text
 * @start: the first character of a word
 * @n: how many it has
 * @syllables: (inout): its readings
 *
 * Applies the table of polyphones: a word that is in it takes its readings, else single characters
 * that are (spec gpt-sovits 3.4, v2 and later).
 */
void
myna_zh_readings_correct (const MynaZhReadings *self,
                          const MynaZhText *text,
                          guint start,
                          guint n,
                          MynaZhSyllable *syllables)
{
  if (read_phrase (&self->polyphones, text, start, n, syllables))
    return;
  for (guint i = 0; i < n; i++)
    read_phrase (&self->polyphones, text, start + i, 1, syllables + i);
}

/**
 * myna_zh_readings_parse:
 * @self: the tables
 * @pinyin: a syllable as "hang2" or "lv4"
 * @length: its length in bytes
 * @syllable: (out): the syllable
 *
 * Returns: whether it is one
 */
gboolean
myna_zh_readings_parse (const MynaZhReadings *self,
                        const char *pinyin,
                        gsize length,
                        MynaZhSyllable *syllable)
{
  gssize index;

  if (length < 2 || pinyin[length - 1] < '1' || pinyin[length - 1] > '5')
    return FALSE;
  index = myna_lexicon_table_find (&self->syllables, pinyin, (gssize) length - 1);
  if (index < 0)
    return FALSE;
  *syllable = (MynaZhSyllable) { (guint16) index, (guint8) (pinyin[length - 1] - '0') };
  return TRUE;
}

/**
 * myna_zh_readings_phones:
 * @self: the tables
 * @syllable: a syllable
 * @phones: (out): the ids of its initial and its final with tone
 *
 * Returns: whether it is spoken
 */
gboolean
myna_zh_readings_phones (const MynaZhReadings *self, MynaZhSyllable syllable, guint16 phones[2])
{
  const guint16 *values;
  gsize n;

  if (syllable.tone < 1 || syllable.tone > 5 || syllable.syllable >= self->syllables.n_keys)
    return FALSE;
  values = myna_lexicon_table_values (&self->syllables, syllable.syllable, &n);
  if (n != 6 || values[0] >= MYNA_SYMBOLS_V1_COUNT ||
      values[syllable.tone] >= MYNA_SYMBOLS_V1_COUNT)
    return FALSE;
  phones[0] = values[0];
  phones[1] = values[syllable.tone];
  return TRUE;
}
