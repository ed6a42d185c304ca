/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A small residual network on the best device of this machine: the way into the compute layer.
 * Build: it is a test of Myna's build (tests/gpu). Run: residual-network [DEVICE]. */

#include "gpu/gpu-ops.h"

#include <stdio.h>

#define CHANNELS 64
#define LAYERS 4

/* x + conv (leaky_relu (x)): the sum is done by the layer itself. */
static GpuTensor *
residual_layer (GpuContext *cx, GpuTensor *x, GpuWeight *w)
{
  GpuConv conv = { .pad = 1, .pad_end = -1, .fused.residual = x };

  return gpu_conv_1d (cx, gpu_leaky_relu (cx, x, 0.1f), w, conv);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GpuDevice) device = gpu_device_choose (argc > 1 ? argv[1] : "auto", &error);
  g_autoptr (GpuContext) cx = device != NULL ? gpu_context_new (device) : NULL;
  GpuWeight *weights[LAYERS] = { NULL };
  float values[CHANNELS * CHANNELS * 3], signal[100 * CHANNELS], result[CHANNELS];

  if (cx == NULL)
    return fprintf (stderr, "%s\n", error->message), 1;
  for (int i = 0; i < CHANNELS * CHANNELS * 3; i++) /* a checkpoint would be read here */
    values[i] = (float) (i % 7 - 3) / 200;
  for (int i = 0; i < 100 * CHANNELS; i++)
    signal[i] = (float) (i % 11) / 11;
  for (int i = 0; i < LAYERS; i++)
    weights[i] =
        gpu_weight_new_conv_1d (device, GPU_F16, CHANNELS, CHANNELS, 3, 1, values, NULL, &error);
  if (error == NULL)
    {
      GpuTensor *x = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (100, CHANNELS), signal);

      gpu_scope_begin (cx); /* what is made inside is freed at its end */
      for (int i = 0; i < LAYERS; i++)
        x = residual_layer (cx, x, weights[i]);
      x = gpu_reduce (cx, GPU_REDUCE_MEAN, x, 0);
      if (gpu_tensor_read_f32 (cx, x, result, &error)) /* one check for all that went before */
        printf ("%s: the first channel's mean is %f\n", gpu_device_get_name (device),
                (double) result[0]);
      gpu_scope_end (cx);
    }
  for (int i = 0; i < LAYERS; i++)
    g_clear_pointer (&weights[i], gpu_weight_unref);
  return error == NULL ? 0 : (fprintf (stderr, "%s\n", error->message), 1);
}
