/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "app/cli/myna-cli-common.h"
#include "gpu/monitor/gpu-monitor.h"

/* myna monitor: what the devices do now, as nvidia-smi and rocm-smi show it. */

/* Load is a difference: two samples so far apart tell it. */
#define ONCE_MICROSECONDS 500000

static struct
{
  gboolean once;
  gboolean json;
  char *record;
  char *replay;
  double interval;
} options;

static const GOptionEntry entries[] = {
  { "once", 0, 0, G_OPTION_ARG_NONE, &options.once, N_ ("Print the numbers once and end"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json,
    N_ ("Print JSON, one line for each time the devices are asked"), NULL },
  { "record", 0, 0, G_OPTION_ARG_FILENAME, &options.record,
    N_ ("Also write the numbers to a file, which --replay shows again"), N_ ("FILE") },
  { "replay", 0, 0, G_OPTION_ARG_FILENAME, &options.replay,
    N_ ("Show a recording instead of this computer’s devices"), N_ ("FILE") },
  { "interval", 0, 0, G_OPTION_ARG_DOUBLE, &options.interval,
    N_ ("Ask every so many seconds, from 0.5 to 5 (default: 1)"), N_ ("SECONDS") },
  G_OPTION_ENTRY_NULL,
};

typedef struct
{
  GpuMonitor *monitor;
  GMainLoop *loop;
  gboolean redraw; /* on a terminal, in place */
} Watch;

typedef struct
{
  const char *title;
  int columns;
  GpuField field;
  GpuField limit; /* shown behind a slash; GPU_N_FIELDS for none */
} Column;

static const Column columns[] = {
  { N_ ("Load"), 6, GPU_FIELD_UTILISATION, GPU_N_FIELDS },
  { N_ ("Memory"), 19, GPU_FIELD_MEMORY_USED, GPU_FIELD_MEMORY_TOTAL },
  { N_ ("Temp."), 8, GPU_FIELD_TEMPERATURE, GPU_N_FIELDS },
  { N_ ("Power"), 15, GPU_FIELD_POWER, GPU_FIELD_POWER_CAP },
  { N_ ("Clock"), 11, GPU_FIELD_CLOCK_CORE, GPU_N_FIELDS },
  { N_ ("Fan"), 7, GPU_FIELD_FAN, GPU_N_FIELDS },
};

/* Shown on lines of their own, when the device tells them. */
static const GpuField details[] = {
  GPU_FIELD_MEMORY_OWN,
  GPU_FIELD_SHARED_USED,
  GPU_FIELD_SHARED_TOTAL,
  GPU_FIELD_MEMORY_UTILISATION,
  GPU_FIELD_ENCODER,
  GPU_FIELD_DECODER,
  GPU_FIELD_TEMPERATURE_HOTSPOT,
  GPU_FIELD_TEMPERATURE_MEMORY,
  GPU_FIELD_TEMPERATURE_SLOWDOWN,
  GPU_FIELD_TEMPERATURE_SHUTDOWN,
  GPU_FIELD_CLOCK_CORE_MAX,
  GPU_FIELD_CLOCK_MEMORY,
  GPU_FIELD_CLOCK_MEMORY_MAX,
  GPU_FIELD_CLOCK_VIDEO,
  GPU_FIELD_FAN_SPEED,
  GPU_FIELD_PCIE_GENERATION,
  GPU_FIELD_PCIE_GENERATION_MAX,
  GPU_FIELD_PCIE_WIDTH,
  GPU_FIELD_PCIE_WIDTH_MAX,
  GPU_FIELD_PCIE_RECEIVED,
  GPU_FIELD_PCIE_SENT,
  GPU_FIELD_ENERGY,
};

static void
print_head (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    myna_cli_print_cell (_ (columns[i].title), columns[i].columns);
  printf ("\n");
}

static void
print_name (GpuTelemetryDevice *device)
{
  const char *driver = gpu_telemetry_device_get_driver (device);
  const char *version = gpu_telemetry_device_get_driver_version (device);
  const char *target = gpu_telemetry_device_get_gfx_target (device);
  const char *capability = gpu_telemetry_device_get_compute_capability (device);
  const char *const *runtimes = gpu_telemetry_device_get_runtimes (device);

  printf ("%s  %s", gpu_telemetry_device_get_id (device), gpu_telemetry_device_get_name (device));
  if (driver != NULL)
    printf (" · %s %s", driver, version != NULL ? version : "");
  for (guint i = 0; runtimes[i] != NULL; i++)
    printf (" · %s", runtimes[i]);
  if (target != NULL)
    printf (" · %s", target);
  if (capability != NULL)
    printf (" · %s %s", _ ("compute capability"), capability);
  printf ("\n");
}

static void
print_cells (GpuSample *sample)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      const Column *column = &columns[i];
      g_autofree char *value = gpu_sample_format (sample, column->field);
      double limit;

      if (column->limit != GPU_N_FIELDS && gpu_sample_get (sample, column->limit, &limit))
        {
          g_autofree char *end = gpu_field_format (column->limit, limit);
          g_autofree char *both = g_strdup_printf ("%s / %s", value, end);

          myna_cli_print_cell (both, column->columns);
        }
      else
        myna_cli_print_cell (value, column->columns);
    }
  printf ("\n");
}

