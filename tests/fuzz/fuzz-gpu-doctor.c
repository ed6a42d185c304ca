/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-doctor-private.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * What the doctor reads of others: the probe's report (a driver may have written over it), versions
 * of NVIDIA's driver, addresses, and the device code of a library. The first byte says which.
 */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
try_report (const char *text, gsize length)
{
  g_autoptr (GpuProbeReport) report = gpu_probe_report_parse (text, length);

  if (report == NULL)
    return;
  g_assert_true (report->log == NULL || g_utf8_validate (report->log, -1, NULL));
  for (guint i = 0; i < report->devices->len; i++)
    {
      const GpuProbedDevice *device = report->devices->pdata[i];
      g_autofree char *again = device->pci != NULL ? gpu_pci_normalise (device->pci) : NULL;

      g_assert_cmpstr (again, ==, device->pci);
      g_assert_cmpint (device->half, >=, -1);
      g_assert_cmpint (device->half, <=, 1);
    }
}

static void
try_texts (const char *text)
{
  g_autofree char *version = gpu_nvidia_parse_version (text);
  g_autofree char *library = gpu_nvidia_library_version (text);
  g_autofree char *gfx = gpu_gfx_from_override (text);
  g_autofree char *pci = gpu_pci_normalise (text);

  g_assert_true (version == NULL || strlen (version) <= 14);
  g_assert_true (library == NULL || strlen (library) <= 14);
  g_assert_true (gfx == NULL || g_str_has_prefix (gfx, "gfx"));
}

static void
try_library (const guint8 *data, gsize size)
{
  static int file = -1;
  g_auto (GStrv) archs = NULL;
  g_autofree char *path = NULL;

  if (file < 0)
    file = memfd_create ("library", MFD_CLOEXEC);
  g_assert_cmpint (ftruncate (file, 0), ==, 0);
  g_assert_cmpint (pwrite (file, data, size, 0), ==, size);
  path = g_strdup_printf ("/proc/self/fd/%d", file);
  archs = gpu_offload_list (path);
  if (archs != NULL)
    g_assert_true (g_str_has_prefix (archs[0], "gfx"));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = NULL;

  if (size == 0)
    return 0;
  text = g_strndup ((const char *) data + 1, size - 1);
  if (data[0] % 3 == 0)
    try_report ((const char *) data + 1, size - 1);
  else if (data[0] % 3 == 1)
    try_texts (text);
  else
    try_library (data + 1, size - 1);
  return 0;
}
