/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-torch-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/checkpoint/myna-tensor-type.h"
#include "engine/core/myna-error.h"

/* That of a network of ours is below 400 kB. */
#define MAX_PICKLE_BYTES (32 * 1024 * 1024)

/* "ROOT/data.pkl" of the only root; every other entry lies under it. */
static const MynaZipEntry *
find_pickle (MynaZip *zip, char **root)
{
  static const char suffix[] = "/data.pkl";
  const MynaZipEntry *found = NULL;

  for (gsize i = 0; i < myna_zip_get_n_entries (zip); i++)
    {
      const MynaZipEntry *entry = myna_zip_get_entry (zip, i);
      const char *slash = strchr (entry->name, '/');

      if (slash == NULL || strcmp (slash, suffix) != 0)
        continue;
      if (found != NULL)
        return NULL;
      found = entry;
      *root = g_strndup (entry->name, (gsize) (slash - entry->name) + 1);
    }
  for (gsize i = 0; found != NULL && i < myna_zip_get_n_entries (zip); i++)
    if (!g_str_has_prefix (myna_zip_get_entry (zip, i)->name, *root))
      return NULL;
  return found;
}

/* No entry: little-endian, as files before it existed. */
static gboolean
is_little_endian (MynaZip *zip, GBytes *bytes, const char *root)
{
  g_autofree char *name = g_strconcat (root, "byteorder", NULL);
  const MynaZipEntry *entry = myna_zip_find (zip, name);

  return entry == NULL || (entry->size == strlen ("little") &&
                           memcmp ((const char *) g_bytes_get_data (bytes, NULL) + entry->offset,
                                   "little", entry->size) == 0);
}

static GArray *
find_storages (MynaZip *zip, MynaPickle *pickle, const char *root)
{
  g_autoptr (GArray) all = g_array_new (FALSE, TRUE, sizeof (MynaTorchData));

  for (guint i = 0; i < pickle->storages->len; i++)
    {
      const MynaStorage *storage = &g_array_index (pickle->storages, MynaStorage, i);
      gsize item = myna_tensor_type_get_size (storage->type);
      g_autofree char *name = g_strconcat (root, "data/", storage->key, NULL);
      MynaTorchData data = { .entry = myna_zip_find (zip, name) };

      /* Views are of the legacy format. Bytes that are no whole element may be left. */
      if (data.entry == NULL || storage->n_elements != storage->n_root ||
          (guint64) storage->n_root != data.entry->size / item)
        return NULL;
      data.offset = data.entry->offset;
      g_array_append_val (all, data);
    }
  return g_steal_pointer (&all);
}

/**
 * myna_torch_set_damaged:
 * @label: of the file
 * @error: (out) (optional): CORRUPT
 *
 * Returns: %FALSE
 */
gboolean
myna_torch_set_damaged (const char *label, GError **error)
{
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
               _ ("“%s” is damaged: values of its tensors are missing or changed."), label);
  return FALSE;
}

/**
 * myna_torch_zip_read:
 * @bytes: a file that is a zip
 * @label: what to call it in messages
 * @zip: (out): its directory
 * @pickle: (out): what was saved
 * @data: (out): where each storage lies
 * @error: (out) (optional): CORRUPT, UNSUPPORTED
 *
 * Returns: %FALSE with an error and nothing set
 */
gboolean
myna_torch_zip_read (GBytes *bytes,
                     const char *label,
                     MynaZip **zip,
                     MynaPickle **pickle,
                     GArray **data,
                     GError **error)
{
  g_autoptr (MynaZip) archive = myna_zip_read (bytes, label, error);
  g_autoptr (MynaPickle) content = NULL;
  g_autoptr (GArray) storages = NULL;
  g_autofree char *root = NULL;
  const MynaZipEntry *entry;

  if (archive == NULL)
    return FALSE;
  entry = find_pickle (archive, &root);
  if (entry == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” is an archive, but no checkpoint of PyTorch."), label);
      return FALSE;
    }
  if (!is_little_endian (archive, bytes, root))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” was saved on a big-endian machine, which is not supported."), label);
      return FALSE;
    }
  if (entry->size > MAX_PICKLE_BYTES || !myna_zip_verify (archive, entry))
    return myna_torch_set_damaged (label, error);
  content = myna_pickle_read ((const guint8 *) g_bytes_get_data (bytes, NULL) + entry->offset,
                              entry->size, label, NULL, error);
  if (content == NULL)
    return FALSE;
  storages = find_storages (archive, content, root);
  if (storages == NULL)
    return myna_torch_set_damaged (label, error);
  *zip = g_steal_pointer (&archive);
  *pickle = g_steal_pointer (&content);
  *data = g_steal_pointer (&storages);
  return TRUE;
}
