/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-sound.h"
#include "engine/lipsync/mouth/myna-mouth-track.h"

G_BEGIN_DECLS

void myna_mouth_acoustic_get_shapes (MynaMouthSound *sound, MynaMouthShape *shapes, gsize n_shapes);

G_END_DECLS
