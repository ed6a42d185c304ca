/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

#include <signal.h>

#include "ui/voices/myna-add-voice-dialog.h"
#include "ui/voices/myna-clip-editor.h"
#include "ui/voices/myna-record-pane.h"
#include "ui/widgets/myna-level-bar.h"
#include "ui/widgets/myna-waveform.h"

/* Recording in the add dialog with the fake microphone of tests/hardware/with-sound.sh, into which
 * a speech-like sound is played. */
typedef struct
{
  char *folder;
  MynaStore *store;
  MynaVoices *voices;
  GSubprocess *speaker;
  GtkWindow *window;
  MynaAddVoiceDialog *dialog;
  MynaVoice *added;
} Fixture;

static void
added_cb (MynaAddVoiceDialog *dialog, MynaVoice *voice, Fixture *fixture)
{
  g_assert (MYNA_IS_VOICE (voice));

  g_set_object (&fixture->added, voice);
}

static void
speak_into_room (Fixture *fixture)
{
  g_autofree char *path = ui_test_write_voice (fixture->folder, "person.wav", 60.0);
  g_autoptr (GError) error = NULL;

  fixture->speaker = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "paplay",
                                       "--device=room", path, NULL);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *library = NULL;

  fixture->folder = ui_test_make_folder ();
  library = g_build_filename (fixture->folder, "library", NULL);
  fixture->store = myna_store_open (library, MYNA_STORE_OPEN_DEFAULT, &error);
  g_assert_no_error (error);
  fixture->voices = myna_voices_new (fixture->store, "draft");
  speak_into_room (fixture);
  fixture->window = ui_test_present (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  fixture->dialog = myna_add_voice_dialog_new (fixture->voices);
  g_object_add_weak_pointer (G_OBJECT (fixture->dialog), (gpointer *) &fixture->dialog);
  g_signal_connect (fixture->dialog, "added", G_CALLBACK (added_cb), fixture);
  adw_dialog_present (ADW_DIALOG (fixture->dialog), GTK_WIDGET (fixture->window));
  myna_add_voice_dialog_record (fixture->dialog);
  ui_test_settle (GTK_WIDGET (fixture->window));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->dialog != NULL)
    adw_dialog_force_close (ADW_DIALOG (fixture->dialog));
  ui_test_destroy (fixture->window, GTK_WIDGET (fixture->window));
  ui_test_wait_for (fixture->dialog == NULL);
  g_subprocess_force_exit (fixture->speaker);
  g_subprocess_wait (fixture->speaker, NULL, NULL);
  g_clear_object (&fixture->speaker);
  g_clear_object (&fixture->added);
  g_clear_object (&fixture->voices);
  myna_store_close (fixture->store);
  g_clear_object (&fixture->store);
  ui_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static gpointer
find (Fixture *fixture, GType type, const char *text)
{
  GtkWidget *widget = ui_test_find (GTK_WIDGET (fixture->dialog), type, text);

  g_assert_nonnull (widget);
  return widget;
}

static void
click (Fixture *fixture, const char *label)
{
  GtkWidget *button = find (fixture, GTK_TYPE_BUTTON, label);

  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

static MynaWaveform *
get_live_waveform (Fixture *fixture)
{
  GtkWidget *pane = find (fixture, MYNA_TYPE_RECORD_PANE, NULL);

  return MYNA_WAVEFORM (ui_test_find (pane, MYNA_TYPE_WAVEFORM, NULL));
}

/* Until so much is on the waveform. */
static void
wait_recorded (Fixture *fixture, double seconds)
{
  MynaWaveform *waveform = get_live_waveform (fixture);

  ui_test_wait_for (myna_waveform_get_duration (waveform) >= seconds);
}

static MynaClip *
wait_clip (Fixture *fixture)
{
  MynaClipEditor *editor = find (fixture, MYNA_TYPE_CLIP_EDITOR, NULL);

  ui_test_wait_for (myna_clip_editor_get_clip (editor) != NULL);
  ui_test_wait_for (myna_clip_get_quality (myna_clip_editor_get_clip (editor)) != NULL &&
                    myna_clip_get_peaks (myna_clip_editor_get_clip (editor)) != NULL);
  return myna_clip_editor_get_clip (editor);
}

static gboolean
recordings_are_gone (void)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "myna", "recordings", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  return dir == NULL || g_dir_read_name (dir) == NULL;
}

/* The play cursor moves while the selection sounds, and goes with the sound. */
static void
play_and_stop (Fixture *fixture)
{
  GtkWidget *editor = find (fixture, MYNA_TYPE_CLIP_EDITOR, NULL);
  MynaWaveform *waveform = MYNA_WAVEFORM (ui_test_find (editor, MYNA_TYPE_WAVEFORM, NULL));

  click (fixture, "Play Selection");
  ui_test_wait_for (myna_waveform_get_position (waveform) > 0.3);
  click (fixture, "Stop");
  g_assert_cmpfloat (myna_waveform_get_position (waveform), <, 0.0);
}

