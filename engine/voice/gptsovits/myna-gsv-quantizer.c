/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-quantizer.h"

/* spec gpt-sovits, section 4.4. Kept as f32 on every device: it is small, and a token that flips
 * is heard. */

#define CHANNELS 768

struct _MynaGsvQuantizer
{
  MynaGsvWeights *weights;
  GpuWeight *projection;
  GpuWeight *closeness; /* 2e, −‖e‖² for each entry e of the codebook */
};

/* argmin ‖x − e‖² = argmax 2x·e − ‖e‖²: a linear layer. */
static GpuWeight *
load_codebook (MynaGsvWeights *weights, GpuDevice *device)
{
  g_autofree float *rows =
      myna_gsv_weights_values (weights, NULL, "quantizer.vq.layers.0._codebook.embed");
  g_autofree float *bias = g_new (float, MYNA_GSV_CODES);
  GError *error = NULL;
  GpuWeight *weight;

  if (rows == NULL)
    return NULL;
  for (int i = 0; i < MYNA_GSV_CODES; i++)
    {
      float *row = rows + i * CHANNELS;
      double square = 0;

      for (int j = 0; j < CHANNELS; j++)
        {
          square += (double) row[j] * (double) row[j];
          row[j] *= 2;
        }
      bias[i] = (float) -square;
    }
  weight = gpu_weight_new_linear (device, GPU_F32, MYNA_GSV_CODES, CHANNELS, rows, bias, &error);
  return myna_gsv_weights_adopt (weights, weight, error);
}

/**
 * myna_gsv_quantizer_new:
 * @tensors: a SoVITS checkpoint of any version
 * @device: where to run
 * @error: (out) (optional): a tensor is missing, has another shape or does not fit the device
 *
 * Returns: (transfer full) (nullable): the tokeniser
 */
MynaGsvQuantizer *
myna_gsv_quantizer_new (MynaTensors *tensors, GpuDevice *device, GError **error)
{
  static const MynaTensorRow rows[] = {
    { "ssl_proj.weight", { CHANNELS, CHANNELS, 2 } },
    { "ssl_proj.bias", { CHANNELS } },
    { "quantizer.vq.layers.0._codebook.embed", { MYNA_GSV_CODES, CHANNELS } },
  };
  g_autoptr (MynaGsvQuantizer) self = NULL;

  g_return_val_if_fail (tensors != NULL && device != NULL, NULL);

  if (!myna_tensors_check (tensors, rows, G_N_ELEMENTS (rows), error))
    return NULL;
  self = g_new0 (MynaGsvQuantizer, 1);
  self->weights = myna_gsv_weights_new (tensors, device, GPU_F32);
  self->projection = myna_gsv_weights_conv_1d (self->weights, 1, "ssl_proj");
  self->closeness = load_codebook (self->weights, device);
  return myna_gsv_weights_finish (self->weights, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * myna_gsv_quantizer_free:
 * @self: (nullable) (transfer full): the tokeniser
 */
void
myna_gsv_quantizer_free (MynaGsvQuantizer *self)
{
  if (self == NULL)
    return;
  myna_gsv_weights_free (self->weights);
  g_free (self);
}

/**
 * myna_gsv_quantizer_get_size:
 * @self: the tokeniser
 *
 * Returns: bytes of its weights on the device
 */
guint64
myna_gsv_quantizer_get_size (MynaGsvQuantizer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return myna_gsv_weights_get_size (self->weights);
}

/**
 * myna_gsv_quantizer_run:
 * @self: the tokeniser
 * @cx: a context of its device
 * @features: [T, 768] of CNHuBERT, T >= 2
 * @trace: (nullable): is shown what lies between
 *
 * Returns: (transfer none): i32 tokens [T/2] of the current scope, 0 … 1023
 */
GpuTensor *
myna_gsv_quantizer_run (MynaGsvQuantizer *self,
                        GpuContext *cx,
                        const GpuTensor *features,
                        const MynaGsvTrace *trace)
{
  GpuTensor *x;

  g_return_val_if_fail (self != NULL && cx != NULL && features != NULL, NULL);

  gpu_scope_begin (cx);
  x = gpu_conv_1d (cx, features, self->projection, (GpuConv) { .stride = 2 });
  myna_gsv_trace (trace, cx, x, "ssl_proj");
  x = gpu_linear (cx, x, self->closeness, (GpuFused) { 0 });
  x = gpu_scope_keep (cx, gpu_argmax (cx, x));
  gpu_scope_end (cx);
  return x;
}
