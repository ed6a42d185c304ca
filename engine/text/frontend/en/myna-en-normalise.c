/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/en/myna-en-normalise.h"

#include "engine/text/frontend/en/myna-en-numbers.h"
#include "engine/text/frontend/myna-say-rules.h"

#include <stdlib.h>
#include <string.h>

/*
 * Numbers and signs to words (spec gpt-sovits 3.6). Rules act in the order of the table at the end;
 * a rule may leave digits for a later one. Rules that upstream applies wrongly come twice.
 */

#define POWERS "⁰¹²³⁴⁵⁶⁷⁸⁹ˣʸⁿ"
#define OPERAND "-?\\d+(?:\\.\\d+)?[" POWERS "]*|\\.\\d+[" POWERS "]*|[A-Za-z][" POWERS "]*"
#define AMOUNT "((?:\\d[\\d.,]*)?\\.?\\d)"

static void
append_group (GString *out, const GMatchInfo *match, int group)
{
  g_autofree char *text = g_match_info_fetch (match, group);

  if (text != NULL)
    g_string_append (out, text);
}

/* A number at the start of the text ("1. Open it") is a place in a list. */
static gboolean
say_list_number (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *digits = g_match_info_fetch (match, 1);

  myna_en_append_ordinal (out, digits, strlen (digits));
  g_string_append (out, ", ");
  return FALSE;
}

static gboolean
say_operator (const GMatchInfo *match, GString *out, gpointer data)
{
  static const char *const words[][2] = { { "+", " plus " },
                                          { "-", " minus " },
                                          { "×", " times " },
                                          { "÷", " divided by " },
                                          { "=", " Equals " } };
  g_autofree char *sign = g_match_info_fetch (match, 2);

  append_group (out, match, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (sign, words[i][0]))
      g_string_append (out, words[i][1]);
  append_group (out, match, 3);
  return FALSE;
}

/* The space in front goes with the sign upstream; we keep it. */
static gboolean
say_negative_as_upstream (const GMatchInfo *match, GString *out, gpointer data)
{
  g_string_append (out, "negative ");
  append_group (out, match, 2);
  return FALSE;
}

static gboolean
say_negative (const GMatchInfo *match, GString *out, gpointer data)
{
  append_group (out, match, 1);
  return say_negative_as_upstream (match, out, data);
}

static gboolean
drop_commas (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *text = g_match_info_fetch (match, 0);

  for (const char *c = text; *c != '\0'; c++)
    if (*c != ',')
      g_string_append_c (out, *c);
  return FALSE;
}

static void
append_time (const GMatchInfo *match, GString *out, const char *before_minute)
{
  g_autofree char *hours = g_match_info_fetch (match, 1);
  g_autofree char *minutes = g_match_info_fetch (match, 2);
  int hour = atoi (hours);
  g_autofree char *on_clock = g_strdup_printf ("%d", hour > 12 ? hour - 12 : hour);

  myna_en_append_cardinal (out, on_clock, strlen (on_clock), TRUE);
  if (g_str_equal (minutes, "00"))
    g_string_append (out, " o'clock");
  else
    {
      g_string_append (out, minutes[0] == '0' ? before_minute : " ");
      myna_en_append_cardinal (out, minutes, 2, TRUE);
    }
}

static gboolean
say_time_as_upstream (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *hours = g_match_info_fetch (match, 1);

  append_time (match, out, " ");
  g_string_append (out, atoi (hours) < 12 ? " a.m." : " p.m.");
  return FALSE;
}

/* Where the text itself says a.m. or p.m. it is not said twice. */
static gboolean
say_time (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *hours = g_match_info_fetch (match, 1);
  g_autofree char *half = g_match_info_fetch (match, 3);

  append_time (match, out, " oh ");
  if (half != NULL && half[0] != '\0')
    g_string_append (out, strchr ("aA", half[0]) != NULL ? " a.m." : " p.m.");
  else
    g_string_append (out, atoi (hours) < 12 ? " a.m." : " p.m.");
  return FALSE;
}

