/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/add-voice-fixture.h"

#include <signal.h>

#include "ui/voices/myna-clip-editor.h"
#include "ui/voices/myna-record-pane.h"
#include "ui/widgets/myna-level-bar.h"
#include "ui/widgets/myna-waveform.h"

/* Recording in the add dialog with the fake microphone of tests/hardware/with-sound.sh, into which
 * a speech-like sound is played. */

static void
speak_into_room (AddVoiceFixture *fixture)
{
  g_autofree char *path = ui_test_write_voice (fixture->folder, "person.wav", 60.0);
  g_autoptr (GError) error = NULL;

  fixture->speaker = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "paplay",
                                       "--device=room", path, NULL);
  g_assert_no_error (error);
}

static void
set_up (AddVoiceFixture *fixture, gconstpointer data)
{
  add_voice_set_up (fixture, data);
  speak_into_room (fixture);
  myna_add_voice_dialog_record (fixture->dialog);
  ui_test_settle (GTK_WIDGET (fixture->window));
}

static MynaWaveform *
get_live_waveform (AddVoiceFixture *fixture)
{
  GtkWidget *pane = add_voice_find (fixture, MYNA_TYPE_RECORD_PANE, NULL);

  return MYNA_WAVEFORM (ui_test_find (pane, MYNA_TYPE_WAVEFORM, NULL));
}

/* Until so much is on the waveform. */
static void
wait_recorded (AddVoiceFixture *fixture, double seconds)
{
  MynaWaveform *waveform = get_live_waveform (fixture);

  ui_test_wait_for (myna_waveform_get_duration (waveform) >= seconds);
}

static MynaClip *
wait_clip (AddVoiceFixture *fixture)
{
  MynaClipEditor *editor = add_voice_find (fixture, MYNA_TYPE_CLIP_EDITOR, NULL);

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
play_and_stop (AddVoiceFixture *fixture)
{
  GtkWidget *editor = add_voice_find (fixture, MYNA_TYPE_CLIP_EDITOR, NULL);
  MynaWaveform *waveform = MYNA_WAVEFORM (ui_test_find (editor, MYNA_TYPE_WAVEFORM, NULL));

  add_voice_click (fixture, "Play Selection");
  ui_test_wait_for (myna_waveform_get_position (waveform) > 0.3);
  add_voice_click (fixture, "Stop");
  g_assert_cmpfloat (myna_waveform_get_position (waveform), <, 0.0);
}

/* The level is shown before anything is recorded; then record, pause, go on, stop, add. */
static void
test_record_and_add (AddVoiceFixture *fixture, gconstpointer data)
{
  MynaRecordPane *pane = add_voice_find (fixture, MYNA_TYPE_RECORD_PANE, NULL);
  MynaLevelBar *level = add_voice_find (fixture, MYNA_TYPE_LEVEL_BAR, NULL);
  AdwSwitchRow *text_switch = add_voice_find (fixture, ADW_TYPE_SWITCH_ROW, NULL);
  double paused_at = 0.0;
  MynaClip *clip = NULL;

  ui_test_wait_for (myna_level_bar_get_level (level) > 0.01);
  g_assert_false (myna_record_pane_get_recording (pane));
  adw_switch_row_set_active (text_switch, TRUE);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "record-before");

  add_voice_click (fixture, "Record (R)");
  g_assert_true (myna_record_pane_get_recording (pane));
  wait_recorded (fixture, 2.0);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "record-running");
  add_voice_click (fixture, "Pause");
  paused_at = myna_waveform_get_duration (get_live_waveform (fixture));
  add_voice_click (fixture, "Continue Recording");
  wait_recorded (fixture, paused_at + 4.0);
  add_voice_click (fixture, "Stop (R)");

  clip = wait_clip (fixture);
  g_assert_false (myna_record_pane_get_recording (pane));
  g_assert_cmpfloat (myna_clip_get_duration (clip), >=, 6.0);
  g_assert_cmpstr (myna_clip_get_transcript (clip), ==, myna_record_pane_get_text (pane));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "record-done");
  play_and_stop (fixture);
  gtk_editable_set_text (add_voice_find (fixture, ADW_TYPE_ENTRY_ROW, NULL), "Me");
  gtk_check_button_set_active (add_voice_find (fixture, GTK_TYPE_CHECK_BUTTON, NULL), TRUE);
  add_voice_click (fixture, "_Add Voice");
  ui_test_wait_for (fixture->added != NULL);
  g_assert_cmpstr (myna_voice_get_language (fixture->added), ==, "en-us");
  ui_test_wait_for (fixture->dialog == NULL && recordings_are_gone ());
}

/* Start Over throws away what was said and records again. */
static void
test_start_over (AddVoiceFixture *fixture, gconstpointer data)
{
  MynaRecordPane *pane = add_voice_find (fixture, MYNA_TYPE_RECORD_PANE, NULL);

  add_voice_click (fixture, "Record (R)");
  wait_recorded (fixture, 1.0);
  add_voice_click (fixture, "Start Over");
  ui_test_wait_for (myna_waveform_get_duration (get_live_waveform (fixture)) < 0.5);
  ui_test_wait_for (
      gtk_widget_is_sensitive (add_voice_find (fixture, GTK_TYPE_BUTTON, "Start Over")));
  g_assert_true (myna_record_pane_get_recording (pane));
  wait_recorded (fixture, 0.5);
  myna_record_pane_abandon (pane);
  ui_test_wait_for (!myna_record_pane_get_recording (pane));
  adw_dialog_close (ADW_DIALOG (fixture->dialog));
  ui_test_wait_for (fixture->dialog == NULL && recordings_are_gone ());
}

/* Closing while recording asks; discarding leaves no file. */
static void
test_close_asks (AddVoiceFixture *fixture, gconstpointer data)
{
  AdwDialog *question = NULL;

  add_voice_click (fixture, "Record (R)");
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
test_unplugged (AddVoiceFixture *fixture, gconstpointer data)
{
  MynaRecordPane *pane = add_voice_find (fixture, MYNA_TYPE_RECORD_PANE, NULL);
  const char *pid = g_getenv ("MYNA_FAKE_PULSE_PID");

  add_voice_click (fixture, "Record (R)");
  wait_recorded (fixture, 5.0);
  g_assert_cmpint (kill ((pid_t) g_ascii_strtoll (pid, NULL, 10), SIGKILL), ==, 0);
  ui_test_wait_for (!myna_record_pane_get_recording (pane));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "record-unplugged");
  add_voice_click (fixture, "_Use It");
  g_assert_cmpfloat (myna_clip_get_duration (wait_clip (fixture)), >, 3.0);
}

#define ADD(path, func) g_test_add (path, AddVoiceFixture, NULL, set_up, func, add_voice_tear_down)

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
