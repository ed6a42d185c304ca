/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-weights.h"

G_BEGIN_DECLS

#define MYNA_GSV_SPEAKER_SIZE 20480

/**
 * MynaGsvSpeaker:
 *
 * ERes2NetV2: the filter bank of a reference to a vector that tells speakers apart; v2Pro and
 * v2ProPlus take it beside the spectrogram. Any thread.
 */
typedef struct _MynaGsvSpeaker MynaGsvSpeaker;

MynaGsvSpeaker *
myna_gsv_speaker_new (MynaTensors *tensors, GpuDevice *device, GpuType type, GError **error);
void myna_gsv_speaker_free (MynaGsvSpeaker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvSpeaker, myna_gsv_speaker_free)

guint64 myna_gsv_speaker_get_size (MynaGsvSpeaker *self);
guint64 myna_gsv_speaker_estimate (MynaGsvSpeaker *self, gint64 n_frames);
GpuTensor *myna_gsv_speaker_run (MynaGsvSpeaker *self,
                                 GpuContext *cx,
                                 const float *fbank,
                                 gint64 n_frames,
                                 const MynaGsvTrace *trace);

G_END_DECLS
