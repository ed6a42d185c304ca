/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"
#include "ui/studio/myna-export-dialog.h"
#include "ui/studio/myna-piece-dialog.h"
#include "ui/studio/myna-speech-options.h"
#include "ui/studio/myna-studio-page.h"
#include "ui/studio/myna-take-page.h"
#include "ui/studio/myna-take-row.h"
#include "ui/studio/myna-text-editor.h"

/* The Studio page on a real library in a folder of its own. */
typedef struct
{
  char *folder;
  MynaLibrary *library;
  GSettings *settings;
  GtkWindow *window;
  GtkWidget *page;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer with_voice)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = ui_test_make_folder ();
  fixture->library = myna_library_open (fixture->folder, MYNA_LIBRARY_OPEN_DEFAULT, &error);
  g_assert_no_error (error);
  if (with_voice != NULL)
    ui_test_add_voice (fixture->library, fixture->folder, "Wind");
  fixture->settings = g_settings_new (MYNA_APP_ID);
  /* No sound device here: that it is missing has a test of its own. */
  g_settings_set_boolean (fixture->settings, "autoplay", FALSE);
  fixture->page = myna_studio_page_new (fixture->library);
  fixture->window = ui_test_present (fixture->page);
}

static void
tear_down (Fixture *fixture, gconstpointer with_voice)
{
  ui_test_destroy (fixture->window, fixture->page);
  myna_library_close (fixture->library);
  g_object_unref (fixture->library);
  g_object_unref (fixture->settings);
  ui_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static MynaTakes *
get_takes (Fixture *fixture)
{
  return myna_library_get_takes (fixture->library);
}

static void
set_text (Fixture *fixture, const char *text)
{
  GtkWidget *editor = ui_test_find (fixture->page, MYNA_TYPE_TEXT_EDITOR, NULL);

  g_assert_nonnull (editor);
  myna_text_editor_set_text (MYNA_TEXT_EDITOR (editor), text);
}

static void
click (Fixture *fixture, const char *label)
{
  GtkWidget *button = ui_test_find (GTK_WIDGET (fixture->window), GTK_TYPE_BUTTON, label);

  g_assert_nonnull (button);
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

/* Types @text, generates, and waits for the job. */
static MynaTake *
generate (Fixture *fixture, const char *text)
{
  g_autoptr (MynaTake) take = NULL;

  set_text (fixture, text);
  click (fixture, "_Generate");
  take = g_list_model_get_item (G_LIST_MODEL (get_takes (fixture)), 0);
  g_assert_nonnull (take);
  ui_test_wait_for (myna_take_get_job (take) == NULL);
  ui_test_settle (GTK_WIDGET (fixture->window));
  return take;
}

static GtkWidget *
open_take (Fixture *fixture, MynaTake *take)
{
  g_autofree char *id = NULL;
  GtkWidget *page = NULL;

  g_object_get (take, "id", &id, NULL);
  g_assert_true (gtk_widget_activate_action (fixture->page, "studio.show-take", "s", id));
  ui_test_settle (GTK_WIDGET (fixture->window));
  page = ui_test_find (fixture->page, MYNA_TYPE_TAKE_PAGE, NULL);
  g_assert_nonnull (page);
  return page;
}

static void
test_no_voice (Fixture *fixture, gconstpointer data)
{
  g_assert_nonnull (ui_test_find (fixture->page, ADW_TYPE_STATUS_PAGE, NULL));
  g_assert_nonnull (ui_test_find (fixture->page, GTK_TYPE_BUTTON, "_Add Voice…"));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "studio-no-voice");
}

static void
test_empty_text (Fixture *fixture, gconstpointer data)
{
  GtkWidget *banner = NULL;

  set_text (fixture, "  \n ");
  click (fixture, "_Generate");
  ui_test_settle (GTK_WIDGET (fixture->window));
  banner = ui_test_find (fixture->page, ADW_TYPE_BANNER, NULL);
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (banner)));
  g_assert_cmpstr (adw_banner_get_title (ADW_BANNER (banner)), !=, "");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (get_takes (fixture))), ==, 0);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "studio-empty-text");

  /* It goes away as soon as there is something to say. */
  set_text (fixture, "Words.");
  ui_test_wait_for (!adw_banner_get_revealed (ADW_BANNER (banner)));
}

static void
test_only_punctuation (Fixture *fixture, gconstpointer data)
{
  set_text (fixture, "… !? —");
  click (fixture, "_Generate");
  ui_test_settle (GTK_WIDGET (fixture->window));
  ui_test_wait_for (
      adw_banner_get_revealed (ADW_BANNER (ui_test_find (fixture->page, ADW_TYPE_BANNER, NULL))) ||
      ui_test_toast (GTK_WIDGET (fixture->window)) != NULL);
}

