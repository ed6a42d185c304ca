/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "engine/store/myna-store-open.h"
#include "engine/store/myna-store-schema.h"
#include "engine/store/myna-store.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>

typedef struct
{
  char *dir;
  MynaStore *store;
} Fixture;

static MynaStore *
open_store (const char *dir, MynaStoreOpenFlags flags)
{
  g_autoptr (GError) error = NULL;
  MynaStore *store = myna_store_open (dir, flags, &error);

  g_assert_no_error (error);
  g_assert_nonnull (store);
  return store;
}

static void
setup (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("myna-store-XXXXXX", NULL);
  f->store = open_store (f->dir, MYNA_STORE_OPEN_DEFAULT);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", f->dir, NULL };

  if (f->store != NULL)
    {
      myna_store_close (f->store);
      g_assert_finalize_object (f->store);
    }
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (f->dir);
}

static void
reopen (Fixture *f)
{
  myna_store_close (f->store);
  g_assert_finalize_object (f->store);
  f->store = open_store (f->dir, MYNA_STORE_OPEN_DEFAULT);
}

static void
put (MynaStore *store, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (myna_store_exec (store, &error, "INSERT INTO meta (key, value) VALUES (?1, ?2)",
                                  "ss", key, value));
  g_assert_no_error (error);
}

static gint64
count (MynaStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaStoreRows) rows =
      myna_store_query (store, &error, "SELECT count(*) FROM meta", NULL);

  g_assert_no_error (error);
  g_assert_true (myna_store_rows_next (rows));
  return myna_store_rows_get_int64 (rows, 0);
}

static void
test_first_open (Fixture *f, gconstpointer data)
{
  g_autofree char *path = myna_store_build_path (f->store, MYNA_STORE_DATABASE, NULL);
  g_autofree char *deep = g_build_filename (f->dir, "a", "b", NULL);
  g_autoptr (MynaStore) other = open_store (deep, MYNA_STORE_OPEN_DEFAULT);
  struct stat st;

  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_assert_false (myna_store_is_read_only (f->store));
  g_assert_false (myna_store_was_recovered (f->store));
  g_assert_cmpint (g_stat (deep, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0700);
}

static void
test_values (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) blob = g_bytes_new_static ("\0\1\2", 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaStoreRows) rows = NULL;

  rows = myna_store_query (f->store, &error, "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8", "siuldbsb",
                           "Zürich", -5, 4000000000u, G_MAXINT64, 0.25, blob, NULL, NULL);
  g_assert_no_error (error);
  g_assert_cmpuint (myna_store_rows_get_n_rows (rows), ==, 1);
  g_assert_true (myna_store_rows_next (rows));
  g_assert_cmpstr (myna_store_rows_get_text (rows, 0), ==, "Zürich");
  g_assert_cmpint (myna_store_rows_get_int64 (rows, 1), ==, -5);
  g_assert_cmpint (myna_store_rows_get_int64 (rows, 2), ==, 4000000000);
  g_assert_cmpint (myna_store_rows_get_int64 (rows, 3), ==, G_MAXINT64);
  g_assert_cmpfloat (myna_store_rows_get_double (rows, 4), ==, 0.25);
  g_assert_cmpfloat (myna_store_rows_get_double (rows, 1), ==, -5);
  g_assert_true (g_bytes_equal (myna_store_rows_get_blob (rows, 5), blob));
  g_assert_true (myna_store_rows_is_null (rows, 6));
  g_assert_null (myna_store_rows_get_text (rows, 6));
  g_assert_true (myna_store_rows_is_null (rows, 7));
  g_assert_null (myna_store_rows_get_text (rows, 1));
  g_assert_false (myna_store_rows_next (rows));
}

static void
test_survives (Fixture *f, gconstpointer data)
{
  put (f->store, "a", "1");
  reopen (f);
  g_assert_cmpint (count (f->store), ==, 1);
}

static void
test_sql_error (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (myna_store_query (f->store, &error, "SELECT nothing FROM nowhere", NULL));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_FAILED);
  g_clear_error (&error);
  put (f->store, "a", "1");
  g_assert_false (
      myna_store_exec (f->store, &error, "INSERT INTO meta VALUES ('a', 'twice')", NULL));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_FAILED);
  put (f->store, "b", "1");
}

/* MynaStoreFunc: writes, reads its own write, then fails when told to. */
static gboolean
transaction (MynaStore *store, gpointer data, GError **error)
{
  gboolean fail = GPOINTER_TO_INT (data);

  put (store, "one", "1");
  put (store, "two", "2");
  g_assert_cmpint (count (store), ==, 2);
  if (fail)
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED, "on purpose");
  return !fail;
}

