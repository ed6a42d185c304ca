/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/en/myna-en-numbers.h"

#include <string.h>

static const char *const small[] = { "zero",    "one",     "two",       "three",    "four",
                                     "five",    "six",     "seven",     "eight",    "nine",
                                     "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                     "fifteen", "sixteen", "seventeen", "eighteen", "nineteen" };
static const char *const tens[] = { "",      "",      "twenty",  "thirty", "forty",
                                    "fifty", "sixty", "seventy", "eighty", "ninety" };
static const char *const thousands[] = { "",          " thousand",    " million",    " billion",
                                         " trillion", " quadrillion", " quintillion" };

/* A number with more digits is read digit by digit. */
#define MAX_DIGITS (3 * G_N_ELEMENTS (thousands))

static void
append_below_hundred (GString *out, guint n)
{
  if (n < 20)
    g_string_append (out, small[n]);
  else
    g_string_append_printf (out, "%s%s%s", tens[n / 10], n % 10 > 0 ? "-" : "",
                            n % 10 > 0 ? small[n % 10] : "");
}

static void
append_below_thousand (GString *out, guint n, gboolean with_and)
{
  if (n >= 100)
    g_string_append_printf (out, "%s hundred%s", small[n / 100],
                            n % 100 == 0 ? ""
                            : with_and   ? " and "
                                         : " ");
  if (n % 100 > 0)
    append_below_hundred (out, n % 100);
}

static void
append_digit_by_digit (GString *out, const char *digits, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " " : "", small[digits[i] - '0']);
}

/**
 * myna_en_append_cardinal:
 * @out: where the words go
 * @digits: ASCII digits
 * @n: how many
 * @with_and: "one hundred and two" rather than "one hundred two"
 *
 * Says a whole number: groups of three apart by commas, as it is written (spec gpt-sovits 3.6).
 */
void
myna_en_append_cardinal (GString *out, const char *digits, gsize n, gboolean with_and)
{
  gsize zeros, start = out->len;

  /* Found by the fuzzer: what is not a digit ends the number, whatever the caller has matched. */
  n = MIN (strspn (digits, "0123456789"), n);
  zeros = MIN (strspn (digits, "0"), n);
  digits += zeros;
  n -= zeros;
  if (n == 0)
    g_string_append (out, small[0]);
  else if (n > MAX_DIGITS)
    append_digit_by_digit (out, digits, n);
  for (gsize i = 0; i < n && n <= MAX_DIGITS;)
    {
      gsize length = (n - i - 1) % 3 + 1;
      guint group = 0;

      for (gsize j = 0; j < length; j++)
        group = group * 10 + (guint) (digits[i + j] - '0');
      i += length;
      if (group == 0)
        continue;
      /* No comma before a last group below a hundred: "three thousand two". */
      if (out->len > start)
        g_string_append (out, i < n || group >= 100 ? ", " : with_and ? " and " : " ");
      append_below_thousand (out, group, with_and);
      g_string_append (out, thousands[(n - i) / 3]);
    }
}

/**
 * myna_en_append_ordinal:
 * @out: where the words go
 * @digits: ASCII digits
 * @n: how many
 *
 * Says "twenty-first".
 */
void
myna_en_append_ordinal (GString *out, const char *digits, gsize n)
{
  static const char *const irregular[][2] = { { "one", "first" },     { "two", "second" },
                                              { "three", "third" },   { "five", "fifth" },
                                              { "eight", "eighth" },  { "nine", "ninth" },
                                              { "twelve", "twelfth" } };
  g_autoptr (GString) words = g_string_new (NULL);

  myna_en_append_cardinal (words, digits, n, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (irregular); i++)
    if (g_str_has_suffix (words->str, irregular[i][0]))
      {
        g_string_truncate (words, words->len - strlen (irregular[i][0]));
        g_string_append_printf (out, "%s%s", words->str, irregular[i][1]);
        return;
      }
  if (g_str_has_suffix (words->str, "y"))
    {
      g_string_truncate (words, words->len - 1);
      g_string_append (words, "ie");
    }
  g_string_append_printf (out, "%sth", words->str);
}

/**
 * myna_en_append_year_or_number:
 * @out: where the words go
 * @digits: ASCII digits, nothing behind them
 * @n: how many
 *
 * Says a number of its own; 1001 to 2999 in pairs as years are (spec gpt-sovits 3.6).
 */
void
myna_en_append_year_or_number (GString *out, const char *digits, gsize n)
{
  gsize zeros = MIN (strspn (digits, "0"), n);
  guint year = n - zeros == 4 ? (guint) g_ascii_strtoull (digits + zeros, NULL, 10) : 0;

  if (year <= 1000 || year >= 3000 || (year >= 2000 && year < 2010))
    {
      myna_en_append_cardinal (out, digits, n, FALSE);
      return;
    }
  append_below_hundred (out, year / 100);
  if (year % 100 == 0)
    g_string_append (out, " hundred");
  else
    {
      g_string_append (out, year % 100 < 10 ? " oh " : " ");
      append_below_hundred (out, year % 100);
    }
}
