/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "engine/studio/myna-lipsync-check.h"
#include "ui/lipsync/myna-speech-source.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_LIPSYNC_VIDEO_CHECKING, /* is being looked at */
  MYNA_LIPSYNC_VIDEO_READY,    /* can speak */
  MYNA_LIPSYNC_VIDEO_FAILED,   /* cannot; "status" says why */
} MynaLipsyncVideoState;

#define MYNA_TYPE_LIPSYNC_VIDEO_STATE (myna_lipsync_video_state_get_type ())
GType myna_lipsync_video_state_get_type (void);

#define MYNA_TYPE_LIPSYNC_VIDEO (myna_lipsync_video_get_type ())
/**
 * MynaLipsyncVideo:
 *
 * A video or photo that was dropped to make it speak: looks for its faces by itself, and says what
 * will happen once it is known what it is to say. Main thread only.
 *
 * Properties (all notify): "name", "state", "status" (translated: what was found or what is wrong),
 * "thumbnail" (GdkPaintable, nullable: the chosen face), "face" (int: index of the chosen face).
 */
G_DECLARE_FINAL_TYPE (MynaLipsyncVideo, myna_lipsync_video, MYNA, LIPSYNC_VIDEO, GObject)

MynaLipsyncVideo *myna_lipsync_video_new (MynaStore *store, const char *path);
const char *myna_lipsync_video_get_path (MynaLipsyncVideo *self);
const char *myna_lipsync_video_get_name (MynaLipsyncVideo *self);
MynaLipsyncVideoState myna_lipsync_video_get_state (MynaLipsyncVideo *self);
const char *myna_lipsync_video_get_status (MynaLipsyncVideo *self);
GdkPaintable *myna_lipsync_video_get_thumbnail (MynaLipsyncVideo *self);
guint myna_lipsync_video_get_n_faces (MynaLipsyncVideo *self);
GdkPaintable *myna_lipsync_video_get_face_picture (MynaLipsyncVideo *self, guint face);
int myna_lipsync_video_get_face (MynaLipsyncVideo *self);
void myna_lipsync_video_set_face (MynaLipsyncVideo *self, int face);
MynaLipsyncPlan *myna_lipsync_video_get_plan (MynaLipsyncVideo *self);
void myna_lipsync_video_check (MynaLipsyncVideo *self,
                               MynaSpeechSource *speech,
                               const MynaLipsyncOptions *options);
void myna_lipsync_video_stop (MynaLipsyncVideo *self);

G_END_DECLS
