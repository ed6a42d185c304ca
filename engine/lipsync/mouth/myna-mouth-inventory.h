/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/lipsync/face/myna-face-tracks.h"
#include "engine/lipsync/mouth/myna-mouth-sound.h"

G_BEGIN_DECLS

/**
 * MynaMouthPose:
 * @opening: inner lips apart, in eye distances
 * @width: corners apart, in eye distances
 * @teeth: lower lip at or behind the upper teeth, in eye distances nearer than usual
 * @yaw: radians, as in #MynaFace
 * @pitch: radians
 * @roll: radians
 * @light: mean luminance of the face, 0 … 1
 * @sharpness: of the mouth, relative to the clip's median (1)
 * @x: centre of the eyes, pixels
 * @y: centre of the eyes, pixels
 * @size: eye distance, pixels
 * @present: the face is there
 * @usable: the mouth can be shown elsewhere: seen from the front, sharp, sure, not covered
 *
 * The mouth and the head of one frame of the video.
 */
typedef struct
{
  float opening, width, teeth;
  float yaw, pitch, roll;
  float light, sharpness;
  float x, y, size;
  gboolean present;
  gboolean usable;
} MynaMouthPose;

/**
 * MynaMouthPerson:
 * @closed: opening when the lips touch, as the tracker measures it
 * @rest: opening at rest
 * @open: 90th percentile of the opening in speech
 * @rest_width: width at rest
 *
 * The person's own range, in eye distances.
 */
typedef struct
{
  float closed;
  float rest;
  float open;
  float rest_width;
} MynaMouthPerson;

/**
 * MynaMouthInventory:
 *
 * The mouths of one person in one video: for each frame what it looks like, and for those that may
 * be shown elsewhere (at most %MYNA_MOUTH_INVENTORY_CAP, in runs spread over the video) what was
 * heard. Immutable, reference counted; any thread.
 */
typedef struct _MynaMouthInventory MynaMouthInventory;

#define MYNA_MOUTH_INVENTORY_CAP 12000

/* @sound (nullable): the video's own sound; without it only shapes are compared. */
MynaMouthInventory *myna_mouth_inventory_new (MynaFaceTracks *tracks,
                                              guint track,
                                              MynaMouthSound *sound,
                                              GCancellable *cancellable,
                                              GError **error);
/* For tests and other sources of mouths: @times are the frames' times, @cuts (nullable) where a cut
 * lies before the frame. */
MynaMouthInventory *myna_mouth_inventory_new_from_poses (const MynaMouthPose *poses,
                                                         const double *times,
                                                         const gboolean *cuts,
                                                         gint64 n_frames,
                                                         MynaMouthSound *sound);
MynaMouthInventory *myna_mouth_inventory_ref (MynaMouthInventory *self);
void myna_mouth_inventory_unref (MynaMouthInventory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMouthInventory, myna_mouth_inventory_unref)

gint64 myna_mouth_inventory_get_n_frames (MynaMouthInventory *self);
double myna_mouth_inventory_get_time (MynaMouthInventory *self, gint64 frame);
const MynaMouthPose *myna_mouth_inventory_get_pose (MynaMouthInventory *self, gint64 frame);
/* Whether the frame continues the one before it (no cut between, both present). */
gboolean myna_mouth_inventory_continues (MynaMouthInventory *self, gint64 frame);
const MynaMouthPerson *myna_mouth_inventory_get_person (MynaMouthInventory *self);
/* Seconds of speech with a usable mouth. */
double myna_mouth_inventory_get_usable_speech (MynaMouthInventory *self);
/* How well the person's own sound foretells the opening: the correlation of each frame with its
 * nearest sounds elsewhere in the clip; -1 … 1, 0 without sound. */
double myna_mouth_inventory_get_reliability (MynaMouthInventory *self);

G_END_DECLS
