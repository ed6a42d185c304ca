/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

#include <math.h>
#include <string.h>

#include "engine/devices/myna-devices-private.h"
#include "ui/devices/myna-device-view.h"
#include "ui/devices/myna-devices-page.h"
#include "ui/devices/myna-memory-bar.h"
#include "ui/devices/myna-sparkline.h"

/* What g_format_size() has before its unit. */
#define NBSP "\302\240"

static void
test_sparkline (void)
{
  GtkWidget *sparkline = myna_sparkline_new ();
  const double history[] = { 10, NAN, 30, 40 };
  const char *percent = "63 %"; /* as a literal it would be a part of the macro's format */
  GtkWindow *window;

  myna_sparkline_set_label (MYNA_SPARKLINE (sparkline), "Utilisation");
  window = ui_test_present (sparkline);
  gtk_test_accessible_assert_role (sparkline, GTK_ACCESSIBLE_ROLE_METER);
  gtk_test_accessible_assert_property (sparkline, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "—");
  g_assert_true (isnan (myna_sparkline_get_value (MYNA_SPARKLINE (sparkline))));
  myna_sparkline_set_values (MYNA_SPARKLINE (sparkline), history, G_N_ELEMENTS (history));
  g_assert_cmpfloat (myna_sparkline_get_value (MYNA_SPARKLINE (sparkline)), ==, 40);
  myna_sparkline_push (MYNA_SPARKLINE (sparkline), 63, percent);
  gtk_test_accessible_assert_property (sparkline, GTK_ACCESSIBLE_PROPERTY_LABEL, "Utilisation");
  gtk_test_accessible_assert_property (sparkline, GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 63.0);
  gtk_test_accessible_assert_property (sparkline, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 100.0);
  gtk_test_accessible_assert_property (sparkline, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, percent);
  /* A value beyond the range raises the top instead of leaving the picture. */
  myna_sparkline_push (MYNA_SPARKLINE (sparkline), 130, "130 %");
  gtk_test_accessible_assert_property (sparkline, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 130.0);
  /* Missing is missing, and not zero. */
  myna_sparkline_push (MYNA_SPARKLINE (sparkline), NAN, "—");
  gtk_test_accessible_assert_property (sparkline, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "—");
  g_assert_true (isnan (myna_sparkline_get_value (MYNA_SPARKLINE (sparkline))));
  ui_test_settle (GTK_WIDGET (window));
  ui_test_destroy (window, sparkline);
}

static void
test_memory_bar (void)
{
  GtkWidget *bar = myna_memory_bar_new ();
  GtkWindow *window = ui_test_present (bar);

  gtk_test_accessible_assert_role (bar, GTK_ACCESSIBLE_ROLE_METER);
  myna_memory_bar_set (MYNA_MEMORY_BAR (bar), 0.25, 0.5, "4 of 8");
  gtk_test_accessible_assert_property (bar, GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 50.0);
  gtk_test_accessible_assert_property (bar, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "4 of 8");
  /* Drivers may tell more for one process than for all. */
  myna_memory_bar_set (MYNA_MEMORY_BAR (bar), 0.9, 0.5, "4 of 8");
  g_assert_cmpfloat (myna_memory_bar_get_own (MYNA_MEMORY_BAR (bar)), ==, 0.5);
  myna_memory_bar_set (MYNA_MEMORY_BAR (bar), NAN, 7, "8 of 8");
  g_assert_cmpfloat (myna_memory_bar_get_own (MYNA_MEMORY_BAR (bar)), ==, 0);
  g_assert_cmpfloat (myna_memory_bar_get_used (MYNA_MEMORY_BAR (bar)), ==, 1);
  ui_test_settle (GTK_WIDGET (window));
  ui_test_destroy (window, bar);
}

typedef struct
{
  char *folder;
  MynaLibrary *library;
  MynaDevices *devices;
  GtkWidget *page;
  GtkWindow *window;
} Fixture;

