/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-weights.h"

G_BEGIN_DECLS

/**
 * MynaGsvStyle:
 * @weights: of the style encoder; borrowed from the decoder's
 *
 * The part of a SoVITS checkpoint that makes a timbre vector of a reference's spectrogram, and of a
 * speaker vector in the Pro versions.
 */
typedef struct
{
  GpuWeight *spectral[2];
  GpuWeight *temporal[2];
  GpuWeight *q, *k, *v, *attended;
  GpuWeight *out;
  GpuWeight *speaker, *slopes; /* Pro only */
} MynaGsvStyle;

void myna_gsv_style_load (MynaGsvStyle *self, MynaGsvWeights *weights, gboolean pro);
GpuTensor *myna_gsv_style_run (const MynaGsvStyle *self,
                               GpuContext *cx,
                               const GpuTensor *spectrogram,
                               const GpuTensor *speaker,
                               const MynaGsvTrace *trace);

G_END_DECLS
