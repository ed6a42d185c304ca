/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/lipsync/mouth/myna-mouth-track.h"

G_BEGIN_DECLS

void myna_mouth_phones_get_shapes (const GArray *phones,
                                   const char *phone_set,
                                   MynaMouthShape *shapes,
                                   gsize n_shapes);

G_END_DECLS