/* Plays the recording, which begins anew at its end, up to one of its rounds. */
static void
go_to (Fixture *f, guint round)
{
  const gint64 first = 1000 * G_USEC_PER_SEC; /* as the recordings have it */
  MynaDevice *processor;

  do
    {
      gpu_monitor_sample_once (f->devices->monitor);
      processor = myna_devices_get_processor (f->devices);
    }
  while (gpu_sample_get_time (myna_device_get_latest (processor)) !=
         first + round * G_USEC_PER_SEC);
  ui_test_settle (GTK_WIDGET (f->window));
}

/* @data: a recording of tests/ui/data. */
static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *recording = g_test_build_filename (G_TEST_DIST, "data", data, NULL);

  g_setenv ("MYNA_TELEMETRY_REPLAY", recording, TRUE);
  f->folder = ui_test_make_folder ();
  f->library = myna_library_open (f->folder, MYNA_LIBRARY_OPEN_DEFAULT, &error);
  g_assert_no_error (error);
  f->devices = g_object_ref (myna_library_get_devices (f->library));
  f->page = myna_devices_page_new (f->library);
  f->window = ui_test_present (f->page);
  ui_test_wait_for (g_list_model_get_n_items (G_LIST_MODEL (f->devices)) > 0);
  /* From here on the test is the clock; the page holds what it believes to be running. */
  gpu_monitor_release (f->devices->monitor);
  go_to (f, 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gpu_monitor_hold (f->devices->monitor);
  ui_test_destroy (f->window, f->page);
  g_assert_false (myna_devices_is_held (f->devices));
  g_object_unref (f->devices);
  myna_library_close (f->library);
  g_assert_finalize_object (f->library);
  ui_test_remove_folder (f->folder);
  g_free (f->folder);
}

static GtkWidget *
find_view (Fixture *f, guint position)
{
  g_autoptr (MynaDevice) device = g_list_model_get_item (G_LIST_MODEL (f->devices), position);
  GtkWidget *views = gtk_widget_get_parent (ui_test_find (f->page, MYNA_TYPE_DEVICE_VIEW, NULL));

  for (GtkWidget *view = gtk_widget_get_first_child (views); view != NULL;
       view = gtk_widget_get_next_sibling (view))
    if (myna_device_view_get_device (MYNA_DEVICE_VIEW (view)) == device)
      return view;
  return NULL;
}

