/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/myna-front-end.h"

#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/text/frontend/myna-front-end-language.h"
#include "engine/text/frontend/myna-script.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* More is not a sentence, and some of the rules look at every pair of characters of a clause. */
#define MAX_CHARACTERS 4000
/* Fewer phones make the model stumble (spec gpt-sovits 3.2, its last line). */
#define MIN_PHONES 6

static const MynaFrontEndLanguage *const languages[] = { &myna_front_end_zh, &myna_front_end_en };

struct _MynaFrontEnd
{
  MynaFrontEndFlags flags;
  MynaLexicon *lexicon;
  char *dictionary_path;
  GMutex lock;                    /* of the two below */
  MynaUserDictionary *dictionary; /* replaced when the file changed */
  MynaEnNeural *english_model;
  gpointer states[G_N_ELEMENTS (languages)];
};

/**
 * myna_phone_segment_free:
 * @self: (nullable) (transfer full): a segment
 */
void
myna_phone_segment_free (MynaPhoneSegment *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->ids, g_array_unref);
  g_free (self->text);
  g_free (self->word2ph);
  g_free (self);
}

/**
 * myna_front_end_dup_dictionary_path:
 *
 * Returns: (transfer full): where the person's own dictionary is, whether or not there is one
 */
char *
myna_front_end_dup_dictionary_path (void)
{
  g_autofree char *folder = myna_paths_dup_data_dir ();

  return g_build_filename (folder, "dictionary.txt", NULL);
}

/**
 * myna_front_end_new:
 * @flags: whether to do as upstream does
 * @error: return location for an error
 *
 * Opens the installed lexicon. Any thread; reads files.
 *
 * Returns: (transfer full): a front end; %NULL when there is no lexicon
 */
MynaFrontEnd *
myna_front_end_new (MynaFrontEndFlags flags, GError **error)
{
  MynaLexicon *lexicon = myna_lexicon_open_installed (error);
  MynaFrontEnd *self;

  if (lexicon == NULL)
    return NULL;
  self = g_new0 (MynaFrontEnd, 1);
  self->flags = flags;
  self->lexicon = lexicon;
  self->dictionary_path = myna_front_end_dup_dictionary_path ();
  g_mutex_init (&self->lock);
  return self;
}

/**
 * myna_front_end_free:
 * @self: (nullable) (transfer full): a front end that no thread uses
 */
void
myna_front_end_free (MynaFrontEnd *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    g_clear_pointer (&self->states[i], languages[i]->close);
  g_clear_pointer (&self->dictionary, myna_user_dictionary_unref);
  g_clear_pointer (&self->english_model, myna_en_neural_free);
  g_clear_pointer (&self->lexicon, myna_lexicon_unref);
  g_mutex_clear (&self->lock);
  g_free (self->dictionary_path);
  g_free (self);
}

/**
 * myna_front_end_load_english_model:
 * @self: a front end that no thread uses yet
 * @path: g2p_en's "checkpoint20.npz", which reads English words that no dictionary has
 * @error: return location for an error
 *
 * Without one such words are read as espeak-ng reads them.
 *
 * Returns: whether it was loaded; else @error is MYNA_ERROR_CORRUPT
 */
gboolean
myna_front_end_load_english_model (MynaFrontEnd *self, const char *path, GError **error)
{
  MynaEnNeural *model;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  model = myna_en_neural_load (path, error);
  if (model == NULL)
    return FALSE;
  g_clear_pointer (&self->english_model, myna_en_neural_free);
  self->english_model = model;
  return TRUE;
}

/* The person's own words as they are in the file now. */
static MynaUserDictionary *
get_dictionary (MynaFrontEnd *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->dictionary == NULL ||
      !myna_user_dictionary_is_current (self->dictionary, self->dictionary_path))
    {
      g_clear_pointer (&self->dictionary, myna_user_dictionary_unref);
      self->dictionary = myna_user_dictionary_load (self->dictionary_path);
      if (myna_user_dictionary_get_problem (self->dictionary) != NULL)
        g_message ("%s: %s", self->dictionary_path,
                   myna_user_dictionary_get_problem (self->dictionary));
    }
  return myna_user_dictionary_ref (self->dictionary);
}

