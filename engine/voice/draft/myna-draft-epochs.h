/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "engine/voice/draft/myna-draft-format.h"

G_BEGIN_DECLS

double *myna_draft_find_epochs (const float *samples,
                                gsize n_samples,
                                const MynaDraftFormat *format,
                                const float *f0,
                                gsize *n_epochs,
                                GCancellable *cancellable,
                                GError **error);

G_END_DECLS