static void
test_generate (Fixture *fixture, gconstpointer data)
{
  MynaTake *take = generate (fixture, "The sun came out. The wind gave up!");
  GtkWidget *row = ui_test_find (fixture->page, MYNA_TYPE_TAKE_ROW, NULL);

  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_COMPLETE);
  g_assert_cmpuint (myna_take_get_n_ready (take), ==, 2);
  g_assert_nonnull (row);
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_LABEL, myna_take_get_name (take)));
  g_assert_null (ui_test_find (row, GTK_TYPE_PROGRESS_BAR, NULL));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "studio-take");
}

/* Takes of one second are in no order. */
static MynaTake *
find_take (Fixture *fixture, const char *name)
{
  GListModel *takes = G_LIST_MODEL (get_takes (fixture));

  for (guint i = 0; i < g_list_model_get_n_items (takes); i++)
    {
      g_autoptr (MynaTake) take = g_list_model_get_item (takes, i);

      if (g_strcmp0 (myna_take_get_name (take), name) == 0)
        return take;
    }
  g_assert_not_reached ();
}

static void
check_engine (Fixture *fixture, const char *take_name, const char *id, const char *name)
{
  MynaTake *take = find_take (fixture, take_name);
  g_autofree char *engine = NULL;
  g_autofree char *facts = NULL;

  ui_test_wait_for (myna_take_get_job (take) == NULL);
  facts = myna_take_row_dup_facts (take);
  g_object_get (take, "engine", &engine, NULL);
  g_assert_cmpstr (engine, ==, id);
  g_assert_nonnull (strstr (facts, name));
}

/* A take keeps its engine. Without model files the other one fails with what to get. */
static void
test_engine_of_take (Fixture *fixture, gconstpointer data)
{
  MynaTake *failed = NULL;

  generate (fixture, "The sun came out");
  g_settings_set_string (fixture->settings, "engine", "gpt-sovits");
  generate (fixture, "The wind gave up");
  g_settings_reset (fixture->settings, "engine");
  check_engine (fixture, "The sun came out", "draft", "Draft voice");
  check_engine (fixture, "The wind gave up", "gpt-sovits", "GPT-SoVITS");
  failed = find_take (fixture, "The wind gave up");
  g_assert_cmpint (myna_take_get_state (failed), ==, MYNA_TAKE_PARTIAL);
  g_assert_cmpuint (myna_take_get_n_ready (failed), ==, 0);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "studio-engine-without-models");
  generate (fixture, "And that was all");
  check_engine (fixture, "And that was all", "draft", "Draft voice");
}

static void
test_progress_is_shown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MynaTake) take = NULL;
  GtkWidget *row = NULL;

  set_text (fixture, "One sentence. And another one. A third one follows. Then it is the end.");
  click (fixture, "_Generate");
  take = g_list_model_get_item (G_LIST_MODEL (get_takes (fixture)), 0);
  g_assert_nonnull (myna_take_get_job (take));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  row = ui_test_find (fixture->page, MYNA_TYPE_TAKE_ROW, NULL);
  g_assert_nonnull (row);
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_PROGRESS_BAR, NULL));

  gtk_widget_activate_action (row, "take.cancel", NULL);
  ui_test_wait_for (myna_take_get_job (take) == NULL);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_null (ui_test_find (row, GTK_TYPE_PROGRESS_BAR, NULL));
}

/* A take whose job was cancelled. */
static MynaTake *
generate_partly (Fixture *fixture)
{
  MynaJobQueue *queue = myna_library_get_queue (fixture->library);
  g_autoptr (MynaTake) take = NULL;

  /* Held back, or it might be finished before it is cancelled. */
  myna_job_queue_set_paused (queue, TRUE);
  set_text (fixture, "One. Two sentences. A third one. And a fourth. A fifth. Then it is the end.");
  click (fixture, "_Generate");
  take = g_list_model_get_item (G_LIST_MODEL (get_takes (fixture)), 0);
  myna_job_queue_cancel (queue, myna_take_get_job (take));
  ui_test_wait_for (myna_take_get_job (take) == NULL);
  myna_job_queue_set_paused (queue, FALSE);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_cmpint (myna_take_get_state (take), ==, MYNA_TAKE_PARTIAL);
  return take;
}

