/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-checkpoint-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/core/myna-error.h"

/**
 * Mapping:
 *
 * A read-only mapping of a whole file, undone with the last reference to its bytes.
 */
typedef struct
{
  void *address;
  gsize size;
} Mapping;

static void
mapping_free (gpointer data)
{
  Mapping *self = data;

  munmap (self->address, self->size);
  g_free (self);
}

static GBytes *
map_fd (int fd, const char *path, GError **error)
{
  struct stat info;
  void *address;
  Mapping *mapping;

  if (fstat (fd, &info) != 0)
    {
      myna_error_set_from_errno (error, errno, path);
      return NULL;
    }
  if (!S_ISREG (info.st_mode))
    {
      /* A pipe or a device has no end that could be trusted. */
      myna_error_set_from_errno (error, S_ISDIR (info.st_mode) ? EISDIR : EINVAL, path);
      return NULL;
    }
  if (info.st_size == 0)
    return g_bytes_new_static ("", 0);
  address = mmap (NULL, (gsize) info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED)
    {
      myna_error_set_from_errno (error, errno, path);
      return NULL;
    }
  mapping = g_new (Mapping, 1);
  mapping->address = address;
  mapping->size = (gsize) info.st_size;
  return g_bytes_new_with_free_func (address, mapping->size, mapping_free, mapping);
}

/**
 * myna_checkpoint_file_map:
 * @path: a regular file
 * @error: (out) (optional): NOT_FOUND, READ_ONLY, …
 *
 * Maps a whole file; pages are read when they are touched. Any thread.
 *
 * Returns: (transfer full) (nullable): its bytes
 */
GBytes *
myna_checkpoint_file_map (const char *path, GError **error)
{
  GBytes *bytes;
  /* A FIFO must not wait for a writer. */
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

  if (fd < 0)
    {
      myna_error_set_from_errno (error, errno, path);
      return NULL;
    }
  bytes = map_fd (fd, path, error);
  close (fd);
  return bytes;
}
