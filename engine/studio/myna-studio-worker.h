/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/jobs/myna-job-context.h"
#include "engine/studio/myna-take-script.h"
#include "engine/studio/myna-takes.h"
#include "engine/voice/myna-speech-engine.h"
#include "engine/voice/myna-voices.h"

G_BEGIN_DECLS

/**
 * MynaStudioWorker:
 *
 * What the studio's jobs share: where the data is, whom to tell, and the voices that were prepared
 * last, so that the next sentence in the same voice starts at once. Made on the main thread; the
 * prepared voices belong to the engine thread.
 */
typedef struct _MynaStudioWorker MynaStudioWorker;

/* The lists must outlive the queue that runs the jobs. */
MynaStudioWorker *myna_studio_worker_new (MynaStore *store, MynaVoices *voices, MynaTakes *takes);
MynaStudioWorker *myna_studio_worker_ref (MynaStudioWorker *self);
void myna_studio_worker_unref (MynaStudioWorker *self);

MynaStore *myna_studio_worker_get_store (MynaStudioWorker *self);
char *myna_studio_worker_resolve (MynaStudioWorker *self, const char *path);
MynaPreparedVoice *myna_studio_worker_prepare (MynaStudioWorker *self,
                                               MynaJobContext *cx,
                                               const char *engine,
                                               const MynaVoiceRecord *voice,
                                               MynaProgressFunc progress,
                                               gpointer progress_data,
                                               GError **error);

/* Tell the lists, on the main context, in order. Engine thread. */
void myna_studio_worker_tell_script (MynaStudioWorker *self, MynaJobContext *cx, const char *take);
void myna_studio_worker_tell_revision (MynaStudioWorker *self,
                                       MynaJobContext *cx,
                                       const char *take,
                                       const MynaTakeRevision *revision);
void myna_studio_worker_tell_warning (MynaStudioWorker *self,
                                      MynaJobContext *cx,
                                      const char *take,
                                      const char *warning);
void myna_studio_worker_tell_prepared (MynaStudioWorker *self,
                                       MynaJobContext *cx,
                                       const char *voice,
                                       const char *const *warnings);

G_END_DECLS
