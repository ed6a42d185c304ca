/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_WINDOW (myna_window_get_type ())
/**
 * MynaWindow:
 *
 * The one window: a sidebar of pages (myna-pages.c) beside the page shown. It is presented before
 * the library is open; pages are made when it is.
 */
G_DECLARE_FINAL_TYPE (MynaWindow, myna_window, MYNA, WINDOW, AdwApplicationWindow)

MynaWindow *myna_window_new (GtkApplication *application);
void myna_window_set_library (MynaWindow *self, MynaLibrary *library);
MynaLibrary *myna_window_get_library (MynaWindow *self);
void myna_window_set_failure (MynaWindow *self, const GError *error);
void myna_window_show_page (MynaWindow *self, const char *name);
void myna_window_open_result (MynaWindow *self, const char *result);
GtkWidget *myna_window_get_page (MynaWindow *self, const char *name);

G_END_DECLS