/* The level is shown before anything is recorded; then record, pause, go on, stop, add. */
static void
test_record_and_add (Fixture *fixture, gconstpointer data)
{
  MynaRecordPane *pane = find (fixture, MYNA_TYPE_RECORD_PANE, NULL);
  MynaLevelBar *level = find (fixture, MYNA_TYPE_LEVEL_BAR, NULL);
  AdwSwitchRow *text_switch = find (fixture, ADW_TYPE_SWITCH_ROW, NULL);
  double paused_at = 0.0;
  MynaClip *clip = NULL;

  ui_test_wait_for (myna_level_bar_get_level (level) > 0.01);
  g_assert_false (myna_record_pane_get_recording (pane));
  adw_switch_row_set_active (text_switch, TRUE);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "record-before");

  click (fixture, "Record (R)");
  g_assert_true (myna_record_pane_get_recording (pane));
  wait_recorded (fixture, 2.0);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "record-running");
  click (fixture, "Pause");
  paused_at = myna_waveform_get_duration (get_live_waveform (fixture));
  click (fixture, "Continue Recording");
  wait_recorded (fixture, paused_at + 4.0);
  click (fixture, "Stop (R)");

  clip = wait_clip (fixture);
  g_assert_false (myna_record_pane_get_recording (pane));
  g_assert_cmpfloat (myna_clip_get_duration (clip), >=, 6.0);
  g_assert_cmpstr (myna_clip_get_transcript (clip), ==, myna_record_pane_get_text (pane));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "record-done");
  play_and_stop (fixture);
  gtk_editable_set_text (find (fixture, ADW_TYPE_ENTRY_ROW, NULL), "Me");
  gtk_check_button_set_active (find (fixture, GTK_TYPE_CHECK_BUTTON, NULL), TRUE);
  click (fixture, "_Add Voice");
  ui_test_wait_for (fixture->added != NULL);
  g_assert_cmpstr (myna_voice_get_language (fixture->added), ==, "en-us");
  ui_test_wait_for (fixture->dialog == NULL && recordings_are_gone ());
}

/* Start Over throws away what was said and records again. */
static void
test_start_over (Fixture *fixture, gconstpointer data)
{
  MynaRecordPane *pane = find (fixture, MYNA_TYPE_RECORD_PANE, NULL);

  click (fixture, "Record (R)");
  wait_recorded (fixture, 1.0);
  click (fixture, "Start Over");
  ui_test_wait_for (myna_waveform_get_duration (get_live_waveform (fixture)) < 0.5);
  ui_test_wait_for (gtk_widget_is_sensitive (find (fixture, GTK_TYPE_BUTTON, "Start Over")));
  g_assert_true (myna_record_pane_get_recording (pane));
  wait_recorded (fixture, 0.5);
  myna_record_pane_abandon (pane);
  ui_test_wait_for (!myna_record_pane_get_recording (pane));
  adw_dialog_close (ADW_DIALOG (fixture->dialog));
  ui_test_wait_for (fixture->dialog == NULL && recordings_are_gone ());
}

/* Closing while recording asks; discarding leaves no file. */
static void
test_close_asks (Fixture *fixture, gconstpointer data)
{
  AdwDialog *question = NULL;

  click (fixture, "Record (R)");
  wait_recorded (fixture, 0.5);
  adw_dialog_close (ADW_DIALOG (fixture->dialog));
  ui_test_settle (GTK_WIDGET (fixture->window));
  question = adw_window_get_visible_dialog (ADW_WINDOW (fixture->window));
  g_assert_true (ADW_IS_ALERT_DIALOG (question));
  g_signal_emit_by_name (ui_test_find (GTK_WIDGET (question), GTK_TYPE_BUTTON, "_Discard"),
                         "clicked");
  ui_test_wait_for (fixture->dialog == NULL && recordings_are_gone ());
}

/* The last one: the sound server goes, and with it the microphone. What was said is still there. */
static void
test_unplugged (Fixture *fixture, gconstpointer data)
{
  MynaRecordPane *pane = find (fixture, MYNA_TYPE_RECORD_PANE, NULL);
  const char *pid = g_getenv ("MYNA_FAKE_PULSE_PID");

  click (fixture, "Record (R)");
  wait_recorded (fixture, 5.0);
  g_assert_cmpint (kill ((pid_t) g_ascii_strtoll (pid, NULL, 10), SIGKILL), ==, 0);
  ui_test_wait_for (!myna_record_pane_get_recording (pane));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "record-unplugged");
  click (fixture, "_Use It");
  g_assert_cmpfloat (myna_clip_get_duration (wait_clip (fixture)), >, 3.0);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  if (g_getenv ("MYNA_FAKE_PULSE_PID") == NULL)
    {
      g_print ("1..0 # SKIP needs tests/hardware/with-sound.sh\n");
      return 0;
    }
  ADD ("/ui/record/record-and-add", test_record_and_add);
  ADD ("/ui/record/start-over", test_start_over);
  ADD ("/ui/record/close-asks", test_close_asks);
  ADD ("/ui/record/unplugged", test_unplugged);
  return g_test_run ();
}
