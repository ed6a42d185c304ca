/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/devices/myna-devices-page.h"

#include <glib/gi18n.h>

#include "engine/studio/myna-diagnostics.h"
#include "ui/devices/myna-device-choice-row.h"
#include "ui/devices/myna-device-view.h"
#include "ui/widgets/myna-toasts.h"

struct _MynaDevicesPage
{
  AdwBin parent_instance;

  /* Template widgets */
  AdwBanner *recording_banner;
  AdwPreferencesGroup *no_gpu;
  GtkBox *views;
  MynaDeviceChoiceRow *gpt_sovits_row;

  /* Owned references */
  MynaDevices *devices;
  GSettings *settings;
  GCancellable *checking; /* (nullable): a check that the person asked for */

  /* State */
  gboolean holds;
};

G_DEFINE_FINAL_TYPE (MynaDevicesPage, myna_devices_page, ADW_TYPE_BIN)

/* Before the first sample nobody knows whether there is a card. */
static void
sync_no_gpu (MynaDevicesPage *self)
{
  gboolean known = g_list_model_get_n_items (G_LIST_MODEL (self->devices)) > 0;
  g_autofree char *text = gpu_doctor_explain_no_gpu ();
  g_autofree char *markup = g_markup_escape_text (text, -1);

  g_assert (MYNA_IS_DEVICES_PAGE (self));

  adw_preferences_group_set_description (self->no_gpu, markup);
  gtk_widget_set_visible (GTK_WIDGET (self->no_gpu),
                          known && !myna_devices_has_gpu (self->devices));
}

static GtkWidget *
get_view_at (MynaDevicesPage *self, guint position)
{
  GtkWidget *view = gtk_widget_get_first_child (GTK_WIDGET (self->views));

  g_assert (MYNA_IS_DEVICES_PAGE (self));

  for (guint i = 0; i < position && view != NULL; i++)
    view = gtk_widget_get_next_sibling (view);
  return view;
}

static void
on_devices_changed (MynaDevicesPage *self, guint position, guint n_removed, guint n_added)
{
  GtkWidget *before = position > 0 ? get_view_at (self, position - 1) : NULL;

  g_assert (MYNA_IS_DEVICES_PAGE (self));

  for (guint i = 0; i < n_removed; i++)
    gtk_box_remove (self->views, get_view_at (self, position));
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr (MynaDevice) device =
          g_list_model_get_item (G_LIST_MODEL (self->devices), position + i);
      GtkWidget *view = myna_device_view_new (device);

      gtk_box_insert_child_after (self->views, view, before);
      before = view;
    }
  sync_no_gpu (self);
  /* With the first sample it is known which cards sleep; the check does not wake those. */
  if (self->holds && n_added > 0)
    myna_devices_ensure_diagnosed (self->devices);
}

static void
sync_recording (MynaDevicesPage *self)
{
  gboolean recording = myna_devices_get_recording (self->devices);

  g_assert (MYNA_IS_DEVICES_PAGE (self));

  adw_banner_set_revealed (self->recording_banner, recording);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "devices.record", !recording);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "devices.stop-recording", recording);
}

static void
copy_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaDevicesPage *self = MYNA_DEVICES_PAGE (widget);
  g_autofree char *text = myna_diagnostics_dup_report (self->devices);

  g_assert (MYNA_IS_DEVICES_PAGE (self));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  myna_toasts_add_text (widget, _ ("Diagnostics copied"));
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MynaDevicesPage) self = MYNA_DEVICES_PAGE (data);
  g_autoptr (GError) error = NULL;

  if (self->devices == NULL || myna_devices_diagnose_finish (MYNA_DEVICES (source), result, &error))
    {
      if (self->devices != NULL)
        myna_toasts_add_text (GTK_WIDGET (self), _ ("The devices were checked"));
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    myna_toasts_add_error (GTK_WIDGET (self), error);
  g_clear_object (&self->checking);
  if (self->devices != NULL)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), "devices.check", TRUE);
}

static void
check_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaDevicesPage *self = MYNA_DEVICES_PAGE (widget);

  g_assert (MYNA_IS_DEVICES_PAGE (self));

  gtk_widget_action_set_enabled (widget, "devices.check", FALSE);
  self->checking = g_cancellable_new ();
  myna_devices_diagnose_async (self->devices, self->checking, on_checked, g_object_ref (self));
}

/**
 * myna_devices_page_record_to:
 * @path: file to write
 *
 * Records the devices' numbers from now on, and says so.
 */
void
myna_devices_page_record_to (MynaDevicesPage *self, const char *path)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (MYNA_IS_DEVICES_PAGE (self));
  g_return_if_fail (path != NULL);

  if (!myna_devices_start_recording (self->devices, path, &error))
    myna_toasts_add_error (GTK_WIDGET (self), error);
}

