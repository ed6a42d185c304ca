/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/en/myna-en-espeak.h"
#include "engine/text/frontend/en/myna-en-homographs.h"
#include "engine/text/frontend/en/myna-en-neural.h"
#include "engine/text/frontend/en/myna-en-normalise.h"
#include "engine/text/frontend/myna-front-end-language.h"

#include <string.h>

/* English: normalise, cut into words, look up or guess, to phones (spec gpt-sovits 3.6). */

/* Fewer phones make the model stumble. */
#define MIN_PHONES 4
/* Parts of parts of a compound: deeper is nonsense. */
#define MAX_DEPTH 4

typedef struct
{
  MynaLexicon *lexicon;
  MynaLexiconTable words;
  MynaLexiconTable names;
  MynaLexiconTable homographs;
} English;

/* One sentence at work. */
typedef struct
{
  const English *language;
  const MynaFrontEndReading *how;
  GArray *ids;
} Sentence;

static gpointer
open_english (MynaLexicon *lexicon, GError **error)
{
  English *self = g_new0 (English, 1);

  self->lexicon = myna_lexicon_ref (lexicon);
  myna_lexicon_get_table (lexicon, "en-words", &self->words);
  myna_lexicon_get_table (lexicon, "en-names", &self->names);
  myna_lexicon_get_table (lexicon, "en-homographs", &self->homographs);
  return self;
}

static void
close_english (gpointer state)
{
  English *self = state;

  g_clear_pointer (&self->lexicon, myna_lexicon_unref);
  g_free (self);
}

static void
append_ids (Sentence *sentence, const guint16 *ids, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (ids[i] < MYNA_SYMBOLS_V1_COUNT)
      g_array_append_val (sentence->ids, ids[i]);
}

static void
append_phone (Sentence *sentence, const char *name)
{
  int found = myna_symbols_find (MYNA_SYMBOLS_V1, name, -1);
  guint16 id = (guint16) found;

  if (found >= 0)
    g_array_append_val (sentence->ids, id);
}

static gboolean
append_entry (Sentence *sentence, const MynaLexiconTable *table, const char *word, gsize length)
{
  g_autofree char *key = g_ascii_strdown (word, (gssize) length);
  gsize n;
  const guint16 *ids = myna_lexicon_table_get (table, key, (gssize) length, &n);

  if (ids != NULL)
    append_ids (sentence, ids, n);
  return ids != NULL;
}

/* A mark as it is spoken: an apostrophe on its own is a break. Letters come to nothing here. */
static void
append_mark (Sentence *sentence, char mark)
{
  const char name[2] = { mark == '\'' ? '-' : mark, '\0' };

  if (!g_ascii_isalpha (mark))
    append_phone (sentence, name);
}

static void
append_letters (Sentence *sentence, const char *word, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (g_ascii_tolower (word[i]) == 'a')
      append_phone (sentence, "EY1");
    else if (g_ascii_isalpha (word[i]))
      append_entry (sentence, &sentence->language->words, word + i, 1);
    else
      append_mark (sentence, word[i]);
}

/* A reading of the person's own, in phones. */
static gboolean
append_own (Sentence *sentence, const char *word, gsize length)
{
  const char *reading =
      sentence->how->dictionary == NULL
          ? NULL
          : myna_user_dictionary_find (sentence->how->dictionary, word, (gssize) length);
  g_autoptr (GArray) ids =
      reading != NULL ? myna_symbols_parse (MYNA_SYMBOLS_V1, reading, NULL) : NULL;

  if (ids != NULL)
    append_ids (sentence, &g_array_index (ids, guint16, 0), ids->len);
  return ids != NULL;
}

static gboolean
last_is (Sentence *sentence, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, " ", -1);
  guint n = sentence->ids->len;

  if (n == 0)
    return FALSE;
  return g_strv_contains ((const char *const *) list,
                          myna_symbols_get_name (g_array_index (sentence->ids, guint16, n - 1)));
}

/* The ending 's after what is already there. */
static void
append_possessive (Sentence *sentence)
{
  if (last_is (sentence, "P T K F TH HH"))
    append_phone (sentence, "S");
  else
    {
      if (last_is (sentence, "S Z SH ZH CH JH"))
        append_phone (sentence, "AH0");
      append_phone (sentence, "Z");
    }
}

/* "Michael" but neither "michael" nor "MICHAEL". */
static gboolean
is_title (const char *word, gsize length)
{
  if (!g_ascii_isupper (word[0]))
    return FALSE;
  for (gsize i = 1; i < length; i++)
    if (g_ascii_isupper (word[i]) && g_ascii_isalpha (word[i - 1]))
      return FALSE;
  return TRUE;
}

