/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/myna-script.h"

#include "engine/core/myna-error.h"
#include "engine/text/frontend/zh/myna-zh-normalise.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/*
 * Which language a stretch of text is in, by its script alone (spec gpt-sovits 3.3, "Native plan"):
 * Han is Mandarin, Latin is English, digits go with a neighbour.
 */

typedef enum
{
  KIND_MARK,
  KIND_HAN,
  KIND_LATIN,
  KIND_DIGIT,
  KIND_JAPANESE,
  KIND_KOREAN,
} Kind;

/* A word of one kind with the marks and spaces behind it. */
typedef struct
{
  Kind kind;
  gsize start;
  gsize end;  /* of the word itself */
  gsize next; /* behind its marks */
  const char *language;
} Token;

static Kind
get_kind (gunichar c)
{
  if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || c == 0x3007)
    return KIND_HAN;
  if ((c >= 0x3040 && c <= 0x30ff && c != 0x30fb) || (c >= 0xff66 && c <= 0xff9f))
    return KIND_JAPANESE;
  if ((c >= 0xac00 && c <= 0xd7a3) || (c >= 0x1100 && c <= 0x11ff) || (c >= 0x3131 && c <= 0x318e))
    return KIND_KOREAN;
  if ((c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19))
    return KIND_DIGIT;
  if (g_unichar_isalpha (c) && g_unichar_get_script (c) == G_UNICODE_SCRIPT_LATIN)
    return KIND_LATIN;
  return KIND_MARK;
}

static gunichar
char_at (const char *text, gsize position)
{
  return g_utf8_get_char (text + position);
}

/* A mark that holds a word or a number together: "isn't", "twenty-five", "3.14", "12:30". */
static gboolean
joins (Kind kind, gunichar mark)
{
  if (kind == KIND_LATIN)
    return mark == '\'' || mark == 0x2019 || mark == '-' || mark == '.' || mark == '&';
  if (kind == KIND_DIGIT)
    return mark < 0x80 && strchr (".,:/-~+*=", (char) mark) != NULL && mark != 0;
  return FALSE;
}

/* Where the word that begins at @start ends. */
static gsize
find_word_end (const char *text, gsize start, Kind kind)
{
  gsize end = start;

  while (text[end] != '\0')
    {
      gunichar c = char_at (text, end);
      gsize next = (gsize) (g_utf8_next_char (text + end) - text);

      if (get_kind (c) == kind || (kind == KIND_LATIN && get_kind (c) == KIND_DIGIT))
        end = next; /* "MP3" is one word */
      else if (joins (kind, c) && text[next] != '\0' &&
               (get_kind (char_at (text, next)) == kind ||
                (c == '-' && get_kind (char_at (text, next)) == KIND_DIGIT)))
        end = next; /* also "GPT-4" */
      else if (kind == KIND_DIGIT && (c == '%' || c == 0x2103 || c == 0xb0))
        end = next;
      else
        break;
    }
  return end;
}

/* A sign in front of a number belongs to it. */
static gboolean
is_number_sign (const char *text, gsize position)
{
  gunichar c = char_at (text, position);
  const char *next = g_utf8_next_char (text + position);

  return (c == '-' || c == '+' || c == '$' || c == 0xa3 || c == 0xa5 || c == 0x20ac ||
          c == 0xffe5) &&
         get_kind (g_utf8_get_char (next)) == KIND_DIGIT;
}

/* "25km" in a Chinese text is Chinese: the unit goes with its number. */
static void
join_unit (const char *text, Token *token)
{
  gsize length = token->kind == KIND_DIGIT ? myna_zh_unit_length (text + token->end) : 0;

  if (length > 0 && get_kind (char_at (text, token->end + length)) != KIND_DIGIT)
    token->end += length;
  else if (token->kind == KIND_DIGIT && token->end > token->start && text[token->end] == 'C' &&
           text[token->end - 1] == '\xb0') /* the last byte of ° */
    token->end++;
}

static GArray *
cut_tokens (const char *text)
{
  GArray *tokens = g_array_new (FALSE, TRUE, sizeof (Token));
  gboolean any_han = FALSE;
  gsize at = 0, lead = 0;

  for (const char *c = text; *c != '\0' && !any_han; c = g_utf8_next_char (c))
    any_han = get_kind (g_utf8_get_char (c)) == KIND_HAN;
  while (text[at] != '\0')
    {
      Kind kind = get_kind (char_at (text, at));
      gboolean sign = kind == KIND_MARK && is_number_sign (text, at);
      gsize after_sign = (gsize) (g_utf8_next_char (text + at) - text);
      Token token = { .kind = sign ? KIND_DIGIT : kind, .start = at };

      if (kind == KIND_MARK && !sign)
        {
          at = after_sign;
          if (tokens->len > 0)
            g_array_index (tokens, Token, tokens->len - 1).next = lead = at;
          continue;
        }
      token.end = find_word_end (text, sign ? after_sign : at, token.kind);
      if (any_han)
        join_unit (text, &token);
      token.start = lead;
      at = lead = token.next = token.end;
      g_array_append_val (tokens, token);
    }
  return tokens;
}

