/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-track.h"

G_BEGIN_DECLS

/* A pause longer than this closes the mouth. */
#define MYNA_MOUTH_PAUSE 0.24
/* Lips part this much before a sound and meet this much after it (seconds). */
#define MYNA_MOUTH_BEFORE_SOUND 0.06
#define MYNA_MOUTH_AFTER_SOUND 0.10

void myna_mouth_shaping_mark_silence (MynaMouthShape *shapes, const gboolean *speech, gsize n);
void myna_mouth_shaping_mark_closure (MynaMouthShape *shapes, gsize n, double start, double end);
MynaMouthTrack *
myna_mouth_shaping_finish (MynaMouthShape *shapes, gsize n, double smoothing, double slowness);

G_END_DECLS
