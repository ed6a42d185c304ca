/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/window/myna-window.h"

#include <glib/gi18n.h>

#include "ui/widgets/myna-toasts.h"
#include "ui/window/myna-pages.h"

struct _MynaWindow
{
  AdwApplicationWindow parent_instance;

  /* Template widgets */
  AdwNavigationSplitView *split_view;
  AdwNavigationPage *content_page;
  AdwStatusPage *failure_page;
  AdwBanner *banner;
  GtkListBox *sidebar;
  GtkMenuButton *menu_button;
  GtkStack *stack;

  /* Owned references */
  GSettings *settings;
  MynaLibrary *library;

  /* Borrowed references */
  GtkLabel *badge; /* (nullable): of the queue's row */
};

G_DEFINE_FINAL_TYPE (MynaWindow, myna_window, ADW_TYPE_APPLICATION_WINDOW)

static const MynaPageInfo *
find_page (const char *name)
{
  const MynaPageInfo *pages = NULL;
  guint n_pages = 0;

  pages = myna_pages_get (&n_pages);
  for (guint i = 0; i < n_pages; i++)
    if (g_strcmp0 (pages[i].name, name) == 0)
      return &pages[i];
  return NULL;
}

/**
 * myna_window_get_page:
 * @self: the window
 * @name: a name of the page table
 *
 * Returns: (transfer none) (nullable): the page's widget, %NULL before the library is open.
 */
GtkWidget *
myna_window_get_page (MynaWindow *self, const char *name)
{
  g_return_val_if_fail (MYNA_IS_WINDOW (self), NULL);

  return find_page (name) != NULL ? gtk_stack_get_child_by_name (self->stack, name) : NULL;
}

/**
 * myna_window_show_page:
 * @self: the window
 * @name: a name of the page table
 *
 * Shows a page, also where the sidebar covers it (narrow window).
 */
void
myna_window_show_page (MynaWindow *self, const char *name)
{
  g_return_if_fail (MYNA_IS_WINDOW (self));

  if (myna_window_get_page (self, name) == NULL)
    return;
  gtk_stack_set_visible_child_name (self->stack, name);
  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
}

static void
show_in_page (MynaWindow *self, const char *page, const char *action, const char *id)
{
  g_assert (MYNA_IS_WINDOW (self));

  myna_window_show_page (self, page);
  if (myna_window_get_page (self, page) != NULL)
    gtk_widget_activate_action (myna_window_get_page (self, page), action, "s", id);
}

/**
 * myna_window_open_result:
 * @self: the window
 * @result: a job's result: "take:ID", "voice:ID", or the path of a file
 *
 * Shows what a job made: in its page, or the file in the person's file manager.
 */
void
myna_window_open_result (MynaWindow *self, const char *result)
{
  g_return_if_fail (MYNA_IS_WINDOW (self));
  g_return_if_fail (result != NULL);

  gtk_window_present (GTK_WINDOW (self));
  if (g_str_has_prefix (result, "take:"))
    show_in_page (self, "studio", "studio.show-take", result + strlen ("take:"));
  else if (g_str_has_prefix (result, "voice:"))
    show_in_page (self, "voices", "voices.show-voice", result + strlen ("voice:"));
  else if (*result != '\0')
    {
      g_autoptr (GFile) file = g_file_new_for_path (result);
      g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

      gtk_file_launcher_open_containing_folder (launcher, GTK_WINDOW (self), NULL, NULL, NULL);
    }
}

static void
on_row_activated (MynaWindow *self, GtkListBoxRow *row, GtkListBox *list)
{
  g_assert (MYNA_IS_WINDOW (self));
  g_assert (GTK_IS_LIST_BOX_ROW (row));

  myna_window_show_page (self, gtk_widget_get_name (GTK_WIDGET (row)));
}

