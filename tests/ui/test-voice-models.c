/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

#include "engine/core/myna-paths.h"
#include "ui/voices/myna-reference-dialog.h"
#include "ui/voices/myna-voice-models.h"
#include "ui/voices/myna-voices-page.h"
#include "ui/widgets/myna-drop-area.h"

/* What GPT-SoVITS takes of a voice, on the voice's page. The clips are of 13 and of 6 seconds. */
typedef struct
{
  char *folder;
  MynaLibrary *library;
  MynaVoices *voices;
  MynaVoice *voice;
  GtkWindow *window;
  GtkWidget *page;
  GtkWidget *group;
} Fixture;

static void
added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  MynaVoice **voice = data;

  *voice = myna_voices_add_finish (MYNA_VOICES (source), result, &error);
  g_assert_no_error (error);
}

static void
add_voice (Fixture *fixture)
{
  g_autofree char *first = ui_test_write_voice (fixture->folder, "long.wav", 13.0);
  g_autofree char *second = ui_test_write_voice (fixture->folder, "short.wav", 6.0);
  g_autoptr (GPtrArray) regions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);

  g_ptr_array_add (regions, myna_voice_region_new (first, -1, 0.0, 0.0, NULL));
  g_ptr_array_add (regions, myna_voice_region_new (second, -1, 0.0, 0.0, "Ah, ah and ah."));
  myna_voices_add_async (fixture->voices, "Wind", "en-us", regions, "It is a buzz.", NULL, added_cb,
                         &fixture->voice);
  ui_test_wait_for (fixture->voice != NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = ui_test_make_folder ();
  /* Nothing is prepared: only the page counts here. */
  fixture->library = myna_library_open (fixture->folder, MYNA_LIBRARY_OPEN_PAUSED, &error);
  g_assert_no_error (error);
  fixture->voices = myna_library_get_voices (fixture->library);
  add_voice (fixture);
  fixture->page = myna_voices_page_new (fixture->library);
  fixture->window = ui_test_present (fixture->page);
  gtk_widget_activate_action (fixture->page, "voices.show-voice", "s",
                              myna_voice_get_id (fixture->voice));
  ui_test_settle (GTK_WIDGET (fixture->window));
  fixture->group = ui_test_find (fixture->page, MYNA_TYPE_VOICE_MODELS, NULL);
  g_assert_nonnull (fixture->group);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ui_test_destroy (fixture->window, fixture->page);
  myna_library_close (fixture->library);
  g_object_unref (fixture->library);
  ui_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static AdwActionRow *
find_row (Fixture *fixture, const char *title)
{
  GtkWidget *row = ui_test_find (fixture->group, ADW_TYPE_ACTION_ROW, title);

  g_assert_nonnull (row);
  return ADW_ACTION_ROW (row);
}

static const char *
get_subtitle (Fixture *fixture, const char *title)
{
  return adw_action_row_get_subtitle (find_row (fixture, title));
}

static MynaReferenceDialog *
open_dialog (Fixture *fixture)
{
  AdwDialog *dialog;

  g_signal_emit_by_name (find_row (fixture, "_Imitated Part"), "activated");
  ui_test_settle (GTK_WIDGET (fixture->window));
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (fixture->window));
  g_assert_true (MYNA_IS_REFERENCE_DIALOG (dialog));
  return MYNA_REFERENCE_DIALOG (dialog);
}

/* The clip that the dialog shows, once its waveform is there. */
static MynaClip *
wait_for_clip (MynaReferenceDialog *dialog)
{
  MynaClipEditor *editor = myna_reference_dialog_get_editor (dialog);

  ui_test_wait_for (myna_clip_editor_get_clip (editor) != NULL &&
                    myna_clip_get_peaks (myna_clip_editor_get_clip (editor)) != NULL);
  return myna_clip_editor_get_clip (editor);
}

static AdwSwitchRow *
find_switch (MynaReferenceDialog *dialog)
{
  return ADW_SWITCH_ROW (ui_test_find (GTK_WIDGET (dialog), ADW_TYPE_SWITCH_ROW, NULL));
}

