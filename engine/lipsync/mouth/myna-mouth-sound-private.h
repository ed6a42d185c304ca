/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-sound.h"

G_BEGIN_DECLS

/* Sets the frames' speech flags from their levels and voicing; returns the seconds of speech. */
double myna_mouth_sound_mark_speech (MynaMouthSoundFrame *frames, gsize n_frames);

G_END_DECLS
