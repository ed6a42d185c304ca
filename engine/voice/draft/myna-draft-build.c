/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-build.h"

#include "engine/audio/myna-loudness.h"
#include "engine/core/myna-error.h"
#include "engine/text/myna-language.h"
#include "engine/voice/draft/myna-draft-envelope.h"
#include "engine/voice/draft/myna-draft-excerpt.h"
#include "engine/voice/draft/myna-draft-units.h"
#include "engine/voice/draft/myna-draft-untranscribed.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

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
#define MIN_DECOY_WORDS 6
#define MAX_DECOY_SECONDS 30.0
#define OWN_RIDGE_PAIRS 300
#define MIN_RATE 0.65
#define MAX_RATE 1.5
/* More is not looked at, and of that the best is kept. */
#define MAX_SECONDS_HEARD 240.0
#define MAX_SECONDS_KEPT 120.0
/* Of the text belonging to a cut recording so much more is taken, as the reader may speed up. */
#define TEXT_RESERVE 1.25
#define CLIP_LEVEL 0.995f
#define MAX_CLIPPED 0.005
#define LOUD_NOISE_DB 12.0
#define WIDE_BAND_RATE 22050
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
  gsize n_used; /* samples of the source that are looked at */
  double fit;   /* R2 of its own ridge map */
  double score; /* how well text and sound agree */
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
  self->model->speech_seconds += measure_speech (part->recording);
  if (is_clipped (part->source))
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

static gboolean
fit_pairs (MynaDraftRidge *ridge, const GArray *pairs, int n_cep)
{
  return myna_draft_ridge_fit (ridge, (const MynaDraftPair *) (gpointer) pairs->data, pairs->len,
                               n_cep, MYNA_DRAFT_RIDGE_ALIGNED);
}

static GArray *
part_pairs (const Part *part)
{
  return myna_draft_alignment_pairs (part->alignment, part->utterance, part->recording);
}

/* The map over all clips; over those that are trusted when @trusted. */
static gboolean
fit_ridge (Builder *self, gboolean trusted)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (MynaDraftPair));

  for (guint i = 0; i < self->n_parts; i++)
    if (self->parts[i].alignment != NULL && (!trusted || self->parts[i].trusted))
      {
        g_autoptr (GArray) pairs = part_pairs (&self->parts[i]);

        g_array_append_vals (all, pairs->data, pairs->len);
      }
  return fit_pairs (&self->model->ridge, all, self->format->n_cep);
}

/* What belongs to the part of a clip that is looked at: all of its text, or the first words. */
static char *
part_text (const Part *part)
{
  const char *text = part->source->transcript;
  double share = (double) part->n_used / (double) part->source->n_samples;
  glong length = g_utf8_strlen (text, -1);
  const char *end;

  if (part->n_used == part->source->n_samples)
    return g_strdup (text);
  end = g_utf8_offset_to_pointer (
      text, (glong) MIN ((double) length * share * TEXT_RESERVE, (double) length));
  while (*end != '\0' && !g_unichar_isspace (g_utf8_get_char (end)))
    end = g_utf8_next_char (end);
  return g_strndup (text, (gsize) (end - text));
}

