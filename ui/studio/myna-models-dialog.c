/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-models-dialog.h"

#include <glib/gi18n.h>

#include "ui/studio/myna-models-work.h"
#include "ui/voices/myna-media-files.h"
#include "ui/widgets/myna-drop-area.h"

struct _MynaModelsDialog
{
  AdwDialog parent_instance;

  /* Template widgets */
  GtkWidget *choose_box;
  GtkWidget *progress_box;
  GtkLabel *progress_label;
  GtkProgressBar *progress_bar;
  GtkWidget *cancel_button;
  GtkLabel *outcome;
  AdwPreferencesGroup *problems;
  AdwPreferencesGroup *languages;
  AdwPreferencesGroup *present;

  /* Owned references */
  GCancellable *cancellable; /* (nullable): of the import that runs */
  GPtrArray *rows;           /* of GtkWidget: those of the three groups */

  /* State */
  gboolean importing;
};

G_DEFINE_FINAL_TYPE (MynaModelsDialog, myna_models_dialog, ADW_TYPE_DIALOG)

static void
sync_importing (MynaModelsDialog *self)
{
  g_assert (MYNA_IS_MODELS_DIALOG (self));

  gtk_widget_set_sensitive (self->choose_box, !self->importing);
  gtk_widget_set_visible (self->progress_box, self->importing);
  gtk_widget_set_sensitive (self->cancel_button, TRUE);
  if (self->importing)
    gtk_widget_set_visible (GTK_WIDGET (self->outcome), FALSE);
}

static void
add_row (MynaModelsDialog *self,
         AdwPreferencesGroup *group,
         const char *title,
         const char *subtitle,
         const char *icon)
{
  GtkWidget *row = adw_action_row_new ();

  g_assert (MYNA_IS_MODELS_DIALOG (self));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  if (icon != NULL)
    {
      GtkWidget *image = gtk_image_new_from_icon_name (icon);

      gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Ready"), -1);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), image);
    }
  adw_preferences_group_add (group, row);
  gtk_widget_set_visible (GTK_WIDGET (group), TRUE);
  g_ptr_array_add (self->rows, row);
}

static void
clear_rows (MynaModelsDialog *self)
{
  g_assert (MYNA_IS_MODELS_DIALOG (self));

  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = self->rows->pdata[i];
      GtkWidget *group = gtk_widget_get_ancestor (row, ADW_TYPE_PREFERENCES_GROUP);

      adw_preferences_group_remove (ADW_PREFERENCES_GROUP (group), row);
      gtk_widget_set_visible (group, group == GTK_WIDGET (self->languages));
    }
  g_ptr_array_set_size (self->rows, 0);
}

static void
show_report (MynaModelsDialog *self, const MynaModelsReport *report)
{
  g_assert (MYNA_IS_MODELS_DIALOG (self));

  clear_rows (self);
  for (guint i = 0; i < report->problems->len; i++)
    add_row (self, self->problems, report->problems->pdata[i], NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (report->missing); i++)
    add_row (self, self->languages, i == 0 ? _ ("English") : _ ("Mandarin"),
             report->missing[i] != NULL ? report->missing[i] : _ ("Ready"),
             report->missing[i] == NULL ? "object-select-symbolic" : NULL);
  for (guint i = 0; i < report->present->len; i++)
    {
      const MynaModelsPresent *model = g_ptr_array_index (report->present, i);

      add_row (self, self->present, model->title, model->facts, NULL);
    }
}

static void
show_outcome (MynaModelsDialog *self, const char *text)
{
  g_assert (MYNA_IS_MODELS_DIALOG (self));

  gtk_label_set_text (self->outcome, text);
  gtk_widget_set_visible (GTK_WIDGET (self->outcome), TRUE);
}

static char *
describe_outcome (const MynaModelsReport *report)
{
  if (report->n_new > 0)
    return g_strdup_printf (
        ngettext ("%u file was imported.", "%u files were imported.", report->n_new),
        report->n_new);
  if (report->n_known > 0)
    return g_strdup (_ ("All of these files were there already."));
  return g_strdup (_ ("No model was found there."));
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaModelsDialog) self = user_data;
  g_autoptr (MynaModelsReport) report = myna_models_work_finish (result, NULL);

  g_assert (MYNA_IS_MODELS_DIALOG (self));

  /* Closed meanwhile, or soon told by an import. */
  if (self->outcome != NULL && !self->importing && report != NULL)
    show_report (self, report);
}

/* What there is, with nothing imported. */
static void
look (MynaModelsDialog *self)
{
  g_assert (MYNA_IS_MODELS_DIALOG (self));

  myna_models_work_start (NULL, NULL, NULL, NULL, found_cb, g_object_ref (self));
}

static void
imported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaModelsDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaModelsReport) report = myna_models_work_finish (result, &error);
  g_autofree char *outcome = NULL;

  g_assert (MYNA_IS_MODELS_DIALOG (self));

  if (self->outcome == NULL)
    return;
  self->importing = FALSE;
  sync_importing (self);
  if (report != NULL)
    outcome = describe_outcome (report);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    outcome = g_strdup (_ ("Cancelled. What was imported before is kept."));
  else
    outcome = g_strdup (error->message);
  show_outcome (self, outcome);
  if (report != NULL)
    show_report (self, report);
  else
    look (self);
}

static void
progress_cb (const char *name, guint index, guint n_files, gpointer user_data)
{
  MynaModelsDialog *self = user_data;

  g_assert (MYNA_IS_MODELS_DIALOG (self));

  if (self->progress_label == NULL)
    return;
  gtk_label_set_text (self->progress_label, name);
  gtk_progress_bar_set_fraction (self->progress_bar, (double) index / MAX (n_files, 1));
}

