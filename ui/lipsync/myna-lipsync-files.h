/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

gboolean myna_lipsync_files_is_sound (const char *path);
GtkFileDialog *myna_lipsync_files_dialog_new (void);

G_END_DECLS
