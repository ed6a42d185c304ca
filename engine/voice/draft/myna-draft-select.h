/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-target.h"

G_BEGIN_DECLS

/**
 * MynaDraftStyle:
 * @max_virtual: share of half-phones that espeak-ng may stand in for
 * @virtual_cost: target cost of a stand-in
 * @virtual_obstruent_cost: the same for fricatives and stops
 * @pull: share of the converted spectrum in the envelope of a unit
 * @natural_pitch: share of the units' own pitch movement
 * @seed: 0 = the best choice; others vary it a little
 *
 * Between the person and clarity: the presets of spec draft-voice section 4 and what lies between.
 */
typedef struct
{
  double max_virtual;
  float virtual_cost;
  float virtual_obstruent_cost;
  float pull;
  float natural_pitch;
  guint32 seed;
} MynaDraftStyle;

/* @clarity: 0 = preset G, 1 = preset K */
MynaDraftStyle myna_draft_style_new (double clarity, gboolean tonal, guint32 seed);

/* A stand-in for a unit: the converted rendition itself. */
#define MYNA_DRAFT_VIRTUAL -1

gint32 *myna_draft_select (const MynaDraftModel *model,
                           const MynaDraftTargets *targets,
                           const MynaDraftStyle *style,
                           GCancellable *cancellable,
                           GError **error);

float myna_draft_jitter (guint32 seed, guint32 a, guint32 b);

G_END_DECLS
