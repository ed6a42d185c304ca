/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/models/myna-model-pair.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/core/myna-sidecar.h"
#include "engine/models/myna-model-file.h"

#define FOLDER "gpt-sovits"
#define T2S "t2s.ckpt"

/* From the best sounding on (spec gpt-sovits section 1.1). */
static const MynaModelRole decoders[] = { MYNA_MODEL_S2_V2PROPLUS, MYNA_MODEL_S2_V2PRO,
                                          MYNA_MODEL_S2_V2, MYNA_MODEL_S2_V1 };

/* The decoder's file is called by its version, so that no file beside it has to say so. */
static char *
dup_decoder_name (MynaModelRole role)
{
  return g_strconcat (myna_model_role_get_id (role), ".pth", NULL);
}

static gboolean
is_decoder (MynaModelRole role)
{
  return role >= MYNA_MODEL_S2_V1 && role <= MYNA_MODEL_S2_V2PROPLUS;
}

/**
 * myna_model_pair_free:
 * @self: (transfer full): a pair
 */
void
myna_model_pair_free (MynaModelPair *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->t2s);
  g_free (self->decoder);
  g_free (self);
}

/**
 * myna_model_pair_load:
 * @voice_dir: a voice's folder
 *
 * Returns: (transfer full) (nullable): the voice's own networks
 */
MynaModelPair *
myna_model_pair_load (const char *voice_dir)
{
  g_autoptr (MynaModelPair) self = NULL;
  g_autofree char *t2s = NULL;

  g_return_val_if_fail (voice_dir != NULL, NULL);

  self = g_new0 (MynaModelPair, 1);
  t2s = g_build_filename (voice_dir, FOLDER, T2S, NULL);
  if (g_file_test (t2s, G_FILE_TEST_IS_REGULAR))
    self->t2s = g_steal_pointer (&t2s);
  for (guint role = MYNA_MODEL_S2_V1; role <= MYNA_MODEL_S2_V2PROPLUS; role++)
    {
      g_autofree char *name = dup_decoder_name ((MynaModelRole) role);
      g_autofree char *path = g_build_filename (voice_dir, FOLDER, name, NULL);

      if (self->decoder == NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        {
          self->decoder = g_steal_pointer (&path);
          self->decoder_role = (MynaModelRole) role;
        }
    }
  return self->t2s != NULL || self->decoder != NULL ? g_steal_pointer (&self) : NULL;
}

/* Written under a hidden name, then renamed: the old file serves until the new one is whole. */
static gboolean
replace (const char *folder,
         const char *name,
         const char *path,
         GCancellable *cancellable,
         GError **error)
{
  g_autofree char *target = g_build_filename (folder, name, NULL);
  g_autofree char *working = g_strconcat (folder, "/.", name, NULL);

  g_unlink (working);
  if (!myna_model_file_take (path, working, cancellable, error))
    {
      g_unlink (working);
      return FALSE;
    }
  if (g_rename (working, target) == 0)
    return TRUE;
  myna_error_set_from_errno (error, errno, target);
  g_unlink (working);
  return FALSE;
}

static gboolean
import_one (const char *folder,
            const char *path,
            MynaModelRole role,
            GCancellable *cancellable,
            GError **error)
{
  g_autofree char *name = is_decoder (role) ? dup_decoder_name (role) : g_strdup (T2S);

  if (!replace (folder, name, path, cancellable, error))
    return FALSE;
  /* One decoder a voice: those of other versions go. */
  for (guint other = MYNA_MODEL_S2_V1; is_decoder (role) && other <= MYNA_MODEL_S2_V2PROPLUS;
       other++)
    if (other != role)
      {
        g_autofree char *old_name = dup_decoder_name ((MynaModelRole) other);
        g_autofree char *old = g_build_filename (folder, old_name, NULL);

        g_unlink (old);
      }
  return TRUE;
}

/* The phones of v1 are not those of the other versions: a pair is of one kind. What the voice has
 * already counts where no new file takes its place. */
static gboolean
check_together (const char *voice_dir, GArray *roles, GError **error)
{
  g_autoptr (MynaModelPair) old = myna_model_pair_load (voice_dir);
  MynaModelRole decoder =
      old != NULL && old->decoder != NULL ? old->decoder_role : MYNA_N_MODEL_ROLES;
  MynaModelRole t2s = MYNA_N_MODEL_ROLES;
  gboolean new_t2s = FALSE;

  for (guint i = 0; i < roles->len; i++)
    {
      MynaModelRole role = g_array_index (roles, MynaModelRole, i);

      if (is_decoder (role))
        decoder = role;
      else
        t2s = role;
      new_t2s = new_t2s || !is_decoder (role);
    }
  if (!new_t2s && old != NULL && old->t2s != NULL &&
      !myna_model_role_recognise (old->t2s, &t2s, NULL))
    t2s = MYNA_N_MODEL_ROLES;
  if (decoder == MYNA_N_MODEL_ROLES || t2s == MYNA_N_MODEL_ROLES ||
      (decoder == MYNA_MODEL_S2_V1) == (t2s == MYNA_MODEL_T2S_V1))
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("%s and %s do not go together; choose two files of the same version."),
               myna_model_role_get_title (t2s), myna_model_role_get_title (decoder));
  return FALSE;
}

/**
 * myna_model_pair_import:
 * @voice_dir: a voice's folder
 * @paths: (array zero-terminated=1): a T2S checkpoint, a decoder, or one of each
 * @cancellable: (nullable): looked at every megabyte
 * @error: (out) (optional): UNSUPPORTED, CORRUPT, NO_SPACE, …
 *
 * Looks at all files before the first is taken.
 *
 * Returns: whether the voice has them
 */
