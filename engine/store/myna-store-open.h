/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "engine/store/myna-store.h"

G_BEGIN_DECLS

#define MYNA_STORE_DATABASE "myna.db"
#define MYNA_STORE_LOCK "lock"

/* What an open store holds of the data folder: the lock (-1 read-only) and the two connections. */
typedef struct
{
  int lock_fd;
  sqlite3 *writer; /* NULL when read-only */
  sqlite3 *reader;
} MynaStoreFiles;

gboolean myna_store_files_open (MynaStoreFiles *files,
                                const char *data_dir,
                                MynaStoreOpenFlags flags,
                                GError **error);
void myna_store_files_close (MynaStoreFiles *files);

G_END_DECLS
