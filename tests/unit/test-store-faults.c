/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "engine/store/myna-store-open.h"
#include "engine/store/myna-store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#define N_ROWS 300

typedef struct
{
  char *dir;
  char *path;
} Fixture;

static MynaStore *
open_store (Fixture *f, MynaStoreOpenFlags flags)
{
  g_autoptr (GError) error = NULL;
  MynaStore *store = myna_store_open (f->dir, flags, &error);

  g_assert_no_error (error);
  g_assert_nonnull (store);
  return store;
}

static void
close_store (MynaStore *store)
{
  myna_store_close (store);
  g_assert_finalize_object (store);
}

static gboolean
put (MynaStore *store, int key, GError **error)
{
  g_autofree char *value = g_strnfill (200, 'x');

  return myna_store_exec (store, error, "INSERT INTO meta (key, value) VALUES (?1, ?2)", "is", key,
                          value);
}

static gint64
count (MynaStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaStoreRows) rows =
      myna_store_query (store, &error, "SELECT count(*) FROM meta WHERE key <> 'recovery'", NULL);

  g_assert_no_error (error);
  g_assert_true (myna_store_rows_next (rows));
  return myna_store_rows_get_int64 (rows, 0);
}

/* MynaStoreFunc. */
static gboolean
fill (MynaStore *store, gpointer data, GError **error)
{
  for (int i = 0; i < N_ROWS; i++)
    if (!put (store, i, error))
      return FALSE;
  return TRUE;
}

static void
setup (Fixture *f, gconstpointer data)
{
  MynaStore *store;

  f->dir = g_dir_make_tmp ("myna-faults-XXXXXX", NULL);
  f->path = g_build_filename (f->dir, MYNA_STORE_DATABASE, NULL);
  store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_true (myna_store_run (store, fill, NULL, NULL));
  close_store (store);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", f->dir, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (f->dir);
  g_free (f->path);
}

/* The names of the databases put aside, without their journals. */
static GPtrArray *
find_damaged (Fixture *f)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (f->dir, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "myna.db.damaged-") && !g_str_has_suffix (name, "-wal") &&
        !g_str_has_suffix (name, "-shm"))
      g_ptr_array_add (found, g_build_filename (f->dir, name, NULL));
  return found;
}

static void
assert_usable (MynaStore *store)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (put (store, 100000, &error));
  g_assert_no_error (error);
}

/* Puts @contents in the place of the database, and expects it kept under another name, byte for
 * byte. */
static void
check_set_aside (Fixture *f, const char *contents, gsize length)
{
  g_autoptr (GPtrArray) damaged = NULL;
  g_autofree char *kept = NULL;
  gsize kept_length = 0;
  MynaStore *store;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (f->path, contents, (gssize) length, NULL));
  g_assert_null (myna_store_open (f->dir, MYNA_STORE_OPEN_READ_ONLY, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);

  store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  damaged = find_damaged (f);
  g_assert_cmpuint (damaged->len, ==, 1);
  g_assert_true (g_file_get_contents (damaged->pdata[0], &kept, &kept_length, NULL));
  g_assert_cmpmem (kept, kept_length, contents, length);
  g_assert_true (myna_store_was_recovered (store));
  g_assert_nonnull (strstr (myna_store_get_recovery_notice (store), "myna.db.damaged-"));
  g_assert_cmpint (count (store), ==, 0);
  assert_usable (store);
  close_store (store);

  /* The rows are still to be rebuilt at the next start, and not at the one after. */
  store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_true (myna_store_was_recovered (store));
  g_assert_cmpint (count (store), ==, 1);
  g_assert_true (myna_store_finish_recovery (store, NULL));
  close_store (store);
  store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_false (myna_store_was_recovered (store));
  close_store (store);
}

static char *
load (Fixture *f, gsize *length)
{
  char *contents = NULL;

  g_assert_true (g_file_get_contents (f->path, &contents, length, NULL));
  g_assert_cmpuint (*length, >, 4 * 4096);
  return contents;
}

static void
test_truncated (Fixture *f, gconstpointer data)
{
  gsize length = 0;
  g_autofree char *contents = load (f, &length);

  check_set_aside (f, contents, length / 2);
}

static void
test_header_only (Fixture *f, gconstpointer data)
{
  gsize length = 0;
  g_autofree char *contents = load (f, &length);

  check_set_aside (f, contents, 100);
}

