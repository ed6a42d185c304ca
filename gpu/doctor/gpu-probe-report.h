/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What myna-gpu-probe says, one JSON object on one line; see gpu-probe-report.c for its members. */

typedef enum
{
  GPU_PROBED_GPU,
  GPU_PROBED_INTEGRATED,
  GPU_PROBED_SOFTWARE, /* drawn by the processor */
} GpuProbedKind;

/**
 * GpuProbedDevice:
 * @pci: (nullable): "0000:0b:00.0", small letters, domain of four digits
 * @name: (nullable): the driver's name of it
 * @driver: (nullable): such as "radv", for Vulkan
 * @arch: (nullable): "8.6" for CUDA, "gfx1100" for HIP
 * @kind: what it is
 * @half: whether it computes with halves; -1 when not told
 * @half_storage: whether it stores them; -1 when not told
 * @free_bytes: memory; 0 when not told
 * @total_bytes: likewise
 */
typedef struct
{
  char *pci;
  char *name;
  char *driver;
  char *arch;
  GpuProbedKind kind;
  int half;
  int half_storage;
  guint64 free_bytes;
  guint64 total_bytes;
} GpuProbedDevice;

/**
 * GpuProbeReport:
 * @file: (nullable): the library that was opened, links followed
 * @missing: (nullable): why it could not be opened, in the loader's words
 * @status: what its first call gave; 0 is good
 * @version: of the driver, or of the runtime that a backend was built with: 1000 × major + 10 ×
 *   minor; 0 when not told
 * @nvml_status: what nvmlInit gave; -1 when it was not asked
 * @archs: (nullable): what a backend was built for, as ggml tells it
 * @log: (nullable): the last that a backend said of a failure
 * @devices: (element-type GpuProbedDevice)
 */
typedef struct
{
  char *file;
  char *missing;
  gint64 status;
  gint64 version;
  gint64 nvml_status;
  char *archs;
  char *log;
  GPtrArray *devices;
} GpuProbeReport;

GpuProbeReport *gpu_probe_report_parse (const char *text, gsize length);
void gpu_probe_report_free (GpuProbeReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuProbeReport, gpu_probe_report_free)

char *gpu_pci_normalise (const char *address);

G_END_DECLS