static gboolean
read_part (Builder *self, Part *part, GError **error)
{
  g_autofree char *text = g_utf8_make_valid (part->source->transcript, -1);
  g_autofree char *used = NULL;
  g_autoptr (GError) reason = NULL;
  MynaDraftClip valid = *part->source;
  Part with_valid = *part;

  valid.transcript = text;
  with_valid.source = &valid;
  used = part_text (&with_valid);
  part->utterance = myna_draft_utterance_new (self->language, used, NULL, self->format,
                                              self->cancellable, &reason);
  /* "…" is no transcript. */
  if (part->utterance == NULL && g_error_matches (reason, MYNA_ERROR, MYNA_ERROR_EMPTY))
    return TRUE;
  if (part->utterance == NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return part->utterance != NULL;
}

static gboolean
align_part (Builder *self, Part *part, const MynaDraftRidge *ridge, GError **error)
{
  g_autoptr (GError) reason = NULL;
  MynaDraftAlignment *alignment =
      myna_draft_align (part->utterance, part->recording, ridge,
                        part->n_used < part->source->n_samples, self->cancellable, &reason);

  g_clear_pointer (&part->alignment, myna_draft_alignment_free);
  part->alignment = alignment;
  /* A text that cannot be fitted at all is a wrong text, no failure. */
  if (alignment == NULL && !g_error_matches (reason, MYNA_ERROR, MYNA_ERROR_FAILED))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  return TRUE;
}

/* Judged with a map of the clip's own, as the thresholds were measured. */
static void
score_part (const Builder *self, Part *part)
{
  g_autoptr (GArray) pairs = NULL;
  MynaDraftRidge ridge;

  part->score = -1;
  if (part->alignment == NULL)
    return;
  pairs = part_pairs (part);
  if (!fit_pairs (&ridge, pairs, self->format->n_cep))
    return;
  part->fit = myna_draft_ridge_r2 (&ridge, (const MynaDraftPair *) (gpointer) pairs->data,
                                   pairs->len, self->format->n_cep);
  part->score = part->fit + part->alignment->agreement - part->alignment->mean_cost;
}

/* The second pass goes by the clip's own map where it is long enough to have one. */
static gboolean
align_again (Builder *self, Part *part, gboolean have_common, GError **error)
{
  g_autoptr (GArray) pairs = part_pairs (part);
  MynaDraftRidge own;

  if (pairs->len >= OWN_RIDGE_PAIRS && fit_pairs (&own, pairs, self->format->n_cep))
    return align_part (self, part, &own, error);
  return align_part (self, part, have_common ? &self->model->ridge : NULL, error);
}

/* espeak-ng's readings, two passes of alignment and map (more give nothing, spec section 3a). */
static gboolean
align_parts (Builder *self, GError **error)
{
  gboolean have_common;

  for (guint i = 0; i < self->n_parts; i++)
    {
      Part *part = &self->parts[i];

      if (has_transcript (part->source) && !read_part (self, part, error))
        return FALSE;
      if (part->utterance != NULL && !align_part (self, part, NULL, error))
        return FALSE;
      report (self, 0.4 + 0.3 * (i + 1) / self->n_parts);
    }
  have_common = fit_ridge (self, FALSE);
  for (guint i = 0; i < self->n_parts; i++)
    {
      if (self->parts[i].alignment != NULL &&
          !align_again (self, &self->parts[i], have_common, error))
        return FALSE;
      score_part (self, &self->parts[i]);
      report (self, 0.7 + 0.2 * (i + 1) / self->n_parts);
    }
  return TRUE;
}

/* The words of a text; its characters where it is written without spaces. */
static char **
split_words (const char *text)
{
  g_autoptr (GStrvBuilder) characters = g_strv_builder_new ();

  if (!g_unichar_iswide (g_utf8_get_char (text)))
    return g_strsplit_set (text, " \t\r\n", -1);
  for (; *text != '\0'; text = g_utf8_next_char (text))
    g_strv_builder_take (characters, g_strndup (text, (gsize) (g_utf8_next_char (text) - text)));
  return g_strv_builder_end (characters);
}

/* The words backwards (@how 0), or with their halves exchanged (@how 1). */
static char *
shuffle_words (const char *text, guint how, guint *n_words)
{
  g_autofree char *valid = g_strstrip (g_utf8_make_valid (text, -1));
  g_auto (GStrv) words = split_words (valid);
  guint n = g_strv_length (words);
  GString *shuffled = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (shuffled, "%s ", words[how == 0 ? n - 1 - i : (i + n / 2) % n]);
  *n_words = n;
  return g_string_free (shuffled, FALSE);
}

/* How well the recording fits the words in a wrong order; -1 where that cannot be tried. */
static double
decoy_score (Builder *self, const Part *part, guint how)
{
  guint n_words = 0;
  g_autofree char *text = shuffle_words (part->source->transcript, how, &n_words);
  MynaDraftClip clip = *part->source;
  Part decoy = { .source = &clip, .recording = part->recording, .n_used = part->n_used };

  clip.transcript = text;
  decoy.score = -1;
  if (n_words >= MIN_DECOY_WORDS && read_part (self, &decoy, NULL) && decoy.utterance != NULL &&
      align_part (self, &decoy, NULL, NULL) && decoy.alignment != NULL &&
      align_again (self, &decoy, FALSE, NULL))
    score_part (self, &decoy);
  g_clear_pointer (&decoy.utterance, myna_draft_utterance_free);
  g_clear_pointer (&decoy.alignment, myna_draft_alignment_free);
  return decoy.score;
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
        const Part *part = &self->parts[i];
        double decoy = MAX (decoy_score (self, part, 0), decoy_score (self, part, 1));

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
      Part *part = &self->parts[i];
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
        Part *part = &self->parts[i];

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
  self.parts = g_new0 (Part, MAX (n_clips, 1));
  self.n_parts = n_clips;
  for (guint i = 0; i < n_clips; i++)
    self.parts[i].source = &clips[i];
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
