/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/myna-segment.h"

#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uloc.h>
#include <unicode/utext.h>

/*
 * Text to sentences, in linear time and memory.
 *
 * All work happens on a copy with the same byte offsets as the source, in which what is no valid
 * text became spaces and line ends that only wrap a paragraph became spaces too. ICU finds the
 * sentences in it by the rules of the language (UAX #29, with the abbreviations that CLDR lists).
 */

/* A line of at least so many characters without an end of sentence was wrapped, not ended. */
#define WRAPPED_LINE_CHARS 45

/* A clause that ends earlier than this is no place to split: it would leave scraps. */
#define MIN_PART_CHARS 80

/**
 * myna_segment_free:
 * @self: (nullable) (transfer full): a segment
 */
void
myna_segment_free (MynaSegment *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self);
}

/* Pictures, private use and what is not text at all: nothing that can be read out. */
static gboolean
is_picture (gunichar c)
{
  return (c >= 0x2600 && c <= 0x27BF) || (c >= 0x2B00 && c <= 0x2BFF) || c == 0x20E3 ||
         (c >= 0x1F000 && c <= 0x1FAFF) || c == 0xFFFC || c == 0xFFFD || c >= 0xE0000;
}

/* Format characters that carry spelling: joiners of Persian, Hindi and others. */
static gboolean
is_joiner (gunichar c)
{
  return c == 0x200C || c == 0x200D;
}

static gboolean
is_dropped (gunichar c)
{
  GUnicodeType type;

  if (is_picture (c) || (c >= 0xFE00 && c <= 0xFE0F))
    return TRUE;
  type = g_unichar_type (c);
  return type == G_UNICODE_CONTROL || type == G_UNICODE_PRIVATE_USE ||
         type == G_UNICODE_UNASSIGNED || (type == G_UNICODE_FORMAT && !is_joiner (c));
}

static gboolean
is_speakable (gunichar c)
{
  return g_unichar_isalnum (c) && !is_dropped (c);
}

