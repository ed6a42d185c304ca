/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/myna-application.h"

#include <glib/gi18n.h>

#include "engine/core/myna-paths.h"
#include "engine/studio/myna-library.h"
#include "ui/myna-ui.h"
#include "ui/preferences/myna-preferences-dialog.h"
#include "ui/window/myna-about.h"
#include "ui/window/myna-shortcuts.h"
#include "ui/window/myna-window.h"

struct _MynaApplication
{
  AdwApplication parent_instance;

  /* Owned references */
  GSettings *settings;
  MynaLibrary *library;

  /* Borrowed references */
  MynaWindow *window;

  /* State */
  guint open_id;        /* the library is opened once the window has been drawn */
  guint inhibit_cookie; /* the computer stays awake while a job runs */
  gboolean background;  /* the window is closed, jobs go on, the application is held */
};

G_DEFINE_FINAL_TYPE (MynaApplication, myna_application, ADW_TYPE_APPLICATION)

static MynaJobQueue *
get_queue (MynaApplication *self)
{
  g_assert (MYNA_IS_APPLICATION (self));

  return self->library != NULL ? myna_library_get_queue (self->library) : NULL;
}

/* Background */

static void
leave_background (MynaApplication *self)
{
  g_assert (MYNA_IS_APPLICATION (self));

  if (!self->background)
    return;
  self->background = FALSE;
  g_application_release (G_APPLICATION (self));
}

static void
enter_background (MynaApplication *self)
{
  g_assert (MYNA_IS_APPLICATION (self));

  if (!self->background)
    g_application_hold (G_APPLICATION (self));
  self->background = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self->window), FALSE);
}

static void
on_close_response (MynaApplication *self, const char *response, AdwAlertDialog *dialog)
{
  g_assert (MYNA_IS_APPLICATION (self));

  if (g_str_equal (response, "background"))
    enter_background (self);
  else if (g_str_equal (response, "stop"))
    g_application_quit (G_APPLICATION (self));
}

static void
ask_before_close (MynaApplication *self)
{
  AdwAlertDialog *dialog = NULL;

  g_assert (MYNA_IS_APPLICATION (self));

  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_ ("Work Is Still Running"), NULL));
  adw_alert_dialog_set_body (dialog, _ ("It can go on without the window. If you stop it, what is "
                                        "finished is kept, and the rest is made when Myna is "
                                        "opened again."));
  adw_alert_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "stop", _ ("_Stop and Quit"),
                                  "background", _ ("_Keep Running"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_appearance (dialog, "background", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "background");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_close_response), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self->window));
}

static gboolean
is_working (MynaApplication *self)
{
  MynaJobQueue *queue = get_queue (self);

  g_assert (MYNA_IS_APPLICATION (self));

  return queue != NULL && myna_job_queue_get_n_unfinished (queue) > 0;
}

static gboolean
on_close_request (MynaApplication *self, GtkWindow *window)
{
  g_assert (MYNA_IS_APPLICATION (self));

  if (!is_working (self))
    return GDK_EVENT_PROPAGATE;
  ask_before_close (self);
  return GDK_EVENT_STOP;
}

/* Jobs */

static void
notify_finished (MynaApplication *self, MynaJob *job)
{
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *id = NULL;
  const char *result = NULL;
  gboolean done = FALSE;

  g_assert (MYNA_IS_APPLICATION (self));

  done = myna_job_get_state (job) == MYNA_JOB_DONE;
  result = myna_job_get_result (job);
  notification = g_notification_new (myna_job_get_title (job));
  g_notification_set_body (notification, done ? _ ("Finished") : myna_job_get_error (job));
  /* What failed is found in the queue, with its log. */
  g_notification_set_default_action_and_target (notification, "app.open-result", "s",
                                                done && result != NULL ? result : "");
  id = g_strdup_printf ("job-%" G_GINT64_FORMAT, myna_job_get_id (job));
  g_application_send_notification (G_APPLICATION (self), id, notification);
}

static void
on_job_finished (MynaApplication *self, MynaJob *job, MynaJobQueue *queue)
{
  MynaJobState state = MYNA_JOB_DONE;

  g_assert (MYNA_IS_APPLICATION (self));

  state = myna_job_get_state (job);
  if ((state == MYNA_JOB_DONE || state == MYNA_JOB_FAILED) && self->window != NULL &&
      !gtk_window_is_active (GTK_WINDOW (self->window)) &&
      g_settings_get_boolean (self->settings, "notifications"))
    notify_finished (self, job);
}

