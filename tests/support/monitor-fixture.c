/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/monitor-fixture.h"

#include <math.h>
#include <stdarg.h>

gint64 monitor_fixture_time;

static gint64
get_time (gpointer data)
{
  return monitor_fixture_time;
}

/**
 * monitor_fixture_new:
 * @tree: the machine
 * @nvml: (nullable): NVIDIA's library
 *
 * Returns: (transfer full): a monitor on it, at one second of its clock
 */
GpuMonitor *
monitor_fixture_new (DeviceTree *tree, const char *nvml)
{
  GpuMonitorOptions options = {
    .root = tree->root,
    .nvml = nvml != NULL ? nvml : "/nonexistent/libnvidia-ml.so.1",
    .clock = get_time,
  };

  monitor_fixture_time = G_USEC_PER_SEC;
  return gpu_monitor_new (&options);
}

/**
 * monitor_fixture_get:
 * @monitor: a monitor
 * @id: a device's id
 *
 * Returns: (transfer none): its last sample
 */
GpuSample *
monitor_fixture_get (GpuMonitor *monitor, const char *id)
{
  GpuTelemetryDevice *device = gpu_monitor_find (monitor, id);

  g_assert_nonnull (device);
  return gpu_telemetry_device_get_latest (device);
}

/**
 * monitor_assert_value:
 * @sample: a sample
 * @field: a field
 * @expected: its value; NAN when it must be missing
 */
void
monitor_assert_value (GpuSample *sample, GpuField field, double expected)
{
  const char *key = gpu_field_info (field)->key;
  double value = NAN;

  if (isnan (expected))
    {
      g_autofree char *text = gpu_sample_format (sample, field);

      if (gpu_sample_get (sample, field, &value))
        g_error ("%s is %g, and should be missing", key, value);
      g_assert_cmpstr (text, ==, "—");
      return;
    }
  if (!gpu_sample_get (sample, field, &value))
    g_error ("%s is missing, and should be %g", key, expected);
  if (fabs (value - expected) > 1e-6 * fabs (expected) + 1e-9)
    g_error ("%s is %.9g, and should be %.9g", key, value, expected);
}

/**
 * monitor_assert_values:
 * @sample: a sample
 * @first: a field
 * @expected: its value
 * @...: further fields and values (doubles), and GPU_N_FIELDS
 *
 * The sample has these values and no others.
 */
void
monitor_assert_values (GpuSample *sample, GpuField first, double expected, ...)
{
  double values[GPU_N_FIELDS];
  GpuField field = first;
  va_list args;

  for (guint i = 0; i < GPU_N_FIELDS; i++)
    values[i] = NAN;
  va_start (args, expected);
  for (double value = expected;; value = va_arg (args, double))
    {
      values[field] = value;
      field = (GpuField) va_arg (args, int);
      if (field == GPU_N_FIELDS)
        break;
    }
  va_end (args);
  for (guint i = 0; i < GPU_N_FIELDS; i++)
    monitor_assert_value (sample, (GpuField) i, values[i]);
}
