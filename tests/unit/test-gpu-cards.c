/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/monitor-fixture.h"

/* Cards of AMD and Intel as their kernel drivers show them, and what becomes of them when files
 * cannot be read, the card sleeps or is unplugged. */

static const DeviceTreeCard rdna3 = { .address = "0000:0b:00.0",
                                      .class_code = 0x030000,
                                      .vendor = 0x1002,
                                      .device = 0x744c,
                                      .revision = 0xc8,
                                      .driver = "amdgpu",
                                      .number = 1 };

/* What reads of a file whose path ends so give: an error instead of its end, after @after bytes. */
static struct
{
  const char *suffix;
  int error;
  gsize after;
} fault;

/* In front of the C library's: a file that the kernel cannot read to its end just now, as amdgpu's
 * are while the card is reset, and which no made-up tree has. */
ssize_t
read (int fd, void *buffer, size_t size)
{
  char path[64], target[512];
  ssize_t length;

  g_snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  length = fault.suffix != NULL ? readlink (path, target, sizeof target - 1) : -1;
  if (length > 0)
    {
      target[length] = '\0';
      if (g_str_has_suffix (target, fault.suffix))
        {
          if (fault.after == 0 || (gsize) lseek (fd, 0, SEEK_CUR) >= fault.after)
            {
              errno = fault.error;
              return -1;
            }
          size = MIN (size, fault.after);
        }
    }
  return syscall (SYS_read, fd, buffer, size);
}

static void
put (DeviceTree *tree, const char *dir, const char *name, const char *text)
{
  g_autofree char *path = g_strconcat (dir, "/", name, NULL);

  device_tree_write (tree, path, text);
}

/* "name text" pairs, one a line. */
static void
put_all (DeviceTree *tree, const char *dir, const char *files)
{
  g_auto (GStrv) lines = g_strsplit (files, "\n", -1);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      char *space = strchr (lines[i], ' ');

      *space = '\0';
      put (tree, dir, lines[i], space + 1);
    }
}

/* The start of a v1.3 table: hot spot 71 °C, media 12 %, video clock 1600 MHz, slowed by power. */
static void
put_metrics (DeviceTree *tree, const char *dir)
{
  g_autofree char *path = g_strconcat (dir, "/gpu_metrics", NULL);
  guint8 table[120];
  const guint16 values[][2] = { { 0, 120 }, { 6, 71 }, { 20, 12 }, { 60, 1600 } };
  guint64 throttle = 1;

  memset (table, 0xff, sizeof table);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    memcpy (table + values[i][0], &values[i][1], 2);
  table[2] = 1;
  table[3] = 3;
  memcpy (table + 112, &throttle, 8);
  device_tree_write_bytes (tree, path, table, sizeof table);
}

static char *
add_rdna3 (DeviceTree *tree)
{
  char *dir = device_tree_add_card (tree, &rdna3);

  put_all (tree, dir,
           "gpu_busy_percent 93\nmem_busy_percent 41\nmem_info_vram_total 25753026560\n"
           "mem_info_vram_used 1476395008\nmem_info_gtt_total 33554432000\n"
           "mem_info_gtt_used 67108864\ncurrent_link_speed 16.0 GT/s PCIe\n"
           "current_link_width 16\nmax_link_speed 16.0 GT/s PCIe\nmax_link_width 16\n"
           "unique_id 1a2b3c4d5e6f7081\npower/runtime_status active\n"
           "pp_dpm_mclk 0: 96Mhz\n");
  put (tree, dir, "pp_dpm_sclk", "0: 500Mhz *\n1: 2525Mhz");
  put_all (tree, dir,
           "hwmon/hwmon4/temp1_input 55000\nhwmon/hwmon4/temp1_label edge\n"
           "hwmon/hwmon4/temp1_crit 100000\nhwmon/hwmon4/temp1_emergency 105000\n"
           "hwmon/hwmon4/temp3_input 64000\nhwmon/hwmon4/temp3_label mem\n"
           "hwmon/hwmon4/power1_average 187000000\nhwmon/hwmon4/power1_cap 339000000\n"
           "hwmon/hwmon4/fan1_input 1350\nhwmon/hwmon4/pwm1 102\nhwmon/hwmon4/pwm1_max 255\n"
           "hwmon/hwmon4/freq1_input 2430000000\nhwmon/hwmon4/freq2_input 1249000000\n");
  put_metrics (tree, dir);
  device_tree_write (tree, "/usr/share/libdrm/amdgpu.ids",
                     "# List of AMDGPU IDs\n1.0.0\n744C,\tC4,\tAMD Radeon RX 7900 GRE\n"
                     "744C,\tC8,\tAMD Radeon RX 7900 XTX");
  return dir;
}

