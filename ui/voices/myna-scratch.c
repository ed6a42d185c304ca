/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-scratch.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "engine/core/myna-error.h"

struct _MynaScratch
{
  char *path;
  int n_files; /* atomic */
};

/**
 * myna_scratch_new:
 *
 * Returns: (transfer full): a new, empty folder in the user's cache (not in memory as /tmp may be:
 *   recordings are large); %NULL with NO_SPACE, READ_ONLY, …
 */
MynaScratch *
myna_scratch_new (GError **error)
{
  g_autofree char *parent = g_build_filename (g_get_user_cache_dir (), "myna", "recordings", NULL);
  g_autofree char *path = g_build_filename (parent, "XXXXXX", NULL);
  MynaScratch *self;

  if (g_mkdir_with_parents (parent, 0700) != 0 || g_mkdtemp_full (path, 0700) == NULL)
    {
      myna_error_set_from_errno (error, errno, parent);
      return NULL;
    }
  self = g_atomic_rc_box_new0 (MynaScratch);
  self->path = g_steal_pointer (&path);
  return self;
}

MynaScratch *
myna_scratch_ref (MynaScratch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
scratch_clear (MynaScratch *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->path, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->path);
  g_free (self->path);
}

void
myna_scratch_unref (MynaScratch *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, (GDestroyNotify) scratch_clear);
}

/**
 * myna_scratch_get_path:
 *
 * Returns: (transfer none): the folder
 */
const char *
myna_scratch_get_path (MynaScratch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->path;
}

/**
 * myna_scratch_dup_next:
 *
 * Returns: (transfer full): the path for one more recording; never the same twice
 */
char *
myna_scratch_dup_next (MynaScratch *self)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  name = g_strdup_printf ("recording-%d.flac", g_atomic_int_add (&self->n_files, 1) + 1);
  return g_build_filename (self->path, name, NULL);
}
