/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-inventory.h"
#include "engine/lipsync/mouth/myna-mouth-timeline.h"
#include "engine/lipsync/mouth/myna-mouth-track.h"

G_BEGIN_DECLS

/**
 * MynaMouthChoice:
 * @base: frame of the video that stands behind this output frame
 * @source: frame of the video whose mouth is shown; @base itself where its own mouth fits; -1 when
 *   no mouth is put in (no face here, or @strength is 0)
 * @fading: frame whose mouth fades out across a jump: the continuation of the run before; -1 when
 *   there is no jump near
 * @fade: share of @fading still seen, 0 … 1
 * @opening: the opening that the finished frame must show, in eye distances
 * @width: the width that the finished frame must show, in eye distances
 * @teeth: 0 … 1, lower lip at the upper teeth
 * @closed: the lips must touch
 * @strength: 0 … 1: how much of the mouth is put in; below 1 near frames without a usable face
 * @jump: a new run begins with this frame
 *
 * What the renderer puts into one frame of the output.
 */
typedef struct
{
  gint64 base;
  gint64 source;
  gint64 fading;
  float fade;
  float opening;
  float width;
  float teeth;
  float strength;
  gboolean closed;
  gboolean jump;
} MynaMouthChoice;

/**
 * MynaMouthSelectionParams:
 * @intensity: times the opening, 0.5 … 1.5
 * @offset: the mouth comes this much later than the sound, seconds
 */
typedef struct
{
  double intensity;
  double offset;
} MynaMouthSelectionParams;

#define MYNA_MOUTH_SELECTION_PARAMS_INIT { 1.0, 0.0 }

/**
 * MynaMouthSelection:
 *
 * A mouth for every frame of the output, from the person's own footage. Immutable, reference
 * counted; any thread.
 */
typedef struct _MynaMouthSelection MynaMouthSelection;

/* Blocks. @speech: the sound that drives the mouth; @mouth: what it asks for. */
MynaMouthSelection *myna_mouth_selection_new (MynaMouthInventory *inventory,
                                              MynaMouthTimeline *timeline,
                                              MynaMouthSound *speech,
                                              MynaMouthTrack *mouth,
                                              const MynaMouthSelectionParams *params,
                                              GCancellable *cancellable,
                                              GError **error);
/* For a photo or a clip without usable speech: the targets only, every source is the base. */
MynaMouthSelection *myna_mouth_selection_new_targets (MynaMouthInventory *inventory,
                                                      MynaMouthTimeline *timeline,
                                                      MynaMouthTrack *mouth,
                                                      const MynaMouthSelectionParams *params);
MynaMouthSelection *myna_mouth_selection_ref (MynaMouthSelection *self);
void myna_mouth_selection_unref (MynaMouthSelection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMouthSelection, myna_mouth_selection_unref)

gint64 myna_mouth_selection_get_n_frames (MynaMouthSelection *self);
const MynaMouthChoice *myna_mouth_selection_get (MynaMouthSelection *self, gint64 frame);
/* Number of jumps, for reports. */
gint64 myna_mouth_selection_get_n_jumps (MynaMouthSelection *self);

G_END_DECLS
