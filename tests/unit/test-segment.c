/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "engine/text/myna-segment.h"

static const MynaSegment *
at (GPtrArray *segments, guint i)
{
  g_assert_cmpuint (i, <, segments->len);
  return g_ptr_array_index (segments, i);
}

static void
assert_texts (const char *text, const char *language, const char *const *expected)
{
  g_autoptr (GPtrArray) segments = myna_segment_text (text, -1, language);

  g_assert_cmpuint (segments->len, ==, g_strv_length ((char **) expected));
  for (guint i = 0; i < segments->len; i++)
    g_assert_cmpstr (at (segments, i)->text, ==, expected[i]);
}

static void
test_sentences (void)
{
  static const char *const english[] = { "Mr. Smith went home.", "He said: \"Wait!\"",
                                         "Then it was 3.14 o'clock?", "Yes…", NULL };
  static const char *const chinese[] = { "你好。", "今天天气怎么样？", "很好！", "我们走吧", NULL };
  static const char *const arabic[] = { "مرحبا.", "كيف حالك؟", NULL };

  assert_texts ("Mr. Smith went home.  He said: \"Wait!\" Then it was 3.14 o'clock? Yes…", "en-us",
                english);
  assert_texts ("你好。今天天气怎么样？很好！我们走吧", "cmn", chinese);
  assert_texts ("مرحبا. كيف حالك؟", "ar", arabic);
  assert_texts ("你好。今天天气怎么样？很好！我们走吧", "no such language", chinese);
}

static void
test_paragraphs (void)
{
  const char text[] = "One\r\n\r\nTwo is a sentence. Three.\r\nFour\n \t \nFive";
  g_autoptr (GPtrArray) segments = myna_segment_text (text, -1, "en");
  static const MynaPauseKind pauses[] = { MYNA_PAUSE_PARAGRAPH, MYNA_PAUSE_SENTENCE,
                                          MYNA_PAUSE_SENTENCE, MYNA_PAUSE_PARAGRAPH,
                                          MYNA_PAUSE_SENTENCE };

  g_assert_cmpuint (segments->len, ==, G_N_ELEMENTS (pauses));
  for (guint i = 0; i < segments->len; i++)
    {
      const MynaSegment *segment = at (segments, i);

      g_assert_cmpint (segment->pause, ==, pauses[i]);
      g_assert_cmpmem (text + segment->start, segment->end - segment->start, segment->text,
                       strlen (segment->text));
    }
}

static void
test_wrapped (void)
{
  static const char *const prose[] = {
    "It was the best of times, it was the worst of times, it was the age of wisdom.", NULL
  };
  static const char *const list[] = { "Apples", "Pears", "Plums", NULL };

  assert_texts ("It was the best of times, it was the worst\n  of times, it was the age of wisdom.",
                "en",
                (const char *const[]) { "It was the best of times, it was the worst",
                                        "of times, it was the age of wisdom.", NULL });
  assert_texts ("It was the best of times, it was the worst of times,\nit was the age of wisdom.\n",
                "en", prose);
  assert_texts ("Apples\nPears\nPlums", "en", list);
}

static void
test_nothing (void)
{
  static const char *const nothing[] = { "",
                                         " \t\r\n ",
                                         "… !? — \"\" ;;; ***",
                                         "😀 👍🏽 🇩🇪 ❤️",
                                         "\x01\x02\x7f\xc2\x85",
                                         "\xff\xfe\xfd",
                                         "\xef\xbb\xbf\xe2\x80\x8b" };

  for (guint i = 0; i < G_N_ELEMENTS (nothing); i++)
    {
      g_autoptr (GPtrArray) segments = myna_segment_text (nothing[i], -1, "en");

      g_assert_cmpuint (segments->len, ==, 0);
      g_assert_false (myna_segment_has_speech (nothing[i], -1));
    }
  g_assert_true (myna_segment_has_speech ("… 7", -1));
  g_assert_true (myna_segment_has_speech ("\xff你", -1));
  g_assert_true (myna_segment_has_speech ("\0a", 2));
}

static void
test_dropped (void)
{
  g_autoptr (GPtrArray) segments = NULL;
  static const char bytes[] = "Caf\xe9 na\0me\xf0\x9f\x98\x80 ok.";

  static const char *const expected[] = { "Good morning.", "Bye!", NULL };

  assert_texts ("Good 😀\x01 morning. 👍 !!! \n\n ... Bye! 👋", "en", expected);
  segments = myna_segment_text ("Good. 👍\n\n...\n\nBye.", -1, "en");
  g_assert_cmpint (at (segments, 0)->pause, ==, MYNA_PAUSE_PARAGRAPH);
  g_clear_pointer (&segments, g_ptr_array_unref);

  segments = myna_segment_text (bytes, sizeof bytes - 1, "fr");
  g_assert_cmpuint (segments->len, ==, 1);
  g_assert_cmpstr (at (segments, 0)->text, ==, "Caf na me ok.");
}

