/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/myna-application.h"
#include "tests/ui/ui-test.h"
#include "ui/voices/myna-voices-page.h"
#include "ui/window/myna-window.h"

/* The whole application in process, on the folder that MYNA_DATA_DIR names. */
typedef struct
{
  char *folder;
  MynaApplication *application;
  GtkWidget *window;
} Fixture;

typedef struct
{
  const char *path;
  void (*func) (Fixture *fixture);
  gboolean broken; /* the data folder cannot be made */
} Case;

static void
choose_folder (Fixture *fixture, gboolean broken)
{
  g_autofree char *file = g_build_filename (fixture->folder, "file", NULL);
  g_autofree char *below = g_build_filename (file, "data", NULL);

  /* Nobody, not even root, can make a folder below a file. */
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_setenv ("MYNA_DATA_DIR", broken ? below : fixture->folder, TRUE);
}

typedef struct
{
  const Case *test;
  Fixture *fixture;
} Run;

static gboolean
run_case (gpointer data)
{
  Run *run = data;
  GtkApplication *application = GTK_APPLICATION (run->fixture->application);

  run->fixture->window = GTK_WIDGET (gtk_application_get_active_window (application));
  g_assert_true (MYNA_IS_WINDOW (run->fixture->window));
  run->test->func (run->fixture);
  g_application_quit (G_APPLICATION (application));
  return G_SOURCE_REMOVE;
}

static void
on_activated (GApplication *application, gpointer run)
{
  g_signal_handlers_disconnect_by_func (application, on_activated, run);
  g_idle_add (run_case, run);
}

/* A case runs inside the application's own main loop, as it is in life. */
static void
test_case (gconstpointer data)
{
  char *argv[] = { (char *) "myna", NULL };
  Fixture fixture = { ui_test_make_folder (), myna_application_new (), NULL };
  Run run = { (const Case *) data, &fixture };
  gpointer application = fixture.application;

  choose_folder (&fixture, run.test->broken);
  g_signal_connect_after (fixture.application, "activate", G_CALLBACK (on_activated), &run);
  g_assert_cmpint (g_application_run (G_APPLICATION (fixture.application), 1, argv), ==, 0);
  g_object_add_weak_pointer (application, &application);
  g_object_unref (fixture.application);
  g_assert_null (application);
  ui_test_remove_folder (fixture.folder);
  g_free (fixture.folder);
}

static void
activate (Fixture *fixture, const char *action)
{
  g_action_group_activate_action (G_ACTION_GROUP (fixture->application), action, NULL);
}

static void
test_opens (Fixture *fixture)
{
  ui_test_wait_for (myna_window_get_page (MYNA_WINDOW (fixture->window), "studio") != NULL);
  g_assert_nonnull (ui_test_find (fixture->window, ADW_TYPE_STATUS_PAGE, NULL));

  /* A second start is forwarded to the first. */
  g_application_activate (G_APPLICATION (fixture->application));
  g_assert_true (gtk_application_get_active_window (GTK_APPLICATION (fixture->application)) ==
                 GTK_WINDOW (fixture->window));
}

/* Opened with Myna in the file manager: two at once, before the library is open. */
static void
test_opens_recordings (Fixture *fixture)
{
  GFile *files[] = { g_file_new_for_path ("/one.wav"), g_file_new_for_path ("/two.wav") };
  AdwDialog *dialog = NULL;
  MynaVoicesPage *page = NULL;

  g_application_open (G_APPLICATION (fixture->application), files, G_N_ELEMENTS (files), "");
  page = MYNA_VOICES_PAGE (myna_window_get_page (MYNA_WINDOW (fixture->window), "voices"));
  dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (fixture->window));
  g_assert_nonnull (dialog);
  g_assert_true (dialog == ADW_DIALOG (myna_voices_page_get_dialog (page)));
  ui_test_settle (fixture->window);
  g_assert_nonnull (ui_test_find (GTK_WIDGET (dialog), GTK_TYPE_LABEL, "one.wav"));
  g_assert_nonnull (ui_test_find (GTK_WIDGET (dialog), GTK_TYPE_LABEL, "two.wav"));
  adw_dialog_force_close (dialog);
  g_object_unref (files[0]);
  g_object_unref (files[1]);
}

static void
test_library_open_error (Fixture *fixture)
{
  GtkWidget *status = NULL;

  ui_test_wait_for (ui_test_find (fixture->window, ADW_TYPE_STATUS_PAGE, NULL) != NULL);
  status = ui_test_find (fixture->window, ADW_TYPE_STATUS_PAGE, NULL);
  g_assert_cmpstr (adw_status_page_get_description (ADW_STATUS_PAGE (status)), !=, "");
  ui_test_save_picture (fixture->window, "library-open-error");

  /* The cause is removed, and "Try Again" opens it. */
  g_setenv ("MYNA_DATA_DIR", fixture->folder, TRUE);
  g_signal_emit_by_name (ui_test_find (fixture->window, GTK_TYPE_BUTTON, "_Try Again"), "clicked");
  ui_test_wait_for (myna_window_get_page (MYNA_WINDOW (fixture->window), "studio") != NULL);
}

