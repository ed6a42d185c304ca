/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-flexbuffer.h"

#include <string.h>

/* FlexBuffers (public format description of FlatBuffers' project): values are written from leaves
 * to the root, which is the last; offsets point backwards. A vector is preceded by its size and,
 * when its items have types of their own, followed by a byte for each. A map is such a vector
 * preceded by an offset to the sorted vector of its keys and the width of that vector's items. */

enum
{
  TYPE_INT = 1,
  TYPE_UINT = 2,
  TYPE_FLOAT = 3,
  TYPE_MAP = 9,
  TYPE_VECTOR_INT = 11,
  TYPE_VECTOR_UINT = 12,
};

#define MAX_ITEMS 65536

typedef struct
{
  const guint8 *bytes;
  gsize size;
} Flex;

/* A value: where it stands, in how many bytes, and for what stands behind an offset the width of
 * that. */
typedef struct
{
  gsize at;
  guint width, child_width;
  int type;
} Value;

static gboolean
read_unsigned (const Flex *flex, gsize at, guint width, guint64 *value)
{
  guint64 sum = 0;

  if (at > flex->size || width > flex->size - at)
    return FALSE;
  for (guint i = width; i-- > 0;)
    sum = sum << 8 | flex->bytes[at + i];
  *value = sum;
  return TRUE;
}

static gboolean
read_signed (const Flex *flex, gsize at, guint width, gint64 *value)
{
  guint64 bits;
  guint shift = 64 - 8 * width;

  if (!read_unsigned (flex, at, width, &bits))
    return FALSE;
  *value = (gint64) (bits << shift) >> shift;
  return TRUE;
}

static gboolean
follow (const Flex *flex, gsize at, guint width, gsize *target)
{
  guint64 offset;

  if (!read_unsigned (flex, at, width, &offset) || offset > at)
    return FALSE;
  *target = at - (gsize) offset;
  return TRUE;
}

static gboolean
read_size (const Flex *flex, gsize at, guint width, guint64 *n)
{
  return at >= width && read_unsigned (flex, at - width, width, n) && *n <= MAX_ITEMS;
}

static gboolean
find_root (const Flex *flex, Value *root)
{
  guint8 width, type;

  if (flex->size < 3)
    return FALSE;
  width = flex->bytes[flex->size - 1];
  type = flex->bytes[flex->size - 2];
  if ((width != 1 && width != 2 && width != 4 && width != 8) || flex->size < 2u + width)
    return FALSE;
  *root = (Value) { flex->size - 2 - width, width, 1u << (type & 3), type >> 2 };
  return TRUE;
}

static gboolean
key_is (const Flex *flex, gsize at, const char *key)
{
  gsize length = strlen (key) + 1;

  return at <= flex->size && length <= flex->size - at &&
         memcmp (flex->bytes + at, key, length) == 0;
}

static gboolean
find_member (const Flex *flex, const char *key, Value *member)
{
  Value root;
  gsize map, keys, name;
  guint64 n, key_width;

  if (!find_root (flex, &root) || root.type != TYPE_MAP)
    return FALSE;
  if (!follow (flex, root.at, root.width, &map) || map < 3u * root.child_width)
    return FALSE;
  if (!read_size (flex, map, root.child_width, &n) ||
      !read_unsigned (flex, map - 2u * root.child_width, root.child_width, &key_width) ||
      key_width == 0 || key_width > 8 ||
      !follow (flex, map - 3u * root.child_width, root.child_width, &keys))
    return FALSE;
  for (guint64 i = 0; i < n; i++)
    if (follow (flex, keys + (gsize) (i * key_width), (guint) key_width, &name) &&
        key_is (flex, name, key))
      {
        guint64 type;

        if (!read_unsigned (flex, map + (gsize) (n * root.child_width + i), 1, &type))
          return FALSE;
        *member = (Value) { map + (gsize) (i * root.child_width), root.child_width,
                            1u << (type & 3), (int) (type >> 2) };
        return TRUE;
      }
  return FALSE;
}

/**
 * myna_flexbuffer_get_number:
 * @bytes: a FlexBuffer
 * @size: its bytes
 * @key: a member of the root
 * @value: (out): set when it is there
 *
 * Returns: whether the root is a map with a number under @key
 */
gboolean
myna_flexbuffer_get_number (const guint8 *bytes, gsize size, const char *key, double *value)
{
  Flex flex = { bytes, size };
  Value member;
  gint64 integer;
  guint64 bits;

  g_return_val_if_fail (bytes != NULL || size == 0, FALSE);
  g_return_val_if_fail (key != NULL && value != NULL, FALSE);

  if (!find_member (&flex, key, &member))
    return FALSE;
  if (member.type == TYPE_INT && read_signed (&flex, member.at, member.width, &integer))
    *value = (double) integer;
  else if (member.type == TYPE_UINT && read_unsigned (&flex, member.at, member.width, &bits))
    *value = (double) bits;
  else if (member.type == TYPE_FLOAT && member.width == 4 &&
           read_unsigned (&flex, member.at, 4, &bits))
    {
      guint32 low = (guint32) bits;
      float narrow;

      memcpy (&narrow, &low, sizeof narrow);
      *value = (double) narrow;
    }
  else if (member.type == TYPE_FLOAT && member.width == 8 &&
           read_unsigned (&flex, member.at, 8, &bits))
    memcpy (value, &bits, sizeof bits);
  else
    return FALSE;
  return TRUE;
}

/**
 * myna_flexbuffer_dup_integers:
 * @bytes: a FlexBuffer
 * @size: its bytes
 * @key: a member of the root
 *
 * Returns: (transfer full) (nullable) (element-type gint64): the vector of integers under @key
 */
GArray *
myna_flexbuffer_dup_integers (const guint8 *bytes, gsize size, const char *key)
{
  Flex flex = { bytes, size };
  g_autoptr (GArray) integers = g_array_new (FALSE, FALSE, sizeof (gint64));
  Value member;
  gsize vector;
  guint64 n;

  g_return_val_if_fail (bytes != NULL || size == 0, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  if (!find_member (&flex, key, &member) ||
      (member.type != TYPE_VECTOR_INT && member.type != TYPE_VECTOR_UINT) ||
      !follow (&flex, member.at, member.width, &vector) ||
      !read_size (&flex, vector, member.child_width, &n))
    return NULL;
  for (guint64 i = 0; i < n; i++)
    {
      gint64 value;

      if (!read_signed (&flex, vector + (gsize) (i * member.child_width), member.child_width,
                        &value))
        return NULL;
      g_array_append_val (integers, value);
    }
  return g_steal_pointer (&integers);
}
