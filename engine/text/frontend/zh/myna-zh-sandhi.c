/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/zh/myna-zh-sandhi.h"

#include <string.h>

/*
 * How tones change beside each other (spec gpt-sovits 3.4, "Tone sandhi on a word's finals" and
 * "Erhua"). The rules and their order are those the models were trained with.
 */

/* Han that Unicode gives a number (kPrimaryNumeric and its kin), 4E00 to 9FA5. */
#define NUMERALS                                                                                   \
  "一七万三两九二五亖京亿什仟仨伍佰俩倆億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拐拾捌柒洞" \
  "漆玖"                                                                                           \
  "百皕秭肆萬貮貳贰鈎钩阡陆陌陸零"
#define PARTICLES "吧呢哈啊呐噻嘛吖嗨呐哦哒额滴哩哟喽啰耶喔诶"

/**
 * myna_zh_sandhi_init:
 * @self: where it goes
 * @lexicon: a lexicon that outlives it
 * @segmenter: a segmenter that outlives it
 * @readings: tables that outlive it
 */
void
myna_zh_sandhi_init (MynaZhSandhi *self,
                     const MynaLexicon *lexicon,
                     const MynaZhSegmenter *segmenter,
                     const MynaZhReadings *readings)
{
  MynaZhSyllable er = { 0 };

  self->segmenter = segmenter;
  self->readings = readings;
  myna_lexicon_get_table (lexicon, "zh-neutral", &self->neutral);
  myna_lexicon_get_table (lexicon, "zh-not-neutral", &self->not_neutral);
  myna_lexicon_get_table (lexicon, "zh-erhua", &self->erhua);
  myna_lexicon_get_table (lexicon, "zh-not-erhua", &self->not_erhua);
  myna_zh_readings_parse (readings, "er2", 3, &er);
  self->er = er.syllable;
}

static gboolean
is_listed (const MynaLexiconTable *list, const MynaZhText *text, guint start, guint n)
{
  gssize length;
  const char *key = myna_zh_text_at (text, start, n, &length);

  return n > 0 && myna_lexicon_table_find (list, key, length) >= 0;
}

/* A whole word, or its last two characters. */
static gboolean
ends_neutral (const MynaZhSandhi *self, const MynaZhText *text, guint start, guint n)
{
  return is_listed (&self->neutral, text, start, n) ||
         (n > 2 && is_listed (&self->neutral, text, start + n - 2, 2));
}

static gboolean
has_tag (const MynaZhWord *word, const char *tags)
{
  g_auto (GStrv) names = g_strsplit (tags, " ", -1);

  return g_strv_contains ((const char *const *) names, word->tag);
}

/* A mark has no tone to change. */
static void
set_tone (MynaZhSyllable *syllable, guint8 tone)
{
  if (syllable->tone != 0)
    syllable->tone = tone;
}

static gboolean
all_third (const MynaZhSyllable *syllables, guint n)
{
  for (guint i = 0; i < n; i++)
    if (syllables[i].tone != 3)
      return FALSE;
  return TRUE;
}

/* --- Joining words before their tones are looked at --- */

static MynaZhWord *
word_at (GArray *words, guint i)
{
  return &g_array_index (words, MynaZhWord, i);
}

static gboolean
is_word (const MynaZhText *text, const MynaZhWord *word, const char *other)
{
  return !word->fixed && myna_zh_text_is (text, word->start, word->n, other);
}

/* Joins word @i + 1 to word @i, which keeps its tag. */
static void
join_next (GArray *words, guint i)
{
  word_at (words, i)->n += word_at (words, i + 1)->n;
  g_array_remove_index (words, i + 1);
}

static gboolean
may_join (GArray *words, guint i)
{
  return i + 1 < words->len && !word_at (words, i)->fixed && !word_at (words, i + 1)->fixed;
}

