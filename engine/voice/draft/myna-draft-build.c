/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-build.h"

#include "engine/audio/myna-loudness.h"
#include "engine/core/myna-error.h"
#include "engine/text/myna-language.h"
#include "engine/voice/draft/myna-draft-envelope.h"
#include "engine/voice/draft/myna-draft-units.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Refusals and warnings (spec draft-voice section 7). */
#define MIN_VOICED_FRAMES 20
#define MIN_SPEECH_SECONDS 2.0
#define SHORT_SPEECH_SECONDS 12.0
#define MIN_FIT 0.35
#define MIN_RATE 0.65
#define MAX_RATE 1.5
#define CLIP_LEVEL 0.995f
#define MAX_CLIPPED 0.005
#define LOUD_NOISE_DB 12.0
#define TWO_VOICES_SHARE 0.2
#define TWO_VOICES_STEP 0.4
#define TWO_VOICES_SEPARATION 3.6
#define TELEPHONE_HZ 4000
#define TELEPHONE_DB -38.0

/* One clip on its way to become material. */
typedef struct
{
  const MynaDraftClip *source;
  MynaDraftAnalysis *recording;
  MynaDraftUtterance *utterance; /* %NULL without transcript */
  MynaDraftAlignment *alignment;
  GArray *segments;
  double speech_seconds;
  double fit;
  gboolean trusted;
} Part;

typedef struct
{
  const MynaDraftFormat *format;
  char *language;
  Part *parts;
  guint n_parts;
  MynaDraftModel *model;
  MynaProgressFunc progress;
  gpointer progress_data;
  GCancellable *cancellable;
} Builder;

static void
builder_clear (Builder *self)
{
  for (guint i = 0; i < self->n_parts; i++)
    {
      g_clear_pointer (&self->parts[i].recording, myna_draft_analysis_free);
      g_clear_pointer (&self->parts[i].utterance, myna_draft_utterance_free);
      g_clear_pointer (&self->parts[i].alignment, myna_draft_alignment_free);
      g_clear_pointer (&self->parts[i].segments, g_array_unref);
    }
  g_free (self->parts);
  g_free (self->language);
  g_clear_pointer (&self->model, myna_draft_model_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Builder, builder_clear)

static void
report (const Builder *self, double fraction)
{
  if (self->progress != NULL)
    self->progress (fraction, self->progress_data);
}

static double
measure_speech (const MynaDraftAnalysis *recording)
{
  g_autofree guint8 *quiet = g_new (guint8, recording->n_frames);
  gsize n = 0;

  myna_draft_silence_mask (recording->db, recording->n_frames, quiet);
  for (gsize i = 0; i < recording->n_frames; i++)
    n += !quiet[i];
  return (double) n * recording->format->hop / recording->format->rate;
}

static gboolean
is_clipped (const MynaDraftClip *clip)
{
  gsize n = 0;

  for (gsize i = 0; i < clip->n_samples; i++)
    n += fabsf (clip->samples[i]) >= CLIP_LEVEL;
  return (double) n > MAX_CLIPPED * (double) clip->n_samples;
}

static gboolean
has_transcript (const MynaDraftClip *clip)
{
  g_autofree char *text = g_strstrip (g_strdup (clip->transcript != NULL ? clip->transcript : ""));

  return *text != '\0';
}

static gboolean
analyse_part (Builder *self, Part *part, GError **error)
{
  g_autofree float *samples = NULL;
  gsize n_samples = 0;

  samples = myna_draft_resample (part->source->samples, part->source->n_samples, part->source->rate,
                                 self->format->rate, &n_samples, error);
  if (samples == NULL)
    return FALSE;
  part->recording = myna_draft_analyse (samples, n_samples, self->format,
                                        MYNA_DRAFT_ANALYSE_LEVEL | MYNA_DRAFT_ANALYSE_DENOISE,
                                        self->cancellable, error);
  if (part->recording == NULL)
    return FALSE;
  part->speech_seconds = measure_speech (part->recording);
  self->model->speech_seconds += part->speech_seconds;
  if (is_clipped (part->source))
    self->model->findings |= MYNA_DRAFT_FOUND_CLIPPING;
  if (part->recording->denoised)
    self->model->findings |= MYNA_DRAFT_FOUND_NOISE;
  if (part->recording->snr_db < LOUD_NOISE_DB)
    self->model->findings |= MYNA_DRAFT_FOUND_LOUD_NOISE;
  return TRUE;
}

static gboolean
check_material (const Builder *self, GError **error)
{
  gsize n_voiced = 0;

  for (guint i = 0; i < self->n_parts; i++)
    for (gsize f = 0; f < self->parts[i].recording->n_frames; f++)
      n_voiced += self->parts[i].recording->f0[f] > 0;
  if (n_voiced < MIN_VOICED_FRAMES)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_SILENT,
                           _ ("No speech was found in the sample. Record or choose one in which "
                              "one person speaks."));
      return FALSE;
    }
  if (self->model->speech_seconds < MIN_SPEECH_SECONDS)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_TOO_SHORT,
                   _ ("The sample holds only %.1f seconds of speech. At least 5 are needed, "
                      "30 or more are good."),
                   self->model->speech_seconds);
      return FALSE;
    }
  if (self->model->speech_seconds < SHORT_SPEECH_SECONDS)
    self->model->findings |= MYNA_DRAFT_FOUND_SHORT;
  return TRUE;
}

