/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/myna-voice-record.h"
#include "engine/voice/myna-voice.h"

G_BEGIN_DECLS

/* How MynaVoices keeps a voice up to date. Main thread only. */
MynaVoice *myna_voice_new (MynaVoiceRecord *record);
void myna_voice_set_record (MynaVoice *self, MynaVoiceRecord *record);
void myna_voice_set_prepared (MynaVoice *self, gboolean prepared);

G_END_DECLS
