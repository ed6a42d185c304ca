/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli-fixture.h"
#include "engine/core/myna-sidecar.h"

/* What may happen to the program while it works: it is stopped, killed, disturbed, out of room. */

static char *
make_text (CliFixture *f, const char *name, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char *path = g_build_filename (f->studio.dir, name, NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "This is sentence number %u of a long text. ", i);
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
  return path;
}

/* Told by the file system when the third sentence of the only take is there. */
typedef struct
{
  char *takes;
  GPtrArray *monitors;
} Watch;

static void
watch (Watch *self, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GFileMonitor *monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);

  g_assert_no_error (error);
  g_ptr_array_add (self->monitors, monitor);
}

static gboolean
has_third_sentence (gpointer data)
{
  Watch *self = data;
  g_autoptr (GDir) dir = g_dir_open (self->takes, 0, NULL);
  const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;
  g_autofree char *take = name != NULL ? g_build_filename (self->takes, name, NULL) : NULL;
  g_autofree char *third = take != NULL ? g_build_filename (take, "0003-r0.flac", NULL) : NULL;

  if (take != NULL && self->monitors->len == 1)
    watch (self, take);
  return third != NULL && g_file_test (third, G_FILE_TEST_EXISTS);
}

static void
wait_for_sentences (CliFixture *f)
{
  Watch self = { g_build_filename (f->studio.dir, "takes", NULL),
                 g_ptr_array_new_with_free_func (g_object_unref) };

  g_mkdir (self.takes, 0700);
  watch (&self, self.takes);
  studio_fixture_iterate_until (has_third_sentence, &self);
  g_ptr_array_unref (self.monitors);
  g_free (self.takes);
}

static const char *
get_state (CliFixture *f, JsonObject **json)
{
  JsonArray *jobs;

  cli_run (f, "jobs", "--json", NULL);
  cli_assert_done (f);
  *json = cli_parse_json (f);
  jobs = json_object_get_array_member (*json, "jobs");
  g_assert_cmpuint (json_array_get_length (jobs), ==, 1);
  return json_object_get_string_member (json_array_get_object_element (jobs, 0), "state");
}

/* A text of 1 MB, and Ctrl-C. */
static void
test_cancel (CliFixture *f, gconstpointer data)
{
  g_autofree char *text = make_text (f, "text.txt", 22000);
  g_autofree char *output = g_build_filename (f->studio.dir, "out.wav", NULL);
  g_autoptr (JsonObject) json = NULL;
  g_autoptr (GSubprocess) process =
      cli_start (f, "speak", "--reference", f->sample, "--text-file", text, "-o", output, NULL);

  wait_for_sentences (f);
  g_subprocess_send_signal (process, SIGINT);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
  g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
  g_assert_cmpstr (get_state (f, &json), ==, "cancelled");
  cli_run (f, "jobs", "clear", NULL);
  cli_assert_done (f);
  cli_run (f, "jobs", NULL);
  g_assert_cmpstr (f->output, ==, "");
}

/* kill -9 in the middle; resuming writes the same file as a run without it. */
static void
test_killed (CliFixture *f, gconstpointer data)
{
  g_autofree char *text = make_text (f, "text.txt", 60);
  g_autofree char *output = g_build_filename (f->studio.dir, "out.wav", NULL);
  g_autofree char *resumed = NULL;
  g_autofree char *whole = NULL;
  gsize resumed_size = 0;
  gsize whole_size = 0;
  g_autoptr (JsonObject) json = NULL;
  g_autoptr (GSubprocess) process =
      cli_start (f, "speak", "--reference", f->sample, "--text-file", text, "-o", output, NULL);

  wait_for_sentences (f);
  g_subprocess_force_exit (process);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_cmpstr (get_state (f, &json), ==, "interrupted");
  g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
  cli_run (f, "jobs", "resume", "1", "--quiet", NULL);
  cli_assert_done (f);
  g_assert_true (g_file_get_contents (output, &resumed, &resumed_size, NULL));
  cli_run (f, "jobs", "resume", "1", NULL);
  cli_assert_failed (f, "done");

  cli_run (f, "speak", "--reference", f->sample, "--text-file", text, "-o", output, "--quiet",
           NULL);
  cli_assert_done (f);
  g_assert_true (g_file_get_contents (output, &whole, &whole_size, NULL));
  g_assert_cmpmem (resumed, resumed_size, whole, whole_size);
}

