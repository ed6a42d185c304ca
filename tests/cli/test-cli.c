/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/audio/myna-audio-load.h"
#include "engine/core/myna-sidecar.h"
#include "studio-fixture.h"

/* The program as a user calls it: exit statuses, one plain sentence on failure, JSON, resuming. */

typedef struct
{
  StudioFixture studio; /* its library stays closed: the program opens the folder */
  char *sample;         /* 8 s of speech */
  const char *data_dir; /* (nullable): instead of the fixture's */
  gpointer mounted;     /* (nullable): what is mounted for the program */
  int status;
  char *output;
  char *errors;
} Fixture;

static const char *program;

static void child_setup_cb (gpointer data);

static GSubprocessLauncher *
make_launcher (Fixture *f, GSubprocessFlags flags)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (flags);

  g_subprocess_launcher_setenv (launcher, "MYNA_DATA_DIR",
                                f->data_dir != NULL ? f->data_dir : f->studio.dir, TRUE);
  if (f->mounted != NULL)
    g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, f->mounted, NULL);
  g_subprocess_launcher_unsetenv (launcher, "DISPLAY");
  g_subprocess_launcher_unsetenv (launcher, "WAYLAND_DISPLAY");
  /* The C locale, where neither arguments nor messages may be mangled. */
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C", TRUE);
  g_subprocess_launcher_set_cwd (launcher, f->studio.dir);
  return launcher;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  studio_fixture_set_up (&f->studio, data);
  f->sample = studio_fixture_make_sample (&f->studio, "sample.wav", 8);
  studio_fixture_close (&f->studio);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_free (f->sample);
  g_free (f->output);
  g_free (f->errors);
  studio_fixture_tear_down (&f->studio, data);
}

static GStrv
make_arguments (const char *first, va_list args)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add (builder, program);
  for (const char *argument = first; argument != NULL; argument = va_arg (args, const char *))
    g_strv_builder_add (builder, argument);
  return g_strv_builder_end (builder);
}

