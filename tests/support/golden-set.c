/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/golden-set.h"

#include <string.h>

#include "engine/checkpoint/myna-safetensors.h"
#include "engine/core/myna-sidecar.h"

struct _GoldenSet
{
  char *dir;
  JsonNode *manifest;
};

struct _GoldenCase
{
  char *name;
  MynaTensors *tensors;
  GHashTable *facts;
};

static char *
choose_dir (void)
{
  const char *named = g_getenv ("MYNA_GOLDEN_DIR");
  g_autofree char *shared = g_build_filename (GOLDEN_SHARED, "manifest.json", NULL);

  if (named != NULL && *named != '\0')
    return g_strdup (named);
  return g_strdup (g_file_test (shared, G_FILE_TEST_EXISTS) ? GOLDEN_SHARED : GOLDEN_SUBSET);
}

/**
 * golden_set_open:
 *
 * Returns: (transfer full): the set that the environment names
 */
GoldenSet *
golden_set_open (void)
{
  GoldenSet *self = g_new0 (GoldenSet, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  self->dir = choose_dir ();
  path = g_build_filename (self->dir, "manifest.json", NULL);
  self->manifest = myna_sidecar_read (path, &error);
  if (self->manifest == NULL)
    g_error ("MYNA_GOLDEN_DIR: %s", error->message);
  return self;
}

/**
 * golden_set_free:
 * @self: (transfer full): a set
 */
void
golden_set_free (GoldenSet *self)
{
  g_free (self->dir);
  json_node_unref (self->manifest);
  g_free (self);
}

static JsonObject *
get_object (GoldenSet *self, const char *member)
{
  JsonNode *node = json_object_get_member (json_node_get_object (self->manifest), member);

  g_assert_nonnull (node);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return json_node_get_object (node);
}

/**
 * golden_set_get_dir:
 * @self: a set
 *
 * Returns: (transfer none): its folder
 */
const char *
golden_set_get_dir (GoldenSet *self)
{
  return self->dir;
}

/**
 * golden_set_get_salt:
 * @self: a set
 *
 * Returns: (transfer none): the salt of its weights
 */
const char *
golden_set_get_salt (GoldenSet *self)
{
  return myna_sidecar_get_string (json_node_get_object (self->manifest), "salt");
}

/**
 * golden_set_is_partial:
 * @self: a set
 *
 * Returns: whether results are left out of its cases
 */
gboolean
golden_set_is_partial (GoldenSet *self)
{
  return myna_sidecar_get_boolean (json_node_get_object (self->manifest), "partial");
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * golden_set_list_cases:
 * @self: a set
 * @prefix: what the names begin with
 *
 * Returns: (transfer full): names of cases, sorted
 */
char **
golden_set_list_cases (GoldenSet *self, const char *prefix)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  char **list;

  json_object_iter_init (&iter, get_object (self, "cases"));
  while (json_object_iter_next (&iter, &name, &node))
    if (g_str_has_prefix (name, prefix))
      g_strv_builder_add (names, name);
  list = g_strv_builder_end (names);
  g_sort_array (list, g_strv_length (list), sizeof *list, compare_names, NULL);
  return list;
}

/**
 * golden_set_get_fp16_rel:
 * @self: a set
 * @name: of a case
 *
 * Returns: the relative difference that rounding the weights to fp16 made, 0 where not measured
 */
double
golden_set_get_fp16_rel (GoldenSet *self, const char *name)
{
  JsonObject *measured = get_object (self, "measured");
  JsonNode *node = json_object_get_member (measured, name);

  /* Cases t2s-* share a figure, and so do roberta-*. */
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) ||
      !json_object_has_member (json_node_get_object (node), "fp16w_rel"))
    {
      g_autofree char *family = g_strndup (name, strcspn (name, "-"));

      node = json_object_get_member (measured, family);
    }
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? myna_sidecar_get_double (json_node_get_object (node), "fp16w_rel", 0)
             : 0;
}

/**
 * golden_set_find_file:
 * @self: a set
 * @name: a file or folder in it
 *
 * Returns: (transfer full) (nullable): its path, %NULL when the set lacks it
 */
