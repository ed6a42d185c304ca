/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "gpu/monitor/gpu-recording.h"
#include "tests/support/monitor-fixture.h"

/* Recordings: what was sampled comes back the same, and a file that is none, damaged or hostile
 * does no harm. */

static char *folder;

static char *
get_path (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* A round with a device of every kind and all fields. */
static GPtrArray *
make_round (double load)
{
  GPtrArray *round = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_report_free);
  GpuDeviceInfo *info = gpu_device_info_new ("0000:0b:00.0", "AMD “Test” \\ card", GPU_VENDOR_AMD);
  GpuSample *sample = gpu_sample_new (1234567, G_GINT64_CONSTANT (1795324800123000));
  GpuProcess own = {
    .pid = 77, .name = g_strdup ("myna"), .own = TRUE, .memory = 5 << 20, .has_memory = TRUE
  };
  GpuProcess other = { .pid = 4000000, .utilisation = 12.5, .has_utilisation = TRUE };

  info->integrated = TRUE;
  info->uuid = g_strdup ("GPU-1");
  info->driver = g_strdup ("amdgpu");
  info->driver_version = g_strdup ("6.12");
  g_strfreev (info->runtimes);
  info->runtimes = g_strsplit ("ROCm 7|Vulkan 1.4", "|", -1);
  info->render_node = g_strdup ("/dev/dri/renderD128");
  info->gfx_target = g_strdup ("gfx1100");
  info->compute_capability = g_strdup ("8.9");
  for (guint i = 0; i < GPU_N_FIELDS; i++)
    gpu_sample_set (sample, (GpuField) i, i + 0.25);
  gpu_sample_set (sample, GPU_FIELD_UTILISATION, load);
  gpu_sample_set (sample, GPU_FIELD_MEMORY_TOTAL, 206158430208.0);
  gpu_sample_set (sample, GPU_FIELD_TEMPERATURE, -3);
  gpu_sample_add_throttle_reason (sample, "temperature");
  gpu_sample_add_process (sample, &own);
  gpu_sample_add_process (sample, &other);
  g_ptr_array_add (round, gpu_report_new (info, sample));
  info = gpu_device_info_new ("0000:01:00.0", "NVIDIA", GPU_VENDOR_NVIDIA);
  sample = gpu_sample_new (1234567, G_GINT64_CONSTANT (1795324800123000));
  gpu_sample_set_state (sample, GPU_STATE_LOST, "gone");
  g_ptr_array_add (round, gpu_report_new (info, sample));
  return round;
}

static void
assert_same (const GpuReport *a, const GpuReport *b)
{
  const GpuProcess *left, *right;
  guint n, m;

  g_assert_true (gpu_device_info_equal (a->info, b->info));
  g_assert_cmpint (gpu_sample_get_time (a->sample), ==, gpu_sample_get_time (b->sample));
  g_assert_cmpint (gpu_sample_get_wall_time (a->sample), ==, gpu_sample_get_wall_time (b->sample));
  g_assert_cmpint (gpu_sample_get_state (a->sample), ==, gpu_sample_get_state (b->sample));
  g_assert_cmpstr (gpu_sample_get_reason (a->sample), ==, gpu_sample_get_reason (b->sample));
  g_assert_cmpstrv (gpu_sample_get_throttle_reasons (a->sample),
                    gpu_sample_get_throttle_reasons (b->sample));
  for (guint i = 0; i < GPU_N_FIELDS; i++)
    {
      double value = NAN;

      gpu_sample_get (a->sample, (GpuField) i, &value);
      monitor_assert_value (b->sample, (GpuField) i, value);
    }
  left = gpu_sample_get_processes (a->sample, &n);
  right = gpu_sample_get_processes (b->sample, &m);
  g_assert_cmpuint (n, ==, m);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (left[i].pid, ==, right[i].pid);
      g_assert_cmpstr (left[i].name, ==, right[i].name);
      g_assert_cmpint (left[i].own, ==, right[i].own);
      g_assert_cmpint (left[i].has_memory, ==, right[i].has_memory);
      g_assert_cmpuint (left[i].memory, ==, right[i].memory);
      g_assert_cmpint (left[i].has_utilisation, ==, right[i].has_utilisation);
      g_assert_cmpfloat (left[i].utilisation, ==, right[i].utilisation);
    }
}

