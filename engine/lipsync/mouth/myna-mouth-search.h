/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-inventory.h"

G_BEGIN_DECLS

/**
 * MynaMouthWish:
 * @base: frame of the video that stands behind
 * @opening: wanted, in eye distances
 * @width: wanted, in eye distances
 * @teeth: 0 … 1
 * @closed: only mouths that are closed (or the most closed there are)
 * @silent: nothing is said, what is heard does not count
 * @active: a mouth is wanted at all
 * @cut: a cut lies before this frame
 * @key: (nullable): what is heard, see #MynaMouthLikeness; not kept
 *
 * What one frame of the output asks of the inventory.
 */
typedef struct
{
  gint64 base;
  float opening, width, teeth;
  gboolean closed;
  gboolean silent;
  gboolean active;
  gboolean cut;
  const float *key;
} MynaMouthWish;

/**
 * MynaMouthSearch:
 *
 * Finds the cheapest sequence of mouths for a sequence of wishes: Viterbi's algorithm over the best
 * candidates of each frame. Decisions are made as soon as all surviving paths agree, so memory does
 * not grow with the speech and the result is that of one search over the whole. One thread at a
 * time.
 */
typedef struct _MynaMouthSearch MynaMouthSearch;

/* Candidates taken by their own cost, those that continue the best candidates before, and the
 * frame's own mouth. */
#define MYNA_MOUTH_SEARCH_BEST 64
#define MYNA_MOUTH_SEARCH_RUNS 31
#define MYNA_MOUTH_SEARCH_CANDIDATES (MYNA_MOUTH_SEARCH_BEST + MYNA_MOUTH_SEARCH_RUNS + 1)

MynaMouthSearch *myna_mouth_search_new (MynaMouthInventory *inventory);
void myna_mouth_search_free (MynaMouthSearch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMouthSearch, myna_mouth_search_free)

void myna_mouth_search_push (MynaMouthSearch *self, const MynaMouthWish *wish);
GArray *myna_mouth_search_finish (MynaMouthSearch *self);

/* For tests: what the search adds up. */
float
myna_mouth_search_get_unit_cost (MynaMouthSearch *self, const MynaMouthWish *wish, gint64 source);
float myna_mouth_search_get_join_cost (
    MynaMouthSearch *self, gint64 base_before, gint64 before, gint64 base, gint64 source);

G_END_DECLS
