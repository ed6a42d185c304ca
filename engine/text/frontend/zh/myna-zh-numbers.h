/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void myna_zh_append_cardinal (GString *out, const char *digits, gsize n);
void myna_zh_append_digits (GString *out, const char *digits, gsize n, gboolean yao);
void myna_zh_append_number (GString *out, const char *number);

G_END_DECLS
