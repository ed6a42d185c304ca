/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/myna-cut.h"

#include <string.h>

/* Marks that end a clause (spec gpt-sovits 3.2), and those after which cut5 cuts. The full-width
 * semicolon is missing upstream, where the ASCII one is listed twice. */
#define SPLITTERS "，。？！,.?!~:：—…"
#define CUTTERS ",.;?!、，。？！：…"
#define RUN_MARKS "!?…,.-"

/* How many clauses, and characters, make a group. */
#define CLAUSES 4
#define FIFTY 50
/* A piece of fewer characters goes with the next one; the text encoder takes no more than these. */
#define MIN_PIECE 5
#define MAX_PIECE 510
/* A first clause of fewer characters gets a full stop in front. */
#define MIN_FIRST 4

static gboolean
is_in (gunichar c, const char *set)
{
  return c != 0 && g_utf8_strchr (set, -1, c) != NULL;
}

/* Whether a point stands between two digits: "3.14". */
static gboolean
is_decimal_point (const char *text, const char *at)
{
  return *at == '.' && at > text && g_ascii_isdigit (at[-1]) && g_ascii_isdigit (at[1]);
}

static gunichar
last_char (const char *text)
{
  const char *end = text + strlen (text);

  return end > text ? g_utf8_get_char (g_utf8_prev_char (end)) : 0;
}

/* Without a word there is nothing to say. */
static gboolean
has_word (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_isalnum (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

static void
add_piece (GPtrArray *pieces, const char *start, gssize length)
{
  g_autofree char *piece = g_strndup (start, (gsize) length);

  if (has_word (piece))
    g_ptr_array_add (pieces, g_steal_pointer (&piece));
}

/* Cuts after each of @marks, and not within a decimal unless @decimals. */
static GPtrArray *
cut_after (const char *text, const char *marks, gboolean decimals)
{
  GPtrArray *pieces = g_ptr_array_new_with_free_func (g_free);
  const char *start = text;

  for (const char *c = text; *c != '\0';)
    {
      const char *next = g_utf8_next_char (c);

      if (is_in (g_utf8_get_char (c), marks) && (decimals || !is_decimal_point (text, c)))
        {
          g_ptr_array_add (pieces, g_strndup (start, (gsize) (next - start)));
          start = next;
        }
      c = next;
    }
  if (*start != '\0')
    g_ptr_array_add (pieces, g_strdup (start));
  return pieces;
}

static char *
replace (const char *text, const char *old, const char *new)
{
  g_auto (GStrv) parts = g_strsplit (text, old, -1);

  return g_strjoinv (new, parts);
}

/* The clauses that cut1 and cut2 put together. */
static GPtrArray *
cut_clauses (const char *text, MynaCutFlags flags)
{
  g_autofree char *stops = replace (text, "……", "。");
  g_autofree char *commas = replace (stops, "——", "，");
  g_autofree char *whole =
      g_strconcat (commas, is_in (last_char (commas), SPLITTERS) ? "" : "。", NULL);

  return cut_after (whole, SPLITTERS, flags & MYNA_CUT_AS_UPSTREAM);
}

/* Groups of four clauses; what is left over goes with the last group. */
static GPtrArray *
cut_by_four (const char *text, MynaCutFlags flags)
{
  g_autoptr (GPtrArray) clauses = cut_clauses (text, flags);
  GPtrArray *pieces = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) group = g_string_new (NULL);

  if (clauses->len <= CLAUSES)
    {
      add_piece (pieces, text, (gssize) strlen (text));
      return pieces;
    }
  for (guint i = 0; i < clauses->len; i++)
    {
      guint group_of = i / CLAUSES, last_start = (clauses->len - 1) / CLAUSES - 1;

      g_string_append (group, clauses->pdata[i]);
      if (i + 1 == clauses->len || ((i + 1) % CLAUSES == 0 && group_of < last_start))
        {
          add_piece (pieces, group->str, (gssize) group->len);
          g_string_truncate (group, 0);
        }
    }
  return pieces;
}

/* Groups of more than fifty characters; a shorter last one goes with the one before. */
static GPtrArray *
cut_by_fifty (const char *text, MynaCutFlags flags)
{
  g_autoptr (GPtrArray) clauses = cut_clauses (text, flags);
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *pieces = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) group = g_string_new (NULL);

  if (clauses->len < 2)
    {
      add_piece (pieces, text, (gssize) strlen (text));
      return pieces;
    }
  for (guint i = 0; i < clauses->len; i++)
    {
      gboolean last = i + 1 == clauses->len;
      glong length;

      g_string_append (group, clauses->pdata[i]);
      length = g_utf8_strlen (group->str, -1);
      if (!last && length <= FIFTY)
        continue;
      if (last && groups->len > 0 && length < FIFTY)
        {
          char *before = groups->pdata[groups->len - 1];

          groups->pdata[groups->len - 1] = g_strconcat (before, group->str, NULL);
          g_free (before);
        }
      else
        g_ptr_array_add (groups, g_strdup (group->str));
      g_string_truncate (group, 0);
    }
  for (guint i = 0; i < groups->len; i++)
    add_piece (pieces, groups->pdata[i], (gssize) strlen (groups->pdata[i]));
  return pieces;
}