static void
test_random_bytes (Fixture *f, gconstpointer data)
{
  g_autofree char *contents = g_malloc (20000);

  for (int i = 0; i < 20000; i++)
    contents[i] = (char) g_test_rand_int ();
  check_set_aside (f, contents, 20000);
}

static void
test_pages_overwritten (Fixture *f, gconstpointer data)
{
  gsize length = 0;
  g_autofree char *contents = load (f, &length);

  memset (contents + 4096, 0xa5, length - 4096);
  check_set_aside (f, contents, length);
}

/* A database of some other program is no better. */
static void
test_foreign (Fixture *f, gconstpointer data)
{
  g_autofree char *contents = NULL;
  gsize length = 0;
  sqlite3 *db = NULL;

  g_assert_cmpint (g_unlink (f->path), ==, 0);
  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "CREATE TABLE theirs (a)", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  g_assert_true (g_file_get_contents (f->path, &contents, &length, NULL));
  check_set_aside (f, contents, length);
}

static void
test_table_missing (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) damaged = NULL;
  sqlite3 *db = NULL;
  MynaStore *store;

  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "DROP TABLE journal", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_true (myna_store_was_recovered (store));
  damaged = find_damaged (f);
  g_assert_cmpuint (damaged->len, ==, 1);
  assert_usable (store);
  close_store (store);
}

/* An empty or missing file is a first start, unless there are voices or takes already. */
static void
test_zero_length (Fixture *f, gconstpointer data)
{
  g_autofree char *voice = g_build_filename (f->dir, "voices", "x", NULL);
  MynaStore *store;

  g_assert_true (g_file_set_contents (f->path, "", 0, NULL));
  store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_false (myna_store_was_recovered (store));
  assert_usable (store);
  close_store (store);

  g_assert_cmpint (g_mkdir_with_parents (voice, 0700), ==, 0);
  g_assert_true (g_file_set_contents (f->path, "", 0, NULL));
  store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_true (myna_store_was_recovered (store));
  assert_usable (store);
  close_store (store);

  g_assert_cmpint (g_unlink (f->path), ==, 0);
  store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_true (myna_store_was_recovered (store));
  close_store (store);
}

/* SQLite knows by the checksums of the journal that this is none of its own. */
static void
test_wal_garbage (Fixture *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (f->path, "-shm", NULL);
  g_autofree char *garbage = g_malloc (50000);
  MynaStore *store;

  for (int i = 0; i < 50000; i++)
    garbage[i] = (char) g_test_rand_int ();
  g_assert_true (g_file_set_contents (wal, garbage, 50000, NULL));
  g_assert_true (g_file_set_contents (shm, garbage, 32768, NULL));
  store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_false (myna_store_was_recovered (store));
  g_assert_cmpint (count (store), ==, N_ROWS);
  assert_usable (store);
  close_store (store);
}

/* Whatever bytes change: it opens with its rows or is put aside, and never crashes. */
static void
test_any_damage (Fixture *f, gconstpointer data)
{
  gsize length = 0;
  g_autofree char *contents = load (f, &length);

  for (int round = 0; round < 40; round++)
    {
      g_autofree char *copy = g_memdup2 (contents, length);
      MynaStore *store;

      for (int n = g_test_rand_int_range (1, 30); n > 0; n--)
        copy[g_test_rand_int_range (0, (int) MIN (length, 40000))] = (char) g_test_rand_int ();
      g_assert_true (g_file_set_contents (f->path, copy, (gssize) length, NULL));
      store = myna_store_open (f->dir, MYNA_STORE_OPEN_DEFAULT, NULL);
      if (store == NULL)
        continue; /* it looks as if a newer Myna had written it */
      myna_store_exec (store, NULL, "UPDATE meta SET value = value || 'y'", NULL);
      close_store (store);
    }
}

static void
test_folder_in_its_place (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_unlink (f->path), ==, 0);
  g_assert_cmpint (g_mkdir (f->path, 0700), ==, 0);
  g_assert_null (myna_store_open (f->dir, MYNA_STORE_OPEN_DEFAULT, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, f->path));
}

static void
test_file_in_place_of_folder (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (myna_store_open (f->path, MYNA_STORE_OPEN_DEFAULT, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, f->path));
}

/* Writes until it fails with "no space". Returns how many rows were reported stored. */
static gint64
write_until_full (MynaStore *store)
{
  g_autoptr (GError) error = NULL;
  int key = 1000;

  while (put (store, key, &error))
    g_assert_cmpint (++key, <, 200000);
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_SPACE);
  g_assert_cmpint (count (store), ==, N_ROWS + key - 1000);
  return key - 1000;
}

