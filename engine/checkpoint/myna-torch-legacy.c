/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-torch-private.h"

#include <string.h>

#include "engine/checkpoint/myna-tensor-type.h"

/* A stream of pickles: the number 0x1950a86a20f9469cfc6c, the protocol 1001, facts about the
 * machine, what was saved, the keys of the storages in order; then for each key its number of
 * elements (8 bytes) and the elements. */
static const guint8 magic[] = { 0x80, 2,    0x8a, 10,   0x6c, 0xfc, 0x9c, 0x46,
                                0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.' };
#define PROTOCOL 1001

/**
 * myna_torch_legacy_is_one:
 * @bytes: a file
 *
 * Returns: whether it begins with the magic number of the format
 */
gboolean
myna_torch_legacy_is_one (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return size > sizeof magic && memcmp (data, magic, sizeof magic) == 0;
}

/* The next pickle of the stream. */
static MynaPickle *
read_next (GBytes *bytes, gsize *at, const char *label, GError **error)
{
  gsize size, used;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  MynaPickle *pickle = myna_pickle_read (data + *at, size - *at, label, &used, error);

  if (pickle != NULL)
    *at += used;
  return pickle;
}

static gboolean
is_little_endian (const MynaValue *facts)
{
  const MynaValue *fact = myna_value_lookup (facts, "little_endian");

  return fact != NULL && fact->kind == MYNA_VALUE_BOOL && fact->integer == 1;
}

/* Key -> offset of the first element. The storages of one key agree in their whole size and type.
 */
static GHashTable *
locate (GBytes *bytes, gsize at, const MynaValue *keys, MynaPickle *pickle)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) offsets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (guint i = 0; i < pickle->storages->len; i++)
    {
      MynaStorage *storage = &g_array_index (pickle->storages, MynaStorage, i);
      const MynaStorage *other = g_hash_table_lookup (known, storage->key);

      if (other != NULL && (other->n_root != storage->n_root || other->type != storage->type))
        return NULL;
      g_hash_table_insert (known, (gpointer) storage->key, storage);
    }
  for (guint i = 0; i < myna_value_get_n_items (keys); i++)
    {
      const MynaValue *key = myna_value_get_item (keys, i);
      const MynaStorage *storage =
          key->kind == MYNA_VALUE_STRING ? g_hash_table_lookup (known, key->text) : NULL;
      gint64 n;

      if (storage == NULL || g_hash_table_contains (offsets, key->text) || size - at < sizeof n)
        return NULL;
      memcpy (&n, data + at, sizeof n);
      at += sizeof n;
      if (n != storage->n_root ||
          (guint64) n > (size - at) / myna_tensor_type_get_size (storage->type))
        return NULL;
      g_hash_table_insert (offsets, (gpointer) storage->key, g_memdup2 (&at, sizeof at));
      at += (gsize) n * myna_tensor_type_get_size (storage->type);
    }
  return g_steal_pointer (&offsets);
}

static GArray *
find_storages (GBytes *bytes, gsize at, const MynaValue *keys, MynaPickle *pickle)
{
  g_autoptr (GArray) all = g_array_new (FALSE, TRUE, sizeof (MynaTorchData));
  g_autoptr (GHashTable) offsets = NULL;

  if (keys->kind != MYNA_VALUE_LIST)
    return NULL;
  offsets = locate (bytes, at, keys, pickle);
  for (guint i = 0; offsets != NULL && i < pickle->storages->len; i++)
    {
      const MynaStorage *storage = &g_array_index (pickle->storages, MynaStorage, i);
      const gsize *offset = g_hash_table_lookup (offsets, storage->key);
      MynaTorchData data = { 0 };

      if (offset == NULL)
        return NULL;
      data.offset = *offset + (gsize) storage->offset * myna_tensor_type_get_size (storage->type);
      g_array_append_val (all, data);
    }
  return offsets != NULL ? g_steal_pointer (&all) : NULL;
}

/**
 * myna_torch_legacy_read:
 * @bytes: a file that begins with the magic number
 * @label: what to call it in messages
 * @pickle: (out): what was saved
 * @data: (out): where each storage lies
 * @error: (out) (optional): CORRUPT, UNSUPPORTED
 *
 * Returns: %FALSE with an error and nothing set
 */
gboolean
myna_torch_legacy_read (
    GBytes *bytes, const char *label, MynaPickle **pickle, GArray **data, GError **error)
{
  gsize at = sizeof magic;
  g_autoptr (MynaPickle) protocol = NULL, facts = NULL, content = NULL, keys = NULL;
  g_autoptr (GArray) storages = NULL;

  if ((protocol = read_next (bytes, &at, label, error)) == NULL ||
      (facts = read_next (bytes, &at, label, error)) == NULL)
    return FALSE;
  if (protocol->root->kind != MYNA_VALUE_INT || protocol->root->integer != PROTOCOL ||
      !is_little_endian (facts->root))
    return myna_torch_set_damaged (label, error);
  if ((content = read_next (bytes, &at, label, error)) == NULL ||
      (keys = read_next (bytes, &at, label, error)) == NULL)
    return FALSE;
  storages = find_storages (bytes, at, keys->root, content);
  if (storages == NULL)
    return myna_torch_set_damaged (label, error);
  *pickle = g_steal_pointer (&content);
  *data = g_steal_pointer (&storages);
  return TRUE;
}
