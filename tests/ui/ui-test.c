/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>

#include "ui/myna-ui.h"

/* GTK 4.24 with cairo on X11 says this of every popover; it is no fault of ours, and warnings are
 * fatal here. */
static gboolean
is_known (const char *message)
{
  return message != NULL &&
         strstr (message, "gdk_frame_timings_submitted() called on submitted") != NULL;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && is_known (fields[i].value))
      return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, data);
}

static gboolean
is_fatal (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  return !is_known (message);
}

/**
 * ui_test_init:
 * @argc: (inout): from main
 * @argv: (inout): from main
 *
 * Replaces gtk_test_init(), which switches to a locale that not every machine has.
 */
void
ui_test_init (int *argc, char ***argv)
{
  g_autoptr (GtkCssProvider) style = gtk_css_provider_new ();

  setlocale (LC_ALL, "");
  g_test_init (argc, argv, NULL);
  g_log_set_writer_func (write_log, NULL, NULL);
  g_test_log_set_fatal_handler (is_fatal, NULL);
  adw_init ();
  myna_ui_init ();
  /* In the program AdwApplication does this. */
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    MYNA_RESOURCE_BASE "/icons");
  gtk_css_provider_load_from_resource (style, MYNA_RESOURCE_BASE "/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

/**
 * ui_test_settle:
 * @widget: a shown widget
 *
 * Runs the main context until a frame with everything done so far has been drawn.
 */
void
ui_test_settle (GtkWidget *widget)
{
  gtk_test_widget_wait_for_draw (widget);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* MYNA_UI_SIZE=360x640 shows everything in that size: for looking at pictures. */
static void
set_size (GtkWindow *window)
{
  const char *size = g_getenv ("MYNA_UI_SIZE");
  g_auto (GStrv) parts = g_strsplit (size != NULL ? size : "1000x680", "x", 2);

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  gtk_window_set_default_size (window, atoi (parts[0]), atoi (parts[1]));
}

/**
 * ui_test_present:
 * @child: (transfer floating): the widget under test
 *
 * Returns: (transfer none): a shown window with @child in a toast overlay
 */
GtkWindow *
ui_test_present (GtkWidget *child)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *overlay = adw_toast_overlay_new ();

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), child);
  adw_window_set_content (ADW_WINDOW (window), overlay);
  set_size (GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (window));
  ui_test_settle (window);
  return GTK_WINDOW (window);
}

/**
 * ui_test_destroy:
 * @window: (transfer none): the window
 * @watched: a widget inside it, or the window itself
 *
 * Closes the window and fails when @watched outlives it: a reference cycle or a forgotten handler.
 */
void
ui_test_destroy (GtkWindow *window, GtkWidget *watched)
{
  gpointer weak = watched;

  g_object_add_weak_pointer (G_OBJECT (watched), &weak);
  gtk_window_destroy (window);
  for (int i = 0; i < 100 && weak != NULL; i++)
    while (g_main_context_iteration (NULL, FALSE))
      ;
  g_assert_null (weak);
}

static gboolean
text_is (GtkWidget *widget, const char *text)
{
  const char *own = NULL;

  if (text == NULL)
    return TRUE;
  if (GTK_IS_LABEL (widget))
    own = gtk_label_get_text (GTK_LABEL (widget));
  else if (GTK_IS_BUTTON (widget))
    own = gtk_button_get_label (GTK_BUTTON (widget));
  else if (ADW_IS_PREFERENCES_ROW (widget))
    own = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget));
  return g_strcmp0 (own, text) == 0 ||
         g_strcmp0 (gtk_widget_get_tooltip_text (widget), text) == 0 ||
         g_strcmp0 (gtk_widget_get_name (widget), text) == 0;
}

/* The pages of a stack are "visible" even while another is shown. */
static gboolean
is_hidden_page (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);

  return GTK_IS_STACK (parent) && gtk_stack_get_visible_child (GTK_STACK (parent)) != widget;
}

/**
 * ui_test_find:
 * @root: where to look
 * @type: the widget's type
 * @text: (nullable): its label, title, tooltip or name
 *
 * Returns: (transfer none) (nullable): the first visible match, depth first
 */
GtkWidget *
ui_test_find (GtkWidget *root, GType type, const char *text)
{
  GtkWidget *found = NULL;

  if (!gtk_widget_get_visible (root) || is_hidden_page (root))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (root), type) && text_is (root, text))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = ui_test_find (child, type, text);
  return found;
}

