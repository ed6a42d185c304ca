/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/voice/myna-voices.h"
#include "ui/voices/myna-voice-player.h"

G_BEGIN_DECLS

#define MYNA_TYPE_VOICE_ROW (myna_voice_row_get_type ())
/**
 * MynaVoiceRow:
 *
 * A voice in the list: play button, name, facts, what its sample is worth, and a menu.
 * Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaVoiceRow, myna_voice_row, MYNA, VOICE_ROW, AdwBin)

GtkWidget *myna_voice_row_new (MynaVoices *voices, MynaVoicePlayer *player);
void myna_voice_row_set_voice (MynaVoiceRow *self, MynaVoice *voice);

G_END_DECLS
