/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

#include <string.h>

#include "engine/core/myna-error.h"
#include "ui/devices/myna-device-line.h"
#include "ui/queue/myna-job-order.h"
#include "ui/queue/myna-job-row.h"
#include "ui/queue/myna-queue-page.h"

/* The Queue page on a real library, with kinds of jobs that do what the test says. */
typedef struct
{
  char *folder;
  MynaLibrary *library;
  MynaJobQueue *queue;
  GtkWindow *window;
  GtkWidget *page;
} Fixture;

/* What the jobs of kind "hold" wait at. */
static struct
{
  GMutex mutex;
  GCond cond;
  gboolean open;
} gate;

static void
wake_gate (GCancellable *cancellable, gpointer user_data)
{
  g_mutex_lock (&gate.mutex);
  g_cond_broadcast (&gate.cond);
  g_mutex_unlock (&gate.mutex);
}

static void
set_gate (gboolean open)
{
  g_mutex_lock (&gate.mutex);
  gate.open = open;
  g_cond_broadcast (&gate.cond);
  g_mutex_unlock (&gate.mutex);
}

/* Engine thread: runs until the gate opens or somebody cancels. */
static gboolean
run_hold (MynaJobContext *cx, gpointer user_data, GError **error)
{
  GCancellable *cancellable = myna_job_context_get_cancellable (cx);
  gulong id = g_cancellable_connect (cancellable, G_CALLBACK (wake_gate), NULL, NULL);

  myna_job_context_set_stage (cx, "Holding");
  myna_job_context_set_progress (cx, 0.42, "3× real time");
  myna_job_context_log (cx, "waiting at the gate");
  g_mutex_lock (&gate.mutex);
  while (!gate.open && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&gate.cond, &gate.mutex);
  g_mutex_unlock (&gate.mutex);
  g_cancellable_disconnect (cancellable, id);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  myna_job_context_set_result (cx, "take:nothing");
  return TRUE;
}

static gboolean
run_fail (MynaJobContext *cx, gpointer user_data, GError **error)
{
  myna_job_context_add_warning (cx, "It smelled of smoke before.");
  myna_job_context_log (cx, "first line");
  myna_job_context_log (cx, "second line");
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                       "The machine stopped; start it again.");
  return FALSE;
}

static void
open_library (Fixture *fixture, const char *folder)
{
  g_autoptr (GError) error = NULL;

  fixture->library = myna_library_open (folder, MYNA_LIBRARY_OPEN_DEFAULT, &error);
  g_assert_no_error (error);
  fixture->queue = myna_library_get_queue (fixture->library);
  myna_job_queue_register (fixture->queue, "hold", run_hold, NULL, NULL);
  myna_job_queue_register (fixture->queue, "fail", run_fail, NULL, NULL);
  fixture->page = myna_queue_page_new (fixture->library);
  fixture->window = ui_test_present (fixture->page);
}

static void
close_library (Fixture *fixture)
{
  ui_test_destroy (fixture->window, fixture->page);
  myna_library_close (fixture->library);
  g_clear_object (&fixture->library);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  set_gate (FALSE);
  fixture->folder = ui_test_make_folder ();
  open_library (fixture, fixture->folder);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  set_gate (TRUE);
  close_library (fixture);
  ui_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static MynaJob *
add (Fixture *fixture, const char *kind, const char *title)
{
  g_autoptr (GError) error = NULL;
  MynaJob *job = myna_job_queue_add (fixture->queue, kind, title, "for the test", NULL, &error);

  g_assert_no_error (error);
  return job;
}

static void
wait_for_state (MynaJob *job, MynaJobState state)
{
  ui_test_wait_for (myna_job_get_state (job) == state);
}

static GtkWidget *
find_row_below (GtkWidget *root, MynaJob *job)
{
  GtkWidget *found = NULL;

  if (MYNA_IS_JOB_ROW (root) && myna_job_row_get_job (MYNA_JOB_ROW (root)) == job)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_row_below (child, job);
  return found;
}

static GtkWidget *
find_row (Fixture *fixture, MynaJob *job)
{
  GtkWidget *row = NULL;

  ui_test_settle (GTK_WIDGET (fixture->window));
  row = find_row_below (GTK_WIDGET (fixture->window), job);
  g_assert_nonnull (row);
  return row;
}

static void
click (GtkWidget *root, const char *label)
{
  GtkWidget *button = ui_test_find (root, GTK_TYPE_BUTTON, label);

  g_assert_nonnull (button);
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

/* The titles of the waiting jobs in their order. */
static char *
dup_waiting (Fixture *fixture)
{
  GString *titles = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)); i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (G_LIST_MODEL (fixture->queue), i);

      if (myna_job_get_state (job) == MYNA_JOB_QUEUED)
        g_string_append (titles, myna_job_get_title (job));
    }
  return g_string_free (titles, FALSE);
}

