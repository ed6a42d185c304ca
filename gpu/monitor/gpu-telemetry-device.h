/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "gpu/monitor/gpu-sample.h"

G_BEGIN_DECLS

/* How many samples a device keeps: five minutes at one a second. */
#define GPU_HISTORY_LENGTH 300

typedef enum
{
  GPU_VENDOR_CPU,
  GPU_VENDOR_NVIDIA,
  GPU_VENDOR_AMD,
  GPU_VENDOR_INTEL,
} GpuVendor;

#define GPU_TYPE_TELEMETRY_DEVICE (gpu_telemetry_device_get_type ())
G_DECLARE_FINAL_TYPE (GpuTelemetryDevice, gpu_telemetry_device, GPU, TELEMETRY_DEVICE, GObject)

/*
 * Main thread. Properties: "latest" (GpuSample), notified at each sample; "information", notified
 * when any of the strings below has changed, as when a driver comes back in another version.
 */

/* "0000:0b:00.0", or "cpu". */
const char *gpu_telemetry_device_get_id (GpuTelemetryDevice *self);
const char *gpu_telemetry_device_get_name (GpuTelemetryDevice *self);
GpuVendor gpu_telemetry_device_get_vendor (GpuTelemetryDevice *self);
/* "NVIDIA"; for people. */
const char *gpu_vendor_get_name (GpuVendor vendor);
gboolean gpu_telemetry_device_get_integrated (GpuTelemetryDevice *self);
/* The rest is NULL where it is not known. */
const char *gpu_telemetry_device_get_uuid (GpuTelemetryDevice *self);
const char *gpu_telemetry_device_get_driver (GpuTelemetryDevice *self);
const char *gpu_telemetry_device_get_driver_version (GpuTelemetryDevice *self);
/* (array zero-terminated=1): such as "CUDA 12.8"; may be empty, is never NULL */
const char *const *gpu_telemetry_device_get_runtimes (GpuTelemetryDevice *self);
const char *gpu_telemetry_device_get_render_node (GpuTelemetryDevice *self);
/* "gfx1100" */
const char *gpu_telemetry_device_get_gfx_target (GpuTelemetryDevice *self);
/* "8.9" */
const char *gpu_telemetry_device_get_compute_capability (GpuTelemetryDevice *self);

/* (transfer none) (nullable): NULL before the first sample */
GpuSample *gpu_telemetry_device_get_latest (GpuTelemetryDevice *self);
void gpu_telemetry_device_get_history (GpuTelemetryDevice *self,
                                       GpuField field,
                                       double *values,
                                       gsize n);

G_END_DECLS
