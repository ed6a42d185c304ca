/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/checkpoint/myna-checkpoint-file.h"
#include "engine/checkpoint/myna-tensor-type.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"

/* The largest header of a community file is below 1 MB; json-glib takes some 20 times the text. */
#define MAX_HEADER_BYTES (4 * 1024 * 1024)
#define MAX_TENSORS 65536
#define MAX_DEPTH 16

/**
 * Safetensors:
 *
 * Source of tensors: the file's bytes and where in them each tensor lies. Immutable.
 */
typedef struct
{
  GBytes *bytes;
  GArray *infos;   /* MynaTensorInfo */
  GArray *offsets; /* gsize, from the start of the file */
  GStringChunk *names;
} Safetensors;

static void
safetensors_free (gpointer data)
{
  Safetensors *self = data;

  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_array_unref (self->infos);
  g_array_unref (self->offsets);
  g_string_chunk_free (self->names);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Safetensors, safetensors_free)

static const MynaTensorInfo *
safetensors_list (gpointer source, gsize *n_tensors)
{
  Safetensors *self = source;

  *n_tensors = self->infos->len;
  return (const MynaTensorInfo *) (gpointer) self->infos->data;
}

static const guint8 *
find_data (Safetensors *self, const MynaTensorInfo *info)
{
  gsize index = (gsize) (info - (const MynaTensorInfo *) (gpointer) self->infos->data);

  g_assert (index < self->infos->len);
  return (const guint8 *) g_bytes_get_data (self->bytes, NULL) +
         g_array_index (self->offsets, gsize, index);
}

static gboolean
safetensors_read_f32 (gpointer source, const MynaTensorInfo *info, float *values, GError **error)
{
  myna_tensor_type_to_f32 (info->type, find_data (source, info),
                           myna_tensor_info_get_n_elements (info), values);
  return TRUE;
}

static gconstpointer
safetensors_view (gpointer source, const MynaTensorInfo *info)
{
  const guint8 *data = find_data (source, info);

  return (guintptr) data % myna_tensor_type_get_size (info->type) == 0 ? data : NULL;
}

static const MynaTensorsClass safetensors_class = {
  .list = safetensors_list,
  .read_f32 = safetensors_read_f32,
  .view = safetensors_view,
  .free_source = safetensors_free,
};

static gboolean
parse_type (const char *text, MynaTensorType *type)
{
  static const char *const names[] = {
    [MYNA_TENSOR_F32] = "F32",   [MYNA_TENSOR_F16] = "F16", [MYNA_TENSOR_BF16] = "BF16",
    [MYNA_TENSOR_F64] = "F64",   [MYNA_TENSOR_I64] = "I64", [MYNA_TENSOR_I32] = "I32",
    [MYNA_TENSOR_I16] = "I16",   [MYNA_TENSOR_I8] = "I8",   [MYNA_TENSOR_U8] = "U8",
    [MYNA_TENSOR_BOOL] = "BOOL",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (text, names[i]) == 0)
      {
        *type = (MynaTensorType) i;
        return TRUE;
      }
  return FALSE;
}

/* A member that is an array of at most @max whole numbers from 0 on. -1: it is not. */
static int
get_numbers (JsonObject *object, const char *member, gint64 *numbers, guint max)
{
  JsonNode *node = json_object_get_member (object, member);
  JsonArray *array;
  guint n;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return -1;
  array = json_node_get_array (node);
  n = json_array_get_length (array);
  if (n > max)
    return -1;
  for (guint i = 0; i < n; i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (item) || json_node_get_value_type (item) != G_TYPE_INT64)
        return -1;
      numbers[i] = json_node_get_int (item);
      if (numbers[i] < 0)
        return -1;
    }
  return (int) n;
}