static void
test_rdna3 (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = add_rdna3 (tree);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  GpuTelemetryDevice *device;
  GpuSample *sample;

  put_all (tree, "/sys/class/kfd/kfd/topology/nodes/1", "gpu_id 41234\n");
  put (tree, "/sys/class/kfd/kfd/topology/nodes/1", "properties",
       "simd_count 192\ngfx_target_version 110000\ndrm_render_minor 129\nunique_id 1");
  device_tree_write (tree, "/sys/module/amdgpu/version", "6.12.12");
  gpu_monitor_sample_once (monitor);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (monitor)), ==, 2);
  device = gpu_monitor_find (monitor, "0000:0b:00.0");
  g_assert_nonnull (device);
  g_assert_cmpstr (gpu_telemetry_device_get_name (device), ==, "AMD Radeon RX 7900 XTX");
  g_assert_cmpint (gpu_telemetry_device_get_vendor (device), ==, GPU_VENDOR_AMD);
  g_assert_cmpstr (gpu_telemetry_device_get_driver (device), ==, "amdgpu");
  g_assert_cmpstr (gpu_telemetry_device_get_driver_version (device), ==, "6.12.12");
  g_assert_cmpstr (gpu_telemetry_device_get_render_node (device), ==, "/dev/dri/renderD129");
  g_assert_cmpstr (gpu_telemetry_device_get_gfx_target (device), ==, "gfx1100");
  g_assert_cmpstr (gpu_telemetry_device_get_uuid (device), ==, "GPU-1a2b3c4d5e6f7081");
  g_assert_false (gpu_telemetry_device_get_integrated (device));
  sample = gpu_telemetry_device_get_latest (device);
  g_assert_cmpint (gpu_sample_get_state (sample), ==, GPU_STATE_ACTIVE);
  monitor_assert_values (
      sample, GPU_FIELD_UTILISATION, 93.0, GPU_FIELD_MEMORY_UTILISATION, 41.0, GPU_FIELD_ENCODER,
      12.0, GPU_FIELD_DECODER, 12.0, GPU_FIELD_MEMORY_TOTAL, 25753026560.0, GPU_FIELD_MEMORY_USED,
      1476395008.0, GPU_FIELD_SHARED_TOTAL, 33554432000.0, GPU_FIELD_SHARED_USED, 67108864.0,
      GPU_FIELD_TEMPERATURE, 55.0, GPU_FIELD_TEMPERATURE_HOTSPOT, 71.0,
      GPU_FIELD_TEMPERATURE_MEMORY, 64.0, GPU_FIELD_TEMPERATURE_SLOWDOWN, 100.0,
      GPU_FIELD_TEMPERATURE_SHUTDOWN, 105.0, GPU_FIELD_POWER, 187.0, GPU_FIELD_POWER_CAP, 339.0,
      GPU_FIELD_CLOCK_CORE, 2430.0, GPU_FIELD_CLOCK_CORE_MAX, 2525.0, GPU_FIELD_CLOCK_MEMORY,
      1249.0, GPU_FIELD_CLOCK_MEMORY_MAX, 96.0, GPU_FIELD_CLOCK_VIDEO, 1600.0, GPU_FIELD_FAN, 40.0,
      GPU_FIELD_FAN_SPEED, 1350.0, GPU_FIELD_PCIE_GENERATION, 4.0, GPU_FIELD_PCIE_GENERATION_MAX,
      4.0, GPU_FIELD_PCIE_WIDTH, 16.0, GPU_FIELD_PCIE_WIDTH_MAX, 16.0, GPU_N_FIELDS);
  g_assert_cmpstr (gpu_sample_get_throttle_reasons (sample)[0], ==, "power limit");
  g_assert_null (gpu_sample_get_throttle_reasons (sample)[1]);
}

