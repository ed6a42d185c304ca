/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/preferences/myna-device-row.h"

#include <glib/gi18n.h>

struct _MynaDeviceRow
{
  AdwComboRow parent_instance;

  /* Owned references */
  GListModel *devices;
  GSettings *settings;
  char *key;

  /* State */
  gboolean restoring; /* the selection moves because the list changed, not the person's mind */
};

G_DEFINE_FINAL_TYPE (MynaDeviceRow, myna_device_row, ADW_TYPE_COMBO_ROW)

static gboolean
select_device (MynaDeviceRow *self, const char *id)
{
  g_assert (MYNA_IS_DEVICE_ROW (self));

  for (guint i = 0; i < g_list_model_get_n_items (self->devices); i++)
    {
      g_autoptr (MynaAudioDevice) device = g_list_model_get_item (self->devices, i);

      if (g_strcmp0 (myna_audio_device_get_id (device), id) == 0)
        {
          adw_combo_row_set_selected (ADW_COMBO_ROW (self), i);
          return TRUE;
        }
    }
  return FALSE;
}

static void
restore (MynaDeviceRow *self)
{
  g_autofree char *id = NULL;
  const char *subtitle = "";
  gboolean any = FALSE;

  g_assert (MYNA_IS_DEVICE_ROW (self));

  id = g_settings_get_string (self->settings, self->key);
  any = g_list_model_get_n_items (self->devices) > 0;
  self->restoring = TRUE;
  if (!any)
    subtitle = _ ("No device was found");
  else if (!select_device (self, id))
    {
      subtitle = _ ("The chosen device is not connected; the system default is used");
      adw_combo_row_set_selected (ADW_COMBO_ROW (self), 0);
    }
  self->restoring = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self), any);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
}

static void
on_selected (MynaDeviceRow *self)
{
  MynaAudioDevice *device = NULL;

  g_assert (MYNA_IS_DEVICE_ROW (self));

  device = adw_combo_row_get_selected_item (ADW_COMBO_ROW (self));
  if (self->restoring || self->settings == NULL || device == NULL)
    return;
  g_settings_set_string (self->settings, self->key, myna_audio_device_get_id (device));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), "");
}

/* Called before the combo row hears of a change of the list: what that selects is not a choice. */
static void
on_devices_changing (MynaDeviceRow *self)
{
  g_assert (MYNA_IS_DEVICE_ROW (self));

  self->restoring = TRUE;
}

/**
 * myna_device_row_bind:
 * @self: the row
 * @devices: the devices of one direction
 * @settings: where the choice is kept
 * @key: a string key: the device's id, "" for the system default
 *
 * Called once.
 */
void
myna_device_row_bind (MynaDeviceRow *self,
                      MynaAudioDevices *devices,
                      GSettings *settings,
                      const char *key)
{
  g_autoptr (GtkExpression) expression = NULL;

  g_return_if_fail (MYNA_IS_DEVICE_ROW (self));
  g_return_if_fail (MYNA_IS_AUDIO_DEVICES (devices));
  g_return_if_fail (G_IS_SETTINGS (settings));
  g_return_if_fail (self->settings == NULL);

  self->devices = G_LIST_MODEL (g_object_ref (devices));
  self->settings = g_object_ref (settings);
  self->key = g_strdup (key);
  self->restoring = TRUE;
  g_signal_connect_object (devices, "items-changed", G_CALLBACK (on_devices_changing), self,
                           G_CONNECT_SWAPPED);
  expression = gtk_property_expression_new (MYNA_TYPE_AUDIO_DEVICE, NULL, "name");
  adw_combo_row_set_expression (ADW_COMBO_ROW (self), expression);
  adw_combo_row_set_model (ADW_COMBO_ROW (self), self->devices);
  g_signal_connect_object (devices, "items-changed", G_CALLBACK (restore), self, G_CONNECT_SWAPPED);
  restore (self);
}

static void
myna_device_row_dispose (GObject *object)
{
  MynaDeviceRow *self = MYNA_DEVICE_ROW (object);

  self->restoring = TRUE;
  g_clear_object (&self->devices);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->key, g_free);

  G_OBJECT_CLASS (myna_device_row_parent_class)->dispose (object);
}

static void
myna_device_row_class_init (MynaDeviceRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_device_row_dispose;
}

static void
myna_device_row_init (MynaDeviceRow *self)
{
  g_signal_connect (self, "notify::selected-item", G_CALLBACK (on_selected), NULL);
}
