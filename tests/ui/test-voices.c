/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

#include "ui/voices/myna-clip-editor.h"
#include "ui/voices/myna-voice-page.h"
#include "ui/voices/myna-voice-row.h"
#include "ui/voices/myna-voices-page.h"
#include "ui/widgets/myna-drop-area.h"
#include "ui/widgets/myna-language-row.h"

/* The Voices page on a real library in a folder of its own. */
typedef struct
{
  char *folder;
  MynaLibrary *library;
  MynaVoices *voices;
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
  fixture->voices = myna_library_get_voices (fixture->library);
  if (with_voice != NULL)
    ui_test_add_voice (fixture->library, fixture->folder, "Wind");
  fixture->page = myna_voices_page_new (fixture->library);
  fixture->window = ui_test_present (fixture->page);
}

static void
tear_down (Fixture *fixture, gconstpointer with_voice)
{
  ui_test_destroy (fixture->window, fixture->page);
  myna_library_close (fixture->library);
  g_object_unref (fixture->library);
  ui_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static GtkWidget *
find (Fixture *fixture, GType type, const char *text)
{
  GtkWidget *widget = ui_test_find (GTK_WIDGET (fixture->window), type, text);

  g_assert_nonnull (widget);
  return widget;
}

static void
click (GtkWidget *root, const char *label)
{
  GtkWidget *button = ui_test_find (root, GTK_TYPE_BUTTON, label);

  g_assert_nonnull (button);
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

static guint
count (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->voices));
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  GtkWidget *page = find (fixture, ADW_TYPE_STATUS_PAGE, NULL);

  g_assert_cmpstr (adw_status_page_get_title (ADW_STATUS_PAGE (page)), ==, "No Voices Yet");
  g_assert_nonnull (ui_test_find (page, GTK_TYPE_BUTTON, "_Choose File…"));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "voices-empty");
  click (page, "_Record…");
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_nonnull (myna_voices_page_get_dialog (MYNA_VOICES_PAGE (fixture->page)));
  adw_dialog_force_close (
      ADW_DIALOG (myna_voices_page_get_dialog (MYNA_VOICES_PAGE (fixture->page))));
  ui_test_wait_for (myna_voices_page_get_dialog (MYNA_VOICES_PAGE (fixture->page)) == NULL);
}

/* Files dropped on the page open the dialog with them in it. */
static void
test_drop (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = ui_test_write_voice (fixture->folder, "dropped.wav", 6.0);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFile *files[] = { file };
  GdkFileList *list = gdk_file_list_new_from_array (files, 1);
  MynaAddVoiceDialog *dialog = NULL;
  GtkWidget *editor = NULL;
  MynaClip *clip = NULL;

  g_signal_emit_by_name (find (fixture, MYNA_TYPE_DROP_AREA, NULL), "dropped", list);
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  dialog = myna_voices_page_get_dialog (MYNA_VOICES_PAGE (fixture->page));
  g_assert_nonnull (dialog);
  ui_test_settle (GTK_WIDGET (fixture->window));
  editor = ui_test_find (GTK_WIDGET (dialog), MYNA_TYPE_CLIP_EDITOR, NULL);
  clip = myna_clip_editor_get_clip (MYNA_CLIP_EDITOR (editor));
  ui_test_wait_for (myna_clip_get_quality (clip) != NULL);
  g_assert_cmpfloat_with_epsilon (myna_clip_get_duration (clip), 6.0, 0.05);
  adw_dialog_force_close (ADW_DIALOG (dialog));
  ui_test_wait_for (myna_voices_page_get_dialog (MYNA_VOICES_PAGE (fixture->page)) == NULL);
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MynaVoice) voice = g_list_model_get_item (G_LIST_MODEL (fixture->voices), 0);
  GtkWidget *row = NULL;

  ui_test_wait_for (myna_voice_get_prepared (voice));
  ui_test_settle (GTK_WIDGET (fixture->window));
  row = find (fixture, MYNA_TYPE_VOICE_ROW, NULL);
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_LABEL, "Wind"));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "voices-list");

  g_assert_true (gtk_widget_activate_action (fixture->page, "voices.show-voice", "s",
                                             myna_voice_get_id (voice)));
  ui_test_settle (GTK_WIDGET (fixture->window));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "voices-detail");
}

