/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-weights.h"

G_BEGIN_DECLS

#define MYNA_GSV_HUBERT_CHANNELS 768
#define MYNA_GSV_HUBERT_HOP 320 /* samples at 16 kHz */
/* Zeros to be put after the reference: 0.6 s, the length that upstream's tokens come from. */
#define MYNA_GSV_HUBERT_TAIL 9600

/**
 * MynaGsvHubert:
 *
 * CNHuBERT (HuBERT-base): sound at 16 kHz to 768 features, 50 times a second. Any thread.
 */
typedef struct _MynaGsvHubert MynaGsvHubert;

MynaGsvHubert *
myna_gsv_hubert_new (MynaTensors *tensors, GpuDevice *device, GpuType type, GError **error);
void myna_gsv_hubert_free (MynaGsvHubert *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvHubert, myna_gsv_hubert_free)

guint64 myna_gsv_hubert_get_size (MynaGsvHubert *self);
guint64 myna_gsv_hubert_estimate (MynaGsvHubert *self, gint64 n_samples);
GpuTensor *myna_gsv_hubert_run (MynaGsvHubert *self,
                                GpuContext *cx,
                                const float *samples,
                                gint64 n_samples,
                                const MynaGsvTrace *trace);

G_END_DECLS