/* One of it, more of it. */
typedef struct
{
  const char *sign;
  const char *one;
  const char *more;
} Unit;

static const Unit units[] = {
  { "m", "meter", "meters" },
  { "km", "kilometer", "kilometers" },
  { "km/h", "kilometer per hour", "kilometers per hour" },
  { "mph", "mile per hour", "miles per hour" },
  { "cm", "centimeter", "centimeters" },
  { "mm", "millimeter", "millimeters" },
  { "kg", "kilogram", "kilograms" },
  { "g", "gram", "grams" },
  { "ft", "feet", "feet" },
  { "L", "liter", "liters" },
  { "ml", "milliliter", "milliliters" },
  { "tbsp", "tablespoon", "tablespoons" },
  { "tsp", "teaspoon", "teaspoons" },
  { "h", "hour", "hours" },
  { "min", "minute", "minutes" },
  { "s", "second", "seconds" },
  { "ms", "millisecond", "milliseconds" },
  { "MB", "megabyte", "megabytes" },
  { "GB", "gigabyte", "gigabytes" },
  { "kHz", "kilohertz", "kilohertz" },
  { "Hz", "hertz", "hertz" },
  { "°C", "degree celsius", "degrees celsius" },
  { "°F", "degree fahrenheit", "degrees fahrenheit" },
};

static gboolean
say_measure (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *number = g_match_info_fetch (match, 1);
  g_autofree char *sign = g_match_info_fetch (match, 2);
  gboolean one = strchr (number, '.') == NULL && g_ascii_strtoull (number, NULL, 10) == 1;

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (sign, units[i].sign))
      g_string_append_printf (out, "%s %s", number, one ? units[i].one : units[i].more);
  return FALSE;
}

/* Whole and hundredths of an amount of money. */
static void
append_money (GString *out, const char *amount, const Unit *whole, const Unit *part)
{
  g_auto (GStrv) parts = g_strsplit (amount, ".", -1);
  guint64 wholes = g_ascii_strtoull (parts[0], NULL, 10), hundredths = 0;

  if (parts[0] != NULL && parts[1] != NULL && parts[2] != NULL)
    {
      g_string_append_printf (out, "%s %s", amount, whole->more);
      return;
    }
  if (parts[1] != NULL && parts[1][0] != '\0')
    hundredths = g_ascii_strtoull (parts[1], NULL, 10) * (parts[1][1] == '\0' ? 10 : 1);
  if (wholes > 0 || hundredths == 0)
    g_string_append_printf (out, "%s %s", wholes > 0 ? parts[0] : "zero",
                            wholes == 1 ? whole->one : whole->more);
  if (wholes > 0 && hundredths > 0)
    g_string_append (out, " and ");
  if (hundredths > 0)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT " %s", hundredths,
                            hundredths == 1 ? part->one : part->more);
}

static gboolean
say_pounds (const GMatchInfo *match, GString *out, gpointer data)
{
  static const Unit pound = { "£", "pound", "pounds" }, penny = { "", "penny", "pence" };
  g_autofree char *amount = g_match_info_fetch (match, 1);

  append_money (out, amount, &pound, &penny);
  return FALSE;
}

static gboolean
say_dollars (const GMatchInfo *match, GString *out, gpointer data)
{
  static const Unit dollar = { "$", "dollar", "dollars" }, cent = { "", "cent", "cents" };
  g_autofree char *amount = g_match_info_fetch (match, 1);

  append_money (out, amount, &dollar, &cent);
  return FALSE;
}

static gboolean
say_euros (const GMatchInfo *match, GString *out, gpointer data)
{
  static const Unit euro = { "€", "euro", "euros" }, cent = { "", "cent", "cents" };
  g_autofree char *amount = g_match_info_fetch (match, 1);

  append_money (out, amount, &euro, &cent);
  return FALSE;
}

/* "$5 million": the unit is said behind the million. */
static gboolean
say_millions (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *sign = g_match_info_fetch (match, 1);

  append_group (out, match, 2);
  g_string_append_c (out, ' ');
  append_group (out, match, 3);
  g_string_append (out, g_str_equal (sign, "$")   ? " dollars"
                        : g_str_equal (sign, "£") ? " pounds"
                                                  : " euros");
  return FALSE;
}

