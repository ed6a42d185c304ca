/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-atomic-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/core/myna-error.h"

struct _MynaAtomicFile
{
  char *path;
  char *folder;
  char *working_path; /* NULL while the data has no name (O_TMPFILE) */
  int fd;             /* -1 once committed */
  gboolean keep;      /* an unfinished file stays at working_path */
};

/* A name beside the path that no program lists: hidden and random. */
static char *
make_working_name (MynaAtomicFile *self)
{
  g_autofree char *base = g_path_get_basename (self->path);

  /* A long name is cut (at a character) so that the additions never exceed the limit of 255 bytes.
   */
  if (strlen (base) > 200)
    *g_utf8_find_prev_char (base, base + 200) = '\0';
  return g_strdup_printf ("%s/.%s.%08x%08x.tmp", self->folder, base, g_random_int (),
                          g_random_int ());
}

static int
open_named (MynaAtomicFile *self)
{
  for (int attempt = 0; attempt < 100; attempt++)
    {
      g_autofree char *name = make_working_name (self);
      int fd = g_open (name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

      if (fd >= 0)
        self->working_path = g_steal_pointer (&name);
      if (fd >= 0 || errno != EEXIST)
        return fd;
    }
  errno = EEXIST;
  return -1;
}

/* Replacing a private file must not make it readable for others; a failure changes nothing else. */
static void
copy_mode (MynaAtomicFile *self)
{
  struct stat st;

  if (stat (self->path, &st) == 0 && fchmod (self->fd, st.st_mode & 0777) != 0)
    g_debug ("Cannot copy the mode of %s: %s", self->path, g_strerror (errno));
}

static MynaAtomicFile *
atomic_file_new (const char *path, GError **error)
{
  MynaAtomicFile *self = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      myna_error_set_from_errno (error, EISDIR, path);
      return NULL;
    }
  self = g_new0 (MynaAtomicFile, 1);
  self->path = g_strdup (path);
  self->folder = g_path_get_dirname (path);
  self->fd = -1;
  return self;
}

static MynaAtomicFile *
check_open (MynaAtomicFile *self, GError **error)
{
  int saved_errno = errno;

  if (self->fd >= 0)
    {
      copy_mode (self);
      return self;
    }
  /* What is missing is the folder, not the file that was to be made. */
  myna_error_set_from_errno (error, saved_errno, saved_errno == ENOENT ? self->folder : self->path);
  myna_atomic_file_free (self);
  return NULL;
}

/**
 * myna_atomic_file_begin:
 * @path: (type filename): where the finished file shall be
 *
 * Opens a temporary file in the folder of @path, so that the final rename stays in one file system.
 * Blocking; any thread.
 *
 * Returns: (transfer full) (nullable): the file being written; errors as of
 *   myna_error_set_from_errno ()
 */
