/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-format.h"

G_BEGIN_DECLS

/**
 * MynaDraftCode:
 *
 * The spectrum code: natural log power spectrum of fft / 2 + 1 bins <-> n_cep cepstra on the mel
 * scale (spec draft-voice, section 2.5). Immutable tables; any thread may use one.
 */
typedef struct _MynaDraftCode MynaDraftCode;

MynaDraftCode *myna_draft_code_new (const MynaDraftFormat *format);
void myna_draft_code_free (MynaDraftCode *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftCode, myna_draft_code_free)

void myna_draft_code_encode (const MynaDraftCode *self, const float *envelope, float *cep);
void myna_draft_code_decode (const MynaDraftCode *self, const float *cep, float *envelope);

/**
 * MynaDraftEnvelope:
 *
 * Spectral envelopes of frames of a signal: plans and scratch memory. For one thread at a time.
 */
typedef struct _MynaDraftEnvelope MynaDraftEnvelope;

MynaDraftEnvelope *myna_draft_envelope_new (const MynaDraftFormat *format);
void myna_draft_envelope_free (MynaDraftEnvelope *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftEnvelope, myna_draft_envelope_free)

void myna_draft_envelope_frame (MynaDraftEnvelope *self,
                                const float *samples,
                                gsize n_samples,
                                double centre,
                                double f0,
                                float *envelope);

G_END_DECLS