static void
assert_waiting (Fixture *fixture, const char *expected)
{
  g_autofree char *titles = dup_waiting (fixture);

  g_assert_cmpstr (titles, ==, expected);
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  GtkWidget *status = ui_test_find (fixture->page, ADW_TYPE_STATUS_PAGE, NULL);

  g_assert_cmpstr (adw_status_page_get_title (ADW_STATUS_PAGE (status)), ==, "Nothing to Do");
  g_assert_false (gtk_widget_is_sensitive (
      ui_test_find (fixture->page, GTK_TYPE_BUTTON, "Clear Finished Jobs")));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "queue-empty");
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  MynaJob *running = add (fixture, "hold", "A");
  MynaJob *last = NULL;
  GtkWidget *row = NULL;

  add (fixture, "hold", "B");
  add (fixture, "hold", "C");
  last = add (fixture, "hold", "D");
  wait_for_state (running, MYNA_JOB_RUNNING);
  assert_waiting (fixture, "BCD");
  click (find_row (fixture, last), "Move Up");
  assert_waiting (fixture, "BDC");
  click (find_row (fixture, last), "Move Up");
  assert_waiting (fixture, "DBC");
  click (find_row (fixture, last), "Move Down");
  assert_waiting (fixture, "BDC");

  /* A running job is not moved, and its row offers no such thing. */
  row = find_row (fixture, running);
  g_assert_null (ui_test_find (row, GTK_TYPE_BUTTON, "Move Up"));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "queue-running");
}

/* What computes, while something does: a job that says nothing of devices uses the processor. */
static void
test_device (Fixture *fixture, gconstpointer data)
{
  MynaDevices *devices = myna_library_get_devices (fixture->library);
  MynaDevice *processor = NULL;
  GtkWidget *line = NULL;
  MynaJob *job = NULL;

  g_assert_false (myna_devices_is_held (devices));
  g_assert_null (ui_test_find (fixture->page, MYNA_TYPE_DEVICE_LINE, NULL));
  job = add (fixture, "hold", "A");
  wait_for_state (job, MYNA_JOB_RUNNING);
  g_assert_true (myna_devices_is_held (devices));
  ui_test_wait_for (ui_test_find (fixture->page, MYNA_TYPE_DEVICE_LINE, NULL) != NULL);
  processor = myna_devices_get_processor (devices);
  line = ui_test_find (fixture->page, MYNA_TYPE_DEVICE_LINE, NULL);
  g_assert_nonnull (ui_test_find (line, GTK_TYPE_LABEL, myna_device_get_name (processor)));
  g_assert_nonnull (ui_test_find (line, GTK_TYPE_BUTTON, "Show Devices"));
  ui_test_settle (GTK_WIDGET (fixture->window));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "queue-device");
  set_gate (TRUE);
  wait_for_state (job, MYNA_JOB_DONE);
  ui_test_wait_for (!myna_devices_is_held (devices));
  g_assert_null (ui_test_find (fixture->page, MYNA_TYPE_DEVICE_LINE, NULL));
}

