/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("myna-atomic-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "out file.txt", NULL);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->path);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0); /* so every test also proves that nothing is left */
  g_free (f->path);
  g_free (f->folder);
}

static void
assert_content (const char *path, const char *expected)
{
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, expected);
}

static void
test_write (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (myna_atomic_file_write (f->path, "first", 5, &error));
  g_assert_no_error (error);
  assert_content (f->path, "first");
  g_assert_true (myna_atomic_file_write (f->path, "", 0, &error));
  assert_content (f->path, "");
  g_assert_cmpuint (count_files (f->folder), ==, 1);
}

static void
test_unfinished (Fixture *f, gconstpointer data)
{
  MynaAtomicFile *file = NULL;

  g_assert_true (myna_atomic_file_write (f->path, "old", 3, NULL));
  file = myna_atomic_file_begin (f->path, NULL);
  g_assert_true (myna_atomic_file_append (file, "new", 3, NULL));
  assert_content (f->path, "old");
  myna_atomic_file_free (file);
  assert_content (f->path, "old");
  g_assert_cmpuint (count_files (f->folder), ==, 1);
}

static void
test_visible (Fixture *f, gconstpointer data)
{
  g_autofree char *working = g_strconcat (f->path, ".incomplete", NULL);
  MynaAtomicFile *file = myna_atomic_file_begin_visible (f->path, working, NULL);

  g_assert_true (myna_atomic_file_append (file, "part", 4, NULL));
  assert_content (working, "part");
  myna_atomic_file_free (file);
  assert_content (working, "part");
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));

  file = myna_atomic_file_begin_visible (f->path, working, NULL);
  g_assert_true (myna_atomic_file_append (file, "whole", 5, NULL));
  g_assert_true (myna_atomic_file_commit (file, NULL));
  myna_atomic_file_free (file);
  assert_content (f->path, "whole");
  g_assert_false (g_file_test (working, G_FILE_TEST_EXISTS));
}

static void
test_mode_is_kept (Fixture *f, gconstpointer data)
{
  struct stat st;

  g_assert_true (myna_atomic_file_write (f->path, "secret", 6, NULL));
  g_assert_cmpint (g_chmod (f->path, 0600), ==, 0);
  g_assert_true (myna_atomic_file_write (f->path, "secret too", 10, NULL));
  g_assert_cmpint (g_stat (f->path, &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 0777, ==, 0600);
}

static void
test_errors (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *missing = g_build_filename (f->folder, "no-folder", "file", NULL);
  g_autofree char *name = g_strnfill (255, 'n');
  g_autofree char *longest = g_build_filename (f->folder, name, NULL);
  g_autofree char *longer = g_strconcat (longest, "n", NULL);

  g_assert_false (myna_atomic_file_write (f->folder, "x", 1, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (myna_atomic_file_write (missing, "x", 1, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
  g_assert_null (strstr (error->message, "file”"));
  g_clear_error (&error);
  g_assert_false (myna_atomic_file_write (longer, "x", 1, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_true (myna_atomic_file_write (longest, "x", 1, &error));
  g_assert_no_error (error);
  g_unlink (longest);
}

static void
test_no_permission (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (geteuid () == 0)
    {
      g_test_skip ("root may write everywhere");
      return;
    }
  g_assert_cmpint (g_chmod (f->folder, 0500), ==, 0);
  g_assert_false (myna_atomic_file_write (f->path, "x", 1, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_READ_ONLY);
  g_assert_cmpint (g_chmod (f->folder, 0700), ==, 0);
}

/* A limit on the size of files stands for the full disk: write fails midway in the same way. */
static void
test_full (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *big = g_malloc0 (100000);
  struct rlimit old, small;

  g_assert_true (myna_atomic_file_write (f->path, "old", 3, NULL));
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = (struct rlimit) { .rlim_cur = 50000, .rlim_max = old.rlim_max };
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (myna_atomic_file_write (f->path, big, 100000, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NO_SPACE);
  assert_content (f->path, "old");
  g_assert_cmpuint (count_files (f->folder), ==, 1);
}

#define ADD(name, func) g_test_add ("/atomic-file/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  ADD ("write", test_write);
  ADD ("unfinished", test_unfinished);
  ADD ("visible", test_visible);
  ADD ("mode", test_mode_is_kept);
  ADD ("errors", test_errors);
  ADD ("no-permission", test_no_permission);
  ADD ("full", test_full);
  return g_test_run ();
}
