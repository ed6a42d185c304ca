/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/voice/draft/myna-draft-format.h"
#include "engine/voice/draft/myna-draft-level.h"

G_BEGIN_DECLS

/**
 * MynaDraftAnalyseFlags:
 * @MYNA_DRAFT_ANALYSE_PLAIN: take the samples as they are (DC is always removed)
 * @MYNA_DRAFT_ANALYSE_LEVEL: scale to an RMS of 0.05
 * @MYNA_DRAFT_ANALYSE_DENOISE: Wiener filter when the estimated SNR is below 25 dB
 */
typedef enum
{
  MYNA_DRAFT_ANALYSE_PLAIN = 0,
  MYNA_DRAFT_ANALYSE_LEVEL = 1 << 0,
  MYNA_DRAFT_ANALYSE_DENOISE = 1 << 1,
} MynaDraftAnalyseFlags;

/**
 * MynaDraftAnalysis:
 * @format: what everything is counted in
 * @n_samples: length of @samples
 * @samples: the signal after DC removal, level and noise reduction
 * @n_frames: @n_samples / hop + 1; frame i is centred on sample i * hop
 * @f0: in Hz a frame, 0 = unvoiced
 * @cep: @n_frames rows of format->n_cep: orthonormal DCT of the natural log power spectrum
 *   on the mel points; c0 is the level (sqrt (n_mel) x the mean)
 * @db: power of a frame in dB re full scale (25 ms window), never below -120
 * @epochs: positions of glottal closures in voiced parts in samples (and parts of one), ascending
 * @n_epochs: their number
 * @snr_db: level of speech over that of the quietest parts, before noise reduction
 * @denoised: noise reduction was applied
 * @room_start: first frame of the room tone: the longest quiet stretch, trimmed
 * @room_end: one past its last frame; equal to @room_start when there is none
 *
 * What the draft voice knows of a recording or of espeak's rendition, frame by frame. Plain data,
 * constant once made: any number of threads may read it.
 */
typedef struct
{
  const MynaDraftFormat *format;
  gsize n_samples;
  float *samples;
  gsize n_frames;
  float *f0;
  float *cep;
  float *db;
  double *epochs;
  gsize n_epochs;
  double snr_db;
  gboolean denoised;
  gsize room_start;
  gsize room_end;
} MynaDraftAnalysis;

MynaDraftAnalysis *myna_draft_analyse (const float *samples,
                                       gsize n_samples,
                                       const MynaDraftFormat *format,
                                       MynaDraftAnalyseFlags flags,
                                       GCancellable *cancellable,
                                       GError **error);
void myna_draft_analysis_free (MynaDraftAnalysis *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftAnalysis, myna_draft_analysis_free)

float *myna_draft_resample (const float *samples,
                            gsize n_samples,
                            int rate,
                            int new_rate,
                            gsize *n_resampled,
                            GError **error);

G_END_DECLS
