/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "draft-person.h"
#include "engine/audio/myna-loudness.h"
#include "engine/core/myna-error.h"
#include "engine/voice/draft/myna-draft-build.h"
#include "engine/voice/draft/myna-draft-select.h"
#include "engine/voice/draft/myna-draft-voice.h"

#include <glib/gstdio.h>
#include <locale.h>

#define SENTENCE "A traveller came along, and the sun was warm."

static MynaDraftVoice *
build_from (const DraftPerson *person, const char *transcript, GError **error)
{
  MynaDraftClip clip = { .samples = person->samples,
                         .n_samples = person->n_samples,
                         .rate = person->rate,
                         .transcript = transcript };

  return myna_draft_voice_build (&clip, 1, "en-us", NULL, NULL, NULL, error);
}

/* One voice for all tests that only speak. */
static MynaDraftVoice *
get_voice (void)
{
  static MynaDraftVoice *voice = NULL;

  if (voice == NULL)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, 1.15, 0, -2);

      voice = build_from (person, DRAFT_PERSON_TEXT, &error);
      g_assert_no_error (error);
    }
  return voice;
}

static MynaSpeech *
speak (MynaDraftVoice *voice, const char *text, const MynaSpeakParams *params)
{
  g_autoptr (GError) error = NULL;
  MynaSpeech *speech = myna_draft_voice_speak (voice, text, params, NULL, &error);

  g_assert_no_error (error);
  return speech;
}

/* What must hold of any speech: finite, not silent, below full scale, phones in order within it. */
static void
assert_sound (const MynaSpeech *speech)
{
  double power = 0, duration = (double) speech->n_samples / speech->rate, at = 0;

  g_assert_cmpuint (speech->n_samples, >, 0);
  for (gsize i = 0; i < speech->n_samples; i++)
    {
      g_assert_true (isfinite (speech->samples[i]));
      g_assert_cmpfloat (fabsf (speech->samples[i]), <=, 1);
      power += (double) (speech->samples[i] * speech->samples[i]);
    }
  g_assert_cmpfloat (sqrt (power / (double) speech->n_samples), >, 0.005);
  g_assert_cmpuint (speech->phones->len, >, 1);
  for (guint i = 0; i < speech->phones->len; i++)
    {
      const MynaPhone *phone = &g_array_index (speech->phones, MynaPhone, i);

      g_assert_cmpfloat_with_epsilon (phone->start, at, 1e-9);
      g_assert_cmpfloat (phone->end, >, phone->start);
      g_assert_true ((phone->word == -1) == (strcmp (phone->name, "_") == 0));
      at = phone->end;
    }
  g_assert_cmpfloat (at, <=, duration + 1e-9);
  g_assert_cmpfloat (at, >, duration - 0.05);
}

static void
assert_same_bytes (const MynaSpeech *a, const MynaSpeech *b)
{
  g_assert_cmpmem (a->samples, a->n_samples * sizeof (float), b->samples,
                   b->n_samples * sizeof (float));
}

static void
test_report (void)
{
  const MynaDraftReport *report = myna_draft_voice_get_report (get_voice ());

  g_assert_true (report->used_transcript);
  g_assert_cmpfloat (report->transcript_fit, >, 0.5);
  g_assert_cmpuint (report->n_units, >, 200);
  g_assert_cmpfloat (report->seconds_of_speech, >, 8);
  g_assert_cmpfloat (report->median_f0, >, 60);
  g_assert_cmpfloat (report->median_f0, <, 160);
}

static void
test_speaks (void)
{
  g_autoptr (MynaSpeech) speech = speak (get_voice (), SENTENCE, NULL);

  assert_sound (speech);
  g_assert_cmpfloat ((double) speech->n_samples / speech->rate, >, 1.5);
  g_assert_cmpfloat ((double) speech->n_samples / speech->rate, <, 6);
}

static void
test_same_bytes (void)
{
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  g_autoptr (MynaSpeech) first = NULL;
  g_autoptr (MynaSpeech) between = NULL;
  g_autoptr (MynaSpeech) second = NULL;
  g_autoptr (MynaSpeech) other = NULL;

  params.seed = 17;
  first = speak (get_voice (), SENTENCE, &params);
  between = speak (get_voice (), "Something else.", NULL);
  second = speak (get_voice (), SENTENCE, &params);
  assert_same_bytes (first, second);
  params.seed = 18;
  other = speak (get_voice (), SENTENCE, &params);
  g_assert_false (first->n_samples == other->n_samples &&
                  memcmp (first->samples, other->samples, first->n_samples * sizeof (float)) == 0);
}

