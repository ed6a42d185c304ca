/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/zh/myna-zh-segmenter.h"

#include "engine/text/frontend/myna-lexicon-format.h"
#include "engine/text/frontend/zh/myna-zh-tagger.h"

#include <math.h>
#include <string.h>

struct _MynaZhSegmenter
{
  MynaLexicon *lexicon;
  MynaLexiconTable words;
  MynaLexiconTable tags;
  double log_total;
  MynaZhTagger *tagger;
};

/* Which blocks jieba takes as a whole; the words of the dictionary have no other characters. */
#define BLOCK_MARKS "+#&._"

/**
 * myna_zh_segmenter_new:
 * @lexicon: a lexicon
 *
 * Returns: (transfer full) (nullable): a segmenter; %NULL when the lexicon has no Mandarin
 */
MynaZhSegmenter *
myna_zh_segmenter_new (MynaLexicon *lexicon)
{
  g_autoptr (MynaZhSegmenter) self = g_new0 (MynaZhSegmenter, 1);
  MynaLexiconTable total;
  const guint16 *values;
  gsize n;

  g_return_val_if_fail (lexicon != NULL, NULL);

  self->lexicon = myna_lexicon_ref (lexicon);
  myna_lexicon_get_table (lexicon, "zh-words", &self->words);
  myna_lexicon_get_table (lexicon, "zh-tags", &self->tags);
  myna_lexicon_get_table (lexicon, "zh-total", &total);
  values = myna_lexicon_table_get (&total, "total", -1, &n);
  self->tagger = myna_zh_tagger_new (lexicon);
  if (values == NULL || n != MYNA_LEXICON_VALUES_PER_DOUBLE || self->tagger == NULL)
    return NULL;
  self->log_total = log (MAX (myna_lexicon_read_double (values), 1));
  return g_steal_pointer (&self);
}

/**
 * myna_zh_segmenter_free:
 * @self: (nullable) (transfer full): a segmenter
 */
void
myna_zh_segmenter_free (MynaZhSegmenter *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->tagger, myna_zh_tagger_free);
  g_clear_pointer (&self->lexicon, myna_lexicon_unref);
  g_free (self);
}

/* How often a word was seen; 0 when it is not in the dictionary. */
static guint32
get_frequency (const MynaZhSegmenter *self, gssize index)
{
  const guint16 *values;
  gsize n;

  if (index < 0)
    return 0;
  values = myna_lexicon_table_values (&self->words, (guint32) index, &n);
  return n < 3 ? 0 : (guint32) values[0] | (guint32) values[1] << 16;
}

static gssize
find_word (const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint n)
{
  gssize length;
  const char *key = myna_zh_text_at (text, start, n, &length);

  return myna_lexicon_table_find (&self->words, key, length);
}

/* The tag that the dictionary gives, or "x". */
static void
set_tag (const MynaZhSegmenter *self, const MynaZhText *text, MynaZhWord *word)
{
  gssize index = find_word (self, text, word->start, word->n);
  const guint16 *values;
  const char *name;
  gsize n, length;

  g_strlcpy (word->tag, "x", sizeof word->tag);
  if (index < 0)
    return;
  values = myna_lexicon_table_values (&self->words, (guint32) index, &n);
  if (n < 3 || values[2] >= self->tags.n_keys)
    return;
  name = myna_lexicon_table_key (&self->tags, values[2], &length);
  length = MIN (length, sizeof word->tag - 1);
  memcpy (word->tag, name, length);
  word->tag[length] = '\0';
}

/*
 * The likeliest way through the words that start at each character, from the end to the start; of
 * two equally likely ones the longer first word wins. ends[i] is where the word at start + i ends.
 */
static void
find_path (const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint end, guint *ends)
{
  guint n = end - start;
  g_autofree double *best = g_new (double, n + 1);

  best[n] = 0;
  for (guint i = n; i-- > 0;)
    {
      MynaLexiconRange range = myna_lexicon_table_all (&self->words);
      gboolean found = FALSE;

      best[i] = -self->log_total + best[i + 1]; /* alone, as if seen once */
      ends[i] = start + i + 1;
      for (guint j = i; j < n; j++)
        {
          gssize length, exact;
          const char *bytes = myna_zh_text_at (text, start + j, 1, &length);
          guint32 frequency;
          double probability;

          if (!myna_lexicon_table_narrow (&self->words, &range, bytes, (gsize) length, &exact))
            break;
          frequency = get_frequency (self, exact);
          if (frequency == 0)
            continue;
          probability = log (frequency) - self->log_total + best[j + 1];
          if (!found || probability >= best[i])
            {
              best[i] = probability;
              ends[i] = start + j + 1;
            }
          found = TRUE;
        }
    }
}

static void
add_known (const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint n, GArray *words)
{
  MynaZhWord word = { .start = start, .n = n };

  set_tag (self, text, &word);
  g_array_append_val (words, word);
}

