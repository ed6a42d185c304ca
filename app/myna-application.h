/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_APPLICATION (myna_application_get_type ())
/**
 * MynaApplication:
 *
 * The program with a window: opens the library once the window is on the screen, owns the actions
 * that are not a page's, and stays alive while jobs run. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaApplication, myna_application, MYNA, APPLICATION, AdwApplication)

MynaApplication *myna_application_new (void);

G_END_DECLS
