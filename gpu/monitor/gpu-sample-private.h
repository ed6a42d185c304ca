/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/monitor/gpu-sample.h"

G_BEGIN_DECLS

/* Making a sample: only until it is handed to anyone else. */
GpuSample *gpu_sample_new (gint64 time, gint64 wall_time);
void gpu_sample_set (GpuSample *self, GpuField field, double value);
void gpu_sample_set_state (GpuSample *self, GpuState state, const char *reason);
void gpu_sample_add_throttle_reason (GpuSample *self, const char *reason);
/* (transfer full) of the name. */
void gpu_sample_add_process (GpuSample *self, const GpuProcess *process);

G_END_DECLS
