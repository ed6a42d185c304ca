/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/voice/draft/myna-draft-format.h"

G_BEGIN_DECLS

gboolean myna_draft_track_f0 (const float *samples,
                              gsize n_samples,
                              const MynaDraftFormat *format,
                              const float *db,
                              float *f0,
                              GCancellable *cancellable,
                              GError **error);

G_END_DECLS
