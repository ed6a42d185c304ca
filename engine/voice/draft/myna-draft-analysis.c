/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "engine/core/myna-error.h"
#include "engine/voice/draft/myna-draft-analysis.h"
#include "engine/voice/draft/myna-draft-denoise.h"
#include "engine/voice/draft/myna-draft-envelope.h"
#include "engine/voice/draft/myna-draft-epochs.h"
#include "engine/voice/draft/myna-draft-f0.h"

#define LEVEL_RMS 0.05
#define MAX_SCALE 1e4 /* do not lift what is as good as digital silence */
#define MAX_SAMPLE 100.0f
#define MIN_SNR_DB 25.0
#define CANCEL_EVERY 256

/* Copies the samples: what is not finite becomes 0, DC is taken off, the level set. */
static float *
take_samples (const float *samples, gsize n, gboolean level)
{
  float *out = g_new (float, n);
  double sum = 0, square = 0, mean = 0, scale = 1;

  for (gsize i = 0; i < n; i++)
    sum += isfinite (samples[i]) ? samples[i] : 0.0f;
  mean = sum / (double) n;
  for (gsize i = 0; i < n; i++)
    {
      double x = isfinite (samples[i]) ? samples[i] - mean : 0.0;

      square += x * x;
    }
  if (level && square > 0)
    scale = MIN (LEVEL_RMS / sqrt (square / (double) n), MAX_SCALE);
  for (gsize i = 0; i < n; i++)
    {
      double x = isfinite (samples[i]) ? (samples[i] - mean) * scale : 0.0;

      out[i] = (float) CLAMP (x, -MAX_SAMPLE, MAX_SAMPLE);
    }
  return out;
}

static gboolean
reduce_noise (MynaDraftAnalysis *self, GCancellable *cancellable, GError **error)
{
  if (!myna_draft_denoise (self->samples, self->n_samples, self->format, cancellable, error))
    return FALSE;
  self->denoised = TRUE;
  myna_draft_frame_levels (self->samples, self->n_samples, self->format, self->db);
  return TRUE;
}

static gboolean
code_envelopes (MynaDraftAnalysis *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (MynaDraftEnvelope) estimator = myna_draft_envelope_new (self->format);
  g_autoptr (MynaDraftCode) code = myna_draft_code_new (self->format);
  float envelope[MYNA_DRAFT_MAX_BINS];

  self->cep = g_new (float, self->n_frames *(gsize) self->format->n_cep);
  for (gsize i = 0; i < self->n_frames; i++)
    {
      if (i % CANCEL_EVERY == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      myna_draft_envelope_frame (estimator, self->samples, self->n_samples,
                                 (double) i * self->format->hop, (double) self->f0[i], envelope);
      myna_draft_code_encode (code, envelope, self->cep + i * (gsize) self->format->n_cep);
    }
  return TRUE;
}

/**
 * myna_draft_analyse:
 * @samples: mono at the format's rate; what is not finite counts as 0
 * @n_samples: their number
 * @format: (transfer none): the format, which must outlive the result (the constants do)
 * @flags: what to do first
 * @cancellable: (nullable): to stop early
 * @error: set on failure: no samples, too many, cancelled
 *
 * Finds pitch, epochs, spectral envelopes and levels of a recording or of espeak's rendition.
 * Signals without speech give a result without voiced frames. Worker thread.
 *
 * Returns: (transfer full) (nullable): the analysis
 */
MynaDraftAnalysis *
myna_draft_analyse (const float *samples,
                    gsize n_samples,
                    const MynaDraftFormat *format,
                    MynaDraftAnalyseFlags flags,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (MynaDraftAnalysis) self = NULL;

  g_return_val_if_fail (format != NULL, NULL);
  if (n_samples == 0 || n_samples > G_MAXINT32)
    {
      g_set_error_literal (error, MYNA_ERROR,
                           n_samples == 0 ? MYNA_ERROR_EMPTY : MYNA_ERROR_TOO_LARGE,
                           n_samples == 0 ? _ ("The recording is empty; record or choose another.")
                                          : _ ("The recording is too long; choose a part of it."));
      return NULL;
    }
  self = g_new0 (MynaDraftAnalysis, 1);
  self->format = format;
  self->n_samples = n_samples;
  self->n_frames = n_samples / (gsize) format->hop + 1;
  self->samples = take_samples (samples, n_samples, (flags & MYNA_DRAFT_ANALYSE_LEVEL) != 0);
  self->db = g_new (float, self->n_frames);
  self->f0 = g_new0 (float, self->n_frames);
  myna_draft_frame_levels (self->samples, n_samples, format, self->db);
  self->snr_db = myna_draft_speech_to_noise (self->db, self->n_frames);
  if ((flags & MYNA_DRAFT_ANALYSE_DENOISE) != 0 && self->snr_db < MIN_SNR_DB &&
      !reduce_noise (self, cancellable, error))
    return NULL;
  if (!myna_draft_track_f0 (self->samples, n_samples, format, self->db, self->f0, cancellable,
                            error))
    return NULL;
  self->epochs = myna_draft_find_epochs (self->samples, n_samples, format, self->f0,
                                         &self->n_epochs, cancellable, error);
  if (self->epochs == NULL || !code_envelopes (self, cancellable, error))
    return NULL;
  myna_draft_find_room_tone (self->db, self->n_frames, &self->room_start, &self->room_end);
  return g_steal_pointer (&self);
}

/**
 * myna_draft_analysis_free:
 * @self: (nullable) (transfer full): an analysis
 */
void
myna_draft_analysis_free (MynaDraftAnalysis *self)
{
  if (self == NULL)
    return;
  g_free (self->samples);
  g_free (self->f0);
  g_free (self->cep);
  g_free (self->db);
  g_free (self->epochs);
  g_free (self);
}
