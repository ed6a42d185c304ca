/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-weights.h"

G_BEGIN_DECLS

#define MYNA_GSV_COUPLINGS 4
#define MYNA_GSV_WAVENET_LAYERS 4
/* Frames to each side that a frame of the result depends on: 4 couplings × 4 layers × 2. */
#define MYNA_GSV_FLOW_REACH 32

typedef struct
{
  GpuWeight *in, *conditions, *out;
  GpuWeight *gates[MYNA_GSV_WAVENET_LAYERS];
  GpuWeight *residuals[MYNA_GSV_WAVENET_LAYERS]; /* the last has none */
  GpuWeight *skips[MYNA_GSV_WAVENET_LAYERS];
} MynaGsvCoupling;

/**
 * MynaGsvFlow:
 *
 * The invertible part of a SoVITS checkpoint, run backwards: latent frames drawn from the prior to
 * those that the generator was trained on. In the order of running.
 */
typedef struct
{
  MynaGsvCoupling couplings[MYNA_GSV_COUPLINGS];
} MynaGsvFlow;

/**
 * MynaGsvFlowConditions:
 *
 * What a timbre means to each coupling: [layers, 384].
 */
typedef struct
{
  GpuTensor *conditions[MYNA_GSV_COUPLINGS];
} MynaGsvFlowConditions;

void myna_gsv_flow_load (MynaGsvFlow *self, MynaGsvWeights *weights);
MynaGsvFlowConditions
myna_gsv_flow_condition (const MynaGsvFlow *self, GpuContext *cx, const GpuTensor *timbre);
GpuTensor *myna_gsv_flow_run (const MynaGsvFlow *self,
                              GpuContext *cx,
                              const GpuTensor *latent,
                              const MynaGsvFlowConditions *conditions);

G_END_DECLS
