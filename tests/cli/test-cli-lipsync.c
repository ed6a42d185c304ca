/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "engine/core/myna-sidecar.h"

/* `myna lipsync` as a user calls it: one plain sentence for what cannot work, and batches in which
 * one video fails. Its media come from the example portrait, espeak-ng and ffmpeg. */

typedef struct
{
  char *folder;
  int status;
  char *output;
  char *errors;
} Fixture;

static const char *program;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  f->folder = g_dir_make_tmp ("myna-test-XXXXXX", NULL);
  text = g_build_filename (f->folder, "text.mp4", NULL);
  g_assert_true (g_file_set_contents (text, "This is no video.\n", -1, NULL));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_true (myna_remove_tree (f->folder, NULL));
  g_free (f->folder);
  g_free (f->output);
  g_free (f->errors);
}

/* Runs a program in the folder to its end; @line is its arguments, separated by spaces. */
static void
run_program (Fixture *f, const char *name, const char *line)
{
  g_auto (GStrv) arguments = g_strsplit (line, " ", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *data = g_build_filename (f->folder, "data", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;

  g_strv_builder_add (builder, name);
  g_strv_builder_addv (builder, (const char **) arguments);
  argv = g_strv_builder_end (builder);
  g_subprocess_launcher_set_cwd (launcher, f->folder);
  g_subprocess_launcher_setenv (launcher, "MYNA_DATA_DIR", data, TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C", TRUE);
  g_subprocess_launcher_unsetenv (launcher, "DISPLAY");
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  g_clear_pointer (&f->output, g_free);
  g_clear_pointer (&f->errors, g_free);
  g_assert_true (
      g_subprocess_communicate_utf8 (process, NULL, NULL, &f->output, &f->errors, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  f->status = g_subprocess_get_exit_status (process);
  g_test_message ("%s: %d %s%s", line, f->status, f->output, f->errors);
}

static void
run (Fixture *f, const char *line)
{
  g_autofree char *whole = g_strconcat ("lipsync --quiet ", line, NULL);

  run_program (f, program, whole);
}

static void
make (Fixture *f, const char *name, const char *line)
{
  run_program (f, name, line);
  g_assert_cmpint (f->status, ==, 0);
}

/* Status 1, nothing on the standard output, and one plain sentence with @hint. */
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
assert_usage (Fixture *f, const char *hint)
{
  g_assert_cmpint (f->status, ==, 2);
  g_assert_cmpstr (f->output, ==, "");
  g_assert_nonnull (strstr (f->errors, hint));
}

static gboolean
is_there (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_usage (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *line, *hint;
  } wrong[] = {
    { "-v text.mp4 -o out.mp4", "--audio" },
    { "-a text.mp4 -o out.mp4", "--video" },
    { "-a text.mp4 -v text.mp4", "-o" },
    { "-a text.mp4 -v text.mp4 -o out.mp4 --engine magic", "mouth-library" },
    { "-a text.mp4 -v text.mp4 -o out.mp4 --face -1", "--face" },
    { "-a text.mp4 -v text.mp4 -o out.mp4 --face two", "two" },
    { "-a text.mp4 -v text.mp4 -o out.mp4 --intensity 0.4", "--intensity" },
    { "-a text.mp4 -v text.mp4 -o out.mp4 --intensity nan", "--intensity" },
    { "-a text.mp4 -v text.mp4 -o out.mp4 --offset 501", "--offset" },
    { "-a text.mp4 -v text.mp4 -o out.mp4 --mask 1.5", "--mask" },
    { "-a text.mp4 -v text.mp4 -o out.mp4 --smoothing -0.1", "--smoothing" },
    { "-a text.mp4 -v text.mp4 -o out.mp4 --nothing", "--nothing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      run (f, wrong[i].line);
      assert_usage (f, wrong[i].hint);
    }
  g_assert_false (is_there (f, "out.mp4"));
  run_program (f, program, "lipsync --help");
  g_assert_cmpint (f->status, ==, 0);
  g_assert_nonnull (strstr (f->output, "--smoothing"));
}

/* What is wrong with the files is said before any work. */
static void
test_bad_files (Fixture *f, gconstpointer data)
{
  make (f, "espeak-ng", "-w speech.wav Hello.");
  make (f, "ffmpeg", "-v error -f lavfi -i anullsrc=r=16000 -t 1 silence.wav");
  make (f, "ffmpeg", "-v error -f lavfi -i testsrc2=size=160x120:rate=5 -t 1 nobody.mp4");
  run (f, "-a missing.wav -v nobody.mp4 -o out.mp4");
  assert_failed (f, "missing.wav");
  run (f, "-a speech.wav -v missing.mp4 -o out.mp4");
  assert_failed (f, "missing.mp4");
  run (f, "-a speech.wav -v text.mp4 -o out.mp4");
  assert_failed (f, "text.mp4");
  run (f, "-a text.mp4 -v nobody.mp4 -o out.mp4");
  assert_failed (f, "text.mp4");
  run (f, "-a silence.wav -v nobody.mp4 -o out.mp4");
  assert_failed (f, "silence.wav");
  run (f, "-a speech.wav -v nobody.mp4 text.mp4 -o out.mp4");
  assert_failed (f, "folder");
  run (f, "-a speech.wav -v nobody.mp4 -o out.txt");
  assert_failed (f, "out.txt");
  run (f, "-a speech.wav -v nobody.mp4 -o no/such/out.mp4");
  assert_failed (f, "no/such");
  run (f, "-a speech.wav -v nobody.mp4 -o text.mp4/");
  assert_failed (f, "text.mp4");
  run (f, "-a speech.wav -v nobody.mp4 -o out.mp4 --from 3 --to 2");
  assert_failed (f, "--from");
  run (f, "-a speech.wav -v nobody.mp4 -o out.mp4 --from soon");
  assert_failed (f, "--from");
  /* The original is not to be replaced. */
  run (f, "-a speech.wav -v nobody.mp4 -o ./nobody.mp4");
  assert_failed (f, "nobody.mp4");
  run (f, "-a nobody.mp4 -v text.mp4 -o nobody.mp4");
  assert_failed (f, "nobody.mp4");
  g_assert_false (is_there (f, "out.mp4"));
  g_assert_true (is_there (f, "nobody.mp4"));
}

static gboolean
get_portrait (Fixture *f)
{
  const char *prefix = g_getenv ("MYNA_TEST_PREFIX");
  const char *models = g_getenv ("MYNA_MODELS_DIR");
  g_autofree char *path =
      prefix != NULL ? g_build_filename (prefix, "share/myna/example/portrait.png", NULL) : NULL;
  g_autofree char *copy = g_build_filename (f->folder, "portrait.png", NULL);
  g_autofree char *face = models != NULL ? g_build_filename (models, "face", NULL) : NULL;
  g_autofree char *content = NULL;
  gsize size;

  if (path == NULL || !g_file_get_contents (path, &content, &size, NULL))
    g_test_skip ("the example portrait is not here; ./dev gets it");
  else if (face == NULL || !g_file_test (face, G_FILE_TEST_IS_DIR))
    g_test_skip ("the face models are not here; ./dev gets them");
  else
    return g_file_set_contents (copy, content, (gssize) size, NULL);
  return FALSE;
}

static JsonObject *
get_result (JsonNode *node, guint i)
{
  return json_array_get_object_element (json_node_get_array (node), i);
}

static void
assert_made (JsonObject *result, const char *name)
{
  const char *output = json_object_get_string_member (result, "output");

  g_assert_true (json_object_get_null_member (result, "error"));
  g_assert_true (g_str_has_suffix (output, name));
  g_assert_true (g_file_test (output, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpfloat (json_object_get_double_member (result, "elapsed"), >, 0);
}

/* The second of three videos fails; the others are made, and the JSON says which. */
static void
test_batch (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *failed;

  if (!get_portrait (f))
    return;
  make (f, "espeak-ng", "-w speech.wav Hello.");
  make (f, "ffmpeg",
        "-v error -loop 1 -framerate 5 -i portrait.png -t 1 -vf crop=320:240:60:0 -c:v libx264 "
        "-preset ultrafast -pix_fmt yuv420p clip.mp4");
  run (f, "-a speech.wav -v clip.mp4 -v text.mp4 portrait.png -o out/ --json");
  g_assert_cmpint (f->status, ==, 1);
  /* Between the notes about the others. */
  g_assert_nonnull (strstr (f->errors, "myna: "));
  node = json_from_string (f->output, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (node)), ==, 3);
  assert_made (get_result (node, 0), "/out/clip - speech.mp4");
  assert_made (get_result (node, 2), "/out/portrait - speech.mp4");
  failed = get_result (node, 1);
  g_assert_true (json_object_get_null_member (failed, "output"));
  g_assert_nonnull (strstr (json_object_get_string_member (failed, "error"), "text.mp4"));
  g_assert_true (g_str_has_suffix (json_object_get_string_member (failed, "video"), "/text.mp4"));
  /* Nothing is written over. */
  run (f, "-a speech.wav -v clip.mp4 -o out --trim");
  g_assert_cmpint (f->status, ==, 0);
  g_assert_true (g_str_has_suffix (f->output, "/out/clip - speech (2).mp4\n"));
  /* But the file that was asked for. */
  run (f, "-a speech.wav -v clip.mp4 -o text.mp4 --from 0.2 --to 0.6");
  g_assert_cmpint (f->status, ==, 0);
  make (f, "ffmpeg", "-v error -i text.mp4 -f null -");
  run (f, "-a speech.wav -v clip.mp4 -o none.mp4 --face 2");
  g_assert_cmpint (f->status, ==, 1);
  g_assert_nonnull (strstr (f->errors, "clip.mp4"));
  g_assert_false (is_there (f, "none.mp4"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program = g_getenv ("MYNA_PROGRAM");
  g_assert_nonnull (program);
  g_test_add ("/cli-lipsync/usage", Fixture, NULL, set_up, test_usage, tear_down);
  g_test_add ("/cli-lipsync/bad-files", Fixture, NULL, set_up, test_bad_files, tear_down);
  g_test_add ("/cli-lipsync/batch", Fixture, NULL, set_up, test_batch, tear_down);
  return g_test_run ();
}
