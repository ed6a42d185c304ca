/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean
myna_en_npz_find (GBytes *file, const char *name, const gsize *shape, guint n_dims, float *values);

G_END_DECLS
