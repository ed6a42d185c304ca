/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/zh/myna-zh-text.h"

#include <string.h>

/**
 * myna_zh_text_init:
 * @self: where it goes
 * @utf8: valid UTF-8, borrowed as long as @self lives
 */
void
myna_zh_text_init (MynaZhText *self, const char *utf8)
{
  const char *c = utf8;

  self->utf8 = utf8;
  self->n = (guint) g_utf8_strlen (utf8, -1);
  self->chars = g_new (gunichar, self->n + 1);
  self->offsets = g_new (guint32, self->n + 1);
  for (guint i = 0; i <= self->n; i++)
    {
      self->offsets[i] = (guint32) (c - utf8);
      self->chars[i] = i < self->n ? g_utf8_get_char (c) : 0;
      if (i < self->n)
        c = g_utf8_next_char (c);
    }
}

/**
 * myna_zh_text_clear:
 * @self: a text
 */
void
myna_zh_text_clear (MynaZhText *self)
{
  g_clear_pointer (&self->chars, g_free);
  g_clear_pointer (&self->offsets, g_free);
}

/**
 * myna_zh_text_equal:
 * @self: a text
 * @a: a position
 * @b: another
 * @n: a number of characters that both have behind them
 *
 * Returns: whether the same characters stand there
 */
gboolean
myna_zh_text_equal (const MynaZhText *self, guint a, guint b, guint n)
{
  return memcmp (self->chars + a, self->chars + b, n * sizeof *self->chars) == 0;
}

/**
 * myna_zh_text_is:
 * @self: a text
 * @start: a position
 * @n: a number of characters
 * @other: a string
 *
 * Returns: whether these characters are exactly @other
 */
gboolean
myna_zh_text_is (const MynaZhText *self, guint start, guint n, const char *other)
{
  gssize length;
  const char *here = myna_zh_text_at (self, start, n, &length);

  return strlen (other) == (gsize) length && memcmp (here, other, (gsize) length) == 0;
}

/**
 * myna_zh_char_in:
 * @c: a character
 * @set: characters
 *
 * Returns: whether @c is one of them
 */
gboolean
myna_zh_char_in (gunichar c, const char *set)
{
  return c != 0 && g_utf8_strchr (set, -1, c) != NULL;
}

/**
 * myna_zh_char_is_mark:
 * @c: a character
 *
 * Returns: whether it is one of the marks that normalised text keeps
 */
gboolean
myna_zh_char_is_mark (gunichar c)
{
  return myna_zh_char_in (c, "!?…,.-");
}
