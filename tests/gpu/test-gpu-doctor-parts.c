/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-doctor-private.h"

#include <glib/gstdio.h>
#include <string.h>

/* What the doctor reads of foreign text, table by table. */

static void
test_module_version (void)
{
  static const struct
  {
    const char *text, *version;
  } cases[] = {
    { "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.173.02  Tue Sep  9 18:10:52 UTC 2025\n"
      "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)",
      "580.173.02" },
    { "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  "
      "(dvs-builder@U16)",
      "570.86.15" },
    { "NVRM version: NVIDIA UNIX x86_64 Kernel Module  390.157", "390.157" },
    { "GCC version:  gcc version 12.2.0", NULL },
    { "NVRM version:", NULL },
    { "NVRM version: NVIDIA 1.2.3.4 580. .02 58000.1 580..1 580.1a", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *version = gpu_nvidia_parse_version (cases[i].text);

      g_assert_cmpstr (version, ==, cases[i].version);
    }
}

static void
test_library_version (void)
{
  static const struct
  {
    const char *file, *version;
  } cases[] = {
    { "/usr/lib/x86_64-linux-gnu/libcuda.so.580.173.02", "580.173.02" },
    { "/opt/old.so.1/libnvidia-ml.so.390.157", "390.157" },
    { "/usr/lib/libcuda.so.1", NULL },
    { "/usr/lib/libcuda.so", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *version = gpu_nvidia_library_version (cases[i].file);

      g_assert_cmpstr (version, ==, cases[i].version);
    }
}

static void
test_gfx (void)
{
  static const struct
  {
    const char *override, *gfx;
  } cases[] = {
    { "10.3.0", "gfx1030" }, { "11.0.0", "gfx1100" }, { "9.0.10", "gfx90a" },
    { "11.5.1", "gfx1151" }, { "10.3", NULL },        { "", NULL },
    { "a.b.c", NULL },       { "10.3.0.1", NULL },    { "0.0.0", NULL },
    { "10.-3.0", NULL },
  };
  const char *const archs[] = { "gfx906", "gfx11-generic", "gfx10-3-generic", "gfx9-4-generic",
                                NULL };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *gfx = gpu_gfx_from_override (cases[i].override);

      g_assert_cmpstr (gfx, ==, cases[i].gfx);
    }
  g_assert_null (gpu_gfx_from_version (0));
  g_assert_null (gpu_gfx_from_version (G_MAXUINT64));
  g_assert_true (gpu_offload_has (archs, "gfx906"));
  g_assert_true (gpu_offload_has (archs, "gfx1101"));
  g_assert_true (gpu_offload_has (archs, "gfx1032"));
  g_assert_true (gpu_offload_has (archs, "gfx942"));
  g_assert_false (gpu_offload_has (archs, "gfx1010"));
  g_assert_false (gpu_offload_has (archs, "gfx90a"));
}

static void
test_pci (void)
{
  static const struct
  {
    const char *text, *address;
  } cases[] = {
    { "0000:0b:00.0", "0000:0b:00.0" },
    { "00000000:0B:00.0", "0000:0b:00.0" },
    { "00010000:C1:1F.7", "10000:c1:1f.7" },
    { "0:b:0.0", "0000:0b:00.0" },
    { "0b:00.0", NULL },
    { "0000:0b:00", NULL },
    { "0000:0b:00.8", NULL },
    { "0000:0b:20.0", NULL },
    { "0000:0b:00.0 ", NULL },
    { "0000: b:00.0", NULL },
    { "GPU-5c57ee15-34b0", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *address = gpu_pci_normalise (cases[i].text);

      g_assert_cmpstr (address, ==, cases[i].address);
    }
}

static GpuProbeReport *
parse (const char *text)
{
  return gpu_probe_report_parse (text, strlen (text));
}

static void
test_report (void)
{
  g_autoptr (GpuProbeReport) report =
      parse ("{\"file\":\"/usr/lib/libcuda.so.1\",\"status\":-3,\"version\":12080,\"nvml\":18,"
             "\"archs\":\"750\",\"log\":\"two\\nlines \",\"devices\":[{\"pci\":\"0000:0B:00.0\","
             "\"name\":\"Card\",\"driver\":\"radv\",\"arch\":\"8.6\",\"kind\":\"integrated\","
             "\"half\":true,\"half-storage\":false,\"free\":5,\"total\":-7},7,{}]}\n");
  const GpuProbedDevice *device;

  g_assert_nonnull (report);
  g_assert_cmpstr (report->file, ==, "/usr/lib/libcuda.so.1");
  g_assert_null (report->missing);
  g_assert_cmpint (report->status, ==, -3);
  g_assert_cmpint (report->version, ==, 12080);
  g_assert_cmpint (report->nvml_status, ==, 18);
  g_assert_cmpstr (report->archs, ==, "750");
  g_assert_cmpstr (report->log, ==, "two lines");
  g_assert_cmpuint (report->devices->len, ==, 2);
  device = report->devices->pdata[0];
  g_assert_cmpstr (device->pci, ==, "0000:0b:00.0");
  g_assert_cmpstr (device->driver, ==, "radv");
  g_assert_cmpstr (device->arch, ==, "8.6");
  g_assert_cmpint (device->kind, ==, GPU_PROBED_INTEGRATED);
  g_assert_cmpint (device->half, ==, 1);
  g_assert_cmpint (device->half_storage, ==, 0);
  g_assert_cmpuint (device->free_bytes, ==, 5);
  g_assert_cmpuint (device->total_bytes, ==, 0);
  device = report->devices->pdata[1];
  g_assert_null (device->pci);
  g_assert_cmpint (device->half, ==, -1);
}

static void
test_report_wrong_types (void)
{
  g_autoptr (GpuProbeReport) report =
      parse ("{\"file\":7,\"status\":\"x\",\"version\":[],\"nvml\":null,\"devices\":{}}");

  g_assert_nonnull (report);
  g_assert_null (report->file);
  g_assert_cmpint (report->status, ==, 0);
  g_assert_cmpint (report->nvml_status, ==, -1);
  g_assert_cmpuint (report->devices->len, ==, 0);
  g_assert_null (parse (""));
  g_assert_null (parse ("null"));
  g_assert_null (parse ("\"text\""));
  g_assert_null (parse ("{\"a\":1"));
  g_assert_null (parse ("\xff"));
}

/* Files that are cut or lie about themselves tell nothing, and break nothing. */
static void
test_offload_broken (void)
{
  g_autofree char *path = NULL;
  g_autofree char *own = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  int fd = g_file_open_tmp ("myna-offload-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_null (gpu_offload_list ("/nonexistent/libggml-hip.so"));
  g_assert_null (gpu_offload_list (path));
  g_file_get_contents ("/proc/self/exe", &own, &length, &error);
  g_assert_no_error (error);
  g_assert_null (gpu_offload_list ("/proc/self/exe"));
  for (gsize cut = 1; cut < 4096; cut += 61)
    {
      g_file_set_contents (path, own, (gssize) MIN (cut, length), &error);
      g_assert_no_error (error);
      g_assert_null (gpu_offload_list (path));
    }
  g_remove (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/doctor-parts/module-version", test_module_version);
  g_test_add_func ("/gpu/doctor-parts/library-version", test_library_version);
  g_test_add_func ("/gpu/doctor-parts/gfx", test_gfx);
  g_test_add_func ("/gpu/doctor-parts/pci", test_pci);
  g_test_add_func ("/gpu/doctor-parts/report", test_report);
  g_test_add_func ("/gpu/doctor-parts/report-wrong-types", test_report_wrong_types);
  g_test_add_func ("/gpu/doctor-parts/offload-broken", test_offload_broken);
  return g_test_run ();
}
