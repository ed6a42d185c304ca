/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-take-record.h"

G_BEGIN_DECLS

/* The notation of the phones, as myna_lipsync_plan_new () takes it. */
#define MYNA_TAKE_SPEECH_PHONE_SET "espeak"

GArray *myna_take_speech_load_phones (const MynaTakeRecord *record,
                                      GPtrArray *items,
                                      GCancellable *cancellable);

G_END_DECLS
