/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-studio-page.h"

#include <glib/gi18n.h>

struct _MynaStudioPage
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkTextView *text_view;

  /* Owned references */
  MynaLibrary *library;
};

G_DEFINE_FINAL_TYPE (MynaStudioPage, myna_studio_page, ADW_TYPE_BIN)

static void
myna_studio_page_dispose (GObject *object)
{
  MynaStudioPage *self = MYNA_STUDIO_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_STUDIO_PAGE);
  g_clear_object (&self->library);

  G_OBJECT_CLASS (myna_studio_page_parent_class)->dispose (object);
}

static void
myna_studio_page_class_init (MynaStudioPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = myna_studio_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-studio-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, text_view);
}

static void
myna_studio_page_init (MynaStudioPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * myna_studio_page_new:
 * @library: the open library
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
myna_studio_page_new (MynaLibrary *library)
{
  MynaStudioPage *self = NULL;

  g_return_val_if_fail (MYNA_IS_LIBRARY (library), NULL);

  self = g_object_new (MYNA_TYPE_STUDIO_PAGE, NULL);
  self->library = g_object_ref (library);
  return GTK_WIDGET (self);
}
