/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "app/cli/myna-cli-common.h"
#include "engine/core/myna-paths.h"
#include "engine/models/myna-models.h"
#include "gpu/doctor/gpu-doctor.h"
#include "gpu/gpu-device.h"

/* myna devices: what Myna can compute on, and why it cannot on the rest. */

static struct
{
  gboolean json;
} options;

static const GOptionEntry entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  G_OPTION_ENTRY_NULL,
};

static const char *
kind_key (GpuDeviceKind kind)
{
  static const char *const kinds[] = { "cpu", "gpu", "integrated-gpu", "software-gpu" };

  return kinds[kind];
}

static const char *
kind_name (GpuDeviceKind kind)
{
  switch (kind)
    {
    case GPU_DEVICE_GPU:
      return _ ("graphics card");
    case GPU_DEVICE_INTEGRATED_GPU:
      return _ ("integrated graphics");
    case GPU_DEVICE_SOFTWARE_GPU:
      return _ ("graphics drawn by the processor, for tests");
    case GPU_DEVICE_CPU:
    default:
      return _ ("processor");
    }
}

static void
print_device (GpuDevice *device, gboolean chosen)
{
  const char *const *notes = gpu_device_get_notes (device);
  guint64 free_bytes, total;
  const char *source;

  printf ("%-10s %s — %s, %s\n", gpu_device_get_id (device), gpu_device_get_name (device),
          kind_name (gpu_device_get_kind (device)), gpu_device_get_backend (device));
  if (gpu_device_get_memory (device, &free_bytes, &total, &source))
    {
      g_autofree char *free_text = g_format_size (free_bytes);
      g_autofree char *total_text = g_format_size (total);

      printf ("%-10s ", "");
      printf (_ ("%s free of %s (%s)"), free_text, total_text, source);
      printf ("\n");
    }
  else
    printf ("%-10s %s\n", "", _ ("It does not tell how much memory is free."));
  for (int i = 0; notes[i] != NULL; i++)
    printf ("%-10s %s\n", "", notes[i]);
  if (chosen)
    printf ("%-10s %s\n", "", _ ("Chosen by “auto”."));
}

/* ---- what the doctor says ---- */

static const char *
get_mark (GpuVerdict verdict)
{
  static const char *const marks[] = { "✓", "✗", "–" };

  return marks[verdict];
}

static gboolean
is_same (const GpuFinding *a, const GpuFinding *b)
{
  return g_strcmp0 (a->device_id, b->device_id) == 0 && a->verdict == b->verdict &&
         g_strcmp0 (a->compute_id, b->compute_id) == 0 && g_str_equal (a->what, b->what) &&
         g_strcmp0 (a->remedy, b->remedy) == 0;
}

/* From @at; what goes for several backends is said once. Returns how many findings that was. */
static guint
print_finding (GPtrArray *findings, guint at)
{
  const GpuFinding *finding = findings->pdata[at];
  g_autoptr (GString) names = g_string_new (finding->backend);
  guint n = 1;

  for (; at + n < findings->len && is_same (finding, findings->pdata[at + n]); n++)
    g_string_append_printf (names, ", %s", ((GpuFinding *) findings->pdata[at + n])->backend);
  if (finding->verdict == GPU_VERDICT_USABLE)
    printf ("%-10s %s %s\n", "", get_mark (finding->verdict), finding->what);
  else
    printf ("%-10s %s %s: %s\n", "", get_mark (finding->verdict), names->str, finding->what);
  if (finding->remedy != NULL)
    printf ("%-10s   → %s\n", "", finding->remedy);
  return n;
}

/* The card that a device is; NULL when the doctor knows none. */
static const char *
find_card (GPtrArray *findings, GpuDevice *device)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const GpuFinding *finding = findings->pdata[i];

      if (g_strcmp0 (finding->compute_id, gpu_device_get_id (device)) == 0)
        return finding->device_id;
    }
  return NULL;
}

/* All findings of a card, or the one of a device that is no card of the kernel's list. */
static void
print_findings (GPtrArray *findings, const char *card, const char *compute_id)
{
  for (guint i = 0; i < findings->len;)
    {
      const GpuFinding *finding = findings->pdata[i];
      gboolean belongs = card != NULL ? g_strcmp0 (finding->device_id, card) == 0
                                      : g_strcmp0 (finding->compute_id, compute_id) == 0;

      i += belongs ? print_finding (findings, i) : 1;
    }
}

/* Cards that no device computes on. */
static void
print_unused (GPtrArray *findings, GHashTable *shown)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const GpuFinding *finding = findings->pdata[i];

      if (finding->device_id == NULL || !g_hash_table_add (shown, (gpointer) finding->device_id))
        continue;
      printf ("%-10s ", "-");
      printf (_ ("%1$s — graphics card, not used (%2$s)"), finding->device_name,
              finding->device_id);
      printf ("\n");
      print_findings (findings, finding->device_id, NULL);
    }
}

/* Backends without a card, where there are others; a paragraph where there is no card at all. */
static void
print_rest (GPtrArray *findings)
{
  g_autofree char *paragraph = NULL;
  gboolean any = gpu_doctor_has_gpu (findings);

  for (guint i = 0; i < findings->len; i++)
    {
      const GpuFinding *finding = findings->pdata[i];

      if (finding->device_id == NULL && finding->compute_id == NULL &&
          (any || finding->verdict == GPU_VERDICT_NOT_USABLE))
        {
          printf ("%-10s %s\n", finding->backend, finding->what);
          if (finding->remedy != NULL)
            printf ("%-10s → %s\n", "", finding->remedy);
        }
    }
  if (any)
    return;
  paragraph = gpu_doctor_explain_no_gpu ();
  printf ("\n%s\n", paragraph);
}

