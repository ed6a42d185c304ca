/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

#include <math.h>

#include "ui/widgets/myna-language-row.h"
#include "ui/widgets/myna-level-bar.h"
#include "ui/widgets/myna-peaks.h"
#include "ui/widgets/myna-time-text.h"
#include "ui/widgets/myna-trim-handle.h"
#include "ui/widgets/myna-waveform.h"

static void
test_time_text (void)
{
  static const struct
  {
    const char *text;
    double seconds;
  } times[] = { { "5", 5.0 },        { "0:05.3", 5.3 },     { "1:05,25", 65.25 },
                { "90:00", 5400.0 }, { "2:00:01", 7201.0 }, { " 7.5 ", 7.5 } };
  static const char *const bad[] = { "", "abc", "-1", "1:", "1:2:3:4", "1e999", "5 s", ":5" };
  double seconds = -1.0;

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_assert_true (myna_time_text_parse (times[i].text, &seconds));
      g_assert_cmpfloat_with_epsilon (seconds, times[i].seconds, 1e-9);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (myna_time_text_parse (bad[i], &seconds));
}

static void
assert_text (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_time_words (void)
{
  assert_text (myna_time_text_clock (65.9), "1:05");
  assert_text (myna_time_text_clock (-3.0), "0:00");
  assert_text (myna_time_text_clock (3605.0), "1:00:05");
  assert_text (myna_time_text_precise (59.97), "1:00.0");
  assert_text (myna_time_text_precise (3661.25), "1:01:01.3");
  assert_text (myna_time_text_words (1.0), "1 second");
  assert_text (myna_time_text_words (60.0), "1 minute");
  assert_text (myna_time_text_words (125.0), "2 minutes 5 seconds");
  assert_text (myna_time_text_words (7380.0), "2 hours 3 minutes");
}

/* The pyramid has to agree with looking at every point, at every length and place. */
static void
test_peaks_agree (void)
{
  g_autoptr (MynaPeaks) peaks = myna_peaks_new (0.02);
  g_autofree float *input = g_new (float, 2 * 200000);
  float low;
  float high;

  for (int i = 0; i < 200000; i++)
    {
      input[2 * i] = (float) -g_test_rand_double ();
      input[2 * i + 1] = (float) g_test_rand_double ();
    }
  myna_peaks_append_array (peaks, input, 200000);
  g_assert_cmpfloat_with_epsilon (myna_peaks_get_duration (peaks), 4000.0, 1e-6);
  for (int i = 0; i < 500; i++)
    {
      int first = g_test_rand_int_range (0, 199000);
      int n = g_test_rand_int_range (1, i % 2 != 0 ? 900 : 16);
      float true_low = 0.0f;
      float true_high = 0.0f;

      for (int k = first; k < first + n; k++)
        {
          true_low = MIN (true_low, input[2 * k]);
          true_high = MAX (true_high, input[2 * k + 1]);
        }
      g_assert_true (myna_peaks_range (peaks, first * 0.02, (first + n) * 0.02, &low, &high));
      /* A coarse level may see a little beyond the range, never less than it. */
      g_assert_cmpfloat (low, <=, true_low);
      g_assert_cmpfloat (high, >=, true_high);
      if (n < 16)
        g_assert_cmpfloat (low, ==, true_low);
    }
  g_assert_false (myna_peaks_range (peaks, 4000.0, 4001.0, &low, &high));
  g_assert_false (myna_peaks_range (peaks, -2.0, -1.0, &low, &high));
}

static GArray *
make_peaks (guint n_points)
{
  GArray *peaks = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint i = 0; i < n_points; i++)
    {
      float level = (float) (0.9 * fabs (sin (i * 0.013)) * fabs (sin (i * 0.17 + 1.0)));
      float pair[2] = { -level, level * 0.9f };

      g_array_append_vals (peaks, pair, 2);
    }
  return peaks;
}

