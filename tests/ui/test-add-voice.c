/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/add-voice-fixture.h"

#include <glib/gstdio.h>

#include "ui/voices/myna-clip-editor.h"
#include "ui/voices/myna-clip-row.h"
#include "ui/voices/myna-record-pane.h"
#include "ui/widgets/myna-language-row.h"
#include "ui/widgets/myna-waveform.h"

static void
add_file (AddVoiceFixture *fixture, const char *name, double seconds)
{
  g_autofree char *path = ui_test_write_voice (fixture->folder, name, seconds);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GSList files = { file, NULL };

  g_assert_true (myna_add_voice_dialog_add_files (fixture->dialog, &files));
  ui_test_settle (GTK_WIDGET (fixture->window));
}

static void
wait_checked (AddVoiceFixture *fixture)
{
  MynaClipEditor *editor = add_voice_find (fixture, MYNA_TYPE_CLIP_EDITOR, NULL);
  MynaClip *clip = myna_clip_editor_get_clip (editor);

  ui_test_wait_for (myna_clip_get_quality (clip) != NULL && myna_clip_get_peaks (clip) != NULL);
}

static void
assert_obstacle (AddVoiceFixture *fixture, const char *expected)
{
  g_autofree char *obstacle = myna_add_voice_dialog_dup_obstacle (fixture->dialog);

  g_assert_cmpstr (obstacle, ==, expected);
}

static void
test_add_from_file (AddVoiceFixture *fixture, gconstpointer data)
{
  MynaLanguageRow *language = NULL;
  AdwEntryRow *name = NULL;
  GtkWidget *consent = NULL;
  GtkTextView *transcript = NULL;

  assert_obstacle (fixture, "Record a sample or choose a file first.");
  ui_test_save_picture (GTK_WIDGET (fixture->window), "add-source");
  add_file (fixture, "Ada Lovelace.wav", 20.0);
  wait_checked (fixture);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "add-details");

  name = add_voice_find (fixture, ADW_TYPE_ENTRY_ROW, NULL);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "Ada Lovelace");
  gtk_editable_set_text (GTK_EDITABLE (name), "  ");
  assert_obstacle (fixture, "Give the voice a name.");
  gtk_editable_set_text (GTK_EDITABLE (name), "Ada");
  language = add_voice_find (fixture, MYNA_TYPE_LANGUAGE_ROW, NULL);
  myna_language_row_set_code (language, "en-gb");
  assert_obstacle (fixture, "Confirm that you may use this voice.");
  consent = add_voice_find (fixture, GTK_TYPE_CHECK_BUTTON, NULL);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (consent), TRUE);
  assert_obstacle (fixture, NULL);
  transcript = add_voice_find (fixture, GTK_TYPE_TEXT_VIEW, NULL);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (transcript), " la la la ", -1);

  add_voice_click (fixture, "_Add Voice");
  ui_test_wait_for (fixture->added != NULL);
  g_assert_cmpstr (myna_voice_get_name (fixture->added), ==, "Ada");
  g_assert_cmpstr (myna_voice_get_language (fixture->added), ==, "en-gb");
  g_assert_cmpstr (myna_voice_get_transcript (fixture->added), ==, "la la la");
  g_assert_cmpfloat_with_epsilon (myna_voice_get_duration (fixture->added), 20.0, 0.1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->voices)), ==, 1);
}

/* What is trimmed away is not in the voice. */
static void
test_trimmed (AddVoiceFixture *fixture, gconstpointer data)
{
  MynaWaveform *waveform = NULL;
  MynaClip *clip = NULL;
  GtkWidget *editor = NULL;
  GtkSpinButton *spin = NULL;

  add_file (fixture, "voice.wav", 20.0);
  wait_checked (fixture);
  editor = add_voice_find (fixture, MYNA_TYPE_CLIP_EDITOR, NULL);
  clip = myna_clip_editor_get_clip (MYNA_CLIP_EDITOR (editor));
  waveform = MYNA_WAVEFORM (ui_test_find (editor, MYNA_TYPE_WAVEFORM, NULL));
  spin = GTK_SPIN_BUTTON (ui_test_find (editor, GTK_TYPE_SPIN_BUTTON, NULL));
  gtk_spin_button_set_value (spin, 4.0);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_selection_start (waveform), 4.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (myna_clip_get_start (clip), 4.0, 1e-6);
  g_assert_null (myna_clip_get_quality (clip));
  myna_clip_set_region (clip, 4.0, 12.0);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_selection_end (waveform), 12.0, 1e-6);
  wait_checked (fixture);
  g_assert_cmpfloat_with_epsilon (myna_clip_get_quality (clip)->seconds, 8.0, 0.05);
  gtk_check_button_set_active (add_voice_find (fixture, GTK_TYPE_CHECK_BUTTON, NULL), TRUE);
  myna_language_row_set_code (add_voice_find (fixture, MYNA_TYPE_LANGUAGE_ROW, NULL), "de");
  add_voice_click (fixture, "_Add Voice");
  ui_test_wait_for (fixture->added != NULL);
  g_assert_cmpfloat_with_epsilon (myna_voice_get_duration (fixture->added), 8.0, 0.1);
}