/* Little memory of its own and much of the system's; the firmware's table says it is an APU. */
static void
test_apu (void)
{
  static const DeviceTreeCard card = { .address = "0000:c4:00.0",
                                       .class_code = 0x038000,
                                       .vendor = 0x1002,
                                       .device = 0x15bf,
                                       .revision = 0x04,
                                       .driver = "amdgpu",
                                       .number = 0 };
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = device_tree_add_card (tree, &card);
  g_autofree char *path = g_strconcat (dir, "/gpu_metrics", NULL);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  guint8 table[152];
  const guint16 size = sizeof table, celsius = 4875;

  memset (table, 0xff, sizeof table);
  memcpy (table, &size, 2);
  memcpy (table + 4, &celsius, 2);
  table[2] = 2;
  table[3] = 3;
  device_tree_write_bytes (tree, path, table, sizeof table);
  put_all (tree, dir,
           "gpu_busy_percent 4\nmem_info_vram_total 536870912\nmem_info_vram_used 402653184\n"
           "mem_info_gtt_total 12884901888\nmem_info_gtt_used 1073741824\n"
           "hwmon/hwmon2/power1_input 9000000\nhwmon/hwmon2/freq1_input 800000000\n");
  device_tree_write (tree, "/usr/share/hwdata/pci.ids",
                     "# comment\n1002  Advanced Micro Devices, Inc. [AMD/ATI]\n"
                     "\t15bf  Phoenix1 [Radeon 780M Graphics]\n\t\t1043 1234  Something else\n"
                     "10de  NVIDIA Corporation\n\t15bf  Not this");
  gpu_monitor_sample_once (monitor);
  g_assert_cmpstr (gpu_telemetry_device_get_name (gpu_monitor_find (monitor, card.address)), ==,
                   "AMD Radeon 780M Graphics");
  g_assert_true (gpu_telemetry_device_get_integrated (gpu_monitor_find (monitor, card.address)));
  monitor_assert_values (monitor_fixture_get (monitor, card.address), GPU_FIELD_UTILISATION, 4.0,
                         GPU_FIELD_MEMORY_TOTAL, 512 * MIB, GPU_FIELD_MEMORY_USED, 384 * MIB,
                         GPU_FIELD_SHARED_TOTAL, 12 * GIB, GPU_FIELD_SHARED_USED, 1 * GIB,
                         GPU_FIELD_TEMPERATURE, 48.75, GPU_FIELD_POWER, 9.0, GPU_FIELD_CLOCK_CORE,
                         800.0, GPU_N_FIELDS);
}

