/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-sidecar.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"

/**
 * myna_sidecar_parse:
 * @text: JSON, which may be damaged or hostile
 * @size: in bytes, or -1 when it ends with a zero
 * @name: what to call it in the error
 * @error: return location
 *
 * Returns: (transfer full): the text as a node that holds an object; %NULL with CORRUPT
 */
JsonNode *
myna_sidecar_parse (const char *text, gssize size, const char *name, GError **error)
{
  /* Not an immutable one: json-glib aborts when damaged text gives such a parser a second root. */
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  g_return_val_if_fail (text != NULL && name != NULL, NULL);

  if (g_utf8_validate (text, size, NULL) && json_parser_load_from_data (parser, text, size, NULL))
    {
      root = json_parser_get_root (parser);
      if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
        return json_parser_steal_root (parser);
    }
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT, _ ("“%s” is damaged and was not used."),
               name);
  return NULL;
}

/**
 * myna_sidecar_write:
 * @path: file
 * @node: its new content
 * @error: return location
 *
 * Replaces a sidecar, durable when it returns. Blocking; not on the main thread.
 *
 * Returns: %TRUE when written; the old content is intact otherwise
 */
gboolean
myna_sidecar_write (const char *path, JsonNode *node, GError **error)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;
  gsize size = 0;

  g_return_val_if_fail (path != NULL && node != NULL, FALSE);

  json_generator_set_root (generator, node);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, &size);
  return myna_atomic_file_write (path, text, size, error);
}

/**
 * myna_sidecar_read:
 * @path: file
 * @error: return location
 *
 * Reads a sidecar, which may be damaged or hostile: its size is capped, and the root is an object.
 * Blocking.
 *
 * Returns: (transfer full): the content; %NULL with NOT_FOUND, CORRUPT, …
 */
JsonNode *
myna_sidecar_read (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize size = 0;
  GStatBuf info;

  g_return_val_if_fail (path != NULL, NULL);

  if (g_stat (path, &info) != 0)
    {
      myna_error_set_from_errno (error, errno, path);
      return NULL;
    }
  if (info.st_size > MYNA_SIDECAR_MAX_BYTES || !g_file_get_contents (path, &text, &size, NULL))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT, _ ("“%s” is damaged and was not used."),
                   path);
      return NULL;
    }
  return myna_sidecar_parse (text, (gssize) size, path, error);
}

static JsonNode *
get_value (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

/**
 * myna_sidecar_get_string:
 * @object: an object from a file
 * @member: name
 *
 * Returns: (nullable): the member when it is a string; borrowed from @object
 */
const char *
myna_sidecar_get_string (JsonObject *object, const char *member)
{
  JsonNode *node = get_value (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/**
 * myna_sidecar_get_double:
 * @object: an object from a file
 * @member: name
 * @fallback: when it is missing or no number
 *
 * Returns: the member as a number
 */
double
myna_sidecar_get_double (JsonObject *object, const char *member, double fallback)
{
  JsonNode *node = get_value (object, member);
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;

  return type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : fallback;
}

/**
 * myna_sidecar_get_int:
 * @object: an object from a file
 * @member: name
 * @fallback: when it is missing or no whole number
 *
 * Returns: the member as a whole number
 */
gint64
myna_sidecar_get_int (JsonObject *object, const char *member, gint64 fallback)
{
  JsonNode *node = get_value (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : fallback;
}

/**
 * myna_sidecar_get_boolean:
 * @object: an object from a file
 * @member: name
 *
 * Returns: whether the member is there and true
 */
gboolean
myna_sidecar_get_boolean (JsonObject *object, const char *member)
{
  JsonNode *node = get_value (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean (node);
}

/**
 * myna_sidecar_dup_strv:
 * @object: an object from a file
 * @member: name of an array of strings
 *
 * Returns: (transfer full) (nullable): its strings; %NULL when missing or empty
 */
char **
myna_sidecar_dup_strv (JsonObject *object, const char *member)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = json_object_get_member (object, member);
  JsonArray *array;
  guint n = 0;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (item) || json_node_get_value_type (item) != G_TYPE_STRING)
        continue;
      g_strv_builder_add (builder, json_node_get_string (item));
      n++;
    }
  return n > 0 ? g_strv_builder_end (builder) : NULL;
}

/**
 * myna_sidecar_set_string:
 * @object: an object to be written
 * @member: name
 * @value: (nullable): left out when %NULL
 */
void
myna_sidecar_set_string (JsonObject *object, const char *member, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, member, value);
}

/**
 * myna_sidecar_set_strv:
 * @object: an object to be written
 * @member: name
 * @value: (nullable): left out when %NULL
 */
void
myna_sidecar_set_strv (JsonObject *object, const char *member, const char *const *value)
{
  JsonArray *array;

  if (value == NULL)
    return;
  array = json_array_new ();
  for (guint i = 0; value[i] != NULL; i++)
    json_array_add_string_element (array, value[i]);
  json_object_set_array_member (object, member, array);
}

/**
 * myna_remove_tree:
 * @path: file or folder
 * @error: return location
 *
 * Removes a file, or a folder with all that is in it; links are removed, not followed. What does
 * not exist is no error. Blocking.
 *
 * Returns: %TRUE when nothing is left
 */
gboolean
myna_remove_tree (const char *path, GError **error)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;
  int saved_errno;

  g_return_val_if_fail (path != NULL, FALSE);

  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  saved_errno = errno;
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!myna_remove_tree (child, error))
        return FALSE;
    }
  if (dir != NULL && g_rmdir (path) == 0)
    return TRUE;
  myna_error_set_from_errno (error, dir != NULL ? errno : saved_errno, path);
  return FALSE;
}
