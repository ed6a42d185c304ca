/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* CRC-32 of zip archives (polynomial 0x04C11DB7, reflected). Start with 0; any thread. */
guint32 myna_crc32 (guint32 crc, gconstpointer data, gsize size);

G_END_DECLS
