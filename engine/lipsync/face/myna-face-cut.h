/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_FACE_CUT_NO,
  MYNA_FACE_CUT_MAYBE, /* if what is followed jumps as well: a cut within a scene */
  MYNA_FACE_CUT_YES,
} MynaFaceCut;

/**
 * MynaFaceCuts:
 *
 * Finds cuts in a video, a frame at a time: by histograms of brightness and colour, and by means
 * over a coarse grid. One thread at a time.
 */
typedef struct _MynaFaceCuts MynaFaceCuts;

MynaFaceCuts *myna_face_cuts_new (void);
void myna_face_cuts_free (MynaFaceCuts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaFaceCuts, myna_face_cuts_free)

MynaFaceCut myna_face_cuts_push (MynaFaceCuts *self, const MynaVideoFrame *frame);

G_END_DECLS
