/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-espeak.h"

#include "engine/core/myna-error.h"
#include "engine/text/myna-espeak.h"
#include "engine/text/myna-language.h"

#include <espeak-ng/espeak_ng.h>
#include <espeak-ng/speak_lib.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Words a minute (spec draft-voice section 2.6). */
#define SPEAKING_RATE 165
/* Low enough that espeak-ng's gain control never acts: its state would outlive the sentence. */
#define SPEAKING_VOLUME 60
/* A sentence longer than this is not a sentence; ten minutes of speech bound the memory. */
#define MAX_SECONDS 600

#define BETWEEN_CLAUSES " _: "

/* What the synthesis callback collects; espeak-ng's lock is held meanwhile. */
typedef struct
{
  GArray *samples; /* gint16 */
  GArray *phones;
  GCancellable *cancellable;
  gsize limit;
  int word;
  gboolean too_long;
} Collector;

static Collector *collector; /* under espeak-ng's lock */

/**
 * myna_draft_rendition_free:
 * @self: (nullable) (transfer full): a rendition
 */
void
myna_draft_rendition_free (MynaDraftRendition *self)
{
  if (self == NULL)
    return;
  g_free (self->samples);
  g_clear_pointer (&self->phones, g_array_unref);
  g_free (self->phone_string);
  g_free (self);
}

/**
 * myna_draft_label_from_name:
 * @name: an espeak-ng mnemonic
 *
 * Returns: its label: the name without stress and tone marks; 0 for a pause
 */
MynaDraftLabel
myna_draft_label_from_name (const char *name)
{
  MynaDraftLabel label = 0;
  int shift = 0;

  if (name[0] == '_')
    return 0;
  for (; *name != '\0' && shift < 64; name++)
    if (strchr ("',%=", *name) == NULL)
      {
        label |= (MynaDraftLabel) (guchar) *name << shift;
        shift += 8;
      }
  return label;
}

/**
 * myna_draft_label_class:
 * @label: a label
 *
 * The class by the first letter of espeak-ng's mnemonic, which is its ASCII rendering of the IPA
 * (Kirshenbaum); the same letters serve in all of its languages.
 *
 * Returns: the broad class
 */
MynaDraftClass
myna_draft_label_class (MynaDraftLabel label)
{
  static const struct
  {
    MynaDraftClass klass;
    const char *letters;
  } classes[] = {
    { MYNA_DRAFT_CLASS_VOWEL, "aAeEiIoOuUV@30&yYW8" },
    { MYNA_DRAFT_CLASS_NASAL, "mnNM" },
    { MYNA_DRAFT_CLASS_LIQUID, "lLrRjw*" },
    { MYNA_DRAFT_CLASS_VOICELESS_FRICATIVE, "fTsSCxXhHP" },
    { MYNA_DRAFT_CLASS_VOICED_FRICATIVE, "vDzZQB" },
    { MYNA_DRAFT_CLASS_VOICELESS_STOP, "ptkcq?" },
    { MYNA_DRAFT_CLASS_VOICED_STOP, "bdgJG" },
  };
  char first = (char) (label & 0xff), second = (char) (label >> 8 & 0xff);

  if (label == 0)
    return MYNA_DRAFT_CLASS_PAUSE;
  /* Affricates go with the fricatives: that is where their length and noise are. "t#" is a tap. */
  if (first == 't' && second == '#')
    return MYNA_DRAFT_CLASS_VOICED_STOP;
  if (second != '\0' && strchr ("tpk", first) != NULL && strchr ("sSfFxX", second) != NULL)
    return MYNA_DRAFT_CLASS_VOICELESS_FRICATIVE;
  if (second != '\0' && first == 'd' && strchr ("zZ", second) != NULL)
    return MYNA_DRAFT_CLASS_VOICED_FRICATIVE;
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (first != '\0' && strchr (classes[i].letters, first) != NULL)
      return classes[i].klass;
  return MYNA_DRAFT_CLASS_OTHER;
}

static void
collect_phone (const espeak_EVENT *event)
{
  MynaDraftPhone phone = { 0 };

  memcpy (phone.name, event->id.string, sizeof event->id.string);
  /* "(en)" says that espeak-ng changes to another language for a word: no sound of its own. */
  if (phone.name[0] == '(' || phone.name[0] == '\0')
    return;
  phone.label = myna_draft_label_from_name (phone.name);
  phone.stressed = phone.label != 0 && strchr (phone.name, '\'') != NULL;
  phone.word = phone.label != 0 ? collector->word : -1;
  phone.start = (gsize) MAX (event->sample, 0);
  if (phone.label == 0)
    g_strlcpy (phone.name, "_", sizeof phone.name);
  g_array_append_val (collector->phones, phone);
}

