/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-trim-handle.h"

#include <adwaita.h>

struct _MynaTrimHandle
{
  GtkWidget parent_instance;

  /* Owned references */
  GtkWidget *grip; /* child */
};

G_DEFINE_FINAL_TYPE (MynaTrimHandle, myna_trim_handle, GTK_TYPE_WIDGET)

static void
myna_trim_handle_dispose (GObject *object)
{
  MynaTrimHandle *self = MYNA_TRIM_HANDLE (object);

  g_clear_pointer (&self->grip, gtk_widget_unparent);

  G_OBJECT_CLASS (myna_trim_handle_parent_class)->dispose (object);
}

static void
myna_trim_handle_class_init (MynaTrimHandleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_trim_handle_dispose;

  gtk_widget_class_set_css_name (widget_class, "trimhandle");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
myna_trim_handle_init (MynaTrimHandle *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "ew-resize");
  self->grip = g_object_new (ADW_TYPE_BIN, "css-name", "grip", "halign", GTK_ALIGN_CENTER,
                             "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_set_parent (self->grip, GTK_WIDGET (self));
}

/**
 * myna_trim_handle_new:
 * @label: what it is, for the tooltip and for assistive tools
 * @width: pixels in which the pointer catches it
 *
 * Returns: (transfer floating): the handle
 */
GtkWidget *
myna_trim_handle_new (const char *label, int width)
{
  GtkWidget *self = NULL;

  g_return_val_if_fail (label != NULL, NULL);

  self = g_object_new (MYNA_TYPE_TRIM_HANDLE, "width-request", width, "tooltip-text", label, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return self;
}
