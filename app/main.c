/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <locale.h>

#include <glib.h>
#include <glib/gi18n.h>

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

int
main (int argc, char **argv)
{
#ifdef MYNA_WITH_UI
  g_autoptr (MynaApplication) application = NULL;
#endif

  init_translations ();
  g_set_application_name ("Myna");
#ifdef MYNA_WITH_UI
  application = myna_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
#else
  g_printerr ("%s\n", _ ("This build of Myna has no window."));
  return 2;
#endif
}
