/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/myna-lexicon.h"

#include "engine/core/myna-error.h"
#include "engine/text/frontend/myna-lexicon-format.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _MynaLexicon
{
  gatomicrefcount references;
  GMappedFile *file;
  guint n_tables;
  struct
  {
    char name[24];
    MynaLexiconTable table;
  } tables[MYNA_LEXICON_MAX_TABLES];
};

/* An offset list is sound when it starts at 0, never falls and ends at @total. */
static gboolean
check_offsets (const guint32 *offsets, guint32 n, guint32 total)
{
  guint32 before = 0;

  if (offsets[0] != 0 || offsets[n] != total)
    return FALSE;
  for (guint32 i = 1; i <= n; i++)
    {
      if (offsets[i] < before)
        return FALSE;
      before = offsets[i];
    }
  return TRUE;
}

static const void *
locate (const char *data, gsize size, guint64 position, guint64 n, gsize width)
{
  if (position % 4 != 0 || position > size || n > (size - position) / width)
    return NULL;
  return data + position;
}

static gboolean
read_table (const char *data, gsize size, const MynaLexiconRecord *record, MynaLexiconTable *table)
{
  guint64 n_offsets = (guint64) record->n_keys + 1;

  table->n_keys = record->n_keys;
  table->key_offsets = locate (data, size, record->key_offsets, n_offsets, sizeof (guint32));
  table->keys = locate (data, size, record->keys, record->n_key_bytes, 1);
  table->value_offsets = locate (data, size, record->value_offsets, n_offsets, sizeof (guint32));
  table->values = locate (data, size, record->values, record->n_values, sizeof (guint16));
  return table->key_offsets != NULL && table->keys != NULL && table->value_offsets != NULL &&
         table->values != NULL && memchr (record->name, '\0', sizeof record->name) != NULL &&
         check_offsets (table->key_offsets, record->n_keys, record->n_key_bytes) &&
         check_offsets (table->value_offsets, record->n_keys, record->n_values);
}

static gboolean
read_tables (MynaLexicon *self)
{
  const char *data = g_mapped_file_get_contents (self->file);
  gsize size = g_mapped_file_get_length (self->file);
  MynaLexiconHeader header;
  const MynaLexiconRecord *records;

  if (size < sizeof header)
    return FALSE;
  memcpy (&header, data, sizeof header);
  if (memcmp (header.magic, MYNA_LEXICON_MAGIC, sizeof header.magic) != 0 || header.size != size ||
      header.n_tables > MYNA_LEXICON_MAX_TABLES)
    return FALSE;
  records = locate (data, size, sizeof header, header.n_tables, sizeof *records);
  if (records == NULL)
    return FALSE;
  for (guint i = 0; i < header.n_tables; i++)
    {
      if (!read_table (data, size, &records[i], &self->tables[i].table))
        return FALSE;
      memcpy (self->tables[i].name, records[i].name, sizeof records[i].name);
    }
  self->n_tables = header.n_tables;
  return TRUE;
}

/**
 * myna_lexicon_open:
 * @path: the file
 * @error: return location for an error
 *
 * Maps a lexicon and checks every offset in it, so that no look-up leaves the file. Any thread.
 *
 * Returns: (transfer full): the lexicon; %NULL with MYNA_ERROR_NOT_FOUND or MYNA_ERROR_CORRUPT
 */
MynaLexicon *
myna_lexicon_open (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  MynaLexicon *self;

  g_return_val_if_fail (path != NULL, NULL);

  file = g_mapped_file_new (path, FALSE, NULL);
  if (file == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                   _ ("The pronunciation dictionary “%s” cannot be read. Install Myna again."),
                   path);
      return NULL;
    }
  self = g_new0 (MynaLexicon, 1);
  g_atomic_ref_count_init (&self->references);
  self->file = g_steal_pointer (&file);
  if (!read_tables (self))
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                   _ ("The pronunciation dictionary “%s” is damaged. Install Myna again."), path);
      g_clear_pointer (&self, myna_lexicon_unref);
    }
  return self;
}

/**
 * myna_lexicon_open_installed:
 * @error: return location for an error
 *
 * Opens the lexicon that belongs to this program: the one MYNA_LEXICON names (tests), else the
 * installed one. Any thread.
 *
 * Returns: (transfer full): the lexicon, or %NULL with @error
 */
MynaLexicon *
myna_lexicon_open_installed (GError **error)
{
  const char *chosen = g_getenv ("MYNA_LEXICON");
  g_autofree char *path = NULL;

  if (chosen != NULL && *chosen != '\0')
    return myna_lexicon_open (chosen, error);
  path = g_build_filename (MYNA_PKGDATADIR, "lexicon", "myna.lexicon", NULL);
  return myna_lexicon_open (path, error);
}

/**
 * myna_lexicon_ref:
 * @self: a lexicon
 *
 * Returns: (transfer full): @self
 */
MynaLexicon *
myna_lexicon_ref (MynaLexicon *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * myna_lexicon_unref:
 * @self: (nullable) (transfer full): a lexicon
 */
void
myna_lexicon_unref (MynaLexicon *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->file, g_mapped_file_unref);
  g_free (self);
}

/**
 * myna_lexicon_get_table:
 * @self: a lexicon
 * @name: a table's name
 * @table: (out caller-allocates): where it goes; empty when there is none of that name
 *
 * Returns: whether there is such a table
 */
