/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/voice/myna-voices.h"
#include "ui/voices/myna-clip-editor.h"

G_BEGIN_DECLS

#define MYNA_TYPE_REFERENCE_DIALOG (myna_reference_dialog_get_type ())
/**
 * MynaReferenceDialog:
 *
 * Which clip and which seconds of a voice GPT-SoVITS imitates, and what is said there: chosen by
 * Myna, or by hand on the waveform. Nothing changes before it is saved. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaReferenceDialog, myna_reference_dialog, MYNA, REFERENCE_DIALOG, AdwDialog)

AdwDialog *myna_reference_dialog_new (MynaVoices *voices, MynaVoice *voice);
MynaClipEditor *myna_reference_dialog_get_editor (MynaReferenceDialog *self);

G_END_DECLS
