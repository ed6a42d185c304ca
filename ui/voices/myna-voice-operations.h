/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/voice/myna-voices.h"

G_BEGIN_DECLS

void myna_voice_operations_rename (GtkWidget *from, MynaVoices *voices, MynaVoice *voice);
void myna_voice_operations_delete (GtkWidget *from, MynaVoices *voices, MynaVoice *voice);

G_END_DECLS
