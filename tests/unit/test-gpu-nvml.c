/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/monitor-fixture.h"

/* NVIDIA's cards by a library that is told what to answer: tests/support/fake-nvml.c. */

#define ADDRESS "0000:0b:00.0"

static const DeviceTreeCard geforce = { .address = ADDRESS,
                                        .class_code = 0x030000,
                                        .vendor = 0x10de,
                                        .device = 0x2684,
                                        .revision = 0xa1,
                                        .driver = "nvidia",
                                        .number = 0 };

static const char head[] = "driver 570.86.15\ncuda 12080\ndevice 00000000:0B:00.0\n";
static const char all_values[] =
    "name NVIDIA GeForce RTX 4090\nuuid GPU-01234567-89ab-cdef-0123-456789abcdef\n"
    "capability 8 9\nutilization 93 41\nencoder 12\ndecoder 7\n"
    "memory 25757220864 500000000 1400000000\ntemperature 63\nmemory-temperature 71\nslowdown "
    "96\nshutdown 99\n"
    "power 185250\npower-limit 450000\nenergy 123456789\nclock-graphics 2520\n"
    "clock-memory 10501\nclock-video 2100\nmax-graphics 3105\nmax-memory 10501\nfan 38\n"
    "generation 4\nmax-generation 4\nwidth 16\nmax-width 16\nsent 2000\nreceived 1500\nslow 4\n";

static char *script;

/* Replaced as a whole, as the library may be reading it. */
static void
tell (const char *first, ...)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, first);
  for (const char *part = first; part != NULL; part = va_arg (args, const char *))
    g_string_append (text, part);
  va_end (args);
  g_file_set_contents_full (script, text->str, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

static const char *
library (const char *version)
{
  g_autofree char *name = g_strconcat ("MYNA_TEST_NVML_", version, NULL);

  return g_getenv (name);
}

static GpuSample *
sample (GpuMonitor *monitor, gint64 seconds)
{
  monitor_fixture_time += seconds * G_USEC_PER_SEC;
  gpu_monitor_sample_once (monitor);
  return monitor_fixture_get (monitor, ADDRESS);
}

static void
assert_lost (GpuSample *lost, const char *word)
{
  g_assert_cmpint (gpu_sample_get_state (lost), ==, GPU_STATE_LOST);
  g_assert_nonnull (strstr (gpu_sample_get_reason (lost), word));
  for (guint i = 0; i < GPU_N_FIELDS; i++)
    monitor_assert_value (lost, (GpuField) i, NAN);
}

/* Every number in its unit, whichever functions the library has; older ones count the driver's
 * reserve as used. */
static void
test_values (gconstpointer data)
{
  const char *version = data;
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = device_tree_add_card (tree, &geforce);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, library (version));
  double used = *version == '3' ? 1400000000.0 : 1900000000.0;
  GpuTelemetryDevice *device;
  GpuSample *got;

  tell (head, all_values, NULL);
  got = sample (monitor, 0);
  device = gpu_monitor_find (monitor, ADDRESS);
  g_assert_cmpstr (gpu_telemetry_device_get_name (device), ==, "NVIDIA GeForce RTX 4090");
  g_assert_cmpstr (gpu_telemetry_device_get_uuid (device), ==,
                   "GPU-01234567-89ab-cdef-0123-456789abcdef");
  g_assert_cmpstr (gpu_telemetry_device_get_driver (device), ==, "nvidia");
  g_assert_cmpstr (gpu_telemetry_device_get_driver_version (device), ==, "570.86.15");
  g_assert_cmpstr (gpu_telemetry_device_get_runtimes (device)[0], ==, "CUDA 12.8");
  g_assert_cmpstr (gpu_telemetry_device_get_compute_capability (device), ==, "8.9");
  g_assert_cmpstr (gpu_telemetry_device_get_render_node (device), ==, "/dev/dri/renderD128");
  g_assert_cmpint (gpu_sample_get_state (got), ==, GPU_STATE_ACTIVE);
  monitor_assert_values (
      got, GPU_FIELD_UTILISATION, 93.0, GPU_FIELD_MEMORY_UTILISATION, 41.0, GPU_FIELD_ENCODER, 12.0,
      GPU_FIELD_DECODER, 7.0, GPU_FIELD_MEMORY_TOTAL, 25757220864.0, GPU_FIELD_MEMORY_USED, used,
      GPU_FIELD_TEMPERATURE, 63.0, GPU_FIELD_TEMPERATURE_MEMORY, 71.0,
      GPU_FIELD_TEMPERATURE_SLOWDOWN, 96.0, GPU_FIELD_TEMPERATURE_SHUTDOWN, 99.0, GPU_FIELD_POWER,
      185.25, GPU_FIELD_POWER_CAP, 450.0, GPU_FIELD_ENERGY, 123456.789, GPU_FIELD_CLOCK_CORE,
      2520.0, GPU_FIELD_CLOCK_CORE_MAX, 3105.0, GPU_FIELD_CLOCK_MEMORY, 10501.0,
      GPU_FIELD_CLOCK_MEMORY_MAX, 10501.0, GPU_FIELD_CLOCK_VIDEO, 2100.0, GPU_FIELD_FAN, 38.0,
      GPU_FIELD_PCIE_GENERATION, 4.0, GPU_FIELD_PCIE_GENERATION_MAX, 4.0, GPU_FIELD_PCIE_WIDTH,
      16.0, GPU_FIELD_PCIE_WIDTH_MAX, 16.0, GPU_FIELD_PCIE_SENT, 2e6, GPU_FIELD_PCIE_RECEIVED,
      1.5e6, GPU_N_FIELDS);
  g_assert_cmpstr (gpu_sample_get_throttle_reasons (got)[0], ==, "power limit");

  /* The next sample has other values, and some are not told any more. */
  tell (head, "utilization 0 0\ntemperature 41\nerror power 3\npower 9\nfan 0\nencoder 255\n",
        "memory 0 0 0\n", NULL);
  got = sample (monitor, 1);
  monitor_assert_values (got, GPU_FIELD_UTILISATION, 0.0, GPU_FIELD_MEMORY_UTILISATION, 0.0,
                         GPU_FIELD_TEMPERATURE, 41.0, GPU_FIELD_FAN, 0.0, GPU_FIELD_SHARED_TOTAL,
                         16 * GIB, GPU_FIELD_SHARED_USED, 4 * GIB, GPU_N_FIELDS);
}