/* 不 goes with the next word and takes its tag; the last one of a clause is an adverb. */
static void
join_bu (const MynaZhText *text, GArray *words)
{
  for (guint i = 0; i < words->len; i++)
    {
      if (!is_word (text, word_at (words, i), "不"))
        continue;
      if (may_join (words, i))
        {
          memcpy (word_at (words, i)->tag, word_at (words, i + 1)->tag,
                  sizeof word_at (words, i)->tag);
          join_next (words, i);
        }
      else if (i + 1 == words->len)
        g_strlcpy (word_at (words, i)->tag, "d", sizeof word_at (words, i)->tag);
    }
}

static gboolean
same_word (const MynaZhText *text, const MynaZhWord *a, const MynaZhWord *b)
{
  return a->n == b->n && myna_zh_text_equal (text, a->start, b->start, a->n);
}

/* "听 一 听" of verbs becomes one word; any other lone 一 goes with the next word. */
static void
join_yi (const MynaZhText *text, GArray *words)
{
  for (guint i = 1; i + 1 < words->len; i++)
    {
      const MynaZhWord *before = word_at (words, i - 1), *after = word_at (words, i + 1);

      if (is_word (text, word_at (words, i), "一") && may_join (words, i - 1) &&
          may_join (words, i) && same_word (text, before, after) &&
          g_str_equal (before->tag, "v") && g_str_equal (after->tag, "v"))
        {
          join_next (words, i - 1);
          join_next (words, i - 1);
        }
    }
  for (guint i = 0; i + 1 < words->len; i++)
    if (is_word (text, word_at (words, i), "一") && may_join (words, i))
      join_next (words, i);
}

static void
join_repeated (const MynaZhText *text, GArray *words)
{
  for (guint i = 0; i + 1 < words->len;)
    if (may_join (words, i) && same_word (text, word_at (words, i), word_at (words, i + 1)))
      join_next (words, i);
    else
      i++;
}

/* What a word's tones are where it begins and ends, before any rule. */
typedef struct
{
  gboolean all_third;
  guint8 first;
  guint8 last;
  guint n;
  gboolean repeated; /* 看看: the neutral tone needs it alone */
} Tones;

static Tones
look_at_tones (const MynaZhSandhi *self, const MynaZhText *text, const MynaZhWord *word)
{
  g_autofree MynaZhSyllable *syllables = g_new (MynaZhSyllable, word->n);

  myna_zh_readings_read (self->readings, text, word->start, word->start + word->n, syllables);
  return (Tones) {
    .all_third = all_third (syllables, word->n),
    .first = syllables[0].tone,
    .last = syllables[word->n - 1].tone,
    .n = word->n,
    .repeated = word->n == 2 && text->chars[word->start] == text->chars[word->start + 1],
  };
}

/* Short neighbours in the third tone are one word for the rule of third tones. */
static void
join_third (const MynaZhSandhi *self, const MynaZhText *text, GArray *words, gboolean touching)
{
  guint n = words->len, kept = 0;
  g_autofree Tones *tones = g_new (Tones, n + 1);
  gboolean joined = FALSE;

  for (guint i = 0; i < n; i++)
    tones[i] = look_at_tones (self, text, word_at (words, i));
  for (guint i = 1; i < n; i++)
    {
      gboolean meet = touching ? tones[i - 1].last == 3 && tones[i].first == 3
                               : tones[i - 1].all_third && tones[i].all_third;
      gboolean join = meet && !joined && !tones[i - 1].repeated &&
                      tones[i - 1].n + tones[i].n <= 3 && may_join (words, kept);

      if (join)
        join_next (words, kept);
      else
        kept++;
      joined = join;
    }
}

static void
join_er (const MynaZhText *text, GArray *words)
{
  for (guint i = 0; i + 1 < words->len;)
    if (may_join (words, i) && is_word (text, word_at (words, i + 1), "儿"))
      join_next (words, i);
    else
      i++;
}

