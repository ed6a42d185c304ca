/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MYNA_TYPE_STORE (myna_store_get_type ())
/**
 * MynaStore:
 *
 * The SQLite database (WAL) and the folders beside it, in one data folder that one process may write.
 * Any thread.
 */
G_DECLARE_FINAL_TYPE (MynaStore, myna_store, MYNA, STORE, GObject)

G_END_DECLS
