/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/models/myna-model-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"

#define BLOCK (1024 * 1024)

/* Calls @func with the blocks of a file. */
typedef gboolean (*BlockFunc) (gpointer data, const guint8 *block, gsize size, GError **error);

static gboolean
read_blocks (
    const char *path, BlockFunc func, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK);
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gssize n = 0;
  gboolean good = fd >= 0;

  while (good && (n = read (fd, block, BLOCK)) > 0)
    good = !g_cancellable_set_error_if_cancelled (cancellable, error) &&
           func (data, block, (gsize) n, error);
  if (fd < 0 || n < 0)
    {
      myna_error_set_from_errno (error, errno, path);
      good = FALSE;
    }
  if (fd >= 0)
    close (fd);
  return good;
}

static gboolean
add_to_checksum (gpointer data, const guint8 *block, gsize size, GError **error)
{
  g_checksum_update (data, block, (gssize) size);
  return TRUE;
}

/**
 * myna_model_file_hash:
 * @path: a file
 * @cancellable: (nullable): looked at every megabyte
 * @error: (out) (optional): NOT_FOUND, …, G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): its SHA-256 in hexadecimal
 */
char *
myna_model_file_hash (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_return_val_if_fail (path != NULL, NULL);

  if (!read_blocks (path, add_to_checksum, checksum, cancellable, error))
    return NULL;
  return g_strdup (g_checksum_get_string (checksum));
}

static gboolean
append_to_file (gpointer data, const guint8 *block, gsize size, GError **error)
{
  return myna_atomic_file_append (data, block, size, error);
}

/* Shares the blocks on disk; the two files stay independent. */
static gboolean
reflink (const char *path, const char *target)
{
  int from = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  int to = from >= 0 ? g_open (target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) : -1;
  gboolean good = to >= 0 && ioctl (to, FICLONE, from) == 0;

  if (to >= 0)
    {
      close (to);
      if (!good)
        g_unlink (target);
    }
  if (from >= 0)
    close (from);
  return good;
}

/**
 * myna_model_file_take:
 * @path: a file
 * @target: where it should be too; must not exist
 * @cancellable: (nullable): looked at every megabyte of a copy
 * @error: (out) (optional): NO_SPACE, …, G_IO_ERROR_CANCELLED
 *
 * Returns: whether @target is there, whole
 */
gboolean
myna_model_file_take (const char *path,
                      const char *target,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (MynaAtomicFile) file = NULL;
  g_autofree char *real = NULL;

  g_return_val_if_fail (path != NULL && target != NULL, FALSE);

  /* A hard link to a symbolic link would be one. */
  real = realpath (path, NULL);
  if (real != NULL && (reflink (real, target) || link (real, target) == 0))
    return TRUE;
  file = myna_atomic_file_begin (target, error);
  return file != NULL && read_blocks (path, append_to_file, file, cancellable, error) &&
         myna_atomic_file_commit (file, error);
}