/**
 * myna_zh_sandhi_join:
 * @self: the rules
 * @text: a text
 * @words: (element-type MynaZhWord): the words of one clause, in order
 *
 * Joins words whose tones act on each other. Words that a person fixed stay as they are.
 */
void
myna_zh_sandhi_join (const MynaZhSandhi *self, const MynaZhText *text, GArray *words)
{
  join_bu (text, words);
  join_yi (text, words);
  join_repeated (text, words);
  join_third (self, text, words, FALSE);
  join_third (self, text, words, TRUE);
  join_er (text, words);
}

/* --- Tones within a word; syllables[i] belongs to its character i --- */

static void
apply_bu (const gunichar *chars, guint n, MynaZhSyllable *syllables)
{
  if (n == 3 && chars[1] == 0x4e0d) /* 看不懂 */
    set_tone (&syllables[1], 5);
  else
    for (guint i = 0; i + 1 < n; i++)
      if (chars[i] == 0x4e0d && syllables[i + 1].tone == 4)
        set_tone (&syllables[i], 2);
}

static gboolean
is_number (const gunichar *chars, guint n)
{
  for (guint i = 0; i < n; i++)
    if (!myna_zh_char_in (chars[i], NUMERALS))
      return FALSE;
  return TRUE;
}

static void
apply_yi (const gunichar *chars, guint n, MynaZhSyllable *syllables)
{
  if (is_number (chars, n))
    return;
  if (n == 3 && chars[1] == 0x4e00 && chars[0] == chars[2]) /* 看一看 */
    set_tone (&syllables[1], 5);
  else if (n > 1 && chars[0] == 0x7b2c && chars[1] == 0x4e00) /* 第一 */
    set_tone (&syllables[1], 1);
  else
    for (guint i = 0; i + 1 < n; i++)
      if (chars[i] == 0x4e00)
        {
          if (syllables[i + 1].tone == 4)
            set_tone (&syllables[i], 2);
          else if (!myna_zh_char_in (chars[i + 1], ",.?!"))
            set_tone (&syllables[i], 4);
        }
}

/* Which rule makes a word's last syllable, or its 个, neutral. */
static void
apply_neutral_ending (const MynaZhSandhi *self,
                      const MynaZhText *text,
                      const MynaZhWord *word,
                      MynaZhSyllable *syllables)
{
  const gunichar *chars = text->chars + word->start;
  guint n = word->n, ge = 0;
  gunichar last = chars[n - 1], before = n > 1 ? chars[n - 2] : 0;

  while (ge < n && chars[ge] != 0x4e2a)
    ge++;
  if (myna_zh_char_in (last, PARTICLES "的地得") ||
      (n == 1 && myna_zh_char_in (last, "了着过") && has_tag (word, "ul uz ug")) ||
      (n > 1 && myna_zh_char_in (last, "们子") && has_tag (word, "r n") &&
       !is_listed (&self->not_neutral, text, word->start, n)) ||
      (n > 1 && myna_zh_char_in (last, "上下里") && has_tag (word, "s l f")) ||
      (n > 1 && myna_zh_char_in (last, "来去") && myna_zh_char_in (before, "上下进出回过起开")))
    set_tone (&syllables[n - 1], 5);
  else if (ge < n &&
           (n == 1 || (ge > 0 && (myna_zh_char_in (chars[ge - 1], NUMERALS) ||
                                  myna_zh_char_in (chars[ge - 1], "几有两半多各整每做是")))))
    set_tone (&syllables[ge], 5);
  else if (ends_neutral (self, text, word->start, n))
    set_tone (&syllables[n - 1], 5);
}

