/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-tflite-net.h"

G_BEGIN_DECLS

/* Sides of the models' square inputs, and sizes of their outputs. */
#define MYNA_FACE_DETECTOR_SIDE 128
#define MYNA_FACE_N_ANCHORS 896
#define MYNA_FACE_N_REGRESSORS 16
#define MYNA_FACE_MESH_SIDE 192
#define MYNA_FACE_N_LIPS 80
#define MYNA_FACE_N_EYE 71

/**
 * MynaFaceModels:
 * @device: what they run on
 * @detector: BlazeFace, short range: [128, 128, 3] in −1 … 1 to regressors [896, 16] and
 *   logits [896]
 * @mesh: face mesh with attention: [192, 192, 3] in 0 … 1 to the mesh [468, 3], lips [80, 2], eyes
 *   [71, 2] in pixels, and the logit of there being a face
 *
 * The networks of face tracking, after MediaPipe's package @mediapipe/face_mesh. Immutable.
 */
typedef struct
{
  GpuDevice *device;
  MynaTfliteNet *detector;
  MynaTfliteNet *mesh;
} MynaFaceModels;

MynaFaceModels *myna_face_models_new (GError **error);
void myna_face_models_free (MynaFaceModels *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaFaceModels, myna_face_models_free)

G_END_DECLS
