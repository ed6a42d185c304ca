/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/voice/myna-speech.h"
#include "engine/text/myna-segment.h"

G_BEGIN_DECLS

/*
 * The files of a take beside take.json. Any thread; the engine thread writes, the main thread
 * reads.
 *
 *   text.txt           the text as the user gave it
 *   script.json        its sentences, written once
 *   revisions.jsonl    one line for each finished revision with its phones, appended after its
 * audio is on disk; a torn last line (the process died) is ignored 0001-r0.flac       sentence 1,
 * revision 0
 */

/**
 * MynaTakeSentence:
 * @text: what to speak
 * @pause: what follows it
 */
typedef struct
{
  char *text;
  MynaPauseKind pause;
} MynaTakeSentence;

/**
 * MynaTakeRevision:
 * @number: the sentence's number in the script, from 0
 * @revision: from 0
 * @text: (nullable): the edited text; %NULL: the script's
 * @phones: (nullable): the phones that the user asked for
 * @phone_string: (nullable): the phones that were spoken
 * @seed: of this sentence
 * @duration: seconds of its audio
 * @error: (nullable): why nothing was spoken; then there is no audio
 * @warnings: (nullable): what the engine said
 *
 * One way a sentence was spoken.
 */
typedef struct
{
  guint number;
  guint revision;
  char *text;
  char *phones;
  char *phone_string;
  guint32 seed;
  double duration;
  char *error;
  char **warnings;
} MynaTakeRevision;

MynaTakeRevision *myna_take_revision_new (guint number, guint revision);
MynaTakeRevision *myna_take_revision_copy (const MynaTakeRevision *self);
void myna_take_revision_free (MynaTakeRevision *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaTakeRevision, myna_take_revision_free)

double myna_take_pause_seconds (MynaPauseKind kind, double pause);

char *myna_take_script_dup_audio_path (const char *folder, guint number, guint revision);

GPtrArray *myna_take_script_load (const char *folder, GError **error);
gboolean myna_take_script_save (const char *folder, GPtrArray *segments, GError **error);

GPtrArray *myna_take_script_load_revisions (const char *folder, GError **error);
gboolean myna_take_script_add_revision (const char *folder,
                                        const MynaTakeRevision *revision,
                                        GArray *phones,
                                        GError **error);
gboolean myna_take_script_sync (const char *folder, GError **error);
GArray *myna_take_script_load_phones (const char *folder, guint number, guint revision);

G_END_DECLS
