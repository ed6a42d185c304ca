/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "engine/studio/myna-take-cut.h"

/* How a text becomes the pieces of a take. */

static void
assert_pieces (MynaTakeCut cut, const char *language, const char *text, const char *expected)
{
  g_autoptr (GPtrArray) segments = myna_take_cut_text (cut, text, -1, language);
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; i < segments->len; i++)
    g_string_append_printf (joined, "%s%s", i > 0 ? "|" : "",
                            ((MynaSegment *) segments->pdata[i])->text);
  g_assert_cmpstr (joined->str, ==, expected);
}

static void
test_methods (void)
{
  const char *english = "One two, three four. Five six! Seven eight; nine ten. Version 3.14 is out";
  const char *chinese = "今天天气很好，我们去公园。明天下雨！后天晴天，大家出门。";

  assert_pieces (MYNA_TAKE_CUT_SENTENCES, "en-us", english,
                 "One two, three four.|Five six!|Seven eight; nine ten.|Version 3.14 is out");
  assert_pieces (MYNA_TAKE_CUT_ENGLISH_STOP, "en-us", english,
                 "One two, three four.|Five six! Seven eight; nine ten.|Version 3.14 is out.");
  assert_pieces (MYNA_TAKE_CUT_PUNCTUATION, "en-us", english,
                 "One two,|three four.|Five six!|Seven eight;.|nine ten.|Version 3.14 is out.");
  assert_pieces (MYNA_TAKE_CUT_CHINESE_STOP, "cmn", chinese,
                 "今天天气很好，我们去公园。|明天下雨！后天晴天，大家出门。");
  assert_pieces (MYNA_TAKE_CUT_FOUR, "cmn", chinese, chinese);
  assert_pieces (MYNA_TAKE_CUT_FIFTY, "cmn", chinese, chinese);
}

/* Lines are paragraphs; what has no word is no piece. */
static void
test_lines (void)
{
  g_autoptr (GPtrArray) segments = myna_take_cut_text (
      MYNA_TAKE_CUT_PUNCTUATION, "A first, and more.\r\n\n  …  \nA second\xff line", -1, "en-us");

  g_assert_cmpuint (segments->len, ==, 3);
  g_assert_cmpstr (((MynaSegment *) segments->pdata[0])->text, ==, "A first,");
  g_assert_cmpint (((MynaSegment *) segments->pdata[0])->pause, ==, MYNA_PAUSE_SENTENCE);
  g_assert_cmpint (((MynaSegment *) segments->pdata[1])->pause, ==, MYNA_PAUSE_PARAGRAPH);
  g_assert_true (g_str_has_prefix (((MynaSegment *) segments->pdata[2])->text, "A second"));
}

/* A method that finds no place to cut must not give more than can be spoken at once. */
static void
test_bounded (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < 200; i++)
    g_string_append (text, "这里没有英文句号，");
  for (guint cut = 0; cut < MYNA_N_TAKE_CUTS; cut++)
    {
      g_autoptr (GPtrArray) segments = myna_take_cut_text ((MynaTakeCut) cut, text->str, -1, "cmn");
      glong total = 0;

      for (guint i = 0; i < segments->len; i++)
        {
          const char *piece = ((MynaSegment *) segments->pdata[i])->text;

          g_assert_cmpint (g_utf8_strlen (piece, -1), <=, MYNA_SEGMENT_MAX_CHARS);
          total += g_utf8_strlen (piece, -1);
        }
      g_assert_cmpint (total, >=, 200 * 9 - 10);
    }
}

static void
test_names (void)
{
  MynaTakeCut cut;

  for (guint i = 0; i < MYNA_N_TAKE_CUTS; i++)
    {
      g_assert_true (myna_take_cut_from_id (myna_take_cut_get_id ((MynaTakeCut) i), &cut));
      g_assert_cmpuint (cut, ==, i);
    }
  g_assert_true (myna_take_cut_from_id ("cut5", &cut));
  g_assert_cmpuint (cut, ==, MYNA_TAKE_CUT_PUNCTUATION);
  g_assert_false (myna_take_cut_from_id ("cut0", &cut));
  g_assert_false (myna_take_cut_from_id ("", &cut));
  g_assert_false (myna_take_cut_from_id (NULL, &cut));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/take-cut/methods", test_methods);
  g_test_add_func ("/take-cut/lines", test_lines);
  g_test_add_func ("/take-cut/bounded", test_bounded);
  g_test_add_func ("/take-cut/names", test_names);
  return g_test_run ();
}
