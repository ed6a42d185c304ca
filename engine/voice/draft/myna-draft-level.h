/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-format.h"

G_BEGIN_DECLS

void myna_draft_frame_levels (const float *samples,
                              gsize n_samples,
                              const MynaDraftFormat *format,
                              float *db);
double myna_draft_loud_level (const float *db, gsize n_frames);
double myna_draft_noise_floor (const float *db, gsize n_frames);
void myna_draft_silence_mask (const float *db, gsize n_frames, guint8 *mask);
double myna_draft_speech_to_noise (const float *db, gsize n_frames);
void myna_draft_find_room_tone (const float *db, gsize n_frames, gsize *start, gsize *end);

G_END_DECLS
