/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

char *myna_time_text_clock (double seconds);
char *myna_time_text_precise (double seconds);
char *myna_time_text_words (double seconds);
gboolean myna_time_text_parse (const char *text, double *out_seconds);
void myna_time_text_bind_spin (GtkSpinButton *spin);

G_END_DECLS
