/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/preferences/myna-preferences-dialog.h"

#include <glib/gi18n.h>

#include "ui/preferences/myna-device-row.h"

struct _MynaPreferencesDialog
{
  AdwPreferencesDialog parent_instance;

  /* Template widgets */
  MynaDeviceRow *output_row;
  MynaDeviceRow *input_row;
  AdwSwitchRow *autoplay_row;
  AdwComboRow *format_row;
  AdwSwitchRow *tag_row;
  AdwSwitchRow *notifications_row;
  AdwActionRow *data_row;

  /* Owned references */
  GSettings *settings;
  GFile *data_folder;
};

G_DEFINE_FINAL_TYPE (MynaPreferencesDialog, myna_preferences_dialog, ADW_TYPE_PREFERENCES_DIALOG)

static void
on_format_selected (MynaPreferencesDialog *self, GParamSpec *pspec, AdwComboRow *row)
{
  g_assert (MYNA_IS_PREFERENCES_DIALOG (self));

  if (self->settings != NULL && adw_combo_row_get_selected (row) != GTK_INVALID_LIST_POSITION)
    g_settings_set_enum (self->settings, "export-format", (int) adw_combo_row_get_selected (row));
}

static void
on_folder_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MynaPreferencesDialog) self = MYNA_PREFERENCES_DIALOG (data);
  g_autoptr (GError) error = NULL;

  if (!gtk_file_launcher_launch_finish (GTK_FILE_LAUNCHER (source), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self),
                                      adw_toast_new (_ ("The folder could not be opened")));
}

static void
on_open_folder (MynaPreferencesDialog *self, GtkButton *button)
{
  g_autoptr (GtkFileLauncher) launcher = NULL;

  g_assert (MYNA_IS_PREFERENCES_DIALOG (self));

  launcher = gtk_file_launcher_new (self->data_folder);
  gtk_file_launcher_launch (launcher, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                            on_folder_opened, g_object_ref (self));
}

static void
bind_settings (MynaPreferencesDialog *self, GSettings *settings)
{
  g_autoptr (MynaAudioDevices) outputs = myna_audio_devices_new_outputs ();
  g_autoptr (MynaAudioDevices) inputs = myna_audio_devices_new_inputs ();

  g_assert (MYNA_IS_PREFERENCES_DIALOG (self));

  myna_device_row_bind (self->output_row, outputs, settings, "output-device");
  myna_device_row_bind (self->input_row, inputs, settings, "input-device");
  g_settings_bind (settings, "autoplay", self->autoplay_row, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "synthetic-tag", self->tag_row, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "notifications", self->notifications_row, "active",
                   G_SETTINGS_BIND_DEFAULT);
  adw_combo_row_set_selected (self->format_row,
                              (guint) g_settings_get_enum (settings, "export-format"));
}

static void
myna_preferences_dialog_dispose (GObject *object)
{
  MynaPreferencesDialog *self = MYNA_PREFERENCES_DIALOG (object);

  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_PREFERENCES_DIALOG);
  g_clear_object (&self->data_folder);

  G_OBJECT_CLASS (myna_preferences_dialog_parent_class)->dispose (object);
}

static void
myna_preferences_dialog_class_init (MynaPreferencesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_preferences_dialog_dispose;

  g_type_ensure (MYNA_TYPE_DEVICE_ROW);

  gtk_widget_class_set_template_from_resource (widget_class, MYNA_RESOURCE_BASE
                                               "/preferences/myna-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaPreferencesDialog, output_row);
  gtk_widget_class_bind_template_child (widget_class, MynaPreferencesDialog, input_row);
  gtk_widget_class_bind_template_child (widget_class, MynaPreferencesDialog, autoplay_row);
  gtk_widget_class_bind_template_child (widget_class, MynaPreferencesDialog, format_row);
  gtk_widget_class_bind_template_child (widget_class, MynaPreferencesDialog, tag_row);
  gtk_widget_class_bind_template_child (widget_class, MynaPreferencesDialog, notifications_row);
  gtk_widget_class_bind_template_child (widget_class, MynaPreferencesDialog, data_row);
  gtk_widget_class_bind_template_callback (widget_class, on_format_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_open_folder);
}

static void
myna_preferences_dialog_init (MynaPreferencesDialog *self)
{
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);

  gtk_widget_init_template (GTK_WIDGET (self));
  bind_settings (self, settings);
  /* From here on what is selected is a choice. */
  self->settings = g_steal_pointer (&settings);
}

/**
 * myna_preferences_dialog_new:
 * @data_dir: the folder with everything that Myna keeps
 *
 * Returns: (transfer floating): the dialog
 */
AdwDialog *
myna_preferences_dialog_new (const char *data_dir)
{
  MynaPreferencesDialog *self = NULL;

  g_return_val_if_fail (data_dir != NULL, NULL);

  self = g_object_new (MYNA_TYPE_PREFERENCES_DIALOG, NULL);
  self->data_folder = g_file_new_for_path (data_dir);
  adw_action_row_set_subtitle (self->data_row, data_dir);
  return ADW_DIALOG (self);
}
