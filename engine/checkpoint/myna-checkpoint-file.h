/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GBytes *myna_checkpoint_file_map (const char *path, GError **error);

G_END_DECLS