/* Fits the map on the aligned frames of all clips that have a transcript. */
static gboolean
fit_ridge (Builder *self)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (MynaDraftPair));
  double sum = 0, weight = 0;
  int n_cep = self->format->n_cep;

  for (guint i = 0; i < self->n_parts; i++)
    if (self->parts[i].alignment != NULL)
      {
        g_autoptr (GArray) pairs = myna_draft_alignment_pairs (
            self->parts[i].alignment, self->parts[i].utterance, self->parts[i].recording);

        g_array_append_vals (all, pairs->data, pairs->len);
      }
  if (!myna_draft_ridge_fit (&self->model->ridge, (const MynaDraftPair *) (gpointer) all->data,
                             all->len, n_cep, MYNA_DRAFT_RIDGE_ALIGNED))
    return FALSE;
  for (guint i = 0; i < self->n_parts; i++)
    if (self->parts[i].alignment != NULL)
      {
        Part *part = &self->parts[i];
        g_autoptr (GArray) pairs =
            myna_draft_alignment_pairs (part->alignment, part->utterance, part->recording);

        part->fit = myna_draft_ridge_r2 (
            &self->model->ridge, (const MynaDraftPair *) (gpointer) pairs->data, pairs->len, n_cep);
        sum += part->fit * (double) pairs->len;
        weight += (double) pairs->len;
      }
  self->model->fit = weight > 0 ? sum / weight : 0;
  return TRUE;
}

static gboolean
align_part (Builder *self, Part *part, const MynaDraftRidge *ridge, GError **error)
{
  g_clear_pointer (&part->alignment, myna_draft_alignment_free);
  part->alignment =
      myna_draft_align (part->utterance, part->recording, ridge, FALSE, self->cancellable, error);
  return part->alignment != NULL;
}

/* espeak-ng's readings, two passes of alignment and map (more give nothing, spec section 3a). */
static gboolean
align_parts (Builder *self, GError **error)
{
  for (guint i = 0; i < self->n_parts; i++)
    if (has_transcript (self->parts[i].source))
      {
        Part *part = &self->parts[i];

        part->utterance = myna_draft_utterance_new (self->language, part->source->transcript, NULL,
                                                    self->format, self->cancellable, error);
        if (part->utterance == NULL)
          return FALSE;
      }
  report (self, 0.5);
  for (int pass = 0; pass < 2; pass++)
    {
      for (guint i = 0; i < self->n_parts; i++)
        if (self->parts[i].utterance != NULL &&
            !align_part (self, &self->parts[i], pass > 0 ? &self->model->ridge : NULL, error))
          return FALSE;
      if (!fit_ridge (self))
        return TRUE;
      report (self, pass == 0 ? 0.7 : 0.9);
    }
  return TRUE;
}

static void
measure_rate (Builder *self)
{
  double sum = 0, weight = 0;
  g_autoptr (GArray) f0 = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint i = 0; i < self->n_parts; i++)
    if (self->parts[i].trusted)
      {
        const Part *part = &self->parts[i];
        const MynaDraftAnalysis *rendition = part->utterance->analysis;

        sum += part->alignment->rate * (double) rendition->n_frames;
        weight += (double) rendition->n_frames;
        g_array_append_vals (f0, rendition->f0, (guint) rendition->n_frames);
      }
  self->model->rate = CLAMP (sum / MAX (weight, 1), 0.7, 1.5);
  self->model->pitch_rendition =
      myna_draft_pitch_measure ((const float *) (gpointer) f0->data, f0->len);
}

/* Speech comes out about as loud as the recording is; from that the gain to the common loudness. */
static double
measure_gain (const MynaDraftAnalysis *person)
{
  double loudness =
      myna_loudness_measure (person->samples, person->n_samples, person->format->rate, 1);

  if (loudness <= MYNA_LOUDNESS_SILENCE_LUFS)
    return 1;
  return pow (10, myna_loudness_gain_db (loudness, MYNA_LOUDNESS_TARGET_LUFS) / 20);
}

