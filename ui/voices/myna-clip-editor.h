/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "engine/audio/myna-player.h"
#include "ui/voices/myna-clip.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CLIP_EDITOR (myna_clip_editor_get_type ())
/**
 * MynaClipEditor:
 *
 * Shows one MynaClip: its waveform with trim handles, exact times, the choice of the audio stream,
 * playing what is selected, and what it is worth in plain words. Main thread only.
 */
G_DECLARE_FINAL_TYPE (MynaClipEditor, myna_clip_editor, MYNA, CLIP_EDITOR, AdwBin)

void myna_clip_editor_set_player (MynaClipEditor *self, MynaPlayer *player);
void myna_clip_editor_set_clip (MynaClipEditor *self, MynaClip *clip);
MynaClip *myna_clip_editor_get_clip (MynaClipEditor *self);
void myna_clip_editor_set_show_quality (MynaClipEditor *self, gboolean show);
void myna_clip_editor_toggle (MynaClipEditor *self);
void myna_clip_editor_stop (MynaClipEditor *self);

G_END_DECLS
