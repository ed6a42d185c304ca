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

/* Files of no use but as those that are looked for. */
static void
make_models (const char *folder)
{
  static const char *const roles[] = { "t2s", "s2-v2", "hubert" };

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autofree char *dir = g_build_filename (folder, "models", roles[i], NULL);
      g_autofree char *file = g_build_filename (dir, "file", NULL);
      g_autofree char *sidecar = g_build_filename (dir, "model.json", NULL);
      g_autofree char *text =
          g_strdup_printf ("{\"role\": \"%s\", \"file\": \"file\", \"sha256\": \"\"}", roles[i]);

      g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
      g_assert_true (g_file_set_contents (file, "x", 1, NULL));
      g_assert_true (g_file_set_contents (sidecar, text, -1, NULL));
    }
}

/* The way to cut is GPT-SoVITS's: the draft voice speaks sentences, whatever is set. */
static void
check_cut (GSettings *settings, GtkWidget *options)
{
  GtkWidget *row = ui_test_find (options, ADW_TYPE_COMBO_ROW, "_Cut the Text At");

  g_assert_nonnull (row);
  g_assert_cmpint (myna_speech_options_get_cut (settings), ==, MYNA_TAKE_CUT_SENTENCES);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), MYNA_TAKE_CUT_FIFTY);
  g_assert_cmpint (myna_speech_options_get_cut (settings), ==, MYNA_TAKE_CUT_FIFTY);
  g_settings_set_string (settings, "engine", "draft");
  g_assert_cmpint (myna_speech_options_get_cut (settings), ==, MYNA_TAKE_CUT_SENTENCES);
  g_assert_false (gtk_widget_get_visible (row));
  g_settings_set_string (settings, "engine", "gpt-sovits");
}

static void
test_engine (void)
{
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autofree char *folder = ui_test_make_folder ();
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *options = g_object_new (MYNA_TYPE_SPEECH_OPTIONS, NULL);
  GtkWidget *clarity = NULL;
  AdwToggleGroup *group = NULL;
  AdwToggle *toggle = NULL;
  GtkLabel *note = NULL;
  g_autofree char *chosen = NULL;
  g_autofree char *previous = g_strdup (g_getenv ("MYNA_DATA_DIR"));
  GtkWindow *window = NULL;

  g_setenv ("MYNA_DATA_DIR", folder, TRUE);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), options);
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  window = ui_test_present (button);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  ui_test_settle (GTK_WIDGET (window));
  clarity = ui_test_find (options, GTK_TYPE_CHECK_BUTTON, NULL);
  group = ADW_TOGGLE_GROUP (ui_test_find (options, ADW_TYPE_TOGGLE_GROUP, NULL));
  toggle = adw_toggle_group_get_toggle_by_name (group, "gpt-sovits");
  note = GTK_LABEL (gtk_widget_get_next_sibling (GTK_WIDGET (group)));
  g_assert_cmpstr (adw_toggle_group_get_active_name (group), ==, "draft");
  ui_test_wait_for (gtk_widget_get_visible (GTK_WIDGET (note)));
  g_assert_nonnull (strstr (gtk_label_get_text (note), "s1v3.ckpt"));
  g_assert_false (adw_toggle_get_enabled (toggle));
  g_assert_true (gtk_widget_get_mapped (clarity));
  ui_test_settle (GTK_WIDGET (window));
  g_assert_nonnull (ui_test_find (options, GTK_TYPE_BUTTON, "_Import Model Files…"));
  ui_test_save_picture (options, "speech-options-needs-model-files");

  /* They have come: the next time it opens, the engine can be chosen. */
  make_models (folder);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (button));
  ui_test_settle (GTK_WIDGET (window));
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  ui_test_wait_for (adw_toggle_get_enabled (toggle));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (note)));
  adw_toggle_group_set_active_name (group, "gpt-sovits");
  chosen = g_settings_get_string (settings, "engine");
  g_assert_cmpstr (chosen, ==, "gpt-sovits");
  ui_test_wait_for (!gtk_widget_get_mapped (clarity));
  ui_test_settle (GTK_WIDGET (window));
  g_assert_null (ui_test_find (options, GTK_TYPE_BUTTON, "_Import Model Files…"));
  ui_test_save_picture (options, "speech-options-gpt-sovits");
  check_cut (settings, options);

  g_signal_emit_by_name (ui_test_find (options, GTK_TYPE_BUTTON, "_Reset"), "clicked");
  g_assert_cmpstr (adw_toggle_group_get_active_name (group), ==, "draft");
  ui_test_destroy (window, options);
  if (previous != NULL)
    g_setenv ("MYNA_DATA_DIR", previous, TRUE);
  else
    g_unsetenv ("MYNA_DATA_DIR");
  ui_test_remove_folder (folder);
}

static void
test_shortcuts_and_about (void)
{
  GtkWindow *window = ui_test_present (gtk_label_new (NULL));
  g_autofree char *info = myna_about_dup_debug_info (NULL);
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
  g_test_add_func ("/ui/preferences/engine", test_engine);
  g_test_add_func ("/ui/preferences/shortcuts-and-about", test_shortcuts_and_about);
  return g_test_run ();
}
