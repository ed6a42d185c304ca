/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-private.h"
#include "gpu/gpu-registry.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/**
 * gpu_device_ref:
 * @self: a device
 *
 * Returns: (transfer full): @self
 */
GpuDevice *
gpu_device_ref (GpuDevice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * gpu_device_unref:
 * @self: (transfer full): a device
 *
 * Drops a reference.
 */
void
gpu_device_unref (GpuDevice *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self->backend_name);
  g_strfreev (self->notes);
  g_free (self);
}

/**
 * gpu_device_get_id:
 * @self: a device
 *
 * Returns: (transfer none): what --device takes: "cpu", "vulkan0", "cuda0", …
 */
const char *
gpu_device_get_id (GpuDevice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->id;
}

/**
 * gpu_device_get_name:
 * @self: a device
 *
 * Returns: (transfer none): the maker's name of it
 */
const char *
gpu_device_get_name (GpuDevice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * gpu_device_get_backend:
 * @self: a device
 *
 * Returns: (transfer none): "CPU", "Vulkan", "CUDA" or "HIP"
 */
const char *
gpu_device_get_backend (GpuDevice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->backend_name;
}

/**
 * gpu_device_get_kind:
 * @self: a device
 *
 * Returns: what it is
 */
GpuDeviceKind
gpu_device_get_kind (GpuDevice *self)
{
  g_return_val_if_fail (self != NULL, GPU_DEVICE_CPU);

  return self->kind;
}

/**
 * gpu_device_dup_address:
 * @self: a device
 *
 * Where the card is in the machine: the same for each backend that serves it, and after a restart.
 * Asking can wake a card and take memory of it.
 *
 * Returns: (transfer full) (nullable): the PCI address, in lower case: "0000:0b:00.0"
 */
char *
gpu_device_dup_address (GpuDevice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->backend->address != NULL ? self->backend->address (self) : NULL;
}

/**
 * gpu_device_get_memory:
 * @self: a device
 * @free_bytes: (out): what a new program could take now
 * @total_bytes: (out): all of it
 * @source: (out) (optional) (transfer none): where the figures came from
 *
 * Returns: %FALSE when the device cannot tell
 */
gboolean
gpu_device_get_memory (GpuDevice *self,
                       guint64 *free_bytes,
                       guint64 *total_bytes,
                       const char **source)
{
  const char *ignored;

  g_return_val_if_fail (self != NULL && free_bytes != NULL && total_bytes != NULL, FALSE);

  return self->backend->memory (self, free_bytes, total_bytes, source != NULL ? source : &ignored);
}

/**
 * gpu_device_get_notes:
 * @self: a device
 *
 * Returns: (transfer none) (array zero-terminated=1): what was probed and found, a sentence each
 */
const char *const *
gpu_device_get_notes (GpuDevice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->notes;
}

/* Whether @id, of the list or a PCI address, means this device. */
static gboolean
is_meant (GpuDevice *device, const char *id)
{
  g_autofree char *address = strchr (id, ':') != NULL ? gpu_device_dup_address (device) : NULL;

  return g_str_equal (device->id, id) || (address != NULL && g_ascii_strcasecmp (address, id) == 0);
}

/**
 * gpu_device_choose:
 * @id: (nullable): an id of the list, "cpu", a PCI address, or "auto"
 * @error: (out) (optional): GPU_ERROR_NO_DEVICE, naming what there is
 *
 * "auto" takes the first real GPU, a discrete one before an integrated one, else the CPU; a GPU
 * that is drawn by the CPU is never taken by itself. Of an address the first backend is taken that
 * serves it: CUDA, HIP, Vulkan.
 *
 * Returns: (transfer full) (nullable): a device
 */
GpuDevice *
gpu_device_choose (const char *id, GError **error)
{
  g_autoptr (GPtrArray) devices = NULL;
  g_autoptr (GString) known = g_string_new (NULL);
  gboolean automatic = id == NULL || g_str_equal (id, "auto");

  if (!automatic && g_str_equal (id, "cpu"))
    return gpu_registry_get_cpu ();
  devices = gpu_devices ();
  for (int kind = GPU_DEVICE_GPU; automatic && kind <= GPU_DEVICE_INTEGRATED_GPU; kind++)
    for (guint i = 0; i < devices->len; i++)
      if (gpu_device_get_kind (devices->pdata[i]) == (GpuDeviceKind) kind)
        return gpu_device_ref (devices->pdata[i]);
  for (guint i = 0; i < devices->len; i++)
    {
      GpuDevice *device = devices->pdata[i];

      if (is_meant (device, automatic ? "cpu" : id))
        return gpu_device_ref (device);
      g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", device->id);
    }
  g_set_error (error, GPU_ERROR, GPU_ERROR_NO_DEVICE, _ ("There is no device “%s”. There are: %s."),
               id, known->str);
  return NULL;
}
