/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/voice/gptsovits/myna-gsv-engine.h"
#include "engine/voice/gptsovits/myna-gsv-networks.h"

/* What GPT-SoVITS says it lacks. Nothing opens the files: they only have to be there. */

typedef struct
{
  char *dir;
  char *voice;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("myna-test-XXXXXX", NULL);
  g_assert_nonnull (f->dir);
  f->voice = g_build_filename (f->dir, "voices", "one", NULL);
  g_setenv ("MYNA_DATA_DIR", f->dir, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_true (myna_remove_tree (f->dir, NULL));
  g_free (f->voice);
  g_free (f->dir);
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
add_model (Fixture *f, const char *role)
{
  g_autofree char *folder = g_build_filename (f->dir, "models", role, NULL);
  g_autofree char *text =
      g_strdup_printf ("{\"role\": \"%s\", \"file\": \"file\", \"sha256\": \"\"}", role);

  write_file (folder, "file", "x");
  write_file (folder, "model.json", text);
}

static void
assert_missing (const char *language, const char *voice, const char *hint)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (myna_gsv_engine_is_ready (language, voice, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, hint));
}

static void
assert_ready (const char *language, const char *voice)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (myna_gsv_engine_is_ready (language, voice, &error));
  g_assert_no_error (error);
}

static void
test_collecting (Fixture *f, gconstpointer data)
{
  assert_missing (NULL, NULL, "s1v3.ckpt");
  add_model (f, "t2s");
  add_model (f, "s2-v2pro");
  add_model (f, "hubert");
  assert_missing ("en-us", NULL, "eres2netv2");
  add_model (f, "speaker");
  assert_ready (NULL, NULL);
  assert_ready ("en-us", NULL);
  assert_missing ("cmn", NULL, "roberta");
  add_model (f, "roberta");
  assert_missing ("cmn", NULL, "tokenizer.json");
  add_model (f, "roberta-vocabulary");
  assert_ready ("cmn", NULL);
  assert_missing ("ja", NULL, "ja");
}

/* A fine-tuned pair stands in for the published one, for its voice alone. */
static void
test_pair (Fixture *f, gconstpointer data)
{
  g_autofree char *pair = g_build_filename (f->voice, "gpt-sovits", NULL);

  add_model (f, "hubert");
  write_file (pair, "t2s.ckpt", "x");
  write_file (pair, "s2-v2pro.pth", "x");
  assert_missing ("en-us", f->voice, "eres2netv2");
  add_model (f, "speaker");
  assert_ready ("en-us", f->voice);
  assert_missing ("en-us", NULL, "s1v3.ckpt");
}

/* Its decoder alone still needs the published other half. */
static void
test_half_a_pair (Fixture *f, gconstpointer data)
{
  g_autofree char *pair = g_build_filename (f->voice, "gpt-sovits", NULL);

  add_model (f, "hubert");
  write_file (pair, "s2-v2.pth", "x");
  assert_missing ("en-us", f->voice, "s1v3.ckpt");
  add_model (f, "t2s");
  assert_ready ("en-us", f->voice);
}

/* The networks of before serve until a file comes, goes or changes. */
static void
test_networks_again (Fixture *f, gconstpointer data)
{
  g_autofree char *own = g_build_filename (f->voice, "gpt-sovits", NULL);
  g_autofree char *decoder = g_build_filename (f->dir, "models", "s2-v2", "file", NULL);
  MynaGsvNetworks *networks[5] = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaModelPair) pair = NULL;

  myna_gsv_networks_set_device ("cpu");
  g_assert_null (myna_gsv_networks_open (NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  add_model (f, "t2s");
  add_model (f, "s2-v2");
  networks[0] = myna_gsv_networks_open (NULL, &error);
  g_assert_no_error (error);
  networks[1] = myna_gsv_networks_open (NULL, &error);
  g_assert_true (networks[1] == networks[0]);
  /* What Mandarin needs came since: the old ones would not find it. */
  add_model (f, "roberta");
  networks[2] = myna_gsv_networks_open (NULL, &error);
  g_assert_true (networks[2] != networks[0]);
  g_assert_cmpstr (myna_gsv_networks_get_key (networks[2]), ==,
                   myna_gsv_networks_get_key (networks[0]));
  g_assert_true (g_file_set_contents (decoder, "another", -1, NULL));
  networks[3] = myna_gsv_networks_open (NULL, &error);
  g_assert_true (networks[3] != networks[2]);
  write_file (own, "s2-v2.pth", "x");
  pair = myna_model_pair_load (f->voice);
  networks[4] = myna_gsv_networks_open (pair, &error);
  g_assert_true (networks[4] != networks[3]);
  g_assert_nonnull (strstr (myna_gsv_networks_get_key (networks[4]), own));
  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    myna_gsv_networks_unref (networks[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/gsv-ready/collecting", test_collecting);
  add ("/gsv-ready/pair", test_pair);
  add ("/gsv-ready/half-a-pair", test_half_a_pair);
  add ("/gsv-ready/networks-again", test_networks_again);
#undef add
  return g_test_run ();
}
