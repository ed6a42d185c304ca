/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face.h"

G_BEGIN_DECLS

/* Frames before and after that a smoothed frame is made of, at most. */
#define MYNA_FACE_SMOOTH_REACH 6

void myna_face_smooth (
    const MynaFace *const *faces, const double *times, int n, int centre, MynaFace *result);

G_END_DECLS
