/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-still.h"

#include "engine/core/myna-error.h"
#include "engine/lipsync/render/myna-mouth-points.h"
#include "engine/lipsync/render/myna-resample.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Points along a lid, corners included. */
#define N_LID 9

/* From the outer corner to the inner one, then the lower edge of the brow. */
static const int upper_lids[2][N_LID] = { { 33, 246, 161, 160, 159, 158, 157, 173, 133 },
                                          { 263, 466, 388, 387, 386, 385, 384, 398, 362 } };
static const int lower_lids[2][N_LID] = { { 33, 7, 163, 144, 145, 153, 154, 155, 133 },
                                          { 263, 249, 390, 373, 374, 380, 381, 382, 362 } };
static const int brows[2] = { 52, 282 };

/* Seconds between blinks, and of each part of one: people blink every 3 to 5 seconds for a third of
 * a second, and close faster than they open. */
#define BLINK_LEAST 2.4
#define BLINK_SPREAD 3.2
#define BLINK_CLOSING 0.09
#define BLINK_CLOSED 0.05
#define BLINK_OPENING 0.17

/* The head's sway: this much of the eye distance, at least one pixel; and radians. */
#define SWAY 0.012f
#define SWAY_TURN 0.006f

/* An eye's lids as heights over its own axis, which goes to the right of the picture. */
typedef struct
{
  float x[N_LID];
  float upper[N_LID], lower[N_LID];
  float fold; /* above the lid: from here on skin is stretched */
} Eye;

struct _MynaStill
{
  MynaVideoFrame *photo;
  MynaFace face;
  MynaHeadFrame head;
  MynaYuvLayout layout;
  MynaYuvImage source; /* the part that moves */
  Eye eyes[2];
  guint32 seed;
  float strength;
};

/* How the head stands at one instant, and how far the eyes are closed. */
typedef struct
{
  const MynaStill *still;
  MynaPoint shift;
  float turn;
  float closed;
} Pose;

static float
smooth_step (float from, float to, float x)
{
  float t = CLAMP ((x - from) / (to - from), 0.0f, 1.0f);

  return t * t * (3 - 2 * t);
}

/* 0 … 1, the same for the same numbers everywhere (finalizer of MurmurHash3). */
static double
noise (guint32 seed, guint32 index)
{
  guint32 h = seed * 0x9e3779b1u + index * 0x85ebca6bu + 0x27d4eb2fu;

  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  h ^= h >> 16;
  return (double) h / 4294967296.0;
}

static MynaPoint
to_head (const MynaHeadFrame *h, float x, float y)
{
  float dx = x - h->origin.x, dy = y - h->origin.y;

  return (MynaPoint) { dx * h->right.x + dy * h->right.y, dx * h->down.x + dy * h->down.y };
}

static void
set_eye (MynaStill *self, int side)
{
  Eye *eye = &self->eyes[side];
  const MynaFacePoint *points = self->face.points;
  MynaPoint brow = to_head (&self->head, points[brows[side]].x, points[brows[side]].y);

  for (int k = 0; k < N_LID; k++)
    {
      int i = side == 0 ? k : N_LID - 1 - k; /* left to right in the picture */
      const MynaFacePoint *u = &points[upper_lids[side][i]], *l = &points[lower_lids[side][i]];
      MynaPoint up = to_head (&self->head, u->x, u->y), low = to_head (&self->head, l->x, l->y);

      eye->x[k] = (up.x + low.x) / 2;
      eye->upper[k] = MIN (up.y, low.y);
      eye->lower[k] = MAX (up.y, low.y);
    }
  eye->fold = 0.35f * eye->upper[N_LID / 2] + 0.65f * brow.y;
}

/* The head with its hair, as far as the sway reaches, within the picture. */
static MynaRect
get_moving_part (const MynaStill *self)
{
  float unit = self->head.unit;
  MynaRect rect = { (int) (self->head.origin.x - 3 * unit), (int) (self->head.origin.y - 3 * unit),
                    (int) (6 * unit), (int) (6.5f * unit) };
  int right = MIN (rect.x + rect.width, myna_video_frame_get_width (self->photo));
  int bottom = MIN (rect.y + rect.height, myna_video_frame_get_height (self->photo));

  rect.x = MAX (0, rect.x);
  rect.y = MAX (0, rect.y);
  rect.width = MAX (8, right - rect.x);
  rect.height = MAX (8, bottom - rect.y);
  return myna_yuv_align (&rect);
}

