/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/myna-language.h"

#include "engine/core/myna-error.h"
#include "engine/text/myna-espeak.h"

#include <espeak-ng/speak_lib.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

/* What people and systems write -> the code espeak-ng knows. The most specific tag comes first. */
static const struct
{
  const char *tag;
  const char *code;
} aliases[] = {
  { "en-us", "en-us" }, { "en-ca", "en-us" }, { "en", "en-us" },       { "zh-yue", "yue" },
  { "zh-hk", "yue" },   { "zh-mo", "yue" },   { "zh-hant-hk", "yue" }, { "zh", "cmn" },
  { "fr", "fr-fr" },    { "no", "nb" },       { "nn", "nb" },          { "es-es", "es" },
  { "iw", "he" },       { "in", "id" },       { "sh", "hr" },          { "hbs", "hr" },
  { "pt-pt", "pt" },    { "c", "en-us" },     { "posix", "en-us" },
};

/* A regional tag espeak-ng has no voice for, when the plain language is the worse choice. */
static const struct
{
  const char *language;
  const char *code;
} regional[] = { { "en", "en-gb" }, { "es", "es-419" } };

/* One voice of espeak-ng under its code; the catalogue is read once and never changes. */
typedef struct
{
  char *code;
  char *voice;
  char *espeak_name;
} Entry;

static GPtrArray *catalogue; /* of Entry, in espeak-ng's order; written under the espeak lock */

/**
 * myna_language_free:
 * @self: (nullable) (transfer full): a language
 */
void
myna_language_free (MynaLanguage *self)
{
  if (self == NULL)
    return;
  g_free (self->code);
  g_free (self->name);
  g_free (self->native_name);
  g_free (self);
}

static const Entry *
find_entry (const char *code)
{
  g_assert (catalogue != NULL);

  for (guint i = 0; i < catalogue->len; i++)
    {
      const Entry *entry = g_ptr_array_index (catalogue, i);

      if (g_str_equal (entry->code, code))
        return entry;
    }
  return NULL;
}

static void
add_entry (const espeak_VOICE *voice)
{
  Entry *entry;
  const char *language = voice->languages != NULL ? voice->languages + 1 : NULL;

  /* Test languages and MBROLA voices (which need data of their own) are no choice for a user. */
  if (language == NULL || *language == '\0' || voice->identifier == NULL ||
      g_str_has_prefix (voice->identifier, "mb/") || g_str_has_suffix (voice->name, "-test"))
    return;
  entry = g_new0 (Entry, 1);
  entry->code = g_ascii_strdown (language, -1);
  if (find_entry (entry->code) != NULL)
    {
      g_free (entry->code);
      g_free (entry);
      return;
    }
  entry->voice = g_strdup (voice->identifier);
  entry->espeak_name = g_strchomp (g_strdelimit (g_strdup (voice->name), "_", ' '));
  g_ptr_array_add (catalogue, entry);
}

static gboolean
load_catalogue (GError **error)
{
  static gsize loaded = 0;

  if (g_once_init_enter (&loaded))
    {
      const espeak_VOICE **voices;

      if (!myna_espeak_acquire (error))
        {
          g_once_init_leave (&loaded, 2);
          return FALSE;
        }
      catalogue = g_ptr_array_new ();
      voices = espeak_ListVoices (NULL);
      for (gsize i = 0; voices != NULL && voices[i] != NULL; i++)
        add_entry (voices[i]);
      myna_espeak_release ();
      g_once_init_leave (&loaded, 1);
    }
  if (loaded == 1)
    return TRUE;
  /* espeak-ng has no data: say so again, in the same words. */
  if (myna_espeak_acquire (error))
    myna_espeak_release ();
  return FALSE;
}

/* "zh_CN.UTF-8@x" -> "zh-cn" */
static char *
normalise (const char *tag)
{
  char *clean = g_ascii_strdown (tag, (gssize) strcspn (tag, ".@"));

  return g_strstrip (g_strdelimit (clean, "_", '-'));
}

static const Entry *
find_by_prefix (const char *language)
{
  g_autofree char *prefix = g_strconcat (language, "-", NULL);

  for (guint i = 0; i < catalogue->len; i++)
    {
      const Entry *entry = g_ptr_array_index (catalogue, i);

      if (g_str_has_prefix (entry->code, prefix))
        return entry;
    }
  return NULL;
}

static const Entry *
find_exact (const char *tag)
{
  for (gsize i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_str_equal (aliases[i].tag, tag))
      return find_entry (aliases[i].code);
  return find_entry (tag);
}

/* Tries the tag, then without its last subtag, and so on: "de-at" -> "de". */
static const Entry *
find_best (const char *tag)
{
  g_autofree char *rest = normalise (tag);
  gboolean shortened = FALSE;

  while (*rest != '\0')
    {
      const Entry *entry = NULL;
      char *dash = strrchr (rest, '-');

      if (shortened)
        for (gsize i = 0; entry == NULL && i < G_N_ELEMENTS (regional); i++)
          if (g_str_equal (regional[i].language, rest))
            entry = find_entry (regional[i].code);
      if (entry == NULL)
        entry = find_exact (rest);
      if (entry == NULL && dash == NULL)
        entry = find_by_prefix (rest);
      if (entry != NULL || dash == NULL)
        return entry;
      *dash = '\0';
      shortened = TRUE;
    }
  return NULL;
}

static const Entry *
resolve (const char *tag, GError **error)
{
  const Entry *entry;

  if (!load_catalogue (error))
    return NULL;
  entry = find_best (tag);
  if (entry == NULL)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                 _ ("The language “%s” is not known. Choose one from the list of languages, "
                    "for example “en-us” or “de”."),
                 tag);
  return entry;
}

