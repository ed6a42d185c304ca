/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/models/myna-models-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/core/myna-sidecar.h"
#include "engine/models/myna-model-file.h"

/* Upstream's folder is three deep and has some forty files. */
#define MAX_DEPTH 6
#define MAX_FILES 4096

/* What may be a model in a folder: the names of files that are asked for are not looked at. */
static const char *const suffixes[] = {
  ".ckpt", ".pth", ".pt", ".bin", ".npz", ".safetensors", "/tokenizer.json", "/vocab.txt"
};

static void
import_free (gpointer data)
{
  MynaModelImport *import = data;

  g_free (import->path);
  g_clear_error (&import->error);
  g_free (import);
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The files below a folder that may be models; symbolic links to folders are not followed. */
static gboolean
collect (const char *folder, int depth, GPtrArray *files, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  if (dir == NULL)
    {
      myna_error_set_from_errno (error, errno, folder);
      return FALSE;
    }
  while ((name = g_dir_read_name (dir)) != NULL && files->len < MAX_FILES)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;

      if (*name == '.' || g_lstat (path, &info) != 0)
        continue;
      if (S_ISDIR (info.st_mode))
        {
          if (depth < MAX_DEPTH && !collect (path, depth + 1, files, error))
            return FALSE;
          continue;
        }
      for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
        if (g_str_has_suffix (path, suffixes[i]))
          {
            g_ptr_array_add (files, g_steal_pointer (&path));
            break;
          }
    }
  return TRUE;
}

static const MynaModel *
find_hash (MynaModels *self, const char *sha256)
{
  for (guint i = 0; i < self->all->len; i++)
    {
      const MynaModel *model = g_ptr_array_index (self->all, i);

      if (strcmp (model->sha256, sha256) == 0)
        return model;
    }
  return NULL;
}

/* The file's own name; "pytorch_model" says nothing, so such files are called by what they are. */
static char *
choose_name (MynaModels *self, const char *path, MynaModelRole role)
{
  g_autofree char *base = g_filename_display_basename (path);
  g_autofree char *stem = NULL;
  char *dot = strrchr (base, '.');

  if (dot != NULL && dot != base)
    *dot = '\0';
  if (role >= MYNA_MODEL_HUBERT || *base == '.' || strlen (base) > 100)
    stem = g_strdup (myna_model_role_get_id (role));
  else
    stem = g_strdup (base);
  for (guint i = 1;; i++)
    {
      g_autofree char *name = i == 1 ? g_strdup (stem) : g_strdup_printf ("%s-%u", stem, i);
      g_autofree char *folder = g_build_filename (self->dir, name, NULL);

      if (strcmp (name, "converted") != 0 && !g_file_test (folder, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&name);
    }
}

static gboolean
write_sidecar (
    const char *folder, const char *file, MynaModelRole role, const char *sha256, GError **error)
{
  g_autofree char *path = g_build_filename (folder, MYNA_MODELS_SIDECAR, NULL);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  myna_sidecar_set_string (object, "role", myna_model_role_get_id (role));
  myna_sidecar_set_string (object, "file", file);
  myna_sidecar_set_string (object, "sha256", sha256);
  json_object_set_int_member (object, "added", g_get_real_time () / G_USEC_PER_SEC);
  json_node_take_object (node, object);
  return myna_sidecar_write (path, node, error);
}

/* The folder appears under its name when it is whole. */
static const MynaModel *
store_file (MynaModels *self,
            const char *path,
            MynaModelRole role,
            const char *sha256,
            GCancellable *cancellable,
            GError **error)
{
  g_autofree char *name = choose_name (self, path, role);
  g_autofree char *folder = g_build_filename (self->dir, name, NULL);
  g_autofree char *pattern = g_strconcat (self->dir, "/", MYNA_MODELS_STAGING, "XXXXXX", NULL);
  g_autofree char *base = g_path_get_basename (path);
  /* A hidden file would not be a plain name in the sidecar. */
  g_autofree char *file = *base == '.' ? g_strconcat ("model", base, NULL) : g_strdup (base);
  g_autofree char *staged = NULL, *final = NULL;
  MynaModel *model;

  if (!myna_paths_ensure_dir (self->dir, error))
    return NULL;
  if (g_mkdtemp (pattern) == NULL)
    {
      myna_error_set_from_errno (error, errno, self->dir);
      return NULL;
    }
  staged = g_build_filename (pattern, file, NULL);
  if (!myna_model_file_take (path, staged, cancellable, error) ||
      !write_sidecar (pattern, file, role, sha256, error))
    {
      myna_remove_tree (pattern, NULL);
      return NULL;
    }
  if (g_rename (pattern, folder) != 0)
    {
      myna_error_set_from_errno (error, errno, folder);
      myna_remove_tree (pattern, NULL);
      return NULL;
    }
  final = g_build_filename (folder, file, NULL);
  model = myna_model_new (name, role, final, sha256, g_get_real_time () / G_USEC_PER_SEC);
  if (model == NULL)
    myna_error_set_from_errno (error, errno, final);
  else
    myna_models_add (self, model);
  return model;
}

/* FALSE when the whole import has to stop; what is wrong with the file alone is in @import. */
static gboolean
import_file (MynaModels *self, MynaModelImport *import, GCancellable *cancellable, GError **error)
{
  g_autofree char *sha256 = NULL;
  MynaModelRole role;

  if (!myna_model_role_recognise (import->path, &role, &import->error))
    return TRUE;
  sha256 = myna_model_file_hash (import->path, cancellable, error);
  if (sha256 == NULL)
    return FALSE;
  import->model = find_hash (self, sha256);
  import->known = import->model != NULL;
  if (import->model == NULL)
    import->model = store_file (self, import->path, role, sha256, cancellable, error);
  return import->model != NULL;
}

/* What an import that was killed left behind. Who imports holds the data folder. */
static void
remove_leftovers (MynaModels *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->dir, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, MYNA_MODELS_STAGING))
      {
        g_autofree char *path = g_build_filename (self->dir, name, NULL);

        myna_remove_tree (path, NULL);
      }
}

/**
 * myna_models_import:
 * @self: a store
 * @paths: (array zero-terminated=1): files and folders
 * @progress: (nullable): told each file, its place and their number before it is looked at
 * @data: closure
 * @cancellable: (nullable): looked at every megabyte
 * @error: (out) (optional): why the whole had to stop
 *
 * Returns: (transfer full) (nullable) (element-type MynaModelImport): what has become of each file;
 * valid as long as the store
 */
GPtrArray *
myna_models_import (MynaModels *self,
                    const char *const *paths,
                    MynaModelProgress progress,
                    gpointer data,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) imports = g_ptr_array_new_with_free_func (import_free);

  g_return_val_if_fail (self != NULL && paths != NULL, NULL);

  remove_leftovers (self);
  for (int i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

      if (!g_file_test (paths[i], G_FILE_TEST_IS_DIR))
        g_ptr_array_add (found, g_strdup (paths[i]));
      else if (!collect (paths[i], 0, found, error))
        return NULL;
      g_ptr_array_sort (found, compare_paths);
      g_ptr_array_extend_and_steal (files, g_steal_pointer (&found));
    }
  for (guint i = 0; i < files->len; i++)
    {
      MynaModelImport *import = g_new0 (MynaModelImport, 1);

      import->path = g_strdup (g_ptr_array_index (files, i));
      g_ptr_array_add (imports, import);
      if (progress != NULL)
        progress (import->path, i, files->len, data);
      if (!import_file (self, import, cancellable, error))
        return NULL;
    }
  return g_steal_pointer (&imports);
}
