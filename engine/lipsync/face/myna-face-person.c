/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "engine/lipsync/face/myna-face-mesh.h"
#include "engine/lipsync/face/myna-face-person-private.h"
#include "engine/lipsync/face/myna-face-tracker.h"

/* A face that returns is taken for the one that left when it looks alike. Mean differences of
 * colour, 0 … 1: 0.01 to 0.02 between frames of one person, 0.07 to 0.1 between persons in the same
 * light. */
#define MAX_LOOK 0.055
/* The same where it left. */
#define MAX_LOOK_ELSEWHERE 0.045
/* Mean score of the detector for a face that is followed; turned away it is less sure. */
#define LEAST_SCORE 0.6
/* Frames that the mean of the looks goes over. */
#define LOOK_MEMORY 50

/**
 * myna_tracked_person_new:
 *
 * Returns: (transfer full): somebody who was not seen yet
 */
MynaTrackedPerson *
myna_tracked_person_new (void)
{
  MynaTrackedPerson *self = g_new0 (MynaTrackedPerson, 1);

  self->track.first = self->track.last = -1;
  return self;
}

/**
 * myna_tracked_person_free:
 * @self: (nullable): a person
 *
 * Frees it.
 */
void
myna_tracked_person_free (MynaTrackedPerson *self)
{
  if (self == NULL)
    return;
  g_free (self->thumbnail);
  g_free (self);
}

/**
 * myna_face_get_middle:
 * @self: a face
 * @x: (out): pixels
 * @y: (out): pixels
 *
 * The place between the outer eye corners.
 */
void
myna_face_get_middle (const MynaFace *self, double *x, double *y)
{
  g_return_if_fail (self != NULL && x != NULL && y != NULL);

  *x = (double) (self->points[33].x + self->points[263].x) / 2;
  *y = (double) (self->points[33].y + self->points[263].y) / 2;
}

/* Colours on a coarse grid over the inner face, in relation to their mean, so that light matters
 * little. */
static void
find_look (const MynaFace *face, const MynaFaceImage *image, float look[MYNA_PERSON_LOOK])
{
  MynaFaceSquare square = myna_face_get_square (face);
  float mean = 0;

  square.side *= 0.6; /* 0.9 of the face's box */
  myna_face_image_cut (image, &square, MYNA_PERSON_GRID, 1 / 255.0f, 0, look);
  for (int i = 0; i < MYNA_PERSON_LOOK; i++)
    mean += look[i] / MYNA_PERSON_LOOK;
  for (int i = 0; i < MYNA_PERSON_LOOK; i++)
    look[i] *= 0.4f / MAX (mean, 0.02f);
}

static double
get_centrality (const MynaFace *face, int width, int height)
{
  double x, y;

  myna_face_get_middle (face, &x, &y);
  x = fabs (2 * x / width - 1);
  y = fabs (2 * y / height - 1);
  return 1 - CLAMP (MAX (x, y), 0, 1);
}

/* How well a face is seen, for the thumbnail: from the front, large, mouth and eyes at rest. */
static double
rate (const MynaFace *face)
{
  double turn = cos ((double) face->yaw) * cos ((double) face->pitch);
  double size = MIN ((double) myna_face_get_eye_distance (face) / 100, 1);

  return (double) face->confidence * turn * turn * (0.5 + 0.5 * size) *
         (1 - MIN ((double) myna_face_get_opening (face), 0.5));
}

static void
take_thumbnail (MynaTrackedPerson *self, const MynaFaceImage *image)
{
  const int n = MYNA_FACE_THUMBNAIL_SIDE * MYNA_FACE_THUMBNAIL_SIDE * 3;
  g_autofree float *pixels = g_new (float, n);
  MynaFaceSquare square = myna_face_get_square (&self->face);

  square.angle = 0;
  myna_face_image_cut (image, &square, MYNA_FACE_THUMBNAIL_SIDE, 1, 0.5f, pixels);
  if (self->thumbnail == NULL)
    self->thumbnail = g_malloc (n);
  for (int i = 0; i < n; i++)
    self->thumbnail[i] = (guint8) CLAMP (pixels[i], 0.0f, 255.0f);
}

