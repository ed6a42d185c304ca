/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/store/myna-store-open.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/store/myna-store-schema.h"
#include "engine/store/myna-store-sql.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

/* How long a statement waits for the other connection, milliseconds. */
#define BUSY_TIMEOUT 5000

typedef enum
{
  DATABASE_FINE,
  DATABASE_EMPTY,
  DATABASE_DAMAGED,
  DATABASE_UNREADABLE, /* by no fault of its own; the error says why */
} DatabaseState;

/* The database is data from outside: it may not run code, and its pages are checked as they are
 * read. */
static gboolean
configure (sqlite3 *db, GError **error)
{
  static const char sql[] = "PRAGMA foreign_keys = ON;"
                            "PRAGMA trusted_schema = OFF;"
                            "PRAGMA cell_size_check = ON;";

  sqlite3_extended_result_codes (db, 1);
  sqlite3_busy_timeout (db, BUSY_TIMEOUT);
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  myna_store_sql_set_error (error, db, NULL);
  return FALSE;
}

/* Opens without looking inside: a damaged file opens well. */
static sqlite3 *
open_connection (const char *path, int flags, GError **error)
{
  sqlite3 *db = NULL;

  if (sqlite3_open_v2 (path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
    return db;
  if (db != NULL)
    myna_store_sql_set_error (error, db, path);
  else
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, g_strerror (ENOMEM));
  sqlite3_close (db);
  return NULL;
}

static gboolean
passes_quick_check (sqlite3 *db, GError **error)
{
  g_autoptr (MynaStoreRows) rows = myna_store_sql_query (db, "PRAGMA quick_check(1)", NULL, error);

  if (rows == NULL)
    return FALSE;
  if (myna_store_rows_next (rows) && g_strcmp0 (myna_store_rows_get_text (rows, 0), "ok") == 0)
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT, _ ("The database “%s” is damaged."),
               sqlite3_db_filename (db, "main"));
  return FALSE;
}

/* A database of another program, or with tables missing, is no better than a damaged one. */
static DatabaseState
examine_contents (sqlite3 *db, GError **error)
{
  gint64 n_tables = 0, application = 0, version = 0;

  if (!myna_store_sql_get_int (db, "SELECT count(*) FROM sqlite_schema", &n_tables, error) ||
      !myna_store_sql_get_int (db, "PRAGMA application_id", &application, error) ||
      !myna_store_sql_get_int (db, "PRAGMA user_version", &version, error))
    return DATABASE_UNREADABLE;
  if (n_tables == 0)
    return DATABASE_EMPTY;
  if (application != MYNA_STORE_APPLICATION_ID || version <= 0)
    return DATABASE_DAMAGED;
  if (version == myna_store_schema_get_version () && !myna_store_schema_is_complete (db))
    return DATABASE_DAMAGED;
  return DATABASE_FINE;
}

static DatabaseState
examine (sqlite3 *db, GError **error)
{
  g_autoptr (GError) local = NULL;
  DatabaseState state = DATABASE_UNREADABLE;

  if (configure (db, &local) && passes_quick_check (db, &local))
    state = examine_contents (db, &local);
  if (local == NULL)
    return state;
  if (g_error_matches (local, MYNA_ERROR, MYNA_ERROR_CORRUPT))
    return DATABASE_DAMAGED;
  g_propagate_error (error, g_steal_pointer (&local));
  return DATABASE_UNREADABLE;
}

static gboolean
rename_if_there (const char *from, const char *to, GError **error)
{
  if (g_rename (from, to) == 0 || errno == ENOENT)
    return TRUE;
  myna_error_set_from_errno (error, errno, from);
  return FALSE;
}

/* Moves the database and its journal files to a name nobody has. Returns that name, NULL on error.
 */
static char *
set_aside (const char *data_dir, GError **error)
{
  static const char *const suffixes[] = { "-wal", "-shm", "" };
  g_autofree char *path = g_build_filename (data_dir, MYNA_STORE_DATABASE, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%Y-%m-%d-%H%M%S");
  g_autofree char *aside = g_strdup_printf ("%s.damaged-%s", path, stamp);

  for (int n = 2; g_file_test (aside, G_FILE_TEST_EXISTS); n++)
    {
      g_free (aside);
      aside = g_strdup_printf ("%s.damaged-%s-%d", path, stamp, n);
    }
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (aside, suffixes[i], NULL);

      if (!rename_if_there (from, to, error))
        return NULL;
    }
  return g_path_get_basename (aside);
}

