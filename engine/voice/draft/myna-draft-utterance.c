/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-utterance.h"

#include <math.h>

/* Brings espeak-ng's speech to an RMS of about 0.05. A fixed gain rather than one measured for each
 * sentence, so that the same phone has the same level in every rendition. */
#define GAIN 0.62f
/* Silence needs a finite logarithm (spec draft-voice section 2.6). */
#define NOISE_RMS 3e-5f

/**
 * myna_draft_utterance_free:
 * @self: (nullable) (transfer full): an utterance
 */
void
myna_draft_utterance_free (MynaDraftUtterance *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->analysis, myna_draft_analysis_free);
  g_clear_pointer (&self->phones, g_array_unref);
  g_free (self->phone_string);
  g_free (self);
}

/* Uniform noise of the RMS wanted, the same each time. */
static void
condition (float *samples, gsize n_samples)
{
  guint32 state = 0x9e3779b9u;

  for (gsize i = 0; i < n_samples; i++)
    {
      state = state * 1664525u + 1013904223u;
      samples[i] =
          samples[i] * GAIN + ((float) (state >> 8) / 8388608.0f - 1.0f) * NOISE_RMS * 1.7320508f;
    }
}

/* From samples of the rendition to frames; phones too short for a frame go to their neighbour. */
static GArray *
frame_phones (const MynaDraftRendition *rendition, const MynaDraftAnalysis *analysis)
{
  GArray *phones = g_array_new (FALSE, FALSE, sizeof (MynaDraftPhone));
  double scale = (double) analysis->format->rate / rendition->rate / analysis->format->hop;
  gsize at = 0;

  for (guint i = 0; i < rendition->phones->len; i++)
    {
      MynaDraftPhone phone = g_array_index (rendition->phones, MynaDraftPhone, i);

      phone.start = at;
      phone.end = MIN ((gsize) lrint ((double) phone.end * scale), analysis->n_frames);
      if (i + 1 == rendition->phones->len)
        phone.end = analysis->n_frames;
      if (phone.end <= phone.start)
        continue;
      at = phone.end;
      g_array_append_val (phones, phone);
    }
  if (phones->len > 0)
    g_array_index (phones, MynaDraftPhone, phones->len - 1).end = analysis->n_frames;
  return phones;
}

/**
 * myna_draft_utterance_new:
 * @language: a language, as for myna_language_resolve()
 * @text: what to say
 * @phones: (nullable): phones to say instead, see myna_draft_rendition_new()
 * @format: the voice's format
 * @cancellable: (nullable): cancellable
 * @error: return location for an error
 *
 * Lets espeak-ng read @text and analyses the reading (spec draft-voice section 2). Any thread.
 *
 * Returns: (transfer full) (nullable): the utterance
 */
MynaDraftUtterance *
myna_draft_utterance_new (const char *language,
                          const char *text,
                          const char *phones,
                          const MynaDraftFormat *format,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (MynaDraftRendition) rendition = NULL;
  g_autoptr (MynaDraftAnalysis) analysis = NULL;
  g_autofree float *samples = NULL;
  MynaDraftUtterance *self;
  gsize n_samples = 0;

  g_return_val_if_fail (format != NULL, NULL);

  rendition = myna_draft_rendition_new (language, text, phones, cancellable, error);
  if (rendition == NULL)
    return NULL;
  samples = myna_draft_resample (rendition->samples, rendition->n_samples, rendition->rate,
                                 format->rate, &n_samples, error);
  if (samples == NULL)
    return NULL;
  condition (samples, n_samples);
  analysis =
      myna_draft_analyse (samples, n_samples, format, MYNA_DRAFT_ANALYSE_PLAIN, cancellable, error);
  if (analysis == NULL)
    return NULL;
  self = g_new0 (MynaDraftUtterance, 1);
  self->phones = frame_phones (rendition, analysis);
  self->analysis = g_steal_pointer (&analysis);
  self->phone_string = g_steal_pointer (&rendition->phone_string);
  return self;
}