/* Entries of 16 and of 24 bytes; more of them than there is room for at first; nonsense among the
 * samples of load. */
static void
test_processes (gconstpointer data)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = device_tree_add_card (tree, &geforce);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, library (data));
  g_autoptr (GString) many = g_string_new (NULL);
  const GpuProcess *processes;
  GpuSample *got;
  guint n;

  for (int i = 0; i < 40; i++)
    g_string_append_printf (many, "compute-process %d 1000\n", 700000 + i);
  g_string_append_printf (many,
                          "compute-process %d 3000000\ngraphics-process 800000 2000000\n"
                          "graphics-process 800001 18446744073709551615\n"
                          "sample 800000 500 1234567\nsample 800000 400 35\nsample 800000 300 99\n",
                          getpid ());
  device_tree_write (tree, "/proc/800000/comm", "compositor");
  tell (head, all_values, many->str, NULL);
  got = sample (monitor, 0);
  processes = gpu_sample_get_processes (got, &n);
  g_assert_cmpuint (n, ==, 43);
  g_assert_cmpint (processes[0].pid, ==, getpid ());
  g_assert_true (processes[0].own && processes[0].has_memory);
  g_assert_cmpuint (processes[0].memory, ==, 3000000);
  monitor_assert_value (got, GPU_FIELD_MEMORY_OWN, 3000000);
  g_assert_cmpint (processes[1].pid, ==, 800000);
  g_assert_cmpstr (processes[1].name, ==, "compositor");
  g_assert_cmpuint (processes[1].memory, ==, 2000000);
  g_assert_true (processes[1].has_utilisation);
  g_assert_cmpfloat (processes[1].utilisation, ==, 35);
  for (guint i = 2; i < 42; i++)
    g_assert_cmpuint (processes[i].memory, ==, 1000);
  g_assert_cmpint (processes[42].pid, ==, 800001);
  g_assert_false (processes[42].has_memory);

  device_tree_write (tree, "/.flatpak-info", "[Application]");
  g_clear_object (&monitor);
  monitor = monitor_fixture_new (tree, library (data));
  got = sample (monitor, 0);
  g_assert_null (gpu_sample_get_processes (got, &n));
  monitor_assert_value (got, GPU_FIELD_MEMORY_OWN, NAN);
}

/* The driver is updated under the program: the card is lost with the reason, and is back when the
 * library fits again, in its new version. */