static gboolean
say_decimal (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *decimals = g_match_info_fetch (match, 2);

  append_group (out, match, 1);
  g_string_append (out, " point");
  for (const char *c = decimals; *c != '\0'; c++)
    g_string_append_printf (out, " %c", *c);
  return FALSE;
}

static gboolean
say_fraction (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *above = g_match_info_fetch (match, 1);
  g_autofree char *below = g_match_info_fetch (match, 2);
  gboolean one = g_ascii_strtoull (above, NULL, 10) == 1;
  guint64 parts = g_ascii_strtoull (below, NULL, 10);

  myna_en_append_cardinal (out, above, strlen (above), TRUE);
  if (parts == 1)
    return FALSE;
  g_string_append_c (out, ' ');
  if (parts == 2)
    g_string_append (out, one ? "half" : "halves");
  else
    {
      myna_en_append_ordinal (out, below, strlen (below));
      g_string_append (out, g_ascii_strtoull (above, NULL, 10) > 1 ? "s" : "");
    }
  return FALSE;
}

static gboolean
say_ordinal (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *digits = g_match_info_fetch (match, 1);

  myna_en_append_ordinal (out, digits, strlen (digits));
  return FALSE;
}

/* The "s" of "1990s" and "20s" makes a plural of the last word. */
static gboolean
say_decade (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *digits = g_match_info_fetch (match, 1);

  myna_en_append_year_or_number (out, digits, strlen (digits));
  if (out->str[out->len - 1] == 'y')
    {
      g_string_truncate (out, out->len - 1);
      g_string_append (out, "ie");
    }
  g_string_append_c (out, 's');
  return FALSE;
}

static gboolean
say_number (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *digits = g_match_info_fetch (match, 0);

  myna_en_append_year_or_number (out, digits, strlen (digits));
  return FALSE;
}

/* What stands for each match as it is written. */
static gboolean
say_data (const GMatchInfo *match, GString *out, gpointer data)
{
  g_string_append (out, data);
  return FALSE;
}

static gboolean
say_between (const GMatchInfo *match, GString *out, gpointer data)
{
  append_group (out, match, 1);
  g_string_append (out, data);
  append_group (out, match, 2);
  return FALSE;
}

/* Keeps the first group, says the data behind it. */
static gboolean
say_after (const GMatchInfo *match, GString *out, gpointer data)
{
  append_group (out, match, 1);
  g_string_append (out, data);
  return FALSE;
}

/* A space before a capital, so that one in a word begins a new one. */
static gboolean
split_capital (const GMatchInfo *match, GString *out, gpointer data)
{
  g_string_append_c (out, ' ');
  append_group (out, match, 0);
  return FALSE;
}

#define TIME "\\b([01]?\\d|2[0-3]):([0-5]\\d)\\b"