static void
test_transaction (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (myna_store_run (f->store, transaction, GINT_TO_POINTER (TRUE), &error));
  g_assert_cmpstr (error->message, ==, "on purpose");
  g_assert_cmpint (count (f->store), ==, 0);
  g_clear_error (&error);
  g_assert_true (myna_store_run (f->store, transaction, GINT_TO_POINTER (FALSE), &error));
  g_assert_no_error (error);
  g_assert_cmpint (count (f->store), ==, 2);
}

static void
count_done (MynaStore *store, const GError *error, gpointer data)
{
  g_assert_no_error (error);
  g_assert_true (MYNA_IS_STORE (store));
  ++*(int *) data;
}

static void
test_async_in_order (Fixture *f, gconstpointer data)
{
  int n_done = 0;

  for (int i = 0; i < 50; i++)
    myna_store_exec_async (f->store, count_done, &n_done,
                           "INSERT INTO meta VALUES (?1, (SELECT count (*) FROM meta))", "i", i);
  g_assert_cmpint (n_done, ==, 0);
  while (n_done < 50)
    g_main_context_iteration (NULL, TRUE);
  {
    g_autoptr (MynaStoreRows) rows =
        myna_store_query (f->store, NULL, "SELECT count(*) FROM meta WHERE key = value", NULL);

    g_assert_true (myna_store_rows_next (rows));
    g_assert_cmpint (myna_store_rows_get_int64 (rows, 0), ==, 50);
  }
}

static void
failed_cb (MynaStore *store, GError *error, gpointer data)
{
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_FAILED);
  ++*(int *) data;
}

static void
test_async_failure (Fixture *f, gconstpointer data)
{
  int n_failed = 0;

  g_signal_connect (f->store, "write-failed", G_CALLBACK (failed_cb), &n_failed);
  g_test_expect_message ("Myna", G_LOG_LEVEL_WARNING, "*nowhere*");
  myna_store_exec_async (f->store, NULL, NULL, "DELETE FROM nowhere", NULL);
  while (n_failed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_test_assert_expected_messages ();
}

/* What was asked for before is stored and told when the store is closed; what comes after is
 * refused. */
static void
test_close_finishes (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int n_done = 0;

  for (int i = 0; i < 20; i++)
    myna_store_exec_async (f->store, count_done, &n_done, "INSERT INTO meta VALUES (?1, 'x')", "i",
                           i);
  myna_store_close (f->store);
  g_assert_cmpint (n_done, ==, 20);
  g_assert_false (myna_store_exec (f->store, &error, "DELETE FROM meta", NULL));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_FAILED);
  g_assert_null (myna_store_query (f->store, NULL, "SELECT 1", NULL));
  reopen (f);
  g_assert_cmpint (count (f->store), ==, 20);
}

#define N_THREADS 4
#define N_ROWS 50

static void *
hammer (void *data)
{
  for (int i = 0; i < N_ROWS; i++)
    {
      g_assert_true (myna_store_exec (
          data, NULL, "INSERT INTO meta VALUES (hex (randomblob (16)), 'x')", NULL));
      g_assert_cmpint (count (data), >=, i + 1);
    }
  return NULL;
}

static void
test_threads (Fixture *f, gconstpointer data)
{
  pthread_t threads[N_THREADS];

  for (int i = 0; i < N_THREADS; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, hammer, f->store), ==, 0);
  for (int i = 0; i < N_THREADS; i++)
    g_assert_cmpint (pthread_join (threads[i], NULL), ==, 0);
  g_assert_cmpint (count (f->store), ==, N_THREADS * N_ROWS);
}

static void
test_second_writer (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaStore) reader = NULL;

  put (f->store, "a", "1");
  g_assert_null (myna_store_open (f->dir, MYNA_STORE_OPEN_DEFAULT, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, f->dir));
  g_clear_error (&error);

  reader = open_store (f->dir, MYNA_STORE_OPEN_READ_ONLY_IF_BUSY);
  g_assert_true (myna_store_is_read_only (reader));
  g_assert_cmpint (count (reader), ==, 1);
  put (f->store, "b", "2");
  g_assert_cmpint (count (reader), ==, 2);
  g_assert_false (myna_store_exec (reader, &error, "DELETE FROM meta", NULL));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY);
  g_assert_nonnull (strstr (error->message, f->dir));
}

static void
refused_cb (MynaStore *store, const GError *error, gpointer data)
{
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY);
  *(gboolean *) data = TRUE;
}

static void
test_read_only (Fixture *f, gconstpointer data)
{
  gboolean refused = FALSE;

  put (f->store, "a", "1");
  myna_store_close (f->store);
  g_assert_finalize_object (f->store);
  f->store = open_store (f->dir, MYNA_STORE_OPEN_READ_ONLY);
  g_assert_cmpint (count (f->store), ==, 1);
  myna_store_exec_async (f->store, refused_cb, &refused, "DELETE FROM meta", NULL);
  while (!refused)
    g_main_context_iteration (NULL, TRUE);
  myna_store_flush (f->store);
  g_assert_cmpint (count (f->store), ==, 1);
}

