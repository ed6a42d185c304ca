/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "engine/voice/myna-voice-reference.h"

G_BEGIN_DECLS

/* The version of voice.json; a newer one is refused. */
#define MYNA_VOICE_RECORD_FORMAT 1

/**
 * MynaVoiceClip:
 * @file: name of the FLAC file inside the voice's folder
 * @sha256: of the file's content, taken when it was made
 * @duration: seconds
 * @transcript: (nullable): what is said
 * @source: (nullable): base name of the file that it was taken from
 *
 * One reference clip of a voice. The file never changes after it was made.
 */
typedef struct
{
  char *file;
  char *sha256;
  double duration;
  char *transcript;
  char *source;
} MynaVoiceClip;

/**
 * MynaVoiceRecord:
 * @folder: where voice.json, the clips and the cache folder are
 * @created: unix seconds
 * @removed: unix seconds of its removal, or 0
 * @clips: (element-type MynaVoiceClip)
 * @reference: (nullable): the part that GPT-SoVITS imitates, as the person chose it; %NULL: it is
 *   chosen automatically
 * @quality: (nullable): findings about the sample, in plain words
 * @engine_warnings: (nullable): what the speech engine said when it prepared the voice
 *
 * A voice as values: the content of voice.json. Plain data that any thread may own; jobs work on
 * their own copy.
 */
typedef struct
{
  char *folder;
  char *id;
  char *name;
  char *language;
  char *consent;
  gint64 created;
  gint64 removed;
  GPtrArray *clips;
  MynaVoiceReference *reference;
  char **quality;
  char **engine_warnings;
} MynaVoiceRecord;

MynaVoiceRecord *myna_voice_record_new (const char *folder);
MynaVoiceRecord *myna_voice_record_copy (const MynaVoiceRecord *self);
void myna_voice_record_free (MynaVoiceRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVoiceRecord, myna_voice_record_free)

MynaVoiceClip *myna_voice_record_add_clip (MynaVoiceRecord *self,
                                           const char *file,
                                           const char *sha256,
                                           double duration);
const MynaVoiceClip *myna_voice_record_get_clip (const MynaVoiceRecord *self, guint index);
void myna_voice_record_set_clip_transcript (MynaVoiceRecord *self, guint index, const char *text);
char *myna_voice_record_dup_clip_path (const MynaVoiceRecord *self, guint index);
char *myna_voice_record_dup_transcript (const MynaVoiceRecord *self);
gboolean myna_voice_record_set_transcript (MynaVoiceRecord *self, const char *text, GError **error);
gboolean myna_voice_record_set_reference (MynaVoiceRecord *self,
                                          const MynaVoiceReference *reference,
                                          GError **error);
double myna_voice_record_get_duration (const MynaVoiceRecord *self);
char *myna_voice_record_dup_cache_path (const MynaVoiceRecord *self, const char *engine);

JsonNode *myna_voice_record_to_json (const MynaVoiceRecord *self);
MynaVoiceRecord *myna_voice_record_from_json (const char *folder, JsonNode *node, GError **error);
char *myna_voice_record_dup_path (const MynaVoiceRecord *self);
MynaVoiceRecord *myna_voice_record_load (const char *folder, GError **error);

G_END_DECLS
