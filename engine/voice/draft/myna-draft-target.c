/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-target.h"

#include "engine/voice/draft/myna-draft-vector.h"

#include <math.h>
#include <string.h>

/* The person's pitch moves this much of what its spread against espeak-ng's says (spec
 * section 4.2). */
#define PITCH_SHARE 0.9
#define PITCH_RANGE 0.8
#define PITCH_WINDOW 9

/*
 * Weights of the target cost (spec draft-voice section 4.3; the second set 3b: without a transcript
 * the labels are a guess and the sound decides).
 */
typedef struct
{
  float rendition;
  float wanted;
  float label;
  float klass;
  float half;
  float outer;
  float inner;
  float stress;
  float duration;
  float pitch;
  float alignment;
  float voicing;
} Weights;

static const Weights aligned_weights = { .rendition = 0.35f,
                                         .wanted = 2.5f,
                                         .label = 1.0f,
                                         .klass = 2.0f,
                                         .half = 0.6f,
                                         .outer = 0.5f,
                                         .inner = 0.15f,
                                         .stress = 0.25f,
                                         .duration = 0.35f,
                                         .pitch = 0.9f,
                                         .alignment = 0.8f,
                                         .voicing = 0 };
static const Weights unaligned_weights = { .rendition = 0,
                                           .wanted = 2.5f,
                                           .label = 0.3f,
                                           .klass = 0.7f,
                                           .half = 0.6f,
                                           .outer = 0,
                                           .inner = 0.1f,
                                           .stress = 0,
                                           .duration = 0.35f,
                                           .pitch = 0.9f,
                                           .alignment = 0,
                                           .voicing = 1 };

/**
 * myna_draft_targets_free:
 * @self: (nullable) (transfer full): targets
 */
void
myna_draft_targets_free (MynaDraftTargets *self)
{
  if (self == NULL)
    return;
  g_free (self->converted);
  g_free (self->log_f0);
  g_clear_pointer (&self->targets, g_array_unref);
  g_free (self);
}

/**
 * myna_draft_smooth:
 * @track: (inout): numbers
 * @n: their number
 * @width: odd length of the Hann window
 *
 * Smooths in place; at the ends the window is cut and its weights still sum to one.
 */
void
myna_draft_smooth (float *track, gsize n, int width)
{
  g_autofree float *copy = g_memdup2 (track, n * sizeof (float));
  g_autofree float *window = g_new (float, width);
  gssize half = width / 2;

  for (int k = 0; k < width; k++)
    window[k] = (float) (0.5 - 0.5 * cos (2 * G_PI * (k + 1) / (width + 1)));
  for (gssize i = 0; i < (gssize) n; i++)
    {
      gssize first = MAX (i - half, 0), last = MIN (i + half, (gssize) n - 1);
      float sum = 0, weight = 0;

      for (gssize j = first; j <= last; j++)
        {
          sum += window[j - i + half] * copy[j];
          weight += window[j - i + half];
        }
      track[i] = sum / weight;
    }
}

/* Fills frames without pitch from the nearest ones on both sides. */
static void
interpolate (float *log_f0, const float *f0, gsize n, float fallback)
{
  gssize last = -1;

  for (gsize i = 0; i < n; i++)
    {
      if (f0[i] <= 0)
        continue;
      for (gsize j = (gsize) (last + 1); j < i; j++)
        {
          float share = last < 0 ? 1 : (float) ((gssize) j - last) / (float) ((gssize) i - last);

          log_f0[j] = last < 0 ? log_f0[i] : log_f0[last] + share * (log_f0[i] - log_f0[last]);
        }
      last = (gssize) i;
    }
  for (gsize j = (gsize) (last + 1); j < n; j++)
    log_f0[j] = last < 0 ? fallback : log_f0[last];
}

/* espeak-ng's melody in the person's register (spec draft-voice section 4.2). */
static float *
plan_pitch (const MynaDraftModel *model, const MynaDraftAnalysis *rendition)
{
  const MynaDraftPitch *person = &model->pitch_person, *espeak = &model->pitch_rendition;
  double scale = PITCH_SHARE * person->spread / espeak->spread;
  float *log_f0 = g_new0 (float, rendition->n_frames);
  float low = (float) (person->median - 2.2 * person->spread - 0.05);
  float high = (float) (person->median + 2.5 * person->spread + 0.05);

  for (gsize i = 0; i < rendition->n_frames; i++)
    if (rendition->f0[i] > 0)
      {
        double step = log ((double) rendition->f0[i]) - espeak->median;

        log_f0[i] = (float) (person->median + scale * CLAMP (step, -PITCH_RANGE, PITCH_RANGE));
      }
  interpolate (log_f0, rendition->f0, rendition->n_frames, (float) person->median);
  myna_draft_smooth (log_f0, rendition->n_frames, PITCH_WINDOW);
  for (gsize i = 0; i < rendition->n_frames; i++)
    log_f0[i] = CLAMP (log_f0[i], low, high);
  return log_f0;
}

static float *
convert (const MynaDraftModel *model, const MynaDraftAnalysis *rendition)
{
  gsize n_cep = (gsize) model->format->n_cep;
  float *converted = g_new (float, rendition->n_frames *n_cep);

  for (gsize i = 0; i < rendition->n_frames; i++)
    myna_draft_ridge_convert (&model->ridge, rendition->cep + i * n_cep, rendition->f0[i] > 0,
                              (int) n_cep, converted + i * n_cep);
  return converted;
}

