/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  GPU_DEVICE_CPU,
  GPU_DEVICE_GPU,
  GPU_DEVICE_INTEGRATED_GPU,
  GPU_DEVICE_SOFTWARE_GPU, /* a GPU interface drawn by the CPU, such as lavapipe: for tests only */
} GpuDeviceKind;

/**
 * GpuDevice:
 *
 * Something that can compute. Reference counted; all functions on any thread.
 */
typedef struct _GpuDevice GpuDevice;

GpuDevice *gpu_device_ref (GpuDevice *self);
void gpu_device_unref (GpuDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GpuDevice, gpu_device_unref)

const char *gpu_device_get_id (GpuDevice *self);
const char *gpu_device_get_name (GpuDevice *self);
const char *gpu_device_get_backend (GpuDevice *self);
GpuDeviceKind gpu_device_get_kind (GpuDevice *self);
/* (transfer full) (nullable): PCI address such as "0000:0b:00.0", which outlives a restart. */
char *gpu_device_dup_address (GpuDevice *self);
/* Bytes; source says where the figure came from. FALSE when the device cannot tell. */
gboolean gpu_device_get_memory (GpuDevice *self,
                                guint64 *free_bytes,
                                guint64 *total_bytes,
                                const char **source);
/* (array zero-terminated=1): what was probed and found, one translated sentence each. */
const char *const *gpu_device_get_notes (GpuDevice *self);

/**
 * GpuBackendStatus:
 * @name: "CPU", "Vulkan", "CUDA", "HIP"
 * @path: (nullable): file it was loaded from
 * @n_devices: devices found
 * @reason: (nullable): translated sentence why it gives no device
 */
typedef struct
{
  char *name;
  char *path;
  guint n_devices;
  char *reason;
} GpuBackendStatus;

/* (element-type GpuDevice) (transfer container): the CPU first. Loads backends at the first call.
 */
GPtrArray *gpu_devices (void);
/* (element-type GpuBackendStatus) (transfer container) */
GPtrArray *gpu_backends (void);
/* Not to be loaded, and why; NULL for one that was tried and may be. Before the first of the above.
 */
void gpu_backends_leave_out (const char *name, const char *reason);
/* "auto" (or NULL), "cpu", an id as listed, or a PCI address. */
GpuDevice *gpu_device_choose (const char *id, GError **error);

G_END_DECLS
