/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "tests/support/device-tree.h"

/* `myna devices` and `myna bench ops`: what they print, for people and as JSON. */

static char *
run (int expected_status, const char *const *arguments)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  char *output = NULL;

  g_strv_builder_add (builder, g_getenv ("MYNA_PROGRAM"));
  g_strv_builder_addv (builder, (const char **) arguments);
  argv = g_strv_builder_end (builder);
  process =
      g_subprocess_newv ((const char *const *) argv,
                         G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, expected_status);
  return output;
}

static JsonNode *
run_json (const char *const *arguments)
{
  g_autofree char *output = run (0, arguments);
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (output, &error);

  g_assert_no_error (error);
  return node;
}

static void
test_devices_json (void)
{
  g_autoptr (JsonNode) node = run_json ((const char *const[]) { "devices", "--json", NULL });
  JsonObject *all = json_node_get_object (node), *cpu, *memory;
  JsonArray *devices = json_object_get_array_member (all, "devices");
  JsonArray *backends = json_object_get_array_member (all, "backends");
  gboolean chosen = FALSE;

  cpu = json_array_get_object_element (devices, 0);
  g_assert_cmpstr (json_object_get_string_member (cpu, "id"), ==, "cpu");
  g_assert_cmpstr (json_object_get_string_member (cpu, "kind"), ==, "cpu");
  memory = json_object_get_object_member (cpu, "memory");
  g_assert_cmpint (json_object_get_int_member (memory, "free-bytes"), >, 0);
  g_assert_cmpint (json_object_get_int_member (memory, "free-bytes"), <=,
                   json_object_get_int_member (memory, "total-bytes"));
  g_assert_cmpstr (json_object_get_string_member (memory, "source"), ==, "/proc/meminfo");
  for (guint i = 0; i < json_array_get_length (devices); i++)
    chosen |= g_str_equal (
        json_object_get_string_member (json_array_get_object_element (devices, i), "id"),
        json_object_get_string_member (all, "auto"));
  g_assert_true (chosen);
  /* Each backend has devices, or a reason. */
  for (guint i = 0; i < json_array_get_length (backends); i++)
    {
      JsonObject *backend = json_array_get_object_element (backends, i);

      g_assert_true (json_object_get_null_member (backend, "reason") ==
                     (json_object_get_int_member (backend, "devices") > 0));
    }
}

static JsonObject *
find_finding (JsonArray *findings, const char *card, const char *backend)
{
  for (guint i = 0; i < json_array_get_length (findings); i++)
    {
      JsonObject *finding = json_array_get_object_element (findings, i);

      if (g_strcmp0 (json_object_get_string_member (finding, "card"), card) == 0 &&
          g_strcmp0 (json_object_get_string_member (finding, "backend"), backend) == 0)
        return finding;
    }
  g_assert_not_reached ();
}

/* A computer with an NVIDIA card that has no driver: why it is not used, and what to do. */
static void
test_doctor (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  const DeviceTreeCard card = { "0000:01:00.0", 0x030000, 0x10de, 0x2684, 0xa1, NULL, -1 };
  g_autofree char *dir = device_tree_add_card (tree, &card);
  g_autofree char *output = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *findings;
  JsonObject *finding;

  g_setenv ("MYNA_TELEMETRY_ROOT", tree->root, TRUE);
  output = run (0, (const char *const[]) { "devices", NULL });
  node = run_json ((const char *const[]) { "devices", "--json", NULL });
  g_unsetenv ("MYNA_TELEMETRY_ROOT");
  /* The same for both backends is said once. */
  g_assert_nonnull (strstr (output, "✗ CUDA, Vulkan: No driver is running for this card."));
  g_assert_nonnull (strstr (output, "→ Install NVIDIA's driver"));
  g_assert_nonnull (strstr (output, "(0000:01:00.0)"));
  findings = json_object_get_array_member (json_node_get_object (node), "findings");
  finding = find_finding (findings, "0000:01:00.0", "CUDA");
  g_assert_cmpstr (json_object_get_string_member (finding, "verdict"), ==, "not-usable");
  g_assert_cmpstr (json_object_get_string_member (finding, "check"), ==, "no-driver");
  g_assert_true (json_object_get_null_member (finding, "device"));
  g_assert_nonnull (strstr (json_object_get_string_member (finding, "remedy"), "NVIDIA"));
  finding = find_finding (findings, NULL, "HIP");
  g_assert_cmpstr (json_object_get_string_member (finding, "verdict"), ==, "not-needed");
  g_assert_cmpstr (json_object_get_string_member (finding, "check"), ==, "no-gpu");
}

/* Without a card, a paragraph tells what computes instead. */
static void
test_no_gpu (void)
{
  g_autoptr (DeviceTree) tree = device_tree_new ();
  g_autofree char *output = NULL;

  g_setenv ("MYNA_TELEMETRY_ROOT", tree->root, TRUE);
  g_setenv ("GGML_VK_VISIBLE_DEVICES", "", TRUE);
  output = run (0, (const char *const[]) { "devices", NULL });
  g_unsetenv ("MYNA_TELEMETRY_ROOT");
  g_unsetenv ("GGML_VK_VISIBLE_DEVICES");
  g_assert_nonnull (strstr (output, "oneDNN"));
  g_assert_nonnull (strstr (output, "Everything works without"));
  g_assert_null (strstr (output, "✗"));
}

static void
test_devices_text (void)
{
  g_autofree char *output = run (0, (const char *const[]) { "devices", NULL });
  g_autofree char *wrong = run (2, (const char *const[]) { "devices", "all", NULL });

  g_assert_true (g_str_has_prefix (output, "cpu "));
  g_assert_nonnull (strstr (output, "/proc/meminfo"));
  g_assert_nonnull (strstr (output, "auto"));
  g_assert_nonnull (strstr (wrong, "--help"));
}

static void
test_bench_ops (void)
{
  g_autoptr (JsonNode) node = run_json (
      (const char *const[]) { "bench", "ops", "--only", "norm", "--rounds", "1", "--json", NULL });
  g_autofree char *unknown =
      run (1, (const char *const[]) { "bench", "ops", "--device", "nothing0", NULL });
  JsonArray *rows = json_node_get_array (node);
  JsonObject *row, *seconds;

  g_assert_cmpuint (json_array_get_length (rows), ==, 1);
  row = json_array_get_object_element (rows, 0);
  g_assert_cmpstr (json_object_get_string_member (row, "case"), ==, "norm");
  g_assert_cmpfloat (json_object_get_double_member (row, "limit-per-second"), >, 0);
  seconds = json_object_get_object_member (row, "seconds");
  g_assert_cmpfloat (json_object_get_double_member (seconds, "myna"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (seconds, "onednn"), >, 0);
  g_assert_nonnull (strstr (unknown, "nothing0"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/devices/json", test_devices_json);
  g_test_add_func ("/cli/devices/text", test_devices_text);
  g_test_add_func ("/cli/devices/doctor", test_doctor);
  g_test_add_func ("/cli/devices/no-gpu", test_no_gpu);
  g_test_add_func ("/cli/bench/ops", test_bench_ops);
  return g_test_run ();
}