/**
 * myna_tracked_person_see:
 * @self: a person
 * @face: where they are in this frame
 * @frame: its number
 * @image: a part of it that holds the face
 * @width: of the frame
 * @height: of the frame
 *
 * Notes that the person is seen.
 */
void
myna_tracked_person_see (MynaTrackedPerson *self,
                         const MynaFace *face,
                         gint64 frame,
                         const MynaFaceImage *image,
                         int width,
                         int height)
{
  MynaFaceTrack *track = &self->track;
  float look[MYNA_PERSON_LOOK], part;
  double rating = rate (face);

  g_return_if_fail (self != NULL && face != NULL && image != NULL);

  self->active = TRUE;
  self->face = *face;
  self->frame = frame;
  if (track->first < 0)
    track->first = frame;
  track->last = frame;
  track->n_present += 1;
  self->sum_confidence += (double) face->confidence;
  self->sum_size += (double) myna_face_get_eye_distance (face);
  self->sum_centrality += get_centrality (face, width, height);
  track->confidence = (float) (self->sum_confidence / (double) track->n_present);
  track->size = (float) (self->sum_size / (double) track->n_present);
  track->centrality = (float) (self->sum_centrality / (double) track->n_present);
  track->max_yaw = MAX (track->max_yaw, fabsf (face->yaw));
  if (track->n_present <= 10 || frame % 5 == 0)
    {
      part = 1.0f / (float) MIN (track->n_present, LOOK_MEMORY);
      find_look (face, image, look);
      for (int i = 0; i < MYNA_PERSON_LOOK; i++)
        self->look[i] += part * (look[i] - self->look[i]);
    }
  if (rating > self->best * 1.05)
    {
      self->best = rating;
      track->thumbnail_frame = frame;
      take_thumbnail (self, image);
    }
}

/**
 * myna_tracked_person_is_face:
 * @self: a person
 *
 * Returns: whether the detector agrees, when it has been asked
 */
gboolean
myna_tracked_person_is_face (const MynaTrackedPerson *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->n_scores == 0 || self->sum_scores >= LEAST_SCORE * self->n_scores;
}

/**
 * myna_tracked_person_compare_look:
 * @self: a person
 * @face: a face of the current frame
 * @image: a part of that frame that holds it
 *
 * Returns: mean difference of their colours
 */
double
myna_tracked_person_compare_look (const MynaTrackedPerson *self,
                                  const MynaFace *face,
                                  const MynaFaceImage *image)
{
  float look[MYNA_PERSON_LOOK];
  double sum = 0;

  g_return_val_if_fail (self != NULL && face != NULL && image != NULL, 1);

  find_look (face, image, look);
  for (int i = 0; i < MYNA_PERSON_LOOK; i++)
    sum += (double) fabsf (look[i] - self->look[i]) / MYNA_PERSON_LOOK;
  return sum;
}

/**
 * myna_tracked_person_compare:
 * @self: a person who was seen before
 * @face: a face of the current frame
 * @image: a part of that frame that holds it
 * @anywhere: whether the person may have moved far
 *
 * Whether @face may be theirs: it looks alike, and is about where and as large as it was.
 *
 * Returns: how unlike they are, infinite if it must be somebody else
 */
double
myna_tracked_person_compare (const MynaTrackedPerson *self,
                             const MynaFace *face,
                             const MynaFaceImage *image,
                             gboolean anywhere)
{
  double look, unit, x, y, old_x, old_y, distance, size;

  g_return_val_if_fail (self != NULL && face != NULL && image != NULL, INFINITY);

  look = myna_tracked_person_compare_look (self, face, image);
  unit = MAX ((double) myna_face_get_eye_distance (&self->face), 1);
  myna_face_get_middle (face, &x, &y);
  myna_face_get_middle (&self->face, &old_x, &old_y);
  distance = hypot (x - old_x, y - old_y) / unit;
  size = fabs (log (MAX ((double) myna_face_get_eye_distance (face), 1) / unit));
  if (look > MAX_LOOK ||
      ((distance > 1.5 || size > 0.35) && (!anywhere || look > MAX_LOOK_ELSEWHERE)))
    return INFINITY;
  return look / MAX_LOOK + 0.2 * MIN (distance, 5) + size;
}