static void
on_file_chosen (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MynaDevicesPage) self = MYNA_DEVICES_PAGE (data);
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file == NULL || self->devices == NULL)
    return;
  if (g_file_peek_path (file) != NULL)
    myna_devices_page_record_to (self, g_file_peek_path (file));
  else
    myna_toasts_add_text (GTK_WIDGET (self),
                          _ ("This place cannot be written to. Choose a folder on this computer."));
}

static void
record_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_autoptr (GtkFileDialog) chooser = gtk_file_dialog_new ();

  g_assert (MYNA_IS_DEVICES_PAGE (widget));

  gtk_file_dialog_set_title (chooser, _ ("Record the Devices’ Numbers"));
  gtk_file_dialog_set_initial_name (chooser, "myna-devices.jsonl");
  gtk_file_dialog_save (chooser, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, on_file_chosen,
                        g_object_ref (widget));
}

static void
stop_recording_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaDevicesPage *self = MYNA_DEVICES_PAGE (widget);
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_DEVICES_PAGE (self));

  if (myna_devices_stop_recording (self->devices, &error))
    myna_toasts_add_text (widget, _ ("The recording is saved"));
  else
    myna_toasts_add_error (widget, error);
}

static void
set_holds (MynaDevicesPage *self, gboolean holds)
{
  g_assert (MYNA_IS_DEVICES_PAGE (self));

  if (self->devices == NULL || holds == self->holds)
    return;
  self->holds = holds;
  if (!holds)
    myna_devices_release (self->devices);
  else
    myna_devices_hold (self->devices);
  if (holds && g_list_model_get_n_items (G_LIST_MODEL (self->devices)) > 0)
    myna_devices_ensure_diagnosed (self->devices);
}

static void
myna_devices_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (myna_devices_page_parent_class)->map (widget);

  set_holds (MYNA_DEVICES_PAGE (widget), TRUE);
}

static void
myna_devices_page_unmap (GtkWidget *widget)
{
  set_holds (MYNA_DEVICES_PAGE (widget), FALSE);

  GTK_WIDGET_CLASS (myna_devices_page_parent_class)->unmap (widget);
}

static void
myna_devices_page_dispose (GObject *object)
{
  MynaDevicesPage *self = MYNA_DEVICES_PAGE (object);

  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
  set_holds (self, FALSE);
  if (self->devices != NULL)
    g_signal_handlers_disconnect_by_data (self->devices, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_DEVICES_PAGE);
  g_clear_object (&self->checking);
  g_clear_object (&self->settings);
  g_clear_object (&self->devices);

  G_OBJECT_CLASS (myna_devices_page_parent_class)->dispose (object);
}

static void
myna_devices_page_class_init (MynaDevicesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_devices_page_dispose;
  widget_class->map = myna_devices_page_map;
  widget_class->unmap = myna_devices_page_unmap;

  g_type_ensure (MYNA_TYPE_DEVICE_CHOICE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/devices/myna-devices-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaDevicesPage, recording_banner);
  gtk_widget_class_bind_template_child (widget_class, MynaDevicesPage, no_gpu);
  gtk_widget_class_bind_template_child (widget_class, MynaDevicesPage, views);
  gtk_widget_class_bind_template_child (widget_class, MynaDevicesPage, gpt_sovits_row);
  gtk_widget_class_install_action (widget_class, "devices.copy-diagnostics", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "devices.check", NULL, check_action);
  gtk_widget_class_install_action (widget_class, "devices.record", NULL, record_action);
  gtk_widget_class_install_action (widget_class, "devices.stop-recording", NULL,
                                   stop_recording_action);
}

static void
myna_devices_page_init (MynaDevicesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * myna_devices_page_new:
 * @library: the open library
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
myna_devices_page_new (MynaLibrary *library)
{
  MynaDevicesPage *self;

  g_return_val_if_fail (MYNA_IS_LIBRARY (library), NULL);

  self = g_object_new (MYNA_TYPE_DEVICES_PAGE, NULL);
  self->devices = g_object_ref (myna_library_get_devices (library));
  self->settings = g_settings_new (MYNA_APP_ID);
  g_signal_connect_object (self->devices, "items-changed", G_CALLBACK (on_devices_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->devices, "notify::recording", G_CALLBACK (sync_recording), self,
                           G_CONNECT_SWAPPED);
  myna_device_choice_row_bind (self->gpt_sovits_row, self->devices, self->settings,
                               "gpt-sovits-device");
  on_devices_changed (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (self->devices)));
  sync_recording (self);
  return GTK_WIDGET (self);
}
