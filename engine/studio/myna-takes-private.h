/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-take-private.h"
#include "engine/studio/myna-takes.h"

G_BEGIN_DECLS

/* What a job on the engine thread found, told on the main context. */
void myna_takes_script_is_ready (MynaTakes *self, const char *id);
void myna_takes_add_revision (MynaTakes *self, const char *id, const MynaTakeRevision *revision);
void myna_takes_add_warning (MynaTakes *self, const char *id, const char *warning);

G_END_DECLS
