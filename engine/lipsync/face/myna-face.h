/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Points of MediaPipe's face mesh; indices in comments and tables of this folder are its own. */
#define MYNA_FACE_N_POINTS 468

/**
 * MynaFacePoint:
 * @x: pixels from the left edge of the upright frame (centre of the left-most pixel: 0.5)
 * @y: pixels from the top
 * @z: depth in the same unit, smaller is nearer to the camera
 */
typedef struct
{
  float x, y, z;
} MynaFacePoint;

/**
 * MynaFace:
 * @points: the mesh, lips refined by the attention model, smoothed in time
 * @confidence: 0 … 1: how sure the mesh model is that there is a face
 * @yaw: radians, positive when the person turns to the left side of the picture
 * @pitch: radians, positive when looking up
 * @roll: radians in the picture plane, clockwise positive (the line from the eye at the left of the
 *   picture to the eye at the right)
 * @light: mean luminance of the face, 0 … 1; 0 when not measured
 * @sharpness: mean absolute Laplacian of the luminance (0 … 1) about the mouth, in the picture that
 *   the mesh model sees; 0 when not measured. Only to be compared within one track
 *
 * One face in one frame.
 */
typedef struct
{
  MynaFacePoint points[MYNA_FACE_N_POINTS];
  float confidence;
  float yaw, pitch, roll;
  float light;
  float sharpness;
} MynaFace;

/* Measures in eye distances (between the outer eye corners 33 and 263), free of the head's size. */

/* Inner lips 13–14: how far the mouth is open. */
float myna_face_get_opening (const MynaFace *self);
/* Mouth corners 78–308 (inner). */
float myna_face_get_mouth_width (const MynaFace *self);
/* Pixels between the outer eye corners 33 and 263, in the picture plane corrected for yaw. */
float myna_face_get_eye_distance (const MynaFace *self);

G_END_DECLS
