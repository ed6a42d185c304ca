/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face-image.h"
#include "engine/lipsync/face/myna-face-tracks.h"

G_BEGIN_DECLS

#define MYNA_PERSON_GRID 6
#define MYNA_PERSON_LOOK (MYNA_PERSON_GRID * MYNA_PERSON_GRID * 3)

/**
 * MynaTrackedPerson:
 * @active: seen in the last frame
 * @face: as seen last
 * @frame: when that was
 * @look: colours of the face on a coarse grid, mean over the frames
 * @track: what is known; sums in @sum_…
 * @sum_scores, @n_scores: what the detector said of the face, seen alone
 * @best: how well the face is seen in the thumbnail
 * @thumbnail: that
 *
 * A face that is followed, or was and may return.
 */
typedef struct
{
  gboolean active;
  MynaFace face;
  gint64 frame;
  float look[MYNA_PERSON_LOOK];
  MynaFaceTrack track;
  double sum_confidence, sum_size, sum_centrality;
  double sum_scores;
  int n_scores;
  double best;
  guint8 *thumbnail;
} MynaTrackedPerson;

MynaTrackedPerson *myna_tracked_person_new (void);
void myna_tracked_person_free (MynaTrackedPerson *self);
void myna_tracked_person_see (MynaTrackedPerson *self,
                              const MynaFace *face,
                              gint64 frame,
                              const MynaFaceImage *image,
                              int width,
                              int height);
gboolean myna_tracked_person_is_face (const MynaTrackedPerson *self);
double myna_tracked_person_compare (const MynaTrackedPerson *self,
                                    const MynaFace *face,
                                    const MynaFaceImage *image,
                                    gboolean anywhere);
double myna_tracked_person_compare_look (const MynaTrackedPerson *self,
                                         const MynaFace *face,
                                         const MynaFaceImage *image);
void myna_face_get_middle (const MynaFace *self, double *x, double *y);

G_END_DECLS
