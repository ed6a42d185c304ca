/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gpu/monitor/gpu-telemetry-private.h"

/*
 * The processor and its memory, from /proc and /sys as proc(5) and the kernel's
 * Documentation/hwmon, Documentation/admin-guide/pm/cpufreq.rst and Documentation/power/powercap
 * describe them.
 */

typedef struct
{
  gboolean valid;
  guint64 busy; /* ticks of all processors together */
  guint64 total;
  guint64 own;
  gint64 energy; /* µJ */
  gint64 time;
} Counters;

typedef struct
{
  Counters last;
  char *name;
  char *hwmon; /* folder of its temperature; NULL when there is none */
} CpuTelemetry;

static gpointer
cpu_new (const GpuMonitorOptions *options)
{
  return g_new0 (CpuTelemetry, 1);
}

static void
cpu_free (gpointer data)
{
  CpuTelemetry *self = data;

  g_free (self->name);
  g_free (self->hwmon);
  g_free (self);
}

static void
cpu_rest (gpointer data)
{
  CpuTelemetry *self = data;

  self->last.valid = FALSE;
}

/* The value behind "key   :" in text of lines. */
static char *
find_line (const char *text, const char *key)
{
  const char *at = text;
  gsize length = strlen (key);

  while (at != NULL && !(strncmp (at, key, length) == 0 && strchr ("\t :", at[length]) != NULL))
    at = (at = strchr (at, '\n')) != NULL ? at + 1 : NULL;
  if (at == NULL || (at = strchr (at, ':')) == NULL)
    return NULL;
  return g_strstrip (g_strndup (at + 1, strcspn (at + 1, "\n")));
}

static gboolean
find_kib (const char *text, const char *key, double *bytes)
{
  g_autofree char *value = find_line (text, key);

  if (value == NULL || !g_ascii_isdigit (value[0]))
    return FALSE;
  *bytes = (double) g_ascii_strtoull (value, NULL, 10) * 1024;
  return TRUE;
}

/* Some processors have no "model name" but "Model" or "Hardware"; cores repeat it. */
static char *
read_name (GpuSysfs *sysfs)
{
  static const char *const keys[] = { "model name", "Model", "Hardware", "cpu model" };
  guint8 text[4096];
  gsize length;
  char *name = NULL;

  if (!gpu_sysfs_read_bytes (sysfs, "/proc/cpuinfo", text, sizeof text - 1, &length))
    return g_strdup (_ ("Processor"));
  text[length] = '\0';
  for (guint i = 0; name == NULL && i < G_N_ELEMENTS (keys); i++)
    name = find_line ((const char *) text, keys[i]);
  if (name != NULL && *name != '\0' && g_utf8_validate (name, -1, NULL))
    return name;
  g_free (name);
  return g_strdup (_ ("Processor"));
}

static char *
find_hwmon (GpuSysfs *sysfs)
{
  static const char *const drivers[] = { "coretemp", "k10temp", "zenpower", "cpu_thermal",
                                         "soc_thermal" };
  g_auto (GStrv) names = gpu_sysfs_list (sysfs, "/sys/class/hwmon");

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *dir = g_strconcat ("/sys/class/hwmon/", names[i], NULL);
      g_autofree char *driver = gpu_sysfs_read_in (sysfs, dir, "name");

      for (guint k = 0; driver != NULL && k < G_N_ELEMENTS (drivers); k++)
        if (strcmp (driver, drivers[k]) == 0)
          return g_steal_pointer (&dir);
    }
  return NULL;
}

/* The line "cpu  user nice system idle iowait irq softirq steal …" of /proc/stat. */
static gboolean
read_busy (GpuSysfs *sysfs, Counters *now)
{
  guint8 text[512];
  gsize length;
  guint64 ticks[8] = { 0 };
  char *at = (char *) text;

  if (!gpu_sysfs_read_bytes (sysfs, "/proc/stat", text, sizeof text - 1, &length))
    return FALSE;
  text[length] = '\0';
  if (!g_str_has_prefix (at, "cpu "))
    return FALSE;
  at += 4;
  for (guint i = 0; i < G_N_ELEMENTS (ticks); i++)
    {
      ticks[i] = g_ascii_strtoull (at, &at, 10);
      now->total += ticks[i];
    }
  now->busy = now->total - ticks[3] - ticks[4];
  return TRUE;
}

/* utime and stime, fields 14 and 15 of /proc/PID/stat, behind the name in brackets. */
static gboolean
read_own (GpuSysfs *sysfs, const char *dir, Counters *now)
{
  g_autofree char *text = gpu_sysfs_read_in (sysfs, dir, "stat");
  char *at = text != NULL ? strrchr (text, ')') : NULL;

  for (int field = 2; at != NULL && field < 14; field++)
    at = (at = strchr (at, ' ')) != NULL ? at + 1 : NULL;
  if (at == NULL)
    return FALSE;
  now->own = g_ascii_strtoull (at, &at, 10);
  now->own += g_ascii_strtoull (at, &at, 10);
  return TRUE;
}

static double
get_percent (guint64 part, guint64 last_part, guint64 whole, guint64 last_whole)
{
  if (part < last_part || whole <= last_whole || part - last_part > whole - last_whole)
    return -1;
  return 100.0 * (double) (part - last_part) / (double) (whole - last_whole);
}

/**
 * gpu_read_system_memory:
 * @sysfs: the kernel's files
 * @used: (out): bytes that programs could not have
 * @total: (out): bytes
 *
 * Returns: whether the kernel tells both
 */