/**
 * myna_models_dialog_import:
 * @files: (element-type GFile): files, and folders with files in them
 *
 * Imports them; what has become of them is shown. Nothing is done while another import runs.
 */
void
myna_models_dialog_import (MynaModelsDialog *self, const GSList *files)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  g_return_if_fail (MYNA_IS_MODELS_DIALOG (self));

  for (const GSList *l = files; l != NULL; l = l->next)
    if (g_file_peek_path (l->data) != NULL)
      g_strv_builder_add (builder, g_file_peek_path (l->data));
  paths = g_strv_builder_end (builder);
  if (self->importing || paths[0] == NULL)
    return;
  self->importing = TRUE;
  gtk_label_set_text (self->progress_label, _ ("Looking for models…"));
  gtk_progress_bar_set_fraction (self->progress_bar, 0);
  sync_importing (self);
  g_set_object (&self->cancellable, NULL);
  self->cancellable = g_cancellable_new ();
  myna_models_work_start ((const char *const *) paths, progress_cb, self, self->cancellable,
                          imported_cb, g_object_ref (self));
}

/**
 * myna_models_dialog_is_importing:
 *
 * Returns: whether files are being imported
 */
gboolean
myna_models_dialog_is_importing (MynaModelsDialog *self)
{
  g_return_val_if_fail (MYNA_IS_MODELS_DIALOG (self), FALSE);

  return self->importing;
}

static void
on_dropped (MynaModelsDialog *self, GdkFileList *list, MynaDropArea *area)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (list);

  g_assert (MYNA_IS_MODELS_DIALOG (self));

  myna_models_dialog_import (self, files);
}

static void
files_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaModelsDialog) self = user_data;
  g_autoptr (GListModel) model =
      gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autoslist (GFile) files = NULL;

  g_assert (MYNA_IS_MODELS_DIALOG (self));

  if (model == NULL || self->outcome == NULL)
    return;
  files = myna_media_files_from_model (model);
  myna_models_dialog_import (self, files);
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaModelsDialog) self = user_data;
  g_autoptr (GFile) folder =
      gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);
  GSList files = { folder, NULL };

  g_assert (MYNA_IS_MODELS_DIALOG (self));

  if (folder != NULL && self->outcome != NULL)
    myna_models_dialog_import (self, &files);
}

static GtkWindow *
get_window (MynaModelsDialog *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static void
on_files_clicked (MynaModelsDialog *self, GtkButton *button)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  g_assert (MYNA_IS_MODELS_DIALOG (self));

  gtk_file_dialog_set_title (dialog, _ ("Choose Model Files"));
  gtk_file_dialog_set_accept_label (dialog, _ ("_Import"));
  gtk_file_dialog_open_multiple (dialog, get_window (self), NULL, files_chosen_cb,
                                 g_object_ref (self));
}

static void
on_folder_clicked (MynaModelsDialog *self, GtkButton *button)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  g_assert (MYNA_IS_MODELS_DIALOG (self));

  gtk_file_dialog_set_title (dialog, _ ("Choose a Folder With Model Files"));
  gtk_file_dialog_set_accept_label (dialog, _ ("_Import"));
  gtk_file_dialog_select_folder (dialog, get_window (self), NULL, folder_chosen_cb,
                                 g_object_ref (self));
}

static void
on_cancel_clicked (MynaModelsDialog *self, GtkButton *button)
{
  g_assert (MYNA_IS_MODELS_DIALOG (self));

  gtk_widget_set_sensitive (self->cancel_button, FALSE);
  gtk_label_set_text (self->progress_label, _ ("Cancelling…"));
  g_cancellable_cancel (self->cancellable);
}

/* Whoever closes the dialog does not want to wait for the rest. */
static void
myna_models_dialog_closed (AdwDialog *dialog)
{
  g_cancellable_cancel (MYNA_MODELS_DIALOG (dialog)->cancellable);
}

static void
myna_models_dialog_dispose (GObject *object)
{
  MynaModelsDialog *self = MYNA_MODELS_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_MODELS_DIALOG);

  G_OBJECT_CLASS (myna_models_dialog_parent_class)->dispose (object);
}

static void
myna_models_dialog_class_init (MynaModelsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_models_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = myna_models_dialog_closed;

  g_type_ensure (MYNA_TYPE_DROP_AREA);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-models-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaModelsDialog, choose_box);
  gtk_widget_class_bind_template_child (widget_class, MynaModelsDialog, progress_box);
  gtk_widget_class_bind_template_child (widget_class, MynaModelsDialog, progress_label);
  gtk_widget_class_bind_template_child (widget_class, MynaModelsDialog, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, MynaModelsDialog, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, MynaModelsDialog, outcome);
  gtk_widget_class_bind_template_child (widget_class, MynaModelsDialog, problems);
  gtk_widget_class_bind_template_child (widget_class, MynaModelsDialog, languages);
  gtk_widget_class_bind_template_child (widget_class, MynaModelsDialog, present);
  gtk_widget_class_bind_template_callback (widget_class, on_dropped);
  gtk_widget_class_bind_template_callback (widget_class, on_files_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_folder_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_clicked);
}

static void
myna_models_dialog_init (MynaModelsDialog *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * myna_models_dialog_new:
 *
 * Returns: (transfer floating): the dialog, which looks for what is there
 */
AdwDialog *
myna_models_dialog_new (void)
{
  MynaModelsDialog *self = g_object_new (MYNA_TYPE_MODELS_DIALOG, NULL);

  look (self);
  return ADW_DIALOG (self);
}
