/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "gpu/monitor/gpu-amd-metrics.h"
#include "gpu/monitor/gpu-recording.h"

/*
 * What the monitor reads and has not written itself: by the first byte, a table of AMD's firmware,
 * a client of DRM, or a line of a recording. A line that is understood is written and read again.
 */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
read_line (const char *line, gsize length)
{
  g_autoptr (GPtrArray) round = gpu_round_from_line (line, length);
  g_autoptr (GPtrArray) again = NULL;
  g_autofree char *written = NULL;

  if (round == NULL)
    return;
  written = gpu_round_to_line (round);
  again = gpu_round_from_line (written, strlen (written));
  g_assert_nonnull (again);
  g_assert_cmpuint (again->len, ==, round->len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  GpuAmdMetrics metrics;
  GpuFdinfo info;

  if (size == 0)
    return 0;
  switch (data[0])
    {
    case 'm':
      gpu_amd_metrics_parse (data + 1, size - 1, &metrics);
      break;
    case 'f':
      gpu_fdinfo_parse ((const char *) data + 1, size - 1, &info);
      break;
    default:
      read_line ((const char *) data, size);
    }
  return 0;
}
