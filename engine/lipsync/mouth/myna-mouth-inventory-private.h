/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-inventory.h"
#include "engine/lipsync/mouth/myna-mouth-likeness.h"

G_BEGIN_DECLS

/* @units: (element-type gint64): frames that may be shown elsewhere; @unit_of: their indices by
 * frame, or -1; @unit_keys: MYNA_MOUTH_LIKENESS_SIZE values each, NULL without sound. */
struct _MynaMouthInventory
{
  gatomicrefcount references;
  gint64 n_frames;
  MynaMouthPose *poses;
  double *times;
  guint8 *cuts;
  MynaMouthSound *sound;
  MynaMouthLikeness *likeness;
  GArray *units;
  gint32 *unit_of;
  float *unit_keys;
  MynaMouthPerson person;
  double usable_speech;
  double reliability;
};

MynaMouthInventory *myna_mouth_inventory_alloc (gint64 n_frames, MynaMouthSound *sound);
void myna_mouth_inventory_finish (MynaMouthInventory *self);
gboolean myna_mouth_inventory_is_closed (MynaMouthInventory *self, const MynaMouthPose *pose);

G_END_DECLS
