/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "gpu/monitor/gpu-telemetry-device.h"

G_BEGIN_DECLS

/**
 * GpuMonitorOptions:
 * @root: (nullable): where /sys and /proc are; %NULL is "/"
 * @nvml: (nullable): name or path of NVIDIA's management library; %NULL is "libnvidia-ml.so.1"
 * @clock: (nullable): microseconds that never go back; %NULL is g_get_monotonic_time(). Called on
 *   the sampler thread.
 * @clock_data: for @clock
 */
typedef struct
{
  const char *root;
  const char *nvml;
  gint64 (*clock) (gpointer clock_data);
  gpointer clock_data;
} GpuMonitorOptions;

#define GPU_MONITOR_MIN_PERIOD 500
#define GPU_MONITOR_MAX_PERIOD 5000

/**
 * GpuMonitor:
 *
 * A list (GListModel of GpuTelemetryDevice) of the graphics cards, the processor with its memory
 * last, and their numbers as they change. A thread of its own asks the drivers, only while somebody
 * holds the monitor. Main thread only; the list and its devices change on the main context that was
 * the thread's default when it was made. The signal "sampled" follows each round.
 */
#define GPU_TYPE_MONITOR (gpu_monitor_get_type ())
G_DECLARE_FINAL_TYPE (GpuMonitor, gpu_monitor, GPU, MONITOR, GObject)

GpuMonitor *gpu_monitor_new (const GpuMonitorOptions *options);
GpuMonitor *gpu_monitor_new_replay (const char *path, gboolean loop, GError **error);

/* Milliseconds from one sample to the next; 500 to 5000, at first 1000. Property "period". */
guint gpu_monitor_get_period (GpuMonitor *self);
void gpu_monitor_set_period (GpuMonitor *self, guint milliseconds);

void gpu_monitor_hold (GpuMonitor *self);
void gpu_monitor_release (GpuMonitor *self);
void gpu_monitor_sample_once (GpuMonitor *self);

GpuTelemetryDevice *gpu_monitor_find (GpuMonitor *self, const char *id);

gboolean gpu_monitor_start_recording (GpuMonitor *self, const char *path, GError **error);
gboolean gpu_monitor_stop_recording (GpuMonitor *self, GError **error);
gboolean gpu_monitor_is_recording (GpuMonitor *self);
/* One line of a recording: the latest samples of all devices. */
char *gpu_monitor_dup_line (GpuMonitor *self);
/* Of a replay that does not loop. */
gboolean gpu_monitor_has_ended (GpuMonitor *self);

G_END_DECLS
