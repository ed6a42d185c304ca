/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/audio/myna-recorder.h"
#include "ui/voices/myna-scratch.h"

G_BEGIN_DECLS

#define MYNA_TYPE_RECORD_PANE (myna_record_pane_get_type ())
/**
 * MynaRecordPane:
 *
 * Records a sample: choice of the microphone, its level at all times while shown, a text to read,
 * record, pause and stop. Without a microphone it says so and leaves the way by files open.
 * Main thread only.
 *
 * Property: "recording" (boolean, read only, notify).
 * Signals: "recorded" (string path): the file is complete; "choose-files": the user takes that way.
 */
G_DECLARE_FINAL_TYPE (MynaRecordPane, myna_record_pane, MYNA, RECORD_PANE, AdwBin)

void myna_record_pane_set_scratch (MynaRecordPane *self, MynaScratch *scratch);
gboolean myna_record_pane_get_recording (MynaRecordPane *self);
void myna_record_pane_toggle (MynaRecordPane *self);
void myna_record_pane_abandon (MynaRecordPane *self);
const char *myna_record_pane_get_text (MynaRecordPane *self);
const char *myna_record_pane_get_text_language (MynaRecordPane *self);

G_END_DECLS
