/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face.h"
#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

/**
 * TalkingHeadPose:
 * @x, @y: middle between the eyes, pixels
 * @unit: eye distance, pixels
 * @roll: radians, clockwise
 * @yaw: radians, positive to the left of the picture
 * @opening: of the inner lips, in eye distances
 * @width: of the mouth, in eye distances
 * @light: 1 is usual
 *
 * How the drawn person looks at one instant.
 */
typedef struct
{
  double x, y, unit;
  double roll, yaw;
  double opening, width;
  double light;
} TalkingHeadPose;

/* Opening and width when nothing is said. */
#define TALKING_HEAD_REST_OPENING 0.008
#define TALKING_HEAD_REST_WIDTH 0.50

/* A person drawn from formulas, whose mesh and whose mouth are known exactly: skin, lips, teeth,
 * eyes and hair have textures that move with the mesh. @format: planar YUV. (transfer full) */
MynaVideoFrame *talking_head_draw (int width,
                                   int height,
                                   int format,
                                   const TalkingHeadPose *pose,
                                   gint64 index,
                                   double rate,
                                   MynaFace *face);

/* A person who says syllables of m, b, p and vowels, with pauses: the pose at @time of a picture of
 * @width × @height. Different seeds say different things. */
void
talking_head_get_pose (guint32 seed, double time, int width, int height, TalkingHeadPose *pose);
/* When the lips close for a consonant, seconds (element-type double) (transfer full). */
GArray *talking_head_get_closures (guint32 seed, double duration);
/* Whether nothing is said for at least 300 ms around @time. */
gboolean talking_head_is_silent (guint32 seed, double time);
/* The voice that goes with it, mono (transfer full). */
float *talking_head_speak (guint32 seed, double duration, int rate);

/* Measures the opening of a drawn mouth in a picture (4:4:4), in eye distances: lips are red, what
 * is between them is not. */
double talking_head_measure (const MynaVideoFrame *frame, const MynaFace *face);

G_END_DECLS
