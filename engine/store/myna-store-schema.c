/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/store/myna-store-schema.h"
#include "engine/core/myna-error.h"
#include "engine/store/myna-store-sql.h"

#include <glib/gi18n-lib.h>

/*
 * Times are unix seconds, durations seconds, files paths relative to the data folder, lists JSON
 * arrays. A removed voice or take keeps its row until it is purged, so that removal can be undone.
 */
static const char version_1[] =
    "CREATE TABLE meta ("
    "  key TEXT PRIMARY KEY,"
    "  value TEXT NOT NULL"
    ") STRICT;"

    /* record: the same JSON as in the sidecar voice.json or take.json, so that recovery is a copy.
     * The sentences of a take are files in its folder: they can be many thousands. */
    "CREATE TABLE voices ("
    "  id TEXT PRIMARY KEY,"
    "  record TEXT NOT NULL"
    ") STRICT;"

    "CREATE TABLE takes ("
    "  id TEXT PRIMARY KEY,"
    "  record TEXT NOT NULL"
    ") STRICT;"

    /* AUTOINCREMENT: the number of a job is never used again. */
    "CREATE TABLE jobs ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  kind TEXT NOT NULL,"
    "  title TEXT NOT NULL,"
    "  subtitle TEXT,"
    "  params TEXT,"
    "  state TEXT NOT NULL,"
    "  position INTEGER NOT NULL,"
    "  stage TEXT,"
    "  fraction REAL NOT NULL DEFAULT -1,"
    "  elapsed REAL NOT NULL DEFAULT 0,"
    "  error TEXT,"
    "  warnings TEXT,"
    "  result TEXT,"
    "  created INTEGER NOT NULL"
    ") STRICT;"

    "CREATE TABLE journal ("
    "  job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,"
    "  key TEXT NOT NULL,"
    "  value TEXT NOT NULL,"
    "  PRIMARY KEY (job_id, key)"
    ") STRICT;"

    /* Chunks of a job's log, so that adding a line does not rewrite the others. */
    "CREATE TABLE job_log ("
    "  id INTEGER PRIMARY KEY,"
    "  job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,"
    "  text TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX job_log_job ON job_log (job_id);";

static const char *const migrations_table[] = { version_1, NULL };

static const char *const table_names[] = {
  "meta", "voices", "takes", "jobs", "journal", "job_log"
};

/**
 * myna_store_schema_get_migrations:
 *
 * Returns: (transfer none): the statements that lead from each version to the next,
 * %NULL-terminated
 */
const char *const *
myna_store_schema_get_migrations (void)
{
  return migrations_table;
}

/**
 * myna_store_schema_get_version:
 *
 * Returns: the version that this program writes
 */
int
myna_store_schema_get_version (void)
{
  return (int) G_N_ELEMENTS (migrations_table) - 1;
}

static gboolean
exec_script (sqlite3 *db, const char *sql, GError **error)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  myna_store_sql_set_error (error, db, NULL);
  return FALSE;
}

static gboolean
set_version (sqlite3 *db, guint version, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA user_version = %u; PRAGMA application_id = %d;",
                                          version, MYNA_STORE_APPLICATION_ID);

  return exec_script (db, sql, error);
}

/**
 * myna_store_schema_migrate:
 * @db: a connection that may write, inside a transaction
 * @migrations: myna_store_schema_get_migrations(), or a test's own
 * @error: return location
 *
 * Brings the tables from the version they have to the newest one. The caller's transaction makes it
 * all or nothing.
 *
 * Returns: %FALSE on error; %MYNA_ERROR_UNSUPPORTED for a database of a newer program, left as it
 * is
 */
gboolean
myna_store_schema_migrate (sqlite3 *db, const char *const *migrations, GError **error)
{
  guint newest = g_strv_length ((char **) migrations);
  gint64 version = 0;

  if (!myna_store_sql_get_int (db, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version < 0 || version > newest)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                   _ ("“%s” was written by a newer version of Myna. Update Myna to open it."),
                   sqlite3_db_filename (db, "main"));
      return FALSE;
    }
  if (version == newest)
    return TRUE;
  for (guint i = (guint) version; i < newest; i++)
    if (!exec_script (db, migrations[i], error))
      return FALSE;
  return set_version (db, newest, error);
}

/**
 * myna_store_schema_is_complete:
 * @db: a connection
 *
 * Returns: whether every table of the newest version can be read
 */
gboolean
myna_store_schema_is_complete (sqlite3 *db)
{
  for (guint i = 0; i < G_N_ELEMENTS (table_names); i++)
    {
      g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s LIMIT 1", table_names[i]);

      if (!myna_store_sql_exec (db, sql, NULL, NULL))
        return FALSE;
    }
  return TRUE;
}
