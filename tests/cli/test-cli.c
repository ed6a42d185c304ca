/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "cli-fixture.h"
#include "engine/audio/myna-audio-load.h"
#include "engine/core/myna-sidecar.h"

/* The program as a user calls it: exit statuses, one plain sentence on failure, JSON. */

static void
test_usage (CliFixture *f, gconstpointer data)
{
  cli_run (f, "help", NULL);
  cli_assert_done (f);
  g_assert_nonnull (strstr (f->output, "speak"));
  cli_run (f, "speak", "--help", NULL);
  cli_assert_done (f);
  g_assert_nonnull (strstr (f->output, "--reference"));
  cli_run (f, "--version", NULL);
  cli_assert_done (f);
  cli_run (f, "speek", NULL);
  cli_assert_usage (f);
  cli_run (f, "speak", NULL);
  cli_assert_usage (f);
  cli_run (f, "speak", "--no-such-option", NULL);
  cli_assert_usage (f);
  cli_run (f, "speak", "--voice", "A", "--reference", "b", "--text", "c", "-o", "d.wav", NULL);
  cli_assert_usage (f);
  cli_run (f, "speak", "--voice", "A", "--text", "c", "--text-file", "d", "-o", "e.wav", NULL);
  cli_assert_usage (f);
  cli_run (f, "speak", "--voice", "A", "--text", "c", "-o", "d.wav", "--speed", "9", NULL);
  cli_assert_usage (f);
  cli_run (f, "speak", "--voice", "A", "--text", "c", "-o", "d.wav", "--seed", "-1", NULL);
  cli_assert_usage (f);
  cli_run (f, "voices", "frobnicate", NULL);
  cli_assert_usage (f);
  cli_run (f, "voices", "show", NULL);
  cli_assert_usage (f);
  cli_run (f, "voices", "add", "Anna", NULL);
  cli_assert_usage (f);
  cli_run (f, "voices", "add", "Anna", "--audio", f->sample, "--from", "x", NULL);
  cli_assert_usage (f);
  cli_run (f, "jobs", "resume", NULL);
  cli_assert_usage (f);
  cli_run (f, "demo", "now", NULL);
  cli_assert_usage (f);
}

static void
speak_like (CliFixture *f, const char *reference, const char *text, const char *output)
{
  cli_run (f, "speak", "--reference", reference, "--text", text, "-o", output, "--quiet", NULL);
}

static void
test_bad_input (CliFixture *f, gconstpointer data)
{
  g_autofree char *text_file = g_build_filename (f->studio.dir, "a.txt", NULL);
  g_autofree char *old = g_build_filename (f->studio.dir, "old.wav", NULL);
  g_autofree char *kept = NULL;

  g_assert_true (g_file_set_contents (text_file, "not audio", -1, NULL));
  g_assert_true (g_file_set_contents (old, "old", -1, NULL));
  speak_like (f, f->sample, "", "out.wav");
  cli_assert_failed (f, "nothing to say");
  speak_like (f, f->sample, "... !? --- \"\"", "out.wav");
  cli_assert_failed (f, "nothing to say");
  speak_like (f, f->sample, "😀 👍🏽 🇩🇪", "out.wav");
  cli_assert_failed (f, "nothing to say");
  speak_like (f, "a.txt", "Hello.", "out.wav");
  cli_assert_failed (f, "a.txt");
  speak_like (f, "missing.wav", "Hello.", "out.wav");
  cli_assert_failed (f, "missing.wav");
  speak_like (f, f->studio.dir, "Hello.", "out.wav");
  cli_assert_failed (f, f->studio.dir);
  speak_like (f, f->sample, "Hello.", "out.xyz");
  cli_assert_failed (f, "out.xyz");
  speak_like (f, f->sample, "Hello.", "no/such/folder/out.wav");
  cli_assert_failed (f, "no/such/folder");
  speak_like (f, f->sample, "Hello.", "a.txt/out.wav");
  cli_assert_failed (f, "a.txt");
  cli_run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "old.wav", "--language",
           "klingon!", NULL);
  cli_assert_failed (f, "klingon!");
  cli_run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "old.wav", "--engine",
           "no-such", NULL);
  cli_assert_failed (f, "no-such");
  cli_run (f, "speak", "--voice", "Nobody", "--text", "Hello.", "-o", "old.wav", NULL);
  cli_assert_failed (f, "Nobody");
  cli_run (f, "speak", "--reference", f->sample, "--text-file", "missing.txt", "-o", "old.wav",
           NULL);
  cli_assert_failed (f, "missing.txt");
  cli_run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "old.wav", "--from", "1",
           "--to", "1.2", "--quiet", NULL);
  cli_assert_failed (f, "0.2 seconds");
  cli_run (f, "missing.wav", NULL);
  cli_assert_failed (f, "missing.wav");
  cli_run (f, "jobs", "show", "99", NULL);
  cli_assert_failed (f, "99");
  cli_run (f, "jobs", "resume", "x", NULL);
  cli_assert_failed (f, "x");
  cli_run (f, "voices", "remove", "Nobody", NULL);
  cli_assert_failed (f, "Nobody");
  g_assert_true (g_file_get_contents (old, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "old");
}

