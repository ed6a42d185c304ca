/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/studio/myna-take.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TAKE_PLAYER (myna_take_player_get_type ())
/**
 * MynaTakePlayer:
 *
 * Plays takes and single sentences of them; a take that is still being made is played as its
 * sentences become ready. Main thread only.
 *
 * Properties (notify): "take" (MynaTake, nullable: what the transport controls act on), "piece"
 * (MynaPiece, nullable: the sentence that sounds), "playing" (boolean), "position" and "duration"
 * (seconds), "error" (nullable, translated).
 */
G_DECLARE_FINAL_TYPE (MynaTakePlayer, myna_take_player, MYNA, TAKE_PLAYER, GObject)

MynaTakePlayer *myna_take_player_new (void);
void myna_take_player_load_take (MynaTakePlayer *self, MynaTake *take);
void myna_take_player_play_take (MynaTakePlayer *self, MynaTake *take);
void myna_take_player_autoplay (MynaTakePlayer *self, MynaTake *take);
void myna_take_player_play_piece (MynaTakePlayer *self, MynaTake *take, MynaPiece *piece);
void myna_take_player_toggle (MynaTakePlayer *self);
void myna_take_player_stop (MynaTakePlayer *self);
void myna_take_player_seek (MynaTakePlayer *self, double seconds);
void myna_take_player_forget (MynaTakePlayer *self, MynaTake *take);
MynaTake *myna_take_player_get_take (MynaTakePlayer *self);
MynaPiece *myna_take_player_get_piece (MynaTakePlayer *self);
gboolean myna_take_player_get_playing (MynaTakePlayer *self);
double myna_take_player_get_position (MynaTakePlayer *self);
double myna_take_player_get_duration (MynaTakePlayer *self);
const char *myna_take_player_get_error (MynaTakePlayer *self);

G_END_DECLS