/* Another process has the data folder: speaking works all the same, changing says why not. */
static void
test_busy (CliFixture *f, gconstpointer data)
{
  cli_run (f, "voices", "add", "Anna", "--audio", f->sample, "--consent", "--quiet", NULL);
  cli_assert_done (f);
  studio_fixture_open (&f->studio, MYNA_LIBRARY_OPEN_DEFAULT);
  cli_run (f, "voices", NULL);
  cli_assert_done (f);
  g_assert_true (g_str_has_prefix (f->output, "Anna\t"));
  cli_run (f, "speak", "--voice", "Anna", "--text", "Hello there.", "-o", "out.mp3", "--quiet",
           NULL);
  cli_assert_done (f);
  g_assert_nonnull (strstr (f->errors, "cannot be resumed"));
  cli_assert_audio (f, "out.mp3", 0.4);
  cli_run (f, "voices", "remove", "Anna", NULL);
  cli_assert_failed (f, "another Myna");
  cli_run (f, "voices", "add", "Bob", "--audio", f->sample, "--consent", NULL);
  cli_assert_failed (f, "another Myna");
  cli_run (f, "jobs", "clear", NULL);
  cli_assert_failed (f, "another Myna");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->studio.voices)), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->studio.takes)), ==, 0);
}

static void
test_damaged_database (CliFixture *f, gconstpointer data)
{
  g_autofree char *database = g_build_filename (f->studio.dir, "myna.db", NULL);

  cli_run (f, "voices", "add", "Anna", "--audio", f->sample, "--consent", "--quiet", NULL);
  cli_assert_done (f);
  g_assert_true (g_file_set_contents (database, "no database", -1, NULL));
  cli_run (f, "voices", NULL);
  cli_assert_done (f);
  g_assert_true (g_str_has_prefix (f->output, "Anna\t"));
  g_assert_true (g_str_has_prefix (f->errors, "Note: "));
}

/* A small or read-only file system at @path for one run of the program. */
typedef struct
{
  const char *path;
  const char *options;
  unsigned long flags;
} Mount;

static gboolean
enter_mount (const Mount *mounted)
{
  if (unshare (CLONE_NEWNS) != 0 && unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return FALSE;
  return mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
         mount ("tmpfs", mounted->path, "tmpfs", mounted->flags, mounted->options) == 0;
}

static gboolean
can_mount (const Mount *mounted)
{
  pid_t pid = fork ();
  int status = 0;

  if (pid == 0)
    _exit (enter_mount (mounted) ? 0 : 1);
  return waitpid (pid, &status, 0) == pid && WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

static void
child_setup_cb (gpointer data)
{
  if (!enter_mount (data))
    _exit (99);
}

static void
run_mounted (CliFixture *f, Mount *mounted, const char *first, ...) G_GNUC_NULL_TERMINATED;

static void
run_mounted (CliFixture *f, Mount *mounted, const char *first, ...)
{
  g_auto (GStrv) arguments = NULL;
  va_list args;

  va_start (args, first);
  arguments = cli_make_arguments (first, args);
  va_end (args);
  f->child_setup = child_setup_cb;
  f->child_setup_data = mounted;
  cli_run_with_input (f, "", arguments);
  f->child_setup = NULL;
}

/* The disk of the output is full: nothing half-written, and resuming with room writes it. */
static void
test_disk_full (CliFixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->studio.dir, "full", NULL);
  g_autofree char *output = g_build_filename (folder, "out.wav", NULL);
  Mount mounted = { folder, "size=16k", 0 };
  g_autoptr (JsonObject) json = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  if (!can_mount (&mounted))
    {
      g_test_skip ("nothing can be mounted here");
      return;
    }
  run_mounted (f, &mounted, "speak", "--reference", f->sample, "--text", "Hello there. And again.",
               "-o", output, "--quiet", NULL);
  g_assert_cmpint (f->status, ==, 1);
  g_assert_nonnull (strstr (f->errors, "myna: The disk is full"));
  g_assert_nonnull (strstr (f->errors, "myna jobs resume 1"));
  g_assert_cmpstr (get_state (f, &json), ==, "failed");
  cli_run (f, "jobs", "resume", "1", "--quiet", NULL);
  cli_assert_done (f);
  cli_assert_audio (f, "full/out.wav", 1);
}

/* A data folder that cannot be written: speaking works, adding a voice says why not. */
static void
test_read_only_data (CliFixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->studio.dir, "data", NULL);
  Mount mounted = { folder, "size=1m", MS_RDONLY };

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  if (!can_mount (&mounted))
    {
      g_test_skip ("nothing can be mounted here");
      return;
    }
  f->data_dir = folder;
  run_mounted (f, &mounted, "speak", "--reference", f->sample, "--text", "Hello there.", "-o",
               "out.wav", "--quiet", NULL);
  cli_assert_done (f);
  cli_assert_audio (f, "out.wav", 0.4);
  run_mounted (f, &mounted, "voices", "add", "Anna", "--audio", f->sample, "--consent", NULL);
  cli_assert_failed (f, folder);
  f->data_dir = NULL;
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  CLI_ADD ("/cli-faults/cancel", test_cancel);
  CLI_ADD ("/cli-faults/killed", test_killed);
  CLI_ADD ("/cli-faults/busy", test_busy);
  CLI_ADD ("/cli-faults/damaged-database", test_damaged_database);
  CLI_ADD ("/cli-faults/disk-full", test_disk_full);
  CLI_ADD ("/cli-faults/read-only-data", test_read_only_data);
  return g_test_run ();
}
