/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "engine/voice/draft/myna-draft-espeak.h"

#include <locale.h>
#include <string.h>

static const char *const sentences[][2] = {
  { "en-us", "Hello, it is 25 cats. Really? The thing." },
  { "de", "Ich heiße Müller, und du?" },
  { "zh-CN", "你好 world，今天天气很好。" },
  { "ar", "مرحبا بالعالم" },
  { "ja", "これはテストです" },
  { "vi", "Xin chào các bạn" },
};

static MynaDraftRendition *
render (guint i)
{
  g_autoptr (GError) error = NULL;
  MynaDraftRendition *rendition =
      myna_draft_rendition_new (sentences[i][0], sentences[i][1], NULL, NULL, &error);

  g_assert_no_error (error);
  return rendition;
}

/* Phones follow each other without gaps over the whole sound, and words count up. */
static void
test_phones (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      g_autoptr (MynaDraftRendition) rendition = render (i);
      gsize at = 0;
      int word = -1;

      g_test_message ("%s: %s", sentences[i][0], rendition->phone_string);
      g_assert_cmpuint (rendition->n_samples, >, (gsize) rendition->rate / 4);
      g_assert_cmpuint (rendition->phones->len, >, 6);
      for (guint j = 0; j < rendition->phones->len; j++)
        {
          const MynaDraftPhone *phone = &g_array_index (rendition->phones, MynaDraftPhone, j);

          g_assert_cmpuint (phone->start, ==, at);
          g_assert_cmpuint (phone->end, >, phone->start);
          at = phone->end;
          g_assert_true ((phone->label == 0) == (phone->word == -1));
          if (phone->label == 0)
            continue;
          g_assert_cmpint (phone->word, >=, word);
          word = phone->word;
        }
      g_assert_cmpuint (at, ==, rendition->n_samples);
    }
}

/* What was said before must not change a sentence: resumed jobs give the same bytes. */
static void
test_same_bytes (void)
{
  g_autoptr (GPtrArray) first =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_draft_rendition_free);

  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    g_ptr_array_add (first, render (i));
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = G_N_ELEMENTS (sentences); i-- > 0;)
      {
        g_autoptr (MynaDraftRendition) again = render (i);
        const MynaDraftRendition *before = g_ptr_array_index (first, i);

        g_assert_cmpmem (before->samples, before->n_samples * sizeof (float), again->samples,
                         again->n_samples * sizeof (float));
        g_assert_cmpstr (before->phone_string, ==, again->phone_string);
      }
}

static void
assert_fails (const char *language, const char *text, const char *phones, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaDraftRendition) rendition =
      myna_draft_rendition_new (language, text, phones, NULL, &error);

  g_assert_null (rendition);
  g_assert_error (error, MYNA_ERROR, code);
}

static void
test_nothing_to_say (void)
{
  assert_fails ("en", "", NULL, MYNA_ERROR_EMPTY);
  assert_fails ("en", "  \n\t", NULL, MYNA_ERROR_EMPTY);
  assert_fails ("en", "!!! … ?", NULL, MYNA_ERROR_EMPTY);
  assert_fails ("en", "\001\002", NULL, MYNA_ERROR_EMPTY);
  assert_fails ("cmn", "。，！", NULL, MYNA_ERROR_EMPTY);
  assert_fails ("xx", "hello", NULL, MYNA_ERROR_UNSUPPORTED);
}

/* Text of any bytes is read or refused, never a crash. */
static void
test_odd_text (void)
{
  static const char *const texts[] = {
    "7", "😀 😀", "\xff\xfe", "<speak>x</speak>", "[[h@]] bracket", "a", "\0015P low", "₤5 ± x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MynaDraftRendition) rendition =
          myna_draft_rendition_new ("en", texts[i], NULL, NULL, &error);

      if (rendition == NULL)
        g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
    }
}