static void
test_speed_and_pitch (void)
{
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  g_autoptr (MynaSpeech) plain = speak (get_voice (), SENTENCE, NULL);
  g_autoptr (MynaSpeech) fast = NULL;
  g_autoptr (MynaSpeech) high = NULL;

  params.speed = 1.6;
  fast = speak (get_voice (), SENTENCE, &params);
  assert_sound (fast);
  /* Lead-in and lead-out of 0.3 s stay. */
  g_assert_cmpfloat_with_epsilon (((double) plain->n_samples / plain->rate - 0.3) /
                                      ((double) fast->n_samples / fast->rate - 0.3),
                                  1.6, 0.1);
  params.speed = 1;
  params.pitch = 7;
  high = speak (get_voice (), SENTENCE, &params);
  assert_sound (high);
  g_assert_cmpuint (high->n_samples, ==, plain->n_samples);
}

static void
test_extremes (void)
{
  static const double values[] = { -1e9, -12, 0, 0.5, 2, 1e9 };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
      g_autoptr (MynaSpeech) speech = NULL;

      params.speed = params.pitch = params.clarity = values[i];
      params.seed = G_MAXUINT32;
      speech = speak (get_voice (), "Yes, it is.", &params);
      assert_sound (speech);
    }
}

static void
test_languages (void)
{
  static const char *const texts[][2] = {
    { "en-us", "Good morning, everyone." },         { "de", "Guten Morgen, wie geht es dir?" },
    { "cmn", "今天天气很好，我们去公园。" },        { "ar", "صباح الخير يا صديقي" },
    { "ja", "おはようございます、げんきですか。" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
      g_autoptr (MynaSpeech) speech = NULL;

      params.language = texts[i][0];
      speech = speak (get_voice (), texts[i][1], &params);
      assert_sound (speech);
      g_assert_cmpfloat ((double) speech->n_samples / speech->rate, >, 0.8);
    }
}

static void
test_odd_texts (void)
{
  static const char *const spoken[] = {
    "7", "a", "x.", "😀", "1234567890", "\xff hello", "s s s s"
  };
  static const char *const empty[] = { "", " ", "...", "?!", "\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (spoken); i++)
    {
      g_autoptr (MynaSpeech) speech = speak (get_voice (), spoken[i], NULL);

      assert_sound (speech);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (empty); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (myna_draft_voice_speak (get_voice (), empty[i], NULL, NULL, &error));
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
    }
}

/* The common loudness, by the gain of the voice; single sentences lie around it. */
static void
test_loudness (void)
{
  g_autoptr (MynaSpeech) speech = speak (get_voice (), DRAFT_PERSON_TEXT, NULL);

  g_assert_cmpfloat_with_epsilon (
      myna_loudness_measure (speech->samples, speech->n_samples, speech->rate, 1),
      MYNA_LOUDNESS_TARGET_LUFS, 1.5);
}

static void
test_edited_phones (void)
{
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  g_autoptr (MynaSpeech) plain = speak (get_voice (), "Tomato.", NULL);
  g_autoptr (MynaSpeech) edited = NULL;
  g_autoptr (GError) error = NULL;

  params.phones = "t@m'A:toU";
  edited = speak (get_voice (), "Tomato.", &params);
  assert_sound (edited);
  g_assert_cmpstr (edited->phone_string, ==, "t@m'A:toU");
  g_assert_cmpstr (edited->phone_string, !=, plain->phone_string);
  params.phones = "no [such] <phone>";
  g_assert_null (myna_draft_voice_speak (get_voice (), "x", &params, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
}

/* No digital silence inside: pauses hold the sound of the room (spec section 8.8). */
static void
test_room_tone (void)
{
  g_autoptr (MynaSpeech) speech = speak (get_voice (), "One. Two, three.", NULL);
  gsize run = 0, longest = 0;

  for (gsize i = 0; i < speech->n_samples; i++)
    {
      run = fabsf (speech->samples[i]) < 1e-7f ? run + 1 : 0;
      longest = MAX (longest, run);
    }
  g_assert_cmpuint (longest, <, (gsize) speech->rate / 100);
}

/* What was recorded comes out as long stretches of the recording. */
static void
test_prefers_neighbours (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, 1.15, 0, -2);
  MynaDraftClip clip = { person->samples, person->n_samples, person->rate, DRAFT_PERSON_TEXT };
  g_autoptr (MynaDraftModel) model = myna_draft_build (&clip, 1, "en-us", NULL, NULL, NULL, &error);
  g_autoptr (MynaDraftUtterance) utterance = NULL;
  g_autoptr (MynaDraftTargets) targets = NULL;
  g_autofree gint32 *chosen = NULL;
  MynaDraftStyle style = myna_draft_style_new (0, FALSE, 0);
  guint follow = 0, virtual = 0;

  g_assert_no_error (error);
  utterance =
      myna_draft_utterance_new ("en-us", DRAFT_PERSON_TEXT, NULL, model->format, NULL, &error);
  g_assert_no_error (error);
  targets = myna_draft_targets_new (model, utterance);
  chosen = myna_draft_select (model, targets, &style, NULL, &error);
  g_assert_no_error (error);
  for (guint h = 0; h < targets->targets->len; h++)
    {
      virtual += chosen[h] == MYNA_DRAFT_VIRTUAL;
      if (h > 0)
        follow += myna_draft_units_follow (model, chosen[h - 1], chosen[h]);
    }
  g_test_message ("%u half-phones, %u follow, %u stand-ins", targets->targets->len, follow,
                  virtual);
  g_assert_cmpuint (follow, >, targets->targets->len * 8 / 10);
  g_assert_cmpuint (virtual, <=, targets->targets->len * 15 / 100);
}

static gboolean
has_warning (const MynaDraftVoice *voice, const char *part)
{
  char **warnings = myna_draft_voice_get_report ((MynaDraftVoice *) voice)->warnings;

  for (; warnings != NULL && *warnings != NULL; warnings++)
    if (strstr (*warnings, part) != NULL)
      return TRUE;
  return FALSE;
}

static void
test_wrong_transcript (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, 1.15, 0, -2);
  g_autoptr (MynaDraftVoice) voice =
      build_from (person,
                  "Six spoons of fresh snow peas, five thick slabs of blue cheese, and maybe a "
                  "snack for her brother Bob. We also need a small plastic snake and a big toy "
                  "frog for the kids. She can scoop these things into three red bags, and we will "
                  "go meet her at the station.",
                  &error);
  g_autoptr (MynaSpeech) speech = NULL;

  g_assert_no_error (error);
  g_assert_false (myna_draft_voice_get_report (voice)->used_transcript);
  g_assert_true (has_warning (voice, "does not seem to match"));
  speech = speak (voice, SENTENCE, NULL);
  assert_sound (speech);
}

/* A book as the transcript of a few seconds. */
static void
test_far_too_long_transcript (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, 1.15, 0, -2);
  g_autoptr (GString) book = g_string_new (NULL);
  g_autoptr (MynaDraftVoice) voice = NULL;

  while (book->len < 1000000)
    g_string_append (book, "It was the best of times, it was the worst of times. ");
  voice = build_from (person, book->str, &error);
  g_assert_no_error (error);
  g_assert_false (myna_draft_voice_get_report (voice)->used_transcript);
  g_assert_true (has_warning (voice, "does not seem to match"));
}

static void
test_no_transcript (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, 1.15, 0, -2);
  g_autoptr (MynaDraftVoice) voice = build_from (person, " … ", &error);
  g_autoptr (MynaSpeech) speech = NULL;

  g_assert_no_error (error);
  g_assert_false (myna_draft_voice_get_report (voice)->used_transcript);
  g_assert_true (has_warning (voice, "Type what is said"));
  speech = speak (voice, SENTENCE, NULL);
  assert_sound (speech);
}

