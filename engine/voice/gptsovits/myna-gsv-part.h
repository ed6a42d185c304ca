/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/myna-voice-record.h"

G_BEGIN_DECLS

/* What of a voice is imitated: the part that the person chose, else the one that serves best.
 * (transfer full): NULL with TOO_SHORT when no clip is long enough, …. Decodes a long clip;
 * blocking, any thread. */
MynaVoiceReference *
myna_gsv_part_choose (const MynaVoiceRecord *voice, GCancellable *cancellable, GError **error);

G_END_DECLS