/* A limit on the size of files: the one kind of "full" that needs no rights. */
static void
test_file_size_limit (Fixture *f, gconstpointer data)
{
  MynaStore *store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  struct rlimit limit, old;
  gint64 written;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  limit = old;
  limit.rlim_cur = 300 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  written = write_until_full (store);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  assert_usable (store);
  close_store (store);
  store = open_store (f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_false (myna_store_was_recovered (store));
  g_assert_cmpint (count (store), ==, N_ROWS + written + 1);
  close_store (store);
}

/* A mount namespace of our own; as an ordinary user within a user namespace. */
static gboolean
enter_mount_namespace (void)
{
  if (unshare (CLONE_NEWNS) != 0 && unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return FALSE;
  return mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* These change what is mounted, so they run in a process of their own. */
static void
run_in_subprocess (void)
{
  g_test_trap_subprocess (NULL, 60 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  if (g_test_trap_has_skipped ())
    {
      g_test_skip ("nothing can be mounted here");
      return;
    }
  g_test_trap_assert_passed ();
}

static void
test_disk_full_subprocess (void)
{
  Fixture f = { 0 };
  MynaStore *store;
  g_autofree char *dir = g_dir_make_tmp ("myna-faults-XXXXXX", NULL);
  g_autofree char *ballast = g_build_filename (dir, "ballast", NULL);
  g_autofree char *bytes = g_malloc0 (400 * 1024);
  gint64 written;

  if (!enter_mount_namespace () || mount ("tmpfs", dir, "tmpfs", 0, "size=1m") != 0)
    {
      g_test_skip ("nothing can be mounted here");
      g_rmdir (dir);
      return;
    }
  f.dir = dir;
  f.path = g_build_filename (dir, MYNA_STORE_DATABASE, NULL);
  store = open_store (&f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_true (myna_store_run (store, fill, NULL, NULL));
  g_assert_true (g_file_set_contents (ballast, bytes, 400 * 1024, NULL));
  written = write_until_full (store);
  g_assert_cmpint (g_unlink (ballast), ==, 0);
  assert_usable (store);
  close_store (store);
  store = open_store (&f, MYNA_STORE_OPEN_DEFAULT);
  g_assert_cmpint (count (store), ==, N_ROWS + written + 1);
  close_store (store);
  g_assert_cmpint (umount2 (dir, MNT_DETACH), ==, 0);
  g_rmdir (dir);
  g_free (f.path);
}

static void
test_disk_full_at_start_subprocess (void)
{
  g_autofree char *dir = g_dir_make_tmp ("myna-faults-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaStore) store = NULL;

  if (!enter_mount_namespace () || mount ("tmpfs", dir, "tmpfs", 0, "size=8k") != 0)
    {
      g_test_skip ("nothing can be mounted here");
      g_rmdir (dir);
      return;
    }
  g_assert_null (myna_store_open (dir, MYNA_STORE_OPEN_DEFAULT, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_SPACE);
  g_clear_error (&error);
  g_assert_cmpint (mount ("tmpfs", dir, "tmpfs", MS_REMOUNT, "size=8m"), ==, 0);
  store = myna_store_open (dir, MYNA_STORE_OPEN_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_false (myna_store_was_recovered (store));
  assert_usable (store);
  close_store (g_steal_pointer (&store));
  g_assert_cmpint (umount2 (dir, MNT_DETACH), ==, 0);
  g_rmdir (dir);
}

static gboolean
make_read_only (const char *dir)
{
  return enter_mount_namespace () && mount (dir, dir, NULL, MS_BIND, NULL) == 0 &&
         mount (NULL, dir, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == 0;
}

/* @unclean: the journal of a process that was killed lies beside the database. */
static void
check_read_only (gboolean unclean)
{
  Fixture f = { 0 };
  MynaStore *store;
  g_autoptr (GError) error = NULL;

  setup (&f, NULL);
  if (unclean)
    {
      g_autofree char *wal = g_strconcat (f.path, "-wal", NULL);
      g_autofree char *shm = g_strconcat (f.path, "-shm", NULL);
      g_autofree char *journal = NULL;
      g_autofree char *database = NULL;
      gsize journal_length = 0, length = 0;

      store = open_store (&f, MYNA_STORE_OPEN_DEFAULT);
      g_assert_true (put (store, 1000, NULL));
      g_assert_true (g_file_get_contents (wal, &journal, &journal_length, NULL));
      g_assert_true (g_file_get_contents (f.path, &database, &length, NULL));
      close_store (store);
      g_assert_true (g_file_set_contents (wal, journal, (gssize) journal_length, NULL));
      g_assert_true (g_file_set_contents (f.path, database, (gssize) length, NULL));
      g_assert_false (g_file_test (shm, G_FILE_TEST_EXISTS));
    }
  if (!make_read_only (f.dir))
    {
      g_test_skip ("nothing can be mounted here");
      teardown (&f, NULL);
      return;
    }
  g_assert_null (myna_store_open (f.dir, MYNA_STORE_OPEN_DEFAULT, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY);
  g_assert_nonnull (strstr (error->message, f.dir));
  g_clear_error (&error);
  store = open_store (&f, MYNA_STORE_OPEN_READ_ONLY_IF_BUSY);
  g_assert_true (myna_store_is_read_only (store));
  g_assert_cmpint (count (store), ==, N_ROWS + (unclean ? 1 : 0));
  g_assert_false (put (store, 1, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY);
  close_store (store);
  g_assert_cmpint (umount2 (f.dir, MNT_DETACH), ==, 0);
  teardown (&f, NULL);
}

static void
test_read_only_subprocess (void)
{
  check_read_only (FALSE);
}

static void
test_read_only_unclean_subprocess (void)
{
  check_read_only (TRUE);
}

static void
test_read_only_empty_subprocess (void)
{
  g_autofree char *dir = g_dir_make_tmp ("myna-faults-XXXXXX", NULL);
  Fixture f = { .dir = dir };
  MynaStore *store;
  g_autoptr (GError) error = NULL;

  if (!make_read_only (dir))
    {
      g_test_skip ("nothing can be mounted here");
      g_rmdir (dir);
      return;
    }
  g_assert_null (myna_store_open (dir, MYNA_STORE_OPEN_DEFAULT, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY);
  store = open_store (&f, MYNA_STORE_OPEN_READ_ONLY_IF_BUSY);
  g_assert_cmpint (count (store), ==, 0);
  close_store (store);
  g_assert_cmpint (umount2 (dir, MNT_DETACH), ==, 0);
  g_rmdir (dir);
}

typedef void (*SubprocessFunc) (void);

static void
test_mounted (gconstpointer data)
{
  SubprocessFunc func = *(const SubprocessFunc *) data;

  if (g_test_subprocess ())
    func ();
  else
    run_in_subprocess ();
}

#define ADD(name, func) g_test_add ("/store-faults/" name, Fixture, NULL, setup, func, teardown)

int
main (int argc, char **argv)
{
  static const SubprocessFunc disk_full = test_disk_full_subprocess;
  static const SubprocessFunc disk_full_at_start = test_disk_full_at_start_subprocess;
  static const SubprocessFunc read_only = test_read_only_subprocess;
  static const SubprocessFunc read_only_unclean = test_read_only_unclean_subprocess;
  static const SubprocessFunc read_only_empty = test_read_only_empty_subprocess;

  g_test_init (&argc, &argv, NULL);
  ADD ("truncated", test_truncated);
  ADD ("header-only", test_header_only);
  ADD ("random-bytes", test_random_bytes);
  ADD ("pages-overwritten", test_pages_overwritten);
  ADD ("foreign", test_foreign);
  ADD ("table-missing", test_table_missing);
  ADD ("zero-length", test_zero_length);
  ADD ("wal-garbage", test_wal_garbage);
  ADD ("any-damage", test_any_damage);
  ADD ("folder-in-its-place", test_folder_in_its_place);
  ADD ("file-in-place-of-folder", test_file_in_place_of_folder);
  ADD ("file-size-limit", test_file_size_limit);
  g_test_add_data_func ("/store-faults/disk-full", &disk_full, test_mounted);
  g_test_add_data_func ("/store-faults/disk-full-at-start", &disk_full_at_start, test_mounted);
  g_test_add_data_func ("/store-faults/read-only", &read_only, test_mounted);
  g_test_add_data_func ("/store-faults/read-only-unclean", &read_only_unclean, test_mounted);
  g_test_add_data_func ("/store-faults/read-only-empty", &read_only_empty, test_mounted);
  return g_test_run ();
}