static gboolean
folder_has_entries (const char *data_dir, const char *name)
{
  g_autofree char *path = g_build_filename (data_dir, name, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  return dir != NULL && g_dir_read_name (dir) != NULL;
}

/* What to tell the person when an empty database is about to be filled; NULL on a first start. */
static char *
make_notice (const char *data_dir, const char *aside)
{
  if (aside != NULL)
    return g_strdup_printf (_ ("The library’s database was damaged. It was kept as “%s”, and the "
                               "library was rebuilt from the voices and takes on disk."),
                            aside);
  if (folder_has_entries (data_dir, "voices") || folder_has_entries (data_dir, "takes"))
    return g_strdup (_ ("The library’s database was missing. The library was rebuilt from the "
                        "voices and takes on disk."));
  return NULL;
}

static gboolean
migrate (sqlite3 *db, const char *notice, GError **error)
{
  static const char note[] = "INSERT INTO meta (key, value) VALUES ('recovery', ?1)";
  g_autoptr (GArray) binds = g_array_new (FALSE, TRUE, sizeof (MynaStoreValue));
  MynaStoreValue value = { .type = SQLITE_TEXT, .text = (char *) notice };

  g_array_append_val (binds, value);
  if (!myna_store_sql_exec (db, "BEGIN IMMEDIATE", NULL, error))
    return FALSE;
  if (myna_store_schema_migrate (db, myna_store_schema_get_migrations (), error) &&
      (notice == NULL || myna_store_sql_exec (db, note, binds, error)) &&
      myna_store_sql_exec (db, "COMMIT", NULL, error))
    return TRUE;
  myna_store_sql_exec (db, "ROLLBACK", NULL, NULL);
  return FALSE;
}

/* FULL: a commit is on disk when it returns, which the journal of a job promises. */
static gboolean
set_journal_mode (sqlite3 *db, GError **error)
{
  return myna_store_sql_exec (db, "PRAGMA journal_mode = WAL", NULL, error) &&
         myna_store_sql_exec (db, "PRAGMA synchronous = FULL", NULL, error);
}

/* Opens the database for writing; puts a damaged one aside and makes a new one. */
static sqlite3 *
open_writer (const char *data_dir, GError **error)
{
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  g_autofree char *path = g_build_filename (data_dir, MYNA_STORE_DATABASE, NULL);
  g_autofree char *aside = NULL;
  g_autofree char *notice = NULL;
  sqlite3 *db = open_connection (path, flags, error);
  DatabaseState state;

  if (db == NULL)
    return NULL;
  state = examine (db, error);
  if (state == DATABASE_DAMAGED)
    {
      g_clear_pointer (&db, sqlite3_close);
      aside = set_aside (data_dir, error);
      if (aside == NULL || (db = open_connection (path, flags, error)) == NULL)
        return NULL;
      state = examine (db, error);
    }
  if (state == DATABASE_EMPTY)
    notice = make_notice (data_dir, aside);
  if (state == DATABASE_UNREADABLE || !set_journal_mode (db, error) || !migrate (db, notice, error))
    g_clear_pointer (&db, sqlite3_close);
  return db;
}

/* An empty library, for looking at a folder that has no database yet. */
static sqlite3 *
open_nothing (GError **error)
{
  sqlite3 *db = open_connection (":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);

  if (db == NULL)
    return NULL;
  if (configure (db, error) && migrate (db, NULL, error) &&
      myna_store_sql_exec (db, "PRAGMA query_only = ON", NULL, error))
    return db;
  sqlite3_close (db);
  return NULL;
}

/* A WAL database on a medium that cannot be written needs a file beside it that cannot be made;
 * opened as immutable it is read without. Only where the plain way failed: nobody can write there.
 */
static sqlite3 *
open_immutable (const char *path, GError **error)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, error);
  g_autofree char *immutable = NULL;

  if (uri == NULL)
    return NULL;
  immutable = g_strconcat (uri, "?immutable=1", NULL);
  return open_connection (immutable, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, error);
}

static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);

  return g_file_copy (source, target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error);
}

/* Copies the database at @path, whose journal takes part, into memory. */
static sqlite3 *
load_into_memory (const char *path, GError **error)
{
  sqlite3 *memory = open_connection (":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
  sqlite3 *db = memory != NULL ? open_connection (path, SQLITE_OPEN_READWRITE, error) : NULL;
  sqlite3_backup *backup = NULL;
  gboolean ok = FALSE;

  if (db != NULL && myna_store_sql_exec (db, "PRAGMA journal_mode = DELETE", NULL, error))
    backup = sqlite3_backup_init (memory, "main", db, "main");
  if (backup != NULL)
    {
      ok = sqlite3_backup_step (backup, -1) == SQLITE_DONE;
      sqlite3_backup_finish (backup);
      if (!ok)
        myna_store_sql_set_error (error, memory, path);
    }
  sqlite3_close (db);
  if (!ok)
    g_clear_pointer (&memory, sqlite3_close);
  return memory;
}

/* The same where a process died and left its last changes in a journal (@wal): they are read by way
 * of a copy, because the database alone would lack them. */
static sqlite3 *
open_with_journal (const char *path, const char *wal, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-XXXXXX", error);
  g_autofree char *copy = folder != NULL ? g_build_filename (folder, "copy.db", NULL) : NULL;
  g_autofree char *copy_wal = g_strconcat (copy != NULL ? copy : "", "-wal", NULL);
  sqlite3 *db = NULL;

  if (folder == NULL)
    return NULL;
  if (copy_file (path, copy, error) && copy_file (wal, copy_wal, error))
    db = load_into_memory (copy, error);
  g_unlink (copy);
  g_unlink (copy_wal);
  g_rmdir (folder);
  return db;
}

/* Opens a database beside which nothing can be written. */
static sqlite3 *
open_unwritable (const char *path, GError **error)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  sqlite3 *db = NULL;
  GStatBuf st;

  if (g_stat (wal, &st) == 0 && st.st_size > 0)
    db = open_with_journal (path, wal, NULL);
  return db != NULL ? db : open_immutable (path, error);
}

