/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face.h"
#include "engine/lipsync/render/myna-spline.h"
#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

/* Pairs of inner lip points, from the corner at the left of the picture to the other, without the
 * corners. */
#define MYNA_MOUTH_N_PAIRS 9
/* Points round the inner lips. */
#define MYNA_MOUTH_N_INNER (2 * MYNA_MOUTH_N_PAIRS + 2)
#define MYNA_MOUTH_MAX_HULL 32

/**
 * MynaHeadFrame:
 * @origin: middle between the outer eye corners
 * @right: unit vector along the eyes, to the right of the picture
 * @down: unit vector down the face
 * @unit: eye distance in pixels
 *
 * Coordinates that move with the head.
 */
typedef struct
{
  MynaPoint origin, right, down;
  float unit;
} MynaHeadFrame;

/**
 * MynaJaw:
 * @shift: how far the chin moves down (up: negative), pixels
 * @chin: where it is before
 * @half_width: of the jaw, pixels
 * @rise: from the chin up to where nothing moves, pixels
 * @fall: from the chin down to where nothing moves, pixels
 *
 * The movement of the chin and of what lies round it.
 */
typedef struct
{
  MynaHeadFrame head;
  float shift;
  MynaPoint chin;
  float half_width, rise, fall;
} MynaJaw;

/**
 * MynaMouthWish:
 *
 * What the mouth of a frame shall be: as in MynaMouthRequest.
 */
typedef struct
{
  float opening, width, teeth;
  gboolean closed;
  float jaw; /* pixels that the chin moves for one pixel of opening */
  float mask_size;
} MynaMouthWish;

/**
 * MynaLips:
 *
 * Where the lips lie in the frame, the pairs from left to right; and the gaps between the inner
 * ones in pixels.
 */
typedef struct
{
  MynaPoint upper_in[MYNA_MOUTH_N_PAIRS], lower_in[MYNA_MOUTH_N_PAIRS];
  MynaPoint upper_out[MYNA_MOUTH_N_PAIRS], lower_out[MYNA_MOUTH_N_PAIRS];
  MynaPoint corner[4]; /* inner left, inner right, outer left, outer right */
  float gap[MYNA_MOUTH_N_PAIRS];
} MynaLips;

/**
 * MynaMouthTarget:
 * @inner: the inner lips as they shall be: the upper from left to right with both corners, then the
 *   lower from right to left without them
 * @hull: where the new mouth may be seen: the jaw and the base of the nose, convex, clockwise
 * @nose, @nose_radius: a disc in it that is left alone
 * @inset: how far inside @hull the mask begins, pixels
 *
 * Where in the frame everything is to go.
 */
typedef struct
{
  const MynaFace *face;
  MynaHeadFrame head;
  MynaJaw jaw;
  MynaLips lips;
  MynaPoint inner[MYNA_MOUTH_N_INNER];
  MynaPoint hull[MYNA_MOUTH_MAX_HULL];
  int n_hull;
  MynaPoint nose;
  float nose_radius;
  float inset;
  float opening; /* that is reached, pixels */
} MynaMouthTarget;

void myna_head_frame_init (MynaHeadFrame *self, const MynaFace *face);
/* What lies round the mouth: all that a patch needs. */
MynaRect myna_mouth_points_get_bounds (const MynaFace *face);
/* Whether all points used here are finite and within reason. */
gboolean myna_mouth_points_are_sane (const MynaFace *face);

/* How far (0 … 1) a place takes part in the movement of the jaw. */
float myna_jaw_get_share (const MynaJaw *self, MynaPoint place);

/* Where to put the mouth of @source into @face, which must live as long as @self. @fading
 * (nullable): a mouth that is still seen to the share @fade; the lips lie between the two. FALSE
 * when the points are out of reason. */
gboolean myna_mouth_target_init (MynaMouthTarget *self,
                                 const MynaFace *face,
                                 const MynaFace *source,
                                 const MynaFace *fading,
                                 float fade,
                                 const MynaMouthWish *wish);
/* The spline that takes places of the frame to those of @source's picture. */
gboolean
myna_mouth_target_fit (const MynaMouthTarget *self, const MynaFace *source, MynaSpline *spline);
/* Pixels between the inner lips of @source, carried over into the frame. */
float myna_mouth_target_get_gap (const MynaMouthTarget *self, const MynaFace *source);
/* What the mask covers, in pixels of the frame; without the jaw's movement. */
MynaRect myna_mouth_target_get_bounds (const MynaMouthTarget *self);

G_END_DECLS
