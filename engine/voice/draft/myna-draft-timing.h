/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/myna-speech.h"

G_BEGIN_DECLS

GArray *myna_draft_find_phones (const char *language,
                                const char *text,
                                const float *samples,
                                gsize n_samples,
                                int rate,
                                GCancellable *cancellable,
                                GError **error);

G_END_DECLS
