/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-build.h"

#include "engine/audio/myna-loudness.h"
#include "engine/core/myna-error.h"
#include "engine/text/myna-language.h"
#include "engine/voice/draft/myna-draft-excerpt.h"
#include "engine/voice/draft/myna-draft-findings.h"
#include "engine/voice/draft/myna-draft-part.h"
#include "engine/voice/draft/myna-draft-units.h"
#include "engine/voice/draft/myna-draft-untranscribed.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Refusals and warnings (spec draft-voice section 7). */
#define MIN_VOICED_FRAMES 20
#define MIN_SPEECH_SECONDS 2.0
#define SHORT_SPEECH_SECONDS 12.0
/* Fit + agreement in voicing - mean cost. Measured on 22 clips of 2.5 … 11 s: right text 0.58 …
 * 1.04, another text 0.18 … 0.57, text cut to two thirds 0.35 … 0.82 with a rate of 1.24 … 1.78. */
#define MIN_SCORE 0.575
#define MIN_SCORE_OF_ONE 0.45
/* How much better the text must fit than the same words in another order: right texts 0.21 … 0.55
 * (0.01 for one of three words), others at most 0.17. Long samples do not need it. */
#define MIN_MARGIN 0.17
#define MAX_DECOY_SECONDS 30.0
#define MIN_RATE 0.65
#define MAX_RATE 1.5
/* More is not looked at, and of that the best is kept. */
#define MAX_SECONDS_HEARD 240.0
#define MAX_SECONDS_KEPT 120.0
#define LOUD_NOISE_DB 12.0
#define WIDE_BAND_RATE 22050

typedef struct
{
  const MynaDraftFormat *format;
  char *language;
  MynaDraftPart *parts;
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
    myna_draft_part_clear (&self->parts[i]);
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

static gboolean
analyse_part (Builder *self, MynaDraftPart *part, GError **error)
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
  self->model->speech_seconds += myna_draft_find_speech_seconds (part->recording);
  if (myna_draft_find_clipping (part->source->samples, part->n_used))
    self->model->findings |= MYNA_DRAFT_FOUND_CLIPPING;
  if (part->recording->denoised)
    self->model->findings |= MYNA_DRAFT_FOUND_NOISE;
  if (part->recording->snr_db < LOUD_NOISE_DB)
    self->model->findings |= MYNA_DRAFT_FOUND_LOUD_NOISE;
  return TRUE;
}

static void
set_silent_error (GError **error)
{
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_SILENT,
                       _ ("No speech was found in the sample. Record or choose one in which "
                          "one person speaks."));
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
      set_silent_error (error);
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

/* The map over all clips; over those that are trusted when @trusted. */
static gboolean
fit_ridge (Builder *self, gboolean trusted)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (MynaDraftPair));

  for (guint i = 0; i < self->n_parts; i++)
    if (self->parts[i].alignment != NULL && (!trusted || self->parts[i].trusted))
      {
        g_autoptr (GArray) pairs = myna_draft_part_pairs (&self->parts[i]);

        g_array_append_vals (all, pairs->data, pairs->len);
      }
  return myna_draft_ridge_fit (&self->model->ridge, (const MynaDraftPair *) (gpointer) all->data,
                               all->len, self->format->n_cep, MYNA_DRAFT_RIDGE_ALIGNED);
}

/* espeak-ng's readings, two passes of alignment and map (more give nothing, spec section 3a). */
static gboolean
align_parts (Builder *self, GError **error)
{
  gboolean have_common;

  for (guint i = 0; i < self->n_parts; i++)
    {
      MynaDraftPart *part = &self->parts[i];

      if (myna_draft_part_has_transcript (part) &&
          !myna_draft_part_read (part, self->cancellable, error))
        return FALSE;
      if (part->utterance != NULL && !myna_draft_part_align (part, NULL, self->cancellable, error))
        return FALSE;
      report (self, 0.4 + 0.3 * (i + 1) / self->n_parts);
    }
  have_common = fit_ridge (self, FALSE);
  for (guint i = 0; i < self->n_parts; i++)
    {
      if (self->parts[i].alignment != NULL &&
          !myna_draft_part_align_again (&self->parts[i], have_common ? &self->model->ridge : NULL,
                                        self->cancellable, error))
        return FALSE;
      myna_draft_part_score (&self->parts[i]);
      report (self, 0.7 + 0.2 * (i + 1) / self->n_parts);
    }
  return TRUE;
}

