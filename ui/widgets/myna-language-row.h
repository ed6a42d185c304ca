/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_LANGUAGE_ROW (myna_language_row_get_type ())
/**
 * MynaLanguageRow:
 *
 * A row to choose a language from all that text can be spoken in, searchable by its name in the
 * user's language and in itself. The list is read off the main thread; a code set before it is
 * there is kept. Main thread only.
 *
 * Properties: "code" (string, notify): "" when the default is chosen or nothing is known yet;
 * "default-label" (nullable, construct only): a first choice that stands for code "".
 */
G_DECLARE_FINAL_TYPE (MynaLanguageRow, myna_language_row, MYNA, LANGUAGE_ROW, AdwComboRow)

GtkWidget *myna_language_row_new (void);
const char *myna_language_row_get_code (MynaLanguageRow *self);
void myna_language_row_set_code (MynaLanguageRow *self, const char *code);
void myna_language_row_use_locale (MynaLanguageRow *self);

G_END_DECLS