static gboolean
check_read_only (sqlite3 *db, DatabaseState state, const char *path, GError **error)
{
  gint64 version = 0;

  if (state == DATABASE_UNREADABLE)
    return FALSE;
  if (state == DATABASE_DAMAGED)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                   _ ("The database “%s” is damaged. Start Myna and it will be rebuilt."), path);
      return FALSE;
    }
  if (!myna_store_sql_get_int (db, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version == myna_store_schema_get_version ())
    return TRUE;
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("“%s” was written by another version of Myna. Start the newest Myna to open it."),
               path);
  return FALSE;
}

static sqlite3 *
open_existing_reader (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  sqlite3 *db = open_connection (path, SQLITE_OPEN_READONLY, &local);
  DatabaseState state = db != NULL ? examine (db, &local) : DATABASE_UNREADABLE;

  if (state == DATABASE_UNREADABLE)
    {
      g_clear_pointer (&db, sqlite3_close);
      g_clear_error (&local);
      db = open_unwritable (path, error);
      if (db == NULL)
        return NULL;
      state = examine (db, error);
    }
  if (state == DATABASE_EMPTY)
    {
      sqlite3_close (db);
      return open_nothing (error);
    }
  if (check_read_only (db, state, path, error))
    return db;
  sqlite3_close (db);
  return NULL;
}

static gboolean
open_read_only (MynaStoreFiles *files, const char *data_dir, GError **error)
{
  g_autofree char *path = g_build_filename (data_dir, MYNA_STORE_DATABASE, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    files->reader = open_existing_reader (path, error);
  else
    files->reader = open_nothing (error);
  return files->reader != NULL;
}

/* One process writes. The lock goes with the process, however that ends. Returns the file, or -1.
 */
static int
take_lock (const char *data_dir, GError **error)
{
  g_autofree char *path = g_build_filename (data_dir, MYNA_STORE_LOCK, NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      myna_error_set_from_errno (error, errno, data_dir);
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  if (errno == EWOULDBLOCK)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_BUSY,
                 _ ("Myna is already running on the folder “%s”. Close it first, or set "
                    "MYNA_DATA_DIR to another folder."),
                 data_dir);
  else
    myna_error_set_from_errno (error, errno, path);
  close (fd);
  return -1;
}

static gboolean
open_read_write (MynaStoreFiles *files, const char *data_dir, GError **error)
{
  g_autofree char *path = g_build_filename (data_dir, MYNA_STORE_DATABASE, NULL);

  if (!myna_paths_ensure_dir (data_dir, error))
    return FALSE;
  files->lock_fd = take_lock (data_dir, error);
  if (files->lock_fd < 0)
    return FALSE;
  files->writer = open_writer (data_dir, error);
  if (files->writer == NULL)
    return FALSE;
  files->reader = open_connection (path, SQLITE_OPEN_READONLY, error);
  return files->reader != NULL && configure (files->reader, error);
}

/**
 * myna_store_files_open:
 * @files: (out caller-allocates): what to fill
 * @data_dir: the data folder; made when it is missing
 * @flags: how to open
 * @error: return location
 *
 * Returns: %FALSE on error: %MYNA_ERROR_BUSY another process writes, %MYNA_ERROR_UNSUPPORTED a
 * newer schema, %MYNA_ERROR_READ_ONLY, %MYNA_ERROR_NO_SPACE, %MYNA_ERROR_CORRUPT (read-only only)
 */
gboolean
myna_store_files_open (MynaStoreFiles *files,
                       const char *data_dir,
                       MynaStoreOpenFlags flags,
                       GError **error)
{
  g_autoptr (GError) local = NULL;

  *files = (MynaStoreFiles) { .lock_fd = -1 };
  if ((flags & MYNA_STORE_OPEN_READ_ONLY) != 0)
    return open_read_only (files, data_dir, error);
  if (open_read_write (files, data_dir, &local))
    return TRUE;
  myna_store_files_close (files);
  if ((flags & MYNA_STORE_OPEN_READ_ONLY_IF_BUSY) != 0 &&
      (g_error_matches (local, MYNA_ERROR, MYNA_ERROR_BUSY) ||
       g_error_matches (local, MYNA_ERROR, MYNA_ERROR_READ_ONLY)))
    return open_read_only (files, data_dir, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * myna_store_files_close:
 * @files: what myna_store_files_open() filled, also when it failed
 *
 * Closes the connections and gives the lock back. Idempotent.
 */
void
myna_store_files_close (MynaStoreFiles *files)
{
  g_clear_pointer (&files->reader, sqlite3_close);
  g_clear_pointer (&files->writer, sqlite3_close);
  if (files->lock_fd >= 0)
    close (files->lock_fd);
  files->lock_fd = -1;
}