gboolean
gpu_read_system_memory (GpuSysfs *sysfs, double *used, double *total)
{
  g_autofree char *text = gpu_sysfs_read_text (sysfs, "/proc/meminfo");
  double available;

  if (text == NULL || !find_kib (text, "MemTotal", total) ||
      !find_kib (text, "MemAvailable", &available))
    return FALSE;
  *used = *total - available;
  return TRUE;
}

static void
add_memory (GpuSample *sample, GpuSysfs *sysfs)
{
  double used, total;

  if (!gpu_read_system_memory (sysfs, &used, &total))
    return;
  gpu_sample_set (sample, GPU_FIELD_MEMORY_USED, used);
  gpu_sample_set (sample, GPU_FIELD_MEMORY_TOTAL, total);
}

/* This process: what it holds of the memory, and of the processors since the last time. */
static void
add_own (CpuTelemetry *self, GpuSample *sample, GpuSysfs *sysfs, Counters *now)
{
  g_autofree char *dir = g_strdup_printf ("/proc/%d", getpid ());
  g_autofree char *status = gpu_sysfs_read_in (sysfs, dir, "status");
  GpuProcess process = { .pid = getpid (), .own = TRUE };
  double bytes;

  if (status == NULL)
    return;
  process.has_memory = find_kib (status, "VmRSS", &bytes);
  if (process.has_memory)
    {
      process.memory = (guint64) bytes;
      gpu_sample_set (sample, GPU_FIELD_MEMORY_OWN, bytes);
    }
  if (read_own (sysfs, dir, now) && self->last.valid && self->last.own > 0)
    {
      process.utilisation = get_percent (now->own, self->last.own, now->total, self->last.total);
      process.has_utilisation = process.utilisation >= 0;
    }
  process.name = gpu_sysfs_read_in (sysfs, dir, "comm");
  gpu_sample_add_process (sample, &process);
}

static void
add_temperature (CpuTelemetry *self, GpuSample *sample, GpuSysfs *sysfs)
{
  gint64 value;

  if (self->hwmon == NULL)
    return;
  if (gpu_sysfs_read_number (sysfs, self->hwmon, "temp1_input", &value))
    gpu_sample_set (sample, GPU_FIELD_TEMPERATURE, (double) value / 1000);
  if (gpu_sysfs_read_number (sysfs, self->hwmon, "temp1_max", &value))
    gpu_sample_set (sample, GPU_FIELD_TEMPERATURE_SLOWDOWN, (double) value / 1000);
  if (gpu_sysfs_read_number (sysfs, self->hwmon, "temp1_crit", &value))
    gpu_sample_set (sample, GPU_FIELD_TEMPERATURE_SHUTDOWN, (double) value / 1000);
}

/* Of the first processor of each cluster ("policy"), the fastest; kHz. */
static void
add_clock (GpuSample *sample, GpuSysfs *sysfs)
{
  g_auto (GStrv) names = gpu_sysfs_list (sysfs, "/sys/devices/system/cpu/cpufreq");
  gint64 fastest = 0, limit = 0, value;

  for (guint i = 0; names[i] != NULL && i < 16; i++)
    {
      g_autofree char *dir = g_strconcat ("/sys/devices/system/cpu/cpufreq/", names[i], NULL);

      if (gpu_sysfs_read_number (sysfs, dir, "scaling_cur_freq", &value))
        fastest = MAX (fastest, value);
      if (gpu_sysfs_read_number (sysfs, dir, "cpuinfo_max_freq", &value))
        limit = MAX (limit, value);
    }
  if (fastest > 0)
    gpu_sample_set (sample, GPU_FIELD_CLOCK_CORE, (double) fastest / 1000);
  if (limit > 0)
    gpu_sample_set (sample, GPU_FIELD_CLOCK_CORE_MAX, (double) limit / 1000);
}

/* Energy of the package; most systems let only root read it. */
static void
add_power (CpuTelemetry *self, GpuSample *sample, GpuSysfs *sysfs, Counters *now)
{
  static const char dir[] = "/sys/class/powercap/intel-rapl:0";

  if (!gpu_sysfs_read_number (sysfs, dir, "energy_uj", &now->energy))
    return;
  if (self->last.valid && self->last.energy > 0 && now->energy >= self->last.energy &&
      now->time > self->last.time)
    gpu_sample_set (sample, GPU_FIELD_POWER,
                    (double) (now->energy - self->last.energy) /
                        (double) (now->time - self->last.time));
}

static void
cpu_sample (gpointer data, GpuTick *tick)
{
  CpuTelemetry *self = data;
  GpuSample *sample = gpu_tick_new_sample (tick);
  Counters now = { .time = tick->time };

  if (self->name == NULL)
    {
      self->name = read_name (tick->sysfs);
      self->hwmon = find_hwmon (tick->sysfs);
    }
  now.valid = read_busy (tick->sysfs, &now);
  if (now.valid && self->last.valid)
    gpu_sample_set (sample, GPU_FIELD_UTILISATION,
                    get_percent (now.busy, self->last.busy, now.total, self->last.total));
  add_memory (sample, tick->sysfs);
  add_own (self, sample, tick->sysfs, &now);
  add_temperature (self, sample, tick->sysfs);
  add_clock (sample, tick->sysfs);
  add_power (self, sample, tick->sysfs, &now);
  self->last = now;
  gpu_tick_add (tick, gpu_device_info_new ("cpu", self->name, GPU_VENDOR_CPU), sample);
}

const GpuTelemetryBackend gpu_cpu_telemetry = {
  .new = cpu_new,
  .sample = cpu_sample,
  .rest = cpu_rest,
  .free = cpu_free,
};