char *
golden_set_find_file (GoldenSet *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

/**
 * golden_case_open:
 * @set: a set
 * @name: of a case in its manifest
 *
 * Returns: (transfer full): the case
 */
GoldenCase *
golden_case_open (GoldenSet *set, const char *name)
{
  GoldenCase *self = g_new0 (GoldenCase, 1);
  JsonNode *node = json_object_get_member (get_object (set, "cases"), name);
  const char *file;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    g_error ("no golden case %s in %s", name, set->dir);
  file = myna_sidecar_get_string (json_node_get_object (node), "file");
  g_assert_nonnull (file);
  path = g_build_filename (set->dir, file, NULL);
  self->name = g_strdup (name);
  self->tensors = myna_safetensors_open (path, &self->facts, &error);
  if (self->tensors == NULL)
    g_error ("golden case %s: %s", name, error->message);
  return self;
}

/**
 * golden_case_free:
 * @self: (transfer full): a case
 */
void
golden_case_free (GoldenCase *self)
{
  g_free (self->name);
  myna_tensors_unref (self->tensors);
  g_hash_table_unref (self->facts);
  g_free (self);
}

/**
 * golden_case_get_name:
 * @self: a case
 *
 * Returns: (transfer none): its name
 */
const char *
golden_case_get_name (GoldenCase *self)
{
  return self->name;
}

/**
 * golden_case_get_tensors:
 * @self: a case
 *
 * Returns: (transfer none): all that it stores
 */
MynaTensors *
golden_case_get_tensors (GoldenCase *self)
{
  return self->tensors;
}

/**
 * golden_case_has:
 * @self: a case
 * @tensor: a name
 *
 * Returns: whether it is stored
 */
gboolean
golden_case_has (GoldenCase *self, const char *tensor)
{
  return myna_tensors_find (self->tensors, tensor) != NULL;
}

/**
 * golden_case_get_info:
 * @self: a case
 * @tensor: a name
 *
 * Returns: (transfer none): type and stored shape
 */
const MynaTensorInfo *
golden_case_get_info (GoldenCase *self, const char *tensor)
{
  const MynaTensorInfo *info = myna_tensors_find (self->tensors, tensor);

  if (info == NULL)
    g_error ("golden case %s has no %s", self->name, tensor);
  return info;
}

/**
 * golden_case_read:
 * @self: a case
 * @tensor: a name
 * @n: (out) (optional): number of values
 *
 * Returns: (transfer full): the values as floats
 */
float *
golden_case_read (GoldenCase *self, const char *tensor, gsize *n)
{
  const MynaTensorInfo *info = golden_case_get_info (self, tensor);
  g_autoptr (GError) error = NULL;
  float *values = myna_tensors_read_f32 (self->tensors, tensor, &error);

  g_assert_no_error (error);
  if (n != NULL)
    *n = myna_tensor_info_get_n_elements (info);
  return values;
}

/**
 * golden_case_read_i32:
 * @self: a case
 * @tensor: a name of whole numbers
 * @n: (out) (optional): number of values
 *
 * Returns: (transfer full): the values; exact up to 2²⁴, beyond which no case goes
 */
gint32 *
golden_case_read_i32 (GoldenCase *self, const char *tensor, gsize *n)
{
  gsize size;
  g_autofree float *values = golden_case_read (self, tensor, &size);
  gint32 *numbers = g_new (gint32, MAX (size, 1));

  for (gsize i = 0; i < size; i++)
    numbers[i] = (gint32) values[i];
  if (n != NULL)
    *n = size;
  return numbers;
}

/**
 * golden_case_get_fact:
 * @self: a case
 * @key: of its metadata
 *
 * Returns: (transfer none) (nullable): the text
 */
const char *
golden_case_get_fact (GoldenCase *self, const char *key)
{
  return g_hash_table_lookup (self->facts, key);
}

/**
 * golden_case_get_network:
 * @self: a case
 *
 * Returns: (transfer none) (nullable): the network whose weights it uses
 */
const char *
golden_case_get_network (GoldenCase *self)
{
  return golden_case_get_fact (self, "network");
}
