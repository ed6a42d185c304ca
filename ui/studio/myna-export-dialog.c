/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-export-dialog.h"

#include <glib/gi18n.h>

#include "ui/widgets/myna-toasts.h"

struct _MynaExportDialog
{
  AdwDialog parent_instance;

  /* Template widgets */
  AdwComboRow *format_row;
  AdwSwitchRow *tag_row;
  GtkWidget *save_button;

  /* Owned references */
  GSettings *settings;
  MynaStudio *studio;
  MynaTake *take;
};

G_DEFINE_FINAL_TYPE (MynaExportDialog, myna_export_dialog, ADW_TYPE_DIALOG)

/* In the order of the schema's enumeration and of the combo row. */
static const struct
{
  const char *extension;
  const char *description;
} formats[] = {
  { "wav", N_ ("Lossless, large, opens everywhere") },
  { "flac", N_ ("Lossless, about half as large as WAV") },
  { "opus", N_ ("Small, very good quality") },
  { "mp3", N_ ("Small, opens everywhere") },
};

/**
 * myna_export_dialog_dup_file_name:
 * @take_name: any text
 * @extension: of the format
 *
 * Returns: (transfer full): a file name that every file system takes, at most 80 characters of the
 * name
 */
char *
myna_export_dialog_dup_file_name (const char *take_name, const char *extension)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (take_name != NULL, NULL);
  g_return_val_if_fail (extension != NULL, NULL);

  name = g_utf8_substring (take_name, 0, MIN (g_utf8_strlen (take_name, -1), 80));
  g_strdelimit (name, "/\\:*?\"<>|\n\r\t", ' ');
  g_strstrip (name);
  /* A leading dot would hide the file. */
  while (*name == '.')
    memmove (name, name + 1, strlen (name));
  return g_strdup_printf ("%s.%s", *name != '\0' ? name : _ ("Take"), extension);
}

static const char *
get_extension (MynaExportDialog *self)
{
  guint selected = 0;

  g_assert (MYNA_IS_EXPORT_DIALOG (self));

  selected = adw_combo_row_get_selected (self->format_row);
  return formats[MIN (selected, G_N_ELEMENTS (formats) - 1)].extension;
}

static void
on_format (MynaExportDialog *self, GParamSpec *pspec, AdwComboRow *row)
{
  guint selected = adw_combo_row_get_selected (row);

  g_assert (MYNA_IS_EXPORT_DIALOG (self));

  if (selected < G_N_ELEMENTS (formats))
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _ (formats[selected].description));
}

/* Shows the file in the file manager. @data is its path. */
static void
on_show_in_folder (AdwToast *toast, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_path (data);
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  gtk_file_launcher_open_containing_folder (launcher, NULL, NULL, NULL, NULL);
}

static void
free_path (gpointer data, GClosure *closure)
{
  g_free (data);
}

static void
say_exported (GtkWidget *from, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *title = g_strdup_printf (_ ("Exported “%s”"), name);
  AdwToast *toast = adw_toast_new ("");

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, title);
  adw_toast_set_button_label (toast, _ ("_Show in Folder"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (on_show_in_folder), g_strdup (path),
                         free_path, 0);
  myna_toasts_add (from, toast);
}

/* @overlay is where the dialog was shown; it outlives the dialog. */
static void
on_job_state (MynaJob *job, GParamSpec *pspec, GtkWidget *overlay)
{
  g_assert (MYNA_IS_JOB (job));

  if (!myna_job_is_finished (job))
    return;
  if (myna_job_get_state (job) == MYNA_JOB_DONE && myna_job_get_result (job) != NULL)
    say_exported (overlay, myna_job_get_result (job));
  else if (myna_job_get_state (job) == MYNA_JOB_FAILED && myna_job_get_error (job) != NULL)
    myna_toasts_add_text (overlay, myna_job_get_error (job));
  g_signal_handlers_disconnect_by_func (job, on_job_state, overlay);
}

static char *
dup_path_with_extension (MynaExportDialog *self, const char *path)
{
  g_autofree char *suffix = NULL;

  g_assert (MYNA_IS_EXPORT_DIALOG (self));

  suffix = g_strconcat (".", get_extension (self), NULL);
  if (g_str_has_suffix (path, suffix))
    return g_strdup (path);
  return g_strconcat (path, suffix, NULL);
}

