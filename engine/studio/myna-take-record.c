/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-take-record.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"

/* More sentences than this are refused when a file claims them: 1 MB of text has at most 500 000.
 */
#define MAX_SLOTS 1000000

/**
 * myna_take_record_new:
 * @folder: the take's folder
 *
 * Returns: (transfer full): an empty record
 */
MynaTakeRecord *
myna_take_record_new (const char *folder)
{
  MynaTakeRecord *self = g_new0 (MynaTakeRecord, 1);
  const MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;

  self->folder = g_strdup (folder);
  self->params = params;
  return self;
}

/**
 * myna_take_record_free:
 * @self: (nullable) (transfer full): a record
 */
void
myna_take_record_free (MynaTakeRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self->id);
  g_free (self->name);
  g_free (self->voice_id);
  g_free (self->voice_name);
  g_free (self->voice_folder);
  g_free (self->engine);
  g_free (self->language);
  g_strfreev (self->warnings);
  g_clear_pointer (&self->slots, g_array_unref);
  g_clear_pointer (&self->reference, myna_voice_region_free);
  g_free (self->reference_language);
  g_free (self->output);
  g_free (self);
}

/**
 * myna_take_record_set_language:
 * @language: (nullable): language code
 */
void
myna_take_record_set_language (MynaTakeRecord *self, const char *language)
{
  g_return_if_fail (self != NULL);

  g_set_str (&self->language, language);
  self->params.language = self->language;
}

/**
 * myna_take_record_dup_path:
 *
 * Returns: (transfer full): the path of its take.json
 */
char *
myna_take_record_dup_path (const MynaTakeRecord *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_build_filename (self->folder, "take.json", NULL);
}

static void
add_slots (const MynaTakeRecord *self, JsonObject *object)
{
  JsonArray *array;

  if (self->slots == NULL)
    return;
  array = json_array_sized_new (2 * self->slots->len);
  for (guint i = 0; i < self->slots->len; i++)
    {
      const MynaTakeSlot *slot = &g_array_index (self->slots, MynaTakeSlot, i);

      json_array_add_int_element (array, slot->number);
      json_array_add_int_element (array, slot->revision);
    }
  json_object_set_array_member (object, "arrangement", array);
}

static void
add_reference (const MynaTakeRecord *self, JsonObject *object)
{
  JsonObject *reference;

  if (self->reference == NULL)
    return;
  reference = json_object_new ();
  json_object_set_string_member (reference, "path", self->reference->path);
  json_object_set_int_member (reference, "stream", self->reference->stream);
  json_object_set_double_member (reference, "start", self->reference->start);
  json_object_set_double_member (reference, "end", self->reference->end);
  myna_sidecar_set_string (reference, "transcript", self->reference->transcript);
  myna_sidecar_set_string (reference, "language", self->reference_language);
  json_object_set_object_member (object, "reference", reference);
}

/**
 * myna_take_record_to_json:
 *
 * Returns: (transfer full): the content of take.json
 */
JsonNode *
myna_take_record_to_json (const MynaTakeRecord *self)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  g_return_val_if_fail (self != NULL, NULL);

  json_object_set_int_member (object, "format", MYNA_TAKE_RECORD_FORMAT);
  json_object_set_string_member (object, "id", self->id);
  json_object_set_string_member (object, "name", self->name);
  myna_sidecar_set_string (object, "voice-id", self->voice_id);
  myna_sidecar_set_string (object, "voice-name", self->voice_name);
  myna_sidecar_set_string (object, "voice-folder", self->voice_folder);
  json_object_set_string_member (object, "engine", self->engine);
  myna_sidecar_set_string (object, "language", self->language);
  json_object_set_int_member (object, "seed", self->params.seed);
  json_object_set_double_member (object, "speed", self->params.speed);
  json_object_set_double_member (object, "pitch", self->params.pitch);
  json_object_set_double_member (object, "clarity", self->params.clarity);
  json_object_set_double_member (object, "pause", self->pause);
  json_object_set_string_member (object, "cut", myna_take_cut_get_id (self->cut));
  json_object_set_int_member (object, "created", self->created);
  json_object_set_int_member (object, "removed", self->removed);
  json_object_set_boolean_member (object, "complete", self->complete);
  json_object_set_int_member (object, "n-ready", self->n_ready);
  json_object_set_double_member (object, "duration", self->duration);
  myna_sidecar_set_strv (object, "warnings", (const char *const *) self->warnings);
  add_slots (self, object);
  add_reference (self, object);
  myna_sidecar_set_string (object, "output", self->output);
  json_object_set_boolean_member (object, "transient", self->transient);
  json_node_take_object (node, object);
  return node;
}

static double
get_number (JsonObject *object, const char *member, double fallback, double low, double high)
{
  double value = myna_sidecar_get_double (object, member, fallback);

  return value >= low && value <= high ? value : fallback;
}

