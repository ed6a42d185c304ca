/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/myna-cut.h"
#include "engine/text/frontend/myna-front-end.h"
#include "engine/text/frontend/zh/myna-zh-segmenter.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Every case of the golden folder's text.json, read as upstream reads it. */

static JsonObject *golden;

static MynaFrontEnd *
open_front_end (void)
{
  g_autoptr (GError) error = NULL;
  MynaFrontEnd *front_end = myna_front_end_new (MYNA_FRONT_END_AS_UPSTREAM, &error);

  g_assert_no_error (error);
  return front_end;
}

static JsonArray *
get_cases (const char *name)
{
  if (!json_object_has_member (golden, name))
    {
      g_test_skip ("the golden folder has no such cases");
      return NULL;
    }
  return json_object_get_array_member (golden, name);
}

static void
check_word2ph (JsonObject *expected, const MynaPhoneSegment *segment)
{
  JsonArray *word2ph = json_object_get_array_member (expected, "word2ph");
  guint sum = 0;

  g_assert_cmpuint (json_array_get_length (word2ph), ==, segment->n_characters);
  g_assert_cmpint (g_utf8_strlen (segment->text, -1), ==, (glong) segment->n_characters);
  for (guint i = 0; i < segment->n_characters; i++)
    {
      g_assert_cmpint (json_array_get_int_element (word2ph, i), ==, segment->word2ph[i]);
      sum += segment->word2ph[i];
    }
  g_assert_cmpuint (sum, ==, segment->ids->len);
}

/* Counts what differs, so that one run shows everything. */
static guint
check_reading (MynaFrontEnd *front_end,
               const char *language,
               const char *text,
               JsonObject *expected,
               MynaSymbolSet set)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaPhoneSegment) segment =
      myna_front_end_read_language (front_end, language, text, set, &error);
  g_autofree char *phones = NULL;
  JsonArray *ids = json_object_get_array_member (expected, "ids");

  g_assert_no_error (error);
  phones = myna_symbols_format ((const guint16 *) (gpointer) segment->ids->data, segment->ids->len);
  if (!g_str_equal (segment->text, json_object_get_string_member (expected, "norm")) ||
      !g_str_equal (phones, json_object_get_string_member (expected, "phones")))
    {
      g_test_message ("%s\n got  %s\n      %s\n want %s\n      %s", text, segment->text, phones,
                      json_object_get_string_member (expected, "norm"),
                      json_object_get_string_member (expected, "phones"));
      return 1;
    }
  g_assert_cmpuint (json_array_get_length (ids), ==, segment->ids->len);
  for (guint i = 0; i < segment->ids->len; i++)
    g_assert_cmpint (json_array_get_int_element (ids, i), ==,
                     g_array_index (segment->ids, guint16, i));
  if (json_object_has_member (expected, "word2ph"))
    check_word2ph (expected, segment);
  return 0;
}

static void
test_mandarin (void)
{
  g_autoptr (MynaFrontEnd) front_end = open_front_end ();
  JsonArray *cases = get_cases ("zh");
  guint wrong = 0;

  for (guint i = 0; cases != NULL && i < json_array_get_length (cases); i++)
    {
      JsonObject *one = json_array_get_object_element (cases, i);
      const char *text = json_object_get_string_member (one, "text");

      wrong += check_reading (front_end, "zh", text, json_object_get_object_member (one, "v1"),
                              MYNA_SYMBOLS_V1);
      wrong += check_reading (front_end, "zh", text, json_object_get_object_member (one, "v2"),
                              MYNA_SYMBOLS_V2);
    }
  g_assert_cmpuint (wrong, ==, 0);
}

/* Words and tags, clause by clause, as the front end cuts them. */
static char *
list_words (const MynaZhSegmenter *segmenter, const char *normal)
{
  g_auto (MynaZhText) text = { 0 };
  g_autoptr (GArray) words = g_array_new (FALSE, TRUE, sizeof (MynaZhWord));
  GString *list = g_string_new (NULL);
  guint start = 0;

  myna_zh_text_init (&text, normal);
  for (guint i = 0; i < text.n; i++)
    if (myna_zh_char_is_mark (text.chars[i]) || i + 1 == text.n)
      {
        myna_zh_segmenter_tag (segmenter, &text, start, i + 1, words);
        start = i + 1;
      }
  for (guint i = 0; i < words->len; i++)
    {
      const MynaZhWord *word = &g_array_index (words, MynaZhWord, i);
      gssize length;
      const char *bytes = myna_zh_text_at (&text, word->start, word->n, &length);

      g_string_append_printf (list, "%s%.*s/%s", i > 0 ? " " : "", (int) length, bytes, word->tag);
    }
  return g_string_free (list, FALSE);
}

