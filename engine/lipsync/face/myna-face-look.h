/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face-image.h"
#include "engine/lipsync/face/myna-face.h"

G_BEGIN_DECLS

void myna_face_measure_look (MynaFace *self, const MynaFaceImage *image);

G_END_DECLS
