/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/models/myna-models-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "engine/checkpoint/myna-converted.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/models/myna-model-file.h"

/**
 * myna_model_new:
 * @name: unique in the store
 * @role: what it is for
 * @path: of the file, from which the size is read
 * @sha256: of the file
 * @added: unix seconds
 *
 * Returns: (transfer full) (nullable): a model; %NULL when there is no file
 */
MynaModel *
myna_model_new (
    const char *name, MynaModelRole role, const char *path, const char *sha256, gint64 added)
{
  MynaModel *self;
  GStatBuf info;

  g_return_val_if_fail (name != NULL && path != NULL && sha256 != NULL, NULL);

  if (g_stat (path, &info) != 0)
    return NULL;
  self = g_new0 (MynaModel, 1);
  self->name = g_strdup (name);
  self->role = role;
  self->path = g_strdup (path);
  self->size = (guint64) info.st_size;
  self->sha256 = g_strdup (sha256);
  self->added = added;
  return self;
}

/**
 * myna_model_free:
 * @self: (transfer full): a model
 */
void
myna_model_free (MynaModel *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->name);
  g_free (self->path);
  g_free (self->sha256);
  g_free (self);
}

static int
compare_models (gconstpointer a, gconstpointer b)
{
  const MynaModel *one = *(MynaModel *const *) a, *two = *(MynaModel *const *) b;

  return one->role != two->role ? (int) one->role - (int) two->role : strcmp (one->name, two->name);
}

/**
 * myna_models_add:
 * @self: a store
 * @model: (transfer full): one more of its models
 */
void
myna_models_add (MynaModels *self, MynaModel *model)
{
  g_ptr_array_add (self->all, model);
  g_ptr_array_sort (self->all, compare_models);
}

/* A file's name in a sidecar, which may be hostile, names a file beside it. */
static gboolean
is_plain_name (const char *name)
{
  return name != NULL && *name != '\0' && *name != '.' && strchr (name, '/') == NULL;
}

static MynaModel *
read_model (MynaModels *self, const char *name)
{
  g_autofree char *sidecar = g_build_filename (self->dir, name, MYNA_MODELS_SIDECAR, NULL);
  g_autoptr (JsonNode) node = myna_sidecar_read (sidecar, NULL);
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;
  g_autofree char *path = NULL;
  const char *file, *sha256;
  MynaModelRole role;

  if (object == NULL)
    return NULL;
  file = myna_sidecar_get_string (object, "file");
  sha256 = myna_sidecar_get_string (object, "sha256");
  if (!is_plain_name (file) || sha256 == NULL ||
      !myna_model_role_from_id (myna_sidecar_get_string (object, "role"), &role))
    return NULL;
  path = g_build_filename (self->dir, name, file, NULL);
  return myna_model_new (name, role, path, sha256, myna_sidecar_get_int (object, "added", 0));
}

/**
 * myna_models_open:
 * @data_dir: a data folder
 *
 * Returns: (transfer full): its models
 */
MynaModels *
myna_models_open (const char *data_dir)
{
  MynaModels *self;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_return_val_if_fail (data_dir != NULL, NULL);

  self = g_new0 (MynaModels, 1);
  self->dir = g_build_filename (data_dir, "models", NULL);
  self->converted_dir = g_build_filename (self->dir, "converted", NULL);
  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_model_free);
  dir = g_dir_open (self->dir, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      MynaModel *model = *name != '.' ? read_model (self, name) : NULL;

      if (model != NULL)
        myna_models_add (self, model);
    }
  return self;
}

/**
 * myna_models_free:
 * @self: (transfer full): a store; its models die with it
 */
void
myna_models_free (MynaModels *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->dir);
  g_free (self->converted_dir);
  g_ptr_array_unref (self->all);
  g_free (self);
}

/**
 * myna_models_get_all:
 * @self: a store
 *
 * Returns: (transfer none) (element-type MynaModel): its models, by role, then by name
 */
GPtrArray *
myna_models_get_all (MynaModels *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->all;
}

/**
 * myna_models_find_name:
 * @self: a store
 * @name: of a model
 *
 * Returns: (transfer none) (nullable): the model
 */
const MynaModel *
myna_models_find_name (MynaModels *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  for (guint i = 0; i < self->all->len; i++)
    {
      const MynaModel *model = g_ptr_array_index (self->all, i);

      if (strcmp (model->name, name) == 0)
        return model;
    }
  return NULL;
}

/**
 * myna_models_find:
 * @self: a store
 * @role: what for
 *
 * Returns: (transfer none) (nullable): the model; of several the one that was added last
 */
const MynaModel *
myna_models_find (MynaModels *self, MynaModelRole role)
{
  const MynaModel *found = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->all->len; i++)
    {
      const MynaModel *model = g_ptr_array_index (self->all, i);

      if (model->role == role && (found == NULL || model->added >= found->added))
        found = model;
    }
  return found;
}