static void
on_visible_child (MynaWindow *self, GParamSpec *pspec, GtkStack *stack)
{
  const char *name = NULL;
  const MynaPageInfo *page = NULL;
  GtkListBoxRow *row = NULL;

  g_assert (MYNA_IS_WINDOW (self));

  name = gtk_stack_get_visible_child_name (self->stack);
  page = find_page (name);
  if (page == NULL)
    {
      gtk_list_box_unselect_all (self->sidebar);
      return;
    }
  adw_navigation_page_set_title (self->content_page, _ (page->title));
  g_settings_set_string (self->settings, "page", name);
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->sidebar, i)) != NULL; i++)
    if (g_strcmp0 (gtk_widget_get_name (GTK_WIDGET (row)), name) == 0)
      gtk_list_box_select_row (self->sidebar, row);
}

/* How much work is waiting or running, beside the queue's name. */
static void
update_badge (MynaWindow *self)
{
  g_autofree char *text = NULL;
  g_autofree char *description = NULL;
  guint n_jobs = 0;

  g_assert (MYNA_IS_WINDOW (self));

  n_jobs = myna_job_queue_get_n_unfinished (myna_library_get_queue (self->library));
  text = g_strdup_printf ("%u", n_jobs);
  description =
      g_strdup_printf (ngettext ("%u unfinished job", "%u unfinished jobs", n_jobs), n_jobs);
  gtk_label_set_text (self->badge, text);
  gtk_widget_set_visible (GTK_WIDGET (self->badge), n_jobs > 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->badge), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  description, -1);
}

static GtkLabel *
create_badge (void)
{
  GtkWidget *badge = gtk_label_new (NULL);

  gtk_widget_set_hexpand (badge, TRUE);
  gtk_widget_set_halign (badge, GTK_ALIGN_END);
  gtk_widget_set_valign (badge, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (badge, "myna-badge");
  gtk_widget_add_css_class (badge, "numeric");
  return GTK_LABEL (badge);
}

static GtkWidget *
create_row (MynaWindow *self, const MynaPageInfo *page)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new_with_mnemonic (_ (page->label));

  gtk_widget_set_name (row, page->name);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), row);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (page->icon_name));
  gtk_box_append (GTK_BOX (box), label);
  if (g_str_equal (page->name, "queue"))
    {
      self->badge = create_badge ();
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->badge));
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_RELATION_LABELLED_BY, label,
                                  NULL, -1);
  return row;
}

static void
create_pages (MynaWindow *self)
{
  const MynaPageInfo *pages = NULL;
  guint n_pages = 0;

  g_assert (MYNA_IS_WINDOW (self));

  pages = myna_pages_get (&n_pages);
  for (guint i = 0; i < n_pages; i++)
    {
      gtk_stack_add_named (self->stack, pages[i].create (self->library), pages[i].name);
      gtk_list_box_append (self->sidebar, create_row (self, &pages[i]));
    }
}

/* A lasting condition of the library: rebuilt after damage, or opened without the right to write.
 */
static void
update_banner (MynaWindow *self)
{
  const char *notice = NULL;
  g_autofree char *markup = NULL;

  g_assert (MYNA_IS_WINDOW (self));

  notice = myna_library_get_recovery_notice (self->library);
  if (notice == NULL && myna_library_is_read_only (self->library))
    notice = _ ("The library is open for reading only. Nothing new can be made.");
  if (notice == NULL)
    return;
  markup = g_markup_escape_text (notice, -1);
  adw_banner_set_title (self->banner, markup);
  adw_banner_set_revealed (self->banner, TRUE);
}

/* The store writes in the background; what it could not write, the person must know. */
static void
on_write_failed (MynaWindow *self, const GError *error, MynaStore *store)
{
  g_assert (MYNA_IS_WINDOW (self));

  myna_toasts_add_error (GTK_WIDGET (self), error);
}

static void
on_banner_dismissed (MynaWindow *self, AdwBanner *banner)
{
  g_assert (MYNA_IS_WINDOW (self));

  adw_banner_set_revealed (banner, FALSE);
}