static void
print_table (GPtrArray *devices, GPtrArray *findings, GpuDevice *chosen)
{
  g_autoptr (GHashTable) shown = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < devices->len; i++)
    {
      GpuDevice *device = devices->pdata[i];
      const char *card = find_card (findings, device);

      print_device (device, device == chosen);
      if (card == NULL || g_hash_table_add (shown, (gpointer) card))
        print_findings (findings, card, gpu_device_get_id (device));
    }
  print_unused (findings, shown);
  print_rest (findings);
}

/* ---- JSON ---- */

static void
add_findings (JsonBuilder *json, GPtrArray *findings)
{
  json_builder_set_member_name (json, "findings");
  json_builder_begin_array (json);
  for (guint i = 0; i < findings->len; i++)
    {
      const GpuFinding *finding = findings->pdata[i];

      json_builder_begin_object (json);
      myna_cli_add_nullable (json, "card", finding->device_id);
      myna_cli_add_nullable (json, "name", finding->device_name);
      myna_cli_add_nullable (json, "device", finding->compute_id);
      myna_cli_add_nullable (json, "backend", finding->backend);
      myna_cli_add_nullable (json, "verdict", gpu_verdict_get_key (finding->verdict));
      myna_cli_add_nullable (json, "check", finding->check);
      myna_cli_add_nullable (json, "what", finding->what);
      myna_cli_add_nullable (json, "remedy", finding->remedy);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

static void
add_device (JsonBuilder *json, GpuDevice *device)
{
  guint64 free_bytes, total;
  const char *source;

  json_builder_begin_object (json);
  myna_cli_add_nullable (json, "id", gpu_device_get_id (device));
  myna_cli_add_nullable (json, "name", gpu_device_get_name (device));
  myna_cli_add_nullable (json, "kind", kind_key (gpu_device_get_kind (device)));
  myna_cli_add_nullable (json, "backend", gpu_device_get_backend (device));
  json_builder_set_member_name (json, "memory");
  if (gpu_device_get_memory (device, &free_bytes, &total, &source))
    {
      json_builder_begin_object (json);
      json_builder_set_member_name (json, "free-bytes");
      json_builder_add_int_value (json, (gint64) free_bytes);
      json_builder_set_member_name (json, "total-bytes");
      json_builder_add_int_value (json, (gint64) total);
      myna_cli_add_nullable (json, "source", source);
      json_builder_end_object (json);
    }
  else
    json_builder_add_null_value (json);
  myna_cli_add_strings (json, "notes", gpu_device_get_notes (device));
  json_builder_end_object (json);
}

static void
print_json (GPtrArray *devices, GPtrArray *backends, GPtrArray *findings, GpuDevice *chosen)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  myna_cli_add_nullable (json, "auto", gpu_device_get_id (chosen));
  json_builder_set_member_name (json, "devices");
  json_builder_begin_array (json);
  for (guint i = 0; i < devices->len; i++)
    add_device (json, devices->pdata[i]);
  json_builder_end_array (json);
  json_builder_set_member_name (json, "backends");
  json_builder_begin_array (json);
  for (guint i = 0; i < backends->len; i++)
    {
      const GpuBackendStatus *status = backends->pdata[i];

      json_builder_begin_object (json);
      myna_cli_add_nullable (json, "name", status->name);
      myna_cli_add_nullable (json, "path", status->path);
      json_builder_set_member_name (json, "devices");
      json_builder_add_int_value (json, status->n_devices);
      myna_cli_add_nullable (json, "reason", status->reason);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  add_findings (json, findings);
  json_builder_end_object (json);
  myna_cli_print_json (json);
}

/* Bytes that GPT-SoVITS needs with the model files that are there; 0 without any. */
static guint64
find_memory_needed (void)
{
  g_autofree char *data_dir = myna_paths_dup_data_dir ();
  g_autoptr (MynaModels) models = myna_models_open (data_dir);

  return myna_models_estimate_memory (models);
}

/**
 * myna_cli_devices:
 *
 * The command "devices".
 */
MynaCliStatus
myna_cli_devices (int argc, char **argv)
{
  g_autoptr (GPtrArray) devices = NULL;
  g_autoptr (GPtrArray) backends = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GpuDevice) chosen = NULL;
  /* A made-up computer: tests, reports of others. */
  const GpuDoctorOptions doctor = { .root = g_getenv ("MYNA_TELEMETRY_ROOT"),
                                    .libnvml = g_getenv ("MYNA_TELEMETRY_NVML"),
                                    .memory_needed = find_memory_needed (),
                                    .wake = TRUE };

  if (!myna_cli_parse (&argc, &argv, NULL,
                       _ ("Lists the processor and the graphics cards that Myna can compute on, "
                          "and why it cannot use others."),
                       entries, NULL))
    return MYNA_CLI_USAGE;
  if (argc > 1)
    return myna_cli_usage_error ("devices", _ ("it takes no arguments."));
  findings = gpu_doctor_run (&doctor, NULL, NULL);
  gpu_doctor_protect (findings);
  devices = gpu_devices ();
  backends = gpu_backends ();
  chosen = gpu_device_choose ("auto", NULL);
  if (options.json)
    print_json (devices, backends, findings, chosen);
  else
    print_table (devices, findings, chosen);
  return MYNA_CLI_DONE;
}