/* Characters that no longer word took: one stands alone, several may be a name or a new word. */
static void
add_leftover (
    const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint end, GArray *words)
{
  if (end - start > 1 && get_frequency (self, find_word (self, text, start, end - start)) == 0)
    {
      myna_zh_tagger_run (self->tagger, text, start, end, words);
      return;
    }
  for (guint i = start; i < end; i++)
    add_known (self, text, i, 1, words);
}

static void
cut_block (
    const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint end, GArray *words)
{
  g_autofree guint *ends = g_new (guint, end - start);
  guint leftover = start;

  find_path (self, text, start, end, ends);
  for (guint i = start; i < end;)
    {
      guint next = ends[i - start];

      if (next - i > 1)
        {
          if (leftover < i)
            add_leftover (self, text, leftover, i, words);
          add_known (self, text, i, next - i, words);
          leftover = next;
        }
      i = next;
    }
  if (leftover < end)
    add_leftover (self, text, leftover, end, words);
}

static gboolean
is_block_char (gunichar c)
{
  return (c >= 0x4e00 && c <= 0x9fd5) || (c < 0x80 && g_ascii_isalnum ((char) c)) ||
         myna_zh_char_in (c, BLOCK_MARKS);
}

/**
 * myna_zh_segmenter_tag:
 * @self: a segmenter
 * @text: a text
 * @start: where to begin
 * @end: where to end
 * @words: (element-type MynaZhWord): the words are appended here
 *
 * Cuts a part of the text into words with tags, as jieba's posseg does.
 */
void
myna_zh_segmenter_tag (
    const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint end, GArray *words)
{
  g_return_if_fail (self != NULL && text != NULL && end <= text->n);

  while (start < end)
    {
      guint next = start;

      while (next < end && is_block_char (text->chars[next]))
        next++;
      if (next > start)
        cut_block (self, text, start, next, words);
      else
        {
          MynaZhWord word = { .start = start, .n = 1, .tag = "x" };

          g_array_append_val (words, word);
          next++;
        }
      start = next;
    }
}

/* What the split of a word looks at: the first of its shortest parts. */
typedef struct
{
  guint start;
  guint n;
} Shortest;

static void
offer (Shortest *shortest, guint start, guint n)
{
  if (shortest->n == 0 || n < shortest->n)
    *shortest = (Shortest) { start, n };
}

/* jieba's search mode also gives the words of two and three characters within a longer one. */
static void
offer_parts (
    const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint n, Shortest *shortest)
{
  for (guint size = 2; size <= 3 && size < n; size++)
    for (guint i = start; i + size <= start + n; i++)
      if (get_frequency (self, find_word (self, text, i, size)) > 0)
        offer (shortest, i, size);
  offer (shortest, start, n);
}

static void
offer_leftover (
    const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint end, Shortest *shortest)
{
  g_autoptr (GArray) parts = NULL;

  if (end - start == 1 || get_frequency (self, find_word (self, text, start, end - start)) > 0)
    {
      offer (shortest, start, 1);
      return;
    }
  parts = g_array_new (FALSE, FALSE, sizeof (MynaZhWord));
  myna_zh_tagger_cut (self->tagger, text, start, end, parts);
  for (guint i = 0; i < parts->len; i++)
    {
      const MynaZhWord *part = &g_array_index (parts, MynaZhWord, i);

      offer_parts (self, text, part->start, part->n, shortest);
    }
}

/**
 * myna_zh_segmenter_split:
 * @self: a segmenter
 * @text: a text
 * @start: the first character of a word
 * @n: how many it has
 *
 * Cuts a word in two where tone sandhi sees a border: beside its shortest part, the first of these
 * (spec gpt-sovits 3.4: "jieba's search mode, shortest sub-word first").
 *
 * Returns: how many characters the first half has: 1 to @n; @n when the word has no parts
 */
guint
myna_zh_segmenter_split (const MynaZhSegmenter *self, const MynaZhText *text, guint start, guint n)
{
  g_autofree guint *ends = g_new (guint, n);
  Shortest shortest = { 0 };
  guint leftover = start, end = start + n;

  g_return_val_if_fail (self != NULL && n > 0 && end <= text->n, n);

  find_path (self, text, start, end, ends);
  for (guint i = start; i < end;)
    {
      guint next = ends[i - start];

      if (next - i > 1)
        {
          if (leftover < i)
            offer_leftover (self, text, leftover, i, &shortest);
          offer_parts (self, text, i, next - i, &shortest);
          leftover = next;
        }
      i = next;
    }
  if (leftover < end)
    offer_leftover (self, text, leftover, end, &shortest);
  /* The same characters earlier in the word count as well. */
  if (myna_zh_text_equal (text, start, shortest.start, shortest.n))
    return shortest.n;
  return n - shortest.n;
}
