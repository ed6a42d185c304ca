/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* `myna monitor`: for people, as JSON, recorded and replayed, and with a card that umockdev shows
 * to the very program that people run. */

static GSubprocess *
start (const char *const *before, const char *const *arguments)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  if (before != NULL)
    g_strv_builder_addv (builder, (const char **) before);
  g_strv_builder_add (builder, g_getenv ("MYNA_PROGRAM"));
  g_strv_builder_add (builder, "monitor");
  g_strv_builder_addv (builder, (const char **) arguments);
  argv = g_strv_builder_end (builder);
  process = g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  return process;
}

static char *
run_after (const char *const *before, int expected_status, const char *const *arguments)
{
  g_autoptr (GSubprocess) process = start (before, arguments);
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, expected_status);
  return output;
}

static char *
run (int expected_status, const char *const *arguments)
{
  return run_after (NULL, expected_status, arguments);
}

/* The last device of a line, which is the processor, or that with an id. */
static JsonObject *
find_device (JsonNode *line, const char *id)
{
  JsonArray *devices = json_object_get_array_member (json_node_get_object (line), "devices");

  for (guint i = 0; i < json_array_get_length (devices); i++)
    {
      JsonObject *device = json_array_get_object_element (devices, i);

      if (strcmp (json_object_get_string_member (device, "id"), id) == 0)
        return device;
    }
  return NULL;
}

static double
get_value (JsonObject *device, const char *key)
{
  return json_object_get_double_member_with_default (
      json_object_get_object_member (device, "values"), key, NAN);
}

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  return node;
}

static void
test_once (void)
{
  g_autofree char *json = run (0, (const char *const[]) { "--once", "--json", NULL });
  g_autofree char *table = run (0, (const char *const[]) { "--once", NULL });
  g_autoptr (JsonNode) line = parse (json);
  JsonObject *cpu = find_device (line, "cpu");
  double used = get_value (cpu, "memory-used"), total = get_value (cpu, "memory-total");

  g_assert_nonnull (cpu);
  g_assert_true (used > 0 && used <= total);
  g_assert_true (get_value (cpu, "utilisation") >= 0 && get_value (cpu, "utilisation") <= 100);
  g_assert_nonnull (strstr (table, json_object_get_string_member (cpu, "name")));
  g_assert_null (strstr (table, "\033"));
  g_free (run (2, (const char *const[]) { "--interval", "9", NULL }));
  g_free (run (2, (const char *const[]) { "something", NULL }));
  g_free (run (1, (const char *const[]) { "--replay", "/nonexistent", NULL }));
}

/* A line for each round until Ctrl-C, which is the way to end it: status 0. What it recorded is
 * what it printed. */
static void
test_interrupt (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-monitor-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "recording.jsonl", NULL);
  g_autoptr (GSubprocess) process =
      start (NULL, (const char *const[]) { "--json", "--record", path, NULL });
  g_autoptr (GDataInputStream) output =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *first = g_data_input_stream_read_line (output, NULL, NULL, NULL);
  g_autofree char *second = g_data_input_stream_read_line (output, NULL, NULL, NULL);
  g_autofree char *replayed = NULL;
  g_autoptr (JsonNode) line = NULL;

  g_assert_true (first != NULL && second != NULL);
  line = parse (first);
  g_assert_nonnull (find_device (line, "cpu"));
  g_subprocess_send_signal (process, SIGINT);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
  replayed = run (0, (const char *const[]) { "--replay", path, "--json", "--once", NULL });
  g_assert_cmpstr (g_strchomp (replayed), ==, first);
  /* Nothing is written over. */
  g_free (run (1, (const char *const[]) { "--once", "--record", path, NULL }));
  g_unlink (path);
  g_rmdir (folder);
}

/* A replay ends with its recording. */
static void
test_replay (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-monitor-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "recording.jsonl", NULL);
  g_autofree char *output = NULL;

  g_assert_true (g_file_set_contents (
      path,
      "{\"devices\":[{\"id\":\"0000:0b:00.0\",\"name\":\"Card\",\"vendor\":\"amd\","
      "\"values\":{\"utilisation\":93,\"power\":187,\"power-cap\":339}},"
      "{\"id\":\"0000:0c:00.0\",\"name\":\"Other\",\"state\":\"suspended\",\"reason\":\"Asleep.\"}]"
      "}"
      "\n{\"devices\":[{\"id\":\"0000:0b:00.0\",\"name\":\"Card\",\"values\":{\"fan\":40}}]}\n",
      -1, NULL));
  output = run (0, (const char *const[]) { "--replay", path, "--interval", "0.5", NULL });
  g_assert_nonnull (strstr (output, "187 W / 339 W"));
  g_assert_nonnull (strstr (output, "Asleep."));
  g_assert_nonnull (strstr (output, "40 %"));
  g_assert_null (strstr (strstr (output, "40 %"), "Card"));
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_umockdev (void)
{
  g_autofree char *program = g_find_program_in_path ("umockdev-run");
  g_autofree char *tree = g_test_build_filename (G_TEST_DIST, "rdna3.umockdev", NULL);
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) line = NULL;
  JsonObject *card;

  if (program == NULL || g_getenv ("MYNA_SANITIZED") != NULL)
    {
      g_test_skip ("umockdev-run is not installed, or its preload would come before a sanitizer's");
      return;
    }
  json = run_after ((const char *const[]) { program, "--device", tree, "--", NULL }, 0,
                    (const char *const[]) { "--once", "--json", NULL });
  line = parse (json);
  card = find_device (line, "0000:0b:00.0");
  g_assert_nonnull (card);
  g_assert_nonnull (find_device (line, "cpu"));
  g_assert_cmpstr (json_object_get_string_member (card, "driver"), ==, "amdgpu");
  g_assert_cmpstr (json_object_get_string_member (card, "render-node"), ==, "/dev/dri/renderD128");
  g_assert_cmpstr (json_object_get_string_member (card, "state"), ==, "active");
  g_assert_cmpfloat (get_value (card, "utilisation"), ==, 93);
  g_assert_cmpfloat (get_value (card, "memory-total"), ==, 25753026560.0);
  g_assert_cmpfloat (get_value (card, "memory-used"), ==, 1476395008.0);
  g_assert_cmpfloat (get_value (card, "temperature"), ==, 55);
  g_assert_true (isnan (get_value (card, "fan")));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/monitor/once", test_once);
  g_test_add_func ("/cli/monitor/interrupt", test_interrupt);
  g_test_add_func ("/cli/monitor/replay", test_replay);
  g_test_add_func ("/cli/monitor/umockdev", test_umockdev);
  return g_test_run ();
}