/* Runs the program to its end. */
static void
run_with_input (Fixture *f, const char *input, GStrv arguments)
{
  g_autoptr (GSubprocessLauncher) launcher =
      make_launcher (f, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                            G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments, &error);

  g_assert_no_error (error);
  g_clear_pointer (&f->output, g_free);
  g_clear_pointer (&f->errors, g_free);
  g_assert_true (
      g_subprocess_communicate_utf8 (process, input, NULL, &f->output, &f->errors, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  f->status = g_subprocess_get_exit_status (process);
  g_test_message ("%s %s: %d %s%s", arguments[1], arguments[1] != NULL ? arguments[2] : "",
                  f->status, f->output, f->errors);
}

static void run (Fixture *f, const char *first, ...) G_GNUC_NULL_TERMINATED;

static void
run (Fixture *f, const char *first, ...)
{
  g_auto (GStrv) arguments = NULL;
  va_list args;

  va_start (args, first);
  arguments = make_arguments (first, args);
  va_end (args);
  run_with_input (f, "", arguments);
}

static GSubprocess *
start (Fixture *f, const char *first, ...)
{
  g_autoptr (GSubprocessLauncher) launcher =
      make_launcher (f, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) arguments = NULL;
  GSubprocess *process;
  va_list args;

  va_start (args, first);
  arguments = make_arguments (first, args);
  va_end (args);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments, &error);
  g_assert_no_error (error);
  return process;
}

/* Status 1, nothing on the standard output, and one plain sentence for a person. */
static void
assert_failed (Fixture *f, const char *hint)
{
  g_auto (GStrv) lines = g_strsplit (f->errors, "\n", -1);

  g_assert_cmpint (f->status, ==, 1);
  g_assert_cmpstr (f->output, ==, "");
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_assert_true (g_str_has_prefix (lines[0], "myna: "));
  g_assert_true (g_str_has_suffix (lines[0], "."));
  g_assert_nonnull (strstr (lines[0], hint));
}

static void
assert_usage (Fixture *f)
{
  g_assert_cmpint (f->status, ==, 2);
  g_assert_cmpstr (f->output, ==, "");
  g_assert_nonnull (strstr (f->errors, "myna"));
}

static void
assert_done (Fixture *f)
{
  if (f->status != 0)
    g_printerr ("%s", f->errors);
  g_assert_cmpint (f->status, ==, 0);
  g_assert_null (strstr (f->errors, "WARNING"));
  g_assert_null (strstr (f->errors, "CRITICAL"));
}

static JsonObject *
parse_json (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (f->output, &error);

  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return json_node_dup_object (node);
}

static void
test_usage (Fixture *f, gconstpointer data)
{
  run (f, "help", NULL);
  assert_done (f);
  g_assert_nonnull (strstr (f->output, "speak"));
  run (f, "speak", "--help", NULL);
  assert_done (f);
  g_assert_nonnull (strstr (f->output, "--reference"));
  run (f, "--version", NULL);
  assert_done (f);
  run (f, "speek", NULL);
  assert_usage (f);
  run (f, "speak", NULL);
  assert_usage (f);
  run (f, "speak", "--no-such-option", NULL);
  assert_usage (f);
  run (f, "speak", "--voice", "A", "--reference", "b", "--text", "c", "-o", "d.wav", NULL);
  assert_usage (f);
  run (f, "speak", "--voice", "A", "--text", "c", "--text-file", "d", "-o", "e.wav", NULL);
  assert_usage (f);
  run (f, "speak", "--voice", "A", "--text", "c", "-o", "d.wav", "--speed", "9", NULL);
  assert_usage (f);
  run (f, "speak", "--voice", "A", "--text", "c", "-o", "d.wav", "--seed", "-1", NULL);
  assert_usage (f);
  run (f, "voices", "frobnicate", NULL);
  assert_usage (f);
  run (f, "voices", "show", NULL);
  assert_usage (f);
  run (f, "voices", "add", "Anna", NULL);
  assert_usage (f);
  run (f, "voices", "add", "Anna", "--audio", f->sample, "--from", "x", NULL);
  assert_usage (f);
  run (f, "jobs", "resume", NULL);
  assert_usage (f);
  run (f, "demo", "now", NULL);
  assert_usage (f);
}

static void
speak_like (Fixture *f, const char *reference, const char *text, const char *output)
{
  run (f, "speak", "--reference", reference, "--text", text, "-o", output, "--quiet", NULL);
}

static void
test_bad_input (Fixture *f, gconstpointer data)
{
  g_autofree char *text_file = g_build_filename (f->studio.dir, "a.txt", NULL);
  g_autofree char *old = g_build_filename (f->studio.dir, "old.wav", NULL);
  g_autofree char *kept = NULL;

  g_assert_true (g_file_set_contents (text_file, "not audio", -1, NULL));
  g_assert_true (g_file_set_contents (old, "old", -1, NULL));
  speak_like (f, f->sample, "", "out.wav");
  assert_failed (f, "nothing to say");
  speak_like (f, f->sample, "... !? --- \"\"", "out.wav");
  assert_failed (f, "nothing to say");
  speak_like (f, f->sample, "😀 👍🏽 🇩🇪", "out.wav");
  assert_failed (f, "nothing to say");
  speak_like (f, "a.txt", "Hello.", "out.wav");
  assert_failed (f, "a.txt");
  speak_like (f, "missing.wav", "Hello.", "out.wav");
  assert_failed (f, "missing.wav");
  speak_like (f, f->studio.dir, "Hello.", "out.wav");
  assert_failed (f, f->studio.dir);
  speak_like (f, f->sample, "Hello.", "out.xyz");
  assert_failed (f, "out.xyz");
  speak_like (f, f->sample, "Hello.", "no/such/folder/out.wav");
  assert_failed (f, "no/such/folder");
  speak_like (f, f->sample, "Hello.", "a.txt/out.wav");
  assert_failed (f, "a.txt");
  run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "old.wav", "--language",
       "klingon!", NULL);
  assert_failed (f, "klingon!");
  run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "old.wav", "--engine",
       "no-such", NULL);
  assert_failed (f, "no-such");
  run (f, "speak", "--voice", "Nobody", "--text", "Hello.", "-o", "old.wav", NULL);
  assert_failed (f, "Nobody");
  run (f, "speak", "--reference", f->sample, "--text-file", "missing.txt", "-o", "old.wav", NULL);
  assert_failed (f, "missing.txt");
  run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "old.wav", "--from", "1",
       "--to", "1.2", "--quiet", NULL);
  assert_failed (f, "0.2 seconds");
  run (f, "missing.wav", NULL);
  assert_failed (f, "missing.wav");
  run (f, "jobs", "show", "99", NULL);
  assert_failed (f, "99");
  run (f, "jobs", "resume", "x", NULL);
  assert_failed (f, "x");
  run (f, "voices", "remove", "Nobody", NULL);
  assert_failed (f, "Nobody");
  g_assert_true (g_file_get_contents (old, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "old");
}

