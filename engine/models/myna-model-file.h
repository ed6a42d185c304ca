/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Moving model files about: large, never changed in place. Blocking, any thread. */

/* (transfer full): SHA-256 in hexadecimal; looks at @cancellable every megabyte. */
char *myna_model_file_hash (const char *path, GCancellable *cancellable, GError **error);
/* @target becomes the same file without taking space where the file system can (a reflink, else a
 * hard link), else a copy. It must not exist. */
gboolean myna_model_file_take (const char *path,
                               const char *target,
                               GCancellable *cancellable,
                               GError **error);

G_END_DECLS
