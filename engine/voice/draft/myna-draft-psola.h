/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-analysis.h"

G_BEGIN_DECLS

/**
 * MynaDraftSource:
 * @MYNA_DRAFT_SOURCE_PERSON: the recording
 * @MYNA_DRAFT_SOURCE_ESPEAK: espeak's rendition, for units the person never spoke
 * @MYNA_DRAFT_SOURCE_NOISE: no waveform: noise with the target envelope (the floor of a recording
 *   that has no usable room tone)
 */
typedef enum
{
  MYNA_DRAFT_SOURCE_PERSON,
  MYNA_DRAFT_SOURCE_ESPEAK,
  MYNA_DRAFT_SOURCE_NOISE,
} MynaDraftSource;

/**
 * MynaDraftPlanFrame:
 * @position: where in the source, in samples (need not be whole, may be anywhere in it)
 * @f0: pitch to give it in Hz; 0 = render unvoiced even where the source is voiced
 * @source: a #MynaDraftSource
 *
 * One output frame (hop samples) of a #MynaDraftPlan.
 */
typedef struct
{
  double position;
  float f0;
  guint8 source;
} MynaDraftPlanFrame;

/**
 * MynaDraftPlan:
 * @format: of both sources and of the output
 * @person: the recording (needed if a frame names it)
 * @espeak: (nullable): espeak's rendition of this sentence
 * @n_frames: output frames; frame i is centred on output sample i * hop
 * @frames: @n_frames frames
 * @raw: (nullable): @n_frames rows of n_cep: the source's own envelope at each frame
 * @target: (nullable): @n_frames rows of n_cep: the envelope wanted. %NULL, or a row equal to that
 *   of @raw: no filter
 * @seed: of the jitter and the noise
 *
 * What to render. Everything is borrowed.
 */
typedef struct
{
  const MynaDraftFormat *format;
  const MynaDraftAnalysis *person;
  const MynaDraftAnalysis *espeak;
  gsize n_frames;
  const MynaDraftPlanFrame *frames;
  const float *raw;
  const float *target;
  guint32 seed;
} MynaDraftPlan;

float *myna_draft_render (const MynaDraftPlan *plan,
                          gsize *n_samples,
                          GCancellable *cancellable,
                          GError **error);

G_END_DECLS
