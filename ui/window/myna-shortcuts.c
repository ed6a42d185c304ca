/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/window/myna-shortcuts.h"

#include <glib/gi18n.h>

#include "ui/window/myna-pages.h"

/*
 * The keyboard, in one table: what is installed is what the shortcuts dialog shows. Main thread.
 */

typedef struct
{
  const char *title;
  const char *accelerator;
  const char *action; /* %NULL: handled by a widget, shown only */
} Shortcut;

static const Shortcut studio_shortcuts[] = {
  { N_ ("Generate Speech"), "<Control>Return", "win.generate" },
  { N_ ("Play or Pause (When Not Typing)"), "space", NULL },
  { N_ ("New Text"), "<Control>n", "win.new-text" },
  { N_ ("Open Text File"), "<Control><Shift>o", "win.open-text" },
  { N_ ("Export Take"), "<Control>e", "win.export" },
};

static const Shortcut voice_shortcuts[] = {
  { N_ ("Add Voice From File"), "<Control>o", "win.add-voice-from-file" },
  { N_ ("Add Voice"), "<Control><Shift>n", "win.add-voice" },
  { N_ ("Record or Stop While Adding a Voice"), "r", NULL },
};

static const Shortcut queue_shortcuts[] = {
  { N_ ("Move the Job Up"), "<Alt>Up", NULL },
  { N_ ("Move the Job Down"), "<Alt>Down", NULL },
  { N_ ("Cancel or Remove the Job"), "Delete", NULL },
};

static const Shortcut general_shortcuts[] = {
  { N_ ("Show Queue"), "<Control>j", "win.show-page::queue" },
  { N_ ("Main Menu"), "F10", "win.menu" },
  { N_ ("Preferences"), "<Control>comma", "app.preferences" },
  { N_ ("Keyboard Shortcuts"), "<Control>question", "app.shortcuts" },
  { N_ ("Close Window"), "<Control>w", "window.close" },
  { N_ ("Quit"), "<Control>q", "app.quit" },
};

static const struct
{
  const char *title;
  const Shortcut *shortcuts;
  guint n_shortcuts;
} sections[] = {
  { N_ ("Studio"), studio_shortcuts, G_N_ELEMENTS (studio_shortcuts) },
  { N_ ("Voices"), voice_shortcuts, G_N_ELEMENTS (voice_shortcuts) },
  { N_ ("Queue"), queue_shortcuts, G_N_ELEMENTS (queue_shortcuts) },
  { N_ ("General"), general_shortcuts, G_N_ELEMENTS (general_shortcuts) },
};

static void
install (GtkApplication *application, const char *action, const char *accelerator)
{
  const char *accelerators[] = { accelerator, NULL };

  gtk_application_set_accels_for_action (application, action, accelerators);
}

static char *
dup_page_accelerator (guint page)
{
  return g_strdup_printf ("<Alt>%u", page + 1);
}

/**
 * myna_shortcuts_install:
 * @application: the application
 *
 * Installs all accelerators, and Alt+1, Alt+2, … for the pages.
 */
void
myna_shortcuts_install (GtkApplication *application)
{
  const MynaPageInfo *pages = NULL;
  guint n_pages = 0;

  g_return_if_fail (GTK_IS_APPLICATION (application));

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    for (guint j = 0; j < sections[i].n_shortcuts; j++)
      if (sections[i].shortcuts[j].action != NULL)
        install (application, sections[i].shortcuts[j].action,
                 sections[i].shortcuts[j].accelerator);
  pages = myna_pages_get (&n_pages);
  for (guint i = 0; i < n_pages; i++)
    {
      g_autofree char *action = g_strconcat ("win.show-page::", pages[i].name, NULL);
      g_autofree char *accelerator = dup_page_accelerator (i);

      /* An action keeps one list of accelerators, and the queue's page has Ctrl+J, too. */
      if (g_str_equal (pages[i].name, "queue"))
        {
          const char *both[] = { "<Control>j", accelerator, NULL };

          gtk_application_set_accels_for_action (application, action, both);
        }
      else
        install (application, action, accelerator);
    }
}

