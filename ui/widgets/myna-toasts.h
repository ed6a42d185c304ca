/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

GtkWidget *myna_toasts_find_overlay (GtkWidget *from);
void myna_toasts_add (GtkWidget *from, AdwToast *toast);
void myna_toasts_add_text (GtkWidget *from, const char *text);
void myna_toasts_add_error (GtkWidget *from, const GError *error);

G_END_DECLS