static void
test_bad_samples (CliFixture *f, gconstpointer data)
{
  g_autofree char *silent = g_build_filename (f->studio.dir, "silent.wav", NULL);
  g_autofree char *endless = g_build_filename (f->studio.dir, "long.wav", NULL);
  g_autofree float *zeros = g_new0 (float, 8000 * 60 * 4);
  g_autoptr (JsonObject) json = NULL;

  studio_fixture_write_wav (silent, zeros, 8000 * 10, 8000);
  studio_fixture_write_wav (endless, zeros, 8000 * 60 * 4, 8000);
  cli_run (f, "voices", "add", "Anna", "--audio", silent, "--consent", NULL);
  cli_assert_failed (f, "No speech");
  cli_run (f, "voices", "add", "Anna", "--audio", endless, "--consent", NULL);
  cli_assert_failed (f, "4:00");
  cli_run (f, "voices", "add", "Anna", "--audio", f->sample, "--consent", "--to", "0.2", NULL);
  cli_assert_failed (f, "0.2 seconds");
  cli_run (f, "voices", "add", "Anna", "--audio", f->sample, NULL);
  cli_assert_failed (f, "--consent");
  cli_run (f, "voices", "add", " ", "--audio", f->sample, "--consent", NULL);
  cli_assert_failed (f, "name");
  cli_run (f, "voices", "list", "--json", NULL);
  cli_assert_done (f);
  json = cli_parse_json (f);
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
test_three_hours (CliFixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->studio.dir, "three-hours.wav", NULL);

  write_sparse_wav (path, 3 * 60 * 60);
  cli_run (f, "voices", "add", "Anna", "--audio", path, "--consent", NULL);
  cli_assert_failed (f, "3:00:00");
  cli_run (f, "voices", "add", "Anna", "--audio", path, "--consent", "--from", "2:59:00", "--to",
           "2:59:30", NULL);
  cli_assert_failed (f, "No speech");
  cli_run (f, "speak", "--reference", path, "--text", "Hello.", "-o", "out.wav", "--quiet", NULL);
  cli_assert_failed (f, "3:00:00");
}

static void
test_voices (CliFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) json = NULL;
  JsonObject *voice;

  cli_run (f, "voices", "add", "Anna Öz", "--audio", f->sample, "--text", "The birch canoe.",
           "--consent", "--quiet", NULL);
  cli_assert_done (f);
  cli_run (f, "voices", "--json", NULL);
  cli_assert_done (f);
  json = cli_parse_json (f);
  voice = json_array_get_object_element (json_object_get_array_member (json, "voices"), 0);
  g_assert_cmpstr (json_object_get_string_member (voice, "name"), ==, "Anna Öz");
  g_assert_cmpstr (json_object_get_string_member (voice, "transcript"), ==, "The birch canoe.");
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (voice, "seconds"), 8, 0.01);
  g_assert_true (json_object_get_boolean_member (voice, "prepared"));
  cli_run (f, "voices", "show", "anna öz", NULL);
  cli_assert_done (f);
  g_assert_nonnull (strstr (f->output, "Anna Öz"));

  cli_run (f, "speak", "--voice", "Anna Öz", "--text", "Café au lait.", "-o", "out.opus", "--quiet",
           NULL);
  cli_assert_done (f);
  g_assert_true (g_str_has_suffix (f->output, "out.opus\n"));
  cli_assert_audio (f, "out.opus", 0.5);
  cli_run (f, "voices", "remove", "Anna Öz", NULL);
  cli_assert_done (f);
  cli_run (f, "voices", NULL);
  cli_assert_done (f);
  g_assert_cmpstr (f->output, ==, "");
}

