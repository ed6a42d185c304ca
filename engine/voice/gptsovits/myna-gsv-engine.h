/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/myna-speech-engine.h"

G_BEGIN_DECLS

#define MYNA_GSV_ENGINE_ID "gpt-sovits"

const MynaSpeechEngine *myna_gsv_engine_get (void);
gboolean myna_gsv_engine_is_ready (const char *language, const char *voice_dir, GError **error);

G_END_DECLS