/**
 * ui_test_toast:
 * @root: a window
 *
 * Returns: (nullable): the text of the toast that is shown
 */
const char *
ui_test_toast (GtkWidget *root)
{
  GtkWidget *toast = ui_test_find (root, g_type_from_name ("AdwToastWidget"), NULL);
  GtkWidget *label = toast != NULL ? ui_test_find (toast, GTK_TYPE_LABEL, NULL) : NULL;

  return label != NULL ? gtk_label_get_text (GTK_LABEL (label)) : NULL;
}

/**
 * ui_test_save_picture:
 * @widget: a shown widget, such as a window
 * @name: of the picture, without ending
 *
 * Writes NAME.png to the folder $MYNA_UI_PICTURES; does nothing without it.
 */
void
ui_test_save_picture (GtkWidget *widget, const char *name)
{
  const char *folder = g_getenv ("MYNA_UI_PICTURES");
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *file = NULL;
  g_autofree char *path = NULL;

  if (folder == NULL)
    return;
  paintable = gtk_widget_paintable_new (widget);
  /* A widget that waits for its layout has no picture yet. */
  while (node == NULL)
    {
      GtkSnapshot *snapshot = gtk_snapshot_new ();

      ui_test_settle (widget);
      gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (widget),
                              gtk_widget_get_height (widget));
      node = gtk_snapshot_free_to_node (snapshot);
    }
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (gtk_widget_get_native (widget)),
                                         node, NULL);
  file = g_strconcat (name, ".png", NULL);
  path = g_build_filename (folder, file, NULL);
  g_assert_true (gdk_texture_save_to_png (texture, path));
}

/**
 * ui_test_make_folder:
 *
 * Returns: (transfer full): a new, empty folder; see ui_test_remove_folder()
 */
char *
ui_test_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("myna-ui-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

void
ui_test_remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        ui_test_remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

#define VOICE_RATE 16000
#define VOICE_PERIOD (5 * VOICE_RATE)

/* A buzz with the formants of a neutral vowel, in syllables: loud, voiced and paused like speech.
 */
static double
voice_sample (double t)
{
  static const double formants[][2] = { { 500.0, 1.0 }, { 1500.0, 0.5 }, { 2500.0, 0.25 } };
  double f0 = 120.0 + 20.0 * sin (2.0 * G_PI * 0.7 * t);
  double syllable = fmax (0.0, sin (2.0 * G_PI * 2.0 * t));
  double sum = 0.0;

  for (int k = 1; k <= 24; k++)
    {
      double gain = 0.0;

      for (guint j = 0; j < G_N_ELEMENTS (formants); j++)
        gain += formants[j][1] * exp (-pow ((k * f0 - formants[j][0]) / 250.0, 2.0));
      sum += gain * sin (2.0 * G_PI * k * f0 * t);
    }
  return 0.15 * syllable * sum;
}

/* A few seconds are made once and repeated: the tests need length, not variety. */
static const gint16 *
get_voice_period (void)
{
  static gint16 *period;

  if (period == NULL)
    {
      period = g_new (gint16, VOICE_PERIOD);
      for (int i = 0; i < VOICE_PERIOD; i++)
        period[i] =
            GINT16_TO_LE ((gint16) (32000.0 * tanh (voice_sample ((double) i / VOICE_RATE))));
    }
  return period;
}

/**
 * ui_test_write_voice:
 * @folder: where
 * @name: file name
 * @seconds: length
 *
 * Writes a 16 kHz mono WAV of a speech-like sound.
 *
 * Returns: (transfer full): its path
 */
char *
ui_test_write_voice (const char *folder, const char *name, double seconds)
{
  g_autoptr (GByteArray) wav = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);
  guint32 n_bytes = (guint32) (seconds * 16000.0) * 2;
  guint32 head[11] = { 0x46464952, 36 + n_bytes, 0x45564157, 0x20746d66, 16,     0x00010001,
                       16000,      32000,        0x00100002, 0x61746164, n_bytes };

  for (guint i = 0; i < G_N_ELEMENTS (head); i++)
    head[i] = GUINT32_TO_LE (head[i]);
  g_byte_array_append (wav, (const guint8 *) head, sizeof head);
  for (guint32 i = 0; i < n_bytes / 2; i++)
    g_byte_array_append (wav, (const guint8 *) &get_voice_period ()[i % VOICE_PERIOD], 2);
  g_file_set_contents (path, (const char *) wav->data, (gssize) wav->len, &error);
  g_assert_no_error (error);
  return path;
}