static void
test_driver_updated (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = device_tree_add_card (tree, &geforce);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, library ("3"));
  GpuSample *got;

  tell (head, all_values, NULL);
  monitor_assert_value (sample (monitor, 0), GPU_FIELD_UTILISATION, 93);
  tell ("init 18\nall 18\n", head, all_values, NULL);
  assert_lost (sample (monitor, 1), "different versions");
  /* Who it is stays known. */
  g_assert_cmpstr (gpu_telemetry_device_get_name (gpu_monitor_find (monitor, ADDRESS)), ==,
                   "NVIDIA GeForce RTX 4090");
  assert_lost (sample (monitor, 1), "different versions");
  assert_lost (sample (monitor, 5), "different versions");
  tell ("driver 575.51.02\ncuda 12090\ndevice 00000000:0B:00.0\n", all_values, NULL);
  /* Not at once: starting it takes long. */
  assert_lost (sample (monitor, 1), "different versions");
  got = sample (monitor, 5);
  g_assert_cmpint (gpu_sample_get_state (got), ==, GPU_STATE_ACTIVE);
  monitor_assert_value (got, GPU_FIELD_UTILISATION, 93);
  g_assert_cmpstr (gpu_telemetry_device_get_driver_version (gpu_monitor_find (monitor, ADDRESS)),
                   ==, "575.51.02");
}

static void
test_driver_unloaded (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = device_tree_add_card (tree, &geforce);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, library ("3"));

  tell ("init 9\n", NULL);
  assert_lost (sample (monitor, 0), "not loaded");
  tell (head, all_values, NULL);
  monitor_assert_value (sample (monitor, 5), GPU_FIELD_POWER, 185.25);
  tell ("all 1\n", head, all_values, NULL);
  assert_lost (sample (monitor, 1), "not loaded");
  tell ("all 999\n", head, all_values, NULL);
  assert_lost (sample (monitor, 5), "does not answer");
  tell (head, all_values, NULL);
  monitor_assert_value (sample (monitor, 5), GPU_FIELD_POWER, 185.25);
}

/* One of two cards falls off the bus; the other one goes on. */
static void
test_card_lost (void)
{
  DeviceTreeCard second = geforce;
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = device_tree_add_card (tree, &geforce);
  g_autofree char *second_dir = NULL;
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, library ("3"));
  const char other[] = "device 00000000:42:00.0\nname NVIDIA T4\nutilization 5 1\n";

  second.address = "0000:42:00.0";
  second.number = 1;
  second_dir = device_tree_add_card (tree, &second);
  tell (head, all_values, other, NULL);
  monitor_assert_value (sample (monitor, 0), GPU_FIELD_UTILISATION, 93);
  tell (head, "lost 15\nerror utilization 15\nutilization 1 1\n", other, NULL);
  assert_lost (sample (monitor, 1), "stopped answering");
  monitor_assert_value (monitor_fixture_get (monitor, second.address), GPU_FIELD_UTILISATION, 5);
  assert_lost (sample (monitor, 31), "stopped answering");
  monitor_assert_value (monitor_fixture_get (monitor, second.address), GPU_FIELD_UTILISATION, 5);
  tell (head, all_values, other, NULL);
  assert_lost (sample (monitor, 1), "stopped answering");
  monitor_assert_value (sample (monitor, 31), GPU_FIELD_UTILISATION, 93);

  /* Unplugged for good: the kernel does not show it any more either. */
  device_tree_remove_card (tree, &geforce);
  tell ("driver 570.86.15\n", other, NULL);
  monitor_fixture_time += G_USEC_PER_SEC;
  gpu_monitor_sample_once (monitor);
  g_assert_null (gpu_monitor_find (monitor, ADDRESS));
  g_assert_nonnull (gpu_monitor_find (monitor, second.address));
}

