/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-engine.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/voice/gptsovits/myna-gsv-doubt.h"
#include "engine/voice/gptsovits/myna-gsv-reading.h"
#include "engine/voice/gptsovits/myna-gsv-reference.h"
#include "engine/voice/gptsovits/myna-gsv-spectrum.h"

/*
 * GPT-SoVITS as a speech engine (spec gpt-sovits section 5). A sentence whose tokens look wrong is
 * drawn again with seeds that follow from its own, a few times; the same seed gives the same
 * outcome.
 */

#define MAX_ATTEMPTS 3

/* Seconds of sound that are decoded at once at most; the memory plan may say less. */
#define MAX_WINDOW_FRAMES 500

typedef struct
{
  MynaGsvNetworks *networks;
  MynaVoiceReference *asked; /* (nullable): what the person chose to be imitated */
  MynaGsvReference *reference;
  MynaGsvReading *reading; /* (nullable): of the reference's text */
  char *language;
} Prepared;

static void
free_prepared (gpointer data)
{
  Prepared *self = data;

  g_clear_pointer (&self->reading, myna_gsv_reading_free);
  g_clear_pointer (&self->reference, myna_gsv_reference_free);
  g_clear_pointer (&self->asked, myna_voice_reference_free);
  g_clear_pointer (&self->networks, myna_gsv_networks_unref);
  g_free (self->language);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Prepared, free_prepared)

/* A cache is a file: it may be of another voice or of other networks, whatever it says. */
static gboolean
fits (Prepared *self, const MynaVoiceRecord *voice, GCancellable *cancellable)
{
  MynaGsvDecoder *decoder = myna_gsv_networks_get_decoder (self->networks, cancellable, NULL);

  return decoder != NULL && self->reference->part->clip < voice->clips->len &&
         self->reference->timbre->len == (guint) myna_gsv_decoder_get_timbre_size (decoder);
}

/* What a reference is made of beside the clips, which the name of its file holds. */
static char *
dup_reference_key (Prepared *self)
{
  g_autofree char *asked = myna_voice_reference_dup_key (self->asked);

  return g_strconcat (myna_gsv_networks_get_key (self->networks), asked, NULL);
}

static gboolean
get_reference (Prepared *self,
               const MynaVoiceRecord *voice,
               const char *cache_path,
               MynaProgressFunc progress,
               gpointer progress_data,
               GCancellable *cancellable,
               GError **error)
{
  g_autofree char *key = dup_reference_key (self);
  g_autoptr (GError) local_error = NULL;

  self->reference = myna_gsv_reference_load (cache_path, key);
  if (self->reference != NULL && !fits (self, voice, cancellable))
    g_clear_pointer (&self->reference, myna_gsv_reference_free);
  if (self->reference == NULL)
    {
      self->reference = myna_gsv_reference_new (self->networks, voice, progress, progress_data,
                                                cancellable, error);
      myna_gsv_networks_drop_readers (self->networks);
      if (self->reference != NULL &&
          !myna_gsv_reference_save (self->reference, cache_path, key, &local_error))
        g_message ("The prepared voice is not kept: %s", local_error->message);
    }
  return self->reference != NULL;
}

static gboolean
read_reference (Prepared *self, GCancellable *cancellable, GError **error)
{
  if (self->reference->part->text == NULL)
    return TRUE;
  self->reading = myna_gsv_reading_new (self->networks, self->reference->part->text, self->language,
                                        cancellable, error);
  return self->reading != NULL;
}

static char **
make_warnings (Prepared *self, const MynaVoiceRecord *voice)
{
  const MynaVoiceReference *part = self->reference->part;
  double length = myna_voice_record_get_clip (voice, part->clip)->duration;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (part->text == NULL && self->asked != NULL)
    g_strv_builder_take (builder,
                         g_strdup (_ ("What is said in the imitated part is not known, so only its "
                                      "sound is imitated. Type its words to imitate the manner "
                                      "too.")));
  else if (part->text == NULL)
    g_strv_builder_take (
        builder,
        g_strdup (_ ("What is said in the sample is not known, so only its sound is imitated. Add "
                     "a recording of 3 to 10 seconds with its text to imitate the manner too.")));
  if (self->asked == NULL && length > MYNA_VOICE_REFERENCE_MOST)
    g_strv_builder_take (builder, g_strdup_printf (_ ("Of the long recording, seconds %.1f to %.1f "
                                                      "are imitated."),
                                                   part->start, part->end));
  return g_strv_builder_end (builder);
}

