/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_LANGUAGE_ITEM (myna_language_item_get_type ())
/**
 * MynaLanguageItem:
 *
 * A language that can be chosen. Immutable. Properties: "code" ("" for the first, special entry),
 * "name" (translated), "label" (with its name in itself), "search-text" (all names and the code).
 */
G_DECLARE_FINAL_TYPE (MynaLanguageItem, myna_language_item, MYNA, LANGUAGE_ITEM, GObject)

const char *myna_language_item_get_code (MynaLanguageItem *self);
const char *myna_language_item_get_name (MynaLanguageItem *self);

GListModel *myna_language_model_new (const char *first);
guint myna_language_model_find (GListModel *model, const char *code);

G_END_DECLS
