/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "tests/ui/ui-test.h"
#include "ui/window/myna-window.h"

static void
test_failure_is_shown (void)
{
  g_autoptr (GError) error = NULL;
  GtkWidget *window = GTK_WIDGET (myna_window_new (NULL));

  g_set_error_literal (&error, MYNA_ERROR, MYNA_ERROR_BUSY, "Another Myna holds the folder.");
  gtk_window_present (GTK_WINDOW (window));
  myna_window_set_failure (MYNA_WINDOW (window), error);
  ui_test_settle (window);

  g_assert_nonnull (ui_test_find (window, GTK_TYPE_LABEL, "Another Myna holds the folder."));
  g_assert_null (myna_window_get_page (MYNA_WINDOW (window), "studio"));
  ui_test_destroy (GTK_WINDOW (window), window);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/ui/window/failure-is-shown", test_failure_is_shown);
  return g_test_run ();
}