/**
 * myna_front_end_dup_dictionary_problem:
 * @self: a front end
 *
 * Any thread; reads a file.
 *
 * Returns: (transfer full) (nullable): a sentence about the first line of the person's own
 *   dictionary that is not understood
 */
char *
myna_front_end_dup_dictionary_problem (MynaFrontEnd *self)
{
  g_autoptr (MynaUserDictionary) dictionary = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  dictionary = get_dictionary (self);
  return g_strdup (myna_user_dictionary_get_problem (dictionary));
}

/* A language starts when it is first needed: Mandarin's models take some milliseconds. */
static gpointer
get_state (MynaFrontEnd *self, gsize i, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->states[i] == NULL)
    self->states[i] = languages[i]->open (self->lexicon, error);
  return self->states[i];
}

/**
 * myna_front_end_mode_for_language:
 * @language: a language's tag, such as "cmn" or "en-us"; "zh-en" is both mixed, "auto" is by script
 * @mode: (out): what texts in it are taken for
 * @error: return location for an error
 *
 * Returns: whether the language can be read; else @error is MYNA_ERROR_UNSUPPORTED and says that it
 *   comes later
 */
gboolean
myna_front_end_mode_for_language (const char *language, MynaTextMode *mode, GError **error)
{
  static const struct
  {
    const char *tag;
    MynaTextMode mode;
  } modes[] = {
    { "zh-en", MYNA_TEXT_MIXED },  { "en-zh", MYNA_TEXT_MIXED }, { "auto", MYNA_TEXT_AUTO },
    { "cmn", MYNA_TEXT_MANDARIN }, { "zh", MYNA_TEXT_MANDARIN }, { "en", MYNA_TEXT_ENGLISH },
  };
  g_autofree char *tag = NULL;

  g_return_val_if_fail (language != NULL && mode != NULL, FALSE);

  tag = g_strdelimit (g_ascii_strdown (language, -1), "_", '-');
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      gsize length = strlen (modes[i].tag);

      if (g_str_has_prefix (tag, modes[i].tag) && (tag[length] == '\0' || tag[length] == '-') &&
          !g_str_has_prefix (tag, "zh-hk") && !g_str_has_prefix (tag, "zh-yue"))
        {
          *mode = modes[i].mode;
          return TRUE;
        }
    }
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("GPT-SoVITS in Myna reads Mandarin and English so far, not “%s”; more languages "
                  "will come in a later version. Use the draft voice for it."),
               language);
  return FALSE;
}

static MynaPhoneSegment *
read_segment (
    MynaFrontEnd *self, gsize language, const char *text, MynaSymbolSet set, GError **error)
{
  g_autoptr (MynaUserDictionary) dictionary = get_dictionary (self);
  MynaFrontEndReading how = { dictionary, set, self->flags, self->english_model };
  g_autoptr (MynaPhoneSegment) segment = g_new0 (MynaPhoneSegment, 1);
  gpointer state = get_state (self, language, error);

  if (state == NULL)
    return NULL;
  segment->language = languages[language]->code;
  segment->ids = g_array_new (FALSE, FALSE, sizeof (guint16));
  if (!languages[language]->read (state, &how, text, segment, error))
    return NULL;
  return g_steal_pointer (&segment);
}

static gboolean
check_length (const char *text, GError **error)
{
  if (g_utf8_strlen (text, -1) <= MAX_CHARACTERS)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
               _ ("This sentence has more than %d characters. Split it by a full stop."),
               MAX_CHARACTERS);
  return FALSE;
}

