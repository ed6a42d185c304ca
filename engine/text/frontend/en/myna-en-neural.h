/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaEnNeural:
 *
 * g2p_en's network for English words that no dictionary has: a GRU reads the letters, another
 * writes the phones. Immutable; any thread.
 */
typedef struct _MynaEnNeural MynaEnNeural;

MynaEnNeural *myna_en_neural_load (const char *path, GError **error);
void myna_en_neural_free (MynaEnNeural *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaEnNeural, myna_en_neural_free)

void
myna_en_neural_pronounce (const MynaEnNeural *self, const char *word, gsize length, GArray *phones);

G_END_DECLS