static void
test_continue_from_row (Fixture *fixture, gconstpointer data)
{
  MynaTake *take = generate_partly (fixture);

  ui_test_save_picture (GTK_WIDGET (fixture->window), "studio-partial");
  click (fixture, "Continue");
  ui_test_wait_for (myna_take_get_state (take) == MYNA_TAKE_COMPLETE);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_cmpuint (myna_take_get_n_ready (take), ==, 6);
  g_assert_null (ui_test_find (fixture->page, GTK_TYPE_BUTTON, "Continue"));
}

/* Also when its job is not in the queue any more. */
static void
test_continue_from_page (Fixture *fixture, gconstpointer data)
{
  MynaTake *take = generate_partly (fixture);
  GtkWidget *page = open_take (fixture, take);
  GtkWidget *banner = ui_test_find (page, ADW_TYPE_BANNER, NULL);

  myna_job_queue_clear_finished (myna_library_get_queue (fixture->library));
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (banner)));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "take-partial");
  click (fixture, "_Continue");
  ui_test_wait_for (myna_take_get_state (take) == MYNA_TAKE_COMPLETE);
  g_assert_null (ui_test_find (page, GTK_TYPE_BUTTON, "_Continue"));
  g_assert_cmpuint (myna_take_get_n_ready (take), ==, 6);
}

static void
test_sentences (Fixture *fixture, gconstpointer data)
{
  MynaTake *take = generate (fixture, "First words. Second words. Third words.");
  GtkWidget *page = open_take (fixture, take);
  g_autoptr (MynaPiece) first = g_list_model_get_item (G_LIST_MODEL (take), 0);

  g_assert_nonnull (ui_test_find (page, GTK_TYPE_LABEL, "Second words."));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "take");

  click (fixture, "Speak Again");
  ui_test_wait_for (myna_piece_get_n_revisions (first) == 2 && myna_piece_get_job (first) == NULL);
  g_assert_cmpuint (myna_piece_get_revision (first), ==, 1);
  ui_test_settle (GTK_WIDGET (fixture->window));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "take-versions");
  click (fixture, "Previous Version");
  ui_test_wait_for (myna_piece_get_revision (first) == 0);
}

static double
get_clarity (Fixture *fixture)
{
  MynaSpeakParams params = { 0 };
  double pause = 0;

  myna_speech_options_fill (fixture->settings, &params, &pause);
  return params.clarity;
}

/* The engine decides until the person does. */
static void
test_clarity (Fixture *fixture, gconstpointer data)
{
  GtkWidget *button = ui_test_find (fixture->page, GTK_TYPE_MENU_BUTTON, "Speaking Options");
  GtkWidget *popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
  GtkWidget *check = NULL;
  GtkWidget *scale = NULL;

  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  g_assert_cmpfloat (get_clarity (fixture), ==, -1);
  check = ui_test_find (popover, GTK_TYPE_CHECK_BUTTON, NULL);
  g_assert_nonnull (check);
  scale = gtk_widget_get_prev_sibling (check);
  g_assert_true (GTK_IS_SCALE (scale));
  g_assert_true (gtk_check_button_get_active (GTK_CHECK_BUTTON (check)));
  g_assert_false (gtk_widget_get_sensitive (scale));

  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), FALSE);
  g_assert_true (gtk_widget_get_sensitive (scale));
  gtk_range_set_value (GTK_RANGE (scale), 0.75);
  g_assert_cmpfloat (get_clarity (fixture), ==, 0.75);

  g_signal_emit_by_name (ui_test_find (popover, GTK_TYPE_BUTTON, "_Reset"), "clicked");
  g_assert_true (gtk_check_button_get_active (GTK_CHECK_BUTTON (check)));
  g_assert_cmpfloat (get_clarity (fixture), ==, -1);
}

/* Actions of the first sentence's menu. */
static void
activate_on_first (Fixture *fixture, const char *action)
{
  GtkWidget *row = ui_test_find (fixture->page, g_type_from_name ("MynaPieceRow"), NULL);

  g_assert_nonnull (row);
  g_assert_true (gtk_widget_activate_action (row, action, NULL));
  ui_test_settle (GTK_WIDGET (fixture->window));
}

static const char *
get_text (MynaTake *take, guint index)
{
  g_autoptr (MynaPiece) piece = g_list_model_get_item (G_LIST_MODEL (take), index);

  return myna_piece_get_text (piece);
}