static guint
get_guint (JsonObject *object, const char *member)
{
  return (guint) CLAMP (myna_sidecar_get_int (object, member, 0), 0, (gint64) G_MAXUINT);
}

static guint
element_guint (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return G_MAXUINT;
  return (guint) CLAMP (json_node_get_int (node), 0, (gint64) G_MAXUINT);
}

static void
read_slots (MynaTakeRecord *self, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "arrangement");
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = array != NULL ? json_array_get_length (array) / 2 : 0;

  if (array == NULL || n > MAX_SLOTS)
    return;
  self->slots = g_array_sized_new (FALSE, FALSE, sizeof (MynaTakeSlot), n);
  for (guint i = 0; i < n; i++)
    {
      MynaTakeSlot slot = { element_guint (array, 2 * i), element_guint (array, 2 * i + 1) };

      g_array_append_val (self->slots, slot);
    }
}

static void
read_reference (MynaTakeRecord *self, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "reference");
  JsonObject *reference =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *path = reference != NULL ? myna_sidecar_get_string (reference, "path") : NULL;

  if (path == NULL)
    return;
  self->reference = myna_voice_region_new (
      path, (int) CLAMP (myna_sidecar_get_int (reference, "stream", -1), -1, G_MAXINT),
      get_number (reference, "start", 0, 0, 1e9), get_number (reference, "end", 0, 0, 1e9),
      myna_sidecar_get_string (reference, "transcript"));
  self->reference_language = g_strdup (myna_sidecar_get_string (reference, "language"));
}

static void
read_params (MynaTakeRecord *self, JsonObject *object)
{
  myna_take_record_set_language (self, myna_sidecar_get_string (object, "language"));
  self->params.seed = get_guint (object, "seed");
  self->params.speed = get_number (object, "speed", 1, 0.5, 2);
  self->params.pitch = get_number (object, "pitch", 0, -12, 12);
  self->params.clarity = get_number (object, "clarity", -1, -1, 1);
  self->pause = get_number (object, "pause", 0.35, 0, 10);
  /* Takes of before, and what makes no sense, are cut into sentences. */
  if (!myna_take_cut_from_id (myna_sidecar_get_string (object, "cut"), &self->cut))
    self->cut = MYNA_TAKE_CUT_SENTENCES;
}

/**
 * myna_take_record_from_json:
 * @folder: the take's folder
 * @node: what take.json holds; may be damaged or hostile
 * @error: return location
 *
 * Returns: (transfer full): the record; %NULL with CORRUPT or UNSUPPORTED (a newer format)
 */
MynaTakeRecord *
myna_take_record_from_json (const char *folder, JsonNode *node, GError **error)
{
  g_autoptr (MynaTakeRecord) self = NULL;
  JsonObject *object;

  g_return_val_if_fail (folder != NULL && node != NULL, NULL);

  self = myna_take_record_new (folder);
  object = json_node_get_object (node);
  if (myna_sidecar_get_int (object, "format", 0) > MYNA_TAKE_RECORD_FORMAT)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("The take in “%s” was made by a newer Myna. Update Myna to use it."), folder);
      return NULL;
    }
  self->id = g_strdup (myna_sidecar_get_string (object, "id"));
  self->name = g_strdup (myna_sidecar_get_string (object, "name"));
  self->voice_id = g_strdup (myna_sidecar_get_string (object, "voice-id"));
  self->voice_name = g_strdup (myna_sidecar_get_string (object, "voice-name"));
  self->voice_folder = g_strdup (myna_sidecar_get_string (object, "voice-folder"));
  self->engine = g_strdup (myna_sidecar_get_string (object, "engine"));
  self->created = myna_sidecar_get_int (object, "created", 0);
  self->removed = myna_sidecar_get_int (object, "removed", 0);
  self->complete = myna_sidecar_get_boolean (object, "complete");
  self->n_ready = get_guint (object, "n-ready");
  self->duration = get_number (object, "duration", 0, 0, 1e9);
  self->warnings = myna_sidecar_dup_strv (object, "warnings");
  self->output = g_strdup (myna_sidecar_get_string (object, "output"));
  self->transient = myna_sidecar_get_boolean (object, "transient");
  read_params (self, object);
  read_slots (self, object);
  read_reference (self, object);
  if (self->id == NULL || *self->id == '.' || strchr (self->id, '/') != NULL ||
      self->name == NULL || self->engine == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                   _ ("The take in “%s” is damaged and was not loaded."), folder);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * myna_take_record_load:
 * @folder: the take's folder
 * @error: return location
 *
 * Reads take.json. Blocking; any thread.
 *
 * Returns: (transfer full): the record; %NULL with NOT_FOUND, CORRUPT or UNSUPPORTED
 */
MynaTakeRecord *
myna_take_record_load (const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  path = g_build_filename (folder, "take.json", NULL);
  node = myna_sidecar_read (path, error);
  return node != NULL ? myna_take_record_from_json (folder, node, error) : NULL;
}