static void
test_line (void)
{
  g_autoptr (GPtrArray) round = make_round (93);
  g_autofree char *line = gpu_round_to_line (round);
  g_autoptr (GPtrArray) read = gpu_round_from_line (line, strlen (line));

  g_assert_null (strchr (line, '\n'));
  g_assert_nonnull (strstr (line, "\"memory-total\":206158430208,"));
  g_assert_nonnull (read);
  g_assert_cmpuint (read->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    assert_same (round->pdata[i], read->pdata[i]);
}

/* Cut anywhere it is no round; with other types in it, what cannot be used is left out. */
static void
test_damaged_lines (void)
{
  static const char *const none[] = { "",
                                      "null",
                                      "7",
                                      "\"x\"",
                                      "[]",
                                      "{}",
                                      "{\"devices\":1}",
                                      "{\"devices\":[",
                                      "\xff\xfe",
                                      "{\"devices\":[]}x" };
  static const char odd[] =
      "{\"time\":\"x\",\"date\":7,\"devices\":[7,null,[],{},{\"id\":7},{\"id\":\"a\",\"name\":[],"
      "\"vendor\":\"x\",\"values\":{\"power\":\"9\",\"fan\":-1,\"energy\":1e400,\"clock-core\":5},"
      "\"processes\":[1,{\"pid\":\"x\"},{\"pid\":3,\"memory\":-1,\"name\":{}}],\"slowed-by\":[1],"
      "\"runtimes\":{},\"state\":3},{\"id\":\"a\"}]}";
  g_autoptr (GPtrArray) round = make_round (1);
  g_autofree char *line = gpu_round_to_line (round);
  g_autofree char *deep = g_strnfill (5000, '[');
  const GpuProcess *processes;
  const GpuReport *report;
  guint n;

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_null (gpu_round_from_line (none[i], strlen (none[i])));
  for (gsize length = 0; length < strlen (line); length += 7)
    g_assert_null (gpu_round_from_line (line, length));
  g_assert_null (gpu_round_from_line (deep, strlen (deep)));
  g_clear_pointer (&round, g_ptr_array_unref);
  round = gpu_round_from_line (odd, strlen (odd));
  g_assert_nonnull (round);
  g_assert_cmpuint (round->len, ==, 1);
  report = round->pdata[0];
  g_assert_cmpstr (report->info->id, ==, "a");
  g_assert_cmpstr (report->info->name, ==, "a");
  monitor_assert_values (report->sample, GPU_FIELD_CLOCK_CORE, 5.0, GPU_N_FIELDS);
  processes = gpu_sample_get_processes (report->sample, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (processes[0].pid, ==, 3);
  g_assert_false (processes[0].has_memory);
}

/* A monitor on a made-up machine is recorded, and replayed it is the same devices. */
static void
test_record (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  g_autoptr (GpuMonitor) replay = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = get_path ("record.jsonl");
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;

  g_assert_true (gpu_monitor_start_recording (monitor, path, &error));
  g_assert_true (gpu_monitor_is_recording (monitor));
  for (int i = 1; i <= 3; i++)
    {
      g_autofree char *stat = g_strdup_printf ("cpu  %d 0 0 %d 0 0 0 0", i * 30, i * 70);

      device_tree_write (tree, "/proc/stat", stat);
      monitor_fixture_time += G_USEC_PER_SEC;
      gpu_monitor_sample_once (monitor);
    }
  g_assert_true (gpu_monitor_stop_recording (monitor, &error));
  g_assert_no_error (error);
  g_assert_false (gpu_monitor_is_recording (monitor));
  gpu_monitor_sample_once (monitor);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);

  replay = gpu_monitor_new_replay (path, FALSE, &error);
  g_assert_no_error (error);
  gpu_monitor_sample_once (replay);
  g_assert_cmpstr (gpu_telemetry_device_get_name (gpu_monitor_find (replay, "cpu")), ==,
                   "Myna Test CPU 8-Core");
  monitor_assert_value (monitor_fixture_get (replay, "cpu"), GPU_FIELD_UTILISATION, NAN);
  gpu_monitor_sample_once (replay);
  monitor_assert_value (monitor_fixture_get (replay, "cpu"), GPU_FIELD_UTILISATION, 30);
  monitor_assert_value (monitor_fixture_get (replay, "cpu"), GPU_FIELD_MEMORY_USED, 4 * GIB);
  gpu_monitor_sample_once (replay);
  g_assert_false (gpu_monitor_has_ended (replay));
  gpu_monitor_sample_once (replay);
  g_assert_true (gpu_monitor_has_ended (replay));
  monitor_assert_value (monitor_fixture_get (replay, "cpu"), GPU_FIELD_UTILISATION, 30);
}

/* Lines that are not rounds are passed over; at the end it begins anew. */
static void
test_loop (void)
{
  g_autoptr (GString) text = g_string_new ("\nnot JSON\n{}\n");
  g_autofree char *path = get_path ("loop.jsonl");
  g_autoptr (GpuMonitor) replay = NULL;
  g_autoptr (GError) error = NULL;
  const double loads[] = { 10, 20, 30 };

  for (guint i = 0; i < G_N_ELEMENTS (loads); i++)
    {
      g_autoptr (GPtrArray) round = make_round (loads[i]);
      g_autofree char *line = gpu_round_to_line (round);

      g_string_append_printf (text, "%s\n[1,2]\n", line);
    }
  /* As a program that was killed leaves it. */
  g_string_append (text, "{\"time\":3,\"devices\":[{\"id\":\"0000");
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  replay = gpu_monitor_new_replay (path, TRUE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 8; i++)
    {
      gpu_monitor_sample_once (replay);
      monitor_assert_value (monitor_fixture_get (replay, "0000:0b:00.0"), GPU_FIELD_UTILISATION,
                            loads[i % 3]);
    }
  g_assert_false (gpu_monitor_has_ended (replay));
}

static void
test_not_a_recording (void)
{
  g_autofree char *path = get_path ("none.jsonl");
  g_autofree char *missing = get_path ("missing/none.jsonl");
  g_autofree char *zeros = g_malloc0 (3 << 20);
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autoptr (GpuMonitor) monitor = monitor_fixture_new (tree, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (gpu_monitor_new_replay (missing, FALSE, &error));
  g_assert_nonnull (strstr (error->message, missing));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, "hello\n", -1, NULL));
  g_assert_null (gpu_monitor_new_replay (path, FALSE, &error));
  g_assert_nonnull (strstr (error->message, "not a recording"));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, zeros, 3 << 20, NULL));
  g_assert_null (gpu_monitor_new_replay (path, FALSE, &error));
  g_clear_error (&error);
  memset (zeros, '[', 3 << 20);
  g_assert_true (g_file_set_contents (path, zeros, 3 << 20, NULL));
  g_assert_null (gpu_monitor_new_replay (path, FALSE, &error));
  g_clear_error (&error);

  g_assert_false (gpu_monitor_start_recording (monitor, missing, &error));
  g_assert_nonnull (strstr (error->message, missing));
  g_clear_error (&error);
  /* A disk without room is told when the recording ends. */
  g_assert_true (gpu_monitor_start_recording (monitor, "/dev/full", &error));
  gpu_monitor_sample_once (monitor);
  g_assert_false (gpu_monitor_stop_recording (monitor, &error));
  g_assert_nonnull (strstr (error->message, "/dev/full"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("myna-recording-XXXXXX", NULL);
  g_test_add_func ("/gpu-recording/line", test_line);
  g_test_add_func ("/gpu-recording/damaged-lines", test_damaged_lines);
  g_test_add_func ("/gpu-recording/record", test_record);
  g_test_add_func ("/gpu-recording/loop", test_loop);
  g_test_add_func ("/gpu-recording/not-a-recording", test_not_a_recording);
  status = g_test_run ();
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *path =
          get_path ((const char *const[]) { "record.jsonl", "loop.jsonl", "none.jsonl" }[i]);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return status;
}
