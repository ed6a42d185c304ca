/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-patch-store.h"

#include "engine/core/myna-error.h"
#include "engine/lipsync/render/myna-mouth-patch-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

struct _MynaPatchStore
{
  GMutex lock;
  int fd;
  char *folder;
  gint64 end;          /* length of the file */
  GHashTable *offsets; /* frame number -> place in the file */
  GHashTable *loaded;  /* frame number -> link of @recent */
  GQueue recent;       /* of patches, the last used first */
  gsize memory, limit;
};

static int
open_nameless (const char *folder)
{
  g_autofree char *name = NULL;
  int fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
    return fd;
  name = g_build_filename (folder, ".patches-XXXXXX", NULL);
  fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    unlink (name);
  return fd;
}

MynaPatchStore *
myna_patch_store_new (const char *folder, gsize memory, GError **error)
{
  g_autoptr (MynaPatchStore) self = g_new0 (MynaPatchStore, 1);

  g_mutex_init (&self->lock);
  g_queue_init (&self->recent);
  self->folder = g_strdup (folder);
  self->limit = memory;
  self->offsets = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->loaded = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->fd = open_nameless (folder);
  if (self->fd < 0)
    {
      myna_error_set_from_errno (error, errno, folder);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
myna_patch_store_free (MynaPatchStore *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_queue_clear_full (&self->recent, (GDestroyNotify) myna_mouth_patch_unref);
  g_hash_table_unref (self->offsets);
  g_hash_table_unref (self->loaded);
  g_mutex_clear (&self->lock);
  g_free (self->folder);
  g_free (self);
}

static gint64 *
dup_key (gint64 key)
{
  return g_memdup2 (&key, sizeof key);
}

/* Under the lock. Takes a reference of its own. */
static void
keep_in_memory (MynaPatchStore *self, MynaMouthPatch *patch)
{
  gint64 frame = patch->header.frame;

  if (g_hash_table_contains (self->loaded, &frame))
    return;
  g_queue_push_head (&self->recent, myna_mouth_patch_ref (patch));
  g_hash_table_insert (self->loaded, dup_key (frame), self->recent.head);
  self->memory += myna_mouth_patch_get_size (patch);
  while (self->memory > self->limit && self->recent.length > 1)
    {
      MynaMouthPatch *old = g_queue_pop_tail (&self->recent);

      self->memory -= myna_mouth_patch_get_size (old);
      g_hash_table_remove (self->loaded, &old->header.frame);
      myna_mouth_patch_unref (old);
    }
}

static gboolean
write_all (int fd, const void *data, gsize size, gint64 offset)
{
  const guint8 *bytes = data;

  while (size > 0)
    {
      gssize n = pwrite (fd, bytes, size, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      bytes += n;
      offset += n;
      size -= (gsize) n;
    }
  return TRUE;
}

static gboolean
read_all (int fd, void *data, gsize size, gint64 offset)
{
  guint8 *bytes = data;

  while (size > 0)
    {
      gssize n = pread (fd, bytes, size, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          errno = n == 0 ? EIO : errno;
          return FALSE;
        }
      bytes += n;
      offset += n;
      size -= (gsize) n;
    }
  return TRUE;
}

/**
 * myna_patch_store_add:
 * @patch: is written to the file at once
 *
 * Returns: FALSE with MYNA_ERROR_NO_SPACE or the like when the disk takes no more
 */
gboolean
myna_patch_store_add (MynaPatchStore *self, MynaMouthPatch *patch, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const MynaPatchHeader *header = &patch->header;

  if (g_hash_table_contains (self->offsets, &header->frame))
    return TRUE;
  if (!write_all (self->fd, header, sizeof *header, self->end) ||
      !write_all (self->fd, patch->samples, header->size, self->end + (gint64) sizeof *header))
    {
      myna_error_set_from_errno (error, errno, self->folder);
      return FALSE;
    }
  g_hash_table_insert (self->offsets, dup_key (header->frame), dup_key (self->end));
  self->end += (gint64) (sizeof *header + header->size);
  keep_in_memory (self, patch);
  return TRUE;
}

gboolean
myna_patch_store_has (MynaPatchStore *self, gint64 frame)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_hash_table_contains (self->offsets, &frame);
}

/* Under the lock. */
static MynaMouthPatch *
read_patch (MynaPatchStore *self, gint64 offset, GError **error)
{
  g_autofree MynaPatchHeader *header = g_new (MynaPatchHeader, 1);
  g_autofree guint8 *samples = NULL;

  if (!read_all (self->fd, header, sizeof *header, offset))
    {
      myna_error_set_from_errno (error, errno, self->folder);
      return NULL;
    }
  samples = g_malloc (header->size);
  if (!read_all (self->fd, samples, header->size, offset + (gint64) sizeof *header))
    {
      myna_error_set_from_errno (error, errno, self->folder);
      return NULL;
    }
  return myna_mouth_patch_new_from_samples (header, g_steal_pointer (&samples));
}

MynaMouthPatch *
myna_patch_store_get (MynaPatchStore *self, gint64 frame, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GList *link = g_hash_table_lookup (self->loaded, &frame);
  const gint64 *offset = g_hash_table_lookup (self->offsets, &frame);
  MynaMouthPatch *patch;

  if (link != NULL)
    {
      g_queue_unlink (&self->recent, link);
      g_queue_push_head_link (&self->recent, link);
      return myna_mouth_patch_ref (link->data);
    }
  if (offset == NULL)
    {
      /* gettext does not see through the format macros of C. */
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, frame);

      g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                   _ ("The mouth of frame %s was not kept."), number);
      return NULL;
    }
  patch = read_patch (self, *offset, error);
  if (patch != NULL)
    keep_in_memory (self, patch);
  return patch;
}
