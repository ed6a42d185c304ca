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
              _ ("“%s” is %s, which serves all voices. Import it with “myna models import”."),
              label, myna_model_role_get_title (role));
          return FALSE;
        }
      g_array_append_val (roles, role);
    }
  folder = g_build_filename (voice_dir, FOLDER, NULL);
  if (!myna_paths_ensure_dir (folder, error))
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
