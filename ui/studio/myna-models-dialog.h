/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_MODELS_DIALOG (myna_models_dialog_get_type ())
/**
 * MynaModelsDialog:
 *
 * Takes model files for GPT-SoVITS, chosen or dropped, and says what can be spoken with those that
 * are there and what is missing for the rest. Main thread only; files are looked at and copied on a
 * thread.
 */
G_DECLARE_FINAL_TYPE (MynaModelsDialog, myna_models_dialog, MYNA, MODELS_DIALOG, AdwDialog)

AdwDialog *myna_models_dialog_new (void);
/* (element-type GFile): files, and folders with files in them. */
void myna_models_dialog_import (MynaModelsDialog *self, const GSList *files);
gboolean myna_models_dialog_is_importing (MynaModelsDialog *self);

G_END_DECLS