static gpointer
prepare (const MynaVoiceRecord *voice,
         const char *cache_path,
         MynaProgressFunc progress,
         gpointer progress_data,
         char ***out_warnings,
         GCancellable *cancellable,
         GError **error)
{
  g_autoptr (Prepared) self = g_new0 (Prepared, 1);
  g_autoptr (MynaModelPair) pair = myna_model_pair_load (voice->folder);
  gboolean done;

  self->language = g_strdup (voice->language);
  self->asked = myna_voice_reference_copy (voice->reference);
  self->networks = myna_gsv_networks_open (pair, error);
  if (self->networks == NULL)
    return NULL;
  myna_gsv_networks_lock (self->networks);
  done = get_reference (self, voice, cache_path, progress, progress_data, cancellable, error) &&
         read_reference (self, cancellable, error);
  myna_gsv_networks_unlock (self->networks);
  if (!done)
    return NULL;
  *out_warnings = make_warnings (self, voice);
  return g_steal_pointer (&self);
}

/* Whether the same files would be chosen again, and the same part be imitated. */
static gboolean
is_current (gpointer prepared, const MynaVoiceRecord *voice)
{
  const Prepared *self = prepared;
  g_autoptr (MynaModelPair) pair = myna_model_pair_load (voice->folder);
  g_autoptr (MynaGsvNetworks) networks = myna_gsv_networks_open (pair, NULL);

  return networks == self->networks && myna_voice_reference_equal (self->asked, voice->reference);
}

/* One sentence being spoken. */
typedef struct
{
  Prepared *prepared;
  const MynaSpeakParams *params;
  MynaGsvReading *target;
  GArray *tokens; /* of the attempt that is kept */
  MynaGsvDoubt doubt;
  int attempts;
  GArray *drawn; /* of the attempt that runs */
  GArray *samples;
  GCancellable *cancellable;
} Speaking;

static void
speaking_clear (Speaking *self)
{
  g_clear_pointer (&self->target, myna_gsv_reading_free);
  g_clear_pointer (&self->tokens, g_array_unref);
  g_clear_pointer (&self->drawn, g_array_unref);
  g_clear_pointer (&self->samples, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Speaking, speaking_clear)

static gboolean
token_cb (gint32 token, gsize index, gpointer data)
{
  Speaking *self = data;

  g_array_append_val (self->drawn, token);
  return !myna_gsv_doubt_is_looping ((const gint32 *) (gpointer) self->drawn->data,
                                     self->drawn->len);
}

/* Splitmix's constant keeps the seeds of attempts apart from those that users choose. */
static guint64
derive_seed (guint32 seed, int attempt)
{
  return seed + (guint64) attempt * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);
}

static GArray *
draw (Speaking *self, int attempt, MynaGsvStop *stop, GError **error)
{
  Prepared *prepared = self->prepared;
  g_autoptr (MynaGsvReading) both =
      prepared->reading != NULL ? myna_gsv_reading_join (prepared->reading, self->target) : NULL;
  const MynaGsvReading *reading = both != NULL ? both : self->target;
  MynaGsvSampling sampling = MYNA_GSV_SAMPLING_DEFAULT;
  MynaGsvT2s *t2s = myna_gsv_networks_get_t2s (prepared->networks, self->cancellable, error);
  MynaGsvT2sInput input = { 0 };

  if (t2s == NULL)
    return NULL;
  sampling.seed = derive_seed (self->params->seed, attempt);
  input.phones = (const gint32 *) (gpointer) reading->phones->data;
  input.n_phones = reading->phones->len;
  input.bert = reading->bert;
  input.max_tokens = myna_gsv_doubt_get_limit (self->target->phones->len);
  if (both != NULL)
    {
      input.prompt = (const gint32 *) (gpointer) prepared->reference->prompt->data;
      input.n_prompt = prepared->reference->prompt->len;
    }
  g_array_set_size (self->drawn, 0);
  return myna_gsv_t2s_speak (t2s, myna_gsv_networks_get_context (prepared->networks), &input,
                             &sampling, token_cb, self, stop, self->cancellable, error);
}

