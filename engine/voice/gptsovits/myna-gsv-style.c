/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-style.h"

#include <math.h>

/* spec gpt-sovits, section 4.5, "Timbre encoder" and "Pro". */

#define CHANNELS 128
#define HEADS 2

/**
 * myna_gsv_style_load:
 * @self: (out caller-allocates): the encoder
 * @weights: of a SoVITS checkpoint, being loaded
 * @pro: whether it takes a speaker vector
 */
void
myna_gsv_style_load (MynaGsvStyle *self, MynaGsvWeights *weights, gboolean pro)
{
  self->spectral[0] = myna_gsv_weights_linear (weights, "ref_enc.spectral.0.fc");
  self->spectral[1] = myna_gsv_weights_linear (weights, "ref_enc.spectral.3.fc");
  for (int i = 0; i < 2; i++)
    self->temporal[i] = myna_gsv_weights_conv_1d (weights, 1, "ref_enc.temporal.%d.conv1.conv", i);
  self->q = myna_gsv_weights_linear (weights, "ref_enc.slf_attn.w_qs");
  self->k = myna_gsv_weights_linear (weights, "ref_enc.slf_attn.w_ks");
  self->v = myna_gsv_weights_linear (weights, "ref_enc.slf_attn.w_vs");
  self->attended = myna_gsv_weights_linear (weights, "ref_enc.slf_attn.fc");
  self->out = myna_gsv_weights_linear (weights, "ref_enc.fc.fc");
  if (!pro)
    return;
  self->speaker = myna_gsv_weights_linear (weights, "sv_emb");
  self->slopes = myna_gsv_weights_constant (weights, "prelu.weight");
}

/* x + glu (conv (x)) */
static GpuTensor *
run_temporal (GpuContext *cx, const GpuTensor *x, const GpuWeight *conv)
{
  GpuTensor *y = gpu_conv_1d (cx, x, conv, (GpuConv) { .pad = 2, .pad_end = -1 });

  return gpu_add (cx, gpu_glu (cx, y), x);
}

/* x + attention; scores are divided by the root of the model's width, not of a head's. */
static GpuTensor *
run_attention (const MynaGsvStyle *self, GpuContext *cx, const GpuTensor *x)
{
  GpuTensor *q = gpu_linear (cx, x, self->q, (GpuFused) { 0 });
  GpuTensor *k = gpu_linear (cx, x, self->k, (GpuFused) { 0 });
  GpuTensor *v = gpu_linear (cx, x, self->v, (GpuFused) { 0 });
  GpuAttention attention = { .heads = HEADS, .scale = 1 / sqrtf (CHANNELS) };

  return gpu_linear (cx, gpu_attention (cx, q, k, v, attention), self->attended,
                     (GpuFused) { .residual = x });
}

/**
 * myna_gsv_style_run:
 * @self: the encoder
 * @cx: a context of its device
 * @spectrogram: [T, bins] of a reference
 * @speaker: (nullable): the speaker vector that Pro versions need
 * @trace: (nullable): is shown what lies between
 *
 * Returns: (transfer none): the timbre [512], Pro [1024], a tensor of the current scope
 */
GpuTensor *
myna_gsv_style_run (const MynaGsvStyle *self,
                    GpuContext *cx,
                    const GpuTensor *spectrogram,
                    const GpuTensor *speaker,
                    const MynaGsvTrace *trace)
{
  GpuFused mish = { .act = GPU_ACT_MISH };
  GpuTensor *x;

  g_return_val_if_fail (self != NULL && cx != NULL && spectrogram != NULL, NULL);
  g_return_val_if_fail ((self->speaker != NULL) == (speaker != NULL), NULL);

  gpu_scope_begin (cx);
  x = gpu_linear (cx, spectrogram, self->spectral[0], mish);
  x = gpu_linear (cx, x, self->spectral[1], mish);
  for (int i = 0; i < 2; i++)
    x = run_temporal (cx, x, self->temporal[i]);
  x = run_attention (self, cx, x);
  /* The mean of a linear layer is that of its input. */
  x = gpu_reduce (cx, GPU_REDUCE_MEAN, x, 0);
  x = gpu_linear (cx, x, self->out, (GpuFused) { 0 });
  x = gpu_reshape (cx, x, GPU_SHAPE_1 (gpu_tensor_get_dim (x, 1)));
  myna_gsv_trace (trace, cx, x, "ge_ref");
  if (speaker != NULL)
    {
      x = gpu_linear (cx, speaker, self->speaker, (GpuFused) { .residual = x });
      x = gpu_prelu (cx, x, gpu_constant (cx, self->slopes));
    }
  myna_gsv_trace (trace, cx, x, "ge");
  gpu_scope_keep (cx, x);
  gpu_scope_end (cx);
  return x;
}
