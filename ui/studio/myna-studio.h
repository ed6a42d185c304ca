/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-library.h"
#include "ui/studio/myna-take-player.h"

G_BEGIN_DECLS

#define MYNA_TYPE_STUDIO (myna_studio_get_type ())
/**
 * MynaStudio:
 *
 * What every part of the Studio page works with: the library and the one player. Immutable; main
 * thread only.
 */
G_DECLARE_FINAL_TYPE (MynaStudio, myna_studio, MYNA, STUDIO, GObject)

MynaStudio *myna_studio_new (MynaLibrary *library);
MynaLibrary *myna_studio_get_library (MynaStudio *self);
MynaTakes *myna_studio_get_takes (MynaStudio *self);
MynaVoices *myna_studio_get_voices (MynaStudio *self);
MynaJobQueue *myna_studio_get_queue (MynaStudio *self);
MynaTakePlayer *myna_studio_get_player (MynaStudio *self);

G_END_DECLS
