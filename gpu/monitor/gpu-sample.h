/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/monitor/gpu-field.h"

G_BEGIN_DECLS

/**
 * GpuState:
 * @GPU_STATE_ACTIVE: it answers
 * @GPU_STATE_SUSPENDED: it sleeps to save power and was not asked anything
 * @GPU_STATE_LOST: it does not answer; the sample's reason says why
 */
typedef enum
{
  GPU_STATE_ACTIVE,
  GPU_STATE_SUSPENDED,
  GPU_STATE_LOST,
} GpuState;

/**
 * GpuProcess:
 * @pid: process id, as the driver gives it
 * @name: (nullable): its name, where it can be seen
 * @memory: bytes of the device's memory, if @has_memory
 * @utilisation: percent of the device, if @has_utilisation
 * @own: whether it is this process
 */
typedef struct
{
  gint64 pid;
  char *name;
  guint64 memory;
  gboolean has_memory;
  double utilisation;
  gboolean has_utilisation;
  gboolean own;
} GpuProcess;

/**
 * GpuSample:
 *
 * What one device told at one time. Immutable and reference counted; any thread.
 */
typedef struct _GpuSample GpuSample;

GpuSample *gpu_sample_ref (GpuSample *self);
void gpu_sample_unref (GpuSample *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuSample, gpu_sample_unref)

#define GPU_TYPE_SAMPLE (gpu_sample_get_type ())
GType gpu_sample_get_type (void);

/* Microseconds: of the monitor's clock, and since 1970. */
gint64 gpu_sample_get_time (GpuSample *self);
gint64 gpu_sample_get_wall_time (GpuSample *self);
GpuState gpu_sample_get_state (GpuSample *self);
const char *gpu_sample_get_reason (GpuSample *self);
gboolean gpu_sample_get (GpuSample *self, GpuField field, double *value);
char *gpu_sample_format (GpuSample *self, GpuField field);
/* (array zero-terminated=1): translated words; empty when it runs as fast as it can. */
const char *const *gpu_sample_get_throttle_reasons (GpuSample *self);
const GpuProcess *gpu_sample_get_processes (GpuSample *self, guint *n);

G_END_DECLS
