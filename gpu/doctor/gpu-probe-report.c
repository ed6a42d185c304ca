/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-probe-report.h"

#include <json-glib/json-glib.h>
#include <string.h>

/*
 * The object's members, all optional: "file", "missing", "archs", "log" (text), "status",
 * "version", "nvml" (numbers), "devices" (array of objects with "pci", "name", "driver", "arch"
 * (text), "kind" ("gpu", "integrated", "software"), "half", "half-storage" (booleans), "free",
 * "total" (bytes)). The probe is ours, but what runs in it is not: a driver may write over the
 * text, so nothing here is trusted.
 */

/* No computer has more graphics cards. */
#define MAX_DEVICES 64
#define MAX_TEXT 1024

static void
gpu_probed_device_free (GpuProbedDevice *self)
{
  g_free (self->pci);
  g_free (self->name);
  g_free (self->driver);
  g_free (self->arch);
  g_free (self);
}

/**
 * gpu_probe_report_free:
 * @self: (transfer full): a report
 */
void
gpu_probe_report_free (GpuProbeReport *self)
{
  g_free (self->file);
  g_free (self->missing);
  g_free (self->archs);
  g_free (self->log);
  g_ptr_array_unref (self->devices);
  g_free (self);
}

/**
 * gpu_pci_normalise:
 * @address: "0000:0b:00.0", or with eight digits of domain or capitals, as drivers write it
 *
 * Returns: (transfer full) (nullable): as the kernel writes it; %NULL when it is no PCI address
 */
char *
gpu_pci_normalise (const char *address)
{
  guint64 parts[4];
  const char *at = address;

  g_return_val_if_fail (address != NULL, NULL);

  for (int i = 0; i < 4; i++)
    {
      char *end = NULL;
      guint64 most = i == 0 ? 0xffffffff : i == 1 ? 0xff : i == 2 ? 0x1f : 7;

      if (!g_ascii_isxdigit (*at))
        return NULL;
      parts[i] = g_ascii_strtoull (at, &end, 16);
      if (parts[i] > most || *end != (i == 3 ? '\0' : i == 2 ? '.' : ':'))
        return NULL;
      at = end + 1;
    }
  return g_strdup_printf ("%04x:%02x:%02x.%x", (guint) parts[0], (guint) parts[1], (guint) parts[2],
                          (guint) parts[3]);
}

static JsonNode *
find_value (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

static char *
read_text (JsonObject *object, const char *name)
{
  JsonNode *node = find_value (object, name);
  const char *text = node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
                         ? json_node_get_string (node)
                         : NULL;
  char *valid;

  if (text == NULL || *text == '\0' || strlen (text) > MAX_TEXT)
    return NULL;
  valid = g_utf8_make_valid (text, -1);
  for (char *at = valid; *at != '\0'; at++) /* it is shown in one line */
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  return g_strstrip (valid);
}

static gint64
read_number (JsonObject *object, const char *name, gint64 otherwise)
{
  JsonNode *node = find_value (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : otherwise;
}

static int
read_boolean (JsonObject *object, const char *name)
{
  JsonNode *node = find_value (object, name);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return -1;
  return json_node_get_boolean (node) ? 1 : 0;
}

static GpuProbedDevice *
read_device (JsonObject *object)
{
  GpuProbedDevice *self = g_new0 (GpuProbedDevice, 1);
  g_autofree char *pci = read_text (object, "pci");
  g_autofree char *kind = read_text (object, "kind");

  self->pci = pci != NULL ? gpu_pci_normalise (pci) : NULL;
  self->name = read_text (object, "name");
  self->driver = read_text (object, "driver");
  self->arch = read_text (object, "arch");
  self->half = read_boolean (object, "half");
  self->half_storage = read_boolean (object, "half-storage");
  self->free_bytes = (guint64) MAX (read_number (object, "free", 0), 0);
  self->total_bytes = (guint64) MAX (read_number (object, "total", 0), 0);
  if (g_strcmp0 (kind, "software") == 0)
    self->kind = GPU_PROBED_SOFTWARE;
  else if (g_strcmp0 (kind, "integrated") == 0)
    self->kind = GPU_PROBED_INTEGRATED;
  return self;
}

static void
read_devices (GpuProbeReport *self, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "devices");
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = array != NULL ? MIN (json_array_get_length (array), MAX_DEVICES) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (element))
        g_ptr_array_add (self->devices, read_device (json_node_get_object (element)));
    }
}

/**
 * gpu_probe_report_parse:
 * @text: what the probe printed; need not end with a null byte
 * @length: bytes of it
 *
 * Returns: (transfer full) (nullable): %NULL when that is no report
 */
GpuProbeReport *
gpu_probe_report_parse (const char *text, gsize length)
{
  /* json-glib 1.10's immutable kind aborts on some broken text: fuzz/corpus/gpu-doctor/abort. */
  g_autoptr (JsonParser) parser = json_parser_new ();
  GpuProbeReport *self;
  JsonObject *object;
  JsonNode *top;

  g_return_val_if_fail (text != NULL, NULL);

  if (length > G_MAXINT || !g_utf8_validate (text, (gssize) length, NULL) ||
      !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    return NULL;
  top = json_parser_get_root (parser);
  if (top == NULL || !JSON_NODE_HOLDS_OBJECT (top))
    return NULL;
  object = json_node_get_object (top);
  self = g_new0 (GpuProbeReport, 1);
  self->devices = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_probed_device_free);
  self->file = read_text (object, "file");
  self->missing = read_text (object, "missing");
  self->archs = read_text (object, "archs");
  self->log = read_text (object, "log");
  self->status = read_number (object, "status", 0);
  self->version = read_number (object, "version", 0);
  self->nvml_status = read_number (object, "nvml", -1);
  read_devices (self, object);
  return self;
}