static GtkEditable *
find_text (MynaReferenceDialog *dialog)
{
  return GTK_EDITABLE (ui_test_find (GTK_WIDGET (dialog), ADW_TYPE_ENTRY_ROW, NULL));
}

static GtkWidget *
find_save (MynaReferenceDialog *dialog)
{
  return ui_test_find (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, "_Save");
}

static const MynaVoiceReference *
get_reference (Fixture *fixture)
{
  return myna_voice_get_record (fixture->voice)->reference;
}

/* By itself it is the clip whose words are known. */
static void
test_automatic (Fixture *fixture, gconstpointer data)
{
  MynaReferenceDialog *dialog;
  MynaClip *clip;

  ui_test_wait_for (g_str_equal (get_subtitle (fixture, "_Imitated Part"),
                                 "Chosen automatically: Clip 2, 0:00.0 to 0:06.0"));
  dialog = open_dialog (fixture);
  clip = wait_for_clip (dialog);
  g_assert_true (adw_switch_row_get_active (find_switch (dialog)));
  g_assert_cmpfloat_with_epsilon (myna_clip_get_end (clip), 6.0, 0.05);
  g_assert_cmpstr (gtk_editable_get_text (find_text (dialog)), ==, "Ah, ah and ah.");
  ui_test_save_picture (GTK_WIDGET (fixture->window), "reference-automatic");
  g_signal_emit_by_name (find_save (dialog), "clicked");
  g_assert_null (get_reference (fixture));
}

/* By hand: another clip, a stretch of it, and its words; then back. */
static void
test_by_hand (Fixture *fixture, gconstpointer data)
{
  MynaReferenceDialog *dialog = open_dialog (fixture);
  GtkWidget *combo = NULL;
  MynaClip *clip = NULL;

  wait_for_clip (dialog);
  combo = ui_test_find (GTK_WIDGET (dialog), ADW_TYPE_COMBO_ROW, "C_lip");
  g_assert_nonnull (combo);
  adw_combo_row_set_selected (ADW_COMBO_ROW (combo), 0);
  clip = wait_for_clip (dialog);
  g_assert_false (adw_switch_row_get_active (find_switch (dialog)));
  g_assert_cmpfloat_with_epsilon (myna_clip_get_duration (clip), 13.0, 0.05);
  g_assert_cmpfloat_with_epsilon (myna_clip_get_end (clip), 7.0, 0.05);
  g_assert_cmpstr (gtk_editable_get_text (find_text (dialog)), ==, "");

  myna_clip_set_region (clip, 2.0, 4.0);
  g_assert_false (gtk_widget_get_sensitive (find_save (dialog)));
  g_assert_nonnull (ui_test_find (GTK_WIDGET (dialog), GTK_TYPE_LABEL,
                                  "The imitated part has 2.0 seconds; choose 3 to 10."));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "reference-too-short");
  myna_clip_set_region (clip, 2.0, 7.5);
  g_assert_true (gtk_widget_get_sensitive (find_save (dialog)));
  gtk_editable_set_text (find_text (dialog), "Ah and oh.");
  ui_test_save_picture (GTK_WIDGET (fixture->window), "reference-by-hand");
  g_signal_emit_by_name (find_save (dialog), "clicked");
  g_assert_nonnull (get_reference (fixture));
  g_assert_cmpuint (get_reference (fixture)->clip, ==, 0);
  g_assert_cmpfloat_with_epsilon (get_reference (fixture)->start, 2.0, 0.01);
  g_assert_cmpfloat_with_epsilon (get_reference (fixture)->end, 7.5, 0.01);
  g_assert_cmpstr (get_reference (fixture)->text, ==, "Ah and oh.");
  g_assert_cmpstr (get_subtitle (fixture, "_Imitated Part"), ==, "Clip 1, 0:02.0 to 0:07.5");

  ui_test_settle (GTK_WIDGET (fixture->window));
  dialog = open_dialog (fixture);
  clip = wait_for_clip (dialog);
  g_assert_false (adw_switch_row_get_active (find_switch (dialog)));
  g_assert_cmpfloat_with_epsilon (myna_clip_get_start (clip), 2.0, 0.01);
  g_assert_cmpstr (gtk_editable_get_text (find_text (dialog)), ==, "Ah and oh.");
  adw_switch_row_set_active (find_switch (dialog), TRUE);
  ui_test_wait_for (g_str_equal (gtk_editable_get_text (find_text (dialog)), "Ah, ah and ah."));
  g_signal_emit_by_name (find_save (dialog), "clicked");
  g_assert_null (get_reference (fixture));
}

