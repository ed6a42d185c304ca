/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MIN_SPREAD 1e-3

/* Sums of cepstra, for their spread. */
typedef struct
{
  double sum[MYNA_DRAFT_MAX_CEP];
  double square[MYNA_DRAFT_MAX_CEP];
  double n;
} Moments;

static void
add_moments (Moments *self, const MynaDraftAnalysis *analysis, gsize start, gsize end)
{
  int n_cep = analysis->format->n_cep;

  for (gsize i = start; i < end; i++)
    for (int c = 0; c < n_cep; c++)
      {
        double v = (double) analysis->cep[i * (gsize) n_cep + (gsize) c];

        self->sum[c] += v;
        self->square[c] += v * v;
      }
  self->n += (double) (end - start);
}

static void
moments_to_spread (const Moments *self, float *spread)
{
  for (int c = 0; c < MYNA_DRAFT_MAX_CEP; c++)
    {
      double mean = self->sum[c] / MAX (self->n, 1);
      double variance = self->square[c] / MAX (self->n, 1) - mean * mean;

      spread[c] = (float) MAX (sqrt (MAX (variance, 0)), MIN_SPREAD);
    }
}

static void
measure_spreads (MynaDraftModel *self, const MynaDraftMaterial *material, guint n_material)
{
  Moments rendition = { 0 }, person = { 0 };

  for (guint m = 0; m < n_material; m++)
    for (guint s = 0; s < material[m].segments->len; s++)
      {
        const MynaDraftSegment *segment =
            &g_array_index (material[m].segments, MynaDraftSegment, s);

        add_moments (&person, material[m].recording, segment->start, segment->end);
        if (material[m].rendition != NULL)
          add_moments (&rendition, material[m].rendition, segment->rendition_start,
                       segment->rendition_end);
      }
  moments_to_spread (&person, self->spread_person);
  moments_to_spread (rendition.n > 0 ? &rendition : &person, self->spread_rendition);
}

/* Clips one after the other; each is cut to whole frames so that frame i stays on sample i * hop.
 */
static MynaDraftAnalysis *
join_recordings (MynaDraftModel *self, const MynaDraftMaterial *material, guint n_material)
{
  MynaDraftAnalysis *all = g_new0 (MynaDraftAnalysis, 1);
  gsize hop = (gsize) self->format->hop, n_cep = (gsize) self->format->n_cep;
  gsize n_frames = 0, n_epochs = 0, at = 0;
  double snr = 0;

  for (guint m = 0; m < n_material; m++)
    {
      n_frames += material[m].recording->n_samples / hop;
      n_epochs += material[m].recording->n_epochs;
    }
  all->format = self->format;
  all->n_frames = n_frames;
  all->n_samples = n_frames * hop;
  all->samples = g_new (float, MAX (all->n_samples, 1));
  all->f0 = g_new (float, MAX (n_frames, 1));
  all->db = g_new (float, MAX (n_frames, 1));
  all->cep = g_new (float, MAX (n_frames, 1) * n_cep);
  all->epochs = g_new (double, MAX (n_epochs, 1));
  for (guint m = 0; m < n_material; m++)
    {
      const MynaDraftAnalysis *clip = material[m].recording;
      gsize n = clip->n_samples / hop;
      guint32 edge = (guint32) at;

      g_array_append_val (self->edges, edge);
      memcpy (all->samples + at * hop, clip->samples, n * hop * sizeof (float));
      memcpy (all->f0 + at, clip->f0, n * sizeof (float));
      memcpy (all->db + at, clip->db, n * sizeof (float));
      memcpy (all->cep + at * n_cep, clip->cep, n * n_cep * sizeof (float));
      for (gsize e = 0; e < clip->n_epochs && clip->epochs[e] < (double) (n * hop); e++)
        all->epochs[all->n_epochs++] = clip->epochs[e] + (double) (at * hop);
      if (clip->room_end - clip->room_start > all->room_end - all->room_start)
        {
          all->room_start = at + clip->room_start;
          all->room_end = at + MIN (clip->room_end, n);
        }
      snr += clip->snr_db * (double) n / (double) MAX (n_frames, 1);
      all->denoised |= clip->denoised;
      at += n;
    }
  n_frames = at;
  g_array_append_vals (self->edges, &(guint32) { (guint32) n_frames }, 1);
  all->snr_db = snr;
  return all;
}

