/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void myna_shortcuts_install (GtkApplication *application);
void myna_shortcuts_present (GtkWindow *window);

G_END_DECLS