static int
synthesis_cb (short *samples, int n_samples, espeak_EVENT *events)
{
  g_assert (collector != NULL);

  for (; events->type != espeakEVENT_LIST_TERMINATED; events++)
    {
      if (events->type == espeakEVENT_WORD)
        collector->word++;
      else if (events->type == espeakEVENT_PHONEME)
        collect_phone (events);
    }
  if (samples != NULL && n_samples > 0)
    g_array_append_vals (collector->samples, samples, (guint) n_samples);
  if (collector->samples->len > collector->limit)
    collector->too_long = TRUE;
  return collector->too_long || g_cancellable_is_cancelled (collector->cancellable);
}

/*
 * espeak-ng's voices waver in pitch ("flutter") and roughen every second period, from counters that
 * are never reset: the same text would sound different each time. A copy of the voice's file with
 * both switched off makes a rendition depend on its text alone. It lives in memory (memfd) and is
 * named by its /proc path, because the library takes voices only by file name.
 */
static int
open_steady_voice (const char *voice)
{
  static GHashTable *descriptors = NULL; /* voice -> descriptor, under espeak-ng's lock */
  g_autofree char *path = NULL;
  g_autofree char *contents = NULL;
  g_autoptr (GString) steady = NULL;
  const char *data = NULL;
  gpointer found;
  int fd;

  if (descriptors == NULL)
    descriptors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (g_hash_table_lookup_extended (descriptors, voice, NULL, &found))
    return GPOINTER_TO_INT (found);
  espeak_Info (&data);
  path = g_build_filename (data, "lang", voice, NULL);
  if (!g_file_get_contents (path, &contents, NULL, NULL))
    return -1;
  steady = g_string_new (contents);
  g_string_append (steady, "\nflutter 0\nroughness 8\n");
  fd = memfd_create ("myna-espeak-voice", MFD_CLOEXEC);
  if (fd < 0)
    return -1;
  if (write (fd, steady->str, steady->len) != (gssize) steady->len)
    {
      close (fd);
      return -1;
    }
  g_hash_table_insert (descriptors, g_strdup (voice), GINT_TO_POINTER (fd));
  return fd;
}

static gboolean
select_voice (const char *voice, const char *language, GError **error)
{
  int fd = open_steady_voice (voice);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);

  if ((fd < 0 || espeak_ng_SetVoiceByFile (path) != ENS_OK) &&
      espeak_SetVoiceByName (voice) != EE_OK)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("espeak-ng cannot speak the language “%s”. Choose another one."), language);
      return FALSE;
    }
  espeak_SetParameter (espeakRATE, SPEAKING_RATE, 0);
  espeak_SetParameter (espeakVOLUME, SPEAKING_VOLUME, 0);
  espeak_SetParameter (espeakPITCH, 50, 0);
  espeak_SetParameter (espeakRANGE, 50, 0);
  espeak_SetParameter (espeakWORDGAP, 0, 0);
  espeak_SetParameter (espeakCAPITALS, 0, 0);
  espeak_SetParameter (espeakPUNCTUATION, espeakPUNCT_NONE, 0);
  espeak_ng_SetRandSeed (1);
  return TRUE;
}

/* Control characters are commands to espeak-ng; the text holds none of ours. */
static char *
clean_text (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_sized_new (strlen (valid));

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      g_string_append_unichar (clean, g_unichar_iscntrl (c) ? ' ' : c);
    }
  return g_string_free (clean, FALSE);
}

/* Runs espeak-ng over @text into @into; the lock is held. */
static gboolean
synthesise (const char *text, guint flags, Collector *into, GError **error)
{
  espeak_ERROR status;

  into->samples = g_array_new (FALSE, FALSE, sizeof (gint16));
  into->phones = g_array_new (FALSE, FALSE, sizeof (MynaDraftPhone));
  into->limit = (gsize) MAX_SECONDS * (gsize) myna_espeak_get_rate ();
  into->word = -1;
  collector = into;
  espeak_SetSynthCallback (synthesis_cb);
  status = espeak_Synth (text, strlen (text) + 1, 0, POS_CHARACTER, 0, flags, NULL, NULL);
  espeak_Synchronize ();
  collector = NULL;
  if (g_cancellable_set_error_if_cancelled (into->cancellable, error))
    return FALSE;
  if (into->too_long)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE,
                   _ ("The sentence takes longer than %d minutes to say. Split it."),
                   MAX_SECONDS / 60);
      return FALSE;
    }
  if (status != EE_OK)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                   _ ("espeak-ng could not read the text (error %d)."), status);
      return FALSE;
    }
  return TRUE;
}

