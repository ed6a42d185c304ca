/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-telemetry-device.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "gpu/monitor/gpu-telemetry-private.h"

struct _GpuTelemetryDevice
{
  GObject parent_instance;

  GpuDeviceInfo *info;
  /* The last samples in a ring: the newest is before @next. */
  GpuSample *samples[GPU_HISTORY_LENGTH];
  guint next;
};

G_DEFINE_FINAL_TYPE (GpuTelemetryDevice, gpu_telemetry_device, G_TYPE_OBJECT)

G_DEFINE_BOXED_TYPE (GpuSample, gpu_sample, gpu_sample_ref, gpu_sample_unref)

enum
{
  PROP_0,
  PROP_LATEST,
  PROP_INFORMATION,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
gpu_telemetry_device_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GpuTelemetryDevice *self = GPU_TELEMETRY_DEVICE (object);

  switch (id)
    {
    case PROP_LATEST:
      g_value_set_boxed (value, gpu_telemetry_device_get_latest (self));
      break;
    case PROP_INFORMATION:
      g_value_set_string (value, self->info->name);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
gpu_telemetry_device_finalize (GObject *object)
{
  GpuTelemetryDevice *self = GPU_TELEMETRY_DEVICE (object);

  for (guint i = 0; i < GPU_HISTORY_LENGTH; i++)
    g_clear_pointer (&self->samples[i], gpu_sample_unref);
  g_clear_pointer (&self->info, gpu_device_info_unref);
  G_OBJECT_CLASS (gpu_telemetry_device_parent_class)->finalize (object);
}

static void
gpu_telemetry_device_class_init (GpuTelemetryDeviceClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = gpu_telemetry_device_get_property;
  object_class->finalize = gpu_telemetry_device_finalize;
  properties[PROP_LATEST] =
      g_param_spec_boxed ("latest", NULL, NULL, GPU_TYPE_SAMPLE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_INFORMATION] =
      g_param_spec_string ("information", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gpu_telemetry_device_init (GpuTelemetryDevice *self)
{
}

/**
 * gpu_telemetry_device_new:
 * @info: who it is
 *
 * Returns: (transfer full): a device without samples
 */
GpuTelemetryDevice *
gpu_telemetry_device_new (GpuDeviceInfo *info)
{
  GpuTelemetryDevice *self = g_object_new (GPU_TYPE_TELEMETRY_DEVICE, NULL);

  self->info = gpu_device_info_ref (info);
  return self;
}

/**
 * gpu_telemetry_device_get_info:
 *
 * Returns: (transfer none): who it is now
 */
GpuDeviceInfo *
gpu_telemetry_device_get_info (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return self->info;
}

/**
 * gpu_telemetry_device_push:
 * @self: a device
 * @info: who it says it is
 * @sample: (transfer none): its next sample
 *
 * Keeps the sample and tells whoever looks.
 */
void
gpu_telemetry_device_push (GpuTelemetryDevice *self, GpuDeviceInfo *info, GpuSample *sample)
{
  gboolean changed;

  g_return_if_fail (GPU_IS_TELEMETRY_DEVICE (self));

  changed = !gpu_device_info_equal (self->info, info);
  if (changed)
    {
      gpu_device_info_unref (self->info);
      self->info = gpu_device_info_ref (info);
    }
  g_clear_pointer (&self->samples[self->next], gpu_sample_unref);
  self->samples[self->next] = gpu_sample_ref (sample);
  self->next = (self->next + 1) % GPU_HISTORY_LENGTH;
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INFORMATION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LATEST]);
}

/**
 * gpu_telemetry_device_get_id:
 *
 * Returns: (transfer none): its PCI address, "0000:0b:00.0", or "cpu"
 */
const char *
gpu_telemetry_device_get_id (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return self->info->id;
}

/**
 * gpu_telemetry_device_get_name:
 *
 * Returns: (transfer none): its name for people
 */
const char *
gpu_telemetry_device_get_name (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return self->info->name;
}

/**
 * gpu_telemetry_device_get_vendor:
 *
 * Returns: who made it
 */
GpuVendor
gpu_telemetry_device_get_vendor (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), GPU_VENDOR_CPU);

