/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/add-voice-fixture.h"

static void
added_cb (MynaAddVoiceDialog *dialog, MynaVoice *voice, AddVoiceFixture *fixture)
{
  g_assert (MYNA_IS_VOICE (voice));

  g_set_object (&fixture->added, voice);
}

void
add_voice_set_up (AddVoiceFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *library = NULL;

  fixture->folder = ui_test_make_folder ();
  library = g_build_filename (fixture->folder, "library", NULL);
  fixture->store = myna_store_open (library, MYNA_STORE_OPEN_DEFAULT, &error);
  g_assert_no_error (error);
  fixture->voices = myna_voices_new (fixture->store, "draft");
  fixture->window = ui_test_present (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  fixture->dialog = myna_add_voice_dialog_new (fixture->voices);
  g_object_add_weak_pointer (G_OBJECT (fixture->dialog), (gpointer *) &fixture->dialog);
  g_signal_connect (fixture->dialog, "added", G_CALLBACK (added_cb), fixture);
  adw_dialog_present (ADW_DIALOG (fixture->dialog), GTK_WIDGET (fixture->window));
  ui_test_settle (GTK_WIDGET (fixture->window));
}

void
add_voice_tear_down (AddVoiceFixture *fixture, gconstpointer data)
{
  if (fixture->dialog != NULL)
    adw_dialog_force_close (ADW_DIALOG (fixture->dialog));
  ui_test_destroy (fixture->window, GTK_WIDGET (fixture->window));
  /* Whatever still ran in a thread lets go of the dialog. */
  ui_test_wait_for (fixture->dialog == NULL);
  if (fixture->speaker != NULL)
    {
      g_subprocess_force_exit (fixture->speaker);
      g_subprocess_wait (fixture->speaker, NULL, NULL);
    }
  g_clear_object (&fixture->speaker);
  g_clear_object (&fixture->added);
  g_clear_object (&fixture->voices);
  myna_store_close (fixture->store);
  g_clear_object (&fixture->store);
  ui_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

gpointer
add_voice_find (AddVoiceFixture *fixture, GType type, const char *text)
{
  GtkWidget *widget = ui_test_find (GTK_WIDGET (fixture->dialog), type, text);

  g_assert_nonnull (widget);
  return widget;
}

void
add_voice_click (AddVoiceFixture *fixture, const char *label)
{
  GtkWidget *button = add_voice_find (fixture, GTK_TYPE_BUTTON, label);

  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}
