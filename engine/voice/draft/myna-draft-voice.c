/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-voice.h"

#include "engine/audio/myna-limiter.h"
#include "engine/audio/myna-loudness.h"
#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"
#include "engine/text/myna-language.h"
#include "engine/voice/draft/myna-draft-build.h"
#include "engine/voice/draft/myna-draft-file.h"
#include "engine/voice/draft/myna-draft-passage.h"
#include "engine/voice/draft/myna-draft-prosody.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Immutable after wrap(); the count is atomic. */
struct _MynaDraftVoice
{
  gatomicrefcount references;
  MynaDraftModel *model;
  MynaDraftReport report;
};

/* Below this much speech, clarity is the better default (spec draft-voice section 9). */
#define CLEAR_BELOW_SECONDS 45.0
#define MIN_SPEED 0.5
#define MAX_SPEED 2.0
#define MAX_SEMITONES 12.0
/* Characters spoken to find the voice's gain, and how far that may move it. */
#define CALIBRATION_LENGTH 200
#define MAX_CALIBRATION_DB 8.0

/**
 * myna_draft_voice_ref:
 * @self: a voice
 *
 * Any thread.
 *
 * Returns: (transfer full): @self
 */
MynaDraftVoice *
myna_draft_voice_ref (MynaDraftVoice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * myna_draft_voice_unref:
 * @self: (transfer full): a voice
 *
 * Any thread.
 */
void
myna_draft_voice_unref (MynaDraftVoice *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  myna_draft_model_free (self->model);
  g_strfreev (self->report.warnings);
  g_free (self);
}

/* What was found in the recording, in the user's language. */
static char **
describe_findings (guint32 findings, double seconds)
{
  static const struct
  {
    MynaDraftFindings finding;
    const char *sentence;
  } sentences[] = {
    { MYNA_DRAFT_FOUND_MISMATCH,
      N_ ("The transcript does not seem to match what is said, so it was not used. "
          "Correct it and the voice will be easier to understand.") },
    { MYNA_DRAFT_FOUND_PART_MISMATCH,
      N_ ("The transcript of some clips does not seem to match what is said. "
          "These clips were left out.") },
    { MYNA_DRAFT_FOUND_NO_TRANSCRIPT,
      N_ ("Type what is said in the sample and the voice will be easier to understand.") },
    { MYNA_DRAFT_FOUND_LONG, N_ ("The sample is long: the two minutes that fit best were used.") },
    { MYNA_DRAFT_FOUND_LOUD_NOISE,
      N_ ("There is loud noise in the sample, and it will be heard in the voice. "
          "Record in a quieter place.") },
    { MYNA_DRAFT_FOUND_CLIPPING,
      N_ ("The sample is overdriven in places. Record again with a lower level.") },
    { MYNA_DRAFT_FOUND_TELEPHONE,
      N_ ("The sample has the sound of a telephone call, and so will the voice.") },
    { MYNA_DRAFT_FOUND_TWO_VOICES,
      N_ ("There seem to be two people in the sample. Use one in which only one person speaks.") },
  };
  g_autoptr (GStrvBuilder) warnings = g_strv_builder_new ();
  char **all;

  if (findings & MYNA_DRAFT_FOUND_SHORT)
    g_strv_builder_take (warnings,
                         g_strdup_printf (_ ("There are only %.0f seconds of speech. "
                                             "The voice gets clearer with 30 seconds or more."),
                                          seconds));
  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (findings & sentences[i].finding)
      g_strv_builder_add (warnings, gettext (sentences[i].sentence));
  all = g_strv_builder_end (warnings);
  if (all[0] == NULL)
    g_clear_pointer (&all, g_strfreev);
  return all;
}

static MynaDraftVoice *
wrap (MynaDraftModel *model)
{
  MynaDraftVoice *self = g_new0 (MynaDraftVoice, 1);

  g_atomic_ref_count_init (&self->references);
  self->model = model;
  self->report.seconds_of_speech = model->speech_seconds;
  self->report.used_transcript = model->aligned;
  self->report.transcript_fit = model->fit;
  self->report.n_units = model->units->len;
  self->report.median_f0 = exp (model->pitch_person.median);
  self->report.snr_db = model->person->snr_db;
  self->report.warnings = describe_findings (model->findings, model->speech_seconds);
  return self;
}

/**
 * myna_draft_voice_get_report:
 * @self: a voice
 *
 * Any thread.
 *
 * Returns: (transfer none): what was found when it was built; its warnings are in the language of
 *   the time the voice was built or loaded
 */
const MynaDraftReport *
myna_draft_voice_get_report (MynaDraftVoice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->report;
}

/**
 * myna_draft_voice_new_from_bytes:
 * @bytes: what myna_draft_voice_to_bytes() gave; any bytes are safe
 * @error: return location for an error
 *
 * Any thread. MYNA_ERROR_CORRUPT or MYNA_ERROR_UNSUPPORTED mean: build it again.
 *
 * Returns: (transfer full) (nullable): the voice
 */
MynaDraftVoice *
myna_draft_voice_new_from_bytes (GBytes *bytes, GError **error)
{
  MynaDraftModel *model;

  g_return_val_if_fail (bytes != NULL, NULL);

  model = myna_draft_model_from_bytes (bytes, error);
  return model != NULL ? wrap (model) : NULL;
}

/**
 * myna_draft_voice_load:
 * @path: a file that myna_draft_voice_save() wrote
 * @error: return location for an error
 *
 * Any thread, not the main one.
 *
 * Returns: (transfer full) (nullable): the voice
 */
MynaDraftVoice *
myna_draft_voice_load (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) reason = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  file = g_mapped_file_new (path, FALSE, &reason);
  if (file == NULL)
    {
      if (g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND, _ ("“%s” does not exist."), path);
      else
        g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, reason->message);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (file);
  return myna_draft_voice_new_from_bytes (bytes, error);
}

