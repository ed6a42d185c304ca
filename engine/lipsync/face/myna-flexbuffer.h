/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Reads a FlexBuffer whose root is a map, as the options of TensorFlow Lite's custom operators are.
 * The bytes are not trusted. Any thread.
 */

gboolean
myna_flexbuffer_get_number (const guint8 *bytes, gsize size, const char *key, double *value);
GArray *myna_flexbuffer_dup_integers (const guint8 *bytes, gsize size, const char *key);

G_END_DECLS
