/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-lipsync-request.h"
#include "engine/studio/myna-takes.h"

G_BEGIN_DECLS

#define MYNA_TYPE_SPEECH_SOURCE (myna_speech_source_get_type ())
/**
 * MynaSpeechSource:
 *
 * What a video is to say: a take of the Studio, or a file of the user's. Immutable but for the
 * take's name. Main thread only.
 *
 * Properties: "name" (string, notifies).
 */
G_DECLARE_FINAL_TYPE (MynaSpeechSource, myna_speech_source, MYNA, SPEECH_SOURCE, GObject)

MynaSpeechSource *myna_speech_source_new_for_take (MynaTake *take);
MynaSpeechSource *myna_speech_source_new_for_file (const char *path);
const char *myna_speech_source_get_name (MynaSpeechSource *self);
MynaTake *myna_speech_source_get_take (MynaSpeechSource *self);
const char *myna_speech_source_get_path (MynaSpeechSource *self);
void myna_speech_source_apply (MynaSpeechSource *self, MynaLipsyncRequest *request);

G_END_DECLS
