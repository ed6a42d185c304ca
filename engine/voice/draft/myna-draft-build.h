/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-model.h"
#include "engine/voice/draft/myna-draft-voice.h"

G_BEGIN_DECLS

MynaDraftModel *myna_draft_build (const MynaDraftClip *clips,
                                  guint n_clips,
                                  const char *language,
                                  MynaProgressFunc progress,
                                  gpointer progress_data,
                                  GCancellable *cancellable,
                                  GError **error);

G_END_DECLS