/**
 * myna_window_set_library:
 * @self: the window
 * @library: the open library
 *
 * Makes the pages and shows the one that was shown last. Called once.
 */
void
myna_window_set_library (MynaWindow *self, MynaLibrary *library)
{
  g_autofree char *page = NULL;

  g_return_if_fail (MYNA_IS_WINDOW (self));
  g_return_if_fail (MYNA_IS_LIBRARY (library));
  g_return_if_fail (self->library == NULL);

  self->library = g_object_ref (library);
  page = g_settings_get_string (self->settings, "page");
  g_settings_bind (self->settings, "gpt-sovits-device", myna_library_get_takes (library), "device",
                   G_SETTINGS_BIND_GET);
  create_pages (self);
  if (self->badge != NULL)
    {
      g_signal_connect_object (myna_library_get_queue (library), "notify::n-unfinished",
                               G_CALLBACK (update_badge), self, G_CONNECT_SWAPPED);
      update_badge (self);
    }
  g_signal_connect_object (myna_library_get_store (library), "write-failed",
                           G_CALLBACK (on_write_failed), self, G_CONNECT_SWAPPED);
  gtk_stack_set_visible_child_name (self->stack, find_page (page) != NULL ? page : "studio");
  update_banner (self);
}

/**
 * myna_window_get_library:
 * @self: the window
 *
 * Returns: (transfer none) (nullable): the library, once it is open
 */
MynaLibrary *
myna_window_get_library (MynaWindow *self)
{
  g_return_val_if_fail (MYNA_IS_WINDOW (self), NULL);

  return self->library;
}

/**
 * myna_window_set_failure:
 * @self: the window
 * @error: why the library did not open
 *
 * Says so in the place of the pages, with a way to try again.
 */
void
myna_window_set_failure (MynaWindow *self, const GError *error)
{
  g_autofree char *markup = NULL;

  g_return_if_fail (MYNA_IS_WINDOW (self));
  g_return_if_fail (error != NULL);

  markup = g_markup_escape_text (error->message, -1);
  adw_status_page_set_description (self->failure_page, markup);
  gtk_stack_set_visible_child_name (self->stack, "failure");
}

static void
show_page_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_assert (MYNA_IS_WINDOW (widget));

  myna_window_show_page (MYNA_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

/* F10, also where the sidebar with the menu is hidden. */
static void
menu_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  adw_navigation_split_view_set_show_content (
      self->split_view, !adw_navigation_split_view_get_collapsed (self->split_view));
  gtk_menu_button_popup (self->menu_button);
}

static void
open_result_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_assert (MYNA_IS_WINDOW (widget));

  myna_window_open_result (MYNA_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

/* What the Voices page does, offered everywhere: "win.add-voice" is its "voices.add", and so on. */
static void
add_voice_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  static const char *const names[][2] = {
    { "win.add-voice", "voices.add" },
    { "win.add-voice-from-file", "voices.add-from-file" },
    { "win.add-voice-files", "voices.add-files" },
  };
  MynaWindow *self = MYNA_WINDOW (widget);

  g_assert (MYNA_IS_WINDOW (self));

  if (myna_window_get_page (self, "voices") == NULL)
    return;
  myna_window_show_page (self, "voices");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (action_name, names[i][0]))
      gtk_widget_activate_action_variant (myna_window_get_page (self, "voices"), names[i][1],
                                          parameter);
}

/* The Studio page follows the setting. */
static void
use_voice_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  g_assert (MYNA_IS_WINDOW (self));

  g_settings_set_value (self->settings, "voice", parameter);
  myna_window_show_page (self, "studio");
}

