/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <pthread.h>

#include "gpu/monitor/gpu-sampler.h"
#include "tests/support/monitor-fixture.h"

/* The monitor on trees that stand for machines: what each device tells, with its unit. */

static void
test_cpu (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autoptr (GpuMonitor) monitor = NULL;
  GpuSample *sample;

  device_tree_write (tree, "/sys/class/hwmon/hwmon0/name", "nvme");
  device_tree_write (tree, "/sys/class/hwmon/hwmon1/name", "k10temp");
  device_tree_write (tree, "/sys/class/hwmon/hwmon1/temp1_input", "61500");
  device_tree_write (tree, "/sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq", "3600000");
  device_tree_write (tree, "/sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq", "5000000");
  device_tree_write (tree, "/sys/class/powercap/intel-rapl:0/energy_uj", "1000000");
  monitor = monitor_fixture_new (tree, NULL);
  gpu_monitor_sample_once (monitor);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (monitor)), ==, 1);
  sample = monitor_fixture_get (monitor, "cpu");
  g_assert_cmpstr (gpu_telemetry_device_get_name (gpu_monitor_find (monitor, "cpu")), ==,
                   "Myna Test CPU 8-Core");
  monitor_assert_value (sample, GPU_FIELD_UTILISATION, NAN);
  monitor_assert_value (sample, GPU_FIELD_POWER, NAN);
  monitor_assert_value (sample, GPU_FIELD_FAN, NAN);

  /* 250 of 1000 ticks were busy, and 65 J were used in a second. */
  device_tree_write (tree, "/proc/stat", "cpu  1200 0 1050 8700 50 0 0 0 0 0");
  device_tree_write (tree, "/sys/class/powercap/intel-rapl:0/energy_uj", "66000000");
  monitor_fixture_time += G_USEC_PER_SEC;
  gpu_monitor_sample_once (monitor);
  sample = monitor_fixture_get (monitor, "cpu");
  g_assert_cmpint (gpu_sample_get_state (sample), ==, GPU_STATE_ACTIVE);
  monitor_assert_value (sample, GPU_FIELD_UTILISATION, 25);
  monitor_assert_value (sample, GPU_FIELD_MEMORY_TOTAL, 16 * GIB);
  monitor_assert_value (sample, GPU_FIELD_MEMORY_USED, 4 * GIB);
  monitor_assert_value (sample, GPU_FIELD_TEMPERATURE, 61.5);
  monitor_assert_value (sample, GPU_FIELD_CLOCK_CORE, 3600);
  monitor_assert_value (sample, GPU_FIELD_CLOCK_CORE_MAX, 5000);
  monitor_assert_value (sample, GPU_FIELD_POWER, 65);
}

static void
test_history (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  double values[GPU_HISTORY_LENGTH + 5];

  for (int i = 0; i < GPU_HISTORY_LENGTH + 7; i++)
    {
      g_autofree char *text = g_strdup_printf ("MemTotal: 1000 kB\nMemAvailable: %d kB", 1000 - i);

      device_tree_write (tree, "/proc/meminfo", text);
      gpu_monitor_sample_once (monitor);
      if (i == 1)
        {
          gpu_telemetry_device_get_history (gpu_monitor_find (monitor, "cpu"),
                                            GPU_FIELD_MEMORY_USED, values, 3);
          g_assert_true (isnan (values[0]));
          g_assert_cmpfloat (values[1], ==, 0);
          g_assert_cmpfloat (values[2], ==, 1024);
        }
    }
  gpu_telemetry_device_get_history (gpu_monitor_find (monitor, "cpu"), GPU_FIELD_MEMORY_USED,
                                    values, G_N_ELEMENTS (values));
  for (int i = 0; i < 5; i++)
    g_assert_true (isnan (values[i]));
  for (int i = 0; i < GPU_HISTORY_LENGTH; i++)
    g_assert_cmpfloat (values[5 + i], ==, (i + 7) * 1024.0);
}

static void
count_latest (GObject *device, GParamSpec *spec, guint *count)
{
  g_assert (GPU_IS_TELEMETRY_DEVICE (device));

  (*count)++;
}