/* The curve of a number, by its name; NULL when its tile is hidden. */
static MynaSparkline *
find_curve (GtkWidget *root, const char *label)
{
  if (!gtk_widget_get_visible (root))
    return NULL;
  if (MYNA_IS_SPARKLINE (root) &&
      g_strcmp0 (myna_sparkline_get_label (MYNA_SPARKLINE (root)), label) == 0)
    return MYNA_SPARKLINE (root);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      MynaSparkline *found = find_curve (child, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
assert_says (GtkWidget *view, const char *label, const char *text)
{
  MynaSparkline *curve = find_curve (view, label);

  g_assert_nonnull (curve);
  g_assert_cmpstr (myna_sparkline_get_text (curve), ==, text);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (curve), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                       text);
}

static void
test_numbers (Fixture *f, gconstpointer data)
{
  GtkWidget *nvidia = find_view (f, 0);
  GtkWidget *amd = find_view (f, 1);
  GtkWidget *processor = find_view (f, 2);
  MynaMemoryBar *bar = NULL;

  assert_says (nvidia, "Utilisation", "63 %");
  assert_says (nvidia, "Temperature", "66 °C");
  assert_says (nvidia, "Power", "72 W of 115 W");
  assert_says (nvidia, "Memory", "4.1" NBSP "GB of 8.6" NBSP "GB");
  assert_says (amd, "Fan", "34 %");
  assert_says (amd, "Hottest spot", "71 °C");
  assert_says (amd, "Memory", "11.3" NBSP "GB of 25.8" NBSP "GB");
  assert_says (processor, "Utilisation", "22 %");
  /* Its fan is not told: no tile, and never a zero. */
  g_assert_null (find_curve (nvidia, "Fan"));
  g_assert_null (find_curve (processor, "Power"));
  bar = MYNA_MEMORY_BAR (ui_test_find (nvidia, MYNA_TYPE_MEMORY_BAR, NULL));
  g_assert_cmpfloat_with_epsilon (myna_memory_bar_get_own (bar), 2.6e9 / 8585740288.0, 1e-6);
  g_assert_nonnull (ui_test_find (nvidia, GTK_TYPE_LABEL, "2.6" NBSP "GB by Myna"));
  g_assert_nonnull (ui_test_find (nvidia, GTK_TYPE_LABEL, "Myna (4711)"));
  g_assert_nonnull (ui_test_find (nvidia, GTK_TYPE_LABEL, "Process 39112"));
  g_assert_nonnull (ui_test_find (nvidia, GTK_TYPE_LABEL, "nvidia 580.95.05 · CUDA 13.0"));
  go_to (f, 10);
  g_assert_nonnull (ui_test_find (nvidia, GTK_TYPE_LABEL, "Slowed down: power limit"));
  go_to (f, 21);
  /* The driver told no power for a while. */
  assert_says (nvidia, "Power", "—");
  g_assert_true (isnan (myna_sparkline_get_value (find_curve (nvidia, "Power"))));
  go_to (f, 47);
  ui_test_save_picture (GTK_WIDGET (f->window), "devices-two-cards");
}

/* The sampler runs while the page is shown, and not behind another. */
static void
test_release (Fixture *f, gconstpointer data)
{
  gpu_monitor_hold (f->devices->monitor);
  g_assert_true (myna_devices_is_held (f->devices));
  gtk_widget_set_visible (f->page, FALSE);
  g_assert_false (myna_devices_is_held (f->devices));
  gtk_widget_set_visible (f->page, TRUE);
  ui_test_settle (GTK_WIDGET (f->window));
  g_assert_true (myna_devices_is_held (f->devices));
  gpu_monitor_release (f->devices->monitor);
}

static void
test_states (Fixture *f, gconstpointer data)
{
  GtkWidget *view = find_view (f, 0);
  const char *asleep = "The card is asleep to save power.";
  const char *lost = "The driver does not answer any more.";

  assert_says (view, "Utilisation", "63 %");
  go_to (f, 1);
  g_assert_nonnull (ui_test_find (view, GTK_TYPE_LABEL, asleep));
  g_assert_null (ui_test_find (view, GTK_TYPE_FLOW_BOX, NULL));
  ui_test_save_picture (GTK_WIDGET (f->window), "devices-asleep");
  go_to (f, 2);
  g_assert_nonnull (ui_test_find (view, GTK_TYPE_LABEL, lost));
  g_assert_null (ui_test_find (view, GTK_TYPE_FLOW_BOX, NULL));
  ui_test_save_picture (GTK_WIDGET (f->window), "devices-lost");
  /* Unplugged: its view goes, the processor's stays; then it is back. */
  go_to (f, 3);
  g_assert_false (myna_devices_has_gpu (f->devices));
  g_assert_nonnull (ui_test_find (f->page, GTK_TYPE_LABEL, "No Graphics Card"));
  go_to (f, 0);
  assert_says (find_view (f, 0), "Temperature", "66 °C");
  g_assert_null (ui_test_find (f->page, GTK_TYPE_LABEL, "No Graphics Card"));
}

static void
test_no_card (Fixture *f, gconstpointer data)
{
  AdwPreferencesGroup *group = NULL;

  group = ADW_PREFERENCES_GROUP (gtk_widget_get_ancestor (
      ui_test_find (f->page, GTK_TYPE_LABEL, "No Graphics Card"), ADW_TYPE_PREFERENCES_GROUP));
  /* What is used, and what would be. */
  g_assert_nonnull (strstr (adw_preferences_group_get_description (group), "oneDNN"));
  g_assert_nonnull (strstr (adw_preferences_group_get_description (group), "NVIDIA"));
  assert_says (find_view (f, 0), "Utilisation", "22 %");
  ui_test_wait_for (myna_devices_is_diagnosed (f->devices));
  go_to (f, 47);
  ui_test_save_picture (GTK_WIDGET (f->window), "devices-no-card");
}

static void
test_choice (Fixture *f, gconstpointer data)
{
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  AdwComboRow *row = ADW_COMBO_ROW (ui_test_find (f->page, ADW_TYPE_COMBO_ROW, "GPT-SoVITS"));
  g_autofree char *kept = NULL;
  g_autofree char *gone = NULL;

  g_assert_cmpuint (adw_combo_row_get_selected (row), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (row)), ==, 4);
  adw_combo_row_set_selected (row, 2);
  kept = g_settings_get_string (settings, "gpt-sovits-device");
  g_assert_cmpstr (kept, ==, "0000:0b:00.0");
  /* A card that is not there now stays chosen, and the row says what happens. */
  g_settings_set_string (settings, "gpt-sovits-device", "0000:77:00.0");
  g_assert_cmpuint (adw_combo_row_get_selected (row), ==, 4);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==,
                   "The chosen device is not there. Another one does the work.");
  go_to (f, 3);
  gone = g_settings_get_string (settings, "gpt-sovits-device");
  g_assert_cmpstr (gone, ==, "0000:77:00.0");
  g_settings_set_string (settings, "gpt-sovits-device", "cpu");
  g_assert_cmpuint (adw_combo_row_get_selected (row), ==, 3);
  g_settings_reset (settings, "gpt-sovits-device");
  ui_test_wait_for (myna_devices_is_diagnosed (f->devices));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), !=, "");
}

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  char **text = user_data;

  *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
