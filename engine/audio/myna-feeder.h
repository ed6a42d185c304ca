/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/audio/myna-playback.h"

G_BEGIN_DECLS

/* The thread that decodes the list of a MynaPlayback into the ring of its output, and finds out how
 * long files are. */
void myna_feeder_ensure_running (MynaPlayback *self);

G_END_DECLS
