/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-telemetry-private.h"

/**
 * gpu_device_info_new:
 * @id: stable: a PCI address, or "cpu"
 * @name: for people
 * @vendor: who made it
 *
 * Returns: (transfer full): a device whose further facts the caller fills in before it is published
 */
GpuDeviceInfo *
gpu_device_info_new (const char *id, const char *name, GpuVendor vendor)
{
  GpuDeviceInfo *self = g_new0 (GpuDeviceInfo, 1);

  self->ref_count = 1;
  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->vendor = vendor;
  self->runtimes = g_new0 (char *, 1);
  return self;
}

static char *
read_driver_version (const GpuCard *card, GpuSysfs *sysfs)
{
  g_autofree char *path = NULL;
  char *version;

  if (card->driver == NULL)
    return NULL;
  path = g_strdup_printf ("/sys/module/%s/version", card->driver);
  version = gpu_sysfs_read_text (sysfs, path);
  /* Drivers of the kernel itself have no version but the kernel's. */
  return version != NULL ? version : gpu_sysfs_read_text (sysfs, "/proc/sys/kernel/osrelease");
}

/**
 * gpu_device_info_new_for_card:
 * @card: a card
 * @sysfs: the kernel's files
 *
 * Returns: (transfer full): what the kernel's files tell of any card
 */
GpuDeviceInfo *
gpu_device_info_new_for_card (const GpuCard *card, GpuSysfs *sysfs)
{
  g_autofree char *name = gpu_card_dup_name (card, sysfs);
  GpuVendor vendor = card->vendor == GPU_PCI_NVIDIA ? GPU_VENDOR_NVIDIA
                     : card->vendor == GPU_PCI_AMD  ? GPU_VENDOR_AMD
                                                    : GPU_VENDOR_INTEL;
  GpuDeviceInfo *self = gpu_device_info_new (card->address, name, vendor);

  self->driver = g_strdup (card->driver);
  self->driver_version = read_driver_version (card, sysfs);
  self->render_node = g_strdup (card->render_node);
  return self;
}

/**
 * gpu_device_info_ref:
 *
 * Returns: (transfer full): @self
 */
GpuDeviceInfo *
gpu_device_info_ref (GpuDeviceInfo *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * gpu_device_info_unref:
 * @self: (transfer full): a device
 */
void
gpu_device_info_unref (GpuDeviceInfo *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self->uuid);
  g_free (self->driver);
  g_free (self->driver_version);
  g_strfreev (self->runtimes);
  g_free (self->render_node);
  g_free (self->gfx_target);
  g_free (self->compute_capability);
  g_free (self);
}

/**
 * gpu_device_info_equal:
 *
 * Returns: whether both say the same
 */
gboolean
gpu_device_info_equal (const GpuDeviceInfo *a, const GpuDeviceInfo *b)
{
  return g_strcmp0 (a->id, b->id) == 0 && g_strcmp0 (a->name, b->name) == 0 &&
         a->vendor == b->vendor && a->integrated == b->integrated &&
         g_strcmp0 (a->uuid, b->uuid) == 0 && g_strcmp0 (a->driver, b->driver) == 0 &&
         g_strcmp0 (a->driver_version, b->driver_version) == 0 &&
         g_strv_equal ((const char *const *) a->runtimes, (const char *const *) b->runtimes) &&
         g_strcmp0 (a->render_node, b->render_node) == 0 &&
         g_strcmp0 (a->gfx_target, b->gfx_target) == 0 &&
         g_strcmp0 (a->compute_capability, b->compute_capability) == 0;
}

/**
 * gpu_report_new:
 * @info: (transfer full): who
 * @sample: (transfer full): what it told
 *
 * Returns: (transfer full): both
 */
GpuReport *
gpu_report_new (GpuDeviceInfo *info, GpuSample *sample)
{
  GpuReport *self = g_new (GpuReport, 1);

  self->info = info;
  self->sample = sample;
  return self;
}

/**
 * gpu_report_free:
 * @self: (transfer full): a report
 */
void
gpu_report_free (GpuReport *self)
{
  gpu_device_info_unref (self->info);
  gpu_sample_unref (self->sample);
  g_free (self);
}

/**
 * gpu_tick_new_sample:
 *
 * Returns: (transfer full): an empty sample of this round
 */
GpuSample *
gpu_tick_new_sample (const GpuTick *self)
{
  return gpu_sample_new (self->time, self->wall_time);
}

/**
 * gpu_tick_add:
 * @self: a round
 * @info: (transfer full): who
 * @sample: (transfer full): what it told
 */
void
gpu_tick_add (GpuTick *self, GpuDeviceInfo *info, GpuSample *sample)
{
  g_ptr_array_add (self->reports, gpu_report_new (info, sample));
}
