/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/monitor/gpu-sample-private.h"
#include "gpu/monitor/gpu-sysfs.h"

G_BEGIN_DECLS

/**
 * GpuEngine:
 *
 * Parts of a GPU that work side by side.
 */
typedef enum
{
  GPU_ENGINE_GRAPHICS,
  GPU_ENGINE_COMPUTE,
  GPU_ENGINE_COPY,
  GPU_ENGINE_ENCODE,
  GPU_ENGINE_DECODE,
  GPU_ENGINE_VIDEO, /* both */
  GPU_N_ENGINES,
} GpuEngine;

/**
 * GpuEngineTime:
 * @busy: how long it has worked for the client: nanoseconds, or cycles when @total is not 0
 * @total: cycles that have gone by
 * @capacity: how many such engines there are
 * @told: whether the driver tells of it
 */
typedef struct
{
  guint64 busy;
  guint64 total;
  guint capacity;
  gboolean told;
} GpuEngineTime;

/**
 * GpuFdinfo:
 * @driver: "amdgpu"
 * @address: PCI address
 * @client: the same for all file descriptors of one opening
 * @vram: bytes of the device's memory, if @has_vram
 * @shared: bytes of the system's memory, if @has_shared
 *
 * What the kernel tells of one client of a GPU.
 */
typedef struct
{
  char driver[24];
  char address[24];
  guint64 client;
  GpuEngineTime engines[GPU_N_ENGINES];
  guint64 vram;
  guint64 shared;
  gboolean has_vram;
  gboolean has_shared;
} GpuFdinfo;

gboolean gpu_fdinfo_parse (const char *text, gsize length, GpuFdinfo *info);

/**
 * GpuFdinfoSweep:
 *
 * Who uses the GPUs, from /proc/PID/fdinfo of all processes that may be seen. Sampler thread.
 */
typedef struct _GpuFdinfoSweep GpuFdinfoSweep;

GpuFdinfoSweep *gpu_fdinfo_sweep_new (void);
void gpu_fdinfo_sweep_free (GpuFdinfoSweep *self);
void gpu_fdinfo_sweep_update (GpuFdinfoSweep *self, GpuSysfs *sysfs, gint64 time);
/* The clients' differences mean nothing after a pause. */
void gpu_fdinfo_sweep_rest (GpuFdinfoSweep *self);

/**
 * GpuUsage:
 * @percent: of each engine since the update before; NAN when not known
 * @processes: (element-type GpuProcess)
 *
 * What all processes that may be seen use of one device.
 */
typedef struct
{
  double percent[GPU_N_ENGINES];
  GArray *processes;
} GpuUsage;

void gpu_fdinfo_sweep_get_usage (GpuFdinfoSweep *self,
                                 GpuSysfs *sysfs,
                                 const char *address,
                                 GpuUsage *usage);

void gpu_usage_init (GpuUsage *self);
void gpu_usage_clear (GpuUsage *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GpuUsage, gpu_usage_clear)
GpuProcess *gpu_usage_find_process (GpuUsage *self, GpuSysfs *sysfs, gint64 pid);
void gpu_usage_finish (GpuUsage *self, GpuSample *sample);

G_END_DECLS