static void
test_several_clips (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DraftPerson) first =
      draft_person_new ("en-us", "The birch canoe slid on the smooth planks.", 1.1, 0, -2);
  g_autoptr (DraftPerson) second =
      draft_person_new ("en-us", "Glue the sheet to the dark blue background.", 1.1, 0.3, 3);
  MynaDraftClip clips[] = {
    { first->samples, first->n_samples, first->rate, "The birch canoe slid on the smooth planks." },
    { second->samples, second->n_samples, second->rate,
      "Glue the sheet to the dark blue background." },
  };
  g_autoptr (MynaDraftVoice) voice =
      myna_draft_voice_build (clips, 2, "en", NULL, NULL, NULL, &error);
  g_autoptr (MynaSpeech) speech = NULL;

  g_assert_no_error (error);
  g_assert_true (myna_draft_voice_get_report (voice)->used_transcript);
  g_assert_true (has_warning (voice, "seconds of speech"));
  speech = speak (voice, SENTENCE, NULL);
  assert_sound (speech);
}

/* Longer than is kept: the best two minutes, in any case a voice. */
static void
test_long_clip (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, 1.1, 0, -2);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (MynaDraftVoice) voice = NULL;
  g_autoptr (MynaSpeech) speech = NULL;
  MynaDraftClip clip = { .rate = person->rate };

  while (all->len < (guint) person->rate * 140)
    {
      g_array_append_vals (all, person->samples, (guint) person->n_samples);
      g_string_append (text, DRAFT_PERSON_TEXT " ");
    }
  clip.samples = (const float *) (gpointer) all->data;
  clip.n_samples = all->len;
  clip.transcript = text->str;
  voice = myna_draft_voice_build (&clip, 1, "en", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (myna_draft_voice_get_report (voice)->used_transcript);
  g_assert_true (has_warning (voice, "two minutes"));
  speech = speak (voice, SENTENCE, NULL);
  assert_sound (speech);
}