/* Held, it samples by itself and tells the main context; released, it stops. */
static void
test_hold (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  guint count = 0;

  gpu_monitor_set_period (monitor, 1);
  g_assert_cmpuint (gpu_monitor_get_period (monitor), ==, GPU_MONITOR_MIN_PERIOD);
  gpu_monitor_hold (monitor);
  while (g_list_model_get_n_items (G_LIST_MODEL (monitor)) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_signal_connect (gpu_monitor_find (monitor, "cpu"), "notify::latest", G_CALLBACK (count_latest),
                    &count);
  while (count == 0)
    g_main_context_iteration (NULL, TRUE);
  gpu_monitor_release (monitor);
  gpu_monitor_sample_once (monitor);
  g_assert_cmpuint (count, >=, 2);
}

typedef struct
{
  pthread_mutex_t lock;
  pthread_cond_t changed;
  gboolean asked;
  gboolean answers;
} Driver;

static GPtrArray *
hang (gpointer data)
{
  Driver *driver = data;

  pthread_mutex_lock (&driver->lock);
  driver->asked = TRUE;
  pthread_cond_broadcast (&driver->changed);
  while (!driver->answers)
    pthread_cond_wait (&driver->changed, &driver->lock);
  pthread_mutex_unlock (&driver->lock);
  return g_ptr_array_new ();
}

static void
rest (gpointer data)
{
}

static gboolean
wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* A driver hangs, and the program can end all the same. What the thread holds is never freed, so
 * this is not for a leak checker. */
static void
test_hanging_driver (void)
{
  static Driver driver = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, FALSE, FALSE };
  static const GpuSamplerSource source = { hang, rest, rest };
  g_autoptr (GSource) wakeup = g_timeout_source_new_seconds (100);
  static GpuSampler *sampler;

  g_source_set_callback (wakeup, wake, NULL, NULL);
  sampler = gpu_sampler_new (&source, &driver, wakeup);
  gpu_sampler_set_running (sampler, TRUE);
  pthread_mutex_lock (&driver.lock);
  while (!driver.asked)
    pthread_cond_wait (&driver.changed, &driver.lock);
  pthread_mutex_unlock (&driver.lock);
  gpu_sampler_free (sampler);
  pthread_mutex_lock (&driver.lock);
  driver.answers = TRUE;
  pthread_cond_broadcast (&driver.changed);
  pthread_mutex_unlock (&driver.lock);
}

static void
test_format (void)
{
  const struct
  {
    GpuField field;
    double value;
    const char *text;
  } cases[] = {
    { GPU_FIELD_UTILISATION, 37.4, "37 %" },
    { GPU_FIELD_MEMORY_USED, 1.4e9, "1.4\302\240GB" },
    { GPU_FIELD_TEMPERATURE, 63, "63 °C" },
    { GPU_FIELD_POWER, 185.2, "185 W" },
    { GPU_FIELD_CLOCK_CORE, 430, "430 MHz" },
    { GPU_FIELD_FAN_SPEED, 900, "900 rpm" },
    { GPU_FIELD_PCIE_WIDTH, 16, "×16" },
    { GPU_FIELD_PCIE_GENERATION, 4, "4" },
    { GPU_FIELD_PCIE_SENT, 2e6, "2.0\302\240MB/s" },
    { GPU_FIELD_ENERGY, NAN, "—" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = gpu_field_format (cases[i].field, cases[i].value);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
  for (guint i = 0; i < GPU_N_FIELDS; i++)
    {
      GpuField field;

      g_assert_nonnull (gpu_field_get_name ((GpuField) i));
      g_assert_true (gpu_field_find (gpu_field_info ((GpuField) i)->key, &field));
      g_assert_cmpuint (field, ==, i);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu-monitor/cpu", test_cpu);
  g_test_add_func ("/gpu-monitor/history", test_history);
  g_test_add_func ("/gpu-monitor/hold", test_hold);
  g_test_add_func ("/gpu-monitor/format", test_format);
  g_test_add_func ("/gpu-monitor/hanging-driver", test_hanging_driver);
  return g_test_run ();
}
