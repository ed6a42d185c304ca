/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-inventory-private.h"

#include <math.h>
#include <string.h>

#include "engine/lipsync/mouth/myna-mouth-likeness.h"

/* Mouths less sharp than this against the median cannot be shown elsewhere. */
#define LEAST_SHARPNESS 0.5f
/* Frames of a run that is kept whole when a long video is thinned out. */
#define RUN_FRAMES 100

/* A person whose range cannot be seen is given this, in eye distances. */
#define USUAL_OPEN 0.10f
#define USUAL_CLOSED 0.005f
/* Lips that are further apart do not touch: a photo of a smile. */
#define MOST_CLOSED 0.02f
#define USUAL_WIDTH 0.50f
/* Fewer frames than this tell nothing of a person's range. */
#define LEAST_FRAMES 25
#define LEAST_OPEN 0.035f
/* Lips that count as closed: this share of the person's range above touching. */
#define CLOSED_SHARE 0.2f

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

static float
get_share (GArray *values, double share)
{
  return g_array_index (values, float, (guint) (share * (values->len - 1)));
}

static gboolean
hears_speech (MynaMouthInventory *self, gint64 frame)
{
  const MynaMouthSoundFrame *sound = NULL;
  gsize n = 0;
  gint64 at = llround (self->times[frame] * MYNA_MOUTH_SOUND_RATE);

  if (self->sound == NULL)
    return FALSE;
  sound = myna_mouth_sound_get_frames (self->sound, &n);
  return at >= 0 && at < (gint64) n && sound[at].speech;
}

/* Values of one field over the frames with a face; those in which the person speaks, if asked. */
static GArray *
collect (MynaMouthInventory *self, gsize offset, gboolean speaking)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (float));

  for (gint64 i = 0; i < self->n_frames; i++)
    if (self->poses[i].present && (!speaking || hears_speech (self, i)))
      g_array_append_vals (values, (const char *) &self->poses[i] + offset, 1);
  g_array_sort (values, compare_floats);
  return values;
}

/* The person's range: what is rarely undercut is closed lips; the rest is the middle of where
 * nothing is said, or a low value where the person always speaks. */
static void
measure_person (MynaMouthInventory *self)
{
  g_autoptr (GArray) all = collect (self, G_STRUCT_OFFSET (MynaMouthPose, opening), FALSE);
  g_autoptr (GArray) spoken = collect (self, G_STRUCT_OFFSET (MynaMouthPose, opening), TRUE);
  g_autoptr (GArray) widths = collect (self, G_STRUCT_OFFSET (MynaMouthPose, width), FALSE);
  MynaMouthPerson *person = &self->person;
  float least;

  person->rest_width = widths->len > 0 ? get_share (widths, 0.5) : USUAL_WIDTH;
  if (all->len < LEAST_FRAMES)
    {
      least = all->len > 0 ? get_share (all, 0) : 0;
      person->closed = least <= MOST_CLOSED ? least : USUAL_CLOSED;
      person->rest = person->closed;
      person->open = person->closed + USUAL_OPEN;
      return;
    }
  person->closed = get_share (all, 0.02);
  person->rest = get_share (all, 0.10);
  person->open = get_share (spoken->len >= LEAST_FRAMES ? spoken : all, 0.90);
  /* Where nobody is heard, lips that hardly move say nothing of how far they open in speech. */
  person->open =
      MAX (person->open, person->closed + (spoken->len >= LEAST_FRAMES ? LEAST_OPEN : USUAL_OPEN));
  /* A mouth that never closes in the clip is closed all the same when p is spoken. */
  person->closed = MIN (person->closed, 0.25f * person->open);
  person->rest = MIN (person->rest, 0.5f * person->open);
}

/* Sharpness against the median, so that one threshold serves all videos. */
static void
relate_sharpness (MynaMouthInventory *self)
{
  g_autoptr (GArray) values = collect (self, G_STRUCT_OFFSET (MynaMouthPose, sharpness), FALSE);
  float median = values->len > 0 ? get_share (values, 0.5) : 0;

  for (gint64 i = 0; i < self->n_frames; i++)
    {
      MynaMouthPose *pose = &self->poses[i];

      pose->sharpness = median > 0 ? pose->sharpness / median : 1;
      if (pose->sharpness < LEAST_SHARPNESS)
        pose->usable = FALSE;
    }
}