static void
test_several_files (AddVoiceFixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_build_filename (fixture->folder, "notes.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (text);
  GSList files = { file, NULL };
  MynaClipEditor *editor = NULL;
  GtkWidget *row = NULL;
  g_autofree char *obstacle = NULL;

  add_file (fixture, "one.wav", 8.0);
  wait_checked (fixture);
  add_file (fixture, "two.wav", 9.0);
  wait_checked (fixture);
  g_assert_true (g_file_set_contents (text, "no sound at all", -1, NULL));
  g_assert_true (myna_add_voice_dialog_add_files (fixture->dialog, &files));
  editor = add_voice_find (fixture, MYNA_TYPE_CLIP_EDITOR, NULL);
  ui_test_wait_for (myna_clip_get_state (myna_clip_editor_get_clip (editor)) == MYNA_CLIP_FAILED);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "add-several");
  obstacle = myna_add_voice_dialog_dup_obstacle (fixture->dialog);
  g_assert_cmpstr (obstacle, ==, myna_clip_get_error (myna_clip_editor_get_clip (editor)));

  row = add_voice_find (fixture, MYNA_TYPE_CLIP_ROW, "notes.txt");
  g_signal_emit_by_name (ui_test_find (row, GTK_TYPE_BUTTON, "Remove “notes.txt”"), "clicked");
  ui_test_settle (GTK_WIDGET (fixture->window));
  gtk_check_button_set_active (add_voice_find (fixture, GTK_TYPE_CHECK_BUTTON, NULL), TRUE);
  myna_language_row_set_code (add_voice_find (fixture, MYNA_TYPE_LANGUAGE_ROW, NULL), "de");
  assert_obstacle (fixture, NULL);
  add_voice_click (fixture, "_Add Voice");
  ui_test_wait_for (fixture->added != NULL);
  g_assert_cmpuint (myna_voice_get_n_clips (fixture->added), ==, 2);
}

/* A name that was taken meanwhile: the error is shown in place, and nothing that was entered is
 * lost. */
static void
test_name_taken (AddVoiceFixture *fixture, gconstpointer data)
{
  add_file (fixture, "Ada.wav", 8.0);
  wait_checked (fixture);
  gtk_check_button_set_active (add_voice_find (fixture, GTK_TYPE_CHECK_BUTTON, NULL), TRUE);
  myna_language_row_set_code (add_voice_find (fixture, MYNA_TYPE_LANGUAGE_ROW, NULL), "de");
  add_voice_click (fixture, "_Add Voice");
  ui_test_wait_for (fixture->added != NULL);

  fixture->dialog = myna_add_voice_dialog_new (fixture->voices);
  g_object_add_weak_pointer (G_OBJECT (fixture->dialog), (gpointer *) &fixture->dialog);
  adw_dialog_present (ADW_DIALOG (fixture->dialog), GTK_WIDGET (fixture->window));
  add_file (fixture, "Ada.wav", 8.0);
  wait_checked (fixture);
  assert_obstacle (fixture, "There is a voice with the name “Ada” already; choose another.");
}

static void
test_failure_keeps_everything (AddVoiceFixture *fixture, gconstpointer data)
{
  AdwBanner *banner = NULL;
  AdwEntryRow *name = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "gone.wav", NULL);

  add_file (fixture, "gone.wav", 8.0);
  wait_checked (fixture);
  name = add_voice_find (fixture, ADW_TYPE_ENTRY_ROW, NULL);
  gtk_editable_set_text (GTK_EDITABLE (name), "Nobody");
  gtk_check_button_set_active (add_voice_find (fixture, GTK_TYPE_CHECK_BUTTON, NULL), TRUE);
  myna_language_row_set_code (add_voice_find (fixture, MYNA_TYPE_LANGUAGE_ROW, NULL), "de");
  g_assert_cmpint (g_unlink (path), ==, 0);
  add_voice_click (fixture, "_Add Voice");
  banner = add_voice_find (fixture, ADW_TYPE_BANNER, NULL);
  ui_test_wait_for (adw_banner_get_revealed (banner));
  g_assert_cmpstr (adw_banner_get_title (banner), !=, "");
  ui_test_save_picture (GTK_WIDGET (fixture->window), "add-failed");
  g_assert_null (fixture->added);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "Nobody");
  assert_obstacle (fixture, NULL);
}

/* A long file: only a part is chosen, and more is refused with the reason. */
static void
test_long_file (AddVoiceFixture *fixture, gconstpointer data)
{
  MynaClip *clip = NULL;

  add_file (fixture, "long.wav", 240.0);
  wait_checked (fixture);
  clip = myna_clip_editor_get_clip (add_voice_find (fixture, MYNA_TYPE_CLIP_EDITOR, NULL));
  g_assert_true (myna_clip_is_long (clip));
  g_assert_cmpfloat_with_epsilon (myna_clip_get_end (clip), 60.0, 1e-3);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "add-long");
  myna_clip_set_region (clip, 0.0, 239.0);
  assert_obstacle (fixture, "Choose at most 3 minutes of “long.wav”.");
}

