/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-selection.h"
#include "engine/lipsync/myna-lipsync.h"
#include "engine/lipsync/render/myna-mouth-footage.h"

G_BEGIN_DECLS

/* Pictures a second that a photo is shown with. */
#define MYNA_LIPSYNC_STILL_FPS 25

struct _MynaLipsyncPlan
{
  gatomicrefcount refs;

  char *audio;
  gboolean owns_audio;
  char *video;
  MynaLipsyncOptions options;
  gboolean is_still;
  MynaLipsyncRenderer renderer;
  guint track;
  double speech_duration;
  double video_duration;
  GPtrArray *warnings; /* ended by NULL */

  MynaFaceTracks *tracks;
  MynaMouthFootage *footage; /* (nullable): mouths that were cut while the faces were found */
  MynaMouthInventory *inventory;
  MynaMouthTimeline *timeline;
  MynaMouthTrack *mouth;
  MynaMouthSelection *selection;
};

G_END_DECLS
