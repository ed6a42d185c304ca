/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "ui/studio/myna-studio.h"

G_BEGIN_DECLS

#define MYNA_TYPE_EXPORT_DIALOG (myna_export_dialog_get_type ())
/**
 * MynaExportDialog:
 *
 * Format of an exported take, then where to save it; the writing is a job. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaExportDialog, myna_export_dialog, MYNA, EXPORT_DIALOG, AdwDialog)

AdwDialog *myna_export_dialog_new (MynaStudio *studio, MynaTake *take);
char *myna_export_dialog_dup_file_name (const char *take_name, const char *extension);
void myna_export_dialog_export_to (MynaExportDialog *self, const char *path);

G_END_DECLS