/**
 * myna_models_estimate_memory:
 * @self: a store
 *
 * The networks that are loaded all the while, as large as their files are, for these hold halves as
 * a device does: the largest s1, the largest s2, and Mandarin's text network. Scratch is not in it,
 * since its window is halved until it fits (design section 4, "Memory plan").
 *
 * Returns: bytes; 0 when there is no pair that could speak
 */
guint64
myna_models_estimate_memory (MynaModels *self)
{
  guint64 s1 = 0, s2 = 0, text = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (guint i = 0; i < self->all->len; i++)
    {
      const MynaModel *model = g_ptr_array_index (self->all, i);

      if (model->role <= MYNA_MODEL_T2S)
        s1 = MAX (s1, model->size);
      else if (model->role <= MYNA_MODEL_S2_V2PROPLUS)
        s2 = MAX (s2, model->size);
      else if (model->role == MYNA_MODEL_ROBERTA)
        text = MAX (text, model->size);
    }
  return s1 > 0 && s2 > 0 ? s1 + s2 + text : 0;
}

/**
 * myna_models_get_converted_dir:
 * @self: a store
 *
 * Returns: (transfer none): where converted networks are kept
 */
const char *
myna_models_get_converted_dir (MynaModels *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->converted_dir;
}

static void
add_missing (MynaModels *self, GArray *missing, MynaModelRole role)
{
  if (myna_models_find (self, role) == NULL)
    g_array_append_val (missing, role);
}

/**
 * myna_models_list_missing:
 * @self: a store
 * @decoder: MYNA_MODEL_S2_…
 * @language: "en" or "zh"
 *
 * spec gpt-sovits section 1.2: what each version reads.
 *
 * Returns: (transfer full) (element-type MynaModelRole): what is not there, in the order to get it
 */
GArray *
myna_models_list_missing (MynaModels *self, MynaModelRole decoder, const char *language)
{
  GArray *missing = g_array_new (FALSE, FALSE, sizeof (MynaModelRole));

  g_return_val_if_fail (self != NULL && language != NULL, missing);
  g_return_val_if_fail (decoder >= MYNA_MODEL_S2_V1 && decoder <= MYNA_MODEL_S2_V2PROPLUS, missing);

  add_missing (self, missing, decoder == MYNA_MODEL_S2_V1 ? MYNA_MODEL_T2S_V1 : MYNA_MODEL_T2S);
  add_missing (self, missing, decoder);
  add_missing (self, missing, MYNA_MODEL_HUBERT);
  if (decoder >= MYNA_MODEL_S2_V2PRO)
    add_missing (self, missing, MYNA_MODEL_SPEAKER);
  if (strcmp (language, "zh") == 0)
    {
      add_missing (self, missing, MYNA_MODEL_ROBERTA);
      add_missing (self, missing, MYNA_MODEL_ROBERTA_VOCABULARY);
    }
  return missing;
}

/**
 * myna_models_verify:
 * @self: a store
 * @model: one of its models
 * @cancellable: (nullable): looked at every megabyte
 * @error: (out) (optional): CORRUPT, NOT_FOUND, …, G_IO_ERROR_CANCELLED
 *
 * Returns: whether the file is what was imported, and still of its role
 */
gboolean
myna_models_verify (MynaModels *self,
                    const MynaModel *model,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autofree char *sha256 = NULL;
  MynaModelRole role;

  g_return_val_if_fail (self != NULL && model != NULL, FALSE);

  sha256 = myna_model_file_hash (model->path, cancellable, error);
  if (sha256 == NULL)
    return FALSE;
  if (strcmp (sha256, model->sha256) != 0)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                   _ ("“%s” has changed since it was imported. Remove it and import it again."),
                   model->name);
      return FALSE;
    }
  return myna_model_role_recognise (model->path, &role, error);
}

/**
 * myna_models_remove:
 * @self: a store
 * @name: of a model
 * @error: (out) (optional): NOT_FOUND, READ_ONLY, …
 *
 * Returns: whether it is gone
 */
gboolean
myna_models_remove (MynaModels *self, const char *name, GError **error)
{
  const MynaModel *model;
  g_autofree char *folder = NULL, *converted = NULL;

  g_return_val_if_fail (self != NULL && name != NULL, FALSE);

  model = myna_models_find_name (self, name);
  if (model == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                   _ ("There is no model “%s”. “myna models list” shows those that there are."),
                   name);
      return FALSE;
    }
  folder = g_build_filename (self->dir, model->name, NULL);
  converted = myna_converted_dup_path (model->path, self->converted_dir);
  if (!myna_remove_tree (folder, error))
    return FALSE;
  g_unlink (converted);
  g_ptr_array_remove (self->all, (gpointer) model);
  return TRUE;
}