static void append_word (Sentence *sentence, const char *word, gsize length, int depth);

/* "state-of-the-art": each part by itself. */
static gboolean
append_parts (Sentence *sentence, const char *word, gsize length, int depth)
{
  gsize start = 0;

  if (memchr (word, '-', length) == NULL || depth >= MAX_DEPTH)
    return FALSE;
  for (gsize i = 0; i <= length; i++)
    if (i == length || word[i] == '-')
      {
        if (i > start)
          append_word (sentence, word + start, i - start, depth + 1);
        start = i + 1;
      }
  return TRUE;
}

/* A word that is nowhere: by the network when it is installed, else as espeak-ng reads it. */
static void
append_unknown (Sentence *sentence, const char *word, gsize length)
{
  const MynaEnNeural *neural = sentence->how->english_model;

  if (neural != NULL)
    myna_en_neural_pronounce (neural, word, length, sentence->ids);
  else if (!myna_en_espeak_pronounce (word, length, sentence->ids))
    append_letters (sentence, word, length);
}

static void
append_word (Sentence *sentence, const char *word, gsize length, int depth)
{
  const English *self = sentence->language;

  if (append_own (sentence, word, length) ||
      (length > 1 && append_entry (sentence, &self->words, word, length)) ||
      (is_title (word, length) && append_entry (sentence, &self->names, word, length)))
    return;
  if (length <= 3)
    append_letters (sentence, word, length);
  else if (g_ascii_strncasecmp (word + length - 2, "'s", 2) == 0 && depth < MAX_DEPTH)
    {
      append_word (sentence, word, length - 2, depth + 1);
      append_possessive (sentence);
    }
  else if (!append_parts (sentence, word, length, depth))
    append_unknown (sentence, word, length);
}

/* The reading of a word whose sound depends on what it is. */
static gboolean
append_homograph (Sentence *sentence, const char *const *tokens, guint n, guint i)
{
  g_autofree char *key = g_ascii_strdown (tokens[i], -1);
  gsize n_values;
  const guint16 *values =
      myna_lexicon_table_get (&sentence->language->homographs, key, -1, &n_values);
  gboolean first;

  if (values == NULL || n_values < 2 || values[1] > n_values - 2)
    return FALSE;
  first = (values[0] & myna_en_guess_tag (tokens, n, i)) != 0;
  append_ids (sentence, values + 2 + (first ? 0 : values[1]),
              first ? values[1] : n_values - 2 - values[1]);
  return TRUE;
}

/* Words with their apostrophes and hyphens, and each mark. */
static GPtrArray *
cut_tokens (const char *text)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_free);

  while (*text != '\0')
    {
      gsize length = 1;

      if (g_ascii_isalpha (*text))
        {
          length = strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'-");
          while (!g_ascii_isalpha (text[length - 1]))
            length--;
        }
      if (*text != ' ')
        g_ptr_array_add (tokens, g_strndup (text, length));
      text += length;
    }
  return tokens;
}

static void
append_token (Sentence *sentence, GPtrArray *tokens, guint i)
{
  const char *token = tokens->pdata[i];
  gsize length = strlen (token);

  if (!g_ascii_isalpha (token[0]))
    append_mark (sentence, token[0]);
  else if (append_own (sentence, token, length))
    return;
  else if (length == 1)
    {
      if (token[0] == 'A')
        append_phone (sentence, "EY1");
      else
        append_entry (sentence, &sentence->language->words, token, 1);
    }
  else if (!append_homograph (sentence, (const char *const *) tokens->pdata, tokens->len, i))
    append_word (sentence, token, length, 0);
}

static gboolean
read_english (gpointer state,
              const MynaFrontEndReading *how,
              const char *text,
              MynaPhoneSegment *segment,
              GError **error)
{
  Sentence sentence = { state, how, segment->ids };
  g_autoptr (GPtrArray) tokens = NULL;

  segment->text = myna_en_normalise (text, how->flags);
  tokens = cut_tokens (segment->text);
  for (guint i = 0; i < tokens->len; i++)
    append_token (&sentence, tokens, i);
  if (segment->ids->len > 0 && segment->ids->len < MIN_PHONES)
    {
      guint16 comma = (guint16) myna_symbols_find (MYNA_SYMBOLS_V1, ",", -1);

      g_array_prepend_val (segment->ids, comma);
    }
  return TRUE;
}

const MynaFrontEndLanguage myna_front_end_en = {
  .code = "en",
  .open = open_english,
  .close = close_english,
  .read = read_english,
};
