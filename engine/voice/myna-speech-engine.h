/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/voice/myna-speech.h"
#include "engine/voice/myna-voice-record.h"

G_BEGIN_DECLS

/**
 * MynaSpeechEngine:
 * @id: stable, in files: "draft"
 * @name: untranslated name (N_)
 * @prepare: makes of a voice's clips what speaking needs, or loads it from @cache_path when that is
 *   there and sound; writes it there otherwise (a cache that cannot be written is no error).
 *   @out_warnings: (nullable strv) sentences for the user about the sample.
 * @is_current: (nullable): whether prepare() would give the same again; @voice is the one of before
 *   in all that its cache's name holds. %NULL: always
 * @speak: speaks one sentence; the same input gives the same samples
 * @free_prepared: frees what prepare returned
 * @set_device: (nullable): where voices that are prepared from now on compute: "auto", "cpu" or an
 *   id of gpu_devices(); %NULL for an engine that only knows the processor
 *
 * A way to turn text into a person's speech. All functions block, run on any thread but one call at
 * a time for a prepared voice, and look at the cancellable at least every 100 ms. A sentence with
 * nothing speakable gives MYNA_ERROR_EMPTY.
 */
typedef struct
{
  const char *id;
  const char *name;
  gpointer (*prepare) (const MynaVoiceRecord *voice,
                       const char *cache_path,
                       MynaProgressFunc progress,
                       gpointer progress_data,
                       char ***out_warnings,
                       GCancellable *cancellable,
                       GError **error);
  gboolean (*is_current) (gpointer prepared, const MynaVoiceRecord *voice);
  MynaSpeech *(*speak) (gpointer prepared,
                        const char *sentence,
                        const MynaSpeakParams *params,
                        GCancellable *cancellable,
                        GError **error);
  GDestroyNotify free_prepared;
  void (*set_device) (const char *device);
} MynaSpeechEngine;

/* engine must live as long as the process. */
void myna_speech_engine_register (const MynaSpeechEngine *engine);
const MynaSpeechEngine *myna_speech_engine_find (const char *id, GError **error);

/**
 * MynaPreparedVoice:
 *
 * A voice that an engine is ready to speak with. Immutable and reference counted; any thread.
 */
typedef struct _MynaPreparedVoice MynaPreparedVoice;

MynaPreparedVoice *myna_prepared_voice_new (const MynaSpeechEngine *engine,
                                            const MynaVoiceRecord *voice,
                                            MynaProgressFunc progress,
                                            gpointer progress_data,
                                            GCancellable *cancellable,
                                            GError **error);
MynaPreparedVoice *myna_prepared_voice_ref (MynaPreparedVoice *self);
void myna_prepared_voice_unref (MynaPreparedVoice *self);
const char *myna_prepared_voice_get_key (MynaPreparedVoice *self);
gboolean myna_prepared_voice_is_current (MynaPreparedVoice *self, const MynaVoiceRecord *voice);
const char *const *myna_prepared_voice_get_warnings (MynaPreparedVoice *self);
MynaSpeech *myna_prepared_voice_speak (MynaPreparedVoice *self,
                                       const char *sentence,
                                       const MynaSpeakParams *params,
                                       GCancellable *cancellable,
                                       GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaPreparedVoice, myna_prepared_voice_unref)

G_END_DECLS
