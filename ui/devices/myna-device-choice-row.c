/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/devices/myna-device-choice-row.h"

#include <glib/gi18n.h>

struct _MynaDeviceChoiceRow
{
  AdwComboRow parent_instance;

  /* Owned references */
  MynaDevices *devices;
  GSettings *settings;
  char *key;
  GPtrArray *choices; /* MynaDeviceChoice, as in the list that is shown */

  /* State */
  gboolean restoring; /* the selection moves because the list changed, not the person's mind */
};

G_DEFINE_FINAL_TYPE (MynaDeviceChoiceRow, myna_device_choice_row, ADW_TYPE_COMBO_ROW)

static void
sync_subtitle (MynaDeviceChoiceRow *self)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, self->key);
  g_autofree char *text = myna_devices_explain_choice (self->devices, chosen);
  g_autofree char *markup = g_markup_escape_text (text, -1);

  g_assert (MYNA_IS_DEVICE_CHOICE_ROW (self));

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), markup);
}

static guint
find_choice (MynaDeviceChoiceRow *self, const char *id)
{
  g_assert (MYNA_IS_DEVICE_CHOICE_ROW (self));

  for (guint i = 0; i < self->choices->len; i++)
    if (g_ascii_strcasecmp (((const MynaDeviceChoice *) self->choices->pdata[i])->id, id) == 0)
      return i;
  return GTK_INVALID_LIST_POSITION;
}

static GtkStringList *
list_names (MynaDeviceChoiceRow *self, const char *chosen)
{
  GtkStringList *names = gtk_string_list_new (NULL);

  g_assert (MYNA_IS_DEVICE_CHOICE_ROW (self));

  for (guint i = 0; i < self->choices->len; i++)
    gtk_string_list_append (names, ((const MynaDeviceChoice *) self->choices->pdata[i])->name);
  /* A card that is out for now stays chosen. */
  if (find_choice (self, chosen) == GTK_INVALID_LIST_POSITION)
    gtk_string_list_append (names, chosen);
  return names;
}

static void
sync_choices (MynaDeviceChoiceRow *self)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, self->key);
  g_autoptr (GtkStringList) names = NULL;

  g_assert (MYNA_IS_DEVICE_CHOICE_ROW (self));

  g_clear_pointer (&self->choices, g_ptr_array_unref);
  self->choices = myna_devices_list_choices (self->devices);
  names = list_names (self, chosen);
  self->restoring = TRUE;
  adw_combo_row_set_model (ADW_COMBO_ROW (self), G_LIST_MODEL (names));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self),
                              MIN (find_choice (self, chosen), self->choices->len));
  self->restoring = FALSE;
  sync_subtitle (self);
}

/* A person's own choice is in the list already: replacing that under it would not do. */
static void
on_setting (MynaDeviceChoiceRow *self)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, self->key);

  g_assert (MYNA_IS_DEVICE_CHOICE_ROW (self));

  if (find_choice (self, chosen) == adw_combo_row_get_selected (ADW_COMBO_ROW (self)))
    sync_subtitle (self);
  else
    sync_choices (self);
}

static void
on_selected (MynaDeviceChoiceRow *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self));

  g_assert (MYNA_IS_DEVICE_CHOICE_ROW (self));

  if (self->restoring || self->settings == NULL || selected >= self->choices->len)
    return;
  g_settings_set_string (self->settings, self->key,
                         ((const MynaDeviceChoice *) self->choices->pdata[selected])->id);
}

static void
myna_device_choice_row_dispose (GObject *object)
{
  MynaDeviceChoiceRow *self = MYNA_DEVICE_CHOICE_ROW (object);

  if (self->devices != NULL)
    g_signal_handlers_disconnect_by_data (self->devices, self);
  if (self->settings != NULL)
    g_signal_handlers_disconnect_by_data (self->settings, self);
  g_clear_object (&self->devices);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_clear_pointer (&self->key, g_free);

  G_OBJECT_CLASS (myna_device_choice_row_parent_class)->dispose (object);
}

static void
myna_device_choice_row_class_init (MynaDeviceChoiceRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_device_choice_row_dispose;
}

static void
myna_device_choice_row_init (MynaDeviceChoiceRow *self)
{
  g_signal_connect (self, "notify::selected", G_CALLBACK (on_selected), NULL);
}

/**
 * myna_device_choice_row_bind:
 * @devices: what there is to choose from
 * @settings: where the choice is kept
 * @key: a string key: "auto", "cpu" or a device's id
 *
 * Called once.
 */
void
myna_device_choice_row_bind (MynaDeviceChoiceRow *self,
                             MynaDevices *devices,
                             GSettings *settings,
                             const char *key)
{
  g_autofree char *changed = NULL;

  g_return_if_fail (MYNA_IS_DEVICE_CHOICE_ROW (self));
  g_return_if_fail (MYNA_IS_DEVICES (devices) && G_IS_SETTINGS (settings) && key != NULL);
  g_return_if_fail (self->devices == NULL);

  self->devices = g_object_ref (devices);
  self->settings = g_object_ref (settings);
  self->key = g_strdup (key);
  changed = g_strconcat ("changed::", key, NULL);
  g_signal_connect_object (settings, changed, G_CALLBACK (on_setting), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (devices, "items-changed", G_CALLBACK (sync_choices), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (devices, "notify::diagnosed", G_CALLBACK (sync_subtitle), self,
                           G_CONNECT_SWAPPED);
  sync_choices (self);
}
