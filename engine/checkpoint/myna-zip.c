/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-zip.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/checkpoint/myna-crc32.h"
#include "engine/core/myna-error.h"

/* Field offsets are those of APPNOTE.TXT 6.3, sections 4.3.7 (local header), 4.3.12 (directory),
 * 4.3.14 … 4.3.16 (ends) and 4.5.3 (64-bit sizes). */
#define LOCAL_SIZE 30
#define CENTRAL_SIZE 46
#define END_SIZE 22
#define END_64_SIZE 56
#define LOCATOR_SIZE 20
#define MAX_COMMENT 65535
#define MAX_ENTRIES 65536
#define MAX_NAME 1024

struct _MynaZip
{
  GBytes *bytes;
  const guint8 *data;
  gsize size;
  GArray *entries; /* MynaZipEntry */
  GHashTable *by_name;
  GStringChunk *names;
};

/* Where the directory lies. */
typedef struct
{
  guint64 n_entries;
  guint64 offset;
  guint64 size;
  gsize end; /* of everything that entries may occupy with the directory */
} Directory;

static guint16
get_16 (const guint8 *p)
{
  return (guint16) (p[0] | p[1] << 8);
}

static guint32
get_32 (const guint8 *p)
{
  return (guint32) get_16 (p) | (guint32) get_16 (p + 2) << 16;
}

static guint64
get_64 (const guint8 *p)
{
  return (guint64) get_32 (p) | (guint64) get_32 (p + 4) << 32;
}

static gboolean
has_signature (const guint8 *p, char a, char b)
{
  return p[0] == 'P' && p[1] == 'K' && p[2] == (guint8) a && p[3] == (guint8) b;
}

/* The end record with its comment fills the file. 0: none (it cannot lie at 0). */
static gsize
find_end (const guint8 *data, gsize size, gsize *at)
{
  if (size < END_SIZE)
    return 0;
  for (gsize comment = 0; comment <= MIN (MAX_COMMENT, size - END_SIZE); comment++)
    {
      const guint8 *p = data + size - END_SIZE - comment;

      if (has_signature (p, 5, 6) && get_16 (p + 20) == comment)
        {
          *at = size - END_SIZE - comment;
          return END_SIZE + comment;
        }
    }
  return 0;
}

static gboolean
has_first_bytes (const guint8 *data)
{
  return (data[0] == 'P' && data[1] == 'K') || (data[0] == '0' && data[1] >= '0' && data[1] <= '6');
}

/**
 * myna_zip_is_one:
 * @bytes: a file
 *
 * Returns: whether it begins and ends as an archive, a repairable first signature included
 */
gboolean
myna_zip_is_one (GBytes *bytes)
{
  gsize size, at;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return size >= END_SIZE && has_first_bytes (data) && find_end (data, size, &at) > 0;
}

/* Large archives put their numbers into a second record, found by a locator before the first. */
static gboolean
read_end_64 (MynaZip *self, gsize end, Directory *directory)
{
  const guint8 *locator, *p;
  guint64 at;

  if (end < LOCATOR_SIZE + END_64_SIZE)
    return FALSE;
  locator = self->data + end - LOCATOR_SIZE;
  if (!has_signature (locator, 6, 7))
    return FALSE;
  at = get_64 (locator + 8);
  if (at > end - LOCATOR_SIZE - END_64_SIZE)
    return FALSE;
  p = self->data + at;
  if (!has_signature (p, 6, 6))
    return FALSE;
  directory->n_entries = get_64 (p + 32);
  directory->size = get_64 (p + 40);
  directory->offset = get_64 (p + 48);
  directory->end = (gsize) at;
  return TRUE;
}

static gboolean
read_end (MynaZip *self, Directory *directory)
{
  gsize at;
  const guint8 *p;

  if (self->size < END_SIZE || !has_first_bytes (self->data) ||
      find_end (self->data, self->size, &at) == 0)
    return FALSE;
  p = self->data + at;
  directory->n_entries = get_16 (p + 10);
  directory->size = get_32 (p + 12);
  directory->offset = get_32 (p + 16);
  directory->end = at;
  if ((directory->n_entries == G_MAXUINT16 || directory->size == G_MAXUINT32 ||
       directory->offset == G_MAXUINT32) &&
      !read_end_64 (self, at, directory))
    return FALSE;
  return directory->n_entries <= MAX_ENTRIES && directory->offset <= directory->end &&
         directory->size <= directory->end - directory->offset;
}

