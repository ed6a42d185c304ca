/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"
#include "ui/preferences/myna-preferences-dialog.h"
#include "ui/studio/myna-speech-options.h"
#include "ui/window/myna-about.h"
#include "ui/window/myna-shortcuts.h"

static void
test_applied_at_once (void)
{
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autofree char *folder = ui_test_make_folder ();
  GtkWindow *window = ui_test_present (gtk_label_new (NULL));
  AdwDialog *dialog = myna_preferences_dialog_new (folder);
  GtkWidget *autoplay = NULL;
  GtkWidget *format = NULL;

  adw_dialog_present (dialog, GTK_WIDGET (window));
  ui_test_settle (GTK_WIDGET (window));
  ui_test_save_picture (GTK_WIDGET (window), "preferences");

  autoplay = ui_test_find (GTK_WIDGET (dialog), ADW_TYPE_SWITCH_ROW, "Play New Speech at _Once");
  g_assert_nonnull (autoplay);
  adw_switch_row_set_active (ADW_SWITCH_ROW (autoplay), FALSE);
  g_assert_false (g_settings_get_boolean (settings, "autoplay"));

  format = ui_test_find (GTK_WIDGET (dialog), ADW_TYPE_COMBO_ROW, "_Format");
  adw_combo_row_set_selected (ADW_COMBO_ROW (format), 2);
  g_assert_cmpint (g_settings_get_enum (settings, "export-format"), ==, 2);
  g_assert_nonnull (ui_test_find (GTK_WIDGET (dialog), GTK_TYPE_LABEL, folder));

  ui_test_destroy (window, GTK_WIDGET (dialog));
  ui_test_remove_folder (folder);
}

static void
test_speech_options (void)
{
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *options = g_object_new (MYNA_TYPE_SPEECH_OPTIONS, NULL);
  GtkWindow *window = NULL;
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  double pause = 0.0;

  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), options);
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  window = ui_test_present (button);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  ui_test_settle (GTK_WIDGET (window));
  ui_test_save_picture (options, "speech-options");

  adw_switch_row_set_active (ADW_SWITCH_ROW (ui_test_find (options, ADW_TYPE_SWITCH_ROW, NULL)),
                             FALSE);
  adw_spin_row_set_value (ADW_SPIN_ROW (ui_test_find (options, ADW_TYPE_SPIN_ROW, "_Seed")), 42.0);
  g_settings_set_double (settings, "speed", 1.5);
  myna_speech_options_fill (settings, &params, &pause);
  g_assert_cmpuint (params.seed, ==, 42);
  g_assert_cmpfloat (params.speed, ==, 1.5);
  g_assert_nonnull (ui_test_find (options, GTK_TYPE_LABEL, "1.50×"));

  g_signal_emit_by_name (ui_test_find (options, GTK_TYPE_BUTTON, "_Reset"), "clicked");
  g_assert_cmpfloat (g_settings_get_double (settings, "speed"), ==, 1.0);
  g_assert_true (g_settings_get_boolean (settings, "random-seed"));
  ui_test_destroy (window, options);
}

static void
test_shortcuts_and_about (void)
{
  GtkWindow *window = ui_test_present (gtk_label_new (NULL));
  g_autofree char *info = myna_about_dup_debug_info ();
  AdwDialog *dialog = NULL;

  g_assert_nonnull (strstr (info, "FFmpeg"));
  g_assert_nonnull (strstr (info, "GTK"));
  myna_about_present (window);
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (window));
  g_assert_true (ADW_IS_ABOUT_DIALOG (dialog));
  g_assert_cmpstr (adw_about_dialog_get_version (ADW_ABOUT_DIALOG (dialog)), ==, MYNA_VERSION);
  ui_test_settle (GTK_WIDGET (window));
  ui_test_save_picture (GTK_WIDGET (window), "about");
  adw_dialog_force_close (dialog);
  ui_test_wait_for (adw_window_get_visible_dialog (ADW_WINDOW (window)) == NULL);

  myna_shortcuts_present (window);
  ui_test_settle (GTK_WIDGET (window));
  ui_test_save_picture (GTK_WIDGET (window), "shortcuts");
  ui_test_destroy (window, GTK_WIDGET (window));
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/ui/preferences/applied-at-once", test_applied_at_once);
  g_test_add_func ("/ui/preferences/speech-options", test_speech_options);
  g_test_add_func ("/ui/preferences/shortcuts-and-about", test_shortcuts_and_about);
  return g_test_run ();
}
