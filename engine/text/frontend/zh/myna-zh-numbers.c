/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/zh/myna-zh-numbers.h"

#include <string.h>

/* A cardinal with more digits than this is read digit by digit: nobody says it. */
#define MAX_CARDINAL 24

static const char *const digit_words[] = { "零", "一", "二", "三", "四",
                                           "五", "六", "七", "八", "九" };

static const struct
{
  gsize power;
  const char *word;
} units[] = { { 8, "亿" }, { 4, "万" }, { 3, "千" }, { 2, "百" }, { 1, "十" } };

/**
 * myna_zh_append_digits:
 * @out: where the words go
 * @digits: ASCII digits; anything else is skipped
 * @n: how many
 * @yao: whether 1 is said 幺, as in telephone numbers
 *
 * Says digits one by one.
 */
void
myna_zh_append_digits (GString *out, const char *digits, gsize n, gboolean yao)
{
  for (gsize i = 0; i < n; i++)
    if (g_ascii_isdigit (digits[i]))
      g_string_append (out, yao && digits[i] == '1' ? "幺" : digit_words[digits[i] - '0']);
}

/* A number's part between units: zeros in front are said once. */
static void
append_part (GString *out, const char *digits, gsize n)
{
  gsize zeros = strspn (digits, "0");
  gsize unit = 0, left;

  zeros = MIN (zeros, n);
  left = n - zeros;
  if (left == 0)
    return;
  if (left == 1)
    {
      if (zeros > 0)
        g_string_append (out, digit_words[0]);
      g_string_append (out, digit_words[digits[zeros] - '0']);
      return;
    }
  while (units[unit].power >= left)
    unit++;
  append_part (out, digits, n - units[unit].power);
  g_string_append (out, units[unit].word);
  append_part (out, digits + n - units[unit].power, units[unit].power);
}

/**
 * myna_zh_append_cardinal:
 * @out: where the words go
 * @digits: ASCII digits
 * @n: how many
 *
 * Says a whole number: 十 百 千 万 亿, no 一 before a leading 十 (spec gpt-sovits 3.4 step 9).
 */
void
myna_zh_append_cardinal (GString *out, const char *digits, gsize n)
{
  gsize zeros = MIN (strspn (digits, "0"), n);

  if (n == 0)
    return;
  digits += zeros;
  n -= zeros;
  if (n == 0)
    g_string_append (out, digit_words[0]);
  else if (n > MAX_CARDINAL)
    myna_zh_append_digits (out, digits, n, FALSE);
  else
    {
      gsize start = out->len;

      append_part (out, digits, n);
      if (g_str_has_prefix (out->str + start, "一十"))
        g_string_erase (out, (gssize) start, (gssize) strlen ("一"));
    }
}

/**
 * myna_zh_append_number:
 * @out: where the words go
 * @number: ASCII digits with or without a decimal point, "12", "3.10", ".5"
 *
 * Says a number without a sign. Of zeros at the end of a fraction one is left.
 */
void
myna_zh_append_number (GString *out, const char *number)
{
  const char *point = strchr (number, '.');
  gsize whole = point != NULL ? (gsize) (point - number) : strlen (number);
  gsize decimals = point != NULL ? strlen (point + 1) : 0;

  myna_zh_append_cardinal (out, number, whole);
  if (decimals == 0)
    return;
  while (decimals > 1 && point[decimals] == '0' && point[decimals - 1] == '0')
    decimals--;
  if (whole == 0)
    g_string_append (out, digit_words[0]);
  g_string_append (out, "点");
  myna_zh_append_digits (out, point + 1, decimals, FALSE);
}
