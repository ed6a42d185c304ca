/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/myna-voice-record.h"
#include "engine/voice/myna-voice.h"

G_BEGIN_DECLS

/* A voice is made of at most so much; more does not make it better, and takes long to align. */
#define MYNA_VOICE_MAX_SECONDS 180

/* Less speech than this cannot be cloned (spec/draft-voice.md section 7). */
#define MYNA_VOICE_MIN_SPEECH_SECONDS 3

MynaVoiceRecord *myna_voice_make (const char *folder,
                                  const char *id,
                                  const char *name,
                                  const char *language,
                                  GPtrArray *regions,
                                  const char *consent,
                                  GCancellable *cancellable,
                                  GError **error);

G_END_DECLS
