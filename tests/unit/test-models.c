/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-converted.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/models/myna-model-pair.h"
#include "engine/models/myna-models.h"
#include "tests/support/torch-writer.h"

#include <glib/gstdio.h>
#include <string.h>

/* The store of models on files made here: one whole network and small ones. */

typedef struct
{
  char *dir;
  char *source;  /* dir/from */
  char *network; /* an s2 v2 under a name that says nothing */
} Fixture;

static char *
write_text (Fixture *f, const char *name, const char *text)
{
  char *path = g_build_filename (f->source, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static char *
write_vocabulary (Fixture *f, const char *name, int n)
{
  g_autoptr (GString) text = g_string_new ("[PAD]\n[UNK]\n[CLS]\n[SEP]\n");

  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "token%d\n", i);
  return write_text (f, name, text->str);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("myna-models-XXXXXX", NULL);
  f->source = g_build_filename (f->dir, "from", NULL);
  f->network = write_text (f, "x/pytorch_model.bin", "");
  if (data != NULL)
    {
      g_autoptr (GoldenSet) set = golden_set_open ();

      torch_writer_save_s2 (set, f->network);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_true (myna_remove_tree (f->dir, NULL));
  g_free (f->dir);
  g_free (f->source);
  g_free (f->network);
}

static GPtrArray *
import (MynaModels *models, const char *path)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *imports =
      myna_models_import (models, (const char *const[]) { path, NULL }, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return imports;
}

static const MynaModelImport *
nth (GPtrArray *imports, guint index)
{
  g_assert_cmpuint (index, <, imports->len);
  return g_ptr_array_index (imports, index);
}

/* A folder with a network, a vocabulary, what is damaged and what is none of ours. */
static void
test_folder (Fixture *f, gconstpointer data)
{
  g_autofree char *readme = write_text (f, "README.md", "nothing");
  g_autofree char *bad = write_text (f, "a/s1v3.ckpt", "PK and no more");
  g_autofree char *vocabulary = write_vocabulary (f, "z/vocab.txt", 1000);
  g_autoptr (MynaModels) models = myna_models_open (f->dir);
  g_autoptr (MynaModels) again = NULL;
  g_autoptr (GPtrArray) imports = import (models, f->source);
  g_autoptr (GPtrArray) twice = NULL;
  const MynaModel *network;

  g_assert_cmpuint (imports->len, ==, 3);
  g_assert_error (nth (imports, 0)->error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (nth (imports, 0)->error->message, "s1v3.ckpt"));
  network = nth (imports, 1)->model;
  g_assert_cmpint (network->role, ==, MYNA_MODEL_S2_V2);
  g_assert_cmpstr (network->name, ==, "pytorch_model");
  g_assert_cmpint (nth (imports, 2)->model->role, ==, MYNA_MODEL_ROBERTA_VOCABULARY);
  g_assert_cmpuint (myna_models_get_all (models)->len, ==, 2);
  /* The same again is no second model; another process sees the same. */
  twice = import (models, f->network);
  g_assert_true (nth (twice, 0)->known);
  g_assert_true (nth (twice, 0)->model == network);
  again = myna_models_open (f->dir);
  g_assert_cmpuint (myna_models_get_all (again)->len, ==, 2);
  g_assert_cmpstr (myna_models_find (again, MYNA_MODEL_S2_V2)->path, ==, network->path);
  g_assert_null (myna_models_find (again, MYNA_MODEL_S2_V1));
}

static gboolean
lacks (GArray *missing, MynaModelRole role)
{
  for (guint i = 0; i < missing->len; i++)
    if (g_array_index (missing, MynaModelRole, i) == role)
      return TRUE;
  return FALSE;
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  g_autofree char *vocabulary = write_vocabulary (f, "vocab.txt", 1000);
  g_autoptr (MynaModels) models = myna_models_open (f->dir);
  g_autoptr (GArray) none = myna_models_list_missing (models, MYNA_MODEL_S2_V2, "en");
  g_autoptr (GPtrArray) imports = import (models, vocabulary);
  g_autoptr (GArray) english = myna_models_list_missing (models, MYNA_MODEL_S2_V2PRO, "en");
  g_autoptr (GArray) mandarin = myna_models_list_missing (models, MYNA_MODEL_S2_V1, "zh");

  g_assert_cmpuint (none->len, ==, 3);
  g_assert_cmpuint (english->len, ==, 4);
  g_assert_true (lacks (english, MYNA_MODEL_SPEAKER));
  g_assert_true (lacks (english, MYNA_MODEL_T2S));
  g_assert_false (lacks (english, MYNA_MODEL_ROBERTA));
  g_assert_cmpuint (mandarin->len, ==, 4);
  g_assert_true (lacks (mandarin, MYNA_MODEL_T2S_V1));
  g_assert_true (lacks (mandarin, MYNA_MODEL_ROBERTA));
  g_assert_false (lacks (mandarin, MYNA_MODEL_ROBERTA_VOCABULARY));
}

static void
test_verify_remove (Fixture *f, gconstpointer data)
{
  g_autofree char *vocabulary = write_vocabulary (f, "vocab.txt", 1000);
  g_autofree char *other = write_vocabulary (f, "b/vocab.txt", 2000);
  g_autoptr (MynaModels) models = myna_models_open (f->dir);
  g_autoptr (GPtrArray) first = import (models, vocabulary);
  g_autoptr (GPtrArray) second = import (models, other);
  const MynaModel *model = nth (first, 0)->model;
  g_autofree char *path = g_strdup (model->path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (model->name, ==, "roberta-vocabulary");
  g_assert_cmpstr (nth (second, 0)->model->name, ==, "roberta-vocabulary-2");
  g_assert_true (myna_models_verify (models, model, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, "changed", -1, NULL));
  g_assert_false (myna_models_verify (models, model, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_true (myna_models_remove (models, "roberta-vocabulary", &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (myna_models_remove (models, "roberta-vocabulary", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
  g_assert_cmpuint (myna_models_get_all (models)->len, ==, 1);
}

/* Sidecars from elsewhere name no file outside their folder; leftovers of a killed import go. */
static void
test_hostile_store (Fixture *f, gconstpointer data)
{
  static const char *const sidecars[] = {
    "{\"role\":\"t2s\",\"file\":\"../../from/x/pytorch_model.bin\",\"sha256\":\"\"}",
    "{\"role\":\"nothing\",\"file\":\"model.json\",\"sha256\":\"\"}",
    "{\"role\":\"t2s\",\"file\":3,\"sha256\":\"\"}",
    "{\"role\":\"t2s\",\"file\":\"none\",\"sha256\":\"\"}",
    "[",
  };
  g_autofree char *stale = g_build_filename (f->dir, "models", ".import-AAAAAA", NULL);
  g_autofree char *vocabulary = write_vocabulary (f, "vocab.txt", 1000);
  g_autoptr (MynaModels) models = NULL;
  g_autoptr (GPtrArray) imports = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (sidecars); i++)
    {
      g_autofree char *folder = g_strdup_printf ("%s/models/m%" G_GSIZE_FORMAT, f->dir, i);
      g_autofree char *path = g_build_filename (folder, "model.json", NULL);

      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      g_assert_true (g_file_set_contents (path, sidecars[i], -1, NULL));
    }
  g_assert_cmpint (g_mkdir_with_parents (stale, 0700), ==, 0);
  models = myna_models_open (f->dir);
  g_assert_cmpuint (myna_models_get_all (models)->len, ==, 0);
  imports = import (models, vocabulary);
  g_assert_false (g_file_test (stale, G_FILE_TEST_EXISTS));
}

static void
put_model (Fixture *f, MynaModelRole role, const char *name, gsize size)
{
  g_autofree char *folder = g_build_filename (f->dir, "models", name, NULL);
  g_autofree char *sidecar = g_build_filename (folder, "model.json", NULL);
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autofree char *text = g_strdup_printf ("{\"role\":\"%s\",\"file\":\"file\",\"sha256\":\"\"}",
                                           myna_model_role_get_id (role));
  g_autofree char *bytes = g_malloc0 (size);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (sidecar, text, -1, NULL));
  g_assert_true (g_file_set_contents (file, bytes, (gssize) size, NULL));
}

static guint64
estimate (Fixture *f)
{
  g_autoptr (MynaModels) models = myna_models_open (f->dir);

  return myna_models_estimate_memory (models);
}

/* One of each that is in memory at the same time, the largest; nothing where nothing can speak. */
static void
test_memory (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (estimate (f), ==, 0);
  put_model (f, MYNA_MODEL_T2S, "a", 100);
  put_model (f, MYNA_MODEL_HUBERT, "b", 7000);
  g_assert_cmpuint (estimate (f), ==, 0);
  put_model (f, MYNA_MODEL_S2_V2, "c", 20);
  put_model (f, MYNA_MODEL_S2_V2PRO, "d", 30);
  put_model (f, MYNA_MODEL_T2S, "e", 90);
  g_assert_cmpuint (estimate (f), ==, 130);
  put_model (f, MYNA_MODEL_ROBERTA, "f", 5);
  g_assert_cmpuint (estimate (f), ==, 135);
}

static void
test_pair (Fixture *f, gconstpointer data)
{
  g_autofree char *voice = g_build_filename (f->dir, "voice", NULL);
  g_autofree char *vocabulary = write_vocabulary (f, "vocab.txt", 1000);
  g_autoptr (MynaModelPair) pair = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (myna_model_pair_load (voice));
  g_assert_false (
      myna_model_pair_import (voice, (const char *const[]) { vocabulary, NULL }, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  for (int i = 0; i < 2; i++)
    {
      g_clear_pointer (&pair, myna_model_pair_free);
      g_assert_true (
          myna_model_pair_import (voice, (const char *const[]) { f->network, NULL }, NULL, &error));
      g_assert_no_error (error);
      pair = myna_model_pair_load (voice);
      g_assert_null (pair->t2s);
      g_assert_cmpint (pair->decoder_role, ==, MYNA_MODEL_S2_V2);
      g_assert_true (g_file_test (pair->decoder, G_FILE_TEST_IS_REGULAR));
    }
  g_assert_true (myna_model_pair_remove (voice, &error));
  g_assert_null (myna_model_pair_load (voice));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/models/folder", Fixture, "network", set_up, test_folder, tear_down);
  g_test_add ("/models/missing", Fixture, NULL, set_up, test_missing, tear_down);
  g_test_add ("/models/verify-remove", Fixture, NULL, set_up, test_verify_remove, tear_down);
  g_test_add ("/models/hostile-store", Fixture, NULL, set_up, test_hostile_store, tear_down);
  g_test_add ("/models/memory", Fixture, NULL, set_up, test_memory, tear_down);
  g_test_add ("/models/pair", Fixture, "network", set_up, test_pair, tear_down);
  return g_test_run ();
}