/* As many on a line as a terminal of 100 columns has room for. */
static void
print_details (GpuSample *sample)
{
  int used = 0;

  for (guint i = 0; i < G_N_ELEMENTS (details); i++)
    {
      const char *name = gpu_field_get_name (details[i]);
      g_autofree char *value = NULL;
      double number;
      int width;

      if (!gpu_sample_get (sample, details[i], &number))
        continue;
      value = gpu_field_format (details[i], number);
      width = myna_cli_get_columns (name) + myna_cli_get_columns (value) + 2;
      if (used > 0 && used + 3 + width > 98)
        {
          printf ("\n");
          used = 0;
        }
      printf ("%s%s: %s", used > 0 ? " · " : "  ", name, value);
      used += width + 3;
    }
  if (used > 0)
    printf ("\n");
}

static void
print_processes (GpuSample *sample)
{
  guint n;
  const GpuProcess *processes = gpu_sample_get_processes (sample, &n);

  if (n > 0)
    {
      myna_cli_print_cell (_ ("PID"), 10);
      myna_cli_print_cell (_ ("Memory"), 12);
      myna_cli_print_cell (_ ("Load"), 8);
      printf ("  %s\n", _ ("Process"));
    }
  for (guint i = 0; i < n; i++)
    {
      const GpuProcess *process = &processes[i];
      g_autofree char *memory =
          process->has_memory ? g_format_size (process->memory) : g_strdup ("—");
      g_autofree char *load = process->has_utilisation
                                  ? gpu_field_format (GPU_FIELD_UTILISATION, process->utilisation)
                                  : g_strdup ("—");

      printf ("  %8" G_GINT64_FORMAT, process->pid);
      myna_cli_print_cell (memory, 12);
      myna_cli_print_cell (load, 8);
      printf ("  %s%s\n", process->name != NULL ? process->name : "—",
              process->own ? _ (" (Myna)") : "");
    }
}

static void
print_device (GpuTelemetryDevice *device)
{
  GpuSample *sample = gpu_telemetry_device_get_latest (device);
  const char *reason = gpu_sample_get_reason (sample);
  g_autofree char *slow =
      g_strjoinv (", ", (char **) (gpointer) gpu_sample_get_throttle_reasons (sample));

  print_name (device);
  if (reason != NULL)
    printf ("  %s\n", reason);
  if (gpu_sample_get_state (sample) == GPU_STATE_ACTIVE)
    {
      print_cells (sample);
      print_details (sample);
    }
  if (*slow != '\0')
    printf ("  %s %s\n", _ ("Slowed by:"), slow);
  print_processes (sample);
}

