/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "gpu/monitor/gpu-card-sensors.h"
#include "gpu/monitor/gpu-telemetry-private.h"

/*
 * Cards with a driver that no other backend knows (nouveau, radeon), set aside for a virtual
 * machine, or without a driver: what hwmon tells, if anything, and why there is no more.
 */

typedef struct
{
  GHashTable *infos; /* address -> GpuDeviceInfo */
} OtherTelemetry;

static gpointer
other_new (const GpuMonitorOptions *options)
{
  OtherTelemetry *self = g_new0 (OtherTelemetry, 1);

  self->infos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) gpu_device_info_unref);
  return self;
}

static void
other_free (gpointer data)
{
  OtherTelemetry *self = data;

  g_hash_table_unref (self->infos);
  g_free (self);
}

static void
other_rest (gpointer data)
{
}

static gboolean
is_other (const GpuCard *card)
{
  static const char *const known[] = { "amdgpu", "i915", "xe", "nvidia", NULL };

  return card->driver == NULL || !g_strv_contains (known, card->driver);
}

static void
add_hwmon (const GpuCard *card, GpuSample *sample, GpuSysfs *sysfs)
{
  g_autofree char *hwmon = gpu_card_find_hwmon (card, sysfs);

  gpu_sample_add_number (sample, GPU_FIELD_TEMPERATURE, sysfs, hwmon, "temp1_input", 0.001);
  gpu_sample_add_number (sample, GPU_FIELD_TEMPERATURE_SLOWDOWN, sysfs, hwmon, "temp1_max", 0.001);
  gpu_sample_add_number (sample, GPU_FIELD_TEMPERATURE_SHUTDOWN, sysfs, hwmon, "temp1_crit", 0.001);
  gpu_sample_add_number (sample, GPU_FIELD_FAN_SPEED, sysfs, hwmon, "fan1_input", 1);
  gpu_sample_add_number (sample, GPU_FIELD_POWER, sysfs, hwmon, "power1_input", 1e-6);
}

static GpuSample *
sample_card (const GpuCard *card, GpuTick *tick)
{
  GpuSample *sample = gpu_tick_new_sample (tick);

  if (gpu_card_is_suspended (card, tick->sysfs))
    gpu_sample_set_suspended (sample);
  else if (card->driver == NULL)
    gpu_sample_set_state (sample, GPU_STATE_LOST, _ ("No driver is loaded for this card."));
  else if (strcmp (card->driver, "vfio-pci") == 0)
    gpu_sample_set_state (sample, GPU_STATE_LOST,
                          _ ("The card is set aside for a virtual machine (vfio-pci)."));
  else
    {
      g_auto (GpuUsage) usage = { 0 };

      add_hwmon (card, sample, tick->sysfs);
      gpu_fdinfo_sweep_get_usage (tick->clients, tick->sysfs, card->address, &usage);
      gpu_usage_finish (&usage, sample);
    }
  return sample;
}

static GpuDeviceInfo *
get_info (OtherTelemetry *self, const GpuCard *card, GpuSysfs *sysfs)
{
  GpuDeviceInfo *info = g_hash_table_lookup (self->infos, card->address);

  if (info == NULL)
    {
      info = gpu_device_info_new_for_card (card, sysfs);
      g_hash_table_insert (self->infos, g_strdup (card->address), info);
    }
  return gpu_device_info_ref (info);
}

static void
other_sample (gpointer data, GpuTick *tick)
{
  OtherTelemetry *self = data;

  if (tick->cards_changed)
    g_hash_table_remove_all (self->infos);
  for (guint i = 0; i < tick->cards->len; i++)
    {
      const GpuCard *card = tick->cards->pdata[i];

      if (is_other (card))
        gpu_tick_add (tick, get_info (self, card, tick->sysfs), sample_card (card, tick));
    }
}

const GpuTelemetryBackend gpu_other_telemetry = {
  .new = other_new,
  .sample = other_sample,
  .rest = other_rest,
  .free = other_free,
};
