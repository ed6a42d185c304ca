/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/studio/myna-take-cut.h"
#include "engine/voice/myna-speech.h"

G_BEGIN_DECLS

#define MYNA_TYPE_SPEECH_OPTIONS (myna_speech_options_get_type ())
/**
 * MynaSpeechOptions:
 *
 * A popover with how to speak: engine, speed, pause, pitch, clarity and seed, each kept in
 * GSettings as soon as it changes. Whether the model files of an engine are there is looked up on a
 * thread whenever it opens. Property: "voice" (MynaVoice, nullable; write): who is to speak. Main
 * thread only.
 */
G_DECLARE_FINAL_TYPE (MynaSpeechOptions, myna_speech_options, MYNA, SPEECH_OPTIONS, GtkPopover)

MynaTakeCut myna_speech_options_get_cut (GSettings *settings);
void myna_speech_options_fill (GSettings *settings, MynaSpeakParams *params, double *pause);

G_END_DECLS