/**
 * myna_export_dialog_export_to:
 * @self: the dialog
 * @path: a file; the chosen format's extension is added when it has another
 *
 * Enqueues the export and closes the dialog; toasts say how it ended.
 */
void
myna_export_dialog_export_to (MynaExportDialog *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *full = NULL;
  MynaJob *job = NULL;
  GtkWidget *overlay = NULL;
  GtkWidget *from = NULL;

  g_return_if_fail (MYNA_IS_EXPORT_DIALOG (self));
  g_return_if_fail (path != NULL);

  overlay = myna_toasts_find_overlay (GTK_WIDGET (self));
  from = overlay != NULL ? overlay : GTK_WIDGET (self);
  full = dup_path_with_extension (self, path);
  job = myna_takes_export (myna_studio_get_takes (self->studio), self->take, full,
                           adw_switch_row_get_active (self->tag_row), &error);
  if (job == NULL)
    myna_toasts_add_error (from, error);
  else
    g_signal_connect_object (job, "notify::state", G_CALLBACK (on_job_state), from, 0);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
on_file_chosen (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MynaExportDialog) self = MYNA_EXPORT_DIALOG (data);
  g_autoptr (GFile) file = NULL;

  file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);
  if (file == NULL)
    return;
  if (g_file_peek_path (file) != NULL)
    myna_export_dialog_export_to (self, g_file_peek_path (file));
  else
    myna_toasts_add_text (GTK_WIDGET (self),
                          _ ("This place cannot be written to. Choose a folder on this computer."));
}

static void
on_save (MynaExportDialog *self, GtkButton *button)
{
  g_autoptr (GtkFileDialog) chooser = gtk_file_dialog_new ();
  g_autofree char *name = NULL;

  g_assert (MYNA_IS_EXPORT_DIALOG (self));

  name = myna_export_dialog_dup_file_name (myna_take_get_name (self->take), get_extension (self));
  gtk_file_dialog_set_title (chooser, _ ("Export Take"));
  gtk_file_dialog_set_initial_name (chooser, name);
  gtk_file_dialog_save (chooser, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        on_file_chosen, g_object_ref (self));
}

static void
myna_export_dialog_dispose (GObject *object)
{
  MynaExportDialog *self = MYNA_EXPORT_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_EXPORT_DIALOG);
  g_clear_object (&self->settings);
  g_clear_object (&self->studio);
  g_clear_object (&self->take);

  G_OBJECT_CLASS (myna_export_dialog_parent_class)->dispose (object);
}

static void
myna_export_dialog_class_init (MynaExportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_export_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-export-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaExportDialog, format_row);
  gtk_widget_class_bind_template_child (widget_class, MynaExportDialog, tag_row);
  gtk_widget_class_bind_template_child (widget_class, MynaExportDialog, save_button);
  gtk_widget_class_bind_template_callback (widget_class, on_format);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
}

static void
myna_export_dialog_init (MynaExportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = g_settings_new (MYNA_APP_ID);
  adw_combo_row_set_selected (self->format_row,
                              (guint) g_settings_get_enum (self->settings, "export-format"));
  adw_switch_row_set_active (self->tag_row,
                             g_settings_get_boolean (self->settings, "synthetic-tag"));
  on_format (self, NULL, self->format_row);
  adw_dialog_set_default_widget (ADW_DIALOG (self), self->save_button);
}

/**
 * myna_export_dialog_new:
 * @studio: the studio
 * @take: the take to write
 *
 * Format and tag start as in the preferences; choosing others here does not change those.
 *
 * Returns: (transfer floating): the dialog
 */
AdwDialog *
myna_export_dialog_new (MynaStudio *studio, MynaTake *take)
{
  MynaExportDialog *self = NULL;

  g_return_val_if_fail (MYNA_IS_STUDIO (studio), NULL);
  g_return_val_if_fail (MYNA_IS_TAKE (take), NULL);

  self = g_object_new (MYNA_TYPE_EXPORT_DIALOG, NULL);
  self->studio = g_object_ref (studio);
  self->take = g_object_ref (take);
  return ADW_DIALOG (self);
}
