/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaAtomicFile:
 *
 * A file being written that appears under its path only when it is complete: begin, append (or use
 * the descriptor), commit. Freed uncommitted it leaves nothing, and an older file at the path stays
 * as it was. Where the file system can, the data has no name at all before the commit, so that not
 * even a killed process leaves anything. One thread at a time.
 */
typedef struct _MynaAtomicFile MynaAtomicFile;

MynaAtomicFile *myna_atomic_file_begin (const char *path, GError **error);
MynaAtomicFile *
myna_atomic_file_begin_visible (const char *path, const char *working_path, GError **error);
int myna_atomic_file_get_fd (MynaAtomicFile *self);
gboolean
myna_atomic_file_append (MynaAtomicFile *self, const void *data, gsize len, GError **error);
gboolean myna_atomic_file_commit (MynaAtomicFile *self, GError **error);
void myna_atomic_file_free (MynaAtomicFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAtomicFile, myna_atomic_file_free)

gboolean myna_atomic_file_write (const char *path, const void *data, gsize len, GError **error);

G_END_DECLS