gboolean
myna_lexicon_get_table (const MynaLexicon *self, const char *name, MynaLexiconTable *table)
{
  g_return_val_if_fail (self != NULL && name != NULL && table != NULL, FALSE);

  for (guint i = 0; i < self->n_tables; i++)
    if (g_str_equal (self->tables[i].name, name))
      {
        *table = self->tables[i].table;
        return TRUE;
      }
  *table = (MynaLexiconTable) { 0 };
  return FALSE;
}

/**
 * myna_lexicon_table_key:
 * @table: a table
 * @index: below its number of keys
 * @length: (out): the key's length in bytes
 *
 * Returns: (transfer none): the key, not zero-terminated
 */
const char *
myna_lexicon_table_key (const MynaLexiconTable *table, guint32 index, gsize *length)
{
  g_assert (index < table->n_keys);

  *length = table->key_offsets[index + 1] - table->key_offsets[index];
  return table->keys + table->key_offsets[index];
}

/**
 * myna_lexicon_table_values:
 * @table: a table
 * @index: below its number of keys
 * @n: (out): how many values the key has
 *
 * Returns: (transfer none): its values
 */
const guint16 *
myna_lexicon_table_values (const MynaLexiconTable *table, guint32 index, gsize *n)
{
  g_assert (index < table->n_keys);

  *n = table->value_offsets[index + 1] - table->value_offsets[index];
  return table->values + table->value_offsets[index];
}

static int
compare_key (const MynaLexiconTable *table, guint32 index, const char *key, gsize length)
{
  gsize n;
  const char *other = myna_lexicon_table_key (table, index, &n);
  int order = memcmp (other, key, MIN (n, length));

  return order != 0 ? order : (n > length) - (n < length);
}

/**
 * myna_lexicon_table_find:
 * @table: a table
 * @key: what to look for
 * @length: its length in bytes, -1 when it ends with a zero
 *
 * No allocation; about 17 comparisons for a hundred thousand keys.
 *
 * Returns: the key's index, or -1
 */
gssize
myna_lexicon_table_find (const MynaLexiconTable *table, const char *key, gssize length)
{
  guint32 first = 0, end = table->n_keys;
  gsize n = length < 0 ? strlen (key) : (gsize) length;

  while (first < end)
    {
      guint32 middle = first + (end - first) / 2;
      int order = compare_key (table, middle, key, n);

      if (order == 0)
        return (gssize) middle;
      if (order < 0)
        first = middle + 1;
      else
        end = middle;
    }
  return -1;
}

/**
 * myna_lexicon_table_get:
 * @table: a table
 * @key: what to look for
 * @length: its length in bytes, -1 when it ends with a zero
 * @n: (out): how many values it has
 *
 * Returns: (transfer none) (nullable): the key's values, %NULL when there is no such key
 */
const guint16 *
myna_lexicon_table_get (const MynaLexiconTable *table, const char *key, gssize length, gsize *n)
{
  gssize index = myna_lexicon_table_find (table, key, length);

  *n = 0;
  return index < 0 ? NULL : myna_lexicon_table_values (table, (guint32) index, n);
}

/**
 * myna_lexicon_table_all:
 * @table: a table
 *
 * Returns: the range of all keys, where a walk by myna_lexicon_table_narrow() starts
 */
MynaLexiconRange
myna_lexicon_table_all (const MynaLexiconTable *table)
{
  return (MynaLexiconRange) { 0, table->n_keys, 0 };
}

/* The order of a key's bytes from @depth on beside @bytes; 0 when the key goes on with them. */
static int
compare_tail (
    const MynaLexiconTable *table, guint32 index, gsize depth, const char *bytes, gsize length)
{
  gsize n;
  const char *key = myna_lexicon_table_key (table, index, &n);
  gsize rest = n > depth ? n - depth : 0;
  int order = memcmp (key + depth, bytes, MIN (rest, length));

  return order != 0 ? order : rest < length ? -1 : 0;
}

/**
 * myna_lexicon_table_narrow:
 * @table: a table
 * @range: (inout): keys that begin with the bytes so far; narrowed to those that go on with @bytes
 * @bytes: what comes next
 * @length: how many
 * @exact: (out) (optional): the index of the key that ends here, -1 when none does
 *
 * One step down a table as if it were a tree of letters.
 *
 * Returns: whether any key is left
 */
gboolean
myna_lexicon_table_narrow (const MynaLexiconTable *table,
                           MynaLexiconRange *range,
                           const char *bytes,
                           gsize length,
                           gssize *exact)
{
  guint32 low = range->first, high = range->end, end;
  gsize n;

  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (compare_tail (table, middle, range->depth, bytes, length) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  end = range->end;
  high = low;
  while (high < end)
    {
      guint32 middle = high + (end - high) / 2;

      if (compare_tail (table, middle, range->depth, bytes, length) <= 0)
        high = middle + 1;
      else
        end = middle;
    }
  *range = (MynaLexiconRange) { low, high, range->depth + length };
  if (exact != NULL)
    {
      *exact = -1;
      if (low < high && (myna_lexicon_table_key (table, low, &n), n == range->depth))
        *exact = (gssize) low;
    }
  return low < high;
}

/**
 * myna_lexicon_read_double:
 * @values: MYNA_LEXICON_VALUES_PER_DOUBLE values
 *
 * Returns: the number stored in them
 */
double
myna_lexicon_read_double (const guint16 *values)
{
  double number;

  memcpy (&number, values, sizeof number);
  return number;
}
