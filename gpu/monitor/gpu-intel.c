/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "gpu/monitor/gpu-card-sensors.h"
#include "gpu/monitor/gpu-telemetry-private.h"

/*
 * Intel's graphics by the files of the kernel's drivers i915 and xe: the kernel's
 * Documentation/ABI/testing/sysfs-driver-intel-i915-hwmon, sysfs-driver-intel-xe-hwmon, spec
 * gpu-telemetry 4. There is no file for the load of the whole device: it is what all clients that
 * may be seen use, so in a sandbox it is missing, and own use is told of the process.
 */

typedef struct
{
  char *hwmon;
  char *link;
  GpuDeviceInfo *info;
  double memory; /* bytes of its own; 0 when it has none or the driver does not tell, -1 when it was
                    not asked yet: that might wake it */
  gint64 energy; /* µJ at the round before; 0 when not known */
  gint64 time;
} IntelCard;

typedef struct
{
  GHashTable *cards; /* address -> IntelCard */
} IntelTelemetry;

static void
intel_card_free (gpointer data)
{
  IntelCard *self = data;

  g_free (self->hwmon);
  g_free (self->link);
  g_clear_pointer (&self->info, gpu_device_info_unref);
  g_free (self);
}

static gpointer
intel_new (const GpuMonitorOptions *options)
{
  IntelTelemetry *self = g_new0 (IntelTelemetry, 1);

  self->cards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, intel_card_free);
  return self;
}

static void
intel_free (gpointer data)
{
  IntelTelemetry *self = data;

  g_hash_table_unref (self->cards);
  g_free (self);
}

static void
intel_rest (gpointer data)
{
  IntelTelemetry *self = data;
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    ((IntelCard *) item)->energy = 0;
}

/* xe tells the memory of each tile, older i915 that of the card. How much of it is used is told
 * only to privileged programs. */
static double
read_memory (const GpuCard *card, GpuSysfs *sysfs)
{
  g_autofree char *drm = g_strconcat (card->dir, "/drm/", card->card, NULL);
  double total = 0;
  gint64 bytes;

  for (guint tile = 0; tile < 4; tile++)
    {
      char name[64];

      g_snprintf (name, sizeof name, "tile%u/physical_vram_size_bytes", tile);
      if (gpu_sysfs_read_number (sysfs, card->dir, name, &bytes) && bytes > 0)
        total += (double) bytes;
    }
  if (total <= 0 && card->card != NULL &&
      gpu_sysfs_read_number (sysfs, drm, "lmem_total_bytes", &bytes) && bytes > 0)
    total = (double) bytes;
  return total;
}

/* Integrated graphics are the function 02.0 of the processor's own bus. */
static void
learn (IntelCard *self, const GpuCard *card, GpuSysfs *sysfs)
{
  self->hwmon = gpu_card_find_hwmon (card, sysfs);
  self->link = gpu_card_find_link (card, sysfs);
  self->info = gpu_device_info_new_for_card (card, sysfs);
  self->info->integrated = g_str_has_suffix (card->address, ":00:02.0");
  self->memory = -1;
}

static void
add_clocks_i915 (const GpuCard *card, GpuSample *sample, GpuSysfs *sysfs)
{
  g_autofree char *dir = g_strconcat (card->dir, "/drm/", card->card, NULL);
  gint64 actual;

  /* 0 while the graphics part is asleep: the clock that was asked for is no answer then. */
  if (gpu_sysfs_read_number (sysfs, dir, "gt_act_freq_mhz", &actual))
    gpu_sample_set (sample, GPU_FIELD_CLOCK_CORE, (double) actual);
  else
    gpu_sample_add_number (sample, GPU_FIELD_CLOCK_CORE, sysfs, dir, "gt_cur_freq_mhz", 1);
  gpu_sample_add_number (sample, GPU_FIELD_CLOCK_CORE_MAX, sysfs, dir, "gt_max_freq_mhz", 1);
}

static void
add_clocks_xe (const GpuCard *card, GpuSample *sample, GpuSysfs *sysfs)
{
  g_autofree char *dir = g_strconcat (card->dir, "/tile0/gt0/freq0", NULL);

  gpu_sample_add_number (sample, GPU_FIELD_CLOCK_CORE, sysfs, dir, "act_freq", 1);
  gpu_sample_add_number (sample, GPU_FIELD_CLOCK_CORE, sysfs, dir, "cur_freq", 1);
  gpu_sample_add_number (sample, GPU_FIELD_CLOCK_CORE_MAX, sysfs, dir, "max_freq", 1);
}

/* The number N of the first "tempN" or "energyN" whose label is @label; 0 when there is none. */
static guint
find_labelled (const char *hwmon, GpuSysfs *sysfs, const char *kind, const char *label)
{
  for (guint i = 1; i <= 4; i++)
    {
      char name[32];
      g_autofree char *text = NULL;

      g_snprintf (name, sizeof name, "%s%u_label", kind, i);
      text = gpu_sysfs_read_in (sysfs, hwmon, name);
      if (g_strcmp0 (text, label) == 0)
        return i;
    }
  return 0;
}