static gboolean
range_has_speech (const char *start, const char *end)
{
  for (const char *p = start; p < end; p = g_utf8_next_char (p))
    if (is_speakable (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

static gboolean
ends_sentence (gunichar c)
{
  switch (c)
    {
    case '.':
    case '!':
    case '?':
    case ':':
    case 0x2026: /* … */
    case 0x3002: /* 。 */
    case 0xFF01: /* ！ */
    case 0xFF1F: /* ？ */
    case 0xFF1A: /* ： */
    case 0x061F: /* ؟ */
    case 0x06D4: /* ۔ */
    case 0x0964: /* । */
    case 0x0965: /* ॥ */
      return TRUE;
    default:
      return FALSE;
    }
}

/* Closing quotes and brackets may follow the mark that ends a sentence. */
static gboolean
is_closing (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return c == '"' || c == '\'' || type == G_UNICODE_CLOSE_PUNCTUATION ||
         type == G_UNICODE_FINAL_PUNCTUATION;
}

/* 0: no place to split; 1: a weak one; 2: a strong one. */
static int
clause_strength (gunichar c)
{
  switch (c)
    {
    case ';':
    case ':':
    case 0x2014: /* — */
    case 0x2013: /* – */
    case 0xFF1B: /* ； */
    case 0xFF1A: /* ： */
    case 0x061B: /* ؛ */
    case 0x2026: /* … */
      return 2;
    case ',':
    case 0xFF0C: /* ， */
    case 0x3001: /* 、 */
    case 0x060C: /* ، */
    case ')':
      return 1;
    default:
      return 0;
    }
}

/* A copy of the same length in which every byte that is no text is a space. */
static char *
make_clean (const char *text, gsize length)
{
  char *clean = g_malloc (length + 1);
  gsize i = 0;

  memcpy (clean, text, length);
  clean[length] = '\0';
  while (i < length)
    {
      const char *end = NULL;

      if (g_utf8_validate (clean + i, (gssize) (length - i), &end))
        break;
      i = (gsize) (end - clean);
      clean[i] = ' ';
    }
  for (i = 0; i < length; i++)
    {
      if (clean[i] == '\r')
        clean[i] = i + 1 < length && clean[i + 1] == '\n' ? ' ' : '\n';
      else if (clean[i] == '\v' || clean[i] == '\f')
        clean[i] = '\n';
      else if ((guchar) clean[i] < ' ' && clean[i] != '\n')
        clean[i] = ' ';
    }
  return clean;
}

static gboolean
line_ends_sentence (const char *start, const char *end)
{
  while (end > start)
    {
      const char *previous = g_utf8_find_prev_char (start, end);
      gunichar c = previous != NULL ? g_utf8_get_char (previous) : 0;

      if (previous == NULL)
        return FALSE;
      if (!g_unichar_isspace (c) && !is_closing (c))
        return ends_sentence (c);
      end = previous;
    }
  return FALSE;
}

static gboolean
is_blank (const char *start, const char *end)
{
  for (const char *p = start; p < end; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/* Line ends inside a wrapped paragraph become spaces; those that end something stay. */
static void
unwrap_lines (char *text, gsize length)
{
  char *line = text;
  char *end = memchr (line, '\n', length);

  while (end != NULL)
    {
      char *next = end + 1;
      char *next_end = memchr (next, '\n', (gsize) (text + length - next));
      const char *next_stop = next_end != NULL ? next_end : text + length;

      if (g_utf8_strlen (line, end - line) >= WRAPPED_LINE_CHARS &&
          !line_ends_sentence (line, end) && !is_blank (next, next_stop))
        *end = ' ';
      line = next;
      end = next_end;
    }
}

/* Collapses white space and leaves out what cannot be spoken. */
static char *
make_speakable (const char *start, const char *end)
{
  g_autoptr (GString) text = g_string_sized_new ((gsize) (end - start));
  gboolean space = FALSE;

  for (const char *p = start; p < end; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c) || is_dropped (c))
        {
          space = TRUE;
          continue;
        }
      if (space && text->len > 0)
        g_string_append_c (text, ' ');
      space = FALSE;
      g_string_append_unichar (text, c);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

typedef struct
{
  const char *text;
  GPtrArray *segments;
} Splitter;

/* What follows a segment also counts when a piece without speech was dropped behind it. */
static void
raise_pause (Splitter *self, MynaPauseKind pause)
{
  MynaSegment *last;

  if (self->segments->len == 0)
    return;
  last = g_ptr_array_index (self->segments, self->segments->len - 1);
  last->pause = MAX (last->pause, pause);
}

static void
add_part (Splitter *self, const char *start, const char *end, MynaPauseKind pause)
{
  MynaSegment *segment;

  while (start < end && g_unichar_isspace (g_utf8_get_char (start)))
    start = g_utf8_next_char (start);
  while (end > start && g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (end))))
    end = g_utf8_prev_char (end);
  if (!range_has_speech (start, end))
    {
      raise_pause (self, pause);
      return;
    }
  segment = g_new0 (MynaSegment, 1);
  segment->text = make_speakable (start, end);
  segment->start = (gsize) (start - self->text);
  segment->end = (gsize) (end - self->text);
  segment->pause = pause;
  g_ptr_array_add (self->segments, segment);
}

/* Where to split the next part off a long sentence: behind a strong clause mark, else a weak one,
 * else between words, else anywhere but before a mark that belongs to the letter before. */
static const char *
find_split (const char *start, const char *end)
{
  const char *places[3] = { NULL, NULL, NULL };
  const char *limit = start;
  guint n = 0;

  for (const char *p = start; p < end && n < MYNA_SEGMENT_MAX_CHARS; p = g_utf8_next_char (p), n++)
    {
      gunichar c = g_utf8_get_char (p);
      const char *next = g_utf8_next_char (p);
      int strength = clause_strength (c);

      /* "1,000" and "3:15" are no clauses; Chinese has no space behind its marks. */
      if (strength > 0 && c < 0x80 && next < end && !g_unichar_isspace (g_utf8_get_char (next)))
        strength = 0;
      if (strength > 0 && n >= MIN_PART_CHARS)
        places[strength] = next;
      if (g_unichar_isspace (c) && n > 0)
        places[0] = next;
      if (!g_unichar_ismark (c) && !is_joiner (c))
        limit = p;
    }
  for (int i = 2; i >= 0; i--)
    if (places[i] != NULL)
      return places[i];
  return limit > start ? limit : end;
}

static void
add_sentence (Splitter *self, const char *start, const char *end, MynaPauseKind pause)
{
  glong n = g_utf8_strlen (start, end - start);

  while (n > MYNA_SEGMENT_MAX_CHARS)
    {
      const char *split = find_split (start, end);

      n -= g_utf8_strlen (start, split - start);
      add_part (self, start, split, split < end ? MYNA_PAUSE_CLAUSE : pause);
      start = split;
    }
  if (start < end)
    add_part (self, start, end, pause);
}

/* An empty line (or U+2029) at the end of a sentence or behind it makes a paragraph. */
static MynaPauseKind
pause_behind (const char *start, const char *end, const char *stop)
{
  guint n_lines = 0;
  const char *p = end;

  while (p > start && g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (p))))
    p = g_utf8_prev_char (p);
  for (; p < stop; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_isspace (c))
        break;
      if (c == 0x2029)
        return MYNA_PAUSE_PARAGRAPH;
      n_lines += c == '\n' || c == 0x2028 || c == 0x85;
    }
  return n_lines >= 2 ? MYNA_PAUSE_PARAGRAPH : MYNA_PAUSE_SENTENCE;
}