/* Alt+Up on the focused job, as a person without a pointer does it. */
static void
test_keyboard (Fixture *fixture, gconstpointer data)
{
  MynaJob *second = NULL;
  GtkWidget *item = NULL;
  gboolean handled = FALSE;

  wait_for_state (add (fixture, "hold", "A"), MYNA_JOB_RUNNING);
  add (fixture, "hold", "B");
  second = add (fixture, "hold", "C");
  item = gtk_widget_get_parent (find_row (fixture, second));
  g_assert_true (gtk_widget_grab_focus (item));
  for (guint i = 0; i < 1; i++)
    {
      g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (fixture->page);

      for (guint k = 0; k < g_list_model_get_n_items (controllers) && !handled; k++)
        {
          g_autoptr (GObject) controller = g_list_model_get_item (controllers, k);

          if (!GTK_IS_SHORTCUT_CONTROLLER (controller))
            continue;
          for (guint s = 0; s < g_list_model_get_n_items (G_LIST_MODEL (controller)); s++)
            {
              g_autoptr (GtkShortcut) shortcut =
                  g_list_model_get_item (G_LIST_MODEL (controller), s);
              g_autofree char *trigger =
                  gtk_shortcut_trigger_to_string (gtk_shortcut_get_trigger (shortcut));

              if (g_str_equal (trigger, "<Alt>Up"))
                handled = gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), 0,
                                                        fixture->page,
                                                        gtk_shortcut_get_arguments (shortcut));
            }
        }
    }
  g_assert_true (handled);
  assert_waiting (fixture, "CB");
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  MynaJob *running = add (fixture, "hold", "A");
  MynaJob *waiting = add (fixture, "hold", "B");
  GtkWidget *row = NULL;

  wait_for_state (running, MYNA_JOB_RUNNING);
  click (find_row (fixture, waiting), "Cancel");
  g_assert_cmpint (myna_job_get_state (waiting), ==, MYNA_JOB_CANCELLED);
  g_assert_cmpint (myna_job_get_state (running), ==, MYNA_JOB_RUNNING);

  row = find_row (fixture, running);
  click (row, "Cancel");
  /* Not gone before the engine has confirmed it. */
  g_assert_cmpint (myna_job_get_state (running), ==, MYNA_JOB_CANCELLING);
  wait_for_state (running, MYNA_JOB_CANCELLED);
  row = find_row (fixture, running);
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_BUTTON, "Try Again"));
  click (fixture->page, "Clear Finished Jobs");
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, 0);
}

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  char **text = user_data;

  *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
test_failed (Fixture *fixture, gconstpointer data)
{
  MynaJob *job = add (fixture, "fail", "Doomed");
  GtkWidget *row = NULL;
  GtkWidget *expander = NULL;
  g_autofree char *text = NULL;

  wait_for_state (job, MYNA_JOB_FAILED);
  row = find_row (fixture, job);
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_LABEL, "The machine stopped; start it again."));
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_LABEL, "It smelled of smoke before."));
  expander = ui_test_find (row, GTK_TYPE_EXPANDER, NULL);
  gtk_expander_set_expanded (GTK_EXPANDER (expander), TRUE);
  ui_test_save_picture (GTK_WIDGET (fixture->window), "queue-failed");
  click (row, "_Copy Log");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (row), NULL, copied_cb, &text);
  ui_test_wait_for (text != NULL);
  g_assert_nonnull (strstr (text, "second line"));
  g_assert_nonnull (strstr (text, "The machine stopped"));

  click (row, "Try Again");
  g_assert_cmpint (myna_job_get_state (job), !=, MYNA_JOB_FAILED);
  wait_for_state (job, MYNA_JOB_FAILED);
  click (find_row (fixture, job), "Remove From the List");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, 0);
}