static void
print_table (Watch *watch)
{
  GListModel *model = G_LIST_MODEL (watch->monitor);
  g_autoptr (GpuTelemetryDevice) last = g_list_model_get_item (model, 0);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (
      gpu_sample_get_wall_time (gpu_telemetry_device_get_latest (last)) / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (date, "%c");

  if (watch->redraw)
    printf ("\033[H\033[J");
  printf ("Myna %s   %s\n", MYNA_VERSION, text);
  print_head ();
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GpuTelemetryDevice) device = g_list_model_get_item (model, i);

      print_device (device);
    }
  if (!watch->redraw)
    printf ("\n");
}

static void
print (Watch *watch)
{
  g_autofree char *line = NULL;

  if (options.json)
    {
      line = gpu_monitor_dup_line (watch->monitor);
      puts (line);
    }
  else
    print_table (watch);
  fflush (stdout);
}

static void
sampled (GpuMonitor *monitor, Watch *watch)
{
  g_assert (GPU_IS_MONITOR (monitor));

  if (gpu_monitor_has_ended (monitor))
    g_main_loop_quit (watch->loop);
  else
    print (watch);
}

static gboolean
stop (gpointer data)
{
  Watch *watch = data;

  g_main_loop_quit (watch->loop);
  return G_SOURCE_CONTINUE;
}

/* Until Ctrl-C, or the end of the recording. */
static void
watch_devices (Watch *watch)
{
  guint interrupt = g_unix_signal_add (SIGINT, stop, watch);
  guint terminate = g_unix_signal_add (SIGTERM, stop, watch);

  watch->loop = g_main_loop_new (NULL, FALSE);
  watch->redraw = !options.json && isatty (STDOUT_FILENO);
  g_signal_connect (watch->monitor, "sampled", G_CALLBACK (sampled), watch);
  gpu_monitor_hold (watch->monitor);
  g_main_loop_run (watch->loop);
  gpu_monitor_release (watch->monitor);
  g_signal_handlers_disconnect_by_func (watch->monitor, sampled, watch);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_main_loop_unref (watch->loop);
}

static void
show_once (Watch *watch)
{
  gpu_monitor_sample_once (watch->monitor);
  if (options.replay == NULL)
    {
      g_usleep (ONCE_MICROSECONDS);
      gpu_monitor_sample_once (watch->monitor);
    }
  print (watch);
}

/**
 * myna_cli_monitor:
 *
 * The command "monitor".
 */
MynaCliStatus
myna_cli_monitor (int argc, char **argv)
{
  g_autoptr (GpuMonitor) monitor = NULL;
  g_autoptr (GError) error = NULL;
  Watch watch = { NULL };

  options.interval = 1;
  if (!myna_cli_parse (&argc, &argv, NULL,
                       _ ("Shows what the graphics cards and the processor do, as nvidia-smi and "
                          "rocm-smi do. Ctrl-C ends it."),
                       entries, NULL))
    return MYNA_CLI_USAGE;
  if (argc > 1)
    return myna_cli_usage_error ("monitor", _ ("it takes no arguments."));
  if (!myna_cli_is_between (options.interval, 0.5, 5))
    return myna_cli_usage_error ("monitor", _ ("--interval takes 0.5 to 5 seconds."));
  if (options.record != NULL && g_file_test (options.record, G_FILE_TEST_IS_REGULAR))
    return myna_cli_fail_with (_ ("“%s” is there already; give the recording another name."),
                               options.record);
  monitor = options.replay != NULL ? gpu_monitor_new_replay (options.replay, FALSE, &error)
                                   : gpu_monitor_new (NULL);
  if (monitor == NULL ||
      (options.record != NULL && !gpu_monitor_start_recording (monitor, options.record, &error)))
    return myna_cli_fail (error);
  gpu_monitor_set_period (monitor, (guint) lround (options.interval * 1000));
  watch.monitor = monitor;
  if (options.once)
    show_once (&watch);
  else
    watch_devices (&watch);
  if (options.record != NULL && !gpu_monitor_stop_recording (monitor, &error))
    return myna_cli_fail (error);
  return MYNA_CLI_DONE;
}
