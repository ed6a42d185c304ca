/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (myna - error - quark, myna_error)

/**
 * myna_error_set_from_errno:
 * @error: (out) (optional): where to put the error
 * @saved_errno: the errno of a failed file operation
 * @path: the file it failed on
 *
 * Sets @error to the plain sentence for a failed file operation, with the code that callers switch
 * on (disk full, read-only, not found). Any thread.
 */
void
myna_error_set_from_errno (GError **error, int saved_errno, const char *path)
{
  g_return_if_fail (path != NULL);

  switch (saved_errno)
    {
    case ENOSPC:
    case EDQUOT:
      g_set_error (
          error, MYNA_ERROR, MYNA_ERROR_NO_SPACE,
          _ ("The disk is full: “%s” could not be written. Free some space and try again."), path);
      break;
    case EFBIG:
      g_set_error (
          error, MYNA_ERROR, MYNA_ERROR_NO_SPACE,
          _ ("“%s” would be larger than this disk allows. Choose a place on another disk."), path);
      break;
    case EISDIR:
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_EXISTS, _ ("“%s” is a folder, not a file."), path);
      break;
    case ENAMETOOLONG:
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("The name “%s” is too long. Choose a shorter one."), path);
      break;
    case EROFS:
    case EACCES:
    case EPERM:
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY,
                   _ ("No permission for “%s”. Choose another folder or change its permissions."),
                   path);
      break;
    case ENOENT:
    case ENOTDIR:
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND, _ ("“%s” does not exist."), path);
      break;
    default:
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_FAILED, "%s: %s", path, g_strerror (saved_errno));
      break;
    }
}