/* Two people speaking show as two separate pitches, each for a good part of the time. */
static gboolean
has_two_voices (const MynaDraftAnalysis *person)
{
  double centre[2], sum[2], square[2], n[2], spread;

  centre[0] = log (90);
  centre[1] = log (260);
  for (int round = 0; round < 12; round++)
    {
      memset (sum, 0, sizeof sum);
      memset (square, 0, sizeof square);
      memset (n, 0, sizeof n);
      for (gsize i = 0; i < person->n_frames; i++)
        if (person->f0[i] > 0)
          {
            double pitch = log ((double) person->f0[i]);
            int k = fabs (pitch - centre[1]) < fabs (pitch - centre[0]);

            sum[k] += pitch;
            square[k] += pitch * pitch;
            n[k]++;
          }
      if (n[0] < 1 || n[1] < 1)
        return FALSE;
      for (int k = 0; k < 2; k++)
        centre[k] = sum[k] / n[k];
    }
  spread = sqrt (
      MAX ((square[0] + square[1] - n[0] * centre[0] * centre[0] - n[1] * centre[1] * centre[1]) /
               (n[0] + n[1]),
           1e-6));
  return MIN (n[0], n[1]) > TWO_VOICES_SHARE * (n[0] + n[1]) &&
         centre[1] - centre[0] > TWO_VOICES_STEP &&
         centre[1] - centre[0] > TWO_VOICES_SEPARATION * spread;
}

/* Nothing above 4 kHz in speech: the band of a telephone (spec section 7). */
static gboolean
is_telephone (const MynaDraftAnalysis *person)
{
  g_autoptr (MynaDraftCode) code = myna_draft_code_new (person->format);
  int n_bins = myna_draft_format_n_bins (person->format);
  int middle = (int) (TELEPHONE_HZ * person->format->fft / person->format->rate);
  g_autofree float *envelope = g_new (float, n_bins);
  double loud = myna_draft_loud_level (person->db, person->n_frames), low = 0, high = 0;

  for (gsize i = 0; i < person->n_frames; i += 4)
    {
      if ((double) person->db[i] < loud - 30)
        continue;
      myna_draft_code_decode (code, person->cep + i * (gsize) person->format->n_cep, envelope);
      for (int bin = 1; bin < n_bins; bin++)
        *(bin < middle ? &low : &high) += exp ((double) envelope[bin]);
    }
  return low > 0 && 10 * log10 (high / low + 1e-12) < TELEPHONE_DB;
}

static void
judge_recording (Builder *self)
{
  MynaDraftModel *model = self->model;

  model->gain = measure_gain (model->person);
  if (has_two_voices (model->person))
    model->findings |= MYNA_DRAFT_FOUND_TWO_VOICES;
  if (is_telephone (model->person))
    model->findings |= MYNA_DRAFT_FOUND_TELEPHONE;
}

static void
add_aligned (Builder *self)
{
  g_autofree MynaDraftMaterial *material = g_new0 (MynaDraftMaterial, self->n_parts);
  guint n = 0;

  for (guint i = 0; i < self->n_parts; i++)
    if (self->parts[i].trusted)
      {
        Part *part = &self->parts[i];

        part->segments = myna_draft_segments_from_alignment (part->alignment, part->utterance);
        material[n].recording = part->recording;
        material[n].rendition = part->utterance->analysis;
        material[n++].segments = part->segments;
      }
  measure_rate (self);
  self->model->aligned = TRUE;
  myna_draft_model_add_material (self->model, material, n);
}

/**
 * myna_draft_build:
 * @clips: what the person said
 * @n_clips: their number
 * @language: what language it is in
 * @progress: (nullable): told how far it is
 * @progress_data: closure of @progress
 * @cancellable: (nullable): cancellable
 * @error: return location for an error
 *
 * Builds a voice (spec draft-voice section 3). Any thread, not the main one: a second for a minute
 * of speech.
 *
 * Returns: (transfer full) (nullable): the model
 */
MynaDraftModel *
myna_draft_build (const MynaDraftClip *clips,
                  guint n_clips,
                  const char *language,
                  MynaProgressFunc progress,
                  gpointer progress_data,
                  GCancellable *cancellable,
                  GError **error)
{
  g_auto (Builder) self = { .format = &myna_draft_format_16k,
                            .progress = progress,
                            .progress_data = progress_data,
                            .cancellable = cancellable };

  self.language = myna_language_resolve (language, error);
  if (self.language == NULL)
    return NULL;
  self.model = myna_draft_model_new (self.format, self.language);
  self.parts = g_new0 (Part, MAX (n_clips, 1));
  self.n_parts = n_clips;
  for (guint i = 0; i < n_clips; i++)
    {
      self.parts[i].source = &clips[i];
      if (!analyse_part (&self, &self.parts[i], error))
        return NULL;
      report (&self, 0.4 * (i + 1) / n_clips);
    }
  if (!check_material (&self, error) || !align_parts (&self, error))
    return NULL;
  for (guint i = 0; i < n_clips; i++)
    self.parts[i].trusted = self.parts[i].alignment != NULL;
  if (self.model->fit <= 0)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                           _ ("The text of what is said in the sample is needed."));
      return NULL;
    }
  add_aligned (&self);
  judge_recording (&self);
  report (&self, 1);
  return g_steal_pointer (&self.model);
}
