/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/voice/myna-voices.h"
#include "ui/voices/myna-voice-player.h"

G_BEGIN_DECLS

#define MYNA_TYPE_VOICE_PAGE (myna_voice_page_get_type ())
/**
 * MynaVoicePage:
 *
 * All of one voice: what its sample is worth, its clips, language, transcript and consent.
 * Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaVoicePage, myna_voice_page, MYNA, VOICE_PAGE, AdwNavigationPage)

AdwNavigationPage *
myna_voice_page_new (MynaVoices *voices, MynaVoicePlayer *player, MynaVoice *voice);
gboolean myna_voice_page_take_models (MynaVoicePage *self, const GSList *files);
MynaVoice *myna_voice_page_get_voice (MynaVoicePage *self);

G_END_DECLS
