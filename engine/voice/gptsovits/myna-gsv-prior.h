/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-weights.h"

G_BEGIN_DECLS

#define MYNA_GSV_LATENT 192 /* channels of a latent frame */
#define MYNA_GSV_MOST_ENCODER_LAYERS 6

typedef struct
{
  GpuWeight *q, *k, *v, *out;
  GpuWeight *rel_k, *rel_v;
  GpuWeight *gain_1, *bias_1;
  GpuWeight *widen, *narrow;
  GpuWeight *gain_2, *bias_2;
} MynaGsvEncoderLayer;

typedef struct
{
  int n_layers;
  MynaGsvEncoderLayer layers[MYNA_GSV_MOST_ENCODER_LAYERS];
} MynaGsvEncoder;

/**
 * MynaGsvPrior:
 *
 * The part of a SoVITS checkpoint that makes of tokens, phones and timbre the distribution of the
 * latent frames: mean and logarithm of the deviation, 50 frames a second.
 */
typedef struct
{
  GpuWeight *tokens; /* the codebook already projected: [1024, 192] */
  GpuWeight *phones;
  GpuWeight *narrow_timbre; /* Pro: 1024 -> 512 */
  MynaGsvEncoder ssl, text, both;
  GpuWeight *sound_in, *text_in;
  GpuWeight *q, *k, *v, *attended;
  GpuWeight *mixed_out;
  GpuWeight *out;
} MynaGsvPrior;

void myna_gsv_prior_load (MynaGsvPrior *self, MynaGsvWeights *weights, gboolean pro);
GpuTensor *myna_gsv_prior_run (const MynaGsvPrior *self,
                               GpuContext *cx,
                               const GpuTensor *tokens,
                               const GpuTensor *phones,
                               const GpuTensor *timbre,
                               double speed,
                               GCancellable *cancellable,
                               const MynaGsvTrace *trace);

G_END_DECLS