gboolean
myna_model_pair_import (const char *voice_dir,
                        const char *const *paths,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autofree char *folder = NULL;
  g_autoptr (GArray) roles = g_array_new (FALSE, FALSE, sizeof (MynaModelRole));

  g_return_val_if_fail (voice_dir != NULL && paths != NULL, FALSE);

  for (int i = 0; paths[i] != NULL; i++)
    {
      MynaModelRole role;

      if (!myna_model_role_recognise (paths[i], &role, error))
        return FALSE;
      if (!is_decoder (role) && role != MYNA_MODEL_T2S && role != MYNA_MODEL_T2S_V1)
        {
          g_autofree char *label = g_filename_display_basename (paths[i]);

          g_set_error (
              error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
              _ ("“%s” is %s, which serves all voices; import it as a model file instead."), label,
              myna_model_role_get_title (role));
          return FALSE;
        }
      g_array_append_val (roles, role);
    }
  folder = g_build_filename (voice_dir, FOLDER, NULL);
  if (!check_together (voice_dir, roles, error) || !myna_paths_ensure_dir (folder, error))
    return FALSE;
  for (guint i = 0; i < roles->len; i++)
    if (!import_one (folder, paths[i], g_array_index (roles, MynaModelRole, i), cancellable, error))
      return FALSE;
  return TRUE;
}

/**
 * myna_model_pair_remove:
 * @voice_dir: a voice's folder
 * @error: (out) (optional): READ_ONLY, …
 *
 * Returns: whether the voice has none any more
 */
gboolean
myna_model_pair_remove (const char *voice_dir, GError **error)
{
  g_autofree char *folder = NULL;

  g_return_val_if_fail (voice_dir != NULL, FALSE);

  folder = g_build_filename (voice_dir, FOLDER, NULL);
  return !g_file_test (folder, G_FILE_TEST_EXISTS) || myna_remove_tree (folder, error);
}

/* The store's decoder that needs nothing else for English, else the best there is. */
static const MynaModel *
choose_decoder (MynaModels *models)
{
  const MynaModel *any = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++)
    {
      const MynaModel *model = myna_models_find (models, decoders[i]);
      g_autoptr (GArray) missing =
          model != NULL ? myna_models_list_missing (models, decoders[i], "en") : NULL;

      if (model != NULL && missing->len == 0)
        return model;
      if (any == NULL)
        any = model;
    }
  return any;
}

/**
 * myna_model_pair_complete:
 * @own: (nullable): the voice's own files
 * @models: the store, for what it lacks
 * @missing: (out): what neither has
 *
 * Returns: (transfer full) (nullable): both files; %NULL when @missing is not there
 */
MynaModelPair *
myna_model_pair_complete (const MynaModelPair *own, MynaModels *models, MynaModelRole *missing)
{
  g_autoptr (MynaModelPair) self = g_new0 (MynaModelPair, 1);
  const MynaModel *model;

  g_return_val_if_fail (models != NULL && missing != NULL, NULL);

  *missing = MYNA_MODEL_S2_V2PRO;
  if (own != NULL && own->decoder != NULL)
    {
      self->decoder = g_strdup (own->decoder);
      self->decoder_role = own->decoder_role;
    }
  else if ((model = choose_decoder (models)) != NULL)
    {
      self->decoder = g_strdup (model->path);
      self->decoder_role = model->role;
    }
  else
    return NULL;
  *missing = self->decoder_role == MYNA_MODEL_S2_V1 ? MYNA_MODEL_T2S_V1 : MYNA_MODEL_T2S;
  model = myna_models_find (models, *missing);
  if (own != NULL && own->t2s != NULL)
    self->t2s = g_strdup (own->t2s);
  else if (model != NULL)
    self->t2s = g_strdup (model->path);
  return self->t2s != NULL ? g_steal_pointer (&self) : NULL;
}

/* What the voice brings along need not be in the store. */
static GArray *
list_missing_for (const MynaModelPair *own,
                  MynaModels *models,
                  MynaModelRole decoder,
                  const char *language)
{
  GArray *missing = myna_models_list_missing (models, decoder, language);

  for (guint i = missing->len; own != NULL && i-- > 0;)
    {
      MynaModelRole role = g_array_index (missing, MynaModelRole, i);
      gboolean is_t2s = role == MYNA_MODEL_T2S || role == MYNA_MODEL_T2S_V1;

      if ((is_t2s && own->t2s != NULL) || (role == decoder && own->decoder != NULL))
        g_array_remove_index (missing, i);
    }
  return missing;
}

/**
 * myna_model_pair_list_missing:
 * @own: (nullable): the voice's own files
 * @models: the store
 * @language: "en" or "zh"
 *
 * Returns: (transfer full) (element-type MynaModelRole): what the version lacks that is nearest to
 *   complete, which is what the user has begun to collect; of v2Pro where there is no decoder
 */
GArray *
myna_model_pair_list_missing (const MynaModelPair *own, MynaModels *models, const char *language)
{
  g_autoptr (GArray) least = NULL;

  g_return_val_if_fail (models != NULL && language != NULL, NULL);

  /* Who has none yet is told of the one that is worth getting. */
  if ((own == NULL || own->decoder == NULL) && choose_decoder (models) == NULL)
    return list_missing_for (own, models, MYNA_MODEL_S2_V2PRO, language);
  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++)
    {
      g_autoptr (GArray) missing = NULL;

      if (own != NULL && own->decoder != NULL && own->decoder_role != decoders[i])
        continue;
      missing = list_missing_for (own, models, decoders[i], language);
      if (least != NULL && missing->len >= least->len)
        continue;
      g_clear_pointer (&least, g_array_unref);
      least = g_steal_pointer (&missing);
    }
  return g_steal_pointer (&least);
}