/* A video with two sound tracks: the second one, twice as long, is chosen. */
static void
test_streams (AddVoiceFixture *fixture, gconstpointer data)
{
  g_autofree char *ffmpeg = g_find_program_in_path ("ffmpeg");
  g_autofree char *first = ui_test_write_voice (fixture->folder, "first.wav", 5.0);
  g_autofree char *second = ui_test_write_voice (fixture->folder, "second.wav", 10.0);
  g_autofree char *both = g_build_filename (fixture->folder, "both.mkv", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (both);
  g_autoptr (GError) error = NULL;
  GSList files = { file, NULL };
  const char *argv[] = { ffmpeg, "-v",   "error", "-i", first,  "-i", second, "-map",
                         "0",    "-map", "1",     "-c", "flac", both, NULL };
  GtkWidget *editor = NULL;
  GtkWidget *row = NULL;
  MynaClip *clip = NULL;
  int status = 0;

  if (ffmpeg == NULL)
    {
      g_test_skip ("needs ffmpeg to make a file with two streams");
      return;
    }
  g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  g_assert_true (myna_add_voice_dialog_add_files (fixture->dialog, &files));
  ui_test_settle (GTK_WIDGET (fixture->window));
  wait_checked (fixture);
  editor = add_voice_find (fixture, MYNA_TYPE_CLIP_EDITOR, NULL);
  clip = myna_clip_editor_get_clip (MYNA_CLIP_EDITOR (editor));
  g_assert_cmpfloat_with_epsilon (myna_clip_get_duration (clip), 5.0, 0.1);
  row = ui_test_find (editor, ADW_TYPE_COMBO_ROW, NULL);
  g_assert_nonnull (row);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "add-streams");
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 1);
  g_assert_cmpuint (myna_clip_get_stream (clip), ==, 1);
  wait_checked (fixture);
  g_assert_cmpfloat_with_epsilon (myna_clip_get_duration (clip), 10.0, 0.1);
}

/* No microphone: said plainly, and files are still a way. */
static void
test_no_device (AddVoiceFixture *fixture, gconstpointer data)
{
  GtkWidget *pane = NULL;

  if (g_strcmp0 (g_getenv ("MYNA_FAKE_SOUND"), "0") != 0)
    {
      g_test_skip ("needs tests/hardware/no-sound.sh");
      return;
    }
  myna_add_voice_dialog_record (fixture->dialog);
  ui_test_settle (GTK_WIDGET (fixture->window));
  pane = add_voice_find (fixture, MYNA_TYPE_RECORD_PANE, NULL);
  g_assert_nonnull (ui_test_find (pane, GTK_TYPE_LABEL, "No Microphone Found"));
  g_assert_nonnull (ui_test_find (pane, GTK_TYPE_BUTTON, "_Choose Files…"));
  myna_record_pane_toggle (MYNA_RECORD_PANE (pane));
  g_assert_false (myna_record_pane_get_recording (MYNA_RECORD_PANE (pane)));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "add-no-device");
}

/* A typed transcript would be lost: closing asks first. */
static void
test_closing_asks (AddVoiceFixture *fixture, gconstpointer data)
{
  GtkTextView *transcript = NULL;
  AdwDialog *question = NULL;

  add_file (fixture, "voice.wav", 8.0);
  wait_checked (fixture);
  transcript = add_voice_find (fixture, GTK_TYPE_TEXT_VIEW, NULL);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (transcript), "hello", -1);
  adw_dialog_close (ADW_DIALOG (fixture->dialog));
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_nonnull (fixture->dialog);
  question = adw_window_get_visible_dialog (ADW_WINDOW (fixture->window));
  g_assert_true (ADW_IS_ALERT_DIALOG (question));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "add-discard");
  g_signal_emit_by_name (ui_test_find (GTK_WIDGET (question), GTK_TYPE_BUTTON, "_Discard"),
                         "clicked");
  ui_test_wait_for (fixture->dialog == NULL);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, AddVoiceFixture, NULL, add_voice_set_up, func, add_voice_tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  ADD ("/ui/add-voice/from-file", test_add_from_file);
  ADD ("/ui/add-voice/trimmed", test_trimmed);
  ADD ("/ui/add-voice/several-files", test_several_files);
  ADD ("/ui/add-voice/name-taken", test_name_taken);
  ADD ("/ui/add-voice/failure-keeps-everything", test_failure_keeps_everything);
  ADD ("/ui/add-voice/long-file", test_long_file);
  ADD ("/ui/add-voice/streams", test_streams);
  ADD ("/ui/add-voice/no-device", test_no_device);
  ADD ("/ui/add-voice/closing-asks", test_closing_asks);
  return g_test_run ();
}