/* Draws until nothing seems wrong; of doubtful attempts the least doubtful is kept. */
static gboolean
draw_tokens (Speaking *self, GError **error)
{
  for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
    {
      MynaGsvStop stop = MYNA_GSV_STOP_EOS;
      g_autoptr (GArray) tokens = draw (self, attempt, &stop, error);
      MynaGsvDoubt doubt;

      if (tokens == NULL)
        return FALSE;
      self->attempts = attempt + 1;
      doubt = myna_gsv_doubt_judge ((const gint32 *) (gpointer) tokens->data, tokens->len,
                                    self->target->phones->len, stop);
      if (tokens->len > 0 && (self->tokens == NULL || doubt < self->doubt))
        {
          g_clear_pointer (&self->tokens, g_array_unref);
          self->tokens = g_steal_pointer (&tokens);
          self->doubt = doubt;
        }
      if (self->tokens != NULL && self->doubt == MYNA_GSV_DOUBT_NONE)
        return TRUE;
    }
  if (self->tokens != NULL)
    return TRUE;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                       _ ("The model said nothing. Speak the sentence again, or change it."));
  return FALSE;
}

static void
samples_cb (const float *samples, gsize n_samples, gpointer data)
{
  Speaking *self = data;

  g_array_append_vals (self->samples, samples, (guint) n_samples);
}

static gboolean
decode (Speaking *self, GError **error)
{
  Prepared *prepared = self->prepared;
  MynaGsvDecoder *decoder =
      myna_gsv_networks_get_decoder (prepared->networks, self->cancellable, error);
  MynaGsvUtterance utterance = { 0 };

  if (decoder == NULL)
    return FALSE;
  utterance.tokens = (const gint32 *) (gpointer) self->tokens->data;
  utterance.n_tokens = self->tokens->len;
  utterance.phones = (const gint32 *) (gpointer) self->target->phones->data;
  utterance.n_phones = self->target->phones->len;
  utterance.timbre = (const float *) (gpointer) prepared->reference->timbre->data;
  utterance.speed = self->params->speed;
  utterance.noise_scale = MYNA_GSV_NOISE_SCALE;
  utterance.random = (MynaGsvRandom) { self->params->seed, MYNA_GSV_STREAM_NOISE };
  utterance.window = MIN (myna_gsv_decoder_choose_window (decoder, utterance.n_tokens,
                                                          utterance.n_phones, utterance.speed),
                          MAX_WINDOW_FRAMES);
  return myna_gsv_decoder_run (decoder, myna_gsv_networks_get_context (prepared->networks),
                               &utterance, samples_cb, self, self->cancellable, NULL, error);
}

/* Spec gpt-sovits section 5, step 8. */
static void
limit_peak (GArray *samples)
{
  float peak = 0;

  for (guint i = 0; i < samples->len; i++)
    peak = MAX (peak, fabsf (g_array_index (samples, float, i)));
  for (guint i = 0; peak > 1 && i < samples->len; i++)
    g_array_index (samples, float, i) /= peak;
}

static char **
make_doubts (const Speaking *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (self->doubt == MYNA_GSV_DOUBT_SHORT)
    g_strv_builder_take (builder, g_strdup (_ ("Words may be missing here. Listen to it, and speak "
                                               "it again if so.")));
  else if (self->doubt != MYNA_GSV_DOUBT_NONE)
    g_strv_builder_take (builder, g_strdup (_ ("Words may be repeated here. Listen to it, and "
                                               "speak it again if so.")));
  else if (self->attempts > 1)
    g_strv_builder_take (builder,
                         g_strdup_printf (ngettext ("Spoken %d time until it sounded whole.",
                                                    "Spoken %d times until it sounded whole.",
                                                    (gulong) self->attempts),
                                          self->attempts));
  return g_strv_builder_end (builder);
}

