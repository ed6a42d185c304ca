/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/monitor/gpu-fdinfo.h"

G_BEGIN_DECLS

/**
 * GpuKfdNode:
 * @gpu_id: the driver's number of the GPU
 * @target: "gfx1100"
 *
 * AMD's compute driver on a GPU.
 */
typedef struct
{
  guint64 gpu_id;
  char *target;
} GpuKfdNode;

void gpu_kfd_node_clear (GpuKfdNode *self);

/* By the number of the render node: 128 for renderD128. */
gboolean gpu_kfd_find (GpuSysfs *sysfs, int render_minor, GpuKfdNode *node);
void gpu_kfd_add_processes (GpuSysfs *sysfs, guint64 gpu_id, GpuUsage *usage);

G_END_DECLS