static void
add_half (MynaDraftModel *self,
          const MynaDraftMaterial *material,
          const MynaDraftSegment *segment,
          int half,
          gsize offset)
{
  MynaDraftUnit unit = { .label = segment->label,
                         .previous = segment->previous,
                         .next = segment->next,
                         .half = (guint8) half,
                         .stressed = segment->stressed,
                         .cost = segment->cost };
  gsize start = half == 0 ? segment->start : segment->middle;
  gsize end = half == 0 ? segment->middle : segment->end;
  gsize from = half == 0 ? segment->rendition_start : segment->rendition_middle;
  gsize to = half == 0 ? segment->rendition_middle : segment->rendition_end;

  end = MIN (end, material->recording->n_samples / (gsize) self->format->hop);
  if (end <= start)
    return;
  unit.start = (guint32) (start + offset);
  unit.end = (guint32) (end + offset);
  if (material->rendition != NULL && segment->rendition_end > segment->rendition_start)
    myna_draft_features (material->rendition->cep, self->format->n_cep, self->spread_rendition,
                         from, MAX (to, from + 1), unit.rendition);
  g_array_append_val (self->units, unit);
}

/* The spectra at the middle of each half-phone, on both sides. */
static void
fit_variance (MynaDraftModel *self, const MynaDraftMaterial *material, guint n_material)
{
  g_autoptr (GArray) centres = g_array_new (FALSE, FALSE, sizeof (MynaDraftPair));
  int n_cep = self->format->n_cep;

  for (guint m = 0; m < n_material; m++)
    for (guint s = 0; material[m].rendition != NULL && s < 2 * material[m].segments->len; s++)
      {
        const MynaDraftSegment *segment =
            &g_array_index (material[m].segments, MynaDraftSegment, s / 2);
        gsize in = s % 2 == 0 ? (segment->rendition_start + segment->rendition_middle) / 2
                              : (segment->rendition_middle + segment->rendition_end) / 2;
        gsize out = s % 2 == 0 ? (segment->start + segment->middle) / 2
                               : (segment->middle + segment->end) / 2;
        MynaDraftPair pair = { .in = material[m].rendition->cep + in * (gsize) n_cep,
                               .out = material[m].recording->cep + out * (gsize) n_cep,
                               .voiced = material[m].rendition->f0[in] > 0 };

        if (segment->rendition_end > segment->rendition_start)
          g_array_append_val (centres, pair);
      }
  myna_draft_ridge_fit_variance (&self->ridge, (const MynaDraftPair *) (gpointer) centres->data,
                                 centres->len, n_cep);
}

static int
compare_costs (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

static double
median_cost (const GArray *units)
{
  g_autofree float *costs = g_new (float, units->len + 1);

  if (units->len == 0)
    return 1;
  for (guint u = 0; u < units->len; u++)
    costs[u] = g_array_index (units, MynaDraftUnit, u).cost;
  qsort (costs, units->len, sizeof *costs, compare_costs);
  return MAX ((double) costs[units->len / 2], 1e-3);
}

/**
 * myna_draft_model_add_material:
 * @self: a model with its format, language, ridge map and pitch of the rendition set
 * @material: the clips with their phones
 * @n_material: their number, at least 1
 *
 * Makes the units of a voice (spec draft-voice section 3a): two halves of each phone, with what
 * they are compared by; pools the clips; fits the variance correction; measures the person's pitch.
 */
void
myna_draft_model_add_material (MynaDraftModel *self,
                               const MynaDraftMaterial *material,
                               guint n_material)
{
  g_return_if_fail (self->person == NULL && n_material > 0);

  measure_spreads (self, material, n_material);
  self->person = join_recordings (self, material, n_material);
  for (guint m = 0; m < n_material; m++)
    for (guint s = 0; s < material[m].segments->len; s++)
      for (int half = 0; half < 2; half++)
        add_half (self, &material[m], &g_array_index (material[m].segments, MynaDraftSegment, s),
                  half, g_array_index (self->edges, guint32, m));
  myna_draft_model_compute_person_features (self);
  fit_variance (self, material, n_material);
  self->pitch_person = myna_draft_pitch_measure (self->person->f0, self->person->n_frames);
  self->cost_median = median_cost (self->units);
}