static const MynaSayRule number_rules[] = {
  { MYNA_SAY_UPSTREAM, "\\b(\\d+)\\. ", say_list_number },
  { MYNA_SAY_OURS, "^\\s*(\\d{1,2})\\. (?=\\D)", say_list_number },
  { MYNA_SAY_ALWAYS, "(" OPERAND ")\\s+([+\\-×÷=])\\s+(" OPERAND ")", say_operator },
  { MYNA_SAY_ALWAYS, "(" OPERAND ")\\s+([+\\-×÷=])\\s+(" OPERAND ")", say_operator },
  { MYNA_SAY_UPSTREAM, "(^|\\s+)-(\\d+)", say_negative_as_upstream },
  { MYNA_SAY_OURS, "(^|\\s+)-(\\d+)", say_negative },
  { MYNA_SAY_ALWAYS, "\\d[\\d,]+\\d", drop_commas },
  { MYNA_SAY_UPSTREAM, TIME, say_time_as_upstream },
  { MYNA_SAY_OURS, TIME "(?:\\s*([AaPp])\\.?[Mm]\\b\\.?)?", say_time },
  { MYNA_SAY_UPSTREAM, "\\b(\\d+(?:\\.\\d+)?)(m|km|ft|L|tbsp|tsp|h|min|s|°C|°F)\\b", say_measure },
  { MYNA_SAY_OURS,
    "\\b(\\d+(?:\\.\\d+)?) "
    "?(km/h|mph|km|cm|mm|kg|ft|ml|tbsp|tsp|min|ms|MB|GB|kHz|Hz|°C|°F)(?![A-Za-z])",
    say_measure },
  { MYNA_SAY_OURS, "\\b(\\d+(?:\\.\\d+)?)(m|g|L|h)(?![A-Za-z'])", say_measure },
  { MYNA_SAY_OURS, "([$£€])(\\d+(?:\\.\\d+)?) (thousand|million|billion|trillion)\\b",
    say_millions },
  { MYNA_SAY_ALWAYS, "£" AMOUNT, say_pounds },
  { MYNA_SAY_ALWAYS, AMOUNT "£", say_pounds },
  { MYNA_SAY_ALWAYS, "\\$" AMOUNT, say_dollars },
  { MYNA_SAY_ALWAYS, AMOUNT "\\$", say_dollars },
  { MYNA_SAY_OURS, "€" AMOUNT, say_euros },
  { MYNA_SAY_OURS, AMOUNT "€", say_euros },
  { MYNA_SAY_UPSTREAM, "(\\d+)\\.\\s*(\\d+)", say_decimal },
  { MYNA_SAY_OURS, "(\\d+)\\.(\\d+)", say_decimal },
  { MYNA_SAY_ALWAYS, "(\\d+)/(\\d+)", say_fraction },
  { MYNA_SAY_OURS, "\\b(\\d*0)'?s\\b", say_decade },
  { MYNA_SAY_ALWAYS, "(\\d+)(?:st|nd|rd|th)", say_ordinal },
  { MYNA_SAY_OURS, "(\\d)-(?=\\d)", say_after, " to " },
  { MYNA_SAY_OURS, "(\\d)(?=[A-Za-z])", say_after, " " },
  { MYNA_SAY_OURS, "([A-Za-z])(?=\\d)", say_after, " " },
  { MYNA_SAY_ALWAYS, "\\d+", say_number },
};

static const MynaSayRule sign_rules[] = {
  { MYNA_SAY_ALWAYS, "%", say_data, " percent" },
  { MYNA_SAY_OURS, "\\s*&\\s*", say_data, " and " },
  { MYNA_SAY_OURS, "\\s*@\\s*", say_data, " at " },
  { MYNA_SAY_OURS, "([a-z])\\.(com|org|net|io|dev|edu|gov)\\b", say_between, " dot " },
  { MYNA_SAY_OURS, "\\b(Mr)\\.", say_data, "Mister" },
  { MYNA_SAY_OURS, "\\b(Mrs)\\.", say_data, "Missus" },
  { MYNA_SAY_OURS, "\\b(Ms)\\.", say_data, "Miss" },
  { MYNA_SAY_OURS, "\\b(Dr)\\.(?= [A-Z])", say_data, "Doctor" },
  { MYNA_SAY_OURS, "\\b(Prof)\\.", say_data, "Professor" },
  { MYNA_SAY_OURS, "\\b(St)\\.(?= [A-Z])", say_data, "Saint" },
  { MYNA_SAY_OURS, "\\b(vs)\\.", say_data, "versus" },
  { MYNA_SAY_OURS, "\\betc\\.(?=\\s+[a-z]|,)", say_data, "et cetera" },
  { MYNA_SAY_OURS, "\\betc\\.", say_data, "et cetera." },
  { MYNA_SAY_OURS, "\\bNo\\.(?= ?(?:one|two|three|four|five|six|seven|eight|nine|ten|[a-z]+teen))",
    say_data, "number" },
  /* A dash between words is a pause. */
  { MYNA_SAY_OURS, "\\s+-+\\s+|--+", say_data, ", " },
  { MYNA_SAY_ALWAYS, "[^ A-Za-z'.,?!\\-]", say_data, "" },
  { MYNA_SAY_ALWAYS, "[Ii]\\.[Ee]\\.", say_data, "that is" },
  { MYNA_SAY_ALWAYS, "[Ee]\\.[Gg]\\.", say_data, "for example" },
  { MYNA_SAY_ALWAYS, "(?<!^)(?<!\\s)[A-Z]", split_capital },
  { MYNA_SAY_OURS, "(?<![A-Za-z])'+|'+(?![A-Za-z])", say_data, "" },
  { MYNA_SAY_OURS, "\\s+(?=[.,?!])", say_data, "" },
  { MYNA_SAY_UPSTREAM, "([!?…,.\\-\\s])[!?…,.\\-]+", say_after, "" },
  { MYNA_SAY_OURS, "([!?…,.\\-])[!?…,.\\-]+", say_after, "" },
};

