/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkFileDialog *myna_media_files_dialog_new (void);
GSList *myna_media_files_from_model (GListModel *files);

G_END_DECLS