/**
 * myna_front_end_read_language:
 * @self: a front end
 * @language: "zh" or "en"
 * @text: UTF-8; what is not valid is left out
 * @set: the symbol set of the model
 * @error: return location for an error
 *
 * Reads a text that is in one language. What is in another is left out. Any thread; some
 * milliseconds.
 *
 * Returns: (transfer full): its phones, perhaps none; %NULL with MYNA_ERROR_UNSUPPORTED for another
 *   language, MYNA_ERROR_TOO_LARGE
 */
MynaPhoneSegment *
myna_front_end_read_language (
    MynaFrontEnd *self, const char *language, const char *text, MynaSymbolSet set, GError **error)
{
  g_autofree char *valid = NULL;
  MynaTextMode mode;

  g_return_val_if_fail (self != NULL && language != NULL && text != NULL, NULL);

  valid = g_utf8_make_valid (text, -1);
  if (!check_length (valid, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_str_equal (languages[i]->code, language))
      return read_segment (self, i, valid, set, error);
  if (myna_front_end_mode_for_language (language, &mode, error))
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                         _ ("A text in several languages is read by its script."));
  return NULL;
}

static gsize
find_language (const char *code)
{
  gsize i = 0;

  while (!g_str_equal (languages[i]->code, code))
    i++;
  return i;
}

static GPtrArray *
read_runs (
    MynaFrontEnd *self, const char *text, MynaTextMode mode, MynaSymbolSet set, GError **error)
{
  g_autoptr (GPtrArray) segments =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_phone_segment_free);
  g_autoptr (GArray) runs = myna_script_split (text, mode, error);

  if (runs == NULL)
    return NULL;
  for (guint i = 0; i < runs->len; i++)
    {
      const MynaScriptRun *run = &g_array_index (runs, MynaScriptRun, i);
      g_autofree char *part = g_strndup (text + run->start, run->end - run->start);
      g_autoptr (MynaPhoneSegment) segment =
          read_segment (self, find_language (run->language), part, set, error);

      if (segment == NULL)
        return NULL;
      if (segment->ids->len > 0)
        g_ptr_array_add (segments, g_steal_pointer (&segment));
    }
  return g_steal_pointer (&segments);
}

static guint
count_phones (GPtrArray *segments)
{
  guint n = 0;

  for (guint i = 0; i < segments->len; i++)
    n += ((MynaPhoneSegment *) segments->pdata[i])->ids->len;
  return n;
}

/**
 * myna_front_end_read:
 * @self: a front end
 * @text: one sentence, UTF-8; what is not valid is left out
 * @mode: what it is taken for
 * @set: the symbol set of the model
 * @error: return location for an error
 *
 * Reads a sentence: cut by language, then each part to phones. One of fewer than six phones gets a
 * full stop in front. Any thread, several at once; some milliseconds.
 *
 * Returns: (transfer full) (element-type MynaPhoneSegment): its parts in order, each with phones;
 *   %NULL with MYNA_ERROR_EMPTY when nothing can be spoken, MYNA_ERROR_UNSUPPORTED for a language
 *   that cannot be read yet, MYNA_ERROR_TOO_LARGE for more than 4000 characters
 */
GPtrArray *
myna_front_end_read (
    MynaFrontEnd *self, const char *text, MynaTextMode mode, MynaSymbolSet set, GError **error)
{
  g_autoptr (GPtrArray) segments = NULL;
  g_autofree char *valid = NULL;

  g_return_val_if_fail (self != NULL && text != NULL, NULL);

  valid = g_utf8_make_valid (text, -1);
  if (!check_length (valid, error))
    return NULL;
  segments = read_runs (self, valid, mode, set, error);
  if (segments != NULL && segments->len > 0 && count_phones (segments) < MIN_PHONES)
    {
      g_autofree char *longer = g_strconcat (".", valid, NULL);

      g_clear_pointer (&segments, g_ptr_array_unref);
      segments = read_runs (self, longer, mode, set, error);
    }
  if (segments != NULL && segments->len == 0)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There is nothing to speak in this text."));
      return NULL;
    }
  return g_steal_pointer (&segments);
}
