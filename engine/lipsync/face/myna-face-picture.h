/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face-image.h"
#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

/**
 * MynaFacePicture:
 * @image: the part that was asked for last
 *
 * Reduced parts of frames in memory that is used again and again. One thread at a time.
 */
typedef struct
{
  MynaFaceImage image;
  gsize room; /* in pixels */
} MynaFacePicture;

gboolean myna_face_picture_take (MynaFacePicture *self,
                                 const MynaVideoFrame *frame,
                                 const MynaRect *rect,
                                 int factor,
                                 GError **error);
gboolean myna_face_picture_take_all (MynaFacePicture *self,
                                     const MynaVideoFrame *frame,
                                     int longest,
                                     GError **error);
gboolean myna_face_picture_take_square (MynaFacePicture *self,
                                        const MynaVideoFrame *frame,
                                        const MynaFaceSquare *square,
                                        int side,
                                        GError **error);
void myna_face_picture_clear (MynaFacePicture *self);

G_END_DECLS