static void
add_temperature (const char *hwmon,
                 GpuSample *sample,
                 GpuSysfs *sysfs,
                 GpuField field,
                 const char *label,
                 guint otherwise)
{
  guint number = find_labelled (hwmon, sysfs, "temp", label);
  char name[32];

  if (number == 0)
    number = otherwise;
  g_snprintf (name, sizeof name, "temp%u_input", number);
  gpu_sample_add_number (sample, field, sysfs, hwmon, name, 0.001);
  if (field != GPU_FIELD_TEMPERATURE)
    return;
  g_snprintf (name, sizeof name, "temp%u_crit", number);
  gpu_sample_add_number (sample, GPU_FIELD_TEMPERATURE_SLOWDOWN, sysfs, hwmon, name, 0.001);
  g_snprintf (name, sizeof name, "temp%u_emergency", number);
  gpu_sample_add_number (sample, GPU_FIELD_TEMPERATURE_SHUTDOWN, sysfs, hwmon, name, 0.001);
}

/* Power is the difference of the energy of the whole card. */
static void
add_energy (IntelCard *self, GpuSample *sample, GpuTick *tick)
{
  gint64 energy;

  if (!gpu_sysfs_read_number (tick->sysfs, self->hwmon, "energy1_input", &energy))
    return;
  gpu_sample_set (sample, GPU_FIELD_ENERGY, (double) energy * 1e-6);
  if (self->energy > 0 && energy >= self->energy && tick->time > self->time)
    gpu_sample_set (sample, GPU_FIELD_POWER,
                    (double) (energy - self->energy) / (double) (tick->time - self->time));
  self->energy = energy;
  self->time = tick->time;
}

static void
add_hwmon (IntelCard *self, GpuSample *sample, GpuTick *tick, gboolean xe)
{
  if (self->hwmon == NULL)
    return;
  add_temperature (self->hwmon, sample, tick->sysfs, GPU_FIELD_TEMPERATURE, "pkg", xe ? 2 : 1);
  add_temperature (self->hwmon, sample, tick->sysfs, GPU_FIELD_TEMPERATURE_MEMORY, "vram", 3);
  add_energy (self, sample, tick);
  gpu_sample_add_number (sample, GPU_FIELD_POWER_CAP, tick->sysfs, self->hwmon, "power1_max", 1e-6);
  gpu_sample_add_number (sample, GPU_FIELD_POWER_CAP, tick->sysfs, self->hwmon, "power1_crit",
                         1e-6);
  gpu_sample_add_number (sample, GPU_FIELD_FAN_SPEED, tick->sysfs, self->hwmon, "fan1_input", 1);
}

static void
add_usage (const GpuCard *card, GpuSample *sample, GpuTick *tick)
{
  g_auto (GpuUsage) usage = { 0 };

  gpu_fdinfo_sweep_get_usage (tick->clients, tick->sysfs, card->address, &usage);
  if (!tick->foreign_pids)
    {
      const double *percent = usage.percent;

      gpu_sample_set (sample, GPU_FIELD_UTILISATION,
                      fmax (percent[GPU_ENGINE_GRAPHICS], percent[GPU_ENGINE_COMPUTE]));
      gpu_sample_set (sample, GPU_FIELD_ENCODER, percent[GPU_ENGINE_VIDEO]);
      gpu_sample_set (sample, GPU_FIELD_DECODER, percent[GPU_ENGINE_VIDEO]);
    }
  gpu_usage_finish (&usage, sample);
}

static void
sample_card (IntelTelemetry *self, const GpuCard *card, GpuTick *tick)
{
  IntelCard *state = g_hash_table_lookup (self->cards, card->address);
  GpuSample *sample = gpu_tick_new_sample (tick);
  gboolean xe = strcmp (card->driver, "xe") == 0;

  if (state == NULL)
    {
      state = g_new0 (IntelCard, 1);
      g_hash_table_insert (self->cards, g_strdup (card->address), state);
      learn (state, card, tick->sysfs);
    }
  if (gpu_card_is_suspended (card, tick->sysfs))
    gpu_sample_set_suspended (sample);
  else
    {
      if (xe)
        add_clocks_xe (card, sample, tick->sysfs);
      else if (card->card != NULL)
        add_clocks_i915 (card, sample, tick->sysfs);
      if (state->memory < 0)
        state->memory = read_memory (card, tick->sysfs);
      if (state->memory > 0)
        gpu_sample_set (sample, GPU_FIELD_MEMORY_TOTAL, state->memory);
      add_hwmon (state, sample, tick, xe);
      if (!state->info->integrated)
        gpu_card_add_link (sample, tick->sysfs, state->link);
      add_usage (card, sample, tick);
    }
  gpu_tick_add (tick, gpu_device_info_ref (state->info), sample);
}

static void
intel_sample (gpointer data, GpuTick *tick)
{
  IntelTelemetry *self = data;

  if (tick->cards_changed)
    g_hash_table_remove_all (self->cards);
  for (guint i = 0; i < tick->cards->len; i++)
    {
      const GpuCard *card = tick->cards->pdata[i];

      if (g_strcmp0 (card->driver, "i915") == 0 || g_strcmp0 (card->driver, "xe") == 0)
        sample_card (self, card, tick);
    }
}

const GpuTelemetryBackend gpu_intel_telemetry = {
  .new = intel_new,
  .sample = intel_sample,
  .rest = intel_rest,
  .free = intel_free,
};
