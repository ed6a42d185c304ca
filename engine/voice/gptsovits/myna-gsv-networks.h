/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/models/myna-model-pair.h"
#include "engine/models/myna-models.h"
#include "engine/text/frontend/myna-front-end.h"
#include "engine/voice/gptsovits/myna-gsv-bert.h"
#include "engine/voice/gptsovits/myna-gsv-decoder.h"
#include "engine/voice/gptsovits/myna-gsv-hubert.h"
#include "engine/voice/gptsovits/myna-gsv-quantizer.h"
#include "engine/voice/gptsovits/myna-gsv-speaker.h"
#include "engine/voice/gptsovits/myna-gsv-t2s.h"

G_BEGIN_DECLS

/**
 * MynaGsvNetworks:
 *
 * The networks of one choice of model files on one device, each loaded when it is first needed.
 * T2S and the decoder stay; those that only read a reference are given up after it. Voices of the
 * same files share one. Reference counted; used by one thread at a time, between lock and unlock.
 */
typedef struct _MynaGsvNetworks MynaGsvNetworks;

/* @pair (nullable): the voice's own files, in place of the store's. */
MynaGsvNetworks *myna_gsv_networks_open (const MynaModelPair *pair, GError **error);
MynaGsvNetworks *myna_gsv_networks_ref (MynaGsvNetworks *self);
void myna_gsv_networks_unref (MynaGsvNetworks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvNetworks, myna_gsv_networks_unref)

void myna_gsv_networks_lock (MynaGsvNetworks *self);
void myna_gsv_networks_unlock (MynaGsvNetworks *self);

/* Changes when other files are chosen or a file changed: what was derived with another key is
 * stale. */
const char *myna_gsv_networks_get_key (MynaGsvNetworks *self);
MynaSymbolSet myna_gsv_networks_get_symbols (MynaGsvNetworks *self);
GpuContext *myna_gsv_networks_get_context (MynaGsvNetworks *self);
MynaFrontEnd *myna_gsv_networks_get_front_end (MynaGsvNetworks *self, GError **error);

/* Under the lock; NULL with UNSUPPORTED (a file is missing: which one, and what to do), CORRUPT, …
 */
MynaGsvT2s *
myna_gsv_networks_get_t2s (MynaGsvNetworks *self, GCancellable *cancellable, GError **error);
MynaGsvDecoder *
myna_gsv_networks_get_decoder (MynaGsvNetworks *self, GCancellable *cancellable, GError **error);
MynaGsvQuantizer *
myna_gsv_networks_get_quantizer (MynaGsvNetworks *self, GCancellable *cancellable, GError **error);
MynaGsvHubert *
myna_gsv_networks_get_hubert (MynaGsvNetworks *self, GCancellable *cancellable, GError **error);
MynaGsvSpeaker *
myna_gsv_networks_get_speaker (MynaGsvNetworks *self, GCancellable *cancellable, GError **error);
MynaGsvBert *myna_gsv_networks_get_bert (MynaGsvNetworks *self,
                                         MynaGsvVocabulary **out_vocabulary,
                                         GCancellable *cancellable,
                                         GError **error);
/* Gives up what only a reference needs. */
void myna_gsv_networks_drop_readers (MynaGsvNetworks *self);

/* "auto", "cpu" or an id of `myna devices`, for networks that are opened from now on. Any thread.
 */
void myna_gsv_networks_set_device (const char *device);

G_END_DECLS
