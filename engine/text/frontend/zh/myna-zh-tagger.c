/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/zh/myna-zh-tagger.h"

#include "engine/text/frontend/myna-lexicon-format.h"

#include <math.h>
#include <string.h>

#define MAX_STATES 256
#define NEVER (-3.14e100) /* jieba's logarithm of no probability */
#define VALUES_PER_STATE (1 + MYNA_LEXICON_VALUES_PER_DOUBLE)

struct _MynaZhTagger
{
  MynaLexicon *lexicon;
  MynaLexiconTable states;     /* "Bn" -> start, then state and transition */
  MynaLexiconTable characters; /* character -> whether only these states, then state and emission */
  MynaLexiconTable cutter;     /* character -> emissions of B, E, M, S */
  guint n_states;
  double start[MAX_STATES];
  gboolean leads_on[MAX_STATES]; /* a state that any state follows */
  double transitions[MAX_STATES][MAX_STATES];
};

/**
 * myna_zh_tagger_new:
 * @lexicon: a lexicon
 *
 * Returns: (transfer full) (nullable): a tagger; %NULL when the lexicon has no Mandarin
 */
MynaZhTagger *
myna_zh_tagger_new (MynaLexicon *lexicon)
{
  g_autoptr (MynaZhTagger) self = g_new0 (MynaZhTagger, 1);

  self->lexicon = myna_lexicon_ref (lexicon);
  myna_lexicon_get_table (lexicon, "zh-tagger-states", &self->states);
  myna_lexicon_get_table (lexicon, "zh-tagger-characters", &self->characters);
  myna_lexicon_get_table (lexicon, "zh-cutter-characters", &self->cutter);
  self->n_states = self->states.n_keys;
  if (self->n_states == 0 || self->n_states > MAX_STATES)
    return NULL;
  for (guint from = 0; from < self->n_states; from++)
    {
      gsize n;
      const guint16 *values = myna_lexicon_table_values (&self->states, from, &n);

      for (guint to = 0; to < MAX_STATES; to++)
        self->transitions[from][to] = -INFINITY;
      self->start[from] =
          n < MYNA_LEXICON_VALUES_PER_DOUBLE ? NEVER : myna_lexicon_read_double (values);
      for (gsize i = MYNA_LEXICON_VALUES_PER_DOUBLE; i + VALUES_PER_STATE <= n;
           i += VALUES_PER_STATE)
        if (values[i] < self->n_states)
          {
            self->transitions[from][values[i]] = myna_lexicon_read_double (values + i + 1);
            self->leads_on[from] = TRUE;
          }
    }
  return g_steal_pointer (&self);
}

/**
 * myna_zh_tagger_free:
 * @self: (nullable) (transfer full): a tagger
 */
void
myna_zh_tagger_free (MynaZhTagger *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->lexicon, myna_lexicon_unref);
  g_free (self);
}

/* What one character can be: states and how likely each shows this character. */
typedef struct
{
  gboolean allowed[MAX_STATES];
  double emission[MAX_STATES];
} Sight;

static void
look_at (const MynaZhTagger *self, const MynaZhText *text, guint i, Sight *sight)
{
  gssize length;
  const char *key = myna_zh_text_at (text, i, 1, &length);
  gsize n;
  const guint16 *values = myna_lexicon_table_get (&self->characters, key, length, &n);
  gboolean only_these = n > 0 && values[0] != 0;

  for (guint state = 0; state < self->n_states; state++)
    {
      sight->allowed[state] = !only_these;
      sight->emission[state] = NEVER;
    }
  for (gsize j = 1; j + VALUES_PER_STATE <= n; j += VALUES_PER_STATE)
    if (values[j] < self->n_states)
      {
        sight->allowed[values[j]] = TRUE;
        sight->emission[values[j]] = myna_lexicon_read_double (values + j + 1);
      }
}

/* The states that may come next: those the character allows, unless no state leads to one. */
static void
narrow (const MynaZhTagger *self, const guint8 *before, guint n_before, Sight *sight)
{
  gboolean reachable[MAX_STATES] = { FALSE };
  gboolean any_reachable = FALSE, any = FALSE;

  for (guint i = 0; i < n_before; i++)
    for (guint to = 0; to < self->n_states; to++)
      reachable[to] |= self->transitions[before[i]][to] > -INFINITY;
  for (guint state = 0; state < self->n_states; state++)
    {
      any_reachable |= reachable[state];
      any |= reachable[state] && sight->allowed[state];
    }
  for (guint state = 0; state < self->n_states; state++)
    sight->allowed[state] = any             ? reachable[state] && sight->allowed[state]
                            : any_reachable ? reachable[state]
                                            : TRUE;
}