static void
test_bad_samples (Fixture *f, gconstpointer data)
{
  g_autofree char *silent = g_build_filename (f->studio.dir, "silent.wav", NULL);
  g_autofree char *endless = g_build_filename (f->studio.dir, "long.wav", NULL);
  g_autofree float *zeros = g_new0 (float, 8000 * 60 * 4);
  g_autoptr (JsonObject) json = NULL;

  studio_fixture_write_wav (silent, zeros, 8000 * 10, 8000);
  studio_fixture_write_wav (endless, zeros, 8000 * 60 * 4, 8000);
  run (f, "voices", "add", "Anna", "--audio", silent, "--consent", NULL);
  assert_failed (f, "No speech");
  run (f, "voices", "add", "Anna", "--audio", endless, "--consent", NULL);
  assert_failed (f, "4:00");
  run (f, "voices", "add", "Anna", "--audio", f->sample, "--consent", "--to", "0.2", NULL);
  assert_failed (f, "0.2 seconds");
  run (f, "voices", "add", "Anna", "--audio", f->sample, NULL);
  assert_failed (f, "--consent");
  run (f, "voices", "add", " ", "--audio", f->sample, "--consent", NULL);
  assert_failed (f, "name");
  run (f, "voices", "list", "--json", NULL);
  assert_done (f);
  json = parse_json (f);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json, "voices")), ==, 0);
}

/* A WAV file of silence as long as wanted: its samples are a hole in the file. */
static void
write_sparse_wav (const char *path, guint32 seconds)
{
  guint32 rate = 8000, bytes = rate * 2 * seconds;
  const guint32 words[] = { GUINT32_TO_LE (36 + bytes),  GUINT32_TO_LE (16),
                            GUINT32_TO_LE (1 | 1 << 16), GUINT32_TO_LE (rate),
                            GUINT32_TO_LE (rate * 2),    GUINT32_TO_LE (2 | 16 << 16),
                            GUINT32_TO_LE (bytes) };
  g_autoptr (GByteArray) header = g_byte_array_new ();

  g_byte_array_append (header, (const guint8 *) "RIFF", 4);
  g_byte_array_append (header, (const guint8 *) &words[0], 4);
  g_byte_array_append (header, (const guint8 *) "WAVEfmt ", 8);
  g_byte_array_append (header, (const guint8 *) &words[1], 20);
  g_byte_array_append (header, (const guint8 *) "data", 4);
  g_byte_array_append (header, (const guint8 *) &words[6], 4);
  g_assert_true (g_file_set_contents (path, (const char *) header->data, header->len, NULL));
  g_assert_cmpint (truncate (path, (off_t) header->len + bytes), ==, 0);
}

/* Three hours: a region has to be chosen; nothing reads the whole file to say so. */
static void
test_three_hours (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->studio.dir, "three-hours.wav", NULL);

  write_sparse_wav (path, 3 * 60 * 60);
  run (f, "voices", "add", "Anna", "--audio", path, "--consent", NULL);
  assert_failed (f, "3:00:00");
  run (f, "voices", "add", "Anna", "--audio", path, "--consent", "--from", "2:59:00", "--to",
       "2:59:30", NULL);
  assert_failed (f, "No speech");
  run (f, "speak", "--reference", path, "--text", "Hello.", "-o", "out.wav", "--quiet", NULL);
  assert_failed (f, "3:00:00");
}