static void
describe (const MynaDraftModel *model, const MynaDraftTargets *all, MynaDraftTarget *target)
{
  const MynaDraftAnalysis *rendition = all->utterance->analysis;
  float pitch = 0, voiced = 0;
  gsize n = target->end - target->start;

  for (gsize i = target->start; i < target->end; i++)
    {
      pitch += all->log_f0[i];
      voiced += rendition->f0[i] > 0;
    }
  target->log_f0 = pitch / (float) n;
  target->voiced = voiced / (float) n;
  target->frames = (double) n * model->rate;
  myna_draft_features (rendition->cep, model->format->n_cep, model->spread_rendition, target->start,
                       target->end, target->rendition);
  myna_draft_features (all->converted, model->format->n_cep, model->spread_person, target->start,
                       target->end, target->wanted);
}

static MynaDraftLabel
label_at (const GArray *phones, gssize index)
{
  if (index < 0 || index >= (gssize) phones->len)
    return 0;
  return g_array_index (phones, MynaDraftPhone, index).label;
}

/**
 * myna_draft_targets_new:
 * @model: a voice
 * @utterance: a text as espeak-ng reads it; kept, not copied
 *
 * Puts a text in the person's terms: converted spectra, melody, and its half-phones
 * (spec draft-voice section 4.1 and 4.2).
 *
 * Returns: (transfer full): the targets
 */
MynaDraftTargets *
myna_draft_targets_new (const MynaDraftModel *model, const MynaDraftUtterance *utterance)
{
  MynaDraftTargets *self = g_new0 (MynaDraftTargets, 1);

  self->utterance = utterance;
  self->converted = convert (model, utterance->analysis);
  self->log_f0 = plan_pitch (model, utterance->analysis);
  self->targets = g_array_new (FALSE, TRUE, sizeof (MynaDraftTarget));
  for (guint p = 0; p < utterance->phones->len; p++)
    {
      const MynaDraftPhone *phone = &g_array_index (utterance->phones, MynaDraftPhone, p);
      gsize middle = (phone->start + phone->end) / 2;

      for (int half = 0; phone->label != 0 && half < 2; half++)
        {
          MynaDraftTarget target = { .label = phone->label,
                                     .previous = label_at (utterance->phones, (gssize) p - 1),
                                     .next = label_at (utterance->phones, (gssize) p + 1),
                                     .klass = myna_draft_label_class (phone->label),
                                     .half = half,
                                     .stressed = phone->stressed,
                                     .phone = p,
                                     .start = half == 0 ? phone->start : middle,
                                     .end = half == 0 ? middle : phone->end };

          if (target.end <= target.start)
            continue;
          describe (model, self, &target);
          g_array_append_val (self->targets, target);
        }
    }
  return self;
}

static float
distance (const float *a, const float *b)
{
  MynaDraftVec4 sum = { 0 };

  for (int i = 0; i < MYNA_DRAFT_FEATURES; i += 4)
    {
      MynaDraftVec4 d = *(const MynaDraftVec4 *) (a + i) - *(const MynaDraftVec4 *) (b + i);

      sum += d * d;
    }
  return sqrtf (((sum[0] + sum[1]) + (sum[2] + sum[3])) / MYNA_DRAFT_FEATURES);
}

/* What names alone tell. */
static float
label_cost (const Weights *w, const MynaDraftTarget *target, const MynaDraftUnit *unit)
{
  MynaDraftLabel outer = target->half == 0 ? target->previous : target->next;
  MynaDraftLabel inner = target->half == 0 ? target->next : target->previous;
  MynaDraftLabel unit_outer = unit->half == 0 ? unit->previous : unit->next;
  MynaDraftLabel unit_inner = unit->half == 0 ? unit->next : unit->previous;
  float cost = 0;

  if (unit->label != target->label)
    cost += w->label + (myna_draft_label_class (unit->label) == target->klass ? 0 : w->klass);
  if (unit->half != target->half)
    cost += w->half;
  if (unit_outer != outer)
    cost += w->outer *
            (myna_draft_label_class (unit_outer) == myna_draft_label_class (outer) ? 0.5f : 1);
  if (unit_inner != inner)
    cost += w->inner;
  if (target->klass == MYNA_DRAFT_CLASS_VOWEL && !unit->stressed != !target->stressed)
    cost += w->stress;
  return cost;
}

static float
prosody_cost (const Weights *w, const MynaDraftTarget *target, const MynaDraftUnit *unit)
{
  float ratio = logf ((float) (unit->end - unit->start) / (float) target->frames);
  float cost = w->duration * (ratio < 0 ? -1.3f * ratio : 0.8f * ratio);

  if (unit->voiced > 0.5f)
    cost += w->pitch * fabsf (unit->log_f0 - target->log_f0);
  return cost + w->voicing * fabsf (unit->voiced - target->voiced);
}

/**
 * myna_draft_target_cost:
 * @model: a voice
 * @target: a half-phone to be spoken
 * @unit: a unit of @model
 * @limit: a cost from which on the exact number does not matter
 *
 * How badly @unit would serve for @target (spec draft-voice section 4.3). The cheap parts come
 * first; once over @limit the rest is not computed.
 *
 * Returns: the cost, or some number of at least @limit
 */
float
myna_draft_target_cost (const MynaDraftModel *model,
                        const MynaDraftTarget *target,
                        const MynaDraftUnit *unit,
                        float limit)
{
  const Weights *w = model->aligned ? &aligned_weights : &unaligned_weights;
  float cost = label_cost (w, target, unit);

  if (w->alignment > 0)
    cost += w->alignment * MAX (unit->cost / (float) model->cost_median - 1, 0);
  if (cost >= limit)
    return cost;
  cost += prosody_cost (w, target, unit);
  if (cost >= limit)
    return cost;
  cost += w->wanted * distance (unit->person, target->wanted);
  if (cost >= limit || w->rendition <= 0)
    return cost;
  return cost + w->rendition * distance (unit->rendition, target->rendition);
}
