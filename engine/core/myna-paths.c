/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-paths.h"
#include "engine/core/myna-error.h"

#include <errno.h>
#include <glib/gstdio.h>

/**
 * myna_paths_dup_data_dir:
 *
 * The data folder: `$MYNA_DATA_DIR` when set (tests, portable use), else `$XDG_DATA_HOME/myna`.
 * Nothing is created. Any thread.
 *
 * Returns: (transfer full): an absolute path
 */
char *
myna_paths_dup_data_dir (void)
{
  const char *set = g_getenv ("MYNA_DATA_DIR");

  if (set != NULL && *set != '\0')
    return g_canonicalize_filename (set, NULL);
  return g_build_filename (g_get_user_data_dir (), "myna", NULL);
}

/**
 * myna_paths_ensure_dir:
 * @path: a folder
 * @error: return location
 *
 * Makes the folder and its parents where they are missing, readable by the owner only (0700: voices
 * are personal). A folder that exists keeps its permissions. Any thread.
 *
 * Returns: %TRUE when the folder is there; else %MYNA_ERROR_READ_ONLY, %MYNA_ERROR_NO_SPACE, …
 */
gboolean
myna_paths_ensure_dir (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, FALSE);

  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  myna_error_set_from_errno (error, errno, path);
  return FALSE;
}