static void
on_queue_changed (MynaApplication *self)
{
  gboolean working = FALSE;

  g_assert (MYNA_IS_APPLICATION (self));

  working = is_working (self);
  if (working && self->inhibit_cookie == 0)
    self->inhibit_cookie = gtk_application_inhibit (
        GTK_APPLICATION (self), self->window != NULL ? GTK_WINDOW (self->window) : NULL,
        GTK_APPLICATION_INHIBIT_SUSPEND, _ ("Speech is being made"));
  else if (!working && self->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (GTK_APPLICATION (self), self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }
  /* The work that kept the program alive without its window is done. */
  if (!working && self->background)
    g_application_quit (G_APPLICATION (self));
}

/* Library */

static void
open_library (MynaApplication *self)
{
  g_autoptr (GError) error = NULL;
  MynaJobQueue *queue = NULL;

  g_assert (MYNA_IS_APPLICATION (self));

  if (self->library != NULL || self->window == NULL)
    return;
  self->library = myna_library_open (NULL, MYNA_LIBRARY_OPEN_DEFAULT, &error);
  if (self->library == NULL)
    {
      myna_window_set_failure (self->window, error);
      return;
    }
  queue = get_queue (self);
  g_signal_connect_object (queue, "job-finished", G_CALLBACK (on_job_finished), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "notify::n-unfinished", G_CALLBACK (on_queue_changed), self,
                           G_CONNECT_SWAPPED);
  myna_window_set_library (self->window, self->library);
  on_queue_changed (self);
}

static gboolean
on_window_drawn (gpointer data)
{
  MynaApplication *self = MYNA_APPLICATION (data);

  self->open_id = 0;
  open_library (self);
  return G_SOURCE_REMOVE;
}

/* Actions */

static void
open_library_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  open_library (MYNA_APPLICATION (data));
}

static void
preferences_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MynaApplication *self = MYNA_APPLICATION (data);
  g_autofree char *data_dir = NULL;

  if (self->window == NULL)
    return;
  data_dir = self->library != NULL ? g_strdup (myna_library_get_data_dir (self->library))
                                   : myna_paths_dup_data_dir ();
  adw_dialog_present (myna_preferences_dialog_new (data_dir), GTK_WIDGET (self->window));
}

static void
shortcuts_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MynaApplication *self = MYNA_APPLICATION (data);

  if (self->window != NULL)
    myna_shortcuts_present (GTK_WINDOW (self->window));
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MynaApplication *self = MYNA_APPLICATION (data);

  if (self->window != NULL)
    myna_about_present (GTK_WINDOW (self->window));
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MynaApplication *self = MYNA_APPLICATION (data);

  /* Closing asks when work is running; without a window there is nobody to ask. */
  if (self->window != NULL && gtk_widget_get_visible (GTK_WIDGET (self->window)))
    gtk_window_close (GTK_WINDOW (self->window));
  else
    g_application_quit (G_APPLICATION (self));
}

static void
open_result_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MynaApplication *self = MYNA_APPLICATION (data);
  const char *result = g_variant_get_string (parameter, NULL);

  g_application_activate (G_APPLICATION (self));
  if (self->window == NULL)
    return;
  /* Started by the click on an old notification: the pages come with the library. */
  g_clear_handle_id (&self->open_id, g_source_remove);
  open_library (self);
  if (*result != '\0')
    myna_window_open_result (self->window, result);
  else
    myna_window_show_page (self->window, "queue");
}

static void
add_actions (MynaApplication *self)
{
  static const GActionEntry actions[] = {
    { .name = "open-library", .activate = open_library_action },
    { .name = "preferences", .activate = preferences_action },
    { .name = "shortcuts", .activate = shortcuts_action },
    { .name = "about", .activate = about_action },
    { .name = "quit", .activate = quit_action },
    { .name = "open-result", .activate = open_result_action, .parameter_type = "s" },
  };

  g_assert (MYNA_IS_APPLICATION (self));

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}

/* Application */

