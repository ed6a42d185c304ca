/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the backends of the monitor share: who a device is, what one round of asking is given and
 * gives. All of it is used on the sampler thread; what is published does not change any more. */

#include "gpu/monitor/gpu-card.h"
#include "gpu/monitor/gpu-fdinfo.h"
#include "gpu/monitor/gpu-monitor.h"
#include "gpu/monitor/gpu-sample-private.h"

G_BEGIN_DECLS

/**
 * GpuDeviceInfo:
 *
 * Who a device is. Immutable once published, reference counted.
 */
typedef struct
{
  gint ref_count;
  char *id;
  char *name;
  GpuVendor vendor;
  gboolean integrated;
  char *uuid;
  char *driver;
  char *driver_version;
  char **runtimes; /* never NULL */
  char *render_node;
  char *gfx_target;
  char *compute_capability;
} GpuDeviceInfo;

GpuDeviceInfo *gpu_device_info_new (const char *id, const char *name, GpuVendor vendor);
GpuDeviceInfo *gpu_device_info_new_for_card (const GpuCard *card, GpuSysfs *sysfs);
GpuDeviceInfo *gpu_device_info_ref (GpuDeviceInfo *self);
void gpu_device_info_unref (GpuDeviceInfo *self);
gboolean gpu_device_info_equal (const GpuDeviceInfo *a, const GpuDeviceInfo *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuDeviceInfo, gpu_device_info_unref)

/**
 * GpuReport:
 *
 * One device in one round.
 */
typedef struct
{
  GpuDeviceInfo *info;
  GpuSample *sample;
} GpuReport;

/* (transfer full) of both. */
GpuReport *gpu_report_new (GpuDeviceInfo *info, GpuSample *sample);
void gpu_report_free (GpuReport *self);

/**
 * GpuTick:
 * @sysfs: the kernel's files
 * @cards: (element-type GpuCard): the cards that the kernel sees now
 * @cards_changed: whether they are not those of the round before
 * @time: of the monitor's clock, µs
 * @wall_time: since 1970, µs
 * @clients: who uses the cards, as far as it can be seen
 * @foreign_pids: whether process ids of drivers mean nothing here
 * @reports: (element-type GpuReport): what this round gives
 *
 * One round of asking all devices.
 */
typedef struct
{
  GpuSysfs *sysfs;
  GPtrArray *cards;
  gboolean cards_changed;
  gint64 time;
  gint64 wall_time;
  GpuFdinfoSweep *clients;
  gboolean foreign_pids;
  GPtrArray *reports;
} GpuTick;

GpuSample *gpu_tick_new_sample (const GpuTick *self);
/* (transfer full) of both. */
void gpu_tick_add (GpuTick *self, GpuDeviceInfo *info, GpuSample *sample);

/**
 * GpuTelemetryBackend:
 * @new: makes its state; asks nothing yet
 * @sample: adds a report for each of its devices; keeps what it needs for differences
 * @rest: nobody looks any more: lets go of drivers and libraries, keeps its state
 * @free: frees the state
 *
 * A vendor's way of telling numbers. All on the sampler thread, except @new and @free, when there
 * is none.
 */
typedef struct
{
  gpointer (*new) (const GpuMonitorOptions *options);
  void (*sample) (gpointer self, GpuTick *tick);
  void (*rest) (gpointer self);
  void (*free) (gpointer self);
} GpuTelemetryBackend;

extern const GpuTelemetryBackend gpu_amd_telemetry;
extern const GpuTelemetryBackend gpu_intel_telemetry;
extern const GpuTelemetryBackend gpu_nvml_telemetry;
extern const GpuTelemetryBackend gpu_other_telemetry;
extern const GpuTelemetryBackend gpu_cpu_telemetry;

/* Bytes, of /proc/meminfo. */
gboolean gpu_read_system_memory (GpuSysfs *sysfs, double *used, double *total);

/* Devices as the main thread keeps them. */
GpuTelemetryDevice *gpu_telemetry_device_new (GpuDeviceInfo *info);
GpuDeviceInfo *gpu_telemetry_device_get_info (GpuTelemetryDevice *self);
void gpu_telemetry_device_push (GpuTelemetryDevice *self, GpuDeviceInfo *info, GpuSample *sample);

G_END_DECLS