/* "archive/data/0": no root, no "..", nothing that other systems read as a path. */
static gboolean
is_plain_name (const char *name, gsize size)
{
  g_auto (GStrv) parts = NULL;

  if (size == 0 || size > MAX_NAME || *name == '/' || !g_utf8_validate_len (name, size, NULL) ||
      strchr (name, '\\') != NULL || strchr (name, ':') != NULL)
    return FALSE;
  parts = g_strsplit (name, "/", -1);
  for (int i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || strcmp (parts[i], ".") == 0 || strcmp (parts[i], "..") == 0)
      return FALSE;
  return TRUE;
}

/* Takes the 64-bit numbers from the extra field for those that are all ones. */
static gboolean
widen (const guint8 *extra, gsize size, guint64 *numbers, gsize n)
{
  while (size >= 4)
    {
      gsize length = get_16 (extra + 2);

      if (length > size - 4)
        return FALSE;
      if (get_16 (extra) == 1)
        {
          const guint8 *p = extra + 4;

          for (gsize i = 0; i < n; i++)
            if (numbers[i] == G_MAXUINT32)
              {
                if (length < 8)
                  return FALSE;
                numbers[i] = get_64 (p);
                p += 8;
                length -= 8;
              }
          return TRUE;
        }
      extra += 4 + length;
      size -= 4 + length;
    }
  for (gsize i = 0; i < n; i++)
    if (numbers[i] == G_MAXUINT32)
      return FALSE;
  return TRUE;
}

/* The local header says the same; the bytes behind it lie before the directory. Only the header at
 * the start may have lost its first two letters. */
static gboolean
find_bytes (MynaZip *self, guint64 at, guint64 limit, MynaZipEntry *entry)
{
  const guint8 *p;
  gsize name_size = strlen (entry->name), start;

  if (at > limit || limit - at < LOCAL_SIZE)
    return FALSE;
  p = self->data + at;
  if (at == 0 ? !has_first_bytes (p) || p[2] != 3 || p[3] != 4 : !has_signature (p, 3, 4))
    return FALSE;
  if (get_16 (p + 8) != 0 || (get_16 (p + 6) & 1) != 0 || get_16 (p + 26) != name_size ||
      limit - at - LOCAL_SIZE < (guint64) name_size + get_16 (p + 28) ||
      memcmp (p + LOCAL_SIZE, entry->name, name_size) != 0)
    return FALSE;
  start = (gsize) at + LOCAL_SIZE + name_size + get_16 (p + 28);
  entry->offset = start;
  return entry->size <= limit - start;
}

/* One line of the directory; its length, or 0. */
static gsize
read_entry (MynaZip *self, const Directory *directory, gsize at)
{
  const guint8 *p = self->data + at;
  gsize left = (gsize) (directory->offset + directory->size) - at;
  gsize name_size, extra_size, length;
  guint64 numbers[3]; /* size, stored size, offset of the local header */
  g_autofree char *name = NULL;
  MynaZipEntry entry;

  if (left < CENTRAL_SIZE || !has_signature (p, 1, 2))
    return 0;
  name_size = get_16 (p + 28);
  extra_size = get_16 (p + 30);
  length = CENTRAL_SIZE + name_size + extra_size + get_16 (p + 32);
  if (length > left)
    return 0;
  numbers[0] = get_32 (p + 24);
  numbers[1] = get_32 (p + 20);
  numbers[2] = get_32 (p + 42);
  if (!widen (p + CENTRAL_SIZE + name_size, extra_size, numbers, G_N_ELEMENTS (numbers)))
    return 0;
  /* Compressed or encrypted: PyTorch writes neither, and inflating invites bombs. */
  if ((get_16 (p + 8) & 1) != 0 || get_16 (p + 10) != 0 || numbers[0] != numbers[1])
    return 0;
  name = g_strndup ((const char *) p + CENTRAL_SIZE, name_size);
  if (strlen (name) != name_size || !is_plain_name (name, name_size) ||
      g_hash_table_contains (self->by_name, name) || numbers[0] > self->size)
    return 0;
  entry.name = g_string_chunk_insert (self->names, name);
  entry.size = (gsize) numbers[0];
  entry.crc = get_32 (p + 16);
  if (!find_bytes (self, numbers[2], directory->offset, &entry))
    return 0;
  g_array_append_val (self->entries, entry);
  g_hash_table_add (self->by_name, (gpointer) entry.name);
  return length;
}

