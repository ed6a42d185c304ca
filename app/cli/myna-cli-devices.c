/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "app/cli/myna-cli-common.h"
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

static void
print_table (GPtrArray *devices, GPtrArray *backends, GpuDevice *chosen)
{
  for (guint i = 0; i < devices->len; i++)
    print_device (devices->pdata[i], devices->pdata[i] == chosen);
  for (guint i = 0; i < backends->len; i++)
    {
      const GpuBackendStatus *status = backends->pdata[i];

      if (status->reason != NULL)
        printf ("%-10s %s\n", status->name, status->reason);
    }
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
print_json (GPtrArray *devices, GPtrArray *backends, GpuDevice *chosen)
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
  json_builder_end_object (json);
  myna_cli_print_json (json);
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
  g_autoptr (GpuDevice) chosen = NULL;

  if (!myna_cli_parse (&argc, &argv, NULL,
                       _ ("Lists the processor and the graphics cards that Myna can compute on, "
                          "and why it cannot use others."),
                       entries, NULL))
    return MYNA_CLI_USAGE;
  if (argc > 1)
    return myna_cli_usage_error ("devices", _ ("it takes no arguments."));
  devices = gpu_devices ();
  backends = gpu_backends ();
  chosen = gpu_device_choose ("auto", NULL);
  if (options.json)
    print_json (devices, backends, chosen);
  else
    print_table (devices, backends, chosen);
  return MYNA_CLI_DONE;
}