MynaStill *
myna_still_new (
    const MynaVideoFrame *photo, const MynaFace *face, guint32 seed, float strength, GError **error)
{
  g_autoptr (MynaStill) self = NULL;
  MynaRect rect;

  g_return_val_if_fail (photo != NULL && face != NULL, NULL);

  self = g_new0 (MynaStill, 1);
  if (!myna_mouth_points_are_sane (face) ||
      !myna_yuv_layout_init (&self->layout, photo->av->format))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                           _ ("The face in this picture cannot be moved."));
      return NULL;
    }
  self->photo = myna_video_frame_copy (photo);
  self->face = *face;
  self->seed = seed;
  self->strength = CLAMP (strength, 0.0f, 1.0f);
  myna_head_frame_init (&self->head, face);
  rect = get_moving_part (self);
  myna_yuv_image_set_size (&self->source, &self->layout, &rect);
  myna_yuv_image_load (&self->source, self->photo->av);
  for (int side = 0; side < 2; side++)
    set_eye (self, side);
  return g_steal_pointer (&self);
}

void
myna_still_free (MynaStill *self)
{
  g_clear_pointer (&self->photo, myna_video_frame_free);
  myna_yuv_image_clear (&self->source);
  g_free (self);
}

/* Blinks one after the other from the start; a few hundred steps for a video of an hour. */
static float
get_lids (const MynaStill *self, double time)
{
  double start = BLINK_LEAST * noise (self->seed, 1) + 0.6, into;

  for (guint32 i = 2;; i++)
    {
      double next = start + BLINK_LEAST + BLINK_SPREAD * noise (self->seed, i);

      if (next > time)
        break;
      start = next;
    }
  into = time - start;
  if (into < 0)
    return 0;
  if (into < BLINK_CLOSING)
    return smooth_step (0, (float) BLINK_CLOSING, (float) into);
  into -= BLINK_CLOSING + BLINK_CLOSED;
  return 1 - smooth_step (0, (float) BLINK_OPENING, (float) into);
}

/* A sum of slow waves that never repeats, -1 … 1. */
static float
sway (const MynaStill *self, guint32 axis, double time)
{
  static const double periods[] = { 7.3, 4.1, 2.7 }, weights[] = { 0.55, 0.3, 0.15 };
  double sum = 0;

  for (guint32 i = 0; i < 3; i++)
    {
      double stretch = 0.85 + 0.3 * noise (self->seed, 100 + 10 * axis + i);
      double phase = noise (self->seed, 200 + 10 * axis + i);

      sum += weights[i] * sin (2 * G_PI * (time / (periods[i] * stretch) + phase));
    }
  return (float) sum;
}

static Pose
get_pose (const MynaStill *self, double time)
{
  float reach = MIN (MAX (1.0f, SWAY * self->head.unit), 4.0f) * self->strength;

  return (Pose) { .still = self,
                  .shift = { reach * sway (self, 0, time), 0.6f * reach * sway (self, 1, time) },
                  .turn = SWAY_TURN * self->strength * sway (self, 2, time),
                  .closed = self->strength * get_lids (self, time) };
}

/* 1 on the head, 0 a head's width away and at the picture's border. */
static float
get_share (const MynaStill *self, float x, float y)
{
  MynaPoint p = to_head (&self->head, x, y);
  float unit = self->head.unit, width = (float) myna_video_frame_get_width (self->photo);
  float height = (float) myna_video_frame_get_height (self->photo);
  float away = hypotf (p.x / (1.15f * unit), (p.y - 0.3f * unit) / (1.45f * unit));
  float edge = MIN (MIN (x, width - x), MIN (y, height - y));

  return (1 - smooth_step (1, 2.1f, away)) * smooth_step (0, 0.5f * unit, edge);
}

static MynaPoint
get_movement (const Pose *pose, float x, float y)
{
  const MynaHeadFrame *h = &pose->still->head;
  float share = get_share (pose->still, x, y);
  /* It turns about the neck. */
  float dx = x - (h->origin.x + 1.5f * h->unit * h->down.x);
  float dy = y - (h->origin.y + 1.5f * h->unit * h->down.y);

  return (MynaPoint) { share * (pose->shift.x - pose->turn * dy),
                       share * (pose->shift.y + pose->turn * dx) };
}