static void
test_waveform_selection (void)
{
  g_autoptr (GArray) peaks = make_peaks (3000);
  GtkWidget *waveform = myna_waveform_new ();
  MynaWaveform *self = MYNA_WAVEFORM (waveform);
  GtkWindow *window = NULL;
  GtkWidget *start = NULL;

  myna_waveform_set_selectable (self, TRUE);
  window = ui_test_present (waveform);
  myna_waveform_set_peaks (self, peaks, 60.0);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_selection_end (self), 60.0, 1e-6);
  myna_waveform_set_selection (self, 20.0, 90.0);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_selection_start (self), 20.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_selection_end (self), 60.0, 1e-6);
  myna_waveform_set_selection (self, 12.5, 40.0);
  myna_waveform_set_position (self, 30.0);
  ui_test_settle (waveform);

  start = ui_test_find (waveform, MYNA_TYPE_TRIM_HANDLE, "Start of the selection");
  g_assert_nonnull (start);
  g_assert_true (gtk_widget_get_focusable (start));
  /* Tab stops at both. */
  g_assert_true (gtk_widget_child_focus (waveform, GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_window_get_focus (window) == start);
  g_assert_true (gtk_widget_child_focus (waveform, GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_window_get_focus (window) ==
                 ui_test_find (waveform, MYNA_TYPE_TRIM_HANDLE, "End of the selection"));
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (start), GTK_ACCESSIBLE_ROLE_SLIDER);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (start), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                       12.5);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (start), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                       "0:12.5");
  ui_test_save_picture (GTK_WIDGET (window), "waveform");
  ui_test_destroy (window, waveform);
}

static void
count_cb (MynaWaveform *waveform, int *n)
{
  g_assert (MYNA_IS_WAVEFORM (waveform));

  (*n)++;
}

/* The keys of a focused handle, by the controller's own signal. */
static void
press (GtkWidget *handle, guint keyval, GdkModifierType state)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (handle);
  gboolean handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !handled; i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", keyval, 0, state, &handled);
    }
  g_assert_true (handled);
}

static void
test_waveform_keys (void)
{
  g_autoptr (GArray) peaks = make_peaks (3000);
  GtkWidget *waveform = myna_waveform_new ();
  MynaWaveform *self = MYNA_WAVEFORM (waveform);
  GtkWindow *window = ui_test_present (waveform);
  GtkWidget *start = NULL;
  GtkWidget *end = NULL;
  int n_changed = 0;

  myna_waveform_set_selectable (self, TRUE);
  myna_waveform_set_peaks (self, peaks, 60.0);
  g_signal_connect (waveform, "selection-changed", G_CALLBACK (count_cb), &n_changed);
  start = ui_test_find (waveform, MYNA_TYPE_TRIM_HANDLE, "Start of the selection");
  end = ui_test_find (waveform, MYNA_TYPE_TRIM_HANDLE, "End of the selection");

  press (start, GDK_KEY_Right, 0);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_selection_start (self), 0.1, 1e-6);
  press (start, GDK_KEY_Right, GDK_SHIFT_MASK);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_selection_start (self), 1.1, 1e-6);
  press (end, GDK_KEY_Page_Down, 0);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_selection_end (self), 50.0, 1e-6);
  press (end, GDK_KEY_Home, 0);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_selection_end (self), 1.2, 1e-6);
  g_assert_cmpint (n_changed, ==, 4);
  press (end, GDK_KEY_Home, 0);
  g_assert_cmpint (n_changed, ==, 4);

  press (end, GDK_KEY_plus, 0);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_zoom (self), 2.0, 1e-6);
  ui_test_settle (waveform);
  myna_waveform_show_range (self, 0.0, 60.0);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_zoom (self), 1.0, 1e-6);
  ui_test_destroy (window, waveform);
}

static void
test_waveform_live (void)
{
  GtkWidget *waveform = myna_waveform_new ();
  MynaWaveform *self = MYNA_WAVEFORM (waveform);
  GtkWindow *window = ui_test_present (waveform);

  myna_waveform_set_live (self, TRUE, 0.05);
  for (int i = 0; i < 400; i++)
    {
      float peak = (float) fabs (sin (i * 0.1));

      myna_waveform_append_peaks (self, &peak, 1);
    }
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_duration (self), 20.0, 1e-6);
  ui_test_save_picture (GTK_WIDGET (window), "waveform-live");
  myna_waveform_set_live (self, FALSE, 0.05);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_zoom (self), 1.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_duration (self), 20.0, 1e-6);
  myna_waveform_clear (self);
  g_assert_cmpfloat_with_epsilon (myna_waveform_get_duration (self), 0.0, 1e-6);
  ui_test_settle (waveform);
  ui_test_destroy (window, waveform);
}

/* Ten hours at 20 points a second draw like any other recording. */
static void
test_waveform_hours (void)
{
  g_autoptr (GArray) peaks = make_peaks (720000);
  GtkWidget *waveform = myna_waveform_new ();
  MynaWaveform *self = MYNA_WAVEFORM (waveform);
  GtkWindow *window = NULL;

  myna_waveform_set_selectable (self, TRUE);
  window = ui_test_present (waveform);
  myna_waveform_set_peaks (self, peaks, 36000.0);
  myna_waveform_set_selection (self, 18000.0, 18030.0);
  myna_waveform_show_range (self, 18000.0, 18030.0);
  g_assert_cmpfloat (myna_waveform_get_zoom (self), >, 900.0);
  ui_test_save_picture (GTK_WIDGET (window), "waveform-hours");
  ui_test_destroy (window, waveform);
}

