/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/monitor/gpu-telemetry-private.h"

G_BEGIN_DECLS

/**
 * GpuSampler:
 *
 * The thread that asks the devices. It is made and told what to do by one thread, and hands its
 * rounds over through a box under a pthread lock. A round is a GPtrArray of GpuReport that nobody
 * changes any more.
 */
typedef struct _GpuSampler GpuSampler;

/**
 * GpuSamplerSource:
 * @sample: a round: (transfer full) (element-type GpuReport)
 * @rest: nobody looks any more
 * @free: frees @data
 *
 * Where its rounds come from: the backends, or a recording. Called on the sampler thread, @free on
 * any.
 */
typedef struct
{
  GPtrArray *(*sample) (gpointer data);
  void (*rest) (gpointer data);
  void (*free) (gpointer data);
} GpuSamplerSource;

GpuSampler *gpu_sampler_new (const GpuSamplerSource *source, gpointer data, GSource *wakeup);
void gpu_sampler_free (GpuSampler *self);

void gpu_sampler_set_period (GpuSampler *self, guint milliseconds);
void gpu_sampler_set_running (GpuSampler *self, gboolean running);
void gpu_sampler_sample_now (GpuSampler *self);
/* (transfer container) (nullable) (element-type GPtrArray): the rounds since the last call */
GPtrArray *gpu_sampler_take_rounds (GpuSampler *self);

gboolean gpu_sampler_start_recording (GpuSampler *self, const char *path, GError **error);
gboolean gpu_sampler_stop_recording (GpuSampler *self, GError **error);
gboolean gpu_sampler_is_recording (GpuSampler *self);

/* The devices of this machine as a source. */
extern const GpuSamplerSource gpu_machine_source;
gpointer gpu_machine_new (const GpuMonitorOptions *options);

G_END_DECLS
