/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/*
 * The tables, and the way from one version of them to the next. PRAGMA user_version says which
 * version a database has; entry N of the migrations leads from version N to N + 1.
 */

/* "MYNA": marks the file as ours (PRAGMA application_id). */
#define MYNA_STORE_APPLICATION_ID 0x4d594e41

const char *const *myna_store_schema_get_migrations (void);
int myna_store_schema_get_version (void);
gboolean myna_store_schema_migrate (sqlite3 *db, const char *const *migrations, GError **error);
gboolean myna_store_schema_is_complete (sqlite3 *db);

G_END_DECLS