static void
collector_clear (Collector *self)
{
  g_clear_pointer (&self->samples, g_array_unref);
  g_clear_pointer (&self->phones, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Collector, collector_clear)

/* espeak-ng's own phones of @text, its clauses parted by a pause mark. */
static char *
transcribe (const char *text)
{
  GString *phones = g_string_new (NULL);
  const void *rest = text;

  while (rest != NULL)
    {
      const char *clause = espeak_TextToPhonemes (&rest, espeakCHARS_UTF8, 0);
      g_autofree char *trimmed = g_strstrip (g_strdup (clause != NULL ? clause : ""));

      if (*trimmed == '\0')
        continue;
      if (phones->len > 0)
        g_string_append (phones, BETWEEN_CLAUSES);
      g_string_append (phones, trimmed);
    }
  return g_string_free (phones, FALSE);
}

/* The mark that ends the sentence shapes its melody; edited phones keep it. */
static const char *
last_mark (const char *text)
{
  const char *question[] = { "?", "？", "؟" }, *exclamation[] = { "!", "！" };
  g_autofree char *trimmed = g_strchomp (g_strdup (text != NULL ? text : ""));

  for (gsize i = 0; i < G_N_ELEMENTS (question); i++)
    if (g_str_has_suffix (trimmed, question[i]))
      return "?";
  for (gsize i = 0; i < G_N_ELEMENTS (exclamation); i++)
    if (g_str_has_suffix (trimmed, exclamation[i]))
      return "!";
  return ".";
}

/* "h@l'oU _: w'3:ld" -> "[[h@l'oU]], [[w'3:ld]]."; @extra is added to each word. */
static char *
phones_to_input (const char *phones, const char *extra, const char *mark)
{
  g_auto (GStrv) words = g_strsplit_set (phones, " \t\n\r", -1);
  GString *input = g_string_new ("[[");
  gboolean any = FALSE, gap = FALSE;

  for (char **word = words; *word != NULL; word++)
    {
      if (**word == '\0')
        continue;
      if (g_str_equal (*word, "_:") || g_str_equal (*word, "_"))
        {
          gap = any;
          continue;
        }
      if (gap)
        g_string_append (input, "]], [[");
      else if (any)
        g_string_append_c (input, ' ');
      g_string_append (input, *word);
      g_string_append (input, extra);
      any = TRUE;
      gap = FALSE;
    }
  g_string_append_printf (input, "]]%s", mark);
  return g_string_free (input, FALSE);
}

static guint
count_phones (const GArray *phones)
{
  guint n = 0;

  for (guint i = 0; i < phones->len; i++)
    n += g_array_index (phones, MynaDraftPhone, i).label != 0;
  return n;
}

static guint
count_words (const char *phones)
{
  g_auto (GStrv) words = g_strsplit_set (phones, " \t\n\r", -1);
  guint n = 0;

  for (char **word = words; *word != NULL; word++)
    n += **word != '\0' && !g_str_equal (*word, "_:") && !g_str_equal (*word, "_");
  return n;
}

/*
 * Whether espeak-ng knows every phone of an edited string. It drops the rest of a word after what
 * it does not know, without a word about it; so a phone is added to each word, which must be heard.
 */
static gboolean
check_phones (const char *phones, GCancellable *cancellable, GError **error)
{
  g_autofree char *plain = NULL;
  g_autofree char *marked = NULL;
  g_auto (Collector) first = { .cancellable = cancellable };
  g_auto (Collector) second = { .cancellable = cancellable };
  const char *bad = NULL;

  if (strchr (phones, '(') != NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” holds a word of another language, in parentheses; such a sentence "
                      "cannot be spoken from edited phones. Edit its text instead."),
                   phones);
      return FALSE;
    }
  for (const char *at = phones; *at != '\0' && bad == NULL; at++)
    if ((guchar) *at >= 0x7f || (guchar) *at < 0x20 || strchr ("[]<>\\{}", *at) != NULL)
      bad = at;
  if (bad == NULL)
    {
      plain = phones_to_input (phones, "", ".");
      marked = phones_to_input (phones, "|m", ".");
      if (!synthesise (plain, espeakCHARS_UTF8 | espeakPHONEMES, &first, error) ||
          !synthesise (marked, espeakCHARS_UTF8 | espeakPHONEMES, &second, error))
        return FALSE;
      if (count_phones (second.phones) >= count_phones (first.phones) + count_words (phones))
        return TRUE;
    }
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("“%s” holds a phone that espeak-ng does not know. Use its notation, "
                  "for example “h@l'oU w'3:ld”."),
               phones);
  return FALSE;
}

/* Gives phones their ends, drops those without any length, and makes a pause of what has no phone.
 */
