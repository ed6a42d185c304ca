/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "tests/ui/ui-test.h"
#include "ui/window/myna-pages.h"
#include "ui/window/myna-window.h"

static void
test_failure_is_shown (void)
{
  g_autoptr (GError) error = NULL;
  GtkWidget *window = GTK_WIDGET (myna_window_new (NULL));

  g_set_error_literal (&error, MYNA_ERROR, MYNA_ERROR_BUSY, "Another Myna <holds> the folder.");
  gtk_window_present (GTK_WINDOW (window));
  myna_window_set_failure (MYNA_WINDOW (window), error);
  ui_test_settle (window);

  g_assert_nonnull (ui_test_find (window, GTK_TYPE_LABEL, "Another Myna <holds> the folder."));
  g_assert_null (myna_window_get_page (MYNA_WINDOW (window), "studio"));
  ui_test_save_picture (window, "failure");
  ui_test_destroy (GTK_WINDOW (window), window);
}

/* design.md: from 360 pixels. What sticks out of the window is told by name. */
static void
assert_inside (GtkWidget *widget, GtkWidget *window)
{
  graphene_rect_t bounds;

  /* The slider of a scrollbar has room around it to be caught, over the edge too. */
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_get_child_visible (widget) ||
      GTK_IS_SCROLLBAR (widget))
    return;
  g_assert_true (gtk_widget_compute_bounds (widget, window, &bounds));
  /* Adwaita's header bars reach one pixel over the edge. */
  if (bounds.origin.x < -1.5f ||
      bounds.origin.x + bounds.size.width > (float) gtk_widget_get_width (window) + 1.5f)
    {
      g_test_message ("%s %s: %g + %g of %d", G_OBJECT_TYPE_NAME (widget),
                      gtk_widget_get_name (widget), (double) bounds.origin.x,
                      (double) bounds.size.width, gtk_widget_get_width (window));
      g_test_fail ();
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    assert_inside (child, window);
}

static void
test_narrow (void)
{
  g_autofree char *folder = ui_test_make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaLibrary) library = myna_library_open (folder, MYNA_LIBRARY_OPEN_DEFAULT, &error);
  GtkWidget *window = GTK_WIDGET (myna_window_new (NULL));
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  MynaVoice *voice = NULL;
  MynaTake *take = NULL;
  const MynaPageInfo *pages = NULL;
  guint n_pages = 0;

  g_assert_no_error (error);
  voice =
      ui_test_add_voice (library, folder, "A voice with a rather long name, as people give them");
  take = myna_takes_speak (myna_library_get_takes (library), voice, "Some words.", &params, 0.3,
                           &error);
  g_assert_no_error (error);
  gtk_window_set_default_size (GTK_WINDOW (window), 360, 640);
  gtk_window_present (GTK_WINDOW (window));
  myna_window_set_library (MYNA_WINDOW (window), library);
  ui_test_wait_for (myna_take_get_job (take) == NULL);
  pages = myna_pages_get (&n_pages);
  for (guint i = 0; i < n_pages; i++)
    {
      g_autofree char *name = g_strconcat ("narrow-", pages[i].name, NULL);

      myna_window_show_page (MYNA_WINDOW (window), pages[i].name);
      ui_test_settle (window);
      ui_test_save_picture (window, name);
      assert_inside (adw_application_window_get_content (ADW_APPLICATION_WINDOW (window)), window);
    }
  ui_test_destroy (GTK_WINDOW (window), window);
  myna_library_close (library);
  ui_test_remove_folder (folder);
}

static void
test_pages (void)
{
  g_autofree char *folder = ui_test_make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaLibrary) library = myna_library_open (folder, MYNA_LIBRARY_OPEN_DEFAULT, &error);
  GtkWidget *window = GTK_WIDGET (myna_window_new (NULL));
  const MynaPageInfo *pages = NULL;
  guint n_pages = 0;

  g_assert_no_error (error);
  gtk_window_present (GTK_WINDOW (window));
  myna_window_set_library (MYNA_WINDOW (window), library);
  pages = myna_pages_get (&n_pages);
  for (guint i = 0; i < n_pages; i++)
    {
      g_autofree char *name = g_strconcat ("page-", pages[i].name, NULL);
      GtkWidget *page = myna_window_get_page (MYNA_WINDOW (window), pages[i].name);

      g_assert_true (gtk_widget_activate_action (window, "win.show-page", "s", pages[i].name));
      ui_test_settle (window);
      g_assert_nonnull (page);
      g_assert_true (gtk_widget_get_mapped (page));
      ui_test_save_picture (window, name);
    }
  gtk_widget_activate_action (window, "win.menu", NULL);
  ui_test_settle (window);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (gtk_menu_button_get_popover (
      GTK_MENU_BUTTON (ui_test_find (window, GTK_TYPE_MENU_BUTTON, "Main Menu"))))));
  /* What a job made opens without a page for it, and for a take that is gone. */
  myna_window_open_result (MYNA_WINDOW (window), "take:nowhere");
  ui_test_wait_for (ui_test_toast (window) != NULL);
  ui_test_destroy (GTK_WINDOW (window), window);
  myna_library_close (library);
  ui_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/ui/window/failure-is-shown", test_failure_is_shown);
  g_test_add_func ("/ui/window/pages", test_pages);
  g_test_add_func ("/ui/window/narrow", test_narrow);
  return g_test_run ();
}