static void
test_speak (CliFixture *f, gconstpointer data)
{
  g_auto (GStrv) arguments =
      g_strsplit ("speak|--reference|sample.wav|--reference-text|The birch canoe slid.|"
                  "--text-file|-|-o|out.flac|--json|--seed|5|--speed|1.2|--pitch|2|--clarity|0.5|"
                  "--pause|0.4|--quiet",
                  "|", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  g_autoptr (JsonObject) json = NULL;

  g_strv_builder_add (builder, cli_get_program ());
  g_strv_builder_addv (builder, (const char **) arguments);
  all = g_strv_builder_end (builder);
  cli_run_with_input (f, "One sentence from the standard input.\r\nAnd a second.", all);
  cli_assert_done (f);
  json = cli_parse_json (f);
  g_assert_true (g_str_has_suffix (json_object_get_string_member (json, "output"), "/out.flac"));
  g_assert_cmpfloat (json_object_get_double_member (json, "seconds"), >, 1);
  g_assert_true (json_object_has_member (json, "warnings"));
  cli_assert_audio (f, "out.flac", 1);
  cli_run (f, "voices", NULL);
  g_assert_cmpstr (f->output, ==, "");
}

/* The example is a folder of recordings with transcripts. */
static void
test_demo (CliFixture *f, gconstpointer data)
{
  static const char *const results[] = { "speech.wav", "speech.flac", "speech.opus", "speech.mp3" };
  g_autofree char *transcript = g_build_filename (f->studio.dir, "sample.txt", NULL);

  g_assert_true (g_file_set_contents (transcript, "The birch canoe slid.", -1, NULL));
  g_setenv ("MYNA_EXAMPLE_DIR", f->studio.dir, TRUE);
  cli_run (f, "demo", "--quiet", "-o", "results", NULL);
  cli_assert_done (f);
  g_assert_nonnull (strstr (f->output, "results"));
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *name = g_build_filename ("results", results[i], NULL);

      cli_assert_audio (f, name, 5);
    }
  g_setenv ("MYNA_EXAMPLE_DIR", "/no/such/folder", TRUE);
  cli_run (f, "demo", NULL);
  cli_assert_failed (f, "/no/such/folder");
  g_unsetenv ("MYNA_EXAMPLE_DIR");
}

static void
test_bench (CliFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) json = NULL;
  JsonArray *lines;

  cli_run (f, "bench", "speak", "--reference", f->sample, "--json", "--runs", "1", NULL);
  cli_assert_done (f);
  json = cli_parse_json (f);
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
test_bench_networks (CliFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) json = NULL;
  JsonArray *stages;

  cli_run (f, "bench", "speak", "--engine", "nothing", NULL);
  cli_assert_usage (f);
  /* Full-size networks take most of a minute, which CI has not. */
  if (!g_test_slow ())
    return;
  cli_run (f, "bench", "speak", "--engine", "gpt-sovits", "--json", "--runs", "1", NULL);
  cli_assert_done (f);
  json = cli_parse_json (f);
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
test_speak_without_models (CliFixture *f, gconstpointer data)
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
      cli_run (f, "speak", "--reference", f->sample, "--text", cases[i].text, "-o", "out.wav",
               "--engine", "gpt-sovits", "--language", cases[i].language, NULL);
      cli_assert_failed (f, cases[i].expected);
      g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
    }
  cli_run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "out.wav", "--engine",
           "gpt-sovits", "--device", "abacus", NULL);
  cli_assert_failed (f, "abacus");
  cli_run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "out.wav", "--device",
           "cpu", NULL);
  cli_assert_usage (f);
  cli_run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "out.wav", "--cut",
           "fifty", NULL);
  cli_assert_usage (f);
  cli_run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "out.wav", "--engine",
           "gpt-sovits", "--cut", "cut0", NULL);
  cli_assert_usage (f);
  cli_run (f, "speak", "--reference", f->sample, "--text", "Hello.", "-o", "out.wav", "--engine",
           "gpt-sovits", "--cut", "cut5", NULL);
  cli_assert_failed (f, "s1v3.ckpt");
}

