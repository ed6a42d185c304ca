/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli-fixture.h"

#include <string.h>

#include "engine/audio/myna-audio-load.h"

/* The program under test, as meson names it. */
const char *
cli_get_program (void)
{
  const char *program = g_getenv ("MYNA_PROGRAM");

  g_assert_nonnull (program);
  return program;
}

static GSubprocessLauncher *
cli_make_launcher (CliFixture *f, GSubprocessFlags flags)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (flags);

  g_subprocess_launcher_setenv (launcher, "MYNA_DATA_DIR",
                                f->data_dir != NULL ? f->data_dir : f->studio.dir, TRUE);
  if (f->child_setup != NULL)
    g_subprocess_launcher_set_child_setup (launcher, f->child_setup, f->child_setup_data, NULL);
  g_subprocess_launcher_unsetenv (launcher, "DISPLAY");
  g_subprocess_launcher_unsetenv (launcher, "WAYLAND_DISPLAY");
  /* The C locale, where neither arguments nor messages may be mangled. */
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C", TRUE);
  g_subprocess_launcher_set_cwd (launcher, f->studio.dir);
  return launcher;
}

void
cli_set_up (CliFixture *f, gconstpointer data)
{
  studio_fixture_set_up (&f->studio, data);
  f->sample = studio_fixture_make_sample (&f->studio, "sample.wav", 8);
  studio_fixture_close (&f->studio);
}

void
cli_tear_down (CliFixture *f, gconstpointer data)
{
  g_free (f->sample);
  g_free (f->output);
  g_free (f->errors);
  studio_fixture_tear_down (&f->studio, data);
}

GStrv
cli_make_arguments (const char *first, va_list args)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add (builder, cli_get_program ());
  for (const char *argument = first; argument != NULL; argument = va_arg (args, const char *))
    g_strv_builder_add (builder, argument);
  return g_strv_builder_end (builder);
}

/* Runs the program to its end. */
void
cli_run_with_input (CliFixture *f, const char *input, GStrv arguments)
{
  g_autoptr (GSubprocessLauncher) launcher =
      cli_make_launcher (f, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
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

void
cli_run (CliFixture *f, const char *first, ...)
{
  g_auto (GStrv) arguments = NULL;
  va_list args;

  va_start (args, first);
  arguments = cli_make_arguments (first, args);
  va_end (args);
  cli_run_with_input (f, "", arguments);
}

GSubprocess *
cli_start (CliFixture *f, const char *first, ...)
{
  g_autoptr (GSubprocessLauncher) launcher =
      cli_make_launcher (f, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) arguments = NULL;
  GSubprocess *process;
  va_list args;

  va_start (args, first);
  arguments = cli_make_arguments (first, args);
  va_end (args);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments, &error);
  g_assert_no_error (error);
  return process;
}

/* Status 1, nothing on the standard output, and one plain sentence for a person. */
void
cli_assert_failed (CliFixture *f, const char *hint)
{
  g_auto (GStrv) lines = g_strsplit (f->errors, "\n", -1);

  g_assert_cmpint (f->status, ==, 1);
  g_assert_cmpstr (f->output, ==, "");
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_assert_true (g_str_has_prefix (lines[0], "myna: "));
  g_assert_true (g_str_has_suffix (lines[0], "."));
  g_assert_nonnull (strstr (lines[0], hint));
}

void
cli_assert_usage (CliFixture *f)
{
  g_assert_cmpint (f->status, ==, 2);
  g_assert_cmpstr (f->output, ==, "");
  g_assert_nonnull (strstr (f->errors, "myna"));
}

void
cli_assert_done (CliFixture *f)
{
  if (f->status != 0)
    g_printerr ("%s", f->errors);
  g_assert_cmpint (f->status, ==, 0);
  g_assert_null (strstr (f->errors, "WARNING"));
  g_assert_null (strstr (f->errors, "CRITICAL"));
}

JsonObject *
cli_parse_json (CliFixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (f->output, &error);

  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return json_node_dup_object (node);
}

void
cli_assert_audio (CliFixture *f, const char *name, double at_least)
{
  g_autofree char *path = g_build_filename (f->studio.dir, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudio) audio = myna_audio_load (path, -1, 0, 0, 0, 1, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat ((double) audio->n_frames / audio->rate, >, at_least);
}
