/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* c0 is the level: what matters half as much as the shape (spec draft-voice section 3a). */
#define LEVEL_SHARE 0.5f
#define MIN_SPREAD 0.03

static const float places[MYNA_DRAFT_PLACES] = { 0.15f, 0.50f, 0.85f };

/**
 * myna_draft_model_new:
 * @format: of everything in it
 * @language: code of a language
 *
 * Returns: (transfer full): an empty model
 */
MynaDraftModel *
myna_draft_model_new (const MynaDraftFormat *format, const char *language)
{
  MynaDraftModel *self = g_new0 (MynaDraftModel, 1);

  self->format = format;
  self->language = g_strdup (language);
  self->edges = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->units = g_array_new (FALSE, FALSE, sizeof (MynaDraftUnit));
  self->rate = 1;
  self->gain = 1;
  return self;
}

/**
 * myna_draft_model_free:
 * @self: (nullable) (transfer full): a model
 */
void
myna_draft_model_free (MynaDraftModel *self)
{
  if (self == NULL)
    return;
  g_free (self->language);
  g_clear_pointer (&self->person, myna_draft_analysis_free);
  g_clear_pointer (&self->edges, g_array_unref);
  g_clear_pointer (&self->units, g_array_unref);
  g_free (self);
}

/**
 * myna_draft_features:
 * @cep: rows of @n_cep cepstra
 * @n_cep: cepstra a frame
 * @spread: what they are divided by
 * @start: first frame
 * @end: one past the last frame, more than @start
 * @features: (out caller-allocates): MYNA_DRAFT_FEATURES numbers
 *
 * What a stretch of speech is compared by.
 */
void
myna_draft_features (
    const float *cep, int n_cep, const float *spread, gsize start, gsize end, float *features)
{
  for (int p = 0; p < MYNA_DRAFT_PLACES; p++)
    {
      gsize frame = start + (gsize) (places[p] * (float) (end - start));
      const float *row = cep + MIN (frame, end - 1) * (gsize) n_cep;

      for (int c = 0; c < MYNA_DRAFT_COMPARED; c++)
        *features++ = row[c] / spread[c] * (c == 0 ? LEVEL_SHARE : 1);
    }
}

/**
 * myna_draft_model_compute_person_features:
 * @self: a model with recording, units and spreads
 *
 * Fills what of a unit follows from the recording: features, voicing, pitch.
 */
void
myna_draft_model_compute_person_features (MynaDraftModel *self)
{
  for (guint u = 0; u < self->units->len; u++)
    {
      MynaDraftUnit *unit = &g_array_index (self->units, MynaDraftUnit, u);
      double sum = 0;
      guint voiced = 0;

      myna_draft_features (self->person->cep, self->format->n_cep, self->spread_person, unit->start,
                           unit->end, unit->person);
      for (guint i = unit->start; i < unit->end; i++)
        if (self->person->f0[i] > 0)
          {
            sum += log ((double) self->person->f0[i]);
            voiced++;
          }
      unit->voiced = (float) voiced / (float) (unit->end - unit->start);
      unit->log_f0 = voiced > 0 ? (float) (sum / voiced) : 0;
    }
}

/**
 * myna_draft_units_follow:
 * @self: a model
 * @a: index of a unit, negative for none
 * @b: index of a unit, negative for none
 *
 * Returns: whether @b goes on where @a ends in the same recording
 */
gboolean
myna_draft_units_follow (const MynaDraftModel *self, gint32 a, gint32 b)
{
  const MynaDraftUnit *first, *second;

  if (a < 0 || b != a + 1)
    return FALSE;
  first = &g_array_index (self->units, MynaDraftUnit, a);
  second = &g_array_index (self->units, MynaDraftUnit, b);
  if (first->end != second->start)
    return FALSE;
  for (guint e = 0; e < self->edges->len; e++)
    if (g_array_index (self->edges, guint32, e) == second->start)
      return FALSE;
  return TRUE;
}

static int
compare_floats (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/**
 * myna_draft_pitch_measure:
 * @f0: pitch of frames in Hz, 0 = unvoiced
 * @n_frames: their number
 *
 * Returns: median and trimmed spread of ln F0; a plain middle voice when nothing is voiced
 */
MynaDraftPitch
myna_draft_pitch_measure (const float *f0, gsize n_frames)
{
  g_autofree float *logs = g_new (float, MAX (n_frames, 1));
  MynaDraftPitch pitch = { .median = log (140), .spread = 0.15 };
  double sum = 0, square = 0, n;
  gsize n_voiced = 0, first, last;

  for (gsize i = 0; i < n_frames; i++)
    if (f0[i] > 0)
      logs[n_voiced++] = logf (f0[i]);
  if (n_voiced == 0)
    return pitch;
  qsort (logs, n_voiced, sizeof *logs, compare_floats);
  first = n_voiced * 3 / 100;
  last = MAX (n_voiced - first, first + 1);
  for (gsize i = first; i < last; i++)
    {
      sum += (double) logs[i];
      square += (double) (logs[i] * logs[i]);
    }
  n = (double) (last - first);
  pitch.median = (double) logs[n_voiced / 2];
  pitch.spread = MAX (sqrt (MAX (square / n - sum / n * (sum / n), 0)), MIN_SPREAD);
  return pitch;
}
