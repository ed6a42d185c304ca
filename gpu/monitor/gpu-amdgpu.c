/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gpu/monitor/gpu-amd-metrics.h"
#include "gpu/monitor/gpu-card-sensors.h"
#include "gpu/monitor/gpu-kfd.h"
#include "gpu/monitor/gpu-telemetry-private.h"

/*
 * AMD's cards, by the files of the kernel's driver amdgpu: Documentation/gpu/amdgpu/thermal.rst and
 * driver-misc.rst, spec gpu-telemetry 3. Not read: pcie_bw, which counts for a second before it
 * answers.
 */

typedef struct
{
  const GpuCard *card; /* of the tick's list; set in each round */
  char *hwmon;
  char *link;
  double clock_core_max;
  double clock_memory_max;
  GpuKfdNode kfd;
  GpuDeviceInfo *info;
  gboolean learned; /* whether it was awake once */
} AmdCard;

typedef struct
{
  GHashTable *cards; /* address -> AmdCard */
} AmdTelemetry;

static void
amd_card_free (gpointer data)
{
  AmdCard *self = data;

  g_free (self->hwmon);
  g_free (self->link);
  gpu_kfd_node_clear (&self->kfd);
  g_clear_pointer (&self->info, gpu_device_info_unref);
  g_free (self);
}

static gpointer
amd_new (const GpuMonitorOptions *options)
{
  AmdTelemetry *self = g_new0 (AmdTelemetry, 1);

  self->cards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, amd_card_free);
  return self;
}

static void
amd_free (gpointer data)
{
  AmdTelemetry *self = data;

  g_hash_table_unref (self->cards);
  g_free (self);
}

static void
amd_rest (gpointer data)
{
}

/* The greatest clock of a list such as "0: 500Mhz\n1: 2304Mhz *"; NAN when there is none. */
static double
read_clock_max (const GpuCard *card, GpuSysfs *sysfs, const char *name)
{
  g_autofree char *text = gpu_sysfs_read_in (sysfs, card->dir, name);
  double greatest = NAN;

  for (const char *at = text; at != NULL && (at = strchr (at, ':')) != NULL; at++)
    greatest = fmax (greatest, g_ascii_strtod (at + 1, NULL));
  return greatest > 0 ? greatest : NAN;
}

static gboolean
read_metrics (const GpuCard *card, GpuSysfs *sysfs, GpuAmdMetrics *metrics)
{
  g_autofree char *path = g_strconcat (card->dir, "/gpu_metrics", NULL);
  guint8 data[GPU_AMD_METRICS_MAX];
  gsize length = 0;

  if (!gpu_sysfs_read_bytes (sysfs, path, data, sizeof data, &length))
    length = 0;
  return gpu_amd_metrics_parse (data, length, metrics);
}

/* An APU says so by the kind of its table; where there is none, by little memory of its own and no
 * limit of power of its own (spec gpu-telemetry 3, "Integrated check"). */
static gboolean
is_integrated (AmdCard *self, GpuSysfs *sysfs)
{
  GpuAmdMetrics metrics;
  gint64 vram, cap;

  if (read_metrics (self->card, sysfs, &metrics))
    return metrics.format >= 2;
  if (self->hwmon != NULL && gpu_sysfs_read_number (sysfs, self->hwmon, "power1_cap", &cap))
    return FALSE;
  return gpu_sysfs_read_number (sysfs, self->card->dir, "mem_info_vram_total", &vram) &&
         vram <= G_GINT64_CONSTANT (4) << 30;
}

static GpuDeviceInfo *
make_info (AmdCard *self, GpuSysfs *sysfs)
{
  GpuDeviceInfo *info = gpu_device_info_new_for_card (self->card, sysfs);
  g_autofree char *product = gpu_sysfs_read_in (sysfs, self->card->dir, "product_name");
  g_autofree char *unique = gpu_sysfs_read_in (sysfs, self->card->dir, "unique_id");

  /* Instinct cards know their name. */
  if (product != NULL)
    {
      g_free (info->name);
      info->name = g_str_has_prefix (product, "AMD") ? g_steal_pointer (&product)
                                                     : g_strconcat ("AMD ", product, NULL);
    }
  if (unique != NULL)
    info->uuid = g_strconcat ("GPU-", unique, NULL);
  info->integrated = is_integrated (self, sysfs);
  info->gfx_target = g_strdup (self->kfd.target);
  return info;
}

/* What does not change while the driver is bound. Only of a card that is awake. */
static void
learn (AmdCard *self, GpuSysfs *sysfs)
{
  const char *node = self->card->render_node;

  self->hwmon = gpu_card_find_hwmon (self->card, sysfs);
  self->link = gpu_card_find_link (self->card, sysfs);
  self->clock_core_max = read_clock_max (self->card, sysfs, "pp_dpm_sclk");
  self->clock_memory_max = read_clock_max (self->card, sysfs, "pp_dpm_mclk");
  if (node != NULL)
    gpu_kfd_find (sysfs, atoi (node + strlen ("/dev/dri/renderD")), &self->kfd);
  g_clear_pointer (&self->info, gpu_device_info_unref);
  self->info = make_info (self, sysfs);
  self->learned = TRUE;
}