static gboolean
refuse (const char *sentence, GError **error)
{
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED, sentence);
  return FALSE;
}

static gboolean
name_tokens (GArray *tokens, MynaTextMode mode, GError **error)
{
  for (guint i = 0; i < tokens->len; i++)
    {
      Token *token = &g_array_index (tokens, Token, i);

      if (token->kind == KIND_HAN)
        token->language = "zh";
      else if (token->kind == KIND_LATIN)
        token->language = "en";
      else if (token->kind == KIND_JAPANESE && mode == MYNA_TEXT_AUTO)
        return refuse (
            _ ("This text has Japanese in it, which GPT-SoVITS in Myna cannot read yet; it "
               "will come in a later version. Use the draft voice for it."),
            error);
      else if (token->kind == KIND_KOREAN && mode == MYNA_TEXT_AUTO)
        return refuse (
            _ ("This text has Korean in it, which GPT-SoVITS in Myna cannot read yet; it "
               "will come in a later version. Use the draft voice for it."),
            error);
    }
  return TRUE;
}

/* The nearest token with a language, before or behind. */
static const Token *
find_neighbour (GArray *tokens, guint i, int step)
{
  for (gint64 j = (gint64) i + step; j >= 0 && j < tokens->len; j += step)
    if (g_array_index (tokens, Token, j).language != NULL)
      return &g_array_index (tokens, Token, j);
  return NULL;
}

static gboolean
ends_clause (const char *text, const Token *token)
{
  for (const char *c = text + token->end; c < text + token->next; c = g_utf8_next_char (c))
    if (g_utf8_strchr (",.!?，。！？", -1, g_utf8_get_char (c)) != NULL)
      return TRUE;
  return FALSE;
}

static gsize
stretch (GArray *tokens, const Token *token, int step)
{
  const Token *first = &g_array_index (tokens, Token, 0), *end = first + tokens->len;
  gsize bytes = 0;

  for (const Token *t = token; t >= first && t < end && t->language == token->language; t += step)
    bytes += t->end - t->start;
  return bytes;
}

/* Digits take the language of a neighbour (spec 3.3): not across the end of a clause, else the
 * longer one's. */
static const char *
choose_for_digits (const char *text, GArray *tokens, guint i, const char *otherwise)
{
  const Token *token = &g_array_index (tokens, Token, i);
  const Token *left = find_neighbour (tokens, i, -1), *right = find_neighbour (tokens, i, 1);

  if (left == NULL || right == NULL)
    return left != NULL ? left->language : right != NULL ? right->language : otherwise;
  if (left->language == right->language || ends_clause (text, token))
    return left->language;
  if (ends_clause (text, token - 1))
    return right->language;
  return stretch (tokens, right, 1) > stretch (tokens, left, -1) ? right->language : left->language;
}

/**
 * myna_script_split:
 * @text: valid UTF-8
 * @mode: what the text is taken for
 * @error: return location for an error
 *
 * Cuts a text into stretches of one language each. In @MYNA_TEXT_ENGLISH a text without Han is one
 * stretch. Any thread.
 *
 * Returns: (transfer full) (element-type MynaScriptRun): they cover the text from start to end, in
 *   order; %NULL with MYNA_ERROR_UNSUPPORTED for a script that cannot be read yet
 */
GArray *
myna_script_split (const char *text, MynaTextMode mode, GError **error)
{
  g_autoptr (GArray) tokens = cut_tokens (text);
  g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (MynaScriptRun));
  const char *otherwise = mode == MYNA_TEXT_ENGLISH ? "en" : "zh";
  g_autofree const char **chosen = g_new0 (const char *, tokens->len + 1);

  if (!name_tokens (tokens, mode, error))
    return NULL;
  for (guint i = 0; i < tokens->len; i++)
    {
      const char *own = g_array_index (tokens, Token, i).language;

      chosen[i] = own != NULL ? own : choose_for_digits (text, tokens, i, otherwise);
    }
  for (guint i = 0; i < tokens->len; i++)
    {
      const Token *token = &g_array_index (tokens, Token, i);
      MynaScriptRun *last =
          runs->len > 0 ? &g_array_index (runs, MynaScriptRun, runs->len - 1) : NULL;
      MynaScriptRun run = { chosen[i], last != NULL ? last->end : 0, token->next };

      if (last != NULL && last->language == chosen[i])
        last->end = token->next;
      else
        g_array_append_val (runs, run);
    }
  if (tokens->len == 0 && *text != '\0')
    {
      MynaScriptRun run = { otherwise, 0, strlen (text) };

      g_array_append_val (runs, run);
    }
  return g_steal_pointer (&runs);
}