  return self->info->vendor;
}

/**
 * gpu_vendor_get_name:
 * @vendor: a vendor
 *
 * Returns: (transfer none): its name for people
 */
const char *
gpu_vendor_get_name (GpuVendor vendor)
{
  switch (vendor)
    {
    case GPU_VENDOR_NVIDIA:
      return "NVIDIA";
    case GPU_VENDOR_AMD:
      return "AMD";
    case GPU_VENDOR_INTEL:
      return "Intel";
    case GPU_VENDOR_CPU:
    default:
      return _ ("Processor");
    }
}

/**
 * gpu_telemetry_device_get_integrated:
 *
 * Returns: whether it shares the system's memory
 */
gboolean
gpu_telemetry_device_get_integrated (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), FALSE);

  return self->info->integrated;
}

/**
 * gpu_telemetry_device_get_uuid:
 *
 * Returns: (transfer none) (nullable): the id that CUDA ("GPU-…") or HIP know it by
 */
const char *
gpu_telemetry_device_get_uuid (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return self->info->uuid;
}

/**
 * gpu_telemetry_device_get_driver:
 *
 * Returns: (transfer none) (nullable): the kernel's driver: "nvidia", "amdgpu", "xe"
 */
const char *
gpu_telemetry_device_get_driver (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return self->info->driver;
}

/**
 * gpu_telemetry_device_get_driver_version:
 *
 * Returns: (transfer none) (nullable): its version; the kernel's for a driver that is part of it
 */
const char *
gpu_telemetry_device_get_driver_version (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return self->info->driver_version;
}

/**
 * gpu_telemetry_device_get_runtimes:
 *
 * Returns: (transfer none) (array zero-terminated=1): "CUDA 12.8"
 */
const char *const *
gpu_telemetry_device_get_runtimes (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return (const char *const *) self->info->runtimes;
}

/**
 * gpu_telemetry_device_get_render_node:
 *
 * Returns: (transfer none) (nullable): "/dev/dri/renderD128"
 */
const char *
gpu_telemetry_device_get_render_node (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return self->info->render_node;
}

/**
 * gpu_telemetry_device_get_gfx_target:
 *
 * Returns: (transfer none) (nullable): AMD's name of the architecture: "gfx1100"
 */
const char *
gpu_telemetry_device_get_gfx_target (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return self->info->gfx_target;
}

/**
 * gpu_telemetry_device_get_compute_capability:
 *
 * Returns: (transfer none) (nullable): NVIDIA's number of the architecture: "8.9"
 */
const char *
gpu_telemetry_device_get_compute_capability (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return self->info->compute_capability;
}

/**
 * gpu_telemetry_device_get_latest:
 *
 * Returns: (transfer none) (nullable): its last sample
 */
GpuSample *
gpu_telemetry_device_get_latest (GpuTelemetryDevice *self)
{
  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (self), NULL);

  return self->samples[(self->next + GPU_HISTORY_LENGTH - 1) % GPU_HISTORY_LENGTH];
}

/**
 * gpu_telemetry_device_get_history:
 * @self: a device
 * @field: a field
 * @values: (out) (array length=n): its last values, the newest last; NAN where there is none
 * @n: how many are wanted; no more than GPU_HISTORY_LENGTH are kept
 */
void
gpu_telemetry_device_get_history (GpuTelemetryDevice *self, GpuField field, double *values, gsize n)
{
  g_return_if_fail (GPU_IS_TELEMETRY_DEVICE (self));
  g_return_if_fail ((guint) field < GPU_N_FIELDS && (values != NULL || n == 0));

  for (gsize back = 1; back <= n; back++)
    {
      gsize at =
          (self->next + 2 * GPU_HISTORY_LENGTH - back % GPU_HISTORY_LENGTH) % GPU_HISTORY_LENGTH;
      GpuSample *sample = back <= GPU_HISTORY_LENGTH ? self->samples[at] : NULL;

      values[n - back] = NAN;
      if (sample != NULL)
        gpu_sample_get (sample, field, &values[n - back]);
    }
}