static void
assert_audio (Fixture *f, const char *name, double at_least)
{
  g_autofree char *path = g_build_filename (f->studio.dir, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudio) audio = myna_audio_load (path, -1, 0, 0, 0, 1, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat ((double) audio->n_frames / audio->rate, >, at_least);
}

static void
test_voices (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) json = NULL;
  JsonObject *voice;

  run (f, "voices", "add", "Anna Öz", "--audio", f->sample, "--text", "The birch canoe.",
       "--consent", "--quiet", NULL);
  assert_done (f);
  run (f, "voices", "--json", NULL);
  assert_done (f);
  json = parse_json (f);
  voice = json_array_get_object_element (json_object_get_array_member (json, "voices"), 0);
  g_assert_cmpstr (json_object_get_string_member (voice, "name"), ==, "Anna Öz");
  g_assert_cmpstr (json_object_get_string_member (voice, "transcript"), ==, "The birch canoe.");
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (voice, "seconds"), 8, 0.01);
  g_assert_true (json_object_get_boolean_member (voice, "prepared"));
  run (f, "voices", "show", "anna öz", NULL);
  assert_done (f);
  g_assert_nonnull (strstr (f->output, "Anna Öz"));

  run (f, "speak", "--voice", "Anna Öz", "--text", "Café au lait.", "-o", "out.opus", "--quiet",
       NULL);
  assert_done (f);
  g_assert_true (g_str_has_suffix (f->output, "out.opus\n"));
  assert_audio (f, "out.opus", 0.5);
  run (f, "voices", "remove", "Anna Öz", NULL);
  assert_done (f);
  run (f, "voices", NULL);
  assert_done (f);
  g_assert_cmpstr (f->output, ==, "");
}

static void
test_speak (Fixture *f, gconstpointer data)
{
  g_auto (GStrv) arguments =
      g_strsplit ("speak|--reference|sample.wav|--reference-text|The birch canoe slid.|"
                  "--text-file|-|-o|out.flac|--json|--seed|5|--speed|1.2|--pitch|2|--clarity|0.5|"
                  "--pause|0.4|--quiet",
                  "|", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  g_autoptr (JsonObject) json = NULL;

  g_strv_builder_add (builder, program);
  g_strv_builder_addv (builder, (const char **) arguments);
  all = g_strv_builder_end (builder);
  run_with_input (f, "One sentence from the standard input.\r\nAnd a second.", all);
  assert_done (f);
  json = parse_json (f);
  g_assert_true (g_str_has_suffix (json_object_get_string_member (json, "output"), "/out.flac"));
  g_assert_cmpfloat (json_object_get_double_member (json, "seconds"), >, 1);
  g_assert_true (json_object_has_member (json, "warnings"));
  assert_audio (f, "out.flac", 1);
  run (f, "voices", NULL);
  g_assert_cmpstr (f->output, ==, "");
}

static char *
make_text (Fixture *f, const char *name, guint n)
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
wait_for_sentences (Fixture *f)
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
get_state (Fixture *f, JsonObject **json)
{
  JsonArray *jobs;

  run (f, "jobs", "--json", NULL);
  assert_done (f);
  *json = parse_json (f);
  jobs = json_object_get_array_member (*json, "jobs");
  g_assert_cmpuint (json_array_get_length (jobs), ==, 1);
  return json_object_get_string_member (json_array_get_object_element (jobs, 0), "state");
}

/* A text of 1 MB, and Ctrl-C. */
static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autofree char *text = make_text (f, "text.txt", 22000);
  g_autofree char *output = g_build_filename (f->studio.dir, "out.wav", NULL);
  g_autoptr (JsonObject) json = NULL;
  g_autoptr (GSubprocess) process =
      start (f, "speak", "--reference", f->sample, "--text-file", text, "-o", output, NULL);

  wait_for_sentences (f);
  g_subprocess_send_signal (process, SIGINT);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
  g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
  g_assert_cmpstr (get_state (f, &json), ==, "cancelled");
  run (f, "jobs", "clear", NULL);
  assert_done (f);
  run (f, "jobs", NULL);
  g_assert_cmpstr (f->output, ==, "");
}

/* kill -9 in the middle; resuming writes the same file as a run without it. */
static void
test_killed (Fixture *f, gconstpointer data)
{
  g_autofree char *text = make_text (f, "text.txt", 60);
  g_autofree char *output = g_build_filename (f->studio.dir, "out.wav", NULL);
  g_autofree char *resumed = NULL;
  g_autofree char *whole = NULL;
  gsize resumed_size = 0;
  gsize whole_size = 0;
  g_autoptr (JsonObject) json = NULL;
  g_autoptr (GSubprocess) process =
      start (f, "speak", "--reference", f->sample, "--text-file", text, "-o", output, NULL);

  wait_for_sentences (f);
  g_subprocess_force_exit (process);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_cmpstr (get_state (f, &json), ==, "interrupted");
  g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
  run (f, "jobs", "resume", "1", "--quiet", NULL);
  assert_done (f);
  g_assert_true (g_file_get_contents (output, &resumed, &resumed_size, NULL));
  run (f, "jobs", "resume", "1", NULL);
  assert_failed (f, "done");

  run (f, "speak", "--reference", f->sample, "--text-file", text, "-o", output, "--quiet", NULL);
  assert_done (f);
  g_assert_true (g_file_get_contents (output, &whole, &whole_size, NULL));
  g_assert_cmpmem (resumed, resumed_size, whole, whole_size);
}

