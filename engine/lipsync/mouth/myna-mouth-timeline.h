/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-inventory.h"

G_BEGIN_DECLS

/**
 * MynaMouthTimeline:
 *
 * Which frame of the video stands behind each frame of the output. A video shorter than the speech
 * goes forwards and backwards between turning points at which the head stands still; times are
 * those of the video's frames, mirrored on the way back. Immutable, reference counted; any thread.
 */
typedef struct _MynaMouthTimeline MynaMouthTimeline;

/* @end: when the last frame of the video ends, seconds. @duration: wanted length of the output in
 * seconds; <= 0: the video's own. */
MynaMouthTimeline *
myna_mouth_timeline_new (MynaMouthInventory *inventory, double end, double duration);
MynaMouthTimeline *myna_mouth_timeline_ref (MynaMouthTimeline *self);
void myna_mouth_timeline_unref (MynaMouthTimeline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMouthTimeline, myna_mouth_timeline_unref)

gint64 myna_mouth_timeline_get_n_frames (MynaMouthTimeline *self);
double myna_mouth_timeline_get_duration (MynaMouthTimeline *self);
/* Source frame of output frame @frame; @time (nullable) is when it is shown, seconds. */
gint64 myna_mouth_timeline_get_source (MynaMouthTimeline *self, gint64 frame, double *time);
/* The output frame shown at @time. */
gint64 myna_mouth_timeline_find (MynaMouthTimeline *self, double time);
/* Whether the output turns round or a cut lies between this output frame and the one before it. */
gboolean myna_mouth_timeline_is_turn (MynaMouthTimeline *self, gint64 frame);
gboolean myna_mouth_timeline_is_cut (MynaMouthTimeline *self, gint64 frame);

G_END_DECLS