static void
assert_parts (const char *text, guint max_chars)
{
  g_autoptr (GPtrArray) segments = myna_segment_text (text, -1, "en");
  gsize at_least = 0;

  g_assert_cmpuint (segments->len, >, 1);
  for (guint i = 0; i < segments->len; i++)
    {
      const MynaSegment *segment = at (segments, i);

      g_assert_cmpuint (segment->start, >=, at_least);
      g_assert_cmpuint (segment->end, >, segment->start);
      g_assert_cmpint (g_utf8_strlen (segment->text, -1), <=, max_chars);
      g_assert_true (g_utf8_validate (segment->text, -1, NULL));
      at_least = segment->end;
    }
  g_assert_cmpint (at (segments, 0)->pause, ==, MYNA_PAUSE_CLAUSE);
  g_assert_cmpint (at (segments, segments->len - 1)->pause, ==, MYNA_PAUSE_SENTENCE);
}

static void
test_long_sentence (void)
{
  g_autoptr (GString) clauses = g_string_new (NULL);
  g_autoptr (GString) words = g_string_new (NULL);
  g_autoptr (GString) letters = g_string_new (NULL);
  g_autoptr (GPtrArray) segments = NULL;

  for (int i = 0; i < 40; i++)
    g_string_append_printf (clauses, "and then number %d came by with 1,000 others, ", i);
  for (int i = 0; i < 400; i++)
    g_string_append (words, "word ");
  for (int i = 0; i < 1000; i++)
    g_string_append (letters, "e\xcc\x81"); /* e and a combining accent, which must stay together */
  assert_parts (clauses->str, MYNA_SEGMENT_MAX_CHARS);
  assert_parts (words->str, MYNA_SEGMENT_MAX_CHARS);
  assert_parts (letters->str, MYNA_SEGMENT_MAX_CHARS);

  segments = myna_segment_text (clauses->str, -1, "en");
  for (guint i = 0; i < segments->len; i++)
    g_assert_true (g_str_has_suffix (at (segments, i)->text, ","));
  g_clear_pointer (&segments, g_ptr_array_unref);
  segments = myna_segment_text (letters->str, -1, "en");
  for (guint i = 0; i < segments->len; i++)
    g_assert_true (g_str_has_prefix (at (segments, i)->text, "e\xcc\x81"));
}

/* Every letter of the text arrives once, in order, whatever the splitting does. */
static void
assert_nothing_lost (const char *text, GPtrArray *segments)
{
  const char *p = text;

  for (guint i = 0; i < segments->len; i++)
    for (const char *q = at (segments, i)->text; *q != '\0'; q++)
      {
        if (!g_ascii_isalnum (*q))
          continue;
        while (!g_ascii_isalnum (*p))
          p++;
        g_assert_cmpint (*p, ==, *q);
        p++;
      }
  while (*p != '\0')
    g_assert_false (g_ascii_isalnum (*p++));
}

static void
test_megabyte (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) dots = g_string_new (NULL);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  while (text->len < 1000000)
    {
      int n = g_rand_int_range (rand, 1, 60);

      for (int i = 0; i < n; i++)
        g_string_append_printf (text, "w%x%s", g_rand_int (rand),
                                g_rand_int_range (rand, 0, 12) == 0 ? ", " : " ");
      g_string_append (text, g_rand_int_range (rand, 0, 8) == 0 ? ".\r\n\r\n" : ". ");
    }
  segments = myna_segment_text (text->str, (gssize) text->len, "en-us");
  g_assert_cmpuint (segments->len, >, 3000);
  for (guint i = 0; i < segments->len; i++)
    g_assert_cmpint (g_utf8_strlen (at (segments, i)->text, -1), <=, MYNA_SEGMENT_MAX_CHARS);
  assert_nothing_lost (text->str, segments);

  while (dots->len < 1000000)
    g_string_append (dots, ". \n");
  none = myna_segment_text (dots->str, (gssize) dots->len, "en-us");
  g_assert_cmpuint (none->len, ==, 0);
}

/* Any bytes: no crash, valid text, ordered offsets. */
static void
test_random_bytes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (int round = 0; round < 300; round++)
    {
      guint8 bytes[400];
      gsize length = (gsize) g_rand_int_range (rand, 0, sizeof bytes);
      g_autoptr (GPtrArray) segments = NULL;
      gsize last = 0;

      for (gsize i = 0; i < length; i++)
        bytes[i] = (guint8) g_rand_int_range (rand, 0, round % 2 ? 256 : 128);
      segments = myna_segment_text ((const char *) bytes, (gssize) length, "en");
      for (guint i = 0; i < segments->len; i++)
        {
          const MynaSegment *segment = at (segments, i);

          g_assert_cmpuint (segment->start, >=, last);
          g_assert_cmpuint (segment->end, <=, length);
          g_assert_true (g_utf8_validate (segment->text, -1, NULL));
          g_assert_true (myna_segment_has_speech (segment->text, -1));
          last = segment->end;
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/segment/sentences", test_sentences);
  g_test_add_func ("/segment/paragraphs", test_paragraphs);
  g_test_add_func ("/segment/wrapped", test_wrapped);
  g_test_add_func ("/segment/nothing", test_nothing);
  g_test_add_func ("/segment/dropped", test_dropped);
  g_test_add_func ("/segment/long-sentence", test_long_sentence);
  g_test_add_func ("/segment/megabyte", test_megabyte);
  g_test_add_func ("/segment/random-bytes", test_random_bytes);
  return g_test_run ();
}
