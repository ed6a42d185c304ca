/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/store/myna-records.h"

#include <glib/gstdio.h>

#include "engine/core/myna-sidecar.h"

/* Where each kind is kept. */
static const struct
{
  const char *folder;
  const char *sidecar;
  const char *select;
  const char *upsert;
  const char *drop;
} kinds[] = {
  [MYNA_RECORDS_VOICES] = { "voices", "voice.json", "SELECT id, record FROM voices",
                            "INSERT OR REPLACE INTO voices (id, record) VALUES (?1, ?2)",
                            "DELETE FROM voices WHERE id = ?1" },
  [MYNA_RECORDS_TAKES] = { "takes", "take.json", "SELECT id, record FROM takes",
                           "INSERT OR REPLACE INTO takes (id, record) VALUES (?1, ?2)",
                           "DELETE FROM takes WHERE id = ?1" },
};

/* One write on the store thread: a record to save, or an id to purge. */
typedef struct
{
  MynaRecords kind;
  char *id;
  JsonNode *record;
} Change;

static void
change_free (gpointer data)
{
  Change *self = data;

  g_free (self->id);
  g_clear_pointer (&self->record, json_node_unref);
  g_free (self);
}

static Change *
change_new (MynaRecords kind, const char *id, JsonNode *record)
{
  Change *self = g_new0 (Change, 1);

  self->kind = kind;
  self->id = g_strdup (id);
  if (record != NULL)
    {
      /* Sealed, so that two threads may hold it. */
      json_node_seal (record);
      self->record = json_node_ref (record);
    }
  return self;
}

/**
 * myna_records_dup_folder:
 * @store: the store
 * @kind: what kind
 * @id: which one
 *
 * Returns: (transfer full): the path of its folder
 */
char *
myna_records_dup_folder (MynaStore *store, MynaRecords kind, const char *id)
{
  g_return_val_if_fail (MYNA_IS_STORE (store) && id != NULL, NULL);

  return myna_store_build_path (store, kinds[kind].folder, id, NULL);
}

static gboolean
write_row (MynaStore *store, MynaRecords kind, const char *id, JsonNode *record, GError **error)
{
  g_autofree char *text = json_to_string (record, FALSE);

  return myna_store_exec (store, error, kinds[kind].upsert, "ss", id, text);
}

static gboolean
save_func (MynaStore *store, gpointer data, GError **error)
{
  Change *change = data;
  g_autofree char *folder = myna_records_dup_folder (store, change->kind, change->id);
  g_autofree char *path = g_build_filename (folder, kinds[change->kind].sidecar, NULL);

  return myna_sidecar_write (path, change->record, error) &&
         write_row (store, change->kind, change->id, change->record, error);
}

/**
 * myna_records_save:
 * @store: the store
 * @kind: what kind
 * @id: which one; its folder exists
 * @record: its record
 * @error: return location
 *
 * Writes the sidecar and the row; waits for the disk. Not on the main thread.
 *
 * Returns: %TRUE when written
 */
gboolean
myna_records_save (
    MynaStore *store, MynaRecords kind, const char *id, JsonNode *record, GError **error)
{
  Change *change;
  gboolean saved;

  g_return_val_if_fail (MYNA_IS_STORE (store) && id != NULL && record != NULL, FALSE);

  change = change_new (kind, id, record);
  saved = myna_store_run (store, save_func, change, error);
  change_free (change);
  return saved;
}

/**
 * myna_records_save_async:
 * @store: the store
 * @kind: what kind
 * @id: which one; its folder exists
 * @record: its record
 *
 * Like myna_records_save(), for the main thread. A failure comes as the store's "write-failed".
 */
void
myna_records_save_async (MynaStore *store, MynaRecords kind, const char *id, JsonNode *record)
{
  g_return_if_fail (MYNA_IS_STORE (store) && id != NULL && record != NULL);

  myna_store_run_async (store, save_func, change_new (kind, id, record), change_free, NULL, NULL);
}

static gboolean
purge_func (MynaStore *store, gpointer data, GError **error)
{
  Change *change = data;
  g_autofree char *folder = myna_records_dup_folder (store, change->kind, change->id);
  g_autofree char *sidecar = g_build_filename (folder, kinds[change->kind].sidecar, NULL);

  /* The sidecar goes first: whatever happens after, a recovery will not bring it back. */
  return myna_remove_tree (sidecar, error) &&
         myna_store_exec (store, error, kinds[change->kind].drop, "s", change->id) &&
         myna_remove_tree (folder, error);
}

/**
 * myna_records_purge_async:
 * @store: the store
 * @kind: what kind
 * @id: which one
 *
 * Deletes the row and the folder for good. A failure comes as the store's "write-failed".
 */
void
myna_records_purge_async (MynaStore *store, MynaRecords kind, const char *id)
{
  g_return_if_fail (MYNA_IS_STORE (store) && id != NULL);

  myna_store_run_async (store, purge_func, change_new (kind, id, NULL), change_free, NULL, NULL);
}

/**
 * myna_records_load:
 * @store: the store
 * @kind: what kind
 * @func: called for each record
 * @user_data: closure
 * @error: return location
 *
 * Lists all records of a kind. One that is damaged is passed over; its folder is left alone.
 *
 * Returns: %FALSE when the database cannot be read
 */
gboolean
myna_records_load (
    MynaStore *store, MynaRecords kind, MynaRecordFunc func, gpointer user_data, GError **error)
{
  g_autoptr (MynaStoreRows) rows = NULL;

  g_return_val_if_fail (MYNA_IS_STORE (store) && func != NULL, FALSE);

  rows = myna_store_query (store, error, kinds[kind].select, NULL);
  if (rows == NULL)
    return FALSE;
  while (myna_store_rows_next (rows))
    {
      const char *id = myna_store_rows_get_text (rows, 0);
      g_autofree char *folder = myna_records_dup_folder (store, kind, id);
      g_autoptr (GError) local_error = NULL;
      g_autoptr (JsonNode) record =
          myna_sidecar_parse (myna_store_rows_get_text (rows, 1), -1, folder, &local_error);

      if (record != NULL)
        func (folder, record, user_data);
      else
        g_message ("%s", local_error->message);
    }
  return TRUE;
}

static gboolean
recover_one (MynaStore *store, MynaRecords kind, const char *id, GError **error)
{
  g_autofree char *folder = myna_records_dup_folder (store, kind, id);
  g_autofree char *path = g_build_filename (folder, kinds[kind].sidecar, NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonNode) record = myna_sidecar_read (path, &local_error);

  if (record != NULL)
    return write_row (store, kind, id, record, error);
  g_message ("%s", local_error->message);
  return TRUE;
}

/**
 * myna_records_recover:
 * @store: a store whose database is new
 * @kind: what kind
 * @error: return location
 *
 * Fills the rows from the sidecars that are found on disk. Waits for the disk.
 *
 * Returns: %FALSE when the database cannot be written
 */
gboolean
myna_records_recover (MynaStore *store, MynaRecords kind, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_return_val_if_fail (MYNA_IS_STORE (store), FALSE);

  path = myna_store_build_path (store, kinds[kind].folder, NULL);
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (*name != '.' && !recover_one (store, kind, name, error))
      return FALSE;
  return TRUE;
}