static void
assert_refused (float (*sound) (gsize i), gsize n_samples, int rate, int code)
{
  g_autoptr (GError) error = NULL;
  g_autofree float *samples = g_new (float, MAX (n_samples, 1));
  MynaDraftClip clip = { .samples = samples, .n_samples = n_samples, .rate = rate };

  for (gsize i = 0; i < n_samples; i++)
    samples[i] = sound (i);
  g_assert_null (myna_draft_voice_build (&clip, 1, "en", NULL, NULL, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, MYNA_ERROR, code);
}

static float
silence (gsize i)
{
  return 0;
}

static float
hiss (gsize i)
{
  guint32 h = (guint32) i * 2654435761u;

  h = (h ^ h >> 15) * 0x2c1b3c6du;
  return ((float) (h ^ h >> 12) / 4294967296.0f - 0.5f) * 0.1f;
}

static void
test_refused (void)
{
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", "Good morning.", 1, 0, -2);
  g_autoptr (GError) error = NULL;

  assert_refused (silence, 16000 * 5, 16000, MYNA_ERROR_SILENT);
  assert_refused (hiss, 16000 * 3, 16000, MYNA_ERROR_SILENT);
  assert_refused (silence, 0, 16000, MYNA_ERROR_EMPTY);
  assert_refused (silence, 3, 8000, MYNA_ERROR_SILENT);
  g_assert_null (build_from (person, "Good morning.", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_TOO_SHORT);
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, 1.1, 0, -2);
  MynaDraftClip clip = { person->samples, person->n_samples, person->rate, DRAFT_PERSON_TEXT };

  g_cancellable_cancel (cancellable);
  g_assert_null (myna_draft_voice_speak (get_voice (), SENTENCE, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (myna_draft_voice_build (&clip, 1, "en", NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Whenever the cancel comes, it is heard and nothing leaks or breaks. */
static void
cancel_at (double fraction, gpointer user_data)
{
  GCancellable **cancellable = user_data;

  if (fraction >= *(double *) g_object_get_data (G_OBJECT (*cancellable), "at"))
    g_cancellable_cancel (*cancellable);
}

static void
test_cancelled_midway (void)
{
  static double points[] = { 0.3, 0.6, 0.8 };
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, 1.1, 0, -2);
  MynaDraftClip clip = { person->samples, person->n_samples, person->rate, DRAFT_PERSON_TEXT };

  for (gsize i = 0; i < G_N_ELEMENTS (points); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();

      g_object_set_data (G_OBJECT (cancellable), "at", &points[i]);
      g_assert_null (
          myna_draft_voice_build (&clip, 1, "en", cancel_at, &cancellable, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("myna-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "a.voice", NULL);
  g_autoptr (MynaDraftVoice) loaded = NULL;
  g_autoptr (MynaSpeech) fresh = speak (get_voice (), SENTENCE, NULL);
  g_autoptr (MynaSpeech) again = NULL;

  g_assert_no_error (error);
  g_assert_true (myna_draft_voice_save (get_voice (), path, &error));
  g_assert_no_error (error);
  loaded = myna_draft_voice_load (path, &error);
  g_assert_no_error (error);
  again = speak (loaded, SENTENCE, NULL);
  assert_same_bytes (fresh, again);
  g_assert_cmpuint (myna_draft_voice_get_report (loaded)->n_units, ==,
                    myna_draft_voice_get_report (get_voice ())->n_units);
  g_unlink (path);
  g_assert_null (myna_draft_voice_load (path, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
  g_rmdir (folder);
}

/* Any damage to the file is found. */
static void
test_damaged_file (void)
{
  g_autoptr (GBytes) bytes = myna_draft_voice_to_bytes (get_voice ());
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint32 state = 5;

  for (int i = 0; i < 200; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr (GBytes) damaged = NULL;
      gsize at;

      state = state * 1664525u + 1013904223u;
      /* The head and the section heads get their share, not only the bulk of the samples. */
      at = i % 2 == 0 ? (gsize) i * 2 % 400 : state % size;
      copy[at] ^= (guint8) (1 << i % 8);
      damaged = g_bytes_new_take (g_steal_pointer (&copy), size);
      g_assert_null (myna_draft_voice_new_from_bytes (damaged, &error));
      g_assert_true (g_error_matches (error, MYNA_ERROR, MYNA_ERROR_CORRUPT) ||
                     g_error_matches (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED));
    }
}

static void
test_truncated_file (void)
{
  g_autoptr (GBytes) bytes = myna_draft_voice_to_bytes (get_voice ());
  gsize size = g_bytes_get_size (bytes);

  for (gsize length = 0; length < size; length += length < 600 ? 1 : size / 97)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, length);

      g_assert_null (myna_draft_voice_new_from_bytes (part, &error));
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
    }
}

static void
test_other_version (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = myna_draft_voice_to_bytes (get_voice ());
  gsize size = 0;
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, &size), g_bytes_get_size (bytes));
  g_autoptr (GBytes) other = NULL;

  copy[8]++;
  other = g_bytes_new_take (g_steal_pointer (&copy), size);
  g_assert_null (myna_draft_voice_new_from_bytes (other, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
}

static gpointer
speak_thread (gpointer data)
{
  return speak (get_voice (), SENTENCE, NULL);
}

static void
test_threads (void)
{
  GThread *threads[3];
  g_autoptr (MynaSpeech) here = speak (get_voice (), SENTENCE, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("speak", speak_thread, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (MynaSpeech) there = g_thread_join (threads[i]);

      assert_same_bytes (here, there);
    }
}

int
main (int argc, char **argv)
{
  int result;

  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draft-voice/report", test_report);
  g_test_add_func ("/draft-voice/speaks", test_speaks);
  g_test_add_func ("/draft-voice/same-bytes", test_same_bytes);
  g_test_add_func ("/draft-voice/speed-and-pitch", test_speed_and_pitch);
  g_test_add_func ("/draft-voice/extremes", test_extremes);
  g_test_add_func ("/draft-voice/languages", test_languages);
  g_test_add_func ("/draft-voice/odd-texts", test_odd_texts);
  g_test_add_func ("/draft-voice/loudness", test_loudness);
  g_test_add_func ("/draft-voice/edited-phones", test_edited_phones);
  g_test_add_func ("/draft-voice/room-tone", test_room_tone);
  g_test_add_func ("/draft-voice/prefers-neighbours", test_prefers_neighbours);
  g_test_add_func ("/draft-voice/wrong-transcript", test_wrong_transcript);
  g_test_add_func ("/draft-voice/far-too-long-transcript", test_far_too_long_transcript);
  g_test_add_func ("/draft-voice/no-transcript", test_no_transcript);
  g_test_add_func ("/draft-voice/several-clips", test_several_clips);
  g_test_add_func ("/draft-voice/long-clip", test_long_clip);
  g_test_add_func ("/draft-voice/refused", test_refused);
  g_test_add_func ("/draft-voice/cancelled", test_cancelled);
  g_test_add_func ("/draft-voice/cancelled-midway", test_cancelled_midway);
  g_test_add_func ("/draft-voice/round-trip", test_round_trip);
  g_test_add_func ("/draft-voice/damaged-file", test_damaged_file);
  g_test_add_func ("/draft-voice/truncated-file", test_truncated_file);
  g_test_add_func ("/draft-voice/other-version", test_other_version);
  g_test_add_func ("/draft-voice/threads", test_threads);
  result = g_test_run ();
  myna_draft_voice_unref (get_voice ());
  return result;
}
