/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-recording.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* A recording comes from anywhere: what is read is bounded in every way. */
#define MAX_DEPTH 8
#define MAX_DEVICES 64
#define MAX_PROCESSES 256
#define MAX_STRINGS 16
#define MAX_TEXT 512

static const char *const states[] = { "active", "suspended", "lost" };
static const char *const vendors[] = { "cpu", "nvidia", "amd", "intel" };

static void
add_text (JsonBuilder *json, const char *name, const char *text)
{
  json_builder_set_member_name (json, name);
  if (text != NULL)
    json_builder_add_string_value (json, text);
  else
    json_builder_add_null_value (json);
}

/* Whole numbers are written as such: bytes, percents, MHz. */
static void
add_number (JsonBuilder *json, const char *name, double value)
{
  json_builder_set_member_name (json, name);
  if (value == floor (value) && fabs (value) < 1e15)
    json_builder_add_int_value (json, (gint64) value);
  else
    json_builder_add_double_value (json, value);
}

static void
add_texts (JsonBuilder *json, const char *name, const char *const *texts)
{
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
  for (guint i = 0; texts[i] != NULL; i++)
    json_builder_add_string_value (json, texts[i]);
  json_builder_end_array (json);
}

static void
add_info (JsonBuilder *json, const GpuDeviceInfo *info)
{
  add_text (json, "id", info->id);
  add_text (json, "name", info->name);
  add_text (json, "vendor", vendors[info->vendor]);
  json_builder_set_member_name (json, "integrated");
  json_builder_add_boolean_value (json, info->integrated);
  add_text (json, "uuid", info->uuid);
  add_text (json, "driver", info->driver);
  add_text (json, "driver-version", info->driver_version);
  add_texts (json, "runtimes", (const char *const *) info->runtimes);
  add_text (json, "render-node", info->render_node);
  add_text (json, "gfx-target", info->gfx_target);
  add_text (json, "compute-capability", info->compute_capability);
}

