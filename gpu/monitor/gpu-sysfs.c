/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A file of sysfs or procfs that is read as text fits in this. */
#define MAX_TEXT 16384
/* No folder that is listed has more: /proc has an entry for each process. */
#define MAX_ENTRIES 65536

/* The inode of the first PID namespace (PROC_PID_INIT_INO of the kernel's proc_ns.h). */
#define FIRST_PID_NAMESPACE "pid:[4026531836]"

struct _GpuSysfs
{
  gint ref_count;
  char *root;
  int fd;
};

/**
 * gpu_sysfs_new:
 * @root: "/", or the top of a tree that looks like it
 *
 * Returns: (transfer full): the files under @root; nothing is found when it does not exist
 */
GpuSysfs *
gpu_sysfs_new (const char *root)
{
  GpuSysfs *self;

  g_return_val_if_fail (root != NULL, NULL);

  self = g_new0 (GpuSysfs, 1);
  self->ref_count = 1;
  self->root = g_strdup (root);
  self->fd = strcmp (root, "/") == 0 ? AT_FDCWD : open (root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return self;
}

/**
 * gpu_sysfs_ref:
 *
 * Returns: (transfer full): @self
 */
GpuSysfs *
gpu_sysfs_ref (GpuSysfs *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * gpu_sysfs_unref:
 * @self: (transfer full): the files
 */
void
gpu_sysfs_unref (GpuSysfs *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->root);
  g_free (self);
}

/**
 * gpu_sysfs_get_root:
 *
 * Returns: (transfer none): what it was made with
 */
const char *
gpu_sysfs_get_root (GpuSysfs *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->root;
}

/* Under "/" the paths stay absolute, as libraries that stand in for the kernel expect them. */
static const char *
inside (GpuSysfs *self, const char *path)
{
  g_assert (path[0] == '/');

  if (self->fd == AT_FDCWD)
    return path;
  return path[1] == '\0' ? "." : path + 1;
}

/**
 * gpu_sysfs_open:
 * @self: the files
 * @path: absolute path inside the root
 * @flags: as of open(); O_CLOEXEC and O_NONBLOCK are added
 *
 * Returns: a file descriptor for the caller to close, or -1 with errno
 */
int
gpu_sysfs_open (GpuSysfs *self, const char *path, int flags)
{
  g_return_val_if_fail (self != NULL && path != NULL && path[0] == '/', -1);

  if (self->fd == -1)
    {
      errno = ENOENT;
      return -1;
    }
  return openat (self->fd, inside (self, path), flags | O_CLOEXEC | O_NONBLOCK);
}

/**
 * gpu_sysfs_read_bytes:
 * @self: the files
 * @path: absolute path inside the root
 * @buffer: (out): the bytes
 * @capacity: size of @buffer; what a longer file has beyond it is left
 * @length: (out): bytes read
 *
 * Returns: %FALSE when the file cannot be read to its end or to @capacity
 */
gboolean
gpu_sysfs_read_bytes (
    GpuSysfs *self, const char *path, guint8 *buffer, gsize capacity, gsize *length)
{
  gsize filled = 0;
  gssize got = 0;
  int fd = gpu_sysfs_open (self, path, O_RDONLY);

  *length = 0;
  if (fd < 0)
    return FALSE;
  while (filled < capacity)
    {
      do
        got = read (fd, buffer + filled, capacity - filled);
      while (got < 0 && errno == EINTR);
      if (got <= 0)
        break;
      filled += (gsize) got;
    }
  close (fd);
  if (got < 0)
    return FALSE;
  *length = filled;
  return TRUE;
}

/**
 * gpu_sysfs_read_text:
 * @self: the files
 * @path: absolute path inside the root
 *
 * Returns: (transfer full) (nullable): what the file says, valid UTF-8, without white space at its
 *   ends; %NULL when it cannot be read, is empty or is longer than such files are
 */
char *
gpu_sysfs_read_text (GpuSysfs *self, const char *path)
{
  guint8 buffer[MAX_TEXT];
  gsize length;
  char *text;

  if (!gpu_sysfs_read_bytes (self, path, buffer, sizeof buffer, &length) || length == sizeof buffer)
    return NULL;
  text = g_strstrip (g_utf8_make_valid ((const char *) buffer, (gssize) length));
  if (*text == '\0')
    g_clear_pointer (&text, g_free);
  return text;
}

/**
 * gpu_sysfs_read_in:
 * @self: the files
 * @dir: a folder, absolute inside the root
 * @name: a file in it
 *
 * Returns: (transfer full) (nullable): as gpu_sysfs_read_text()
 */
char *
gpu_sysfs_read_in (GpuSysfs *self, const char *dir, const char *name)
{
  g_autofree char *path = g_strconcat (dir, "/", name, NULL);

  return gpu_sysfs_read_text (self, path);
}

/**
 * gpu_sysfs_read_number:
 * @self: the files
 * @dir: a folder, absolute inside the root
 * @name: a file in it
 * @value: (out): its number, decimal or with 0x
 *
 * Numbers with something behind them ("16.0 GT/s PCIe") are read up to it.
 *
 * Returns: whether there is a number that fits
 */
gboolean
gpu_sysfs_read_number (GpuSysfs *self, const char *dir, const char *name, gint64 *value)
{
  char path[512];
  char text[64];
  char *end = NULL;
  gsize length;

  if (g_snprintf (path, sizeof path, "%s/%s", dir, name) >= (int) sizeof path ||
      !gpu_sysfs_read_bytes (self, path, (guint8 *) text, sizeof text - 1, &length))
    return FALSE;
  text[length] = '\0';
  errno = 0;
  *value = g_ascii_strtoll (text, &end, 0);
  return end != text && errno == 0;
}

/**
 * gpu_sysfs_read_link:
 * @self: the files
 * @path: absolute path inside the root of a symbolic link
 * @target: (out): what it says
 * @capacity: size of @target; more is cut off
 *
 * Returns: whether it is a link
 */
gboolean
gpu_sysfs_read_link (GpuSysfs *self, const char *path, char *target, gsize capacity)
{
  gssize length;

  g_return_val_if_fail (self != NULL && path != NULL && path[0] == '/', FALSE);

  if (self->fd == -1)
    return FALSE;
  length = readlinkat (self->fd, inside (self, path), target, capacity - 1);
  if (length <= 0)
    return FALSE;
  target[length] = '\0';
  return TRUE;
}

/**
 * gpu_sysfs_read_link_name:
 * @self: the files
 * @path: absolute path inside the root of a symbolic link
 *
 * Returns: (transfer full) (nullable): the last part of what the link points to
 */
char *
gpu_sysfs_read_link_name (GpuSysfs *self, const char *path)
{
  char target[1024];

  return gpu_sysfs_read_link (self, path, target, sizeof target) ? g_path_get_basename (target)
                                                                 : NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * gpu_sysfs_list:
 * @self: the files
 * @path: absolute path inside the root of a folder
 *
 * Returns: (transfer full): the names in it, in order of their bytes; empty when it cannot be read
 */
char **
gpu_sysfs_list (GpuSysfs *self, const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  int fd = gpu_sysfs_open (self, path, O_RDONLY | O_DIRECTORY);
  DIR *dir = fd < 0 ? NULL : fdopendir (fd);
  const struct dirent *entry;

  if (dir == NULL && fd >= 0)
    close (fd);
  while (dir != NULL && names->len < MAX_ENTRIES && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.')
      g_ptr_array_add (names, g_strdup (entry->d_name));
  if (dir != NULL)
    closedir (dir);
  g_ptr_array_sort (names, compare_names);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/**
 * gpu_sysfs_exists:
 * @self: the files
 * @path: absolute path inside the root
 *
 * Returns: whether there is something at @path
 */
gboolean
gpu_sysfs_exists (GpuSysfs *self, const char *path)
{
  return gpu_sysfs_can_access (self, path, F_OK, NULL);
}

/**
 * gpu_sysfs_can_access:
 * @self: the files
 * @path: absolute path inside the root
 * @mode: as of access(): R_OK, W_OK
 * @saved_errno: (out) (optional): why not: ENOENT, EACCES
 *
 * Returns: whether this process may
 */
gboolean
gpu_sysfs_can_access (GpuSysfs *self, const char *path, int mode, int *saved_errno)
{
  int result = -1;

  g_return_val_if_fail (self != NULL && path != NULL && path[0] == '/', FALSE);

  errno = ENOENT;
  if (self->fd != -1)
    result = faccessat (self->fd, inside (self, path), mode, 0);
  if (saved_errno != NULL)
    *saved_errno = result == 0 ? 0 : errno;
  return result == 0;
}

/**
 * gpu_sysfs_is_flatpak:
 *
 * Returns: whether this process is inside a Flatpak's sandbox
 */
gboolean
gpu_sysfs_is_flatpak (GpuSysfs *self)
{
  return gpu_sysfs_exists (self, "/.flatpak-info");
}

/**
 * gpu_sysfs_has_own_pids:
 *
 * Drivers tell process ids as the host counts them. In a Flatpak or another container this process
 * has a different number there, and other processes are not seen.
 *
 * Source: spec gpu-telemetry 6.
 *
 * Returns: whether ids of drivers mean nothing here
 */
gboolean
gpu_sysfs_has_own_pids (GpuSysfs *self)
{
  g_autofree char *name = NULL;

  if (gpu_sysfs_is_flatpak (self))
    return TRUE;
  name = gpu_sysfs_read_link_name (self, "/proc/self/ns/pid");
  return name != NULL && strcmp (name, FIRST_PID_NAMESPACE) != 0;
}