/* Another process has the data folder: speaking works all the same, changing says why not. */
static void
test_busy (Fixture *f, gconstpointer data)
{
  run (f, "voices", "add", "Anna", "--audio", f->sample, "--consent", "--quiet", NULL);
  assert_done (f);
  studio_fixture_open (&f->studio, MYNA_LIBRARY_OPEN_DEFAULT);
  run (f, "voices", NULL);
  assert_done (f);
  g_assert_true (g_str_has_prefix (f->output, "Anna\t"));
  run (f, "speak", "--voice", "Anna", "--text", "Hello there.", "-o", "out.mp3", "--quiet", NULL);
  assert_done (f);
  g_assert_nonnull (strstr (f->errors, "cannot be resumed"));
  assert_audio (f, "out.mp3", 0.4);
  run (f, "voices", "remove", "Anna", NULL);
  assert_failed (f, "another Myna");
  run (f, "voices", "add", "Bob", "--audio", f->sample, "--consent", NULL);
  assert_failed (f, "another Myna");
  run (f, "jobs", "clear", NULL);
  assert_failed (f, "another Myna");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->studio.voices)), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->studio.takes)), ==, 0);
}

static void
test_damaged_database (Fixture *f, gconstpointer data)
{
  g_autofree char *database = g_build_filename (f->studio.dir, "myna.db", NULL);

  run (f, "voices", "add", "Anna", "--audio", f->sample, "--consent", "--quiet", NULL);
  assert_done (f);
  g_assert_true (g_file_set_contents (database, "no database", -1, NULL));
  run (f, "voices", NULL);
  assert_done (f);
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

static void run_mounted (Fixture *f, Mount *mounted, const char *first, ...) G_GNUC_NULL_TERMINATED;

static void
run_mounted (Fixture *f, Mount *mounted, const char *first, ...)
{
  g_auto (GStrv) arguments = NULL;
  va_list args;

  va_start (args, first);
  arguments = make_arguments (first, args);
  va_end (args);
  f->mounted = mounted;
  run_with_input (f, "", arguments);
  f->mounted = NULL;
}

/* The disk of the output is full: nothing half-written, and resuming with room writes it. */
static void
test_disk_full (Fixture *f, gconstpointer data)
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
  run (f, "jobs", "resume", "1", "--quiet", NULL);
  assert_done (f);
  assert_audio (f, "full/out.wav", 1);
}

/* A data folder that cannot be written: speaking works, adding a voice says why not. */
static void
test_read_only_data (Fixture *f, gconstpointer data)
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
  assert_done (f);
  assert_audio (f, "out.wav", 0.4);
  run_mounted (f, &mounted, "voices", "add", "Anna", "--audio", f->sample, "--consent", NULL);
  assert_failed (f, folder);
  f->data_dir = NULL;
}

/* The example is a folder of recordings with transcripts. */
static void
test_demo (Fixture *f, gconstpointer data)
{
  static const char *const results[] = { "speech.wav", "speech.flac", "speech.opus", "speech.mp3" };
  g_autofree char *transcript = g_build_filename (f->studio.dir, "sample.txt", NULL);

  g_assert_true (g_file_set_contents (transcript, "The birch canoe slid.", -1, NULL));
  g_setenv ("MYNA_EXAMPLE_DIR", f->studio.dir, TRUE);
  run (f, "demo", "--quiet", "-o", "results", NULL);
  assert_done (f);
  g_assert_nonnull (strstr (f->output, "results"));
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *name = g_build_filename ("results", results[i], NULL);

      assert_audio (f, name, 5);
    }
  g_setenv ("MYNA_EXAMPLE_DIR", "/no/such/folder", TRUE);
  run (f, "demo", NULL);
  assert_failed (f, "/no/such/folder");
  g_unsetenv ("MYNA_EXAMPLE_DIR");
}