/* Whether the texts fit clearly better than their own words in another order. */
static gboolean
beats_decoys (Builder *self)
{
  double margin = 0, weight = 0, seconds = 0;

  for (guint i = 0; i < self->n_parts; i++)
    seconds += (double) self->parts[i].recording->n_samples / self->format->rate;
  for (guint i = 0; i < self->n_parts && seconds < MAX_DECOY_SECONDS; i++)
    if (self->parts[i].trusted)
      {
        const MynaDraftPart *part = &self->parts[i];
        double decoy = myna_draft_part_decoy_score (part, self->cancellable);

        if (decoy < 0)
          continue;
        margin += (part->score - decoy) * (double) part->recording->n_frames;
        weight += (double) part->recording->n_frames;
      }
  return weight <= 0 || margin / weight >= MIN_MARGIN;
}

/*
 * Whether the transcripts are what is said: over all clips together, since a short one tells
 * little, and clips that are far off by themselves are left out (spec section 7).
 */
static gboolean
judge_transcripts (Builder *self)
{
  double score = 0, fit = 0, rate = 0, weight = 0, speech = 0;
  guint n_read = 0;

  for (guint i = 0; i < self->n_parts; i++)
    {
      MynaDraftPart *part = &self->parts[i];
      double frames = (double) part->recording->n_frames;

      speech += frames;
      n_read += part->utterance != NULL;
      part->trusted = part->alignment != NULL && part->score > MIN_SCORE_OF_ONE;
      if (!part->trusted)
        continue;
      score += part->score * frames;
      fit += part->fit * frames;
      rate += part->alignment->rate * frames;
      weight += frames;
    }
  if (n_read == 0)
    {
      self->model->findings |= MYNA_DRAFT_FOUND_NO_TRANSCRIPT;
      return FALSE;
    }
  /* Most must be usable: a voice of one short clip would waste the others. */
  if (weight < speech / 2 || score / weight < MIN_SCORE || rate / weight < MIN_RATE ||
      rate / weight > MAX_RATE || !beats_decoys (self) || !fit_ridge (self, TRUE))
    {
      self->model->findings |=
          n_read < self->n_parts ? MYNA_DRAFT_FOUND_NO_TRANSCRIPT : MYNA_DRAFT_FOUND_MISMATCH;
      return FALSE;
    }
  for (guint i = 0; i < self->n_parts; i++)
    if (self->parts[i].utterance != NULL && !self->parts[i].trusted)
      self->model->findings |= MYNA_DRAFT_FOUND_PART_MISMATCH;
  self->model->fit = fit / weight;
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
        const MynaDraftPart *part = &self->parts[i];
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

static void
judge_recording (Builder *self)
{
  MynaDraftModel *model = self->model;

  model->gain = measure_gain (model->person);
  if (myna_draft_find_two_voices (model->person))
    model->findings |= MYNA_DRAFT_FOUND_TWO_VOICES;
  if (myna_draft_find_telephone (model->person))
    model->findings |= MYNA_DRAFT_FOUND_TELEPHONE;
}

/* Hands the clips over, or the best of them when there is more than a voice needs. */
static void
add_material (Builder *self, const MynaDraftMaterial *material, guint n_material)
{
  g_autoptr (MynaDraftExcerpts) excerpts = NULL;
  double seconds = 0;

  for (guint m = 0; m < n_material; m++)
    seconds += (double) material[m].recording->n_samples / self->format->rate;
  if (seconds <= MAX_SECONDS_KEPT)
    {
      myna_draft_model_add_material (self->model, material, n_material);
      return;
    }
  self->model->findings |= MYNA_DRAFT_FOUND_LONG;
  excerpts = myna_draft_excerpts_new (material, n_material, MAX_SECONDS_KEPT);
  myna_draft_model_add_material (self->model,
                                 (const MynaDraftMaterial *) (gpointer) excerpts->material->data,
                                 excerpts->material->len);
}

static void
add_aligned (Builder *self)
{
  g_autofree MynaDraftMaterial *material = g_new0 (MynaDraftMaterial, self->n_parts);
  guint n = 0;

  for (guint i = 0; i < self->n_parts; i++)
    if (self->parts[i].trusted)
      {
        MynaDraftPart *part = &self->parts[i];

        part->segments = myna_draft_segments_from_alignment (part->alignment, part->utterance);
        material[n].recording = part->recording;
        material[n].rendition = part->utterance->analysis;
        material[n++].segments = part->segments;
      }
  measure_rate (self);
  self->model->aligned = TRUE;
  add_material (self, material, n);
}

/* Section 3b: nobody knows what is said, or what was written is not it. */
static gboolean
add_unaligned (Builder *self, GError **error)
{
  g_autofree const MynaDraftAnalysis **recordings =
      g_new0 (const MynaDraftAnalysis *, self->n_parts);
  g_autofree MynaDraftMaterial *material = g_new0 (MynaDraftMaterial, self->n_parts);
  g_autoptr (MynaDraftLabelling) labelling = NULL;
  const MynaDraftAnalysis *passage;

  for (guint i = 0; i < self->n_parts; i++)
    recordings[i] = self->parts[i].recording;
  labelling = myna_draft_label_without_transcript (self->language, recordings, self->n_parts,
                                                   self->cancellable, error);
  if (labelling == NULL)
    return FALSE;
  passage = labelling->passage->analysis;
  for (guint i = 0; i < self->n_parts; i++)
    {
      material[i].recording = recordings[i];
      material[i].rendition = passage;
      material[i].segments = g_ptr_array_index (labelling->segments, i);
    }
  self->model->aligned = FALSE;
  self->model->fit = NAN;
  self->model->ridge = labelling->ridge;
  self->model->rate = labelling->rate;
  self->model->pitch_rendition = myna_draft_pitch_measure (passage->f0, passage->n_frames);
  add_material (self, material, self->n_parts);
  return TRUE;
}

/* How much of each clip is looked at: all, or an equal share when there are hours. */
static void
limit_parts (Builder *self)
{
  double seconds = 0, share;

  for (guint i = 0; i < self->n_parts; i++)
    seconds += (double) self->parts[i].source->n_samples / self->parts[i].source->rate;
  share = MIN (MAX_SECONDS_HEARD / MAX (seconds, 1e-3), 1);
  if (share < 1)
    self->model->findings |= MYNA_DRAFT_FOUND_LONG;
  for (guint i = 0; i < self->n_parts; i++)
    self->parts[i].n_used = (gsize) ((double) self->parts[i].source->n_samples * share);
}

/*
 * 24 kHz sounds brighter and measures the same as 16 kHz (DNSMOS 2.71 and 2.69, phone error 51.7
 * and 52.3 with the same reference), for half as much work again. It takes a recording that has the
 * band.
 */
static const MynaDraftFormat *
choose_format (const MynaDraftClip *clips, guint n_clips)
{
  for (guint i = 0; i < n_clips; i++)
    if (clips[i].rate < WIDE_BAND_RATE)
      return &myna_draft_format_16k;
  return &myna_draft_format_24k;
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
  g_auto (Builder) self = { .format = choose_format (clips, n_clips),
                            .progress = progress,
                            .progress_data = progress_data,
                            .cancellable = cancellable };

  self.language = myna_language_resolve (language, error);
  if (self.language == NULL)
    return NULL;
  self.model = myna_draft_model_new (self.format, self.language);
  self.parts = g_new0 (MynaDraftPart, MAX (n_clips, 1));
  self.n_parts = n_clips;
  for (guint i = 0; i < n_clips; i++)
    {
      self.parts[i].source = &clips[i];
      self.parts[i].language = self.language;
    }
  limit_parts (&self);
  for (guint i = 0; i < n_clips; i++)
    {
      if (!analyse_part (&self, &self.parts[i], error))
        return NULL;
      report (&self, 0.4 * (i + 1) / n_clips);
    }
  if (!check_material (&self, error) || !align_parts (&self, error))
    return NULL;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (judge_transcripts (&self))
    add_aligned (&self);
  else if (!add_unaligned (&self, error))
    return NULL;
  if (self.model->units->len == 0)
    {
      set_silent_error (error);
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  judge_recording (&self);
  report (&self, 1);
  return g_steal_pointer (&self.model);
}
