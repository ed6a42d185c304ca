/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "engine/audio/myna-audio-quality.h"
#include "engine/voice/myna-voice.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_CLIP_READING, /* what is in the file is not known yet */
  MYNA_CLIP_READY,
  MYNA_CLIP_FAILED,
} MynaClipState;

#define MYNA_TYPE_CLIP (myna_clip_get_type ())
/**
 * MynaClip:
 *
 * A sample on its way into a new voice: a file, the audio stream and the stretch of it that is
 * meant, what is said there, and what that is worth. Reads and measures off the main thread; a
 * changed stretch is measured again. Main thread only.
 *
 * Signals: "changed": something of the below is new; "peaks-changed": another waveform.
 */
G_DECLARE_FINAL_TYPE (MynaClip, myna_clip, MYNA, CLIP, GObject)

MynaClip *myna_clip_new (const char *path, const char *title);
const char *myna_clip_get_path (MynaClip *self);
const char *myna_clip_get_title (MynaClip *self);
MynaClipState myna_clip_get_state (MynaClip *self);
const char *myna_clip_get_error (MynaClip *self);
double myna_clip_get_duration (MynaClip *self);
GtkStringList *myna_clip_get_streams (MynaClip *self);
guint myna_clip_get_stream (MynaClip *self);
int myna_clip_get_stream_index (MynaClip *self);
void myna_clip_set_stream (MynaClip *self, guint position);
GArray *myna_clip_get_peaks (MynaClip *self);
double myna_clip_get_start (MynaClip *self);
double myna_clip_get_end (MynaClip *self);
void myna_clip_set_region (MynaClip *self, double start, double end);
gboolean myna_clip_is_long (MynaClip *self);
const char *myna_clip_get_transcript (MynaClip *self);
void myna_clip_set_transcript (MynaClip *self, const char *transcript);
const MynaAudioQuality *myna_clip_get_quality (MynaClip *self);
char *myna_clip_dup_obstacle (MynaClip *self);
MynaVoiceRegion *myna_clip_to_region (MynaClip *self);
void myna_clip_stop (MynaClip *self);

G_END_DECLS