static void
test_bench (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) json = NULL;
  JsonArray *lines;

  run (f, "bench", "speak", "--reference", f->sample, "--json", "--runs", "1", NULL);
  assert_done (f);
  json = parse_json (f);
  lines = json_object_get_array_member (json, "speak");
  g_assert_cmpuint (json_array_get_length (lines), ==, 4);
  for (guint i = 0; i < json_array_get_length (lines); i++)
    {
      JsonObject *line = json_array_get_object_element (lines, i);
      JsonObject *draft = json_object_get_object_member (line, "draft");

      g_assert_cmpfloat (json_object_get_double_member (draft, "rtf"), >, 0);
      g_assert_true (json_object_has_member (line, "espeak-ng"));
    }
}

/* The networks at full size with made-up weights, without PyTorch. */
static void
test_bench_networks (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) json = NULL;
  JsonArray *stages;

  run (f, "bench", "speak", "--engine", "nothing", NULL);
  assert_usage (f);
  /* Full-size networks take most of a minute, which CI has not. */
  if (!g_test_slow ())
    return;
  run (f, "bench", "speak", "--engine", "gpt-sovits", "--json", "--runs", "1", NULL);
  assert_done (f);
  json = parse_json (f);
  g_assert_cmpfloat (json_object_get_double_member (json, "tokens-per-second"), >, 0);
  stages = json_object_get_array_member (json, "stages");
  g_assert_cmpuint (json_array_get_length (stages), >=, 3);
  for (guint i = 0; i < json_array_get_length (stages); i++)
    {
      JsonObject *stage = json_array_get_object_element (stages, i);

      g_assert_cmpfloat (json_object_get_double_member (stage, "rtf"), >, 0);
      g_assert_false (json_object_has_member (stage, "torch-seconds"));
    }
}

/* Without its model files the engine says what to get, and makes nothing. */
static void
test_speak_without_models (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *language, *text, *expected;
  } cases[] = {
    { "en-us", "Hello.", "s1v3.ckpt" },
    { "cmn", "你好。", "s1v3.ckpt" },
    { "ja", "こんにちは。", "later version" },
  };
  g_autofree char *output = g_build_filename (f->studio.dir, "out.wav", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      run (f, "speak", "--reference", f->sample, "--text", cases[i].text, "-o", "out.wav",
           "--engine", "gpt-sovits", "--language", cases[i].language, NULL);
      assert_failed (f, cases[i].expected);
      g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
    }
  run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "out.wav", "--engine",
       "gpt-sovits", "--device", "abacus", NULL);
  assert_failed (f, "abacus");
  run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "out.wav", "--device", "cpu",
       NULL);
  assert_usage (f);
  run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "out.wav", "--cut", "fifty",
       NULL);
  assert_usage (f);
  run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "out.wav", "--engine",
       "gpt-sovits", "--cut", "cut0", NULL);
  assert_usage (f);
  run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "out.wav", "--engine",
       "gpt-sovits", "--cut", "cut5", NULL);
  assert_failed (f, "s1v3.ckpt");
}

/* Models by their content; hostile ones are one sentence, also in little memory. */
static void
test_models (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->studio.dir, "from", NULL);
  g_autofree char *vocabulary = g_build_filename (folder, "vocab.txt", NULL);
  g_autofree char *evil = g_build_filename (folder, "s1v3.ckpt", NULL);
  g_autofree char *tokens = g_strnfill (2000, '\n');
  g_autofree char *text = g_strconcat ("[PAD]\n[UNK]\n[CLS]\n[SEP]\n", tokens, NULL);
  g_autoptr (JsonObject) json = NULL;
  JsonObject *model;

  run (f, "models", NULL);
  assert_done (f);
  g_assert_cmpstr (f->output, ==, "");
  g_assert_nonnull (strstr (f->errors, "s1v3.ckpt"));
  run (f, "models", "import", NULL);
  assert_usage (f);
  run (f, "models", "import", "none.pth", NULL);
  assert_failed (f, "none.pth");
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (vocabulary, text, -1, NULL));
  /* The stream format, then a call of os.system. */
  g_assert_true (g_file_set_contents (
      evil,
      "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3.\x80\2cos\nsystem\n",
      35, NULL));
  run (f, "models", "import", evil, NULL);
  assert_failed (f, "os.system");
  run (f, "models", "import", folder, NULL);
  assert_done (f);
  g_assert_nonnull (strstr (f->output, "roberta-vocabulary\t"));
  g_assert_nonnull (strstr (f->errors, "os.system"));
  run (f, "models", "list", "--json", NULL);
  assert_done (f);
  json = parse_json (f);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json, "engines")), ==, 1);
  model = json_array_get_object_element (json_object_get_array_member (json, "models"), 0);
  g_assert_cmpstr (json_object_get_string_member (model, "role"), ==, "roberta-vocabulary");
  run (f, "models", "verify", NULL);
  assert_done (f);
  g_assert_true (
      g_file_set_contents (json_object_get_string_member (model, "path"), "x", -1, NULL));
  run (f, "models", "verify", NULL);
  assert_failed (f, "roberta-vocabulary");
  run (f, "models", "remove", "roberta-vocabulary", NULL);
  assert_done (f);
  run (f, "models", "remove", "roberta-vocabulary", NULL);
  assert_failed (f, "roberta-vocabulary");
}

