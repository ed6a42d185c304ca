/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "ui/studio/myna-take-player.h"

G_BEGIN_DECLS

#define MYNA_TYPE_PLAYER_BAR (myna_player_bar_get_type ())
/**
 * MynaPlayerBar:
 *
 * Transport controls of a MynaTakePlayer: play or pause, what sounds, a seek bar with the position.
 * Property: "player" (MynaTakePlayer).
 */
G_DECLARE_FINAL_TYPE (MynaPlayerBar, myna_player_bar, MYNA, PLAYER_BAR, AdwBin)

void myna_player_bar_set_player (MynaPlayerBar *self, MynaTakePlayer *player);

G_END_DECLS
