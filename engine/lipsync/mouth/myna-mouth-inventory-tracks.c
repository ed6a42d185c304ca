/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "engine/lipsync/mouth/myna-mouth-inventory-private.h"

/* Which mouths can be shown elsewhere (spec lipsync-default, renderer (a) 1). */
#define MOST_YAW (35 * (float) G_PI / 180)
#define LEAST_CONFIDENCE 0.5f

static float
distance (const MynaFacePoint *a, const MynaFacePoint *b)
{
  return hypotf (a->x - b->x, a->y - b->y);
}

/* How far the lower lip is tucked up under the upper teeth: the height of its red against its
 * usual; lips rolled in look thin. Outer lower lip 17, inner lower lip 14. */
static float
measure_teeth (const MynaFace *face, float eye_distance)
{
  return distance (&face->points[14], &face->points[17]) / eye_distance;
}

static void
fill_pose (MynaMouthPose *pose, const MynaFace *face)
{
  float eyes = myna_face_get_eye_distance (face);

  if (!(eyes > 1) || !isfinite (face->yaw) || !isfinite (face->pitch) || !isfinite (face->roll))
    return;
  pose->present = TRUE;
  pose->opening = myna_face_get_opening (face);
  pose->width = myna_face_get_mouth_width (face);
  pose->teeth = measure_teeth (face, eyes);
  pose->yaw = face->yaw;
  pose->pitch = face->pitch;
  pose->roll = face->roll;
  pose->light = face->light;
  pose->sharpness = face->sharpness;
  pose->x = (face->points[33].x + face->points[263].x) / 2;
  pose->y = (face->points[33].y + face->points[263].y) / 2;
  pose->size = eyes;
  pose->usable = fabsf (face->yaw) <= MOST_YAW && face->confidence >= LEAST_CONFIDENCE;
}

/**
 * myna_mouth_inventory_new:
 * @tracks: the faces of a video
 * @track: the person's index in it
 * @sound: (nullable): the video's own sound; %NULL: only shapes are compared
 * @cancellable: (nullable): looked at every hundred frames
 *
 * Takes stock of a person's mouths. Blocking, any thread but the main one.
 *
 * Returns: (transfer full) (nullable): the inventory; %NULL only when cancelled
 */
MynaMouthInventory *
myna_mouth_inventory_new (MynaFaceTracks *tracks,
                          guint track,
                          MynaMouthSound *sound,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (MynaMouthInventory) self = NULL;
  g_autofree MynaFace *face = g_new (MynaFace, 1);

  g_return_val_if_fail (tracks != NULL, NULL);
  g_return_val_if_fail (track < myna_face_tracks_get_n_tracks (tracks), NULL);

  self = myna_mouth_inventory_alloc (myna_face_tracks_get_n_frames (tracks), sound);
  for (gint64 i = 0; i < self->n_frames; i++)
    {
      if (i % 100 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      self->times[i] = myna_face_tracks_get_time (tracks, i);
      self->cuts[i] = myna_face_tracks_is_cut (tracks, i);
      if (myna_face_tracks_get_face (tracks, track, i, face))
        fill_pose (&self->poses[i], face);
    }
  myna_mouth_inventory_finish (self);
  return g_steal_pointer (&self);
}
