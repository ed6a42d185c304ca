/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaSymbolSet:
 * @MYNA_SYMBOLS_V1: the 322 phones of GPT-SoVITS v1
 * @MYNA_SYMBOLS_V2: the 732 phones of v2 and everything after; the first 322 are those of v1
 *
 * Which table of phones a model was trained with. What a Mandarin or English text is read as needs
 * the first 322 only, so its ids serve both; the readings themselves differ (polyphones, erhua).
 */
typedef enum
{
  MYNA_SYMBOLS_V1,
  MYNA_SYMBOLS_V2,
} MynaSymbolSet;

#define MYNA_SYMBOLS_V1_COUNT 322
#define MYNA_SYMBOLS_V2_COUNT 732

guint myna_symbols_get_count (MynaSymbolSet set);
const char *myna_symbols_get_name (guint id);
int myna_symbols_find (MynaSymbolSet set, const char *name, gssize length);
GArray *myna_symbols_parse (MynaSymbolSet set, const char *text, GError **error);
char *myna_symbols_format (const guint16 *ids, gsize n_ids);

G_END_DECLS