static GArray *
close_phones (const GArray *events, gsize n_samples)
{
  GArray *phones = g_array_new (FALSE, FALSE, sizeof (MynaDraftPhone));
  MynaDraftPhone pause = { .name = "_", .word = -1 };
  gsize at = 0;

  for (guint i = 0; i < events->len; i++)
    {
      MynaDraftPhone phone = g_array_index (events, MynaDraftPhone, i);

      phone.end = n_samples;
      if (i + 1 < events->len)
        phone.end = MIN (g_array_index (events, MynaDraftPhone, i + 1).start, n_samples);
      if (i == 0 && phone.start > 0)
        {
          pause.end = MIN (phone.start, n_samples);
          g_array_append_val (phones, pause);
          at = pause.end;
        }
      phone.start = at;
      if (phone.end <= phone.start)
        continue;
      at = phone.end;
      g_array_append_val (phones, phone);
    }
  return phones;
}

static MynaDraftRendition *
finish_rendition (Collector *from, char *phone_string)
{
  MynaDraftRendition *self = g_new0 (MynaDraftRendition, 1);

  self->rate = myna_espeak_get_rate ();
  self->n_samples = from->samples->len;
  self->samples = g_new (float, MAX (self->n_samples, 1));
  for (gsize i = 0; i < self->n_samples; i++)
    self->samples[i] = (float) g_array_index (from->samples, gint16, i) / 32768.0f;
  self->phones = close_phones (from->phones, self->n_samples);
  self->phone_string = phone_string;
  return self;
}

/* espeak-ng reads "!!!" as the word "exclamation"; for us there is nothing to say. */
static gboolean
has_words (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (!g_unichar_isspace (c) && !g_unichar_ispunct (c) && g_unichar_isgraph (c))
        return TRUE;
      if (g_unichar_type (c) == G_UNICODE_OTHER_SYMBOL ||
          g_unichar_type (c) == G_UNICODE_MATH_SYMBOL ||
          g_unichar_type (c) == G_UNICODE_CURRENCY_SYMBOL)
        return TRUE;
    }
  return FALSE;
}

/* Phones as they were: the text says the same, and words of another language too, which have no
 * way back from their phones. */
static gboolean
is_unedited (const char *text, const char *phones)
{
  g_autofree char *clean = clean_text (text != NULL ? text : "");
  g_autofree char *own = has_words (clean) ? transcribe (clean) : NULL;

  return g_strcmp0 (own, phones) == 0;
}

static MynaDraftRendition *
render_locked (const char *text, const char *phones, GCancellable *cancellable, GError **error)
{
  g_auto (Collector) heard = { .cancellable = cancellable };
  g_autofree char *input = NULL;
  g_autofree char *phone_string = NULL;
  guint flags = espeakCHARS_UTF8;

  if (phones != NULL && is_unedited (text, phones))
    phones = NULL;
  if (phones != NULL)
    {
      if (!check_phones (phones, cancellable, error))
        return NULL;
      input = phones_to_input (phones, "", last_mark (text));
      phone_string = g_strstrip (g_strdup (phones));
      flags |= espeakPHONEMES;
    }
  else
    input = clean_text (text);
  if (phones != NULL || has_words (input))
    {
      if (!synthesise (input, flags, &heard, error))
        return NULL;
    }
  if (heard.phones == NULL || count_phones (heard.phones) == 0 || heard.samples->len == 0)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                           _ ("There is nothing to say in this text. Write some words."));
      return NULL;
    }
  if (phone_string == NULL)
    phone_string = transcribe (input);
  return finish_rendition (&heard, g_steal_pointer (&phone_string));
}

/**
 * myna_draft_rendition_new:
 * @language: a language, as for myna_language_resolve()
 * @text: what to say, UTF-8; SSML is read as plain text
 * @phones: (nullable): phones in espeak-ng's notation to say instead; @text then only gives the
 *   mark that ends the sentence
 * @cancellable: (nullable): stops between two buffers (60 ms of speech, under a millisecond)
 * @error: return location for an error
 *
 * Lets espeak-ng read a text at its default pitch (spec draft-voice section 2.6). Any thread; one
 * at a time has espeak-ng. Errors: MYNA_ERROR_UNSUPPORTED (language, phones), MYNA_ERROR_EMPTY
 * (nothing to say), MYNA_ERROR_TOO_LARGE, MYNA_ERROR_NOT_FOUND (espeak-ng has no data).
 *
 * Returns: (transfer full) (nullable): the reading
 */
MynaDraftRendition *
myna_draft_rendition_new (const char *language,
                          const char *text,
                          const char *phones,
                          GCancellable *cancellable,
                          GError **error)
{
  MynaDraftRendition *self = NULL;
  g_autofree char *voice = NULL;

  g_return_val_if_fail (language != NULL, NULL);
  g_return_val_if_fail (text != NULL || phones != NULL, NULL);

  voice = myna_language_dup_voice (language, error);
  if (voice == NULL || !myna_espeak_acquire (error))
    return NULL;
  if (select_voice (voice, language, error))
    self = render_locked (text, phones, cancellable, error);
  myna_espeak_release ();
  return self;
}
