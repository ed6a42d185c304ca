/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_PREFERENCES_DIALOG (myna_preferences_dialog_get_type ())
/**
 * MynaPreferencesDialog:
 *
 * The preferences, applied at once. Main thread only.
 */
G_DECLARE_FINAL_TYPE (
    MynaPreferencesDialog, myna_preferences_dialog, MYNA, PREFERENCES_DIALOG, AdwPreferencesDialog)

AdwDialog *myna_preferences_dialog_new (const char *data_dir);

G_END_DECLS
