/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/store/myna-store-rows.h"

G_BEGIN_DECLS

#define MYNA_TYPE_STORE (myna_store_get_type ())
/**
 * MynaStore:
 *
 * The SQLite database (WAL) and the folders beside it, in one data folder that one process may
 * write. Any thread.
 *
 * All writes go through one store thread, in the order in which they were asked for, each in a
 * transaction that is on disk when it is reported done. Reads run on the calling thread, on a
 * connection of their own, and see what is committed; inside a #MynaStoreFunc they see its own
 * writes.
 *
 * Statements take their values by type letters, one a parameter, ?1 first:
 * s `const char *` (NULL is NULL), i `int` or `gboolean`, u `guint`, l `gint64`, d `double`, b
 * `GBytes *` (NULL is NULL).
 *
 * Signal "write-failed" (GError): on the main context (the thread-default one of the thread that
 * opened the store), when an asynchronous write without a callback of its own failed.
 */
G_DECLARE_FINAL_TYPE (MynaStore, myna_store, MYNA, STORE, GObject)

typedef enum
{
  MYNA_STORE_OPEN_DEFAULT = 0,
  MYNA_STORE_OPEN_READ_ONLY_IF_BUSY =
      1 << 0, /* another process writes, or the folder cannot be written */
  MYNA_STORE_OPEN_READ_ONLY = 1 << 1,
} MynaStoreOpenFlags;

/* Runs on the store thread inside a transaction: committed when it returns TRUE, else rolled back.
 */
typedef gboolean (*MynaStoreFunc) (MynaStore *store, gpointer data, GError **error);
/* Runs on the main context when the write is on disk (error NULL) or failed. */
typedef void (*MynaStoreDone) (MynaStore *store, const GError *error, gpointer data);

MynaStore *myna_store_open (const char *data_dir, MynaStoreOpenFlags flags, GError **error);
void myna_store_close (MynaStore *self);

gboolean myna_store_is_read_only (MynaStore *self);
const char *myna_store_get_data_dir (MynaStore *self);
char *myna_store_build_path (MynaStore *self, const char *first, ...) G_GNUC_NULL_TERMINATED;

/* After a damaged or lost database was replaced: rebuild the rows from the folders, then say so. */
gboolean myna_store_was_recovered (MynaStore *self);
const char *myna_store_get_recovery_notice (MynaStore *self);
gboolean myna_store_finish_recovery (MynaStore *self, GError **error);

MynaStoreRows *
myna_store_query (MynaStore *self, GError **error, const char *sql, const char *types, ...);

/* These wait until the write is on disk: not on the main thread of the app. */
gboolean myna_store_exec (MynaStore *self, GError **error, const char *sql, const char *types, ...);
gboolean myna_store_run (MynaStore *self, MynaStoreFunc func, gpointer data, GError **error);
void myna_store_flush (MynaStore *self);

/* These return at once. */
void myna_store_exec_async (MynaStore *self,
                            MynaStoreDone done,
                            gpointer done_data,
                            const char *sql,
                            const char *types,
                            ...);
void myna_store_run_async (MynaStore *self,
                           MynaStoreFunc func,
                           gpointer data,
                           GDestroyNotify destroy,
                           MynaStoreDone done,
                           gpointer done_data);

G_END_DECLS