static MynaSpeech *
make_speech (Speaking *self)
{
  MynaSpeech *speech = g_new0 (MynaSpeech, 1);
  gsize n = 0;

  limit_peak (self->samples);
  speech->samples = g_array_steal (self->samples, &n);
  speech->n_samples = n;
  speech->rate = MYNA_GSV_RATE;
  /* The model does not tell when it says which phone. */
  speech->phones = g_array_new (FALSE, FALSE, sizeof (MynaPhone));
  speech->phone_string = myna_gsv_reading_format (self->target);
  speech->warnings = make_doubts (self);
  return speech;
}

static gboolean
read_target (Speaking *self, const char *sentence, GError **error)
{
  const MynaSpeakParams *params = self->params;

  if (params->phones != NULL)
    self->target =
        myna_gsv_reading_new_for_phones (self->prepared->networks, params->phones, error);
  else
    self->target = myna_gsv_reading_new (self->prepared->networks, sentence,
                                         params->language != NULL ? params->language
                                                                  : self->prepared->language,
                                         self->cancellable, error);
  if (self->target == NULL || self->target->phones->len > 0)
    return self->target != NULL;
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_EMPTY,
                       _ ("There is nothing to say in this sentence."));
  return FALSE;
}

static MynaSpeech *
speak (gpointer prepared,
       const char *sentence,
       const MynaSpeakParams *params,
       GCancellable *cancellable,
       GError **error)
{
  g_auto (Speaking) self = { .prepared = prepared, .params = params, .cancellable = cancellable };
  gboolean done;

  self.drawn = g_array_new (FALSE, FALSE, sizeof (gint32));
  self.samples = g_array_new (FALSE, FALSE, sizeof (float));
  myna_gsv_networks_lock (self.prepared->networks);
  done =
      read_target (&self, sentence, error) && draw_tokens (&self, error) && decode (&self, error);
  if (!done)
    gpu_context_reset (myna_gsv_networks_get_context (self.prepared->networks));
  myna_gsv_networks_unlock (self.prepared->networks);
  return done ? make_speech (&self) : NULL;
}

/**
 * myna_gsv_engine_get:
 *
 * Returns: (transfer none): the engine, to be registered
 */
const MynaSpeechEngine *
myna_gsv_engine_get (void)
{
  static const MynaSpeechEngine engine = {
    .id = MYNA_GSV_ENGINE_ID,
    .name = "GPT-SoVITS",
    .prepare = prepare,
    .is_current = is_current,
    .speak = speak,
    .free_prepared = free_prepared,
    .set_device = myna_gsv_networks_set_device,
  };

  return &engine;
}

/**
 * myna_gsv_engine_is_ready:
 * @language: (nullable): the tag of a language; %NULL: any
 * @voice_dir: (nullable): the folder of the voice, which may have networks of its own
 * @error: return location
 *
 * Whether the model files are there and the language can be read. Any thread; reads folders.
 *
 * Returns: %FALSE with UNSUPPORTED: what to get
 */
gboolean
myna_gsv_engine_is_ready (const char *language, const char *voice_dir, GError **error)
{
  g_autofree char *dir = myna_paths_dup_data_dir ();
  g_autoptr (MynaModels) models = myna_models_open (dir);
  g_autoptr (MynaModelPair) pair = voice_dir != NULL ? myna_model_pair_load (voice_dir) : NULL;
  g_autoptr (GArray) missing = NULL;
  MynaTextMode mode = MYNA_TEXT_ENGLISH;

  if (language != NULL && !myna_front_end_mode_for_language (language, &mode, error))
    return FALSE;
  missing = myna_model_pair_list_missing (pair, models, mode == MYNA_TEXT_ENGLISH ? "en" : "zh");
  if (missing->len == 0)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               ngettext ("GPT-SoVITS needs %u more model file, “%s”; get it, then “myna models "
                         "import” it.",
                         "GPT-SoVITS needs %u more model files, the first is “%s”; get them, then "
                         "“myna models import” them.",
                         missing->len),
               missing->len,
               myna_model_role_get_upstream (g_array_index (missing, MynaModelRole, 0)));
  return FALSE;
}
