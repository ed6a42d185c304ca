/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/face/myna-face-tracker.h"

G_BEGIN_DECLS

/*
 * The file of a video's faces: what a cache holds, and what the tracks of a running program are
 * mapped from. Header, a record for each face in each frame in the order of the frames, a table of
 * frames, a table of tracks, their thumbnails. Numbers are the machine's own: a cache does not
 * travel.
 */

/* Changes when the layout does or the tracker finds something else. */
#define MYNA_FACE_FILE_VERSION 2

/**
 * MynaFaceWriter:
 *
 * Writes such a file, frame by frame. One thread at a time.
 */
typedef struct _MynaFaceWriter MynaFaceWriter;

MynaFaceWriter *myna_face_writer_new (int fd, const char *name, int width, int height);
void myna_face_writer_free (MynaFaceWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaFaceWriter, myna_face_writer_free)

gboolean myna_face_writer_add (MynaFaceWriter *self, const MynaTrackedFrame *frame, GError **error);
gboolean myna_face_writer_finish (MynaFaceWriter *self, MynaFaceTracker *tracker, GError **error);

/**
 * MynaFaceFile:
 *
 * Such a file, mapped and checked. Immutable; any thread.
 */
typedef struct _MynaFaceFile MynaFaceFile;

MynaFaceFile *myna_face_file_new (GMappedFile *mapped);
void myna_face_file_free (MynaFaceFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaFaceFile, myna_face_file_free)

gint64 myna_face_file_get_n_frames (const MynaFaceFile *self);
int myna_face_file_get_width (const MynaFaceFile *self);
int myna_face_file_get_height (const MynaFaceFile *self);
double myna_face_file_get_time (const MynaFaceFile *self, gint64 frame);
gboolean myna_face_file_is_cut (const MynaFaceFile *self, gint64 frame);
guint myna_face_file_get_n_tracks (const MynaFaceFile *self);
const MynaFaceTrack *myna_face_file_get_track (const MynaFaceFile *self, guint track);
const guint8 *myna_face_file_get_thumbnail (const MynaFaceFile *self, guint track);
gboolean myna_face_file_get_face (MynaFaceFile *self, guint track, gint64 frame, MynaFace *face);

G_END_DECLS
