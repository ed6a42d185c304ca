/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/lipsync/face/myna-face.h"
#include "engine/video/myna-video-frame.h"

G_BEGIN_DECLS

/**
 * MynaFaceTrack:
 * @first, @last: indices of the first and last frame in which the face is there
 * @n_present: frames in which it is there; it may leave and return
 * @confidence: mean over those frames
 * @size: mean eye distance in pixels
 * @centrality: 0 (edge) … 1 (centre of the picture), mean
 * @max_yaw: greatest |yaw|, radians
 * @thumbnail_frame: the frame in which the face is seen best
 */
typedef struct
{
  gint64 first, last;
  gint64 n_present;
  float confidence;
  float size;
  float centrality;
  float max_yaw;
  gint64 thumbnail_frame;
} MynaFaceTrack;

/**
 * MynaFaceTracks:
 *
 * All faces of a video, found once and cached by the file's hash. The points of a long video lie in
 * a mapped file, not in memory. Immutable, reference counted; any thread.
 */
typedef struct _MynaFaceTracks MynaFaceTracks;

/* Tracks every face of a video or image, or maps the cache in @cache_dir (nullable: no cache) when
 * the file's hash is in it. @progress is called on the calling thread. A video without a face is no
 * error: n_tracks is 0. */
MynaFaceTracks *myna_face_tracks_new (const char *path,
                                      const char *cache_dir,
                                      void (*progress) (double fraction, gpointer user_data),
                                      gpointer progress_data,
                                      GCancellable *cancellable,
                                      GError **error);
MynaFaceTracks *myna_face_tracks_ref (MynaFaceTracks *self);
void myna_face_tracks_unref (MynaFaceTracks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaFaceTracks, myna_face_tracks_unref)

/**
 * MynaFaceWatch:
 * @seen: called on the calling thread for each face of each frame while faces are looked for, not
 *   for those of a cache; frames come in order, faces are not smoothed yet
 * @data: for it
 *
 * For what else is wanted of the pictures, which are decoded only once.
 */
typedef struct
{
  void (*seen) (const MynaVideoFrame *frame, const MynaFace *face, gpointer data);
  gpointer data;
} MynaFaceWatch;

/* The same; @watch may be NULL. */
MynaFaceTracks *
myna_face_tracks_new_watched (const char *path,
                              const char *cache_dir,
                              const MynaFaceWatch *watch,
                              void (*progress) (double fraction, gpointer user_data),
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GError **error);

gint64 myna_face_tracks_get_n_frames (MynaFaceTracks *self);
int myna_face_tracks_get_width (MynaFaceTracks *self);
int myna_face_tracks_get_height (MynaFaceTracks *self);
/* Presentation time of a frame in seconds, as MynaVideoFrame.time. */
double myna_face_tracks_get_time (MynaFaceTracks *self, gint64 frame);
/* Whether a cut lies between this frame and the one before it. */
gboolean myna_face_tracks_is_cut (MynaFaceTracks *self, gint64 frame);
/* Tracks in order of usefulness: the first is the default choice (largest, most central, longest).
 */
guint myna_face_tracks_get_n_tracks (MynaFaceTracks *self);
const MynaFaceTrack *myna_face_tracks_get_track (MynaFaceTracks *self, guint track);
/* The face where it is seen best: packed R G B, *side × *side; lives as long as the tracks. */
const guint8 *myna_face_tracks_get_thumbnail (MynaFaceTracks *self, guint track, int *side);
/* FALSE where that face is not in that frame (@face is left alone). */
gboolean
myna_face_tracks_get_face (MynaFaceTracks *self, guint track, gint64 frame, MynaFace *face);

G_END_DECLS
