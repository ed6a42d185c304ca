/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-studio-worker.h"
#include "engine/studio/myna-take-record.h"
#include "engine/studio/myna-take-script.h"

G_BEGIN_DECLS

/**
 * MynaTakeSpeaker:
 * @cx: the job
 * @worker: what jobs share
 * @record: the take
 * @voice: (nullable): once myna_take_speaker_prepare() was called
 *
 * What speaking sentences of a take needs, for the jobs "speak" and "reroll". Engine thread.
 */
typedef struct
{
  MynaJobContext *cx;
  MynaStudioWorker *worker;
  MynaTakeRecord *record;
  MynaPreparedVoice *voice;
} MynaTakeSpeaker;

void myna_take_speaker_clear (MynaTakeSpeaker *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MynaTakeSpeaker, myna_take_speaker_clear)

gboolean myna_take_speaker_load (MynaTakeSpeaker *self,
                                 MynaJobContext *cx,
                                 MynaStudioWorker *worker,
                                 GError **error);
MynaVoiceRecord *myna_take_speaker_load_voice (MynaTakeSpeaker *self, GError **error);
gboolean myna_take_speaker_prepare (MynaTakeSpeaker *self,
                                    const MynaVoiceRecord *voice,
                                    double fraction,
                                    GError **error);
gboolean myna_take_speaker_speak (MynaTakeSpeaker *self,
                                  const char *sentence,
                                  MynaTakeRevision *revision,
                                  GError **error);

guint32 myna_take_speaker_derive_seed (guint32 seed, guint number, guint revision);

G_END_DECLS
