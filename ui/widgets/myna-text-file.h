/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void myna_text_file_load_async (GFile *file,
                                gsize max_bytes,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
char *myna_text_file_load_finish (GAsyncResult *result, GError **error);
char *myna_text_file_decode (const char *bytes, gsize n_bytes, const char *name, GError **error);

G_END_DECLS