/* A compute card: no fan, no edge temperature, its own name; a process computes on it. */
static void
test_instinct (void)
{
  static const DeviceTreeCard card = { .address = "0000:63:00.0",
                                       .class_code = 0x120000,
                                       .vendor = 0x1002,
                                       .device = 0x740f,
                                       .revision = 0x02,
                                       .driver = "amdgpu",
                                       .number = 0 };
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = device_tree_add_card (tree, &card);
  g_autofree char *own = g_strdup_printf ("/sys/class/kfd/kfd/proc/%d", getpid ());
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  const GpuProcess *processes;
  GpuSample *sample;
  guint n;

  put_all (tree, dir,
           "product_name Instinct MI210\nmem_info_vram_total 68702699520\n"
           "mem_info_vram_used 10485760\nhwmon/hwmon7/temp2_input 41000\n"
           "hwmon/hwmon7/temp2_label junction\nhwmon/hwmon7/temp2_crit 100000\n"
           "hwmon/hwmon7/temp3_input 47000\nhwmon/hwmon7/temp3_label mem\n"
           "hwmon/hwmon7/power1_average 41000000\nhwmon/hwmon7/power1_cap 300000000\n");
  put_all (tree, "/sys/class/kfd/kfd/topology/nodes/2", "gpu_id 777\n");
  put (tree, "/sys/class/kfd/kfd/topology/nodes/2", "properties",
       "gfx_target_version 90010\ndrm_render_minor 128");
  put (tree, own, "vram_777", "3145728");
  put (tree, "/sys/class/kfd/kfd/proc/999999", "vram_777", "5242880");
  put (tree, "/proc/999999", "comm", "trainer");
  gpu_monitor_sample_once (monitor);
  g_assert_cmpstr (gpu_telemetry_device_get_name (gpu_monitor_find (monitor, card.address)), ==,
                   "AMD Instinct MI210");
  g_assert_cmpstr (gpu_telemetry_device_get_gfx_target (gpu_monitor_find (monitor, card.address)),
                   ==, "gfx90a");
  sample = monitor_fixture_get (monitor, card.address);
  monitor_assert_values (sample, GPU_FIELD_MEMORY_TOTAL, 68702699520.0, GPU_FIELD_MEMORY_USED,
                         10485760.0, GPU_FIELD_MEMORY_OWN, 3145728.0, GPU_FIELD_TEMPERATURE_HOTSPOT,
                         41.0, GPU_FIELD_TEMPERATURE_MEMORY, 47.0, GPU_FIELD_TEMPERATURE_SLOWDOWN,
                         100.0, GPU_FIELD_POWER, 41.0, GPU_FIELD_POWER_CAP, 300.0, GPU_N_FIELDS);
  processes = gpu_sample_get_processes (sample, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (processes[0].pid, ==, 999999);
  g_assert_cmpstr (processes[0].name, ==, "trainer");
  g_assert_cmpuint (processes[0].memory, ==, 5242880);
  g_assert_false (processes[0].own);
  g_assert_true (processes[1].own);

  /* In a Flatpak the driver's process ids are those of the host. */
  device_tree_write (tree, "/.flatpak-info", "[Application]");
  g_clear_object (&monitor);
  monitor = monitor_fixture_new (tree, NULL);
  gpu_monitor_sample_once (monitor);
  sample = monitor_fixture_get (monitor, card.address);
  g_assert_null (gpu_sample_get_processes (sample, &n));
  monitor_assert_value (sample, GPU_FIELD_MEMORY_OWN, NAN);
}

static void
put_client (DeviceTree *tree, int pid, int fd, const char *text)
{
  g_autofree char *link = g_strdup_printf ("/proc/%d/fd/%d", pid, fd);
  g_autofree char *info = g_strdup_printf ("/proc/%d/fdinfo/%d", pid, fd);

  device_tree_link (tree, link, "/dev/dri/renderD128");
  device_tree_write (tree, info, text);
}

static void
put_i915_client (DeviceTree *tree, int pid, int fd, guint client, guint64 render)
{
  g_autofree char *text =
      g_strdup_printf ("drm-driver:\ti915\ndrm-client-id:\t%u\ndrm-pdev:\t0000:00:02.0\n"
                       "drm-resident-system0:\t2 MiB\ndrm-engine-render:\t%" G_GUINT64_FORMAT " ns",
                       client, render);

  put_client (tree, pid, fd, text);
}

/* There is no file for the load: it is the sum of the clients, each counted once. */
static void
test_i915 (void)
{
  static const DeviceTreeCard card = { .address = "0000:00:02.0",
                                       .class_code = 0x030000,
                                       .vendor = 0x8086,
                                       .device = 0x46a6,
                                       .revision = 0x0c,
                                       .driver = "i915",
                                       .number = 0 };
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = device_tree_add_card (tree, &card);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  const GpuProcess *processes;
  GpuSample *sample;
  guint n;

  put_all (tree, dir,
           "drm/card0/gt_act_freq_mhz 1300\ndrm/card0/gt_cur_freq_mhz 1350\n"
           "drm/card0/gt_max_freq_mhz 1450\n");
  put_i915_client (tree, 4000, 8, 1, 1000000000);
  put_i915_client (tree, 4000, 9, 1, 1000000000);
  put_i915_client (tree, 4001, 5, 2, 7000000000);
  put (tree, "/proc/4000", "comm", "compositor");
  device_tree_link (tree, "/proc/4001/fd/6", "/dev/null");
  gpu_monitor_sample_once (monitor);
  g_assert_cmpstr (gpu_telemetry_device_get_name (gpu_monitor_find (monitor, card.address)), ==,
                   "Intel graphics card [8086:46a6]");
  g_assert_true (gpu_telemetry_device_get_integrated (gpu_monitor_find (monitor, card.address)));
  monitor_assert_values (monitor_fixture_get (monitor, card.address), GPU_FIELD_CLOCK_CORE, 1300.0,
                         GPU_FIELD_CLOCK_CORE_MAX, 1450.0, GPU_N_FIELDS);

  /* 250 and 100 ms of the next second; then a counter that goes back. */
  put_i915_client (tree, 4000, 8, 1, 1250000000);
  put_i915_client (tree, 4000, 9, 1, 1250000000);
  put_i915_client (tree, 4001, 5, 2, 7100000000);
  monitor_fixture_time += G_USEC_PER_SEC;
  gpu_monitor_sample_once (monitor);
  sample = monitor_fixture_get (monitor, card.address);
  monitor_assert_value (sample, GPU_FIELD_UTILISATION, 35);
  processes = gpu_sample_get_processes (sample, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpstr (processes[0].name, ==, "compositor");
  g_assert_true (processes[0].has_utilisation);
  g_assert_cmpfloat_with_epsilon (processes[0].utilisation, 25, 1e-9);
  g_assert_false (processes[0].has_memory);
  put_i915_client (tree, 4000, 8, 1, 1000);
  put_i915_client (tree, 4000, 9, 1, 1000);
  put_i915_client (tree, 4001, 5, 2, 90000000000);
  monitor_fixture_time += G_USEC_PER_SEC;
  gpu_monitor_sample_once (monitor);
  monitor_assert_value (monitor_fixture_get (monitor, card.address), GPU_FIELD_UTILISATION, NAN);

  /* Nobody else is seen in a sandbox: what is, is not the whole load. */
  device_tree_write (tree, "/.flatpak-info", "[Application]");
  g_clear_object (&monitor);
  monitor = monitor_fixture_new (tree, NULL);
  gpu_monitor_sample_once (monitor);
  monitor_fixture_time += G_USEC_PER_SEC;
  gpu_monitor_sample_once (monitor);
  monitor_assert_value (monitor_fixture_get (monitor, card.address), GPU_FIELD_UTILISATION, NAN);
}

static void
put_xe_client (DeviceTree *tree, guint64 cycles, guint64 total)
{
  g_autofree char *text =
      g_strdup_printf ("drm-driver:\txe\ndrm-client-id:\t9\ndrm-pdev:\t0000:03:00.0\n"
                       "drm-resident-vram0:\t64 MiB\ndrm-cycles-ccs:\t%" G_GUINT64_FORMAT
                       "\ndrm-total-cycles-ccs:\t%" G_GUINT64_FORMAT,
                       cycles, total);

  put_client (tree, getpid (), 30, text);
}

/* Behind a bridge of its own; power by energy, load by cycles. */
static void
test_xe (void)
{
  static const DeviceTreeCard card = { .address = "0000:03:00.0",
                                       .class_code = 0x030000,
                                       .vendor = 0x8086,
                                       .device = 0xe20b,
                                       .driver = "xe",
                                       .number = 0 };
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = device_tree_add_card (tree, &card);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);

  put_all (tree, dir,
           "tile0/physical_vram_size_bytes 12884901888\ntile0/gt0/freq0/act_freq "
           "2850\ntile0/gt0/freq0/cur_freq 2800\n"
           "tile0/gt0/freq0/max_freq 2850\nhwmon/hwmon1/energy1_label card\n"
           "hwmon/hwmon1/energy1_input 500000000\nhwmon/hwmon1/power1_crit 218000000\n"
           "hwmon/hwmon1/temp2_label pkg\nhwmon/hwmon1/temp2_input 58000\n"
           "hwmon/hwmon1/temp3_label vram\nhwmon/hwmon1/temp3_input 66000\n"
           "hwmon/hwmon1/fan1_input 1200\ncurrent_link_speed 2.5 GT/s PCIe\n"
           "current_link_width 1\nmax_link_speed 2.5 GT/s PCIe\nmax_link_width 1\n");
  /* The bridge above; all cards of the tree lie in its folder. */
  put_all (tree, "/sys/devices/pci0000:00",
           "vendor 0x8086\nclass 0x060400\ncurrent_link_speed 16.0 GT/s PCIe\n"
           "current_link_width 8\nmax_link_speed 16.0 GT/s PCIe\nmax_link_width 8\n");
  put (tree, dir, "power/runtime_status", "suspended");
  gpu_monitor_sample_once (monitor);
  g_assert_cmpint (gpu_sample_get_state (monitor_fixture_get (monitor, card.address)), ==,
                   GPU_STATE_SUSPENDED);
  monitor_assert_value (monitor_fixture_get (monitor, card.address), GPU_FIELD_MEMORY_TOTAL, NAN);
  put (tree, dir, "power/runtime_status", "active");
  put_xe_client (tree, 1000, 100000);
  gpu_monitor_sample_once (monitor);
  monitor_assert_value (monitor_fixture_get (monitor, card.address), GPU_FIELD_POWER, NAN);
  put (tree, dir, "hwmon/hwmon1/energy1_input", "740000000");
  put_xe_client (tree, 46000, 200000);
  monitor_fixture_time += 2 * G_USEC_PER_SEC;
  gpu_monitor_sample_once (monitor);
  g_assert_false (gpu_telemetry_device_get_integrated (gpu_monitor_find (monitor, card.address)));
  monitor_assert_values (
      monitor_fixture_get (monitor, card.address), GPU_FIELD_UTILISATION, 45.0,
      GPU_FIELD_MEMORY_TOTAL, 12 * GIB, GPU_FIELD_MEMORY_OWN, 64 * MIB, GPU_FIELD_TEMPERATURE, 58.0,
      GPU_FIELD_TEMPERATURE_MEMORY, 66.0, GPU_FIELD_ENERGY, 740.0, GPU_FIELD_POWER, 120.0,
      GPU_FIELD_POWER_CAP, 218.0, GPU_FIELD_CLOCK_CORE, 2850.0, GPU_FIELD_CLOCK_CORE_MAX, 2850.0,
      GPU_FIELD_FAN_SPEED, 1200.0, GPU_FIELD_PCIE_GENERATION, 4.0, GPU_FIELD_PCIE_GENERATION_MAX,
      4.0, GPU_FIELD_PCIE_WIDTH, 8.0, GPU_FIELD_PCIE_WIDTH_MAX, 8.0, GPU_N_FIELDS);
}

/* The names of the files that were opened in a watched folder since the last call. */
static gboolean
was_opened (int watch, const char *name)
{
  union
  {
    struct inotify_event event;
    char bytes[16384];
  } buffer;
  gssize length = read (watch, &buffer, sizeof buffer);
  gboolean found = FALSE;

  for (gssize at = 0; at < length;)
    {
      const struct inotify_event *event = (const void *) (buffer.bytes + at);

      found = found || (event->len > 0 && strcmp (event->name, name) == 0);
      at += (gssize) (sizeof *event + event->len);
    }
  return found;
}

/* A laptop's second card sleeps, and is not woken: none of its sensors is opened. */
static void
test_suspended (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = add_rdna3 (tree);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  g_autofree char *card = g_strconcat (tree->root, dir, NULL);
  g_autofree char *hwmon = g_strconcat (card, "/hwmon/hwmon4", NULL);
  int card_watch = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  int hwmon_watch = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  GpuSample *sample;

  put (tree, dir, "power/runtime_status", "suspended");
  g_assert_cmpint (inotify_add_watch (card_watch, card, IN_OPEN), >=, 0);
  g_assert_cmpint (inotify_add_watch (hwmon_watch, hwmon, IN_OPEN), >=, 0);
  gpu_monitor_sample_once (monitor);
  g_assert_false (was_opened (card_watch, "gpu_busy_percent"));
  g_assert_false (was_opened (hwmon_watch, "temp1_input"));
  sample = monitor_fixture_get (monitor, rdna3.address);
  g_assert_cmpint (gpu_sample_get_state (sample), ==, GPU_STATE_SUSPENDED);
  g_assert_nonnull (gpu_sample_get_reason (sample));
  for (guint i = 0; i < GPU_N_FIELDS; i++)
    monitor_assert_value (sample, (GpuField) i, NAN);
  g_assert_cmpstr (gpu_telemetry_device_get_name (gpu_monitor_find (monitor, rdna3.address)), ==,
                   "AMD Radeon RX 7900 XTX");
  put (tree, dir, "power/runtime_status", "active");
  gpu_monitor_sample_once (monitor);
  sample = monitor_fixture_get (monitor, rdna3.address);
  g_assert_cmpint (gpu_sample_get_state (sample), ==, GPU_STATE_ACTIVE);
  monitor_assert_value (sample, GPU_FIELD_UTILISATION, 93);
  g_assert_true (was_opened (card_watch, "gpu_busy_percent"));
  g_assert_true (was_opened (hwmon_watch, "temp1_input"));
  close (card_watch);
  close (hwmon_watch);
  put (tree, dir, "power/runtime_status", "suspending");
  gpu_monitor_sample_once (monitor);
  sample = monitor_fixture_get (monitor, rdna3.address);
  g_assert_cmpint (gpu_sample_get_state (sample), ==, GPU_STATE_SUSPENDED);
}

/* Files that answer EIO, hold nonsense or are gone are missing values; the rest stays. */
static void
test_broken_files (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = add_rdna3 (tree);
  g_autofree char *busy = g_strconcat (dir, "/gpu_busy_percent", NULL);
  g_autofree char *metrics = g_strconcat (dir, "/gpu_metrics", NULL);
  g_autofree char *hwmon = g_strconcat (dir, "/hwmon", NULL);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  GpuSample *sample;

  gpu_monitor_sample_once (monitor);
  device_tree_break (tree, busy);
  device_tree_break (tree, metrics);
  put (tree, dir, "mem_busy_percent", "none");
  put (tree, dir, "mem_info_gtt_used", "99999999999999999999999");
  put (tree, dir, "current_link_width", "255");
  put (tree, dir, "current_link_speed", "Unknown");
  gpu_monitor_sample_once (monitor);
  sample = monitor_fixture_get (monitor, rdna3.address);
  monitor_assert_value (sample, GPU_FIELD_UTILISATION, NAN);
  monitor_assert_value (sample, GPU_FIELD_TEMPERATURE_HOTSPOT, NAN);
  monitor_assert_value (sample, GPU_FIELD_MEMORY_UTILISATION, NAN);
  monitor_assert_value (sample, GPU_FIELD_SHARED_USED, NAN);
  monitor_assert_value (sample, GPU_FIELD_PCIE_WIDTH, NAN);
  monitor_assert_value (sample, GPU_FIELD_PCIE_GENERATION, NAN);
  monitor_assert_value (sample, GPU_FIELD_TEMPERATURE, 55);
  monitor_assert_value (sample, GPU_FIELD_MEMORY_USED, 1476395008);
  device_tree_remove (tree, hwmon);
  gpu_monitor_sample_once (monitor);
  sample = monitor_fixture_get (monitor, rdna3.address);
  monitor_assert_value (sample, GPU_FIELD_TEMPERATURE, NAN);
  monitor_assert_value (sample, GPU_FIELD_POWER, NAN);
  monitor_assert_value (sample, GPU_FIELD_MEMORY_USED, 1476395008);
}

/* The card is reset, or gone in the middle of a file: no half a number is taken. */
static void
test_faults (void)
{
  static const int errors[] = { EIO, EBUSY, ENODEV, EPERM };
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *dir = add_rdna3 (tree);
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);

  gpu_monitor_sample_once (monitor);
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    for (gsize after = 0; after < 3; after++)
      {
        fault.error = errors[i];
        fault.after = after;
        fault.suffix = "/mem_info_vram_used";
        gpu_monitor_sample_once (monitor);
        monitor_assert_value (monitor_fixture_get (monitor, rdna3.address), GPU_FIELD_MEMORY_USED,
                              NAN);
        fault.suffix = "/gpu_metrics";
        gpu_monitor_sample_once (monitor);
        monitor_assert_value (monitor_fixture_get (monitor, rdna3.address),
                              GPU_FIELD_TEMPERATURE_HOTSPOT, NAN);
        fault.suffix = NULL;
        gpu_monitor_sample_once (monitor);
        monitor_assert_value (monitor_fixture_get (monitor, rdna3.address), GPU_FIELD_MEMORY_USED,
                              1476395008);
      }
}