static void
test_words (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaLexicon) lexicon = myna_lexicon_open_installed (&error);
  g_autoptr (MynaZhSegmenter) segmenter = NULL;
  JsonArray *cases = get_cases ("zh");

  g_assert_no_error (error);
  segmenter = myna_zh_segmenter_new (lexicon);
  g_assert_nonnull (segmenter);
  for (guint i = 0; cases != NULL && i < json_array_get_length (cases); i++)
    {
      JsonObject *one = json_array_get_object_element (cases, i);
      JsonObject *v2 = json_object_get_object_member (one, "v2");
      JsonArray *words = json_object_has_member (one, "words")
                             ? json_object_get_array_member (one, "words")
                             : NULL;
      g_autoptr (GString) expected = g_string_new (NULL);
      g_autofree char *list = list_words (segmenter, json_object_get_string_member (v2, "norm"));

      for (guint j = 0; words != NULL && j < json_array_get_length (words); j++)
        g_string_append_printf (expected, "%s%s", j > 0 ? " " : "",
                                json_array_get_string_element (words, j));
      if (words != NULL)
        g_assert_cmpstr (list, ==, expected->str);
    }
}

static void
test_english (void)
{
  g_autoptr (MynaFrontEnd) front_end = open_front_end ();
  JsonArray *cases = get_cases ("en");
  guint wrong = 0;

  for (guint i = 0; cases != NULL && i < json_array_get_length (cases); i++)
    {
      JsonObject *one = json_array_get_object_element (cases, i);

      wrong += check_reading (front_end, "en", json_object_get_string_member (one, "text"), one,
                              MYNA_SYMBOLS_V2);
    }
  g_assert_cmpuint (wrong, ==, 0);
}

static void
test_cuts (void)
{
  JsonArray *cases = get_cases ("cuts");

  for (guint i = 0; cases != NULL && i < json_array_get_length (cases); i++)
    {
      JsonObject *one = json_array_get_object_element (cases, i);
      const char *text = json_object_get_string_member (one, "text");

      for (int method = 0; method <= MYNA_CUT_PUNCTUATION; method++)
        {
          g_autofree char *name = g_strdup_printf ("cut%d", method);
          JsonArray *expected = json_object_get_array_member (one, name);
          g_autoptr (GPtrArray) pieces =
              myna_cut_text (text, (MynaCutMethod) method, MYNA_CUT_AS_UPSTREAM);

          g_assert_cmpuint (pieces->len, ==, json_array_get_length (expected));
          for (guint j = 0; j < pieces->len; j++)
            g_assert_cmpstr (pieces->pdata[j], ==, json_array_get_string_element (expected, j));
        }
    }
}

/* The golden folder, or our copy of it. */
static JsonParser *
load_golden (void)
{
  const char *folder = g_getenv ("MYNA_GOLDEN_DIR");
  JsonParser *parser = json_parser_new ();
  g_autofree char *path =
      folder != NULL ? g_build_filename (folder, "text.json", NULL) : g_strdup ("");
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_free (path);
      path = g_test_build_filename (G_TEST_DIST, "..", "golden", "text.json", NULL);
    }
  g_test_message ("%s", path);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  golden = json_node_get_object (json_parser_get_root (parser));
  return parser;
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = NULL;

  g_test_init (&argc, &argv, NULL);
  parser = load_golden ();
  g_test_add_func ("/front-end/golden/mandarin", test_mandarin);
  g_test_add_func ("/front-end/golden/words", test_words);
  g_test_add_func ("/front-end/golden/english", test_english);
  g_test_add_func ("/front-end/golden/cuts", test_cuts);
  return g_test_run ();
}