/* Models by their content; hostile ones are one sentence, also in little memory. */
static void
test_models (CliFixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->studio.dir, "from", NULL);
  g_autofree char *vocabulary = g_build_filename (folder, "vocab.txt", NULL);
  g_autofree char *evil = g_build_filename (folder, "s1v3.ckpt", NULL);
  g_autofree char *tokens = g_strnfill (2000, '\n');
  g_autofree char *text = g_strconcat ("[PAD]\n[UNK]\n[CLS]\n[SEP]\n", tokens, NULL);
  g_autoptr (JsonObject) json = NULL;
  JsonObject *model;

  cli_run (f, "models", NULL);
  cli_assert_done (f);
  g_assert_cmpstr (f->output, ==, "");
  g_assert_nonnull (strstr (f->errors, "s1v3.ckpt"));
  cli_run (f, "models", "import", NULL);
  cli_assert_usage (f);
  cli_run (f, "models", "import", "none.pth", NULL);
  cli_assert_failed (f, "none.pth");
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (vocabulary, text, -1, NULL));
  /* The stream format, then a call of os.system. */
  g_assert_true (g_file_set_contents (
      evil,
      "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3.\x80\2cos\nsystem\n",
      35, NULL));
  cli_run (f, "models", "import", evil, NULL);
  cli_assert_failed (f, "os.system");
  cli_run (f, "models", "import", folder, NULL);
  cli_assert_done (f);
  g_assert_nonnull (strstr (f->output, "roberta-vocabulary\t"));
  g_assert_nonnull (strstr (f->errors, "os.system"));
  cli_run (f, "models", "list", "--json", NULL);
  cli_assert_done (f);
  json = cli_parse_json (f);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json, "engines")), ==, 1);
  model = json_array_get_object_element (json_object_get_array_member (json, "models"), 0);
  g_assert_cmpstr (json_object_get_string_member (model, "role"), ==, "roberta-vocabulary");
  cli_run (f, "models", "verify", NULL);
  cli_assert_done (f);
  g_assert_true (
      g_file_set_contents (json_object_get_string_member (model, "path"), "x", -1, NULL));
  cli_run (f, "models", "verify", NULL);
  cli_assert_failed (f, "roberta-vocabulary");
  cli_run (f, "models", "remove", "roberta-vocabulary", NULL);
  cli_assert_done (f);
  cli_run (f, "models", "remove", "roberta-vocabulary", NULL);
  cli_assert_failed (f, "roberta-vocabulary");
}

/* What GPT-SoVITS takes from a voice, and with which files. */
static void
test_voices_set (CliFixture *f, gconstpointer data)
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

  cli_run (f, "voices", "add", "Anna", "--audio", f->sample, "--text", "All of it.", "--consent",
           "--quiet", NULL);
  cli_assert_done (f);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      cli_run (f, "voices", "set", wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3], wrong[i][4],
               wrong[i][5], NULL);
      cli_assert_usage (f);
    }
  cli_run (f, "voices", "set", "Anna", "--reference", "1", "--to", "2", NULL);
  cli_assert_failed (f, "2.0 seconds");
  cli_run (f, "voices", "set", "Anna", "--reference", "7", NULL);
  cli_assert_failed (f, "7");
  cli_run (f, "voices", "set", "Anna", "--reference", "1", "--from", "1.5", "--to", "0:05.5",
           "--reference-text", "Some of it.", "--json", NULL);
  cli_assert_done (f);
  json = cli_parse_json (f);
  reference = json_object_get_object_member (json, "reference");
  g_assert_cmpint (json_object_get_int_member (reference, "clip"), ==, 1);
  g_assert_cmpfloat (json_object_get_double_member (reference, "from"), ==, 1.5);
  g_assert_cmpfloat (json_object_get_double_member (reference, "to"), ==, 5.5);
  g_assert_cmpstr (json_object_get_string_member (reference, "text"), ==, "Some of it.");
  cli_run (f, "voices", "show", "Anna", NULL);
  g_assert_nonnull (strstr (f->output, "1.5"));
  /* All of a clip has the clip's words. */
  cli_run (f, "voices", "set", "Anna", "--reference", "1", NULL);
  cli_assert_done (f);
  g_assert_nonnull (strstr (f->output, "Said in it: All of it."));
  cli_run (f, "voices", "set", "Anna", "--reference", "auto", "--json", NULL);
  g_clear_pointer (&json, json_object_unref);
  json = cli_parse_json (f);
  g_assert_true (json_object_get_null_member (json, "reference"));

  g_assert_true (g_file_set_contents (damaged, "PK and no more", -1, NULL));
  cli_run (f, "voices", "set", "Anna", "--model", damaged, NULL);
  cli_assert_failed (f, "anna.ckpt");
  cli_run (f, "voices", "set", "Anna", "--model", "none", NULL);
  cli_assert_done (f);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  CLI_ADD ("/cli/usage", test_usage);
  CLI_ADD ("/cli/bad-input", test_bad_input);
  CLI_ADD ("/cli/bad-samples", test_bad_samples);
  CLI_ADD ("/cli/three-hours", test_three_hours);
  CLI_ADD ("/cli/voices", test_voices);
  CLI_ADD ("/cli/models", test_models);
  CLI_ADD ("/cli/voices-set", test_voices_set);
  CLI_ADD ("/cli/speak", test_speak);
  CLI_ADD ("/cli/speak-without-models", test_speak_without_models);
  CLI_ADD ("/cli/demo", test_demo);
  CLI_ADD ("/cli/bench", test_bench);
  CLI_ADD ("/cli/bench/networks", test_bench_networks);
  return g_test_run ();
}