/* Plugging in and out: the list follows, and who looks at a device keeps it. */
static void
test_hotplug (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  g_autoptr (GpuTelemetryDevice) device = NULL;
  g_autofree char *dir = NULL;

  gpu_monitor_sample_once (monitor);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (monitor)), ==, 1);
  dir = add_rdna3 (tree);
  gpu_monitor_sample_once (monitor);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (monitor)), ==, 2);
  device = g_list_model_get_item (G_LIST_MODEL (monitor), 0);
  g_assert_cmpstr (gpu_telemetry_device_get_id (device), ==, rdna3.address);
  device_tree_remove_card (tree, &rdna3);
  gpu_monitor_sample_once (monitor);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (monitor)), ==, 1);
  g_assert_null (gpu_monitor_find (monitor, rdna3.address));
  monitor_assert_value (gpu_telemetry_device_get_latest (device), GPU_FIELD_UTILISATION, 93);
}

typedef struct
{
  DeviceTree *tree;
  gint stop;
} Vandal;

static gpointer
vandalize (gpointer data)
{
  Vandal *self = data;

  while (!g_atomic_int_get (&self->stop))
    {
      g_autofree char *dir = add_rdna3 (self->tree);

      device_tree_remove_card (self->tree, &rdna3);
    }
  return NULL;
}

