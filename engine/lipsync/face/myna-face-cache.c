/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"
#include "engine/lipsync/face/myna-face-cache-private.h"

/* A result is named by the SHA-256 of the whole video, so that copies and renamed files find it.
 * Reading gigabytes takes seconds; so for each file that was read once a note says which content a
 * file of this size, time, beginning and end has. */

#define BLOCK (1 << 20)
#define ENDS (64 << 10)
#define DIGEST_LENGTH 64

static gboolean
add_range (GChecksum *sum, int fd, gint64 from, gint64 length, GCancellable *cancellable)
{
  g_autofree guint8 *block = g_malloc (BLOCK);

  while (length > 0)
    {
      ssize_t n = pread (fd, block, (size_t) MIN (length, BLOCK), (off_t) from);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 || g_cancellable_is_cancelled (cancellable))
        return FALSE;
      if (n == 0)
        return TRUE;
      g_checksum_update (sum, block, n);
      from += n;
      length -= n;
    }
  return TRUE;
}

/* Size, time of change, beginning and end. */
static char *
get_quick_digest (int fd, const struct stat *facts, GCancellable *cancellable)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gint64 words[3] = { facts->st_size, facts->st_mtim.tv_sec, facts->st_mtim.tv_nsec };

  g_checksum_update (sum, (const guchar *) words, sizeof words);
  if (!add_range (sum, fd, 0, ENDS, cancellable) ||
      !add_range (sum, fd, MAX (facts->st_size - ENDS, 0), ENDS, cancellable))
    return NULL;
  return g_strdup (g_checksum_get_string (sum));
}

static char *
get_digest (int fd, const struct stat *facts, GCancellable *cancellable)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  if (!add_range (sum, fd, 0, facts->st_size, cancellable))
    return NULL;
  return g_strdup (g_checksum_get_string (sum));
}

static char *
read_note (const char *note)
{
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (note, &text, &length, NULL) || length != DIGEST_LENGTH ||
      strspn (text, "0123456789abcdef") != DIGEST_LENGTH)
    return NULL;
  return g_steal_pointer (&text);
}

static char *
find_digest (const char *cache_dir, int fd, const struct stat *facts, GCancellable *cancellable)
{
  g_autofree char *quick = get_quick_digest (fd, facts, cancellable);
  g_autofree char *name = NULL;
  g_autofree char *note = NULL;
  char *digest;

  if (quick == NULL)
    return NULL;
  name = g_strconcat (quick, ".is", NULL);
  note = g_build_filename (cache_dir, name, NULL);
  digest = read_note (note);
  if (digest != NULL)
    return digest;
  digest = get_digest (fd, facts, cancellable);
  /* Without the note it is read again next time; that is no reason to fail. */
  if (digest != NULL)
    myna_atomic_file_write (note, digest, DIGEST_LENGTH, NULL);
  return digest;
}

/**
 * myna_face_cache_find_path:
 * @cache_dir: the cache's folder
 * @path: a video
 * @cancellable: (nullable): looked at for each megabyte
 * @error: when @path cannot be read
 *
 * Returns: (transfer full) (nullable): where the faces of a video with this content are kept, if
 *   they are
 */
char *
myna_face_cache_find_path (const char *cache_dir,
                           const char *path,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autofree char *digest = NULL;
  g_autofree char *name = NULL;
  struct stat facts;
  int fd;

  g_return_val_if_fail (cache_dir != NULL && path != NULL, NULL);

  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &facts) != 0)
    {
      myna_error_set_from_errno (error, errno, path);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  errno = 0;
  digest = find_digest (cache_dir, fd, &facts, cancellable);
  close (fd);
  if (digest == NULL)
    {
      if (!g_cancellable_set_error_if_cancelled (cancellable, error))
        myna_error_set_from_errno (error, errno != 0 ? errno : EIO, path);
      return NULL;
    }
  name = g_strconcat (digest, ".faces", NULL);
  return g_build_filename (cache_dir, name, NULL);
}