static MynaSayRules numbers = MYNA_SAY_RULES_INIT (number_rules);
static MynaSayRules signs = MYNA_SAY_RULES_INIT (sign_rules);

/* Marks of other scripts to ASCII. Upstream means to do it for commas and apostrophes as well, but
 * its pattern never fires; these are left out there. */
static char *
to_ascii_marks (const char *text, MynaFrontEndFlags flags)
{
  static const struct
  {
    gunichar mark;
    char ascii;
    gboolean ours;
  } marks[] = {
    { 0x3002, '.', FALSE }, { 0xff01, '!', FALSE }, { 0xff1f, '?', FALSE }, { 0xff0c, ',', TRUE },
    { 0xff1b, ',', TRUE },  { 0xff1a, ',', TRUE },  { 0x3001, ',', TRUE },  { ';', ',', TRUE },
    { 0x2019, '\'', TRUE }, { 0x2018, '\'', TRUE }, { '\n', ' ', TRUE },    { '\r', ' ', TRUE },
    { '\t', ' ', TRUE },    { 0xa0, ' ', TRUE },    { 0x2010, '-', TRUE },  { 0x2011, '-', TRUE },
    { 0x2012, '-', TRUE },  { 0x2212, '-', TRUE },  { 0x2026, '.', TRUE },
  };
  gboolean upstream = flags & MYNA_FRONT_END_AS_UPSTREAM;
  GString *out = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
        if (c == marks[i].mark && !(upstream && marks[i].ours))
          c = (gunichar) marks[i].ascii;
      /* A colon that is not part of a time, and dashes. */
      if (!upstream && c == ':' && !g_unichar_isdigit (g_utf8_get_char (g_utf8_next_char (text))))
        c = ',';
      if (!upstream && (c == 0x2013 || c == 0x2014 || c == 0x2015))
        g_string_append (out, c == 0x2013 ? "-" : " - ");
      else
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

static char *
strip_accents (const char *text)
{
  g_autofree char *apart = g_utf8_normalize (text, -1, G_NORMALIZE_NFD);
  GString *out = g_string_new (NULL);

  for (const char *c = apart; c != NULL && *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_type (g_utf8_get_char (c)) != G_UNICODE_NON_SPACING_MARK)
      g_string_append_unichar (out, g_utf8_get_char (c));
  return g_string_free (out, FALSE);
}

/**
 * myna_en_normalise:
 * @text: valid UTF-8
 * @flags: whether to do as upstream does
 *
 * What is said for a text: words of ASCII letters, spaces and the marks "'.,?!-". Numbers, dates,
 * times, money, units and signs are words; a capital within a word begins a new one, so that
 * "FBI" is spelled.
 *
 * Returns: (transfer full): the text, empty when nothing in it can be said
 */
char *
myna_en_normalise (const char *text, MynaFrontEndFlags flags)
{
  char *said = to_ascii_marks (text, flags);
  char *plain;

  said = myna_say_rules_apply (&numbers, said, flags);
  plain = strip_accents (said);
  g_free (said);
  said = myna_say_rules_apply (&signs, plain, flags);
  return flags & MYNA_FRONT_END_AS_UPSTREAM ? said : g_strstrip (said);
}
