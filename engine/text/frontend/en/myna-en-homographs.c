/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/en/myna-en-homographs.h"

#include <string.h>

/*
 * Noun or verb, by the words beside: enough for the few hundred English words whose sound depends
 * on it ("to record" and "a record"). Words are compared in lower case.
 */

#define LIST(...) ((const char *const[]) { __VA_ARGS__, NULL })

static gboolean
is_any (const char *word, const char *const *list)
{
  for (gsize i = 0; word != NULL && list[i] != NULL; i++)
    if (g_ascii_strcasecmp (word, list[i]) == 0)
      return TRUE;
  return FALSE;
}

/* A word makes the next one a verb in its plain form. */
static gboolean
calls_for_verb (const char *word)
{
  return is_any (word, LIST ("to", "will", "would", "can", "could", "should", "shall", "may",
                             "might", "must", "do", "does", "did", "don't", "doesn't", "didn't",
                             "won't", "can't", "cannot", "couldn't", "wouldn't", "shouldn't",
                             "let's", "please", "i'll", "you'll", "we'll", "they'll", "he'll",
                             "she'll", "it'll", "i'd", "you'd", "we'd", "they'd", "he'd", "she'd"));
}

static gboolean
is_plural_pronoun (const char *word)
{
  return is_any (word, LIST ("i", "you", "we", "they", "who"));
}

static gboolean
is_singular_pronoun (const char *word)
{
  return is_any (word, LIST ("he", "she", "it"));
}

static gboolean
calls_for_noun (const char *word)
{
  return is_any (word, LIST ("a", "an", "the", "this", "that", "these", "those", "my", "your",
                             "his", "her", "its", "our", "their", "no", "some", "any", "every",
                             "each", "another", "one", "two", "three", "of", "in", "on", "at",
                             "for", "with", "from", "by", "under", "new", "old", "good", "bad",
                             "great", "big", "small", "first", "last", "next", "best", "whole",
                             "same", "what", "which", "whose")) ||
         (word != NULL && g_str_has_suffix (word, "'s") &&
          !is_any (word, LIST ("it's", "he's", "she's", "that's", "what's")));
}

static gboolean
is_auxiliary (const char *word)
{
  return is_any (word, LIST ("am", "is", "are", "was", "were", "be", "been", "being", "has", "have",
                             "had", "i've", "you've", "we've", "they've", "i'm", "you're", "we're",
                             "they're", "he's", "she's", "it's", "get", "got", "having", "isn't",
                             "wasn't", "aren't", "weren't", "haven't", "hasn't", "hadn't"));
}

static gboolean
is_perfect (const char *word)
{
  return is_any (word, LIST ("has", "have", "had", "i've", "you've", "we've", "they've", "having",
                             "haven't", "hasn't", "hadn't"));
}

static gboolean
is_adverb (const char *word)
{
  return word != NULL &&
         ((strlen (word) > 4 && g_str_has_suffix (word, "ly")) ||
          is_any (word, LIST ("not", "never", "always", "often", "also", "just", "still", "already",
                              "really", "ever", "now", "then", "even", "only", "so", "very", "too",
                              "quite", "more", "most", "less")));
}

static gboolean
is_word (const char *token)
{
  return token != NULL && g_ascii_isalpha (token[0]);
}

/* Whether the sentence speaks of the past. */
static gboolean
has_past_sign (const char *const *tokens, guint n)
{
  for (guint i = 0; i < n; i++)
    if (is_any (tokens[i], LIST ("yesterday", "ago", "last", "once", "was", "were", "had", "did",
                                 "been", "earlier", "before", "when")))
      return TRUE;
  return FALSE;
}

static gboolean
takes_object (const char *next)
{
  return is_any (next, LIST ("the", "a", "an", "this", "that", "these", "those", "my", "your",
                             "his", "her", "its", "our", "their", "me", "you", "him", "us", "them",
                             "it", "all", "every", "some", "any"));
}

/**
 * myna_en_guess_tag:
 * @tokens: the words and marks of a sentence
 * @n: how many
 * @i: which one
 *
 * Guesses what a word is from its neighbours.
 *
 * Returns: one of the tags
 */
MynaEnTag
myna_en_guess_tag (const char *const *tokens, guint n, guint i)
{
  guint j = i;
  const char *before = NULL, *next = i + 1 < n ? tokens[i + 1] : NULL;
  gboolean past_form = g_str_has_suffix (tokens[i], "ed");

  while (j > 0 && is_adverb (tokens[j - 1]))
    j--;
  before = j > 0 ? tokens[j - 1] : NULL;
  if (past_form)
    return calls_for_noun (before) ? MYNA_EN_ADJECTIVE : MYNA_EN_PAST;
  if (calls_for_verb (before))
    return MYNA_EN_VERB;
  if (is_perfect (before))
    return MYNA_EN_PAST;
  if (is_plural_pronoun (before))
    return has_past_sign (tokens, n) ? MYNA_EN_PAST : MYNA_EN_VERB;
  if (is_singular_pronoun (before))
    return g_str_has_suffix (tokens[i], "s") ? MYNA_EN_VERB : MYNA_EN_PAST;
  if (is_auxiliary (before))
    return MYNA_EN_ADJECTIVE;
  if (calls_for_noun (before))
    return MYNA_EN_NOUN;
  if (before == NULL || !is_word (before))
    return takes_object (next) ? MYNA_EN_VERB : MYNA_EN_NOUN;
  return takes_object (next) ? has_past_sign (tokens, n) ? MYNA_EN_PAST : MYNA_EN_VERB
                             : MYNA_EN_NOUN;
}