/* Files come and go while they are read. */
static void
test_vanishing (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  Vandal vandal = { .tree = tree };
  GThread *thread = g_thread_new ("vandal", vandalize, &vandal);

  for (int i = 0; i < 150; i++)
    {
      GpuTelemetryDevice *device;
      double value;

      gpu_monitor_sample_once (monitor);
      g_assert_nonnull (gpu_monitor_find (monitor, "cpu"));
      device = gpu_monitor_find (monitor, rdna3.address);
      if (device != NULL &&
          gpu_sample_get (gpu_telemetry_device_get_latest (device), GPU_FIELD_POWER, &value))
        g_assert_cmpfloat_with_epsilon (value, 187, 1e-6);
    }
  g_atomic_int_set (&vandal.stop, 1);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu-cards/rdna3", test_rdna3);
  g_test_add_func ("/gpu-cards/apu", test_apu);
  g_test_add_func ("/gpu-cards/instinct", test_instinct);
  g_test_add_func ("/gpu-cards/i915", test_i915);
  g_test_add_func ("/gpu-cards/xe", test_xe);
  g_test_add_func ("/gpu-cards/suspended", test_suspended);
  g_test_add_func ("/gpu-cards/broken-files", test_broken_files);
  g_test_add_func ("/gpu-cards/faults", test_faults);
  g_test_add_func ("/gpu-cards/hotplug", test_hotplug);
  g_test_add_func ("/gpu-cards/vanishing", test_vanishing);
  return g_test_run ();
}
