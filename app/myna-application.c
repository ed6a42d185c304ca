/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/myna-application.h"

#include <glib/gi18n.h>

#include "engine/studio/myna-library.h"
#include "ui/myna-ui.h"
#include "ui/window/myna-window.h"

struct _MynaApplication
{
  AdwApplication parent_instance;

  /* Owned references */
  MynaLibrary *library;

  /* Borrowed references */
  MynaWindow *window;
};

G_DEFINE_FINAL_TYPE (MynaApplication, myna_application, ADW_TYPE_APPLICATION)

static void
open_library (MynaApplication *self)
{
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_APPLICATION (self));

  if (self->library != NULL)
    return;
  self->library = myna_library_open (NULL, MYNA_LIBRARY_OPEN_DEFAULT, &error);
  if (self->window == NULL)
    return;
  if (self->library == NULL)
    myna_window_set_failure (self->window, error);
  else
    myna_window_set_library (self->window, self->library);
}

static void
myna_application_activate (GApplication *application)
{
  MynaApplication *self = MYNA_APPLICATION (application);

  if (self->window == NULL)
    {
      self->window = myna_window_new (GTK_APPLICATION (self));
      g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
      gtk_window_present (GTK_WINDOW (self->window));
      open_library (self);
      return;
    }
  gtk_window_present (GTK_WINDOW (self->window));
}

static void
myna_application_startup (GApplication *application)
{
  G_APPLICATION_CLASS (myna_application_parent_class)->startup (application);

  myna_ui_init ();
}

static void
myna_application_dispose (GObject *object)
{
  MynaApplication *self = MYNA_APPLICATION (object);

  g_clear_weak_pointer (&self->window);
  g_clear_object (&self->library);

  G_OBJECT_CLASS (myna_application_parent_class)->dispose (object);
}

static void
myna_application_class_init (MynaApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->dispose = myna_application_dispose;
  application_class->startup = myna_application_startup;
  application_class->activate = myna_application_activate;
}

static void
myna_application_init (MynaApplication *self)
{
}

/**
 * myna_application_new:
 *
 * Returns: (transfer full): the application
 */
MynaApplication *
myna_application_new (void)
{
  return g_object_new (MYNA_TYPE_APPLICATION, "application-id", MYNA_APP_ID, "resource-base-path",
                       MYNA_RESOURCE_BASE, NULL);
}
