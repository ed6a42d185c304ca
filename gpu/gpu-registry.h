/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/gpu-device.h"

G_BEGIN_DECLS

/* Adds (GpuDevice) to devices and (GpuBackendStatus) to backends. */
void gpu_cpu_register (GPtrArray *devices, GPtrArray *backends);
void gpu_ggml_register (GPtrArray *devices, GPtrArray *backends);
char *gpu_ggml_find_backend (const char *stem, const char *override);

void gpu_backend_status_free (GpuBackendStatus *self);

GpuDevice *gpu_registry_get_cpu (void);
gboolean gpu_registry_was_tried (const char *name, char **reason);

G_END_DECLS