/* A face far larger or smaller than usual for a moment, or lips that leap, are tracking errors or
 * something before the mouth. */
static void
refuse_leaps (MynaMouthInventory *self)
{
  for (gint64 i = 1; i + 1 < self->n_frames; i++)
    {
      const MynaMouthPose *before = &self->poses[i - 1], *after = &self->poses[i + 1];
      MynaMouthPose *pose = &self->poses[i];
      float middle = (before->opening + after->opening) / 2;

      if (before->present && pose->present && after->present &&
          fabsf (pose->opening - middle) > 0.08f &&
          fabsf (before->opening - after->opening) < 0.03f)
        pose->usable = FALSE;
    }
}

/* The usable frames; of a long video, runs spread evenly. */
static void
choose_units (MynaMouthInventory *self)
{
  gint64 n_usable = 0, keep_every;

  for (gint64 i = 0; i < self->n_frames; i++)
    n_usable += self->poses[i].usable ? 1 : 0;
  keep_every = (n_usable + MYNA_MOUTH_INVENTORY_CAP - 1) / MYNA_MOUTH_INVENTORY_CAP;
  self->units = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->unit_of = g_new (gint32, MAX (self->n_frames, 1));
  n_usable = 0;
  for (gint64 i = 0; i < self->n_frames; i++)
    {
      self->unit_of[i] = -1;
      if (!self->poses[i].usable)
        continue;
      if ((n_usable++ / RUN_FRAMES) % MAX (keep_every, 1) != 0 ||
          self->units->len >= MYNA_MOUTH_INVENTORY_CAP)
        continue;
      self->unit_of[i] = (gint32) self->units->len;
      g_array_append_val (self->units, i);
    }
}

static double
get_frame_length (MynaMouthInventory *self, gint64 frame)
{
  if (frame + 1 < self->n_frames)
    return CLAMP (self->times[frame + 1] - self->times[frame], 0, 0.2);
  return 0.04;
}

static void
count_speech (MynaMouthInventory *self)
{
  for (gint64 i = 0; i < self->n_frames; i++)
    if (self->poses[i].usable && hears_speech (self, i))
      self->usable_speech += get_frame_length (self, i);
}

/**
 * myna_mouth_inventory_alloc:
 * @n_frames: of the video
 * @sound: (nullable): its sound
 *
 * Returns: (transfer full): an inventory whose poses, times and cuts are to be filled in
 */
MynaMouthInventory *
myna_mouth_inventory_alloc (gint64 n_frames, MynaMouthSound *sound)
{
  MynaMouthInventory *self = g_new0 (MynaMouthInventory, 1);

  g_atomic_ref_count_init (&self->references);
  self->n_frames = n_frames;
  self->poses = g_new0 (MynaMouthPose, MAX (n_frames, 1));
  self->times = g_new0 (double, MAX (n_frames, 1));
  self->cuts = g_new0 (guint8, MAX (n_frames, 1));
  self->sound = sound != NULL ? myna_mouth_sound_ref (sound) : NULL;
  return self;
}

/**
 * myna_mouth_inventory_finish:
 * @self: an inventory whose poses, times and cuts were filled in
 *
 * Takes stock: ranges, units, sounds.
 */
void
myna_mouth_inventory_finish (MynaMouthInventory *self)
{
  relate_sharpness (self);
  refuse_leaps (self);
  measure_person (self);
  choose_units (self);
  count_speech (self);
  if (self->sound == NULL)
    return;
  self->likeness = myna_mouth_likeness_new (self->sound);
  self->unit_keys = g_new (float, MAX (self->units->len, 1) * MYNA_MOUTH_LIKENESS_SIZE);
  for (guint u = 0; u < self->units->len; u++)
    myna_mouth_likeness_get_key (self->likeness, self->sound,
                                 self->times[g_array_index (self->units, gint64, u)],
                                 self->unit_keys + u * MYNA_MOUTH_LIKENESS_SIZE);
  myna_mouth_likeness_measure (self);
}

/**
 * myna_mouth_inventory_new_from_poses:
 * @poses: (array length=n_frames): the frames; those without a face are not present
 * @times: (array length=n_frames): in seconds, increasing
 * @cuts: (array length=n_frames) (nullable): whether a cut lies before the frame
 * @n_frames: their number
 * @sound: (nullable): what is heard with them
 *
 * Takes stock of mouths that were measured elsewhere. The poses' sharpness is taken as measured,
 * and made relative.
 *
 * Returns: (transfer full): the inventory
 */
