/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/devices/myna-device-line.h"

#include <glib/gi18n.h>

#include "engine/studio/myna-studio-jobs.h"

/* "100 % · 22.9 GB of 24.0 GB · 71 °C"; a sentence instead of numbers is longer. */
#define MOST_CHARS 34

struct _MynaDeviceLine
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkLabel *name;
  GtkLabel *numbers;

  /* Owned references */
  MynaJobQueue *queue;
  MynaDevices *devices;
  MynaDevice *device; /* (nullable): that is shown */
};

G_DEFINE_FINAL_TYPE (MynaDeviceLine, myna_device_line, ADW_TYPE_BIN)

static void
sync_numbers (MynaDeviceLine *self)
{
  g_autofree char *line = NULL;
  g_autofree char *words = NULL;

  g_assert (MYNA_IS_DEVICE_LINE (self));

  if (self->device == NULL)
    return;
  line = myna_device_format_line (self->device);
  /* Translators: told to screen readers: the name of a device, then its numbers */
  words = g_strdup_printf (_ ("%1$s: %2$s"), myna_device_get_name (self->device), line);
  gtk_label_set_text (self->name, myna_device_get_name (self->device));
  gtk_label_set_text (self->numbers, line);
  /* Where there is little room, the name gives way before the numbers do. */
  gtk_label_set_width_chars (self->numbers, (int) MIN (g_utf8_strlen (line, -1), MOST_CHARS));
  gtk_accessible_update_property (GTK_ACCESSIBLE (adw_bin_get_child (ADW_BIN (self))),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

static void
set_device (MynaDeviceLine *self, MynaDevice *device)
{
  g_assert (MYNA_IS_DEVICE_LINE (self));

  if (self->device != NULL)
    g_signal_handlers_disconnect_by_data (self->device, self);
  g_set_object (&self->device, device);
  gtk_widget_set_visible (GTK_WIDGET (self), device != NULL);
  if (device == NULL)
    return;
  g_signal_connect_object (device, "notify::latest", G_CALLBACK (sync_numbers), self,
                           G_CONNECT_SWAPPED);
  sync_numbers (self);
}

static void
sync_job (MynaDeviceLine *self)
{
  MynaJob *job = myna_job_queue_get_active (self->queue);
  g_autofree char *choice = NULL;

  g_assert (MYNA_IS_DEVICE_LINE (self));

  if (job == NULL)
    {
      set_device (self, NULL);
      return;
    }
  choice = myna_studio_jobs_dup_param (myna_job_get_params (job), "device");
  set_device (self, myna_devices_resolve (self->devices, choice != NULL ? choice : "cpu"));
  /* Only the backends know what “auto” is; the job has them loaded anyway. */
  if (self->device == NULL && choice != NULL)
    myna_devices_ensure_diagnosed (self->devices);
}

static void
myna_device_line_dispose (GObject *object)
{
  MynaDeviceLine *self = MYNA_DEVICE_LINE (object);

  if (self->device != NULL)
    g_signal_handlers_disconnect_by_data (self->device, self);
  if (self->queue != NULL)
    g_signal_handlers_disconnect_by_data (self->queue, self);
  if (self->devices != NULL)
    g_signal_handlers_disconnect_by_data (self->devices, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_DEVICE_LINE);
  g_clear_object (&self->device);
  g_clear_object (&self->devices);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (myna_device_line_parent_class)->dispose (object);
}

static void
myna_device_line_class_init (MynaDeviceLineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_device_line_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/devices/myna-device-line.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceLine, name);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceLine, numbers);
}

static void
myna_device_line_init (MynaDeviceLine *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * myna_device_line_bind:
 * @library: whose jobs and devices
 *
 * Called once.
 */
void
myna_device_line_bind (MynaDeviceLine *self, MynaLibrary *library)
{
  g_return_if_fail (MYNA_IS_DEVICE_LINE (self));
  g_return_if_fail (MYNA_IS_LIBRARY (library) && self->queue == NULL);

  self->queue = g_object_ref (myna_library_get_queue (library));
  self->devices = g_object_ref (myna_library_get_devices (library));
  g_signal_connect_object (self->queue, "notify::active", G_CALLBACK (sync_job), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->devices, "notify::automatic", G_CALLBACK (sync_job), self,
                           G_CONNECT_SWAPPED);
  sync_job (self);
}