static void
test_level_bar (void)
{
  GtkWidget *meter = myna_level_bar_new ();
  MynaLevelBar *self = MYNA_LEVEL_BAR (meter);
  GtkWindow *window = ui_test_present (meter);

  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (meter), GTK_ACCESSIBLE_ROLE_METER);
  assert_text (myna_level_bar_dup_value_text (self), "Silent");
  myna_level_bar_set_level (self, 0.1);
  assert_text (myna_level_bar_dup_value_text (self), "Good level, -20 decibels");
  myna_level_bar_set_level (self, 0.01);
  assert_text (myna_level_bar_dup_value_text (self), "Quiet, -40 decibels");
  myna_level_bar_set_peak (self, 0.7);
  assert_text (myna_level_bar_dup_value_text (self), "Loud, -3 decibels");
  g_assert_true (gtk_widget_has_css_class (meter, "loud"));
  myna_level_bar_set_level (self, 17.0);
  g_assert_cmpfloat (myna_level_bar_get_level (self), ==, 1.0);
  g_assert_true (gtk_widget_has_css_class (meter, "too-loud"));
  myna_level_bar_set_level (self, NAN);
  g_assert_cmpfloat (myna_level_bar_get_level (self), ==, 0.0);
  myna_level_bar_set_level (self, 0.2);
  myna_level_bar_set_clipped (self, TRUE);
  ui_test_save_picture (GTK_WIDGET (window), "level-bar");
  ui_test_destroy (window, meter);
}

static void
test_language_row (void)
{
  GtkWidget *row = g_object_new (MYNA_TYPE_LANGUAGE_ROW, "default-label", "The voice’s own", NULL);
  MynaLanguageRow *self = MYNA_LANGUAGE_ROW (row);
  GtkWidget *list = gtk_list_box_new ();
  GtkWindow *window = ui_test_present (list);
  g_autoptr (GListModel) model = NULL;

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  myna_language_row_set_code (self, "de");
  g_set_object (&model, adw_combo_row_get_model (ADW_COMBO_ROW (row)));
  ui_test_wait_for (g_list_model_get_n_items (model) > 1);
  g_assert_cmpuint (g_list_model_get_n_items (model), >, 80);
  g_assert_cmpstr (myna_language_row_get_code (self), ==, "de");
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (row)), >, 0);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 0);
  g_assert_cmpstr (myna_language_row_get_code (self), ==, "");
  myna_language_row_use_locale (self);
  ui_test_wait_for (*myna_language_row_get_code (self) != '\0');
  ui_test_destroy (window, row);
}

/* Without a default nothing is chosen until somebody does. */
static void
test_language_row_empty (void)
{
  GtkWidget *row = myna_language_row_new ();
  GtkWidget *list = gtk_list_box_new ();
  GtkWindow *window = ui_test_present (list);
  GListModel *model = NULL;

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  model = adw_combo_row_get_model (ADW_COMBO_ROW (row));
  ui_test_wait_for (g_list_model_get_n_items (model) > 0);
  g_assert_cmpstr (myna_language_row_get_code (MYNA_LANGUAGE_ROW (row)), ==, "");
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 3);
  g_assert_cmpstr (myna_language_row_get_code (MYNA_LANGUAGE_ROW (row)), !=, "");
  ui_test_destroy (window, row);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/ui/widgets/time-text", test_time_text);
  g_test_add_func ("/ui/widgets/time-words", test_time_words);
  g_test_add_func ("/ui/widgets/peaks-agree", test_peaks_agree);
  g_test_add_func ("/ui/widgets/waveform-selection", test_waveform_selection);
  g_test_add_func ("/ui/widgets/waveform-keys", test_waveform_keys);
  g_test_add_func ("/ui/widgets/waveform-live", test_waveform_live);
  g_test_add_func ("/ui/widgets/waveform-hours", test_waveform_hours);
  g_test_add_func ("/ui/widgets/level-bar", test_level_bar);
  g_test_add_func ("/ui/widgets/language-row", test_language_row);
  g_test_add_func ("/ui/widgets/language-row-empty", test_language_row_empty);
  return g_test_run ();
}