/* Cuts at a mark, which is left out; a full stop beside a digit is part of a number. */
static GPtrArray *
cut_at (const char *text, gunichar mark)
{
  GPtrArray *pieces = g_ptr_array_new_with_free_func (g_free);
  const char *start = text, *c = text;

  for (; *c != '\0'; c = g_utf8_next_char (c))
    {
      gboolean number =
          mark == '.' && ((c > text && g_ascii_isdigit (c[-1])) || g_ascii_isdigit (c[1]));

      /* One at the very end ends the text, whatever is before it. */
      if (g_utf8_get_char (c) == mark && (!number || c[1] == '\0'))
        {
          add_piece (pieces, start, c - start);
          start = g_utf8_next_char (c);
        }
    }
  add_piece (pieces, start, c - start);
  return pieces;
}

static GPtrArray *
cut_by_punctuation (const char *text, MynaCutFlags flags)
{
  g_autoptr (GPtrArray) all =
      cut_after (text, flags & MYNA_CUT_AS_UPSTREAM ? CUTTERS : CUTTERS "；", FALSE);
  GPtrArray *pieces = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < all->len; i++)
    add_piece (pieces, all->pdata[i], (gssize) strlen (all->pdata[i]));
  return pieces;
}

/**
 * myna_cut_text:
 * @text: valid UTF-8
 * @method: where to cut
 * @flags: whether to cut as upstream does
 *
 * Cuts a text into what is spoken at once (spec gpt-sovits 3.2). Pieces without a word are left
 * out. Any thread.
 *
 * Returns: (transfer full) (element-type utf8): the pieces in order, perhaps none
 */
GPtrArray *
myna_cut_text (const char *text, MynaCutMethod method, MynaCutFlags flags)
{
  GPtrArray *pieces;

  g_return_val_if_fail (text != NULL, NULL);

  switch (method)
    {
    case MYNA_CUT_FOUR:
      return cut_by_four (text, flags);
    case MYNA_CUT_FIFTY:
      return cut_by_fifty (text, flags);
    case MYNA_CUT_CHINESE_STOP:
      return cut_at (text, 0x3002);
    case MYNA_CUT_ENGLISH_STOP:
      return cut_at (text, '.');
    case MYNA_CUT_PUNCTUATION:
      return cut_by_punctuation (text, flags);
    case MYNA_CUT_NONE:
    default:
      pieces = g_ptr_array_new_with_free_func (g_free);
      add_piece (pieces, text, (gssize) strlen (text));
      return pieces;
    }
}

/* Of marks in a row the first: runs of them make the model stumble. */
static char *
collapse_marks (const char *text)
{
  GString *out = g_string_new (NULL);
  gboolean mark = FALSE;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (!mark || !is_in (c, RUN_MARKS))
        g_string_append_unichar (out, c);
      mark = is_in (c, RUN_MARKS);
    }
  return g_string_free (out, FALSE);
}

/* A text that begins with a very short clause gets a full stop in front. */
static char *
open_gently (const char *text, const char *stop)
{
  glong n = 0;

  if (is_in (g_utf8_get_char (text), SPLITTERS))
    return g_strdup (text);
  for (const char *c = text; *c != '\0' && !is_in (g_utf8_get_char (c), SPLITTERS);
       c = g_utf8_next_char (c))
    n++;
  return g_strconcat (n < MIN_FIRST ? stop : "", text, NULL);
}

