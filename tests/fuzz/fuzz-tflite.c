/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-flexbuffer.h"
#include "engine/lipsync/face/myna-tflite-net.h"

/*
 * Any bytes as a TensorFlow Lite model, and as the options of a custom operator. What is read must
 * be within the file, and shapes that reach the compute layer must fit: it aborts on others.
 */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
run (MynaTfliteNet *net, GpuDevice *device)
{
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  gint64 in = myna_tflite_net_get_input_size (net), out = myna_tflite_net_get_output_size (net, 0);
  g_autofree float *input = NULL;
  g_autofree float *output = NULL;

  if (in > 4096 || out > 4096)
    return;
  gpu_context_set_limit (cx, 16 << 20);
  gpu_context_set_threads (cx, 1);
  input = g_new0 (float, in);
  output = g_new0 (float, out);
  myna_tflite_net_run (net, cx, 1, input, (float *const[]) { output }, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static GpuDevice *device;
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (MynaTflite) model = myna_tflite_new (bytes, "fuzz", NULL);
  g_autoptr (MynaTfliteNet) net = NULL;
  g_autoptr (GArray) items = NULL;
  double value;

  if (device == NULL)
    device = gpu_device_choose ("cpu", NULL);
  myna_flexbuffer_get_number (data, size, "scale_x", &value);
  items = myna_flexbuffer_dup_integers (data, size, "subset_idxs");
  if (model == NULL)
    return 0;
  net = myna_tflite_net_new (model, device, (const int[]) { 0 }, 1, "fuzz", NULL);
  if (net != NULL)
    run (net, device);
  return 0;
}
