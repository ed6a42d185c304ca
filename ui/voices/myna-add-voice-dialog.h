/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/voice/myna-voices.h"

G_BEGIN_DECLS

#define MYNA_TYPE_ADD_VOICE_DIALOG (myna_add_voice_dialog_get_type ())
/**
 * MynaAddVoiceDialog:
 *
 * Makes a voice: a sample by recording or from files, trimmed and checked, then name, language,
 * transcript and consent. What was recorded stays until it is added or the user throws it away.
 * Main thread only.
 *
 * Signal "added" (MynaVoice): it is in the library; the dialog closes.
 */
G_DECLARE_FINAL_TYPE (MynaAddVoiceDialog, myna_add_voice_dialog, MYNA, ADD_VOICE_DIALOG, AdwDialog)

MynaAddVoiceDialog *myna_add_voice_dialog_new (MynaVoices *voices);
void myna_add_voice_dialog_record (MynaAddVoiceDialog *self);
void myna_add_voice_dialog_choose_files (MynaAddVoiceDialog *self);
gboolean myna_add_voice_dialog_add_files (MynaAddVoiceDialog *self, const GSList *files);
char *myna_add_voice_dialog_dup_obstacle (MynaAddVoiceDialog *self);

G_END_DECLS