static int
compare_offsets (gconstpointer a, gconstpointer b)
{
  const MynaZipEntry *one = a, *two = b;

  return one->offset < two->offset ? -1 : one->offset > two->offset;
}

/* Two entries with common bytes are a trick. */
static gboolean
are_apart (MynaZip *self)
{
  g_autoptr (GArray) sorted = g_array_copy (self->entries);

  g_array_sort (sorted, compare_offsets);
  for (guint i = 1; i < sorted->len; i++)
    {
      const MynaZipEntry *before = &g_array_index (sorted, MynaZipEntry, i - 1);

      if (before->size > g_array_index (sorted, MynaZipEntry, i).offset - before->offset)
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_directory (MynaZip *self)
{
  Directory directory;
  gsize at;

  if (!read_end (self, &directory))
    return FALSE;
  at = (gsize) directory.offset;
  for (guint64 i = 0; i < directory.n_entries; i++)
    {
      gsize length = read_entry (self, &directory, at);

      if (length == 0)
        return FALSE;
      at += length;
    }
  if (at != directory.offset + directory.size || !are_apart (self))
    return FALSE;
  g_hash_table_remove_all (self->by_name);
  for (guint i = 0; i < self->entries->len; i++)
    {
      MynaZipEntry *entry = &g_array_index (self->entries, MynaZipEntry, i);

      g_hash_table_insert (self->by_name, (gpointer) entry->name, entry);
    }
  return TRUE;
}

/**
 * myna_zip_read:
 * @bytes: a file, kept
 * @label: what to call it in messages
 * @error: (out) (optional): CORRUPT
 *
 * Reads the directory, from the end on. Bounded by the file's size.
 *
 * Returns: (transfer full) (nullable): the archive
 */
MynaZip *
myna_zip_read (GBytes *bytes, const char *label, GError **error)
{
  g_autoptr (MynaZip) self = g_new0 (MynaZip, 1);

  g_return_val_if_fail (bytes != NULL && label != NULL, NULL);

  self->bytes = g_bytes_ref (bytes);
  self->data = g_bytes_get_data (bytes, &self->size);
  self->entries = g_array_new (FALSE, FALSE, sizeof (MynaZipEntry));
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->names = g_string_chunk_new (4096);
  if (read_directory (self))
    return g_steal_pointer (&self);
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
               _ ("“%s” is damaged or not complete: its archive cannot be read."), label);
  return NULL;
}

/**
 * myna_zip_free:
 * @self: (transfer full): an archive
 */
void
myna_zip_free (MynaZip *self)
{
  g_return_if_fail (self != NULL);

  g_bytes_unref (self->bytes);
  g_array_unref (self->entries);
  g_hash_table_unref (self->by_name);
  g_string_chunk_free (self->names);
  g_free (self);
}

/**
 * myna_zip_get_n_entries:
 * @self: an archive
 *
 * Returns: number of files in it
 */
gsize
myna_zip_get_n_entries (MynaZip *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->entries->len;
}

/**
 * myna_zip_get_entry:
 * @self: an archive
 * @index: below the number of files
 *
 * Returns: (transfer none): the file, in the directory's order
 */
const MynaZipEntry *
myna_zip_get_entry (MynaZip *self, gsize index)
{
  g_return_val_if_fail (self != NULL && index < self->entries->len, NULL);

  return &g_array_index (self->entries, MynaZipEntry, index);
}

/**
 * myna_zip_find:
 * @self: an archive
 * @name: of a file in it
 *
 * Returns: (transfer none) (nullable): the file
 */
const MynaZipEntry *
myna_zip_find (MynaZip *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  return g_hash_table_lookup (self->by_name, name);
}

/**
 * myna_zip_verify:
 * @self: an archive
 * @entry: a file in it
 *
 * Reads all its bytes.
 *
 * Returns: whether they have the checksum of the directory
 */
gboolean
myna_zip_verify (MynaZip *self, const MynaZipEntry *entry)
{
  g_return_val_if_fail (self != NULL && entry != NULL, FALSE);

  return myna_crc32 (0, self->data + entry->offset, entry->size) == entry->crc;
}
