/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-utterance.h"

G_BEGIN_DECLS

#define MYNA_DRAFT_PHONE_STATES 3
#define MYNA_DRAFT_HEARD_STATIC 16
#define MYNA_DRAFT_HEARD_DIMS 32

/**
 * MynaDraftHeard:
 * @n_frames: frames of 5 ms
 * @rows: n_frames rows of MYNA_DRAFT_HEARD_DIMS: normalised cepstra, their movement, voicing
 * @speech: one byte a frame
 *
 * Speech as the phone loop hears it.
 */
typedef struct
{
  gsize n_frames;
  float *rows;
  guint8 *speech;
} MynaDraftHeard;

void myna_draft_heard_init (
    MynaDraftHeard *self, const float *cep, const float *f0, gsize n_frames, int n_cep);
void myna_draft_heard_clear (MynaDraftHeard *self);
void myna_draft_heard_normalise (MynaDraftHeard *parts, guint n_parts);

/**
 * MynaDraftPhoneLoop:
 * @labels: (element-type MynaDraftLabel): the phones it knows
 * @n_states: three for each label
 * @state_of: for each frame of the passage its state, -1 in pauses
 *
 * Any phone may follow any other, some more likely than others: a recogniser without words. One
 * Gaussian a state.
 */
typedef struct
{
  GArray *labels;
  guint n_states;
  gint32 *state_of;
  /*< private >*/
  float *mean;      /* n_states x MYNA_DRAFT_HEARD_DIMS */
  float *precision; /* the same; 1 / variance */
  float *offset;    /* n_states */
  float *begin;     /* labels: log probability to begin with it */
  float *common;    /* labels: log probability of it after one it was never seen after */
  float *rare;      /* labels: log weight of all those never seen after this one */
  GArray *pairs;    /* those seen */
} MynaDraftPhoneLoop;

MynaDraftPhoneLoop *myna_draft_phone_loop_new (const MynaDraftUtterance *passage);
void myna_draft_phone_loop_free (MynaDraftPhoneLoop *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftPhoneLoop, myna_draft_phone_loop_free)

void myna_draft_phone_loop_train (MynaDraftPhoneLoop *self, const MynaDraftHeard *passage);
gboolean myna_draft_phone_loop_decode (const MynaDraftPhoneLoop *self,
                                       const MynaDraftHeard *heard,
                                       gint32 *states,
                                       float *costs,
                                       GCancellable *cancellable,
                                       GError **error);

G_END_DECLS