/* The states that were possible and go on; all possible ones where none does. */
static guint
list_before (const MynaZhTagger *self, const gboolean *possible, guint8 *before)
{
  guint n = 0;

  for (guint state = 0; state < self->n_states; state++)
    if (possible[state] && self->leads_on[state])
      before[n++] = (guint8) state;
  for (guint state = 0; state < self->n_states && n == 0; state++)
    if (possible[state])
      before[n++] = (guint8) state;
  return n;
}

/*
 * The likeliest states of a run of Han characters. Of equally likely ones the last in the order of
 * their names wins, as a maximum over Python's tuples does.
 */
static void
find_states (const MynaZhTagger *self, const MynaZhText *text, guint start, guint n, guint8 *states)
{
  g_autofree guint8 *from = g_malloc0 ((gsize) n * MAX_STATES);
  g_autofree Sight *sight = g_new (Sight, 1);
  gboolean possible[MAX_STATES];
  double now[MAX_STATES], best = -INFINITY;
  guint8 last = 0;

  look_at (self, text, start, sight);
  for (guint state = 0; state < self->n_states; state++)
    {
      possible[state] = sight->allowed[state];
      now[state] = self->start[state] + sight->emission[state];
    }
  for (guint i = 1; i < n; i++)
    {
      guint8 before[MAX_STATES];
      guint n_before = list_before (self, possible, before);
      double then[MAX_STATES];

      memcpy (then, now, sizeof then);
      look_at (self, text, start + i, sight);
      narrow (self, before, n_before, sight);
      for (guint to = 0; to < self->n_states; to++)
        {
          possible[to] = sight->allowed[to];
          now[to] = -INFINITY;
          for (guint j = 0; j < n_before && possible[to]; j++)
            {
              double p = then[before[j]] + self->transitions[before[j]][to] + sight->emission[to];

              if (j == 0 || p >= now[to])
                {
                  now[to] = p;
                  from[(gsize) i * MAX_STATES + to] = before[j];
                }
            }
        }
    }
  for (guint state = 0; state < self->n_states; state++)
    if (possible[state] && now[state] >= best)
      {
        best = now[state];
        last = (guint8) state;
      }
  for (guint i = n; i-- > 0;)
    {
      states[i] = last;
      last = from[(gsize) i * MAX_STATES + last];
    }
}

static void
add_word (GArray *words, guint start, guint n, const char *tag, gsize tag_length)
{
  MynaZhWord word = { .start = start, .n = n };

  tag_length = MIN (tag_length, sizeof word.tag - 1);
  memcpy (word.tag, tag, tag_length);
  g_array_append_val (words, word);
}

static void
tag_han (const MynaZhTagger *self, const MynaZhText *text, guint start, guint n, GArray *words)
{
  g_autofree guint8 *states = g_malloc (n);
  guint begin = 0, next = 0;

  find_states (self, text, start, n, states);
  for (guint i = 0; i < n; i++)
    {
      gsize length;
      const char *name = myna_lexicon_table_key (&self->states, states[i], &length);

      if (length == 0)
        continue;
      if (name[0] == 'B')
        begin = i;
      else if (name[0] == 'E' || name[0] == 'S')
        {
          begin = name[0] == 'S' ? i : begin;
          add_word (words, start + begin, i + 1 - begin, name + 1, length - 1);
          next = i + 1;
        }
    }
  if (next < n)
    {
      gsize length;
      const char *name = myna_lexicon_table_key (&self->states, states[next], &length);

      add_word (words, start + next, n - next, name + 1, length > 0 ? length - 1 : 0);
    }
}

static gboolean
is_han (gunichar c)
{
  return c >= 0x4e00 && c <= 0x9fd5;
}

/* The end of the run of the same kind (numbers, letters, anything else) that begins at @start. */
static guint
find_run (const MynaZhText *text, guint start, guint end, const char **tag)
{
  gunichar first = text->chars[start];
  guint i = start;

  if (first == '.' || g_unichar_isdigit (first))
    {
      *tag = "m";
      while (i < end && (text->chars[i] == '.' || g_unichar_isdigit (text->chars[i])))
        i++;
    }
  else if (first < 0x80 && g_ascii_isalnum ((char) first))
    {
      *tag = "eng";
      while (i < end && text->chars[i] < 0x80 && g_ascii_isalnum ((char) text->chars[i]))
        i++;
    }
  else
    {
      *tag = "x";
      i++;
    }
  return i;
}

/**
 * myna_zh_tagger_run:
 * @self: a tagger
 * @text: a text
 * @start: where to begin
 * @end: where to end
 * @words: (element-type MynaZhWord): the words are appended here
 *
 * Finds words with their tags among characters that the dictionary does not know.
 */