/* "en-us" -> "en_US@ss=standard": CLDR's list of abbreviations that do not end a sentence. */
static void
make_locale (const char *language, char *locale, gsize size)
{
  UErrorCode status = U_ZERO_ERROR;
  char tag[ULOC_FULLNAME_CAPACITY] = "";

  /* espeak-ng's codes for Chinese are those of ISO 639-3, which ICU knows as zh. */
  if (language != NULL && g_str_has_prefix (language, "cmn"))
    language = "zh";
  if (language != NULL)
    uloc_forLanguageTag (language, tag, sizeof tag - 1, NULL, &status);
  if (U_FAILURE (status))
    tag[0] = '\0';
  g_snprintf (locale, size, "%s@ss=standard", tag);
}

/* Without ICU's data nothing is lost: the lines are the sentences, and long ones are split. */
static void
split_lines (Splitter *self, gsize length)
{
  const char *stop = self->text + length;
  const char *line = self->text;

  while (line < stop)
    {
      const char *end = memchr (line, '\n', (gsize) (stop - line));

      end = end != NULL ? end + 1 : stop;
      add_sentence (self, line, end, pause_behind (line, end, stop));
      line = end;
    }
}

static void
split_sentences (Splitter *self, gsize length, const char *language)
{
  UErrorCode status = U_ZERO_ERROR;
  UText utext = UTEXT_INITIALIZER;
  UBreakIterator *iterator;
  char locale[ULOC_FULLNAME_CAPACITY + 16];
  int32_t start;

  make_locale (language, locale, sizeof locale);
  iterator = ubrk_open (UBRK_SENTENCE, locale, NULL, 0, &status);
  utext_openUTF8 (&utext, self->text, (int64_t) length, &status);
  if (U_SUCCESS (status))
    ubrk_setUText (iterator, &utext, &status);
  if (U_FAILURE (status))
    split_lines (self, length);
  else
    {
      start = ubrk_first (iterator);
      for (int32_t end = ubrk_next (iterator); end != UBRK_DONE; end = ubrk_next (iterator))
        {
          const char *from = self->text + start;
          const char *to = self->text + end;

          add_sentence (self, from, to, pause_behind (from, to, self->text + length));
          start = end;
        }
    }
  if (iterator != NULL)
    ubrk_close (iterator);
  utext_close (&utext);
}

/**
 * myna_segment_new:
 * @text: valid UTF-8 that is spoken as a whole
 * @pause: what follows it
 *
 * Returns: (transfer full) (nullable): it as one segment; %NULL when there is nothing to say in it
 */
MynaSegment *
myna_segment_new (const char *text, MynaPauseKind pause)
{
  MynaSegment *self;

  g_return_val_if_fail (text != NULL, NULL);

  if (!myna_segment_has_speech (text, -1))
    return NULL;
  self = g_new0 (MynaSegment, 1);
  self->text = make_speakable (text, text + strlen (text));
  self->end = strlen (text);
  self->pause = pause;
  return self;
}

/**
 * myna_segment_text:
 * @text: any bytes; what is not UTF-8 counts as white space
 * @length: in bytes, or -1 when it ends with a zero
 * @language: (nullable): language code, for the rules of where sentences end
 *
 * Splits a text into sentences, and long sentences into parts that can be spoken one by one. Pieces
 * without a letter or digit are dropped. Time and memory are linear in the length. Any thread.
 *
 * Returns: (transfer full) (element-type MynaSegment): the sentences; empty when there is nothing
 *   to say
 */
GPtrArray *
myna_segment_text (const char *text, gssize length, const char *language)
{
  g_autofree char *clean = NULL;
  Splitter splitter;
  gsize size;

  g_return_val_if_fail (text != NULL, NULL);

  size = length < 0 ? strlen (text) : (gsize) length;
  splitter.segments = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_segment_free);
  if (size > G_MAXINT32 - 1)
    size = G_MAXINT32 - 1; /* ICU's boundaries are 32 bit */
  clean = make_clean (text, size);
  unwrap_lines (clean, size);
  splitter.text = clean;
  split_sentences (&splitter, size, language);
  return splitter.segments;
}

/**
 * myna_segment_has_speech:
 * @text: any bytes
 * @length: in bytes, or -1 when it ends with a zero
 *
 * Whether there is anything to say: a letter or a digit, in any script. Stops at the first. Any
 * thread.
 *
 * Returns: %FALSE when the text is blank, or punctuation, pictures and control characters only
 */
gboolean
myna_segment_has_speech (const char *text, gssize length)
{
  const char *p = text;
  const char *stop;

  g_return_val_if_fail (text != NULL, FALSE);

  stop = text + (length < 0 ? strlen (text) : (gsize) length);
  while (p < stop)
    {
      gunichar c = g_utf8_get_char_validated (p, stop - p);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          p++;
          continue;
        }
      if (is_speakable (c))
        return TRUE;
      p = g_utf8_next_char (p);
    }
  return FALSE;
}