MynaMouthInventory *
myna_mouth_inventory_new_from_poses (const MynaMouthPose *poses,
                                     const double *times,
                                     const gboolean *cuts,
                                     gint64 n_frames,
                                     MynaMouthSound *sound)
{
  MynaMouthInventory *self = NULL;

  g_return_val_if_fail (n_frames == 0 || (poses != NULL && times != NULL), NULL);

  self = myna_mouth_inventory_alloc (n_frames, sound);
  for (gint64 i = 0; i < n_frames; i++)
    {
      self->poses[i] = poses[i];
      self->times[i] = times[i];
      self->cuts[i] = cuts != NULL && cuts[i];
    }
  myna_mouth_inventory_finish (self);
  return self;
}

/**
 * myna_mouth_inventory_ref:
 *
 * Returns: (transfer full): @self
 */
MynaMouthInventory *
myna_mouth_inventory_ref (MynaMouthInventory *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * myna_mouth_inventory_unref:
 * @self: (transfer full): an inventory
 */
void
myna_mouth_inventory_unref (MynaMouthInventory *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->poses);
  g_free (self->times);
  g_free (self->cuts);
  g_free (self->unit_of);
  g_free (self->unit_keys);
  g_clear_pointer (&self->units, g_array_unref);
  g_clear_pointer (&self->likeness, myna_mouth_likeness_free);
  g_clear_pointer (&self->sound, myna_mouth_sound_unref);
  g_free (self);
}

/**
 * myna_mouth_inventory_get_n_frames:
 *
 * Returns: frames of the video
 */
gint64
myna_mouth_inventory_get_n_frames (MynaMouthInventory *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_frames;
}

/**
 * myna_mouth_inventory_get_time:
 *
 * Returns: when a frame is shown, seconds
 */
double
myna_mouth_inventory_get_time (MynaMouthInventory *self, gint64 frame)
{
  g_return_val_if_fail (self != NULL && frame >= 0 && frame < self->n_frames, 0);

  return self->times[frame];
}

/**
 * myna_mouth_inventory_get_pose:
 *
 * Returns: (transfer none): the mouth and head of a frame
 */
const MynaMouthPose *
myna_mouth_inventory_get_pose (MynaMouthInventory *self, gint64 frame)
{
  g_return_val_if_fail (self != NULL && frame >= 0 && frame < self->n_frames, NULL);

  return &self->poses[frame];
}

/**
 * myna_mouth_inventory_continues:
 *
 * Returns: whether the frame continues the one before it: no cut between, the face in both
 */
gboolean
myna_mouth_inventory_continues (MynaMouthInventory *self, gint64 frame)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return frame > 0 && frame < self->n_frames && !self->cuts[frame] && self->poses[frame].present &&
         self->poses[frame - 1].present;
}

/**
 * myna_mouth_inventory_get_person:
 *
 * Returns: (transfer none): the person's range
 */
const MynaMouthPerson *
myna_mouth_inventory_get_person (MynaMouthInventory *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->person;
}

/**
 * myna_mouth_inventory_is_closed:
 *
 * Returns: whether the lips of a mouth touch, as far as this person's range tells
 */
gboolean
myna_mouth_inventory_is_closed (MynaMouthInventory *self, const MynaMouthPose *pose)
{
  const MynaMouthPerson *person = NULL;

  g_return_val_if_fail (self != NULL && pose != NULL, FALSE);

  person = &self->person;
  return pose->opening <= person->closed + CLOSED_SHARE * (person->open - person->closed);
}

/**
 * myna_mouth_inventory_get_usable_speech:
 *
 * Returns: seconds in which the person speaks with a usable mouth
 */
double
myna_mouth_inventory_get_usable_speech (MynaMouthInventory *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->usable_speech;
}

/**
 * myna_mouth_inventory_get_reliability:
 *
 * Returns: how well the person's sound foretells the opening within the clip, a correlation from
 *   -1 to 1; 0 without sound
 */
double
myna_mouth_inventory_get_reliability (MynaMouthInventory *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->reliability;
}
