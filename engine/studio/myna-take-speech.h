/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-take-record.h"

G_BEGIN_DECLS

GArray *myna_take_speech_load_phones (const MynaTakeRecord *record, GPtrArray *items);
const char *myna_take_speech_get_phone_set (const MynaTakeRecord *record);

G_END_DECLS