/**
 * myna_draft_voice_to_bytes:
 * @self: a voice
 *
 * It is the person's recording: the same consent and deletion rules hold as for the clips.
 *
 * Returns: (transfer full): the voice as a file, about 3 MB a minute
 */
GBytes *
myna_draft_voice_to_bytes (MynaDraftVoice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return myna_draft_model_to_bytes (self->model);
}

/**
 * myna_draft_voice_save:
 * @self: a voice
 * @path: where to
 * @error: return location for an error
 *
 * Writes the voice to a temporary name, syncs and renames. Any thread, not the main one.
 *
 * Returns: whether it is there
 */
gboolean
myna_draft_voice_save (MynaDraftVoice *self, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size = 0;
  const void *data;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  bytes = myna_draft_voice_to_bytes (self);
  data = g_bytes_get_data (bytes, &size);
  return myna_atomic_file_write (path, data, size, error);
}

/* The voice's own gain, the same for each sentence, and the limiter for what is too high then. */
static void
finish_level (const MynaDraftVoice *self, MynaSpeech *speech)
{
  g_autoptr (MynaLimiter) limiter = myna_limiter_new (speech->rate, 1, MYNA_LIMITER_CEILING_DB);
  GArray *out = g_array_sized_new (FALSE, FALSE, sizeof (float), (guint) speech->n_samples);

  myna_limiter_set_gain (limiter, 20 * log10 (self->model->gain));
  myna_limiter_process (limiter, speech->samples, speech->n_samples, out);
  myna_limiter_flush (limiter, out);
  g_free (speech->samples);
  speech->samples = (float *) g_array_steal (out, &speech->n_samples);
  g_array_unref (out);
}

static double
choose_clarity (const MynaDraftVoice *self, const MynaSpeakParams *params)
{
  if (params->clarity >= 0)
    return MIN (params->clarity, 1);
  return self->model->speech_seconds < CLEAR_BELOW_SECONDS ? 1 : 0;
}

static MynaSpeech *
render (MynaDraftVoice *self,
        MynaDraftUtterance *utterance,
        MynaDraftScore *score,
        guint32 seed,
        GCancellable *cancellable,
        GError **error)
{
  g_autoptr (MynaSpeech) speech = g_new0 (MynaSpeech, 1);
  MynaDraftPlan plan = { .format = self->model->format,
                         .person = self->model->person,
                         .espeak = utterance->analysis,
                         .n_frames = score->n_frames,
                         .frames = score->frames,
                         .raw = score->raw,
                         .target = score->target,
                         .seed = seed };

  speech->rate = self->model->format->rate;
  speech->samples = myna_draft_render (&plan, &speech->n_samples, cancellable, error);
  if (speech->samples == NULL)
    return NULL;
  finish_level (self, speech);
  speech->phones = g_steal_pointer (&score->phones);
  speech->phone_string = g_steal_pointer (&utterance->phone_string);
  return g_steal_pointer (&speech);
}

