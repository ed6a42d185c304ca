/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-library.h"
#include "ui/voices/myna-add-voice-dialog.h"

G_BEGIN_DECLS

#define MYNA_TYPE_VOICES_PAGE (myna_voices_page_get_type ())
/**
 * MynaVoicesPage:
 *
 * The library of voices: list, one voice, and the way to a new one, also by dropping files.
 * Main thread only.
 *
 * Actions: "voices.add", "voices.record", "voices.add-from-file", "voices.add-files" (as: paths),
 * "voices.show-voice" (s: ID), "voices.use-voice" (s: ID).
 */
G_DECLARE_FINAL_TYPE (MynaVoicesPage, myna_voices_page, MYNA, VOICES_PAGE, AdwBin)

GtkWidget *myna_voices_page_new (MynaLibrary *library);
void myna_voices_page_add_files (MynaVoicesPage *self, const GSList *files);
MynaAddVoiceDialog *myna_voices_page_get_dialog (MynaVoicesPage *self);

G_END_DECLS
