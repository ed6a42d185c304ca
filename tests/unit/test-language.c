/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "engine/text/myna-espeak.h"
#include "engine/text/myna-language.h"

#include <espeak-ng/speak_lib.h>
#include <locale.h>

static void
test_resolve (void)
{
  static const char *const pairs[][2] = {
    { "en", "en-us" },     { "en-US", "en-us" },    { "en_US.UTF-8", "en-us" },
    { "en-GB", "en-gb" },  { "en-AU", "en-gb" },    { "zh", "cmn" },
    { "zh-CN", "cmn" },    { "zh_Hant_TW", "cmn" }, { "zh-HK", "yue" },
    { "cmn", "cmn" },      { "de", "de" },          { "de-AT", "de" },
    { "fr", "fr-fr" },     { "fr-CA", "fr-fr" },    { "fr-ch", "fr-ch" },
    { "es-MX", "es-419" }, { "es-AR", "es-419" },   { "pt-BR", "pt-br" },
    { "no", "nb" },        { "ja_JP.eucJP", "ja" }, { " ar ", "ar" },
    { "vi", "vi" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *code = myna_language_resolve (pairs[i][0], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (code, ==, pairs[i][1]);
    }
}

static void
test_unknown (void)
{
  static const char *const tags[] = { "", "xx", "-", "klingonese", "\xc3\xa9", "e" };

  for (gsize i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *code = myna_language_resolve (tags[i], &error);

      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
      g_assert_null (code);
    }
}

/* Every listed language resolves to itself, and espeak-ng takes its voice. */
static void
test_list (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) languages = myna_language_list (&error);

  g_assert_no_error (error);
  g_assert_cmpuint (languages->len, >, 80);
  for (guint i = 0; i < languages->len; i++)
    {
      const MynaLanguage *language = g_ptr_array_index (languages, i);
      g_autofree char *code = myna_language_resolve (language->code, &error);
      g_autofree char *voice = myna_language_dup_voice (language->code, &error);

      g_test_message ("%s: %s / %s (%s)", language->code, language->name, language->native_name,
                      voice);
      g_assert_cmpstr (code, ==, language->code);
      g_assert_cmpint (g_utf8_strlen (language->name, -1), >, 1);
      g_assert_true (g_utf8_validate (language->native_name, -1, NULL));
      g_assert_true (myna_espeak_acquire (&error));
      g_assert_cmpint (espeak_SetVoiceByName (voice), ==, EE_OK);
      myna_espeak_release ();
      if (i > 0)
        {
          const MynaLanguage *before = g_ptr_array_index (languages, i - 1);

          g_assert_cmpint (g_utf8_collate (before->name, language->name), <=, 0);
        }
    }
}

static void
test_names (void)
{
  g_autofree char *american = myna_language_dup_name ("en-US");
  g_autofree char *german = myna_language_dup_name ("de");
  g_autofree char *unknown = myna_language_dup_name ("xx");

  g_assert_cmpstr (american, ==, "English (United States)");
  g_assert_cmpstr (german, ==, "German");
  g_assert_cmpstr (unknown, ==, "xx");
}

static void
test_tonal (void)
{
  g_assert_true (myna_language_is_tonal ("zh-CN"));
  g_assert_true (myna_language_is_tonal ("vi"));
  g_assert_true (myna_language_is_tonal ("vi-vn-x-south"));
  g_assert_false (myna_language_is_tonal ("en"));
  g_assert_false (myna_language_is_tonal ("ja"));
  g_assert_false (myna_language_is_tonal ("xx"));
}

int
main (int argc, char **argv)
{
  g_setenv ("LANGUAGE", "en", TRUE);
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/language/resolve", test_resolve);
  g_test_add_func ("/language/unknown", test_unknown);
  g_test_add_func ("/language/list", test_list);
  g_test_add_func ("/language/names", test_names);
  g_test_add_func ("/language/tonal", test_tonal);
  return g_test_run ();
}