MynaAtomicFile *
myna_atomic_file_begin (const char *path, GError **error)
{
  MynaAtomicFile *self = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = atomic_file_new (path, error);
  if (self == NULL)
    return NULL;
#ifdef O_TMPFILE
  self->fd = g_open (self->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
#endif
  /* Not every file system knows nameless files, and each says so with another errno. */
  if (self->fd < 0)
    self->fd = open_named (self);
  return check_open (self, error);
}

/**
 * myna_atomic_file_begin_visible:
 * @path: (type filename): where the finished file shall be
 * @working_path: (type filename): where it is while unfinished, in the same file system; replaced
 *   when it exists
 *
 * As myna_atomic_file_begin (), for data that is worth keeping unfinished, such as a recording: it
 * is at @working_path from the start, and stays there when it is freed uncommitted or the process
 * dies.
 *
 * Returns: (transfer full) (nullable): the file being written
 */
MynaAtomicFile *
myna_atomic_file_begin_visible (const char *path, const char *working_path, GError **error)
{
  MynaAtomicFile *self = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (working_path != NULL, NULL);

  self = atomic_file_new (path, error);
  if (self == NULL)
    return NULL;
  self->keep = TRUE;
  self->working_path = g_strdup (working_path);
  self->fd = g_open (working_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  return check_open (self, error);
}

/**
 * myna_atomic_file_get_fd:
 *
 * Returns: the descriptor, open for reading and writing, owned by @self; not to be closed
 */
int
myna_atomic_file_get_fd (MynaAtomicFile *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->fd;
}

/**
 * myna_atomic_file_append:
 * @data: (array length=len): bytes
 *
 * Writes all of @data at the descriptor's position. Blocking.
 *
 * Returns: FALSE with the plain reason, such as %MYNA_ERROR_NO_SPACE
 */
gboolean
myna_atomic_file_append (MynaAtomicFile *self, const void *data, gsize len, GError **error)
{
  const guint8 *bytes = data;

  g_return_val_if_fail (self != NULL && self->fd >= 0, FALSE);
  g_return_val_if_fail (data != NULL || len == 0, FALSE);

  while (len > 0)
    {
      gssize n = write (self->fd, bytes, len);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          myna_error_set_from_errno (error, n == 0 ? ENOSPC : errno, self->path);
          return FALSE;
        }
      bytes += n;
      len -= (gsize) n;
    }
  return TRUE;
}

/* A nameless file gets its name by linkat, which cannot replace: a random name first, then rename.
 */
static gboolean
give_name (MynaAtomicFile *self)
{
  g_autofree char *proc = g_strdup_printf ("/proc/self/fd/%d", self->fd);

  if (self->working_path != NULL)
    return TRUE;
  for (int attempt = 0; attempt < 100; attempt++)
    {
      g_autofree char *name = make_working_name (self);

      if (linkat (AT_FDCWD, proc, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0)
        {
          self->working_path = g_steal_pointer (&name);
          return TRUE;
        }
      if (errno != EEXIST)
        return FALSE;
    }
  return FALSE;
}

/* The rename itself is durable only when the folder is synced; some file systems cannot: no error.
 */
static void
sync_folder (MynaAtomicFile *self)
{
  int fd = g_open (self->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd < 0)
    return;
  if (fsync (fd) != 0)
    g_debug ("Cannot sync %s: %s", self->folder, g_strerror (errno));
  close (fd);
}

/**
 * myna_atomic_file_commit:
 *
 * Syncs the data to the disk and puts the file in its place, over an older one. After that only
 * myna_atomic_file_free () may be called, whether it succeeded or not. Blocking, maybe for long.
 *
 * Returns: FALSE with the plain reason; then @path is unchanged
 */
gboolean
myna_atomic_file_commit (MynaAtomicFile *self, GError **error)
{
  g_return_val_if_fail (self != NULL && self->fd >= 0, FALSE);

  if (fsync (self->fd) != 0 || !give_name (self) || g_rename (self->working_path, self->path) != 0)
    {
      myna_error_set_from_errno (error, errno, self->path);
      return FALSE;
    }
  close (self->fd);
  self->fd = -1;
  sync_folder (self);
  return TRUE;
}

/**
 * myna_atomic_file_free:
 * @self: (transfer full) (nullable): the file
 *
 * Drops it; what was not committed is gone, or stays at its working path when that was asked for.
 */
void
myna_atomic_file_free (MynaAtomicFile *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    {
      if (self->working_path != NULL && !self->keep)
        g_unlink (self->working_path);
      close (self->fd);
    }
  g_free (self->working_path);
  g_free (self->folder);
  g_free (self->path);
  g_free (self);
}

/**
 * myna_atomic_file_write:
 * @path: (type filename): the file
 * @data: (array length=len): its new content
 *
 * Replaces the whole file by @data, or leaves it as it was. Blocking; any thread.
 *
 * Returns: FALSE with the plain reason
 */
gboolean
myna_atomic_file_write (const char *path, const void *data, gsize len, GError **error)
{
  g_autoptr (MynaAtomicFile) file = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  file = myna_atomic_file_begin (path, error);
  return file != NULL && myna_atomic_file_append (file, data, len, error) &&
         myna_atomic_file_commit (file, error);
}