static void
test_dialogs (Fixture *fixture)
{
  static const char *const actions[] = { "preferences", "about", "shortcuts" };

  ui_test_wait_for (myna_window_get_page (MYNA_WINDOW (fixture->window), "studio") != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      AdwDialog *dialog = NULL;

      activate (fixture, actions[i]);
      dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (fixture->window));
      g_assert_nonnull (dialog);
      adw_dialog_force_close (dialog);
      ui_test_wait_for (adw_application_window_get_visible_dialog (
                            ADW_APPLICATION_WINDOW (fixture->window)) == NULL);
    }
}

static gboolean
has_action (GtkWidget *widget, const char *name)
{
  GType owner = G_TYPE_INVALID;
  const char *action = NULL;
  const GVariantType *type = NULL;
  const char *property = NULL;

  for (guint i = 0; gtk_widget_class_query_action (GTK_WIDGET_GET_CLASS (widget), i, &owner,
                                                   &action, &type, &property);
       i++)
    if (g_str_equal (action, name))
      return TRUE;
  return FALSE;
}

static void
test_every_shortcut_has_an_action (Fixture *fixture)
{
  g_auto (GStrv) actions =
      gtk_application_list_action_descriptions (GTK_APPLICATION (fixture->application));

  ui_test_wait_for (myna_window_get_page (MYNA_WINDOW (fixture->window), "studio") != NULL);
  g_assert_cmpuint (g_strv_length (actions), >, 8);
  for (guint i = 0; actions[i] != NULL; i++)
    {
      g_autofree char *name = NULL;
      g_autoptr (GVariant) target = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_action_parse_detailed_name (actions[i], &name, &target, &error));
      g_assert_no_error (error);
      if (g_str_has_prefix (name, "app."))
        g_assert_true (g_action_group_has_action (G_ACTION_GROUP (fixture->application), name + 4));
      else
        g_assert_true (has_action (fixture->window, name));
    }
}

/* Long enough to be still running when the window is closed. */
static MynaLibrary *
start_work (Fixture *fixture)
{
  MynaLibrary *library = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  MynaVoice *voice = NULL;

  ui_test_wait_for (myna_window_get_page (MYNA_WINDOW (fixture->window), "studio") != NULL);
  library = myna_window_get_library (MYNA_WINDOW (fixture->window));
  voice = ui_test_add_voice (library, fixture->folder, "Wind");
  for (int i = 0; i < 2000; i++)
    g_string_append_printf (text, "This is sentence number %d. ", i);
  myna_takes_speak (myna_library_get_takes (library), voice, text->str, &params, 0.3, &error);
  g_assert_no_error (error);
  return library;
}

static void
test_close_asks (Fixture *fixture)
{
  MynaLibrary *library = start_work (fixture);
  MynaJobQueue *queue = myna_library_get_queue (library);
  AdwDialog *dialog = NULL;

  gtk_window_close (GTK_WINDOW (fixture->window));
  dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (fixture->window));
  g_assert_true (ADW_IS_ALERT_DIALOG (dialog));
  ui_test_settle (fixture->window);
  ui_test_save_picture (fixture->window, "close-asks");
  g_signal_emit_by_name (dialog, "response", "background");
  adw_dialog_force_close (dialog);
  g_assert_false (gtk_widget_get_visible (fixture->window));
  g_assert_cmpuint (myna_job_queue_get_n_unfinished (queue), >, 0);

  /* Opened again, it is the same window. */
  g_application_activate (G_APPLICATION (fixture->application));
  g_assert_true (gtk_widget_get_visible (fixture->window));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (queue)); i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (G_LIST_MODEL (queue), i);

      myna_job_queue_cancel (queue, job);
    }
  ui_test_wait_for (myna_job_queue_get_n_unfinished (queue) == 0);
}

static const Case cases[] = {
  { "/ui/application/opens", test_opens, FALSE },
  { "/ui/application/opens-recordings", test_opens_recordings, FALSE },
  { "/ui/application/library-open-error", test_library_open_error, TRUE },
  { "/ui/application/dialogs", test_dialogs, FALSE },
  { "/ui/application/every-shortcut-has-an-action", test_every_shortcut_has_an_action, FALSE },
  { "/ui/application/close-asks", test_close_asks, FALSE },
};

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_case);
  return g_test_run ();
}
