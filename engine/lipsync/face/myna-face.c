/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face.h"

#include <math.h>

#include "engine/lipsync/face/myna-face-mesh.h"

/* Points of the mesh: outer eye corners, inner lips, inner mouth corners. */
enum
{
  EYE_LEFT = 33,
  EYE_RIGHT = 263,
  LIP_UPPER = 13,
  LIP_LOWER = 14,
  CORNER_LEFT = 78,
  CORNER_RIGHT = 308,
};

/* Pairs of points that mirror each other, left of the picture first, and pairs of the middle line,
 * upper first. */
static const int across[][2] = { { 234, 454 }, { 127, 356 }, { 93, 323 }, { 132, 361 },
                                 { 58, 288 },  { 33, 263 },  { 50, 280 }, { 54, 284 } };
static const int down[][2] = { { 10, 152 }, { 151, 199 }, { 9, 200 }, { 10, 175 } };

/* The pitch that these give for a face that looks straight on (mean of MediaPipe's canonical mesh):
 * the chin lies behind the forehead. */
#define LEVEL_PITCH 0.0

static double
get_distance (const MynaFace *self, int a, int b)
{
  const MynaFacePoint *p = &self->points[a], *q = &self->points[b];

  return hypot ((double) (p->x - q->x), (double) (p->y - q->y));
}

/**
 * myna_face_get_eye_distance:
 * @self: a face
 *
 * Returns: pixels between the outer eye corners, as they would be seen from the front
 */
float
myna_face_get_eye_distance (const MynaFace *self)
{
  const MynaFacePoint *a, *b;

  g_return_val_if_fail (self != NULL, 0);

  a = &self->points[EYE_LEFT];
  b = &self->points[EYE_RIGHT];
  return (float) hypot (get_distance (self, EYE_LEFT, EYE_RIGHT), (double) (a->z - b->z));
}

static float
relative (const MynaFace *self, int a, int b)
{
  double unit = (double) myna_face_get_eye_distance (self);

  return unit > 0 ? (float) (get_distance (self, a, b) / unit) : 0;
}

/**
 * myna_face_get_opening:
 * @self: a face
 *
 * Returns: the distance of the inner lips in eye distances
 */
float
myna_face_get_opening (const MynaFace *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return relative (self, LIP_UPPER, LIP_LOWER);
}

/**
 * myna_face_get_mouth_width:
 * @self: a face
 *
 * Returns: the distance of the inner mouth corners in eye distances
 */
float
myna_face_get_mouth_width (const MynaFace *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return relative (self, CORNER_LEFT, CORNER_RIGHT);
}

static void
add_pairs (const MynaFace *self, const int (*pairs)[2], int n, double sum[3])
{
  for (int i = 0; i < n; i++)
    {
      const MynaFacePoint *a = &self->points[pairs[i][0]], *b = &self->points[pairs[i][1]];

      sum[0] += (double) (b->x - a->x);
      sum[1] += (double) (b->y - a->y);
      sum[2] += (double) (b->z - a->z);
    }
}

/**
 * myna_face_find_pose:
 * @self: a face whose points are known
 *
 * Sets yaw, pitch and roll: roll from the outer eye corners; the others from the direction that the
 * face's plane looks in, which pairs of mirrored points and of the middle line span.
 */
void
myna_face_find_pose (MynaFace *self)
{
  double x[3] = { 0 }, y[3] = { 0 }, normal[3], c, s, level[2], length;
  const MynaFacePoint *left, *right;

  g_return_if_fail (self != NULL);

  left = &self->points[EYE_LEFT];
  right = &self->points[EYE_RIGHT];
  self->roll = atan2f (right->y - left->y, right->x - left->x);
  add_pairs (self, across, G_N_ELEMENTS (across), x);
  add_pairs (self, down, G_N_ELEMENTS (down), y);
  /* Towards the camera, that is against z. */
  normal[0] = x[2] * y[1] - x[1] * y[2];
  normal[1] = x[0] * y[2] - x[2] * y[0];
  normal[2] = x[1] * y[0] - x[0] * y[1];
  c = cos ((double) self->roll);
  s = sin ((double) self->roll);
  level[0] = c * normal[0] + s * normal[1];
  level[1] = c * normal[1] - s * normal[0];
  length = sqrt (level[0] * level[0] + level[1] * level[1] + normal[2] * normal[2]);
  if (length <= 0)
    return;
  self->yaw = (float) atan2 (-level[0], -normal[2]);
  self->pitch = (float) (asin (-level[1] / length) - LEVEL_PITCH);
}
