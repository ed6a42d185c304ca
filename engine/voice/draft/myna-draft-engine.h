/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/myna-speech-engine.h"

G_BEGIN_DECLS

/* The draft voice as a speech engine; needs no weights and no GPU. */
#define MYNA_DRAFT_ENGINE_ID "draft"

const MynaSpeechEngine *myna_draft_engine_get (void);

G_END_DECLS
