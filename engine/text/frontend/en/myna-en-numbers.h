/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void myna_en_append_cardinal (GString *out, const char *digits, gsize n, gboolean with_and);
void myna_en_append_ordinal (GString *out, const char *digits, gsize n);
void myna_en_append_year_or_number (GString *out, const char *digits, gsize n);

G_END_DECLS