test_report (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "numbers.jsonl", NULL);
  g_autofree char *recording = NULL;
  g_autofree char *text = NULL;

  gtk_widget_activate_action (f->page, "devices.copy-diagnostics", NULL);
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (f->page), NULL, copied_cb, &text);
  ui_test_wait_for (text != NULL);
  g_assert_nonnull (strstr (text, "AMD Radeon RX 7900 XTX (0000:0b:00.0)"));
  g_assert_nonnull (strstr (text, "\"clock-core\""));
  g_assert_nonnull (strstr (text, "Myna: " MYNA_VERSION));

  myna_devices_page_record_to (MYNA_DEVICES_PAGE (f->page), path);
  g_assert_true (
      adw_banner_get_revealed (ADW_BANNER (ui_test_find (f->page, ADW_TYPE_BANNER, NULL))));
  go_to (f, 2);
  gtk_widget_activate_action (f->page, "devices.stop-recording", NULL);
  g_assert_cmpstr (ui_test_toast (GTK_WIDGET (f->window)), !=, NULL);
  g_assert_true (g_file_get_contents (path, &recording, NULL, NULL));
  g_assert_nonnull (strstr (recording, "RTX 4070"));
  /* A place that cannot be written to is told, and nothing is recorded. */
  myna_devices_page_record_to (MYNA_DEVICES_PAGE (f->page), "/nonexistent/numbers.jsonl");
  g_assert_false (myna_devices_get_recording (f->devices));
}

#define ADD(path, recording, func) g_test_add (path, Fixture, recording, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/ui/devices/sparkline", test_sparkline);
  g_test_add_func ("/ui/devices/memory-bar", test_memory_bar);
  ADD ("/ui/devices/numbers", "two-cards.jsonl", test_numbers);
  ADD ("/ui/devices/release", "two-cards.jsonl", test_release);
  ADD ("/ui/devices/choice", "two-cards.jsonl", test_choice);
  ADD ("/ui/devices/report", "two-cards.jsonl", test_report);
  ADD ("/ui/devices/states", "states.jsonl", test_states);
  ADD ("/ui/devices/no-card", "no-card.jsonl", test_no_card);
  return g_test_run ();
}