/* Without the library, with one that is none, with nouveau and with no driver at all. */
static void
test_no_library (void)
{
  const char *const libraries[] = { "/nonexistent/libnvidia-ml.so.1", "libm.so.6" };
  g_autoptr (DeviceTree) tree = device_tree_new ();
  DeviceTreeCard card = geforce;
  g_autofree char *dir = device_tree_add_card (tree, &card);
  g_autofree char *temperature = g_strconcat (dir, "/hwmon/hwmon3/temp1_input", NULL);
  g_autofree char *driver = g_strconcat (dir, "/driver", NULL);
  g_autoptr (GpuMonitor) monitor = NULL;

  device_tree_write (tree, "/usr/share/misc/pci.ids",
                     "10de  NVIDIA Corporation\n\t2684  AD102 [GeForce RTX 4090]");
  for (guint i = 0; i < G_N_ELEMENTS (libraries); i++)
    {
      g_clear_object (&monitor);
      monitor = monitor_fixture_new (tree, libraries[i]);
      assert_lost (sample (monitor, 0), "libnvidia-ml");
      assert_lost (sample (monitor, 6), "libnvidia-ml");
      g_assert_cmpstr (gpu_telemetry_device_get_name (gpu_monitor_find (monitor, ADDRESS)), ==,
                       "NVIDIA GeForce RTX 4090");
    }
  device_tree_link (tree, driver, "../../../bus/pci/drivers/nouveau");
  device_tree_write (tree, temperature, "47000");
  g_clear_object (&monitor);
  monitor = monitor_fixture_new (tree, NULL);
  monitor_assert_values (sample (monitor, 0), GPU_FIELD_TEMPERATURE, 47.0, GPU_N_FIELDS);
  g_assert_cmpint (gpu_sample_get_state (monitor_fixture_get (monitor, ADDRESS)), ==,
                   GPU_STATE_ACTIVE);
  device_tree_link (tree, driver, "../../../bus/pci/drivers/vfio-pci");
  g_clear_object (&monitor);
  monitor = monitor_fixture_new (tree, NULL);
  assert_lost (sample (monitor, 0), "virtual machine");
  device_tree_remove (tree, driver);
  device_tree_remove (tree, temperature);
  g_clear_object (&monitor);
  monitor = monitor_fixture_new (tree, NULL);
  assert_lost (sample (monitor, 0), "No driver");
}

/* A laptop's card that sleeps is not woken: the library is not even started. Where the kernel shows
 * no card, as in WSL, the library's are taken. */
static void
test_suspended (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = device_tree_add_card (tree, &geforce);
  g_autofree char *status = g_strconcat (dir, "/power/runtime_status", NULL);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, library ("3"));
  GpuSample *got;

  tell (head, all_values, NULL);
  device_tree_write (tree, status, "suspended");
  got = sample (monitor, 0);
  g_assert_cmpint (gpu_sample_get_state (got), ==, GPU_STATE_SUSPENDED);
  monitor_assert_value (got, GPU_FIELD_UTILISATION, NAN);
  /* The name of the library would be known if it had been asked. */
  g_assert_cmpstr (gpu_telemetry_device_get_name (gpu_monitor_find (monitor, ADDRESS)), ==,
                   "NVIDIA graphics card [10de:2684]");
  device_tree_write (tree, status, "active");
  monitor_assert_value (sample (monitor, 1), GPU_FIELD_UTILISATION, 93);
  device_tree_write (tree, status, "suspended");
  got = sample (monitor, 1);
  g_assert_cmpint (gpu_sample_get_state (got), ==, GPU_STATE_SUSPENDED);

  device_tree_remove_card (tree, &geforce);
  g_clear_object (&monitor);
  monitor = monitor_fixture_new (tree, library ("3"));
  monitor_assert_value (sample (monitor, 0), GPU_FIELD_UTILISATION, 93);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-nvml-XXXXXX", NULL);
  int status;

  g_test_init (&argc, &argv, NULL);
  script = g_build_filename (folder, "script", NULL);
  g_setenv ("MYNA_FAKE_NVML", script, TRUE);
  g_test_add_data_func ("/gpu-nvml/values/1", "1", test_values);
  g_test_add_data_func ("/gpu-nvml/values/2", "2", test_values);
  g_test_add_data_func ("/gpu-nvml/values/3", "3", test_values);
  g_test_add_data_func ("/gpu-nvml/processes/1", "1", test_processes);
  g_test_add_data_func ("/gpu-nvml/processes/2", "2", test_processes);
  g_test_add_data_func ("/gpu-nvml/processes/3", "3", test_processes);
  g_test_add_func ("/gpu-nvml/driver-updated", test_driver_updated);
  g_test_add_func ("/gpu-nvml/driver-unloaded", test_driver_unloaded);
  g_test_add_func ("/gpu-nvml/card-lost", test_card_lost);
  g_test_add_func ("/gpu-nvml/no-library", test_no_library);
  g_test_add_func ("/gpu-nvml/suspended", test_suspended);
  status = g_test_run ();
  g_unlink (script);
  g_rmdir (folder);
  g_free (script);
  return status;
}
