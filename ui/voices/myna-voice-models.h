/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/voice/myna-voices.h"

G_BEGIN_DECLS

#define MYNA_TYPE_VOICE_MODELS (myna_voice_models_get_type ())
/**
 * MynaVoiceModels:
 *
 * What GPT-SoVITS takes of one voice: the part of a clip that it imitates, and the voice's own
 * fine-tuned model files. A part of the voice's page. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaVoiceModels, myna_voice_models, MYNA, VOICE_MODELS, AdwBin)

void myna_voice_models_set_voice (MynaVoiceModels *self, MynaVoices *voices, MynaVoice *voice);
/* Takes a .ckpt, a .pth or both; what they are is checked. */
void myna_voice_models_take_files (MynaVoiceModels *self, const GSList *files);
/* Whether all of the files look like models by their names. */
gboolean myna_voice_models_are_files (const GSList *files);

G_END_DECLS