/* To look at a folder that has no library yet makes none. */
static void
test_read_only_nothing (Fixture *f, gconstpointer data)
{
  g_autofree char *dir = g_build_filename (f->dir, "none", NULL);
  g_autoptr (MynaStore) store = open_store (dir, MYNA_STORE_OPEN_READ_ONLY);

  g_assert_cmpint (count (store), ==, 0);
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
}

/* Changes the closed database with another hand. */
static void
tamper (Fixture *f, const char *sql)
{
  g_autofree char *path = g_build_filename (f->dir, MYNA_STORE_DATABASE, NULL);
  sqlite3 *db = NULL;

  myna_store_close (f->store);
  g_clear_object (&f->store);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
test_newer_schema (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  put (f->store, "a", "1");
  tamper (f, "PRAGMA user_version = 999");
  g_assert_null (myna_store_open (f->dir, MYNA_STORE_OPEN_DEFAULT, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (myna_store_open (f->dir, MYNA_STORE_OPEN_READ_ONLY, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);

  f->store = NULL;
  {
    g_autofree char *path = g_build_filename (f->dir, MYNA_STORE_DATABASE, NULL);
    sqlite3 *db = NULL;

    g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
    g_assert_cmpint (sqlite3_exec (db, "PRAGMA user_version = 1", NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close (db);
  }
  f->store = open_store (f->dir, MYNA_STORE_OPEN_DEFAULT);
  g_assert_cmpint (count (f->store), ==, 1);
}

static gint64
get_version (sqlite3 *db)
{
  sqlite3_stmt *statement = NULL;
  gint64 version;

  g_assert_cmpint (sqlite3_prepare_v2 (db, "PRAGMA user_version", -1, &statement, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  version = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return version;
}

static void
test_migrations (void)
{
  static const char *const one[] = { "CREATE TABLE t (a TEXT)", NULL };
  static const char *const three[] = { "CREATE TABLE t (a TEXT)", "ALTER TABLE t ADD COLUMN b TEXT",
                                       "UPDATE t SET b = a || '!'", NULL };
  static const char *const broken[] = { "", "", "", "CREATE TABLE t (twice TEXT)", NULL };
  g_autoptr (GError) error = NULL;
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (":memory:", &db), ==, SQLITE_OK);
  g_assert_true (myna_store_schema_migrate (db, one, &error));
  g_assert_cmpint (get_version (db), ==, 1);
  g_assert_cmpint (sqlite3_exec (db, "INSERT INTO t VALUES ('hello')", NULL, NULL, NULL), ==,
                   SQLITE_OK);
  g_assert_true (myna_store_schema_migrate (db, three, &error));
  g_assert_true (myna_store_schema_migrate (db, three, &error));
  g_assert_no_error (error);
  g_assert_cmpint (get_version (db), ==, 3);
  g_assert_cmpint (sqlite3_exec (db, "DELETE FROM t WHERE b = 'hello!'", NULL, NULL, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_changes (db), ==, 1);
  g_assert_false (myna_store_schema_migrate (db, broken, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_FAILED);
  g_assert_cmpint (get_version (db), ==, 3);
  g_clear_error (&error);
  g_assert_false (myna_store_schema_migrate (db, one, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
test_data_dir (void)
{
  g_autofree char *set = NULL;
  g_autofree char *unset = NULL;
  g_autofree char *expected = g_build_filename (g_get_user_data_dir (), "myna", NULL);

  g_setenv ("MYNA_DATA_DIR", "/somewhere/else/", TRUE);
  set = myna_paths_dup_data_dir ();
  g_assert_cmpstr (set, ==, "/somewhere/else");
  g_unsetenv ("MYNA_DATA_DIR");
  unset = myna_paths_dup_data_dir ();
  g_assert_cmpstr (unset, ==, expected);
}

#define ADD(name, func) g_test_add ("/store/" name, Fixture, NULL, setup, func, teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("first-open", test_first_open);
  ADD ("values", test_values);
  ADD ("survives", test_survives);
  ADD ("sql-error", test_sql_error);
  ADD ("transaction", test_transaction);
  ADD ("async-in-order", test_async_in_order);
  ADD ("async-failure", test_async_failure);
  ADD ("close-finishes", test_close_finishes);
  ADD ("threads", test_threads);
  ADD ("second-writer", test_second_writer);
  ADD ("read-only", test_read_only);
  ADD ("read-only-nothing", test_read_only_nothing);
  ADD ("newer-schema", test_newer_schema);
  g_test_add_func ("/store/migrations", test_migrations);
  g_test_add_func ("/store/data-dir", test_data_dir);
  return g_test_run ();
}