static float
along_lid (const Eye *eye, const float *heights, float x)
{
  int k = 0;

  while (k < N_LID - 2 && eye->x[k + 1] < x)
    k++;
  return heights[k] +
         (x - eye->x[k]) / MAX (1e-3f, eye->x[k + 1] - eye->x[k]) * (heights[k + 1] - heights[k]);
}

/* The lid comes down: the skin above it is stretched, the eye beneath squeezed to a line. Returns
 * the height that is seen at height @y. */
static float
close_lid (const Eye *eye, float x, float y, float closed)
{
  float upper = along_lid (eye, eye->upper, x), lower = along_lid (eye, eye->lower, x);
  float fold = MIN (eye->fold, upper - 1), edge = upper + 0.94f * closed * (lower - upper);

  if (y <= fold || y >= lower || lower - upper < 0.5f)
    return y;
  if (y < edge)
    return fold + (y - fold) * (upper - fold) / (edge - fold);
  return upper + (y - edge) * (lower - upper) / (lower - edge);
}

/* A MynaBend. */
static void
close_eyes (const void *data, float *x, float *y)
{
  const Pose *pose = data;
  const MynaHeadFrame *h = &pose->still->head;
  MynaPoint p = to_head (h, *x, *y);

  for (int side = 0; side < 2; side++)
    {
      const Eye *eye = &pose->still->eyes[side];

      if (p.x > eye->x[0] && p.x < eye->x[N_LID - 1])
        {
          float moved = close_lid (eye, p.x, p.y, pose->closed) - p.y;

          *x += moved * h->down.x;
          *y += moved * h->down.y;
        }
    }
}

static void
move_face (const Pose *pose, MynaFace *face)
{
  *face = pose->still->face;
  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    {
      MynaPoint d = get_movement (pose, face->points[i].x, face->points[i].y);

      face->points[i].x += d.x;
      face->points[i].y += d.y;
    }
  face->roll += pose->turn;
}

/* @map: where each place comes from. */
static void
set_map (const Pose *pose, MynaMap *map)
{
  static const MynaSpline identity = { .scale = 1,
                                       .affine_x = { 0, 1, 0 },
                                       .affine_y = { 0, 0, 1 } };

  myna_map_set (map, &pose->still->source.rect, &identity, MYNA_SPLINE_STEP);
  for (int i = 0; i < map->columns * map->rows; i++)
    {
      MynaPoint d = get_movement (pose, map->xs[i], map->ys[i]);

      map->xs[i] -= d.x;
      map->ys[i] -= d.y;
    }
}

/**
 * myna_still_get_frame:
 * @time: seconds
 * @face: (out): the face as it stands then
 *
 * Spec lipsync-default, renderer (b). Index and duration are the photo's.
 *
 * Returns: (transfer full): a frame of its own
 */
MynaVideoFrame *
myna_still_get_frame (MynaStill *self, double time, MynaFace *face, GError **error)
{
  g_autoptr (MynaVideoFrame) frame = NULL;
  g_auto (MynaYuvImage) out = { 0 };
  g_auto (MynaMap) map = { 0 };
  g_autofree float *all = NULL;
  Pose pose;

  g_return_val_if_fail (self != NULL && face != NULL, NULL);

  pose = get_pose (self, MAX (0.0, time));
  move_face (&pose, face);
  frame = myna_video_frame_copy (self->photo);
  frame->time = time;
  if (self->strength <= 0)
    return g_steal_pointer (&frame);
  if (!myna_video_frame_make_writable (frame, error))
    return NULL;
  set_map (&pose, &map);
  myna_resample_bent (&out, &self->source, &map, pose.closed > 0.01f ? close_eyes : NULL, &pose);
  all = g_new (float, (gsize) out.width[0] * (gsize) out.height[0]);
  for (gsize i = 0; i < (gsize) out.width[0] * (gsize) out.height[0]; i++)
    all[i] = 1;
  for (int p = 0; p < self->layout.n_planes; p++)
    myna_yuv_image_store (&out, p, all, frame->av);
  return g_steal_pointer (&frame);
}
