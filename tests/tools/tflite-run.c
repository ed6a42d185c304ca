/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Runs a TensorFlow Lite model of the face tracker on an input of raw floats and writes its outputs
 * as raw floats one behind the other: to compare with another computation, and to time.
 * tflite-run MODEL INPUT OUTPUT N-OUTPUTS [TIMES [BATCH]] */

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/lipsync/face/myna-tflite-net.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  g_autofree char *input = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (MynaTflite) model = NULL;
  g_autoptr (MynaTfliteNet) net = NULL;
  g_autoptr (GpuDevice) device = gpu_device_choose ("cpu", NULL);
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  g_autoptr (GByteArray) result = g_byte_array_new ();
  float *outputs[8] = { NULL };
  int wanted[8] = { 0, 1, 2, 3, 4, 5, 6 }, n, times, batch;
  gsize size, input_size;
  gint64 start;

  if (argc < 5)
    return fprintf (stderr, "tflite-run MODEL INPUT OUTPUT N-OUTPUTS [TIMES [BATCH]]\n"), 2;
  n = atoi (argv[4]);
  times = argc > 5 ? atoi (argv[5]) : 1;
  batch = argc > 6 ? atoi (argv[6]) : 1;
  if (!g_file_get_contents (argv[1], &bytes, &size, &error) ||
      !g_file_get_contents (argv[2], &input, &input_size, &error))
    return fprintf (stderr, "%s\n", error->message), 1;
  content = g_bytes_new_static (bytes, size);
  model = myna_tflite_new (content, argv[1], &error);
  net = model != NULL ? myna_tflite_net_new (model, device, wanted, n, argv[1], &error) : NULL;
  if (net == NULL)
    return fprintf (stderr, "%s\n", error->message), 1;
  if (input_size / sizeof (float) != (gsize) (myna_tflite_net_get_input_size (net) * batch))
    return fprintf (stderr, "the input has a wrong size\n"), 1;
  for (int i = 0; i < n; i++)
    outputs[i] = g_new (float, myna_tflite_net_get_output_size (net, i) * batch);
  for (int i = 0; i < times; i++)
    {
      start = g_get_monotonic_time ();
      if (!myna_tflite_net_run (net, cx, batch, (const float *) (gpointer) input, outputs, &error))
        return fprintf (stderr, "%s\n", error->message), 1;
      if (times > 1)
        printf ("%.3f ms\n", (double) (g_get_monotonic_time () - start) / 1e3);
    }
  for (int i = 0; i < n; i++)
    {
      g_byte_array_append (result, (const guint8 *) outputs[i],
                           (guint) (myna_tflite_net_get_output_size (net, i) * batch) * 4);
      g_free (outputs[i]);
    }
  if (!g_file_set_contents (argv[3], (const char *) result->data, result->len, &error))
    return fprintf (stderr, "%s\n", error->message), 1;
  return 0;
}
