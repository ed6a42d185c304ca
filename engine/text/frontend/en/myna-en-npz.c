/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/en/myna-en-npz.h"

#include <string.h>

/*
 * Arrays of float32 in a NumPy archive (.npz): a zip of stored .npy files. Only what numpy.savez
 * writes; everything is checked against the file's size.
 */

static guint32
read_32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return GUINT32_FROM_LE (value);
}

static guint16
read_16 (const guint8 *data)
{
  return (guint16) (data[0] | data[1] << 8);
}

/* The zip's last record, which says where the list of its files is. */
static const guint8 *
find_end_record (const guint8 *data, gsize size)
{
  if (size < 22)
    return NULL;
  for (gsize back = 22; back <= MIN (size, 22 + 65535); back++)
    if (memcmp (data + size - back, "PK\5\6", 4) == 0)
      return data + size - back;
  return NULL;
}

/* The bytes of a stored file of the archive. */
static const guint8 *
find_member (const guint8 *data, gsize size, const char *name, gsize *length)
{
  const guint8 *end = find_end_record (data, size);
  gsize at = end != NULL ? read_32 (end + 16) : size;
  guint n_files = end != NULL ? read_16 (end + 10) : 0;

  for (guint i = 0; i < n_files && at <= size && size - at >= 46; i++)
    {
      const guint8 *entry = data + at;
      gsize name_length = read_16 (entry + 28);
      gsize local = read_32 (entry + 42), bytes = read_32 (entry + 24), start;

      if (memcmp (entry, "PK\1\2", 4) != 0 || name_length > size - at - 46)
        return NULL;
      at += 46 + name_length + read_16 (entry + 30) + read_16 (entry + 32);
      if (name_length != strlen (name) || memcmp (entry + 46, name, name_length) != 0)
        continue;
      if (read_16 (entry + 10) != 0 || local > size || size - local < 30)
        return NULL;
      start = local + 30 + read_16 (data + local + 26) + (gsize) read_16 (data + local + 28);
      if (start > size || bytes > size - start)
        return NULL;
      *length = bytes;
      return data + start;
    }
  return NULL;
}

/* Whether the header of a .npy file says float32, rows together, and exactly this shape. */
static gboolean
check_header (const char *header, const gsize *shape, guint n_dims)
{
  const char *at = strstr (header, "'shape':");

  if (strstr (header, "'<f4'") == NULL || strstr (header, "'fortran_order': False") == NULL ||
      at == NULL || (at = strchr (at, '(')) == NULL)
    return FALSE;
  at++;
  for (guint i = 0; i < n_dims; i++)
    {
      char *next;

      if (g_ascii_strtoull (at, &next, 10) != shape[i] || next == at)
        return FALSE;
      at = next + strspn (next, ", ");
    }
  return *at == ')';
}

/**
 * myna_en_npz_find:
 * @file: an archive
 * @name: the name of an array in it
 * @shape: the shape it must have
 * @n_dims: the length of @shape
 * @values: (out caller-allocates): room for all of its values, row after row
 *
 * Returns: whether the archive has such an array; else @values is as it was
 */
gboolean
myna_en_npz_find (GBytes *file, const char *name, const gsize *shape, guint n_dims, float *values)
{
  g_autofree char *member = g_strconcat (name, ".npy", NULL);
  g_autofree char *header = NULL;
  gsize size, length = 0, header_length, n = 1;
  const guint8 *data = g_bytes_get_data (file, &size);
  const guint8 *array = find_member (data, size, member, &length);

  if (array == NULL || length < 10 || memcmp (array, "\x93NUMPY\1", 7) != 0)
    return FALSE;
  header_length = read_16 (array + 8);
  if (header_length > length - 10)
    return FALSE;
  header = g_strndup ((const char *) array + 10, header_length);
  for (guint i = 0; i < n_dims; i++)
    n *= shape[i];
  if (!check_header (header, shape, n_dims) || length - 10 - header_length != n * sizeof (float))
    return FALSE;
  memcpy (values, array + 10 + header_length, n * sizeof (float));
  return TRUE;
}
