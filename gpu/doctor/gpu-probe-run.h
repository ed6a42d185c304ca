/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "gpu/doctor/gpu-probe-report.h"

G_BEGIN_DECLS

typedef enum
{
  GPU_PROBE_DONE,
  GPU_PROBE_NOT_STARTED,
  GPU_PROBE_HUNG,
  GPU_PROBE_CRASHED,
  GPU_PROBE_GARBAGE,
} GpuProbeOutcome;

/**
 * GpuProbe:
 * @arguments: (array zero-terminated=1): the program's path and its arguments
 * @outcome: (out): how it went
 * @signal: (out): of GPU_PROBE_CRASHED; 0 where it ended itself with a failure
 * @report: (out) (nullable): of GPU_PROBE_DONE
 *
 * A run of myna-gpu-probe.
 */
typedef struct
{
  char **arguments;
  GpuProbeOutcome outcome;
  int signal;
  GpuProbeReport *report;
} GpuProbe;

GpuProbe *gpu_probe_new (const char *program, ...) G_GNUC_NULL_TERMINATED;
void gpu_probe_free (GpuProbe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuProbe, gpu_probe_free)

gboolean gpu_probes_run (GPtrArray *probes,
                         const char *const *environment,
                         guint time_limit,
                         GCancellable *cancellable,
                         GError **error);

G_END_DECLS