static void
test_edited_phones (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaDraftRendition) plain =
      myna_draft_rendition_new ("en-us", "Hello world, and so on.", NULL, NULL, &error);
  g_autoptr (MynaDraftRendition) again = NULL;
  guint n_plain = 0, n_again = 0;

  g_assert_no_error (error);
  again = myna_draft_rendition_new ("en-us", "Hello world, and so on.", plain->phone_string, NULL,
                                    &error);
  g_assert_no_error (error);
  for (guint i = 0; i < plain->phones->len; i++)
    n_plain += g_array_index (plain->phones, MynaDraftPhone, i).label != 0;
  for (guint i = 0; i < again->phones->len; i++)
    n_again += g_array_index (again->phones, MynaDraftPhone, i).label != 0;
  g_assert_cmpuint (n_plain, ==, n_again);
  g_assert_cmpstr (plain->phone_string, ==, again->phone_string);
  assert_fails ("en-us", "x", "h@l\303\266", MYNA_ERROR_UNSUPPORTED);
  assert_fails ("en-us", "x", "h@]] [[l", MYNA_ERROR_UNSUPPORTED);
  assert_fails ("en-us", "x", "h@l!oU and", MYNA_ERROR_UNSUPPORTED);
  assert_fails ("en-us", "x", " ", MYNA_ERROR_EMPTY);
}

/* Each language's own phones can be given back to it. */
static void
test_phones_come_back (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MynaDraftRendition) plain = render (i);
      g_autoptr (MynaDraftRendition) same = myna_draft_rendition_new (
          sentences[i][0], sentences[i][1], plain->phone_string, NULL, &error);
      g_autoptr (MynaDraftRendition) edited = NULL;

      /* Unedited they are the text, which may hold words of another language. */
      g_assert_no_error (error);
      g_assert_cmpmem (plain->samples, plain->n_samples * sizeof (float), same->samples,
                       same->n_samples * sizeof (float));
      edited = myna_draft_rendition_new (sentences[i][0], "", plain->phone_string, NULL, &error);
      if (strchr (plain->phone_string, '(') != NULL)
        {
          g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpfloat_with_epsilon ((double) edited->n_samples / (double) plain->n_samples, 1,
                                      0.15);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaDraftRendition) rendition = NULL;

  g_cancellable_cancel (cancellable);
  rendition = myna_draft_rendition_new ("en", "Hello world", NULL, cancellable, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (rendition);
}

static gpointer
render_thread (gpointer data)
{
  for (guint i = 0; i < 5; i++)
    {
      MynaDraftRendition *rendition = render (GPOINTER_TO_UINT (data));

      myna_draft_rendition_free (rendition);
    }
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("render", render_thread, GUINT_TO_POINTER (i));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_classes (void)
{
  static const struct
  {
    const char *name;
    MynaDraftClass klass;
  } cases[] = {
    { "_:", MYNA_DRAFT_CLASS_PAUSE },
    { "'oU", MYNA_DRAFT_CLASS_VOWEL },
    { "n", MYNA_DRAFT_CLASS_NASAL },
    { "tS", MYNA_DRAFT_CLASS_VOICELESS_FRICATIVE },
    { "dZ", MYNA_DRAFT_CLASS_VOICED_FRICATIVE },
    { "t#", MYNA_DRAFT_CLASS_VOICED_STOP },
    { "t2", MYNA_DRAFT_CLASS_VOICELESS_STOP },
    { "l", MYNA_DRAFT_CLASS_LIQUID },
    { "~", MYNA_DRAFT_CLASS_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (myna_draft_label_class (myna_draft_label_from_name (cases[i].name)), ==,
                     cases[i].klass);
  g_assert_true (myna_draft_label_from_name ("'oU") == myna_draft_label_from_name (",oU"));
  g_assert_true (myna_draft_label_from_name ("oU") != myna_draft_label_from_name ("o"));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draft-espeak/phones", test_phones);
  g_test_add_func ("/draft-espeak/same-bytes", test_same_bytes);
  g_test_add_func ("/draft-espeak/nothing-to-say", test_nothing_to_say);
  g_test_add_func ("/draft-espeak/odd-text", test_odd_text);
  g_test_add_func ("/draft-espeak/edited-phones", test_edited_phones);
  g_test_add_func ("/draft-espeak/phones-come-back", test_phones_come_back);
  g_test_add_func ("/draft-espeak/cancelled", test_cancelled);
  g_test_add_func ("/draft-espeak/threads", test_threads);
  g_test_add_func ("/draft-espeak/classes", test_classes);
  return g_test_run ();
}
