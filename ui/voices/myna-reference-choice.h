/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/myna-voice.h"

G_BEGIN_DECLS

/* What of a voice is imitated when nobody chooses, found on a thread: a long clip is decoded for
 * it. */
void myna_reference_choice_find_async (MynaVoice *voice,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
MynaVoiceReference *myna_reference_choice_find_finish (GAsyncResult *result, GError **error);

/* "Clip 2, 0:01.5 to 0:06.0" */
char *myna_reference_choice_describe (const MynaVoiceReference *part);

G_END_DECLS
