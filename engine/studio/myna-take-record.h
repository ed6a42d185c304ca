/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "engine/studio/myna-take-cut.h"
#include "engine/studio/myna-take.h"
#include "engine/voice/myna-voice.h"

G_BEGIN_DECLS

/* The version of take.json; a newer one is refused. */
#define MYNA_TAKE_RECORD_FORMAT 1

/**
 * MynaTakeSlot:
 * @number: the sentence's number in the script
 * @revision: the chosen revision
 *
 * Where a sentence is in the arrangement of a take.
 */
typedef struct
{
  guint number;
  guint revision;
} MynaTakeSlot;

/**
 * MynaTakeRecord:
 * @folder: where take.json, the text, the script and the audio are
 * @voice_folder: (nullable): the voice's folder; %NULL while @reference was not yet made into one
 * @params: how to speak; its language is set, its phones are not used
 * @cut: how the text becomes pieces
 * @slots: (nullable) (element-type MynaTakeSlot): the arrangement once the user changed it; %NULL:
 *   all sentences in order, newest revision
 * @reference: (nullable): a sample to speak like, instead of a voice of the library
 * @reference_language: (nullable): spoken in the sample; %NULL: as the text's
 * @output: (nullable): a file that the speak job writes at its end
 * @transient: made by the command line: not listed, and gone once its output is written
 *
 * A take as values: the content of take.json. Plain data that any thread may own.
 */
typedef struct
{
  char *folder;
  char *id;
  char *name;
  char *voice_id;
  char *voice_name;
  char *voice_folder;
  char *engine;
  MynaSpeakParams params;
  char *language;
  double pause;
  MynaTakeCut cut;
  gint64 created;
  gint64 removed;
  gboolean complete;
  guint n_ready;
  double duration;
  char **warnings;
  GArray *slots;
  MynaVoiceRegion *reference;
  char *reference_language;
  char *output;
  gboolean transient;
} MynaTakeRecord;

MynaTakeRecord *myna_take_record_new (const char *folder);
void myna_take_record_free (MynaTakeRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaTakeRecord, myna_take_record_free)

void myna_take_record_set_language (MynaTakeRecord *self, const char *language);
char *myna_take_record_dup_path (const MynaTakeRecord *self);
JsonNode *myna_take_record_to_json (const MynaTakeRecord *self);
MynaTakeRecord *myna_take_record_from_json (const char *folder, JsonNode *node, GError **error);
MynaTakeRecord *myna_take_record_load (const char *folder, GError **error);

G_END_DECLS