static void
test_splice (Fixture *fixture, gconstpointer data)
{
  MynaTake *take = generate (fixture, "First words. Second words.");

  open_take (fixture, take);
  activate_on_first (fixture, "piece.down");
  ui_test_wait_for (g_str_equal (get_text (take, 0), "Second words."));
  ui_test_settle (GTK_WIDGET (fixture->window));
  activate_on_first (fixture, "piece.remove");
  ui_test_wait_for (g_list_model_get_n_items (G_LIST_MODEL (take)) == 1);
  g_assert_cmpstr (get_text (take, 0), ==, "First words.");
  click (fixture, "_Undo");
  ui_test_wait_for (g_list_model_get_n_items (G_LIST_MODEL (take)) == 2);
  g_assert_cmpstr (get_text (take, 0), ==, "Second words.");
}

static void
test_edit_sentence (Fixture *fixture, gconstpointer data)
{
  MynaTake *take = generate (fixture, "First words.");
  g_autoptr (MynaPiece) piece = g_list_model_get_item (G_LIST_MODEL (take), 0);
  AdwDialog *dialog = NULL;
  GtkWidget *view = NULL;

  open_take (fixture, take);
  activate_on_first (fixture, "piece.edit");
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (fixture->window));
  g_assert_true (MYNA_IS_PIECE_DIALOG (dialog));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "edit-sentence");
  view = ui_test_find (GTK_WIDGET (dialog), GTK_TYPE_TEXT_VIEW, NULL);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "Other words.", -1);
  click (fixture, "_Speak Again");
  ui_test_wait_for (myna_piece_get_n_revisions (piece) == 2 && myna_piece_get_job (piece) == NULL);
  g_assert_cmpstr (myna_piece_get_text (piece), ==, "Other words.");
  ui_test_wait_for (adw_window_get_visible_dialog (ADW_WINDOW (fixture->window)) == NULL);
}

static void
test_rename (Fixture *fixture, gconstpointer data)
{
  MynaTake *take = generate (fixture, "Some words.");
  GtkWidget *row = ui_test_find (fixture->page, MYNA_TYPE_TAKE_ROW, NULL);
  AdwDialog *dialog = NULL;

  gtk_widget_activate_action (row, "take.rename", NULL);
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (fixture->window));
  g_assert_true (ADW_IS_ALERT_DIALOG (dialog));
  gtk_editable_set_text (
      GTK_EDITABLE (adw_alert_dialog_get_extra_child (ADW_ALERT_DIALOG (dialog))), "Chapter one");
  g_signal_emit_by_name (dialog, "response", "rename");
  ui_test_wait_for (g_str_equal (myna_take_get_name (take), "Chapter one"));
  adw_dialog_force_close (dialog);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_LABEL, "Chapter one"));
}

static void
test_delete_and_undo (Fixture *fixture, gconstpointer data)
{
  MynaTake *take = generate (fixture, "Some words.");
  GtkWidget *row = ui_test_find (fixture->page, MYNA_TYPE_TAKE_ROW, NULL);

  g_assert_nonnull (take);
  gtk_widget_activate_action (row, "take.delete", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (get_takes (fixture))), ==, 0);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_nonnull (ui_test_toast (GTK_WIDGET (fixture->window)));
  click (fixture, "_Undo");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (get_takes (fixture))), ==, 1);
}

static void
test_export (Fixture *fixture, gconstpointer data)
{
  MynaTake *take = generate (fixture, "Some words.");
  GtkWidget *row = ui_test_find (fixture->page, MYNA_TYPE_TAKE_ROW, NULL);
  g_autofree char *path = g_build_filename (fixture->folder, "out.flac", NULL);
  AdwDialog *dialog = NULL;

  g_assert_nonnull (take);
  g_settings_set_string (fixture->settings, "export-format", "flac");
  gtk_widget_activate_action (row, "take.export", NULL);
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (fixture->window));
  g_assert_true (MYNA_IS_EXPORT_DIALOG (dialog));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "export");
  myna_export_dialog_export_to (MYNA_EXPORT_DIALOG (dialog), path);
  ui_test_wait_for (ui_test_toast (GTK_WIDGET (fixture->window)) != NULL);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

static void
test_export_names (void)
{
  g_autofree char *plain = myna_export_dialog_dup_file_name ("A/B: c?", "wav");
  g_autofree char *hidden = myna_export_dialog_dup_file_name ("..", "mp3");

  g_assert_cmpstr (plain, ==, "A B  c.wav");
  g_assert_false (g_str_has_prefix (hidden, "."));
}

