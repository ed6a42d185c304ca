/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-checkpoint.h"
#include "engine/checkpoint/myna-tensor-type.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "tests/support/golden-set.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>

/* Every file of containers/ against its manifest: what is good is read exactly, what is hostile or
 * damaged is one sentence, in bounded memory, and nothing is run. */

static char *folder;

/* The values of all tensors: only then every checksum is looked at. */
static gboolean
read_all (MynaCheckpoint *checkpoint, GError **error)
{
  MynaTensors *tensors = myna_checkpoint_get_tensors (checkpoint);
  gsize n;
  const MynaTensorInfo *infos = myna_tensors_list (tensors, &n);

  for (gsize i = 0; i < n; i++)
    {
      g_autofree float *values = myna_tensors_read_f32 (tensors, infos[i].name, error);

      if (values == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
check_tensor (MynaTensors *tensors, const char *name, JsonObject *wanted)
{
  const MynaTensorInfo *info = myna_tensors_find (tensors, name);
  JsonArray *shape = json_object_get_array_member (wanted, "shape");
  g_autofree float *values = NULL;
  g_autoptr (GError) error = NULL;
  double sum = 0, dot = 0, size = 0;

  g_assert_nonnull (info);
  g_assert_cmpstr (myna_tensor_type_get_name (info->type), ==,
                   json_object_get_string_member (wanted, "dtype"));
  g_assert_cmpint (info->n_dims, ==, json_array_get_length (shape));
  for (int i = 0; i < info->n_dims; i++)
    g_assert_cmpint (info->dims[i], ==, json_array_get_int_element (shape, (guint) i));
  values = myna_tensors_read_f32 (tensors, name, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < myna_tensor_info_get_n_elements (info); i++)
    {
      sum += values[i];
      dot += (double) values[i] * (double) (i % 7 + 1);
      size += fabs ((double) values[i]) * 7;
    }
  g_assert_cmpfloat_with_epsilon (sum, myna_sidecar_get_double (wanted, "sum", NAN),
                                  1e-7 * (1 + size));
  g_assert_cmpfloat_with_epsilon (dot, myna_sidecar_get_double (wanted, "dot7", NAN),
                                  1e-7 * (1 + size));
}

static void
check_value (const MynaValue *value, JsonNode *wanted)
{
  g_assert_nonnull (value);
  if (JSON_NODE_HOLDS_NULL (wanted))
    g_assert_cmpint (value->kind, ==, MYNA_VALUE_NONE);
  else if (JSON_NODE_HOLDS_ARRAY (wanted))
    {
      JsonArray *array = json_node_get_array (wanted);

      g_assert_cmpint (value->kind, ==, MYNA_VALUE_LIST);
      g_assert_cmpuint (myna_value_get_n_items (value), ==, json_array_get_length (array));
      for (guint i = 0; i < json_array_get_length (array); i++)
        check_value (myna_value_get_item (value, i), json_array_get_element (array, i));
    }
  else if (json_node_get_value_type (wanted) == G_TYPE_STRING)
    {
      g_assert_cmpint (value->kind, ==, MYNA_VALUE_STRING);
      g_assert_cmpstr (value->text, ==, json_node_get_string (wanted));
    }
  else if (json_node_get_value_type (wanted) == G_TYPE_BOOLEAN)
    {
      g_assert_cmpint (value->kind, ==, MYNA_VALUE_BOOL);
      g_assert_cmpint (value->integer, ==, json_node_get_boolean (wanted));
    }
  else if (value->kind == MYNA_VALUE_INT)
    g_assert_cmpint (value->integer, ==, json_node_get_int (wanted));
  else
    {
      g_assert_cmpint (value->kind, ==, MYNA_VALUE_FLOAT);
      g_assert_cmpfloat (value->number, ==, json_node_get_double (wanted));
    }
}

static void
check_accepted (MynaCheckpoint *checkpoint, JsonObject *file)
{
  JsonObject *tensors = json_object_get_object_member (file, "tensors");
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  gsize n;

  myna_tensors_list (myna_checkpoint_get_tensors (checkpoint), &n);
  g_assert_cmpuint (n, ==, json_object_get_size (tensors));
  json_object_iter_init (&iter, tensors);
  while (json_object_iter_next (&iter, &name, &node))
    check_tensor (myna_checkpoint_get_tensors (checkpoint), name, json_node_get_object (node));
  json_object_iter_init (&iter, json_object_get_object_member (file, "values"));
  while (json_object_iter_next (&iter, &name, &node))
    check_value (myna_checkpoint_get_value (checkpoint, name), node);
}

static void
check_sentence (const GError *error, const char *file)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == MYNA_ERROR);
  g_assert_nonnull (strstr (error->message, file));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static void
check_file (gconstpointer data)
{
  JsonObject *file = (JsonObject *) data;
  const char *name = json_object_get_string_member (file, "file");
  const char *expect = json_object_get_string_member (file, "expect");
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaCheckpoint) checkpoint = myna_checkpoint_open (path, &error);
  gboolean good = checkpoint != NULL && read_all (checkpoint, &error);

  if (!good)
    {
      g_test_message ("%s", error->message);
      check_sentence (error, name);
    }
  if (strcmp (expect, "accept") == 0)
    g_assert_no_error (error);
  else if (strcmp (expect, "refuse") == 0)
    g_assert_false (good);
  if (good && json_object_has_member (file, "tensors"))
    check_accepted (checkpoint, file);
  g_assert_false (g_file_test ("owned.txt", G_FILE_TEST_EXISTS));
}

/* What a refused name looks like. */
static void
check_names (void)
{
  g_autofree char *path = g_build_filename (folder, "evil-system.pth", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (myna_checkpoint_open (path, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "posix.system"));
}

/* Every length of a good file: cut anywhere it is refused or, cut behind all data, read. */
static void
check_cuts (void)
{
  static const char *const names[] = { "zip-shared.pth", "legacy-strides.pt" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autofree char *contents = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
      for (gsize length = 0; length < size; length++)
        {
          g_autoptr (GBytes) bytes = g_bytes_new (contents, length);
          g_autoptr (GError) error = NULL;
          g_autoptr (MynaCheckpoint) checkpoint = myna_checkpoint_parse (bytes, names[i], &error);

          g_assert_true (checkpoint == NULL || !read_all (checkpoint, &error));
          check_sentence (error, names[i]);
        }
    }
}

/* 64 MiB above what the program has now. Sanitizers reserve address space without end. */
static void
limit_memory (void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  g_autofree char *statm = NULL;
  struct rlimit limit;
  guint64 pages;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL));
  pages = g_ascii_strtoull (statm, NULL, 10);
  limit.rlim_cur = limit.rlim_max = (rlim_t) (pages * 4096 + 64 * 1024 * 1024);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
#endif
}

int
main (int argc, char **argv)
{
  g_autoptr (GoldenSet) set = NULL;
  g_autoptr (JsonNode) manifest = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *files;

  g_test_init (&argc, &argv, NULL);
  set = golden_set_open ();
  folder = golden_set_find_file (set, "containers");
  g_assert_nonnull (folder);
  path = g_build_filename (folder, "manifest.json", NULL);
  manifest = myna_sidecar_read (path, &error);
  g_assert_no_error (error);
  limit_memory ();
  files = json_object_get_array_member (json_node_get_object (manifest), "files");
  g_assert_cmpuint (json_array_get_length (files), >, 0);
  for (guint i = 0; i < json_array_get_length (files); i++)
    {
      JsonObject *file = json_array_get_object_element (files, i);
      g_autofree char *name =
          g_strconcat ("/containers/", json_object_get_string_member (file, "file"), NULL);

      g_test_add_data_func (name, file, check_file);
    }
  g_test_add_func ("/containers/names", check_names);
  g_test_add_func ("/containers/cuts", check_cuts);
  return g_test_run ();
}