#if ADW_CHECK_VERSION(1, 8, 0)

/* The dialog is newer than the oldest libadwaita that we build with. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS

static void
add_item (AdwShortcutsSection *section, const char *title, const char *accelerator)
{
  adw_shortcuts_section_add (section, adw_shortcuts_item_new (title, accelerator));
}

static AdwShortcutsSection *
create_pages_section (void)
{
  AdwShortcutsSection *section = adw_shortcuts_section_new (_ ("Pages"));
  const MynaPageInfo *pages = NULL;
  guint n_pages = 0;

  pages = myna_pages_get (&n_pages);
  for (guint i = 0; i < n_pages; i++)
    {
      g_autofree char *accelerator = dup_page_accelerator (i);

      add_item (section, _ (pages[i].title), accelerator);
    }
  return section;
}

/**
 * myna_shortcuts_present:
 * @window: the window
 *
 * Shows all shortcuts.
 */
void
myna_shortcuts_present (GtkWindow *window)
{
  AdwShortcutsDialog *dialog = ADW_SHORTCUTS_DIALOG (adw_shortcuts_dialog_new ());

  g_return_if_fail (GTK_IS_WINDOW (window));

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      AdwShortcutsSection *section = adw_shortcuts_section_new (_ (sections[i].title));

      for (guint j = 0; j < sections[i].n_shortcuts; j++)
        add_item (section, _ (sections[i].shortcuts[j].title),
                  sections[i].shortcuts[j].accelerator);
      adw_shortcuts_dialog_add (dialog, section);
    }
  adw_shortcuts_dialog_add (dialog, create_pages_section ());
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (window));
}

G_GNUC_END_IGNORE_DEPRECATIONS

#else

/* GtkShortcutsWindow is deprecated, and all that libadwaita 1.7 has. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS

static GtkWidget *
create_group (const char *title)
{
  return g_object_new (GTK_TYPE_SHORTCUTS_GROUP, "title", title, NULL);
}

static void
add_item (GtkWidget *group, const char *title, const char *accelerator)
{
  GtkWidget *shortcut =
      g_object_new (GTK_TYPE_SHORTCUTS_SHORTCUT, "title", title, "accelerator", accelerator, NULL);

  gtk_shortcuts_group_add_shortcut (GTK_SHORTCUTS_GROUP (group), GTK_SHORTCUTS_SHORTCUT (shortcut));
}

static GtkWidget *
create_pages_group (void)
{
  GtkWidget *group = create_group (_ ("Pages"));
  const MynaPageInfo *pages = NULL;
  guint n_pages = 0;

  pages = myna_pages_get (&n_pages);
  for (guint i = 0; i < n_pages; i++)
    {
      g_autofree char *accelerator = dup_page_accelerator (i);

      add_item (group, _ (pages[i].title), accelerator);
    }
  return group;
}

void
myna_shortcuts_present (GtkWindow *window)
{
  GtkWidget *dialog =
      g_object_new (GTK_TYPE_SHORTCUTS_WINDOW, "modal", TRUE, "transient-for", window, NULL);
  GtkWidget *section = g_object_new (GTK_TYPE_SHORTCUTS_SECTION, NULL);

  g_return_if_fail (GTK_IS_WINDOW (window));

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      GtkWidget *group = create_group (_ (sections[i].title));

      for (guint j = 0; j < sections[i].n_shortcuts; j++)
        add_item (group, _ (sections[i].shortcuts[j].title), sections[i].shortcuts[j].accelerator);
      gtk_shortcuts_section_add_group (GTK_SHORTCUTS_SECTION (section),
                                       GTK_SHORTCUTS_GROUP (group));
    }
  gtk_shortcuts_section_add_group (GTK_SHORTCUTS_SECTION (section),
                                   GTK_SHORTCUTS_GROUP (create_pages_group ()));
  gtk_shortcuts_window_add_section (GTK_SHORTCUTS_WINDOW (dialog), GTK_SHORTCUTS_SECTION (section));
  gtk_window_present (GTK_WINDOW (dialog));
}

G_GNUC_END_IGNORE_DEPRECATIONS

#endif
