/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-weights.h"

G_BEGIN_DECLS

#define MYNA_GSV_STAGES 5
#define MYNA_GSV_BRANCHES 3
#define MYNA_GSV_UNITS 3
/* Samples of a latent frame. */
#define MYNA_GSV_FRAME_SAMPLES 640
/* Frames to each side that a frame of the result depends on (spec gpt-sovits, section 10: 11.5). */
#define MYNA_GSV_GENERATOR_REACH 12

typedef struct
{
  GpuWeight *dilated, *plain;
} MynaGsvUnit;

typedef struct
{
  GpuWeight *up;
  int pad;
  MynaGsvUnit units[MYNA_GSV_BRANCHES][MYNA_GSV_UNITS];
} MynaGsvStage;

/**
 * MynaGsvGenerator:
 *
 * The part of a SoVITS checkpoint that makes sound at 32 kHz of latent frames: HiFi-GAN's
 * generator.
 */
typedef struct
{
  GpuWeight *in, *condition, *out;
  MynaGsvStage stages[MYNA_GSV_STAGES];
} MynaGsvGenerator;

void myna_gsv_generator_load (MynaGsvGenerator *self, MynaGsvWeights *weights);
GpuTensor *myna_gsv_generator_condition (const MynaGsvGenerator *self,
                                         GpuContext *cx,
                                         const GpuTensor *timbre);
GpuTensor *myna_gsv_generator_run (const MynaGsvGenerator *self,
                                   GpuContext *cx,
                                   const GpuTensor *latent,
                                   const GpuTensor *condition,
                                   GCancellable *cancellable);

G_END_DECLS
