/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-weights.h"

G_BEGIN_DECLS

#define MYNA_GSV_CODES 1024

/**
 * MynaGsvQuantizer:
 *
 * The semantic tokeniser of a SoVITS checkpoint: HuBERT's features to prompt tokens, 25 a second.
 */
typedef struct _MynaGsvQuantizer MynaGsvQuantizer;

MynaGsvQuantizer *myna_gsv_quantizer_new (MynaTensors *tensors, GpuDevice *device, GError **error);
void myna_gsv_quantizer_free (MynaGsvQuantizer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvQuantizer, myna_gsv_quantizer_free)

guint64 myna_gsv_quantizer_get_size (MynaGsvQuantizer *self);
GpuTensor *myna_gsv_quantizer_run (MynaGsvQuantizer *self,
                                   GpuContext *cx,
                                   const GpuTensor *features,
                                   const MynaGsvTrace *trace);

G_END_DECLS