/**
 * myna_draft_voice_speak:
 * @self: a voice
 * @sentence: a sentence or any short text, UTF-8
 * @params: (nullable): how
 * @cancellable: (nullable): looked at every few milliseconds
 * @error: return location for an error
 *
 * Speaks a sentence in the person's voice (spec draft-voice section 4). The same voice, text and
 * parameters give the same bytes. Any thread, several at a time. Errors: MYNA_ERROR_EMPTY (nothing
 * to say), MYNA_ERROR_UNSUPPORTED (language or phones), G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full) (nullable): the speech
 */
MynaSpeech *
myna_draft_voice_speak (MynaDraftVoice *self,
                        const char *sentence,
                        const MynaSpeakParams *params,
                        GCancellable *cancellable,
                        GError **error)
{
  static const MynaSpeakParams defaults = MYNA_SPEAK_PARAMS_INIT;
  g_autoptr (MynaDraftUtterance) utterance = NULL;
  g_autoptr (MynaDraftTargets) targets = NULL;
  g_autoptr (MynaDraftScore) score = NULL;
  g_autofree gint32 *chosen = NULL;
  MynaDraftStyle style;
  const char *language;

  g_return_val_if_fail (self != NULL && sentence != NULL, NULL);

  params = params != NULL ? params : &defaults;
  language = params->language != NULL ? params->language : self->model->language;
  utterance = myna_draft_utterance_new (language, sentence, params->phones, self->model->format,
                                        cancellable, error);
  if (utterance == NULL)
    return NULL;
  style = myna_draft_style_new (choose_clarity (self, params), myna_language_is_tonal (language),
                                params->seed);
  targets = myna_draft_targets_new (self->model, utterance);
  chosen = myna_draft_select (self->model, targets, &style, cancellable, error);
  if (chosen == NULL)
    return NULL;
  score = myna_draft_score_new (self->model, targets, chosen, &style,
                                CLAMP (params->speed, MIN_SPEED, MAX_SPEED),
                                CLAMP (params->pitch, -MAX_SEMITONES, MAX_SEMITONES));
  return render (self, utterance, score, params->seed, cancellable, error);
}

/* Lets the voice say something and sets its gain by how loud that is. */
static gboolean
calibrate_level (MynaDraftVoice *self, GCancellable *cancellable, GError **error)
{
  const char *passage = myna_draft_passage_get (self->model->language);
  g_autofree char *text =
      g_utf8_substring (passage, 0, MIN (g_utf8_strlen (passage, -1), CALIBRATION_LENGTH));
  g_autoptr (MynaSpeech) speech = myna_draft_voice_speak (self, text, NULL, cancellable, error);
  double loudness, gain_db;

  if (speech == NULL)
    return FALSE;
  loudness = myna_loudness_measure (speech->samples, speech->n_samples, speech->rate, 1);
  if (loudness <= MYNA_LOUDNESS_SILENCE_LUFS)
    return TRUE;
  gain_db = myna_loudness_gain_db (loudness, MYNA_LOUDNESS_TARGET_LUFS);
  self->model->gain *= pow (10, CLAMP (gain_db, -MAX_CALIBRATION_DB, MAX_CALIBRATION_DB) / 20);
  return TRUE;
}

/**
 * myna_draft_voice_build:
 * @clips: (array length=n_clips): what the person said, 2 seconds of speech or more in all
 * @n_clips: their number
 * @language: what language it is in, as for myna_language_resolve()
 * @progress: (nullable): told how far it is, from this thread
 * @progress_data: closure of @progress
 * @cancellable: (nullable): looked at every few milliseconds
 * @error: return location for an error
 *
 * Makes a voice of recordings (spec draft-voice section 3), about a second for a minute of speech.
 * Any thread, not the main one. Errors: MYNA_ERROR_SILENT, MYNA_ERROR_TOO_SHORT,
 * MYNA_ERROR_UNSUPPORTED (language), G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full) (nullable): the voice
 */
MynaDraftVoice *
myna_draft_voice_build (const MynaDraftClip *clips,
                        guint n_clips,
                        const char *language,
                        MynaProgressFunc progress,
                        gpointer progress_data,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (MynaDraftVoice) rough = NULL;
  g_autoptr (GBytes) bytes = NULL;
  MynaDraftModel *model;

  g_return_val_if_fail (clips != NULL && n_clips > 0 && language != NULL, NULL);

  model = myna_draft_build (clips, n_clips, language, progress, progress_data, cancellable, error);
  if (model == NULL)
    return NULL;
  rough = wrap (model);
  if (!calibrate_level (rough, cancellable, error))
    return NULL;
  /* Through the file's rounding at once: a voice speaks the same bytes fresh and reloaded. */
  bytes = myna_draft_model_to_bytes (model);
  return myna_draft_voice_new_from_bytes (bytes, error);
}
