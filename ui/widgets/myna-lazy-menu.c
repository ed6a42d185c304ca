/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-lazy-menu.h"

/*
 * A menu that is made when it opens. GtkListView keeps 200 rows around the visible ones; with a
 * popover menu in each, opening a long take stopped the main thread for over a second.
 */

typedef struct
{
  char *resource;
  char *id;
} LazyMenu;

static void
lazy_menu_free (gpointer data)
{
  LazyMenu *self = data;

  g_free (self->resource);
  g_free (self->id);
  g_free (self);
}

static void
create_popup (GtkMenuButton *button, gpointer data)
{
  LazyMenu *self = data;
  g_autoptr (GtkBuilder) builder = NULL;

  g_assert (GTK_IS_MENU_BUTTON (button));

  if (gtk_menu_button_get_menu_model (button) != NULL)
    return;
  builder = gtk_builder_new_from_resource (self->resource);
  gtk_menu_button_set_menu_model (button,
                                  G_MENU_MODEL (gtk_builder_get_object (builder, self->id)));
}

/**
 * myna_lazy_menu_attach:
 * @button: a menu button without a menu
 * @resource: path of a compiled template in the resources
 * @id: the menu's id in it
 *
 * Gives @button its menu the first time that it opens. Main thread.
 */
void
myna_lazy_menu_attach (GtkMenuButton *button, const char *resource, const char *id)
{
  LazyMenu *self = NULL;

  g_return_if_fail (GTK_IS_MENU_BUTTON (button));
  g_return_if_fail (resource != NULL && id != NULL);

  self = g_new0 (LazyMenu, 1);
  self->resource = g_strdup (resource);
  self->id = g_strdup (id);
  gtk_menu_button_set_create_popup_func (button, create_popup, self, lazy_menu_free);
}
