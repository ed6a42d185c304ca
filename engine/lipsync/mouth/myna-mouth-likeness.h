/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-inventory.h"
#include "engine/lipsync/mouth/myna-mouth-sound.h"

G_BEGIN_DECLS

/* Instants around a moment that make up its sound, and the size of its key. */
#define MYNA_MOUTH_LIKENESS_CONTEXT 7
#define MYNA_MOUTH_LIKENESS_SIZE (MYNA_MOUTH_LIKENESS_CONTEXT * MYNA_MOUTH_SOUND_CEPSTRA)

/**
 * MynaMouthLikeness:
 *
 * Makes the sounds of one recording comparable with those of others: removes the speaker's and the
 * microphone's constant part. Immutable; any thread.
 */
typedef struct _MynaMouthLikeness MynaMouthLikeness;

MynaMouthLikeness *myna_mouth_likeness_new (MynaMouthSound *sound);
void myna_mouth_likeness_free (MynaMouthLikeness *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMouthLikeness, myna_mouth_likeness_free)

void myna_mouth_likeness_get_key (MynaMouthLikeness *self,
                                  MynaMouthSound *sound,
                                  double time,
                                  float key[MYNA_MOUTH_LIKENESS_SIZE]);
float myna_mouth_likeness_compare (MynaMouthLikeness *self, MynaMouthLikeness *other);
float myna_mouth_likeness_get_distance (const float *a, const float *b);

/**
 * MynaMouthForetold:
 * @opening: mean of the mouths at the nearest sounds, in eye distances
 * @width: the same
 * @closed: share of them whose lips touch
 *
 * What a person did at sounds like one that is heard.
 */
typedef struct
{
  float opening, width, closed;
} MynaMouthForetold;

gboolean myna_mouth_likeness_foretell (MynaMouthInventory *inventory,
                                       const float *key,
                                       double exclude,
                                       MynaMouthForetold *foretold);
void myna_mouth_likeness_measure (MynaMouthInventory *inventory);

G_END_DECLS
