/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_COMPARE_PLAYER (myna_compare_player_get_type ())
/**
 * MynaComparePlayer:
 *
 * Plays a video beside what it was made from: both in step, divided by a line that can be moved,
 * with the sound of the one after. Or one video alone. Property: "playing" (boolean, read only).
 */
G_DECLARE_FINAL_TYPE (MynaComparePlayer, myna_compare_player, MYNA, COMPARE_PLAYER, AdwBin)

GtkWidget *myna_compare_player_new (void);
void myna_compare_player_set_files (MynaComparePlayer *self, const char *before, const char *after);
void myna_compare_player_play (MynaComparePlayer *self);
void myna_compare_player_pause (MynaComparePlayer *self);
gboolean myna_compare_player_get_playing (MynaComparePlayer *self);

G_END_DECLS
