/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/voice/draft/myna-draft-format.h"

G_BEGIN_DECLS

gboolean myna_draft_denoise (float *samples,
                             gsize n_samples,
                             const MynaDraftFormat *format,
                             GCancellable *cancellable,
                             GError **error);

G_END_DECLS
