/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MynaMouthShape:
 * @opening: inner lips apart, in eye distances (0 = closed)
 * @width: corners apart, relative to the person's mouth at rest (1 = at rest, < 1 rounded)
 * @teeth: 0 … 1: lower lip at the upper teeth (f, v)
 * @closed: lips must touch (p, b, m, silence): a hard constraint
 * @silent: nothing is said: the mouth rests
 *
 * What the sound asks of the mouth at one instant.
 */
typedef struct
{
  float opening;
  float width;
  float teeth;
  gboolean closed;
  gboolean silent;
} MynaMouthShape;

/**
 * MynaClosure:
 *
 * An instant (seconds) at which /p b m/ closes the lips; kept for measuring.
 */
typedef struct
{
  double time;
} MynaClosure;

/**
 * MynaMouthTrack:
 *
 * What speech asks of a mouth over time, sampled 100 times a second. Immutable, reference counted;
 * any thread.
 */
typedef struct _MynaMouthTrack MynaMouthTrack;

#define MYNA_MOUTH_RATE 100

/* For implementors and tests: @shapes (MYNA_MOUTH_RATE a second) and @closures are copied. */
MynaMouthTrack *myna_mouth_track_new (const MynaMouthShape *shapes,
                                      gsize n_shapes,
                                      const MynaClosure *closures,
                                      gsize n_closures);
MynaMouthTrack *myna_mouth_track_ref (MynaMouthTrack *self);
void myna_mouth_track_unref (MynaMouthTrack *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMouthTrack, myna_mouth_track_unref)

double myna_mouth_track_get_duration (MynaMouthTrack *self);
/* At @time seconds, between the samples; at rest before the start and after the end. */
MynaMouthShape myna_mouth_track_sample (MynaMouthTrack *self, double time);
const MynaClosure *myna_mouth_track_get_closures (MynaMouthTrack *self, gsize *n_closures);

G_END_DECLS
