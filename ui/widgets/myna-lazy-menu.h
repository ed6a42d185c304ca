/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void myna_lazy_menu_attach (GtkMenuButton *button, const char *resource, const char *id);

G_END_DECLS
