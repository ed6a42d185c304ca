/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean myna_en_espeak_pronounce (const char *word, gsize length, GArray *phones);
void myna_en_espeak_from_ipa (const char *ipa, GArray *phones);

G_END_DECLS