static void
add_finished (GPtrArray *pieces, const char *text, const char *stop)
{
  g_autofree char *whole =
      g_strconcat (text, is_in (last_char (text), SPLITTERS) ? "" : stop, NULL);
  g_autoptr (GPtrArray) clauses = NULL;
  g_autoptr (GString) piece = g_string_new (NULL);

  if (g_utf8_strlen (whole, -1) <= MAX_PIECE)
    {
      add_piece (pieces, whole, (gssize) strlen (whole));
      return;
    }
  clauses = cut_after (whole, SPLITTERS, FALSE);
  for (guint i = 0; i < clauses->len; i++)
    {
      const char *clause = clauses->pdata[i];

      if (piece->len > 0 && g_utf8_strlen (piece->str, -1) + g_utf8_strlen (clause, -1) > MAX_PIECE)
        {
          add_piece (pieces, piece->str, (gssize) piece->len);
          g_string_truncate (piece, 0);
        }
      /* A clause that is too long by itself is cut anywhere. */
      while (g_utf8_strlen (clause, -1) > MAX_PIECE)
        {
          const char *end = g_utf8_offset_to_pointer (clause, MAX_PIECE);

          add_piece (pieces, clause, end - clause);
          clause = end;
        }
      g_string_append (piece, clause);
    }
  add_piece (pieces, piece->str, (gssize) piece->len);
}

/* Lines of pieces, short ones joined with what follows, a short last one with what is before. */
static GPtrArray *
join_short (GPtrArray *cut)
{
  GPtrArray *joined = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < cut->len; i++)
    {
      g_auto (GStrv) lines = g_strsplit_set (cut->pdata[i], "\r\n", -1);

      for (gsize j = 0; lines[j] != NULL; j++)
        {
          if (!has_word (lines[j]))
            continue;
          g_string_append (text, lines[j]);
          if (g_utf8_strlen (text->str, -1) < MIN_PIECE)
            continue;
          g_ptr_array_add (joined, g_strdup (text->str));
          g_string_truncate (text, 0);
        }
    }
  if (text->len > 0 && joined->len > 0)
    {
      char *before = joined->pdata[joined->len - 1];

      joined->pdata[joined->len - 1] = g_strconcat (before, text->str, NULL);
      g_free (before);
    }
  else if (text->len > 0)
    g_ptr_array_add (joined, g_strdup (text->str));
  return joined;
}

/**
 * myna_cut_paragraph:
 * @text: valid UTF-8
 * @english: whether missing full stops are English ones
 * @method: where to cut
 *
 * Cuts a text as upstream does, with nothing added at its begin: pieces of fewer than five
 * characters are joined, each ends in a mark, none is longer than the text encoder takes (spec
 * gpt-sovits 3.2). Any thread.
 *
 * Returns: (transfer full) (element-type utf8): the pieces in order, none when nothing in the text
 *   can be spoken
 */
GPtrArray *
myna_cut_paragraph (const char *text, gboolean english, MynaCutMethod method)
{
  GPtrArray *sentences = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) cut = NULL;
  g_autoptr (GPtrArray) joined = NULL;

  g_return_val_if_fail (text != NULL, sentences);

  cut = myna_cut_text (text, method, MYNA_CUT_DEFAULT);
  joined = join_short (cut);
  for (guint i = 0; i < joined->len; i++)
    add_finished (sentences, joined->pdata[i], english ? "." : "。");
  return sentences;
}

/**
 * myna_cut_prepare:
 * @text: valid UTF-8
 * @english: whether missing full stops are English ones
 * @method: where to cut
 *
 * Makes of a text the sentences that the model is given, as upstream's faster path does: marks in a
 * row collapse, a very short beginning gets a full stop, pieces of fewer than five characters are
 * joined, each ends in a mark, none is longer than the text encoder takes (spec gpt-sovits 3.2).
 * Any thread.
 *
 * Returns: (transfer full) (element-type utf8): the sentences in order, none when nothing in the
 *   text can be spoken
 */
GPtrArray *
myna_cut_prepare (const char *text, gboolean english, MynaCutMethod method)
{
  g_autofree char *calm = NULL;
  g_autofree char *opened = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  calm = collapse_marks (text);
  g_strstrip (calm);
  opened = open_gently (calm, english ? "." : "。");
  return myna_cut_paragraph (opened, english, method);
}