/* What the Lip-sync page does, offered everywhere. */
static void
lipsync_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_assert (MYNA_IS_WINDOW (widget));

  show_in_page (MYNA_WINDOW (widget), "lipsync",
                g_str_equal (action_name, "win.use-take") ? "lipsync.use-take"
                                                          : "lipsync.show-result",
                g_variant_get_string (parameter, NULL));
}

/* "win.NAME" is "studio.NAME" of the Studio page, so that the keyboard works wherever the focus is.
 */
static void
studio_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  g_autofree char *action = NULL;

  g_assert (MYNA_IS_WINDOW (self));

  if (myna_window_get_page (self, "studio") == NULL)
    return;
  action = g_strconcat ("studio.", action_name + strlen ("win."), NULL);
  if (!g_str_equal (action, "studio.play"))
    myna_window_show_page (self, "studio");
  gtk_widget_activate_action_variant (myna_window_get_page (self, "studio"), action, parameter);
}

static void
myna_window_dispose (GObject *object)
{
  MynaWindow *self = MYNA_WINDOW (object);

  if (self->library != NULL)
    g_signal_handlers_disconnect_by_data (myna_library_get_queue (self->library), self);
  self->badge = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_WINDOW);
  g_clear_object (&self->library);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (myna_window_parent_class)->dispose (object);
}

static void
myna_window_class_init (MynaWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = myna_window_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/window/myna-window.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaWindow, split_view);
  gtk_widget_class_bind_template_child (widget_class, MynaWindow, content_page);
  gtk_widget_class_bind_template_child (widget_class, MynaWindow, failure_page);
  gtk_widget_class_bind_template_child (widget_class, MynaWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, MynaWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, MynaWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, MynaWindow, stack);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_visible_child);
  gtk_widget_class_bind_template_callback (widget_class, on_banner_dismissed);
  gtk_widget_class_install_action (widget_class, "win.show-page", "s", show_page_action);
  gtk_widget_class_install_action (widget_class, "win.menu", NULL, menu_action);
  gtk_widget_class_install_action (widget_class, "win.open-result", "s", open_result_action);
  gtk_widget_class_install_action (widget_class, "win.generate", NULL, studio_action);
  gtk_widget_class_install_action (widget_class, "win.play", NULL, studio_action);
  gtk_widget_class_install_action (widget_class, "win.export", NULL, studio_action);
  gtk_widget_class_install_action (widget_class, "win.new-text", NULL, studio_action);
  gtk_widget_class_install_action (widget_class, "win.open-text", NULL, studio_action);
  gtk_widget_class_install_action (widget_class, "win.open-files", "as", studio_action);
  gtk_widget_class_install_action (widget_class, "win.add-voice", NULL, add_voice_action);
  gtk_widget_class_install_action (widget_class, "win.add-voice-from-file", NULL, add_voice_action);
  gtk_widget_class_install_action (widget_class, "win.add-voice-files", "as", add_voice_action);
  gtk_widget_class_install_action (widget_class, "win.use-voice", "s", use_voice_action);
  gtk_widget_class_install_action (widget_class, "win.use-take", "s", lipsync_action);
  gtk_widget_class_install_action (widget_class, "win.show-video", "s", lipsync_action);
}

static void
bind_state (MynaWindow *self)
{
  g_assert (MYNA_IS_WINDOW (self));

  g_settings_bind (self->settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-height", self, "default-height",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
}

static void
myna_window_init (MynaWindow *self)
{
  self->settings = g_settings_new (MYNA_APP_ID);
  gtk_widget_init_template (GTK_WIDGET (self));
  if (g_str_equal (MYNA_PROFILE, "development"))
    gtk_widget_add_css_class (GTK_WIDGET (self), "devel");
  bind_state (self);
}

/**
 * myna_window_new:
 * @application: the application
 *
 * Returns: (transfer floating): a window without pages; see myna_window_set_library().
 */
MynaWindow *
myna_window_new (GtkApplication *application)
{
  return g_object_new (MYNA_TYPE_WINDOW, "application", application, NULL);
}