/* @base: where the values begin; @size: of the file. */
static gboolean
add_tensor (Safetensors *self, const char *name, JsonNode *node, gsize base, gsize size)
{
  MynaTensorInfo info = { 0 };
  JsonObject *object;
  gint64 ends[2];
  gsize n, bytes, offset;

  if (!JSON_NODE_HOLDS_OBJECT (node) || self->infos->len >= MAX_TENSORS)
    return FALSE;
  object = json_node_get_object (node);
  if (!parse_type (myna_sidecar_get_string (object, "dtype"), &info.type))
    return FALSE;
  info.n_dims = get_numbers (object, "shape", info.dims, MYNA_TENSOR_MAX_DIMS);
  if (info.n_dims < 0 || get_numbers (object, "data_offsets", ends, 2) != 2)
    return FALSE;
  if (!myna_tensor_count_elements (info.dims, info.n_dims, info.type, &n, &bytes))
    return FALSE;
  if (ends[0] > ends[1] || (guint64) ends[1] > size - base || (gsize) (ends[1] - ends[0]) != bytes)
    return FALSE;
  offset = base + (gsize) ends[0];
  info.name = g_string_chunk_insert (self->names, name);
  g_array_append_val (self->infos, info);
  g_array_append_val (self->offsets, offset);
  return TRUE;
}

static GHashTable *
read_metadata (JsonObject *root)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  JsonNode *node = json_object_get_member (root, "__metadata__");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return table;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &value))
    if (JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING)
      g_hash_table_insert (table, g_strdup (name), g_strdup (json_node_get_string (value)));
  return table;
}

/* json-glib goes into nested values by recursion: a header of open brackets would end the stack. */
static gboolean
is_shallow (const char *text, gsize size)
{
  gboolean quoted = FALSE;
  int depth = 0;

  for (gsize i = 0; i < size && depth <= MAX_DEPTH; i++)
    if (quoted && text[i] == '\\')
      i++;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && (text[i] == '{' || text[i] == '['))
      depth++;
    else if (!quoted && (text[i] == '}' || text[i] == ']'))
      depth--;
  return depth <= MAX_DEPTH;
}

static Safetensors *
parse (GBytes *bytes, const char *label, GHashTable **metadata)
{
  g_autoptr (Safetensors) self = g_new0 (Safetensors, 1);
  g_autoptr (JsonNode) root = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint64 length = 0;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  self->bytes = g_bytes_ref (bytes);
  self->infos = g_array_new (FALSE, FALSE, sizeof (MynaTensorInfo));
  self->offsets = g_array_new (FALSE, FALSE, sizeof (gsize));
  self->names = g_string_chunk_new (4096);
  if (size >= sizeof length)
    memcpy (&length, data, sizeof length);
  if (length == 0 || length > MAX_HEADER_BYTES || length > size - sizeof length)
    return NULL;
  if (!is_shallow ((const char *) data + sizeof length, length))
    return NULL;
  root = myna_sidecar_parse ((const char *) data + sizeof length, (gssize) length, label, NULL);
  if (root == NULL)
    return NULL;
  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &name, &value))
    if (strcmp (name, "__metadata__") != 0 &&
        !add_tensor (self, name, value, sizeof length + length, size))
      return NULL;
  if (metadata != NULL)
    *metadata = read_metadata (json_node_get_object (root));
  return g_steal_pointer (&self);
}

/**
 * myna_safetensors_parse:
 * @bytes: a whole file
 * @label: what to call it in messages
 * @metadata: (out) (optional) (transfer full): the strings under `__metadata__`
 * @error: (out) (optional): CORRUPT
 *
 * Returns: (transfer full) (nullable): its tensors, which keep @bytes
 */
MynaTensors *
myna_safetensors_parse (GBytes *bytes, const char *label, GHashTable **metadata, GError **error)
{
  Safetensors *self;

  g_return_val_if_fail (bytes != NULL && label != NULL, NULL);

  self = parse (bytes, label, metadata);
  if (self == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                   _ ("“%s” is damaged or no safetensors file."), label);
      return NULL;
    }
  return myna_tensors_new (&safetensors_class, self, label);
}

/**
 * myna_safetensors_open:
 * @path: file
 * @metadata: (out) (optional) (transfer full): the strings under `__metadata__`
 * @error: (out) (optional): NOT_FOUND, CORRUPT, …
 *
 * Maps a file; its values are read when they are asked for. Blocking.
 *
 * Returns: (transfer full) (nullable): its tensors
 */
MynaTensors *
myna_safetensors_open (const char *path, GHashTable **metadata, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *label = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  bytes = myna_checkpoint_file_map (path, error);
  if (bytes == NULL)
    return NULL;
  label = g_filename_display_basename (path);
  return myna_safetensors_parse (bytes, label, metadata, error);
}
