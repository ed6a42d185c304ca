/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-network.h"

#include <stdlib.h>

/*
 * Whole checkpoint files: the zip and stream formats of PyTorch, safetensors. What is accepted is
 * listed, recognised and read to the last value.
 */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
read_all (MynaTensors *tensors)
{
  gsize n;
  const MynaTensorInfo *infos = myna_tensors_list (tensors, &n);

  for (gsize i = 0; i < n && i < 64; i++)
    {
      g_autofree float *values = myna_tensors_read_f32 (tensors, infos[i].name, NULL);
      gconstpointer view = myna_tensors_view (tensors, &infos[i]);

      g_assert_true (view == NULL || values != NULL);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaCheckpoint) checkpoint = myna_checkpoint_parse (bytes, "fuzz.pth", &error);
  g_autoptr (MynaTensors) weights = NULL;
  MynaNetwork network;

  if (checkpoint == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }
  g_assert_no_error (error);
  read_all (myna_checkpoint_get_tensors (checkpoint));
  weights = myna_checkpoint_dup_weights (checkpoint);
  read_all (weights);
  myna_network_recognise (checkpoint, &network, NULL);
  myna_checkpoint_get_string (checkpoint, "config/model/version");
  return 0;
}