/* What is over is listed newest first, below what runs and what waits. */
static void
test_sections (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MynaJobOrder) order = myna_job_order_new (fixture->queue);
  MynaJob *first = add (fixture, "fail", "A");
  MynaJob *second = add (fixture, "fail", "B");
  MynaJob *running = NULL;
  MynaJob *waiting = NULL;
  MynaJob *expected[4] = { 0 };

  wait_for_state (second, MYNA_JOB_FAILED);
  running = add (fixture, "hold", "C");
  waiting = add (fixture, "hold", "D");
  wait_for_state (running, MYNA_JOB_RUNNING);
  expected[0] = running;
  expected[1] = waiting;
  expected[2] = second;
  expected[3] = first;
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (G_LIST_MODEL (order), i);

      g_assert_true (job == expected[i]);
    }
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_nonnull (ui_test_find (fixture->page, GTK_TYPE_LABEL, "Running"));
  g_assert_nonnull (ui_test_find (fixture->page, GTK_TYPE_LABEL, "Waiting"));
  g_assert_nonnull (ui_test_find (fixture->page, GTK_TYPE_LABEL, "Finished"));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "queue-sections");
  set_gate (TRUE);
  wait_for_state (waiting, MYNA_JOB_DONE);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_null (ui_test_find (fixture->page, GTK_TYPE_LABEL, "Running"));
  g_assert_null (ui_test_find (fixture->page, GTK_TYPE_LABEL, "Waiting"));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "queue-done");
}

static void
test_pause (Fixture *fixture, gconstpointer data)
{
  GtkWidget *button = ui_test_find (fixture->page, GTK_TYPE_TOGGLE_BUTTON, NULL);
  MynaJob *job = NULL;

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  g_assert_true (myna_job_queue_get_paused (fixture->queue));
  job = add (fixture, "hold", "A");
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_QUEUED);
  click (fixture->page, "_Continue");
  wait_for_state (job, MYNA_JOB_RUNNING);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
}

static void
copy_file (const char *from, const char *to, const char *name)
{
  g_autofree char *source = g_build_filename (from, name, NULL);
  g_autofree char *target = g_build_filename (to, name, NULL);
  g_autofree char *content = NULL;
  gsize length = 0;

  if (!g_file_test (source, G_FILE_TEST_EXISTS))
    return;
  g_assert_true (g_file_get_contents (source, &content, &length, NULL));
  g_assert_true (g_file_set_contents (target, content, (gssize) length, NULL));
}

/* The data folder as it is while a job runs: what a killed process leaves. */
static void
test_interrupted (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = ui_test_make_folder ();
  MynaJob *job = add (fixture, "hold", "Long work");
  g_autoptr (MynaJob) found = NULL;
  AdwBanner *banner = NULL;

  wait_for_state (job, MYNA_JOB_RUNNING);
  ui_test_wait_for (myna_job_get_stage (job) != NULL);
  copy_file (fixture->folder, copy, "myna.db");
  copy_file (fixture->folder, copy, "myna.db-wal");
  set_gate (TRUE);
  wait_for_state (job, MYNA_JOB_DONE);
  close_library (fixture);

  set_gate (FALSE);
  open_library (fixture, copy);
  found = g_list_model_get_item (G_LIST_MODEL (fixture->queue), 0);
  g_assert_nonnull (found);
  g_assert_cmpint (myna_job_get_state (found), ==, MYNA_JOB_INTERRUPTED);
  banner = ADW_BANNER (ui_test_find (fixture->page, ADW_TYPE_BANNER, NULL));
  g_assert_true (adw_banner_get_revealed (banner));
  g_assert_cmpstr (adw_banner_get_title (banner), ==, "Myna was interrupted; 1 job can continue");
  ui_test_save_picture (GTK_WIDGET (fixture->window), "queue-interrupted");
  click (GTK_WIDGET (banner), "_Resume");
  wait_for_state (found, MYNA_JOB_RUNNING);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_false (adw_banner_get_revealed (banner));
  set_gate (TRUE);
  wait_for_state (found, MYNA_JOB_DONE);
  ui_test_remove_folder (copy);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  ADD ("/ui/queue/empty", test_empty);
  ADD ("/ui/queue/order", test_order);
  ADD ("/ui/queue/device", test_device);
  ADD ("/ui/queue/keyboard", test_keyboard);
  ADD ("/ui/queue/cancel", test_cancel);
  ADD ("/ui/queue/failed", test_failed);
  ADD ("/ui/queue/sections", test_sections);
  ADD ("/ui/queue/pause", test_pause);
  ADD ("/ui/queue/interrupted", test_interrupted);
  return g_test_run ();
}
