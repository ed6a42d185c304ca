/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/myna-voice.h"

G_BEGIN_DECLS

#define MYNA_TYPE_VOICE_PLAYER (myna_voice_player_get_type ())
/**
 * MynaVoicePlayer:
 *
 * Plays the samples of voices, one at a time. Main thread only.
 *
 * Signals: "changed": another sample sounds, or none; "failed" (string): a translated sentence.
 */
G_DECLARE_FINAL_TYPE (MynaVoicePlayer, myna_voice_player, MYNA, VOICE_PLAYER, GObject)

/* All clips of the voice, one after the other. */
#define MYNA_VOICE_PLAYER_ALL (-1)

MynaVoicePlayer *myna_voice_player_new (void);
void myna_voice_player_toggle (MynaVoicePlayer *self, MynaVoice *voice, int clip);
void myna_voice_player_stop (MynaVoicePlayer *self);
gboolean myna_voice_player_is_playing (MynaVoicePlayer *self, MynaVoice *voice, int clip);

G_END_DECLS