static void
test_detail_edits (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MynaVoice) voice = g_list_model_get_item (G_LIST_MODEL (fixture->voices), 0);
  GtkWidget *page = NULL;
  GtkTextView *view = NULL;
  GtkWidget *language = NULL;
  GtkWidget *save = NULL;

  gtk_widget_activate_action (fixture->page, "voices.show-voice", "s", myna_voice_get_id (voice));
  ui_test_settle (GTK_WIDGET (fixture->window));
  page = find (fixture, MYNA_TYPE_VOICE_PAGE, NULL);
  save = ui_test_find (page, GTK_TYPE_BUTTON, "_Save");
  g_assert_false (gtk_widget_is_sensitive (save));
  view = GTK_TEXT_VIEW (ui_test_find (page, GTK_TYPE_TEXT_VIEW, NULL));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (view), "Other words.", -1);
  click (page, "_Save");
  g_assert_cmpstr (myna_voice_get_transcript (voice), ==, "Other words.");
  g_assert_false (gtk_widget_is_sensitive (save));

  language = ui_test_find (page, MYNA_TYPE_LANGUAGE_ROW, NULL);
  g_assert_cmpstr (myna_language_row_get_code (MYNA_LANGUAGE_ROW (language)), ==, "en-us");
  myna_language_row_set_code (MYNA_LANGUAGE_ROW (language), "de");
  g_assert_cmpstr (myna_voice_get_language (voice), ==, "de");
}

static void
test_rename (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MynaVoice) voice = g_list_model_get_item (G_LIST_MODEL (fixture->voices), 0);
  GtkWidget *row = find (fixture, MYNA_TYPE_VOICE_ROW, NULL);
  AdwAlertDialog *dialog = NULL;
  GtkEditable *entry = NULL;

  g_assert_true (gtk_widget_activate_action (row, "voice.rename", NULL));
  ui_test_settle (GTK_WIDGET (fixture->window));
  dialog = ADW_ALERT_DIALOG (adw_window_get_visible_dialog (ADW_WINDOW (fixture->window)));
  entry = GTK_EDITABLE (adw_alert_dialog_get_extra_child (dialog));
  gtk_editable_set_text (entry, " ");
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "rename"));
  gtk_editable_set_text (entry, "Breeze");
  g_assert_true (adw_alert_dialog_get_response_enabled (dialog, "rename"));
  click (GTK_WIDGET (dialog), "_Rename");
  g_assert_cmpstr (myna_voice_get_name (voice), ==, "Breeze");
  ui_test_settle (GTK_WIDGET (fixture->window));
  /* Sorted by name, it may be another row now. */
  row = find (fixture, MYNA_TYPE_VOICE_ROW, NULL);
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_LABEL, "Breeze"));
}

static void
test_delete_undo (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MynaVoice) voice = g_list_model_get_item (G_LIST_MODEL (fixture->voices), 0);
  GtkWidget *page = NULL;

  gtk_widget_activate_action (fixture->page, "voices.show-voice", "s", myna_voice_get_id (voice));
  ui_test_settle (GTK_WIDGET (fixture->window));
  page = find (fixture, MYNA_TYPE_VOICE_PAGE, NULL);
  g_assert_true (gtk_widget_activate_action (page, "voice.delete", NULL));
  g_assert_cmpuint (count (fixture), ==, 0);
  ui_test_settle (GTK_WIDGET (fixture->window));
  /* The page of the voice that is gone has gone, too. */
  g_assert_null (ui_test_find (GTK_WIDGET (fixture->window), MYNA_TYPE_VOICE_PAGE, NULL));
  g_assert_cmpstr (ui_test_toast (GTK_WIDGET (fixture->window)), ==, "“Wind” deleted");
  click (GTK_WIDGET (fixture->window), "_Undo");
  g_assert_cmpuint (count (fixture), ==, 1);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_nonnull (find (fixture, MYNA_TYPE_VOICE_ROW, NULL));
}

static void
test_use_voice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MynaVoice) voice = g_list_model_get_item (G_LIST_MODEL (fixture->voices), 0);
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autofree char *id = NULL;

  g_assert_true (
      gtk_widget_activate_action (find (fixture, MYNA_TYPE_VOICE_ROW, NULL), "voice.use", NULL));
  id = g_settings_get_string (settings, "voice");
  g_assert_cmpstr (id, ==, myna_voice_get_id (voice));
}

#define ADD(path, voice, func) g_test_add (path, Fixture, voice, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  ADD ("/ui/voices/empty", NULL, test_empty);
  ADD ("/ui/voices/drop", NULL, test_drop);
  ADD ("/ui/voices/list", "voice", test_list);
  ADD ("/ui/voices/detail-edits", "voice", test_detail_edits);
  ADD ("/ui/voices/rename", "voice", test_rename);
  ADD ("/ui/voices/delete-undo", "voice", test_delete_undo);
  ADD ("/ui/voices/use-voice", "voice", test_use_voice);
  return g_test_run ();
}