static void
test_text_file_is_dropped (Fixture *fixture, gconstpointer data)
{
  GtkWidget *editor = ui_test_find (fixture->page, MYNA_TYPE_TEXT_EDITOR, NULL);
  g_autofree char *path = g_build_filename (fixture->folder, "text.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (path, "\xef\xbb\xbfOne\r\nTwo", -1, NULL));
  myna_text_editor_load (MYNA_TEXT_EDITOR (editor), file);
  ui_test_wait_for (!myna_text_editor_get_empty (MYNA_TEXT_EDITOR (editor)));
  text = myna_text_editor_dup_text (MYNA_TEXT_EDITOR (editor));
  g_assert_cmpstr (text, ==, "One\nTwo");
}

static void
test_not_a_text_file (Fixture *fixture, gconstpointer data)
{
  GtkWidget *editor = ui_test_find (fixture->page, MYNA_TYPE_TEXT_EDITOR, NULL);
  g_autofree char *path = g_build_filename (fixture->folder, "picture.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (g_file_set_contents (path, "\x89PNG\0\0\0", 7, NULL));
  myna_text_editor_load (MYNA_TEXT_EDITOR (editor), file);
  ui_test_wait_for (ui_test_toast (GTK_WIDGET (fixture->window)) != NULL);
  g_assert_true (myna_text_editor_get_empty (MYNA_TEXT_EDITOR (editor)));
}

static void
test_text_is_kept (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "studio.txt", NULL);
  GtkWidget *editor = NULL;

  set_text (fixture, "Not spoken yet.");
  ui_test_wait_for (g_file_test (path, G_FILE_TEST_EXISTS));
  ui_test_destroy (fixture->window, fixture->page);
  fixture->page = myna_studio_page_new (fixture->library);
  fixture->window = ui_test_present (fixture->page);
  editor = ui_test_find (fixture->page, MYNA_TYPE_TEXT_EDITOR, NULL);
  ui_test_wait_for (!myna_text_editor_get_empty (MYNA_TEXT_EDITOR (editor)));
}

static void
dismiss_toasts (Fixture *fixture)
{
  GtkWidget *overlay = ui_test_find (GTK_WIDGET (fixture->window), ADW_TYPE_TOAST_OVERLAY, NULL);

  adw_toast_overlay_dismiss_all (ADW_TOAST_OVERLAY (overlay));
  ui_test_wait_for (ui_test_toast (GTK_WIDGET (fixture->window)) == NULL);
}

/* A toast says so whenever somebody wants to hear a take, and once when nobody asked. */
static void
test_no_sound_device (Fixture *fixture, gconstpointer data)
{
  GtkWidget *row = NULL;

  g_settings_set_boolean (fixture->settings, "autoplay", TRUE);
  generate (fixture, "Some words.");
  ui_test_wait_for (ui_test_toast (GTK_WIDGET (fixture->window)) != NULL);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "studio-player");
  dismiss_toasts (fixture);
  generate (fixture, "Other words.");
  g_assert_null (ui_test_toast (GTK_WIDGET (fixture->window)));

  row = ui_test_find (fixture->page, MYNA_TYPE_TAKE_ROW, NULL);
  for (int i = 0; i < 2; i++)
    {
      gtk_widget_activate_action (row, "take.play", NULL);
      ui_test_wait_for (ui_test_toast (GTK_WIDGET (fixture->window)) != NULL);
      dismiss_toasts (fixture);
    }
}

#define ADD(path, voice, func)                                                                     \
  g_test_add ("/ui/studio/" path, Fixture, voice, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  ADD ("no-voice", NULL, test_no_voice);
  ADD ("text-file-is-dropped", "voice", test_text_file_is_dropped);
  ADD ("not-a-text-file", "voice", test_not_a_text_file);
  ADD ("text-is-kept", "voice", test_text_is_kept);
  ADD ("empty-text", "voice", test_empty_text);
  ADD ("only-punctuation", "voice", test_only_punctuation);
  ADD ("generate", "voice", test_generate);
  ADD ("engine-of-take", "voice", test_engine_of_take);
  ADD ("progress-is-shown", "voice", test_progress_is_shown);
  ADD ("continue-from-row", "voice", test_continue_from_row);
  ADD ("continue-from-page", "voice", test_continue_from_page);
  ADD ("clarity", "voice", test_clarity);
  ADD ("sentences", "voice", test_sentences);
  ADD ("splice", "voice", test_splice);
  ADD ("edit-sentence", "voice", test_edit_sentence);
  ADD ("rename", "voice", test_rename);
  ADD ("delete-and-undo", "voice", test_delete_and_undo);
  ADD ("export", "voice", test_export);
  ADD ("no-sound-device", "voice", test_no_sound_device);
  g_test_add_func ("/ui/studio/export-names", test_export_names);
  return g_test_run ();
}
