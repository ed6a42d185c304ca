/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/store/myna-store.h"
#include "engine/voice/myna-voice.h"

G_BEGIN_DECLS

#define MYNA_TYPE_VOICES (myna_voices_get_type ())
/**
 * MynaVoices:
 *
 * The library of voices as a GListModel of MynaVoice, sorted by name. Main thread only.
 *
 * Signal "prepare-wanted" (MynaVoice): a voice is new, or its transcript, language or imitated part
 * changed, so that the speech engine should prepare it (MynaLibrary enqueues a job of kind
 * "prepare").
 */
G_DECLARE_FINAL_TYPE (MynaVoices, myna_voices, MYNA, VOICES, GObject)

MynaVoices *myna_voices_new (MynaStore *store, const char *engine);
MynaVoice *myna_voices_find (MynaVoices *self, const char *id);
MynaVoice *myna_voices_find_by_name (MynaVoices *self, const char *name);

/* regions: (element-type MynaVoiceRegion). consent: the person's own words or a fixed note; empty
 * is refused. */
void myna_voices_add_async (MynaVoices *self,
                            const char *name,
                            const char *language,
                            GPtrArray *regions,
                            const char *consent,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
MynaVoice *myna_voices_add_finish (MynaVoices *self, GAsyncResult *result, GError **error);

gboolean myna_voices_rename (MynaVoices *self, MynaVoice *voice, const char *name, GError **error);
gboolean myna_voices_set_transcript (MynaVoices *self,
                                     MynaVoice *voice,
                                     const char *transcript,
                                     GError **error);
gboolean
myna_voices_set_language (MynaVoices *self, MynaVoice *voice, const char *language, GError **error);
/* What GPT-SoVITS imitates; NULL: chosen automatically. */
gboolean myna_voices_set_reference (MynaVoices *self,
                                    MynaVoice *voice,
                                    const MynaVoiceReference *reference,
                                    GError **error);
/* The voice's own GPT-SoVITS networks (MynaModelPair): a .ckpt, a .pth or both, in place of those
 * of the same kind; NULL: back to the published ones. Looked at and copied on a thread. */
void myna_voices_set_models_async (MynaVoices *self,
                                   MynaVoice *voice,
                                   const char *const *paths,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean myna_voices_set_models_finish (MynaVoices *self, GAsyncResult *result, GError **error);

/* remove hides the voice at once; restore brings it back; purge deletes what was removed for good.
 */
void myna_voices_remove (MynaVoices *self, MynaVoice *voice);
void myna_voices_restore (MynaVoices *self, MynaVoice *voice);
void myna_voices_purge_removed (MynaVoices *self);

/* What the engine found when the voice was prepared. */
void myna_voices_set_prepared (MynaVoices *self, const char *id, const char *const *warnings);

G_END_DECLS