static void
add_processes (JsonBuilder *json, GpuSample *sample)
{
  guint n;
  const GpuProcess *processes = gpu_sample_get_processes (sample, &n);

  json_builder_set_member_name (json, "processes");
  json_builder_begin_array (json);
  for (guint i = 0; i < n; i++)
    {
      json_builder_begin_object (json);
      add_number (json, "pid", (double) processes[i].pid);
      add_text (json, "name", processes[i].name);
      if (processes[i].has_memory)
        add_number (json, "memory", (double) processes[i].memory);
      if (processes[i].has_utilisation)
        add_number (json, "utilisation", processes[i].utilisation);
      json_builder_set_member_name (json, "own");
      json_builder_add_boolean_value (json, processes[i].own);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

static void
add_sample (JsonBuilder *json, GpuSample *sample)
{
  add_text (json, "state", states[gpu_sample_get_state (sample)]);
  add_text (json, "reason", gpu_sample_get_reason (sample));
  add_texts (json, "slowed-by", gpu_sample_get_throttle_reasons (sample));
  json_builder_set_member_name (json, "values");
  json_builder_begin_object (json);
  for (guint i = 0; i < GPU_N_FIELDS; i++)
    {
      double value;

      if (gpu_sample_get (sample, (GpuField) i, &value))
        add_number (json, gpu_field_info ((GpuField) i)->key, value);
    }
  json_builder_end_object (json);
  add_processes (json, sample);
}

static void
add_times (JsonBuilder *json, GpuSample *sample)
{
  gint64 wall = gpu_sample_get_wall_time (sample);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (wall / G_USEC_PER_SEC);
  g_autofree char *seconds = date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%S") : NULL;
  g_autofree char *text =
      seconds != NULL ? g_strdup_printf ("%s.%03dZ", seconds, (int) (wall / 1000 % 1000)) : NULL;

  json_builder_set_member_name (json, "time");
  json_builder_add_int_value (json, gpu_sample_get_time (sample));
  add_text (json, "date", text);
}

/**
 * gpu_round_to_line:
 * @round: (element-type GpuReport): all devices at one time
 *
 * Returns: (transfer full): JSON on one line, without the line's end
 */
char *
gpu_round_to_line (GPtrArray *round)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  if (round->len > 0)
    add_times (json, ((const GpuReport *) round->pdata[0])->sample);
  json_builder_set_member_name (json, "devices");
  json_builder_begin_array (json);
  for (guint i = 0; i < round->len; i++)
    {
      const GpuReport *report = round->pdata[i];

      json_builder_begin_object (json);
      add_info (json, report->info);
      add_sample (json, report->sample);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  return json_to_string (root, FALSE);
}

/* Deeper than a recording is; the parser of json-glib calls itself for each level. */
static gboolean
is_too_deep (const char *line, gsize length)
{
  gboolean quoted = FALSE;
  int depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      char c = line[i];

      if (quoted && c == '\\')
        i++;
      else if (c == '"')
        quoted = !quoted;
      else if (!quoted && (c == '{' || c == '['))
        depth++;
      else if (!quoted && (c == '}' || c == ']'))
        depth--;
      if (depth > MAX_DEPTH)
        return TRUE;
    }
  return FALSE;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  text = json_node_get_string (node);
  return text != NULL && strlen (text) <= MAX_TEXT && g_utf8_validate (text, -1, NULL) ? text
                                                                                       : NULL;
}

static gboolean
get_number (JsonObject *object, const char *name, double *number)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      (json_node_get_value_type (node) != G_TYPE_INT64 &&
       json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return FALSE;
  *number = json_node_get_double (node);
  return isfinite (*number) && fabs (*number) < 1e18;
}

static gboolean
get_flag (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

static JsonArray *
get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonObject *
get_object (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static guint
find_word (const char *word, const char *const *words, guint n)
{
  for (guint i = 0; word != NULL && i < n; i++)
    if (strcmp (word, words[i]) == 0)
      return i;
  return 0;
}

static char **
get_texts (JsonObject *object, const char *name)
{
  JsonArray *array = get_array (object, name);
  GPtrArray *texts = g_ptr_array_new_null_terminated (0, g_free, TRUE);

  for (guint i = 0; array != NULL && i < MIN (json_array_get_length (array), MAX_STRINGS); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      if (text != NULL && strlen (text) <= MAX_TEXT && g_utf8_validate (text, -1, NULL))
        g_ptr_array_add (texts, g_strdup (text));
    }
  return (char **) g_ptr_array_free (texts, FALSE);
}

static GpuDeviceInfo *
read_info (JsonObject *object)
{
  const char *id = get_text (object, "id");
  const char *name = get_text (object, "name");
  GpuDeviceInfo *info;

  if (id == NULL)
    return NULL;
  info = gpu_device_info_new (
      id, name != NULL ? name : id,
      (GpuVendor) find_word (get_text (object, "vendor"), vendors, G_N_ELEMENTS (vendors)));
  info->integrated = get_flag (object, "integrated");
  info->uuid = g_strdup (get_text (object, "uuid"));
  info->driver = g_strdup (get_text (object, "driver"));
  info->driver_version = g_strdup (get_text (object, "driver-version"));
  g_strfreev (info->runtimes);
  info->runtimes = get_texts (object, "runtimes");
  info->render_node = g_strdup (get_text (object, "render-node"));
  info->gfx_target = g_strdup (get_text (object, "gfx-target"));
  info->compute_capability = g_strdup (get_text (object, "compute-capability"));
  return info;
}

static void
read_process (JsonObject *object, GpuSample *sample)
{
  GpuProcess process = { .own = get_flag (object, "own") };
  double number;

  if (!get_number (object, "pid", &number))
    return;
  process.pid = (gint64) number;
  process.has_memory = get_number (object, "memory", &number) && number >= 0;
  if (process.has_memory)
    process.memory = (guint64) number;
  process.has_utilisation = get_number (object, "utilisation", &process.utilisation);
  process.name = g_strdup (get_text (object, "name"));
  gpu_sample_add_process (sample, &process);
}

static void
read_values (JsonObject *object, GpuSample *sample)
{
  JsonNode *node = json_object_get_member (object, "values");

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  for (guint i = 0; i < GPU_N_FIELDS; i++)
    {
      double value;

      if (get_number (json_node_get_object (node), gpu_field_info ((GpuField) i)->key, &value))
        gpu_sample_set (sample, (GpuField) i, value);
    }
}

static GpuSample *
read_sample (JsonObject *object, gint64 time, gint64 wall_time)
{
  GpuSample *sample = gpu_sample_new (time, wall_time);
  g_auto (GStrv) throttle = get_texts (object, "slowed-by");
  JsonArray *processes = get_array (object, "processes");

  gpu_sample_set_state (
      sample, (GpuState) find_word (get_text (object, "state"), states, G_N_ELEMENTS (states)),
      get_text (object, "reason"));
  for (guint i = 0; throttle[i] != NULL; i++)
    gpu_sample_add_throttle_reason (sample, throttle[i]);
  read_values (object, sample);
  for (guint i = 0; processes != NULL && i < MIN (json_array_get_length (processes), MAX_PROCESSES);
       i++)
    {
      JsonObject *process = get_object (processes, i);

      if (process != NULL)
        read_process (process, sample);
    }
  return sample;
}

static gboolean
has_id (GPtrArray *round, const char *id)
{
  for (guint i = 0; i < round->len; i++)
    if (strcmp (((const GpuReport *) round->pdata[i])->info->id, id) == 0)
      return TRUE;
  return FALSE;
}

static void
read_device (JsonObject *object, GPtrArray *round, gint64 time, gint64 wall_time)
{
  g_autoptr (GpuDeviceInfo) info = read_info (object);

  if (info != NULL && !has_id (round, info->id))
    g_ptr_array_add (
        round, gpu_report_new (g_steal_pointer (&info), read_sample (object, time, wall_time)));
}

static gint64
read_date (JsonObject *object)
{
  const char *text = get_text (object, "date");
  g_autoptr (GDateTime) date = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  return date != NULL ? g_date_time_to_unix_usec (date) : 0;
}

/**
 * gpu_round_from_line:
 * @line: a line of a recording; it need not end in a zero
 * @length: bytes of @line
 *
 * What is not known or out of bounds is left out.
 *
 * Returns: (transfer full) (nullable) (element-type GpuReport): the devices; %NULL when the line is
 *   not of a recording
 */
GPtrArray *
gpu_round_from_line (const char *line, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GPtrArray) round = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_report_free);
  JsonNode *root;
  JsonArray *devices;
  gint64 wall_time;
  double time;

  if (is_too_deep (line, length) ||
      !json_parser_load_from_data (parser, line, (gssize) length, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  devices = get_array (json_node_get_object (root), "devices");
  if (devices == NULL)
    return NULL;
  if (!get_number (json_node_get_object (root), "time", &time))
    time = 0;
  wall_time = read_date (json_node_get_object (root));
  for (guint i = 0; i < MIN (json_array_get_length (devices), MAX_DEVICES); i++)
    {
      JsonObject *device = get_object (devices, i);

      if (device != NULL)
        read_device (device, round, (gint64) MAX (time, 0), wall_time);
    }
  return g_steal_pointer (&round);
}
