/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/lipsync/face/myna-face-models.h"
#include "engine/lipsync/face/myna-face-tracks.h"
#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

/* Side of a thumbnail in pixels. */
#define MYNA_FACE_THUMBNAIL_SIDE 128

/* Persons in one video; who comes after that is not seen. */
#define MYNA_FACE_MAX_PERSONS 256

/**
 * MynaPersonFace:
 * @person: who: an index of myna_face_tracker_get_person()
 * @face: where
 */
typedef struct
{
  guint person;
  MynaFace face;
} MynaPersonFace;

/**
 * MynaTrackedFrame:
 * @index: number of the frame
 * @time: of the frame, seconds
 * @cut: whether a cut lies before it
 * @faces: (element-type MynaPersonFace): faces in it, each person once
 */
typedef struct
{
  gint64 index;
  double time;
  gboolean cut;
  GArray *faces;
} MynaTrackedFrame;

/**
 * MynaPerson:
 * @track: what is known of the person's appearance in the video
 * @thumbnail: (nullable): packed RGB, MYNA_FACE_THUMBNAIL_SIDE squared; NULL if it turned out to be
 *   no face
 */
typedef struct
{
  MynaFaceTrack track;
  const guint8 *thumbnail;
} MynaPerson;

/**
 * MynaFaceTracker:
 *
 * Follows all faces through a video, a frame at a time; smoothed frames come out a little later, in
 * order. One thread at a time.
 */
typedef struct _MynaFaceTracker MynaFaceTracker;

/* Given each frame once it is smoothed; FALSE stops the tracker. */
typedef gboolean (*MynaFaceTrackerFunc) (const MynaTrackedFrame *frame,
                                         gpointer user_data,
                                         GError **error);

MynaFaceTracker *
myna_face_tracker_new (MynaFaceModels *models, MynaFaceTrackerFunc func, gpointer user_data);
void myna_face_tracker_free (MynaFaceTracker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaFaceTracker, myna_face_tracker_free)

gboolean
myna_face_tracker_push (MynaFaceTracker *self, const MynaVideoFrame *frame, GError **error);
/* (element-type MynaPersonFace) (transfer none): the faces of the frame that was pushed last, not
 * smoothed. */
const GArray *myna_face_tracker_get_seen (MynaFaceTracker *self);
gboolean myna_face_tracker_finish (MynaFaceTracker *self, GError **error);
guint myna_face_tracker_get_n_persons (MynaFaceTracker *self);
MynaPerson myna_face_tracker_get_person (MynaFaceTracker *self, guint person);

G_END_DECLS
