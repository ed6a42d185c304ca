/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *myna_face_cache_find_path (const char *cache_dir,
                                 const char *path,
                                 GCancellable *cancellable,
                                 GError **error);

G_END_DECLS
