/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-analysis.h"

G_BEGIN_DECLS

/* What recordings tell about themselves (spec draft-voice section 7). Any thread. */

double myna_draft_find_speech_seconds (const MynaDraftAnalysis *recording);
gboolean myna_draft_find_clipping (const float *samples, gsize n_samples);
gboolean myna_draft_find_two_voices (const MynaDraftAnalysis *recording);
gboolean myna_draft_find_telephone (const MynaDraftAnalysis *recording);

G_END_DECLS
