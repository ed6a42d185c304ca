/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean myna_espeak_acquire (GError **error);
void myna_espeak_release (void);
int myna_espeak_get_rate (void);

G_END_DECLS