static void
add (const char *path, void (*func) (Fixture *f, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, func, tear_down);
}

/* What GPT-SoVITS takes from a voice, and with which files. */
static void
test_voices_set (Fixture *f, gconstpointer data)
{
  static const char *const wrong[][6] = {
    { "Anna" },
    { "Anna", "--from", "1" },
    { "Anna", "--reference", "auto", "--to", "3" },
    { "Anna", "--reference", "first" },
    { "Anna", "--reference", "1", "--to", "x" },
  };
  g_autofree char *damaged = g_build_filename (f->studio.dir, "anna.ckpt", NULL);
  g_autoptr (JsonObject) json = NULL;
  JsonObject *reference;

  run (f, "voices", "add", "Anna", "--audio", f->sample, "--text", "All of it.", "--consent",
       "--quiet", NULL);
  assert_done (f);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      run (f, "voices", "set", wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3], wrong[i][4],
           wrong[i][5], NULL);
      assert_usage (f);
    }
  run (f, "voices", "set", "Anna", "--reference", "1", "--to", "2", NULL);
  assert_failed (f, "2.0 seconds");
  run (f, "voices", "set", "Anna", "--reference", "7", NULL);
  assert_failed (f, "7");
  run (f, "voices", "set", "Anna", "--reference", "1", "--from", "1.5", "--to", "0:05.5",
       "--reference-text", "Some of it.", "--json", NULL);
  assert_done (f);
  json = parse_json (f);
  reference = json_object_get_object_member (json, "reference");
  g_assert_cmpint (json_object_get_int_member (reference, "clip"), ==, 1);
  g_assert_cmpfloat (json_object_get_double_member (reference, "from"), ==, 1.5);
  g_assert_cmpfloat (json_object_get_double_member (reference, "to"), ==, 5.5);
  g_assert_cmpstr (json_object_get_string_member (reference, "text"), ==, "Some of it.");
  run (f, "voices", "show", "Anna", NULL);
  g_assert_nonnull (strstr (f->output, "1.5"));
  /* All of a clip has the clip's words. */
  run (f, "voices", "set", "Anna", "--reference", "1", NULL);
  assert_done (f);
  g_assert_nonnull (strstr (f->output, "Said in it: All of it."));
  run (f, "voices", "set", "Anna", "--reference", "auto", "--json", NULL);
  g_clear_pointer (&json, json_object_unref);
  json = parse_json (f);
  g_assert_true (json_object_get_null_member (json, "reference"));

  g_assert_true (g_file_set_contents (damaged, "PK and no more", -1, NULL));
  run (f, "voices", "set", "Anna", "--model", damaged, NULL);
  assert_failed (f, "anna.ckpt");
  run (f, "voices", "set", "Anna", "--model", "none", NULL);
  assert_done (f);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  program = g_getenv ("MYNA_PROGRAM");
  g_assert_nonnull (program);
  add ("/cli/usage", test_usage);
  add ("/cli/bad-input", test_bad_input);
  add ("/cli/bad-samples", test_bad_samples);
  add ("/cli/three-hours", test_three_hours);
  add ("/cli/voices", test_voices);
  add ("/cli/models", test_models);
  add ("/cli/voices-set", test_voices_set);
  add ("/cli/speak", test_speak);
  add ("/cli/speak-without-models", test_speak_without_models);
  add ("/cli/cancel", test_cancel);
  add ("/cli/killed", test_killed);
  add ("/cli/busy", test_busy);
  add ("/cli/damaged-database", test_damaged_database);
  add ("/cli/disk-full", test_disk_full);
  add ("/cli/read-only-data", test_read_only_data);
  add ("/cli/demo", test_demo);
  add ("/cli/bench", test_bench);
  add ("/cli/bench/networks", test_bench_networks);
  return g_test_run ();
}
