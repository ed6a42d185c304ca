/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/lipsync/face/myna-face-tracks.h"
#include "engine/video/myna-video-frame.h"
#include "engine/voice/myna-speech.h"

G_BEGIN_DECLS

/**
 * MynaLipsyncLonger:
 *
 * What becomes of the video after the speech has ended.
 */
typedef enum
{
  MYNA_LIPSYNC_KEEP, /* it goes on untouched (default) */
  MYNA_LIPSYNC_TRIM, /* it ends with the speech */
} MynaLipsyncLonger;

/**
 * MynaLipsyncOptions:
 * @face: index of the track to speak; -1: the default one
 * @intensity: 0.5 … 1.5 times the opening; 1 = as the sound asks
 * @offset_ms: the mouth comes this much later than the sound, -500 … 500
 * @mask_size: 0.7 … 1.4 times the default mask
 * @smoothing: 0 … 1: 0 follows every sound, 1 is calmest; default 0.5
 * @longer: when the video is longer than the speech
 * @keep_mouths: the plan is rendered next: mouths are kept while faces are looked for, up to 1 GB
 *   on the disk for as long as the plan, so that the video need not be decoded again for them
 */
typedef struct
{
  int face;
  double intensity;
  double offset_ms;
  double mask_size;
  double smoothing;
  MynaLipsyncLonger longer;
  gboolean keep_mouths;
} MynaLipsyncOptions;

#define MYNA_LIPSYNC_OPTIONS_INIT { -1, 1.0, 0.0, 1.0, 0.5, MYNA_LIPSYNC_KEEP, FALSE }

/**
 * MynaLipsyncRenderer:
 *
 * How the mouth is made: from the person's own footage, or by warping (photos, silent clips).
 */
typedef enum
{
  MYNA_LIPSYNC_LIBRARY,
  MYNA_LIPSYNC_BASIC,
} MynaLipsyncRenderer;

/**
 * MynaLipsyncPlan:
 *
 * Everything known before rendering one video with one speech: faces, usable speech of the clip,
 * which renderer, durations, and warnings in plain words. Made once (it tracks the faces, analyses
 * both sounds and selects the mouths), then rendered any number of times. Immutable, reference
 * counted; any thread.
 */
typedef struct _MynaLipsyncPlan MynaLipsyncPlan;

/* Blocks. @phones (element-type MynaPhone) (nullable): timings when the speech is ours, in seconds
 * of the audio file, names as espeak-ng's mnemonics or ARPAbet (@phone_set "espeak" or "arpabet").
 * @cache_dir (nullable) keeps the tracking. Errors: MYNA_ERROR_* with a sentence for the user. */
MynaLipsyncPlan *myna_lipsync_plan_new (const char *audio,
                                        GArray *phones,
                                        const char *phone_set,
                                        const char *video,
                                        const MynaLipsyncOptions *options,
                                        const char *cache_dir,
                                        void (*progress) (double fraction, gpointer user_data),
                                        gpointer progress_data,
                                        GCancellable *cancellable,
                                        GError **error);
MynaLipsyncPlan *myna_lipsync_plan_ref (MynaLipsyncPlan *self);
void myna_lipsync_plan_unref (MynaLipsyncPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaLipsyncPlan, myna_lipsync_plan_unref)

/* The audio file was made for this plan and is deleted with it: previews still need to hear it. */
void myna_lipsync_plan_own_audio (MynaLipsyncPlan *self);

MynaFaceTracks *myna_lipsync_plan_get_tracks (MynaLipsyncPlan *self);
MynaLipsyncRenderer myna_lipsync_plan_get_renderer (MynaLipsyncPlan *self);
/* Seconds of speech of the person in the clip that mouths can be taken from. */
double myna_lipsync_plan_get_usable_speech (MynaLipsyncPlan *self);
double myna_lipsync_plan_get_speech_duration (MynaLipsyncPlan *self);
double myna_lipsync_plan_get_video_duration (MynaLipsyncPlan *self);
double myna_lipsync_plan_get_output_duration (MynaLipsyncPlan *self);
gint64 myna_lipsync_plan_get_n_frames (MynaLipsyncPlan *self);
const char *const *myna_lipsync_plan_get_warnings (MynaLipsyncPlan *self);

/* One finished frame of the output at @time seconds, for the one-frame preview; blocks. */
MynaVideoFrame *myna_lipsync_plan_render_frame (MynaLipsyncPlan *self,
                                                double time,
                                                GCancellable *cancellable,
                                                GError **error);

/**
 * MynaLipsyncReport:
 * @fraction: of the whole, 0 … 1
 * @frames_done: finished frames
 * @n_frames: of the result
 * @fps: frames a second; 0 before the first one
 * @user_data: closure
 *
 * Called from the rendering thread, at any rate.
 */
typedef void (*MynaLipsyncReport) (
    double fraction, gint64 frames_done, gint64 n_frames, double fps, gpointer user_data);

/* Renders the output from @from to @to seconds (0, -1: all) into @output, a new file whose name
 * decides the container; @folder (nullable) keeps finished segments, so that a run that was killed
 * goes on behind the last one and gives the same file. Blocks; runs decode | render | encode as a
 * bounded pipeline of threads; looks at @cancellable every 100 ms. */
gboolean myna_lipsync_plan_render (MynaLipsyncPlan *self,
                                   double from,
                                   double to,
                                   const char *output,
                                   const char *folder,
                                   MynaLipsyncReport report,
                                   gpointer report_data,
                                   GCancellable *cancellable,
                                   GError **error);

G_END_DECLS