static void
add_memory (const GpuCard *card, GpuSample *sample, GpuSysfs *sysfs)
{
  const struct
  {
    GpuField field;
    const char *name;
  } files[] = {
    { GPU_FIELD_UTILISATION, "gpu_busy_percent" },
    { GPU_FIELD_MEMORY_UTILISATION, "mem_busy_percent" },
    { GPU_FIELD_MEMORY_USED, "mem_info_vram_used" },
    { GPU_FIELD_MEMORY_TOTAL, "mem_info_vram_total" },
    { GPU_FIELD_SHARED_USED, "mem_info_gtt_used" },
    { GPU_FIELD_SHARED_TOTAL, "mem_info_gtt_total" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    gpu_sample_add_number (sample, files[i].field, sysfs, card->dir, files[i].name, 1);
}

/* Temperatures are named by labels; edge, junction and mem are 1, 2 and 3 where labels lack. */
static void
add_temperatures (const char *hwmon, GpuSample *sample, GpuSysfs *sysfs)
{
  static const struct
  {
    const char *label;
    GpuField field;
  } known[] = {
    { "edge", GPU_FIELD_TEMPERATURE },
    { "junction", GPU_FIELD_TEMPERATURE_HOTSPOT },
    { "mem", GPU_FIELD_TEMPERATURE_MEMORY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      char name[32];
      g_autofree char *label = NULL;
      GpuField field = known[i].field;

      g_snprintf (name, sizeof name, "temp%u_label", i + 1);
      label = gpu_sysfs_read_in (sysfs, hwmon, name);
      for (guint k = 0; label != NULL && k < G_N_ELEMENTS (known); k++)
        if (strcmp (label, known[k].label) == 0)
          field = known[k].field;
      g_snprintf (name, sizeof name, "temp%u_input", i + 1);
      gpu_sample_add_number (sample, field, sysfs, hwmon, name, 0.001);
      if (field == GPU_FIELD_TEMPERATURE_MEMORY)
        continue;
      g_snprintf (name, sizeof name, "temp%u_crit", i + 1);
      gpu_sample_add_number (sample, GPU_FIELD_TEMPERATURE_SLOWDOWN, sysfs, hwmon, name, 0.001);
      g_snprintf (name, sizeof name, "temp%u_emergency", i + 1);
      gpu_sample_add_number (sample, GPU_FIELD_TEMPERATURE_SHUTDOWN, sysfs, hwmon, name, 0.001);
    }
}

static void
add_fan (const char *hwmon, GpuSample *sample, GpuSysfs *sysfs)
{
  gint64 now, greatest;

  gpu_sample_add_number (sample, GPU_FIELD_FAN_SPEED, sysfs, hwmon, "fan1_input", 1);
  if (!gpu_sysfs_read_number (sysfs, hwmon, "pwm1", &now))
    return;
  if (!gpu_sysfs_read_number (sysfs, hwmon, "pwm1_max", &greatest) || greatest <= 0)
    greatest = 255;
  if (now >= 0 && now <= greatest)
    gpu_sample_set (sample, GPU_FIELD_FAN, 100.0 * (double) now / (double) greatest);
}

static void
add_hwmon (const char *hwmon, GpuSample *sample, GpuSysfs *sysfs)
{
  if (hwmon == NULL)
    return;
  add_temperatures (hwmon, sample, sysfs);
  add_fan (hwmon, sample, sysfs);
  gpu_sample_add_number (sample, GPU_FIELD_POWER, sysfs, hwmon, "power1_average", 1e-6);
  gpu_sample_add_number (sample, GPU_FIELD_POWER, sysfs, hwmon, "power1_input", 1e-6);
  gpu_sample_add_number (sample, GPU_FIELD_POWER_CAP, sysfs, hwmon, "power1_cap", 1e-6);
  gpu_sample_add_number (sample, GPU_FIELD_CLOCK_CORE, sysfs, hwmon, "freq1_input", 1e-6);
  gpu_sample_add_number (sample, GPU_FIELD_CLOCK_MEMORY, sysfs, hwmon, "freq2_input", 1e-6);
}

static void
add_throttle (GpuSample *sample, guint64 bits)
{
  if (bits & GPU_AMD_THROTTLE_TEMPERATURE)
    gpu_sample_add_throttle_reason (sample, _ ("temperature"));
  if (bits & GPU_AMD_THROTTLE_POWER)
    gpu_sample_add_throttle_reason (sample, _ ("power limit"));
  if (bits & GPU_AMD_THROTTLE_CURRENT)
    gpu_sample_add_throttle_reason (sample, _ ("current limit"));
  if (bits & GPU_AMD_THROTTLE_OTHER)
    gpu_sample_add_throttle_reason (sample, _ ("firmware"));
}

/* What files of their own do not tell. The fans of Instinct cards are the rack's. */
static void
add_metrics (AmdCard *self, GpuSample *sample, GpuSysfs *sysfs)
{
  GpuAmdMetrics metrics;

  if (!read_metrics (self->card, sysfs, &metrics))
    return;
  gpu_sample_set_missing (sample, GPU_FIELD_TEMPERATURE, metrics.temperature_edge);
  gpu_sample_set_missing (sample, GPU_FIELD_TEMPERATURE_HOTSPOT, metrics.temperature_hotspot);
  gpu_sample_set_missing (sample, GPU_FIELD_TEMPERATURE_MEMORY, metrics.temperature_memory);
  gpu_sample_set_missing (sample, GPU_FIELD_UTILISATION, metrics.activity);
  gpu_sample_set_missing (sample, GPU_FIELD_MEMORY_UTILISATION, metrics.memory_activity);
  gpu_sample_set_missing (sample, GPU_FIELD_POWER, metrics.power);
  gpu_sample_set_missing (sample, GPU_FIELD_ENERGY, metrics.energy);
  gpu_sample_set_missing (sample, GPU_FIELD_CLOCK_CORE, metrics.clock_core);
  gpu_sample_set_missing (sample, GPU_FIELD_CLOCK_MEMORY, metrics.clock_memory);
  gpu_sample_set_missing (sample, GPU_FIELD_CLOCK_VIDEO, metrics.clock_video);
  gpu_sample_set_missing (sample, GPU_FIELD_FAN_SPEED, metrics.fan_speed);
  /* One unit codes and decodes. */
  gpu_sample_set_missing (sample, GPU_FIELD_ENCODER, metrics.media_activity);
  gpu_sample_set_missing (sample, GPU_FIELD_DECODER, metrics.media_activity);
  add_throttle (sample, metrics.throttle);
}

/* What processes use, as far as they can be seen; the whole card is told better elsewhere. */
static void
add_usage (AmdCard *self, GpuSample *sample, GpuTick *tick)
{
  g_auto (GpuUsage) usage = { 0 };

  gpu_fdinfo_sweep_get_usage (tick->clients, tick->sysfs, self->card->address, &usage);
  if (self->kfd.gpu_id != 0 && !tick->foreign_pids)
    gpu_kfd_add_processes (tick->sysfs, self->kfd.gpu_id, &usage);
  gpu_sample_set_missing (sample, GPU_FIELD_ENCODER, usage.percent[GPU_ENGINE_ENCODE]);
  gpu_sample_set_missing (sample, GPU_FIELD_DECODER, usage.percent[GPU_ENGINE_DECODE]);
  gpu_usage_finish (&usage, sample);
}

static GpuSample *
sample_awake (AmdCard *self, GpuTick *tick)
{
  GpuSample *sample = gpu_tick_new_sample (tick);

  if (!self->learned)
    learn (self, tick->sysfs);
  add_memory (self->card, sample, tick->sysfs);
  add_hwmon (self->hwmon, sample, tick->sysfs);
  add_metrics (self, sample, tick->sysfs);
  gpu_card_add_link (sample, tick->sysfs, self->link);
  gpu_sample_set (sample, GPU_FIELD_CLOCK_CORE_MAX, self->clock_core_max);
  gpu_sample_set (sample, GPU_FIELD_CLOCK_MEMORY_MAX, self->clock_memory_max);
  add_usage (self, sample, tick);
  return sample;
}

static GpuSample *
sample_asleep (GpuTick *tick)
{
  GpuSample *sample = gpu_tick_new_sample (tick);

  gpu_sample_set_suspended (sample);
  return sample;
}

static void
sample_card (AmdTelemetry *self, const GpuCard *card, GpuTick *tick)
{
  AmdCard *state = g_hash_table_lookup (self->cards, card->address);
  GpuSample *sample;

  if (state == NULL)
    {
      state = g_new0 (AmdCard, 1);
      g_hash_table_insert (self->cards, g_strdup (card->address), state);
      state->info = gpu_device_info_new_for_card (card, tick->sysfs);
    }
  state->card = card;
  sample =
      gpu_card_is_suspended (card, tick->sysfs) ? sample_asleep (tick) : sample_awake (state, tick);
  gpu_tick_add (tick, gpu_device_info_ref (state->info), sample);
}

static void
amd_sample (gpointer data, GpuTick *tick)
{
  AmdTelemetry *self = data;

  /* Numbers of hwmon and DRM nodes may be others after a driver was bound anew. */
  if (tick->cards_changed)
    g_hash_table_remove_all (self->cards);
  for (guint i = 0; i < tick->cards->len; i++)
    {
      const GpuCard *card = tick->cards->pdata[i];

      if (g_strcmp0 (card->driver, "amdgpu") == 0)
        sample_card (self, card, tick);
    }
}

const GpuTelemetryBackend gpu_amd_telemetry = {
  .new = amd_new,
  .sample = amd_sample,
  .rest = amd_rest,
  .free = amd_free,
};
