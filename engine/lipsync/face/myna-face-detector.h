/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face-image.h"
#include "engine/lipsync/face/myna-face-models.h"

G_BEGIN_DECLS

/* Longest side of the picture that the detector wants to see. */
#define MYNA_FACE_DETECTOR_PICTURE 416

/* How many parts the finest level is looked at in, when not all at once. */
#define MYNA_FACE_DETECTOR_PARTS 3

/**
 * MynaFaceDetection:
 * @x, @y, @width, @height: box in the frame's pixels, eyebrows to chin
 * @eyes: (x, y) of the eye at the left of the picture and of the one at the right
 * @score: 0 … 1
 */
typedef struct
{
  float x, y, width, height;
  float eyes[2][2];
  float score;
} MynaFaceDetection;

GArray *myna_face_detector_run (const MynaFaceModels *models,
                                GpuContext *cx,
                                const MynaFaceImage *picture,
                                int part,
                                GError **error);
gboolean myna_face_detector_check (const MynaFaceModels *models,
                                   GpuContext *cx,
                                   const MynaFaceImage *image,
                                   const MynaFaceSquare *square,
                                   float *score,
                                   GError **error);
float myna_face_detection_overlap (const MynaFaceDetection *a, const MynaFaceDetection *b);
MynaFaceSquare myna_face_detection_get_square (const MynaFaceDetection *self);

G_END_DECLS