static void
apply_neutral (const MynaZhSandhi *self,
               const MynaZhText *text,
               const MynaZhWord *word,
               MynaZhSyllable *syllables)
{
  const gunichar *chars = text->chars + word->start;
  guint half;

  if (strchr ("nva", word->tag[0]) != NULL && word->tag[0] != '\0' &&
      !is_listed (&self->not_neutral, text, word->start, word->n))
    for (guint i = 1; i < word->n; i++)
      if (chars[i] == chars[i - 1])
        set_tone (&syllables[i], 5);
  apply_neutral_ending (self, text, word, syllables);
  half = myna_zh_segmenter_split (self->segmenter, text, word->start, word->n);
  if (ends_neutral (self, text, word->start, half))
    set_tone (&syllables[half - 1], 5);
  if (half < word->n && ends_neutral (self, text, word->start + half, word->n - half))
    set_tone (&syllables[word->n - 1], 5);
}

/* Two syllables in the third tone: the first rises. */
static void
apply_third_pair (MynaZhSyllable *syllables)
{
  if (all_third (syllables, 2))
    set_tone (&syllables[0], 2);
}

static void
apply_third (const MynaZhSandhi *self,
             const MynaZhText *text,
             const MynaZhWord *word,
             MynaZhSyllable *syllables)
{
  guint half;

  if (word->n == 2)
    apply_third_pair (syllables);
  else if (word->n == 4)
    {
      apply_third_pair (syllables);
      apply_third_pair (syllables + 2);
    }
  if (word->n != 3)
    return;
  half = myna_zh_segmenter_split (self->segmenter, text, word->start, 3);
  if (all_third (syllables, 3))
    {
      if (half == 2) /* 蒙古/包 */
        set_tone (&syllables[0], 2);
      if (half <= 2) /* 纸/老虎 */
        set_tone (&syllables[1], 2);
      return;
    }
  if (half == 2)
    apply_third_pair (syllables);
  if (half == 1 && all_third (syllables + 1, 2))
    set_tone (&syllables[1], 2);
  else if (half < 3 && syllables[half].tone == 3 && !all_third (syllables + half, 3 - half) &&
           syllables[half - 1].tone == 3) /* 好/喜欢 */
    set_tone (&syllables[half - 1], 2);
}

/**
 * myna_zh_sandhi_apply:
 * @self: the rules
 * @text: a text
 * @word: a word of it, joined by myna_zh_sandhi_join()
 * @syllables: (inout): its syllables
 *
 * Changes the tones of a word as it is spoken: 不, 一, the neutral tone, third tones, in this
 * order.
 */
void
myna_zh_sandhi_apply (const MynaZhSandhi *self,
                      const MynaZhText *text,
                      const MynaZhWord *word,
                      MynaZhSyllable *syllables)
{
  const gunichar *chars = text->chars + word->start;

  if (word->fixed || word->n == 0)
    return;
  apply_bu (chars, word->n, syllables);
  apply_yi (chars, word->n, syllables);
  apply_neutral (self, text, word, syllables);
  apply_third (self, text, word, syllables);
}

/**
 * myna_zh_sandhi_apply_erhua:
 * @self: the rules
 * @text: a text
 * @word: a word of it
 * @syllables: (inout): its syllables
 *
 * A final 儿 that belongs to the syllable before it takes that one's tone (v2 and later).
 */
void
myna_zh_sandhi_apply_erhua (const MynaZhSandhi *self,
                            const MynaZhText *text,
                            const MynaZhWord *word,
                            MynaZhSyllable *syllables)
{
  guint n = word->n, last = n - 1;
  MynaZhSyllable *er = &syllables[last];

  if (word->fixed || n == 0 || text->chars[word->start + last] != 0x513f ||
      er->syllable != self->er)
    return;
  if (er->tone == 1)
    er->tone = 2;
  if (!is_listed (&self->erhua, text, word->start, n) &&
      (is_listed (&self->not_erhua, text, word->start, n) || has_tag (word, "a j nr")))
    return;
  if (n > 1 && (er->tone == 2 || er->tone == 5) && syllables[last - 1].tone != 0 &&
      !is_listed (&self->not_erhua, text, word->start + n - 2, 2))
    er->tone = syllables[last - 1].tone;
}