/* Words of a whole clip are not those of a part of it. */
static void
test_words_follow (Fixture *fixture, gconstpointer data)
{
  MynaReferenceDialog *dialog = open_dialog (fixture);
  MynaClip *clip = wait_for_clip (dialog);

  ui_test_wait_for (g_str_equal (gtk_editable_get_text (find_text (dialog)), "Ah, ah and ah."));
  myna_clip_set_region (clip, 1.0, 5.0);
  g_assert_false (adw_switch_row_get_active (find_switch (dialog)));
  g_assert_cmpstr (gtk_editable_get_text (find_text (dialog)), ==, "");
  myna_clip_set_region (clip, 0.0, 6.0);
  g_assert_cmpstr (gtk_editable_get_text (find_text (dialog)), ==, "Ah, ah and ah.");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  g_assert_null (get_reference (fixture));
}

static void
drop (Fixture *fixture, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFile *files[] = { file };
  GdkFileList *list = gdk_file_list_new_from_array (files, 1);

  g_signal_emit_by_name (ui_test_find (GTK_WIDGET (fixture->window), MYNA_TYPE_DROP_AREA, NULL),
                         "dropped", list);
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
}

/* Model files that are dropped on the voice's page are meant for the voice. */
static void
test_models (Fixture *fixture, gconstpointer data)
{
  const char *title = "Own Model Files";
  const char *none = "None; the published models speak";
  g_autofree char *damaged = g_build_filename (fixture->folder, "wind.pth", NULL);
  g_autofree char *own = g_build_filename (myna_voice_get_record (fixture->voice)->folder,
                                           "gpt-sovits", "s2-v2pro.pth", NULL);
  g_autofree char *own_folder = g_path_get_dirname (own);
  GtkWidget *choose = ui_test_find (fixture->group, GTK_TYPE_BUTTON, "_Choose…");
  GtkWidget *remove = NULL;

  g_assert_cmpstr (get_subtitle (fixture, title), ==, none);
  ui_test_save_picture (fixture->group, "voice-models");
  g_assert_true (g_file_set_contents (damaged, "PK and no more", -1, NULL));
  drop (fixture, damaged);
  g_assert_false (gtk_widget_is_sensitive (choose));
  ui_test_wait_for (gtk_widget_is_sensitive (choose));
  g_assert_nonnull (strstr (ui_test_toast (GTK_WIDGET (fixture->window)), "wind.pth"));
  g_assert_cmpstr (get_subtitle (fixture, title), ==, none);
  g_assert_null (myna_voices_page_get_dialog (MYNA_VOICES_PAGE (fixture->page)));

  /* As "myna voices set" leaves it. */
  g_assert_true (myna_paths_ensure_dir (own_folder, NULL));
  g_assert_true (g_file_set_contents (own, "x", -1, NULL));
  drop (fixture, damaged);
  ui_test_wait_for (gtk_widget_is_sensitive (choose));
  g_assert_cmpstr (get_subtitle (fixture, title), ==, ".pth of this person (GPT-SoVITS v2Pro)");
  remove = ui_test_find (fixture->group, GTK_TYPE_BUTTON, "Use the Published Models Again");
  g_signal_emit_by_name (remove, "clicked");
  ui_test_wait_for (g_str_equal (get_subtitle (fixture, title), none));
  g_assert_false (g_file_test (own, G_FILE_TEST_EXISTS));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  ADD ("/ui/voice-models/automatic", test_automatic);
  ADD ("/ui/voice-models/by-hand", test_by_hand);
  ADD ("/ui/voice-models/words-follow", test_words_follow);
  ADD ("/ui/voice-models/models", test_models);
  return g_test_run ();
}
