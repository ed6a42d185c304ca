/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

#include "engine/core/myna-paths.h"
#include "engine/models/myna-models.h"
#include "ui/studio/myna-models-dialog.h"

/* Importing model files in the window: one that is good, one that is not, and a folder of both. */
typedef struct
{
  char *folder;
  char *from;
  char *vocabulary;
  char *damaged;
  GtkWindow *window;
  GtkWidget *child;
  MynaModelsDialog *dialog;
} Fixture;

static char *
write_file (Fixture *fixture, const char *name, const char *text)
{
  char *path = g_build_filename (fixture->from, name, NULL);

  g_assert_true (myna_paths_ensure_dir (fixture->from, NULL));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *tokens = g_strnfill (2000, '\n');
  g_autofree char *text = g_strconcat ("[PAD]\n[UNK]\n[CLS]\n[SEP]\n", tokens, NULL);

  fixture->folder = ui_test_make_folder ();
  fixture->from = g_build_filename (fixture->folder, "from", NULL);
  fixture->vocabulary = write_file (fixture, "vocab.txt", text);
  fixture->damaged = write_file (fixture, "s1v3.ckpt", "PK and no more");
  g_setenv ("MYNA_DATA_DIR", fixture->folder, TRUE);
  fixture->child = gtk_label_new ("");
  fixture->window = ui_test_present (fixture->child);
  fixture->dialog = MYNA_MODELS_DIALOG (myna_models_dialog_new ());
  adw_dialog_present (ADW_DIALOG (fixture->dialog), fixture->child);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ui_test_destroy (fixture->window, fixture->child);
  ui_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->from);
  g_free (fixture->vocabulary);
  g_free (fixture->damaged);
}

static AdwActionRow *
find_row (Fixture *fixture, const char *title)
{
  return ADW_ACTION_ROW (ui_test_find (GTK_WIDGET (fixture->dialog), ADW_TYPE_ACTION_ROW, title));
}

static gboolean
is_said (Fixture *fixture, const char *text)
{
  return ui_test_find (GTK_WIDGET (fixture->dialog), GTK_TYPE_LABEL, text) != NULL;
}

static void
import (Fixture *fixture, const char *first, const char *second)
{
  g_autoslist (GFile) files = NULL;

  files = g_slist_append (files, g_file_new_for_path (first));
  if (second != NULL)
    files = g_slist_append (files, g_file_new_for_path (second));
  myna_models_dialog_import (fixture->dialog, files);
  g_assert_true (myna_models_dialog_is_importing (fixture->dialog));
}

static void
wait_for_import (Fixture *fixture)
{
  ui_test_wait_for (!myna_models_dialog_is_importing (fixture->dialog));
  ui_test_settle (GTK_WIDGET (fixture->window));
}

/* With nothing there, what to get. */
static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  const char *missing;

  ui_test_wait_for (find_row (fixture, "Mandarin") != NULL);
  missing = adw_action_row_get_subtitle (find_row (fixture, "English"));
  g_assert_nonnull (strstr (missing, "s1v3.ckpt"));
  g_assert_null (strstr (missing, "roberta"));
  missing = adw_action_row_get_subtitle (find_row (fixture, "Mandarin"));
  g_assert_nonnull (strstr (missing, "tokenizer.json"));
  ui_test_settle (GTK_WIDGET (fixture->window));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "models-none");
}

static void
test_import (Fixture *fixture, gconstpointer data)
{
  import (fixture, fixture->vocabulary, fixture->damaged);
  wait_for_import (fixture);
  g_assert_true (is_said (fixture, "1 file was imported."));
  g_assert_nonnull (find_row (fixture, "chinese-roberta-wwm-ext-large tokenizer"));
  g_assert_null (
      strstr (adw_action_row_get_subtitle (find_row (fixture, "Mandarin")), "tokenizer"));
  g_assert_true (is_said (fixture, "Not Imported"));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "models-imported");
  /* A folder: what is none of ours in it is passed over. */
  import (fixture, fixture->from, NULL);
  wait_for_import (fixture);
  g_assert_true (is_said (fixture, "All of these files were there already."));
  g_assert_false (is_said (fixture, "Not Imported"));
  import (fixture, fixture->damaged, NULL);
  wait_for_import (fixture);
  g_assert_true (is_said (fixture, "No model was found there."));
}

/* Whether the thread was faster or not, the dialog is usable again and says how things stand. */
static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  GtkWidget *cancel = NULL;
  g_autoptr (MynaModels) models = NULL;

  import (fixture, fixture->vocabulary, NULL);
  cancel = ui_test_find (GTK_WIDGET (fixture->dialog), GTK_TYPE_BUTTON, "_Cancel");
  g_assert_nonnull (cancel);
  g_signal_emit_by_name (cancel, "clicked");
  g_assert_false (gtk_widget_get_sensitive (cancel));
  wait_for_import (fixture);
  g_assert_true (is_said (fixture, "Cancelled. What was imported before is kept.") ||
                 is_said (fixture, "1 file was imported."));
  ui_test_wait_for (find_row (fixture, "English") != NULL);
  models = myna_models_open (fixture->folder);
  g_assert_cmpuint (myna_models_get_all (models)->len, ==,
                    is_said (fixture, "1 file was imported.") ? 1 : 0);
}

/* Closing while it works leaves nothing behind that calls back. */
static void
test_close (Fixture *fixture, gconstpointer data)
{
  gpointer weak = fixture->dialog;

  import (fixture, fixture->from, NULL);
  g_object_add_weak_pointer (G_OBJECT (fixture->dialog), &weak);
  adw_dialog_force_close (ADW_DIALOG (fixture->dialog));
  ui_test_wait_for (weak == NULL);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  ADD ("/ui/models-dialog/nothing", test_nothing);
  ADD ("/ui/models-dialog/import", test_import);
  ADD ("/ui/models-dialog/cancel", test_cancel);
  ADD ("/ui/models-dialog/close", test_close);
  return g_test_run ();
}
