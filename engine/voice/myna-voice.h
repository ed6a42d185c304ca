/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/voice/myna-voice-record.h"

G_BEGIN_DECLS

#define MYNA_TYPE_VOICE (myna_voice_get_type ())
/**
 * MynaVoice:
 *
 * A person's voice: name, language, reference clips with transcripts, consent. Main thread only;
 * a job gets what it needs as values (MynaVoiceRecord).
 *
 * Properties (all notify): "id" (string, UUID), "name", "language", "transcript" (nullable),
 * "duration" (seconds of all clips), "n-clips", "created" (unix seconds), "consent" (string note),
 * "warnings" (strv, nullable: quality findings in plain words), "prepared" (boolean: the engine's
 * cache exists and is current).
 */
G_DECLARE_FINAL_TYPE (MynaVoice, myna_voice, MYNA, VOICE, GObject)

const char *myna_voice_get_id (MynaVoice *self);
const char *myna_voice_get_name (MynaVoice *self);
const char *myna_voice_get_language (MynaVoice *self);
const char *myna_voice_get_transcript (MynaVoice *self);
double myna_voice_get_duration (MynaVoice *self);
guint myna_voice_get_n_clips (MynaVoice *self);
char *myna_voice_dup_clip_path (MynaVoice *self, guint index);
const char *const *myna_voice_get_warnings (MynaVoice *self);
gint64 myna_voice_get_created (MynaVoice *self);
gboolean myna_voice_get_prepared (MynaVoice *self);
/* The voice as values, for jobs to copy. */
const MynaVoiceRecord *myna_voice_get_record (MynaVoice *self);

/**
 * MynaVoiceRegion:
 * @path: audio or video file
 * @stream: audio stream index as listed by myna_audio_probe(), -1 for the best one
 * @start: seconds
 * @end: seconds, or <= 0 for the end of the file
 * @transcript: (nullable): what is said in the region
 */
typedef struct
{
  char *path;
  int stream;
  double start;
  double end;
  char *transcript;
} MynaVoiceRegion;

MynaVoiceRegion *myna_voice_region_new (
    const char *path, int stream, double start, double end, const char *transcript);
MynaVoiceRegion *myna_voice_region_copy (const MynaVoiceRegion *self);
void myna_voice_region_free (MynaVoiceRegion *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVoiceRegion, myna_voice_region_free)

G_END_DECLS
