/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <locale.h>

#include <glib.h>
#include <glib/gi18n.h>

#include "app/cli/myna-cli.h"
#ifdef MYNA_WITH_UI
#include "app/myna-application.h"
#endif

static void
init_translations (void)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, MYNA_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

#ifdef MYNA_WITH_UI
/* A word that is no command and no file is a typing error, not a reason to open the window. */
static gboolean
is_for_window (int argc, char **argv)
{
  if (argc < 2)
    return TRUE;
  if (myna_cli_is_command (argv[1]))
    return FALSE;
  return *argv[1] == '-' || g_file_test (argv[1], G_FILE_TEST_EXISTS);
}

static int
run_application (int argc, char **argv)
{
  g_autoptr (MynaApplication) application = myna_application_new ();

  return g_application_run (G_APPLICATION (application), argc, argv);
}
#endif

int
main (int argc, char **argv)
{
  init_translations ();
  g_set_application_name ("Myna");
#ifdef MYNA_WITH_UI
  if (is_for_window (argc, argv))
    return run_application (argc, argv);
#endif
  return myna_cli_main (argc, argv);
}
