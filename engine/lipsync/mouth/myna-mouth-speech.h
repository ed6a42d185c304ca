/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-inventory.h"
#include "engine/lipsync/mouth/myna-mouth-sound.h"
#include "engine/lipsync/mouth/myna-mouth-track.h"
#include "engine/voice/myna-speech.h"

G_BEGIN_DECLS

/* Opening of the 90th percentile of speech in the units of tracks made here; a person's own range
 * takes its place when mouths are selected. */
#define MYNA_MOUTH_NOMINAL_OPEN 0.10f

/* What @speech asks of a mouth: from @phones (element-type MynaPhone) (nullable) when they are
 * known (@phone_set "espeak" or "arpabet"; the latter also holds GPT-SoVITS' symbols of other
 * languages), else from the sound alone; joined with what the person of @inventory (nullable) did
 * at like sounds, as far as that proves reliable. @smoothing 0 … 1, 0.5 usual. Blocks; any
 * thread. */
MynaMouthTrack *myna_mouth_track_new_for_speech (MynaMouthSound *speech,
                                                 GArray *phones,
                                                 const char *phone_set,
                                                 MynaMouthInventory *inventory,
                                                 double smoothing,
                                                 GCancellable *cancellable,
                                                 GError **error);

G_END_DECLS