/**
 * myna_language_resolve:
 * @tag: a language as a person or a system writes it: "en", "zh-CN", "pt_BR.UTF-8", "cmn"
 * @error: return location for an error
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the code of the nearest language that can be spoken, or
 *   %NULL with MYNA_ERROR_UNSUPPORTED
 */
char *
myna_language_resolve (const char *tag, GError **error)
{
  const Entry *entry;

  g_return_val_if_fail (tag != NULL, NULL);

  entry = resolve (tag, error);
  return entry != NULL ? g_strdup (entry->code) : NULL;
}

/**
 * myna_language_dup_voice:
 * @tag: a language, as for myna_language_resolve()
 * @error: return location for an error
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the identifier of espeak-ng's voice for the language
 */
char *
myna_language_dup_voice (const char *tag, GError **error)
{
  const Entry *entry;

  g_return_val_if_fail (tag != NULL, NULL);

  entry = resolve (tag, error);
  return entry != NULL ? g_strdup (entry->voice) : NULL;
}

/* ICU's name of a language in the language @in, or %NULL where it knows none. */
static char *
icu_name (const char *code, const char *in)
{
  UChar wide[128];
  char narrow[384];
  UErrorCode status = U_ZERO_ERROR;
  g_autofree char *language = g_strndup (code, strcspn (code, "-"));

  /* espeak-ng's own names are better for private dialects (ICU: "Private-Use=…") and where its
   * dialect happens to be spelt like a country: ca-va is Valencian, not Vatican City. */
  if (strstr (code, "-x-") != NULL || strlen (code) > 9 || g_str_equal (code, "ru-cl") ||
      g_str_has_prefix (code, "ca-"))
    return NULL;
  code = g_str_equal (code, "cmn") ? "zh" : code;
  in = g_str_equal (in, "cmn") ? "zh" : in;
  uloc_getDisplayName (code, in, wide, G_N_ELEMENTS (wide), &status);
  if (U_FAILURE (status) || status == U_STRING_NOT_TERMINATED_WARNING ||
      status == U_USING_DEFAULT_WARNING)
    return NULL;
  u_strToUTF8 (narrow, sizeof narrow, NULL, wide, -1, &status);
  if (U_FAILURE (status) || status == U_STRING_NOT_TERMINATED_WARNING)
    return NULL;
  if (g_ascii_strncasecmp (narrow, language, strlen (language)) == 0 &&
      (narrow[strlen (language)] == '\0' || narrow[strlen (language)] == ' '))
    return NULL;
  return g_strdup (narrow);
}

static MynaLanguage *
describe (const Entry *entry, const char *in)
{
  MynaLanguage *self = g_new0 (MynaLanguage, 1);

  self->code = g_strdup (entry->code);
  self->name = icu_name (entry->code, in);
  if (self->name == NULL)
    self->name = g_strdup (entry->espeak_name);
  self->native_name = icu_name (entry->code, entry->code);
  if (self->native_name == NULL)
    self->native_name = g_strdup (self->name);
  return self;
}

static const char *
user_locale (void)
{
  const char *locale = g_get_language_names ()[0];

  return g_str_equal (locale, "C") || g_str_has_prefix (locale, "C.") ? "en" : locale;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const MynaLanguage *first = *(MynaLanguage *const *) a, *second = *(MynaLanguage *const *) b;
  int order = g_utf8_collate (first->name, second->name);

  return order != 0 ? order : strcmp (first->code, second->code);
}

/**
 * myna_language_list:
 * @error: return location for an error
 *
 * Every language that text can be spoken in, named in the user's language, sorted by name. Reads
 * espeak-ng's voices at the first call (some 10 ms). Any thread.
 *
 * Returns: (transfer full) (element-type MynaLanguage) (nullable): the languages; the array frees
 * them
 */
GPtrArray *
myna_language_list (GError **error)
{
  g_autoptr (GPtrArray) languages = NULL;

  if (!load_catalogue (error))
    return NULL;
  languages = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_language_free);
  for (guint i = 0; i < catalogue->len; i++)
    g_ptr_array_add (languages, describe (g_ptr_array_index (catalogue, i), user_locale ()));
  g_ptr_array_sort (languages, compare_names);
  return g_steal_pointer (&languages);
}

/**
 * myna_language_dup_name:
 * @tag: a language, as for myna_language_resolve()
 *
 * Any thread.
 *
 * Returns: (transfer full): its name in the user's language; @tag itself where it is not known
 */
char *
myna_language_dup_name (const char *tag)
{
  g_autoptr (MynaLanguage) language = NULL;
  const Entry *entry;

  g_return_val_if_fail (tag != NULL, NULL);

  entry = resolve (tag, NULL);
  if (entry == NULL)
    return g_strdup (tag);
  language = describe (entry, user_locale ());
  return g_steal_pointer (&language->name);
}

/**
 * myna_language_is_tonal:
 * @tag: a language, as for myna_language_resolve()
 *
 * Whether pitch tells words apart, so that the pitch of a recording must not be mixed into speech
 * (spec draft-voice section 7). Any thread.
 *
 * Returns: whether it is a tone language
 */
gboolean
myna_language_is_tonal (const char *tag)
{
  static const char *const tonal[] = { "cmn", "yue", "hak", "vi", "th", "my", "shn", "pa" };
  const Entry *entry;

  g_return_val_if_fail (tag != NULL, FALSE);

  entry = resolve (tag, NULL);
  for (gsize i = 0; entry != NULL && i < G_N_ELEMENTS (tonal); i++)
    if (g_str_has_prefix (entry->code, tonal[i]) &&
        (entry->code[strlen (tonal[i])] == '\0' || entry->code[strlen (tonal[i])] == '-'))
      return TRUE;
  return FALSE;
}
