/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaStoreRows:
 *
 * The rows of a query, as a copy: no lock is held and nothing changes while one walks over them.
 * One thread at a time. Columns count from 0.
 *
 * |[<!-- language="C" -->
 * rows = myna_store_query (store, &error, "SELECT id, name FROM voices WHERE language = ?1", "s",
 * "en"); while (rows != NULL && myna_store_rows_next (rows)) g_print ("%s %s\n",
 * myna_store_rows_get_text (rows, 0), myna_store_rows_get_text (rows, 1));
 * ]|
 */
typedef struct _MynaStoreRows MynaStoreRows;

gboolean myna_store_rows_next (MynaStoreRows *self);
guint myna_store_rows_get_n_rows (MynaStoreRows *self);
gboolean myna_store_rows_is_null (MynaStoreRows *self, guint column);
gint64 myna_store_rows_get_int64 (MynaStoreRows *self, guint column);
double myna_store_rows_get_double (MynaStoreRows *self, guint column);
const char *myna_store_rows_get_text (MynaStoreRows *self, guint column);
GBytes *myna_store_rows_get_blob (MynaStoreRows *self, guint column);
void myna_store_rows_free (MynaStoreRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaStoreRows, myna_store_rows_free)

G_END_DECLS
