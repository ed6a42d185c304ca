/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face-image.h"
#include "engine/lipsync/face/myna-face-models.h"
#include "engine/lipsync/face/myna-face.h"

G_BEGIN_DECLS

/* Below this the mesh is not one of a face. */
#define MYNA_FACE_LEAST_CONFIDENCE 0.5f

gboolean myna_face_mesh_run (const MynaFaceModels *models,
                             GpuContext *cx,
                             const MynaFaceImage *image,
                             const MynaFaceSquare *square,
                             MynaFace *face,
                             GError **error);
MynaFaceSquare myna_face_get_square (const MynaFace *self);
void myna_face_find_pose (MynaFace *self);
const int *myna_face_get_lips (int *n);

G_END_DECLS
