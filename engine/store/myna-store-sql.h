/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>
#include <stdarg.h>

#include "engine/store/myna-store-rows.h"

G_BEGIN_DECLS

/*
 * The thin layer over SQLite that the store's own files use: typed values, rows as copies, and
 * errors as sentences. A connection belongs to one thread at a time.
 */

/* One value of a parameter or a column; type is SQLITE_INTEGER, _FLOAT, _TEXT, _BLOB or _NULL. */
typedef struct
{
  int type;
  gint64 integer;
  double real;
  char *text;
  GBytes *blob;
} MynaStoreValue;

void myna_store_value_clear (gpointer value);

/* (element-type MynaStoreValue) */
GArray *myna_store_binds_new (const char *types, va_list args);

void myna_store_sql_set_error (GError **error, sqlite3 *db, const char *path);
gboolean myna_store_sql_exec (sqlite3 *db, const char *sql, GArray *binds, GError **error);
MynaStoreRows *myna_store_sql_query (sqlite3 *db, const char *sql, GArray *binds, GError **error);
gboolean myna_store_sql_get_int (sqlite3 *db, const char *sql, gint64 *value, GError **error);

MynaStoreRows *myna_store_rows_new (guint n_columns);
void myna_store_rows_append (MynaStoreRows *self, sqlite3_stmt *statement);

G_END_DECLS