void
myna_zh_tagger_run (
    const MynaZhTagger *self, const MynaZhText *text, guint start, guint end, GArray *words)
{
  while (start < end)
    {
      const char *tag = "x";
      guint next = start;

      while (next < end && is_han (text->chars[next]))
        next++;
      if (next > start)
        tag_han (self, text, start, next - start, words);
      else
        {
          next = find_run (text, start, end, &tag);
          add_word (words, start, next - start, tag, strlen (tag));
        }
      start = next;
    }
}

/* The places of B, E, M and S in the lexicon's rows. Start and transitions: jieba's finalseg. */
enum
{
  BEGIN,
  END,
  MIDDLE,
  SINGLE,
};

static const double cut_start[4] = {
  [BEGIN] = -0.26268660809250016, [END] = NEVER, [MIDDLE] = NEVER, [SINGLE] = -1.4652633398537678
};
static const double cut_transitions[4][4] = {
  [BEGIN] = { [END] = -0.510825623765990, [MIDDLE] = -0.916290731874155 },
  [END] = { [BEGIN] = -0.5897149736854513, [SINGLE] = -0.8085250474669937 },
  [MIDDLE] = { [END] = -0.33344856811948514, [MIDDLE] = -1.2603623820268226 },
  [SINGLE] = { [BEGIN] = -0.7211965654669841, [SINGLE] = -0.6658631448798212 },
};
/* What can be before each, the greater letter second: it wins where both are as likely. */
static const guint8 cut_before[4][2] = {
  [BEGIN] = { END, SINGLE },
  [END] = { BEGIN, MIDDLE },
  [MIDDLE] = { BEGIN, MIDDLE },
  [SINGLE] = { END, SINGLE },
};

static double
cut_emission (const guint16 *values, gsize n, guint state)
{
  if ((state + 1) * MYNA_LEXICON_VALUES_PER_DOUBLE > n)
    return NEVER;
  return myna_lexicon_read_double (values + state * MYNA_LEXICON_VALUES_PER_DOUBLE);
}

static void
cut_states (const MynaZhTagger *self, const MynaZhText *text, guint start, guint n, guint8 *states)
{
  g_autofree guint8 (*from)[4] = g_malloc0 ((gsize) n * 4);
  double now[4] = { 0 };
  guint8 last;

  for (guint i = 0; i < n; i++)
    {
      gssize length;
      gsize n_values;
      const char *key = myna_zh_text_at (text, start + i, 1, &length);
      const guint16 *values = myna_lexicon_table_get (&self->cutter, key, length, &n_values);
      double then[4];

      memcpy (then, now, sizeof then);
      for (guint to = 0; to < 4; to++)
        {
          const guint8 *before = cut_before[to];
          double emission = cut_emission (values, n_values, to);
          double first = then[before[0]] + cut_transitions[before[0]][to] + emission;
          double second = then[before[1]] + cut_transitions[before[1]][to] + emission;

          now[to] = i == 0 ? cut_start[to] + emission : MAX (first, second);
          from[i][to] = second >= first ? before[1] : before[0];
        }
    }
  last = now[SINGLE] >= now[END] ? SINGLE : END;
  for (guint i = n; i-- > 0;)
    {
      states[i] = last;
      last = from[i][last];
    }
}

static void
cut_han (const MynaZhTagger *self, const MynaZhText *text, guint start, guint n, GArray *words)
{
  g_autofree guint8 *states = g_malloc (n);
  guint begin = 0, next = 0;

  cut_states (self, text, start, n, states);
  for (guint i = 0; i < n; i++)
    {
      if (states[i] == BEGIN)
        begin = i;
      else if (states[i] != MIDDLE)
        {
          begin = states[i] == SINGLE ? i : begin;
          add_word (words, start + begin, i + 1 - begin, "", 0);
          next = i + 1;
        }
    }
  if (next < n)
    add_word (words, start + next, n - next, "", 0);
}

/**
 * myna_zh_tagger_cut:
 * @self: a tagger
 * @text: a text
 * @start: where to begin
 * @end: where to end
 * @words: (element-type MynaZhWord): the words are appended here, without tags
 *
 * Finds words among characters that the dictionary does not know, by the smaller model.
 */
void
myna_zh_tagger_cut (
    const MynaZhTagger *self, const MynaZhText *text, guint start, guint end, GArray *words)
{
  while (start < end)
    {
      const char *tag;
      guint next = start;

      while (next < end && is_han (text->chars[next]))
        next++;
      if (next > start)
        cut_han (self, text, start, next - start, words);
      else
        {
          next = find_run (text, start, end, &tag);
          add_word (words, start, next - start, "", 0);
        }
      start = next;
    }
}