/* The moment that a person sees the window; tests/ui/test-probe.c measures the start by it. */
static void
on_first_frame (GdkFrameClock *clock, MynaApplication *self)
{
  g_assert (MYNA_IS_APPLICATION (self));

  g_debug ("first frame at %" G_GINT64_FORMAT, g_get_monotonic_time ());
  g_signal_handlers_disconnect_by_func (clock, on_first_frame, self);
}

static void
on_window_mapped (MynaApplication *self, GtkWidget *window)
{
  g_assert (MYNA_IS_APPLICATION (self));

  g_signal_connect_object (gtk_widget_get_frame_clock (window), "after-paint",
                           G_CALLBACK (on_first_frame), self, 0);
  g_signal_handlers_disconnect_by_func (window, on_window_mapped, self);
}

static void
create_window (MynaApplication *self)
{
  g_assert (MYNA_IS_APPLICATION (self));

  g_set_weak_pointer (&self->window, myna_window_new (GTK_APPLICATION (self)));
  g_signal_connect_object (self->window, "close-request", G_CALLBACK (on_close_request), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->window, "map", G_CALLBACK (on_window_mapped), self,
                           G_CONNECT_SWAPPED);
  if (self->library != NULL)
    myna_window_set_library (self->window, self->library);
  else
    /* Below the priority of drawing: the window is on the screen before the library is read. */
    self->open_id = g_idle_add_full (G_PRIORITY_LOW, on_window_drawn, self, NULL);
}

static void
myna_application_activate (GApplication *application)
{
  MynaApplication *self = MYNA_APPLICATION (application);

  if (self->window == NULL)
    create_window (self);
  gtk_window_present (GTK_WINDOW (self->window));
  leave_background (self);
}

/* `myna FILE…` and "Open With": a text to speak, or recordings to make a voice of. */
static void
myna_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  MynaApplication *self = MYNA_APPLICATION (application);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  g_application_activate (application);
  g_clear_handle_id (&self->open_id, g_source_remove);
  open_library (self);
  for (int i = 0; i < n_files; i++)
    if (g_file_peek_path (files[i]) != NULL)
      g_strv_builder_add (builder, g_file_peek_path (files[i]));
  paths = g_strv_builder_end (builder);
  if (self->window != NULL && paths[0] != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self->window), "win.open-files", "^as", paths);
}

static void
myna_application_startup (GApplication *application)
{
  MynaApplication *self = MYNA_APPLICATION (application);

  G_APPLICATION_CLASS (myna_application_parent_class)->startup (application);

  myna_ui_init ();
  gtk_window_set_default_icon_name (MYNA_APP_ID);
  self->settings = g_settings_new (MYNA_APP_ID);
  add_actions (self);
  myna_shortcuts_install (GTK_APPLICATION (self));
}

static void
close_library (MynaApplication *self)
{
  g_assert (MYNA_IS_APPLICATION (self));

  if (self->library == NULL)
    return;
  if (!myna_library_is_read_only (self->library))
    {
      myna_takes_purge_removed (myna_library_get_takes (self->library));
      myna_voices_purge_removed (myna_library_get_voices (self->library));
    }
  myna_library_close (self->library);
  g_clear_object (&self->library);
}

static void
myna_application_shutdown (GApplication *application)
{
  MynaApplication *self = MYNA_APPLICATION (application);

  g_clear_handle_id (&self->open_id, g_source_remove);
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  close_library (self);
  g_clear_object (&self->settings);

  G_APPLICATION_CLASS (myna_application_parent_class)->shutdown (application);
}

static void
myna_application_dispose (GObject *object)
{
  MynaApplication *self = MYNA_APPLICATION (object);

  g_clear_weak_pointer (&self->window);
  g_clear_object (&self->library);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (myna_application_parent_class)->dispose (object);
}

static void
myna_application_class_init (MynaApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->dispose = myna_application_dispose;
  application_class->startup = myna_application_startup;
  application_class->activate = myna_application_activate;
  application_class->open = myna_application_open;
  application_class->shutdown = myna_application_shutdown;
}

static void
myna_application_init (MynaApplication *self)
{
}

/**
 * myna_application_new:
 *
 * Returns: (transfer full): the application
 */
MynaApplication *
myna_application_new (void)
{
  return g_object_new (MYNA_TYPE_APPLICATION, "application-id", MYNA_APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", MYNA_RESOURCE_BASE, NULL);
}
