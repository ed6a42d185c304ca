/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Where Myna keeps its data. One folder holds everything: the database, the lock and a folder per
 * voice, take and job. Any thread.
 */

char *myna_paths_dup_data_dir (void);
gboolean myna_paths_ensure_dir (const char *path, GError **error);

G_END_DECLS
