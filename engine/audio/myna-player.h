/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MYNA_TYPE_PLAYER (myna_player_get_type ())
/**
 * MynaPlayer:
 *
 * Plays a list of audio files one after the other with pauses between, while the list may still
 * grow (streaming a take as it is made). Main thread object; a reader thread decodes into a
 * lock-free ring for PortAudio's callback.
 *
 * Properties (notify, at most 20 times a second): "playing" (boolean), "position" (seconds in the
 * whole list), "duration" (seconds of what is known), "item" (int, index of the sounding item or
 * -1), "error" (nullable, translated). Signal "ended": the last item was heard and the list is
 * closed.
 */
G_DECLARE_FINAL_TYPE (MynaPlayer, myna_player, MYNA, PLAYER, GObject)

MynaPlayer *myna_player_new (void);
void myna_player_set_device (MynaPlayer *self, const char *device_id);
/* Stops, empties the list; it stays open for appends until closed. */
void myna_player_clear (MynaPlayer *self);
/* start/end in seconds of the file, end <= 0: its end. Returns the item's index. */
guint myna_player_append (
    MynaPlayer *self, const char *path, double start, double end, double pause_after);
/* The same for an audio stream of the file, as myna_audio_probe() counts. */
guint myna_player_append_stream (
    MynaPlayer *self, const char *path, int stream, double start, double end, double pause_after);
void myna_player_close_list (MynaPlayer *self);
gboolean myna_player_play (MynaPlayer *self, GError **error);
void myna_player_pause (MynaPlayer *self);
void myna_player_stop (MynaPlayer *self);
void myna_player_seek (MynaPlayer *self, double seconds);
gboolean myna_player_get_playing (MynaPlayer *self);
double myna_player_get_position (MynaPlayer *self);
double myna_player_get_duration (MynaPlayer *self);
int myna_player_get_item (MynaPlayer *self);
const char *myna_player_get_error (MynaPlayer *self);

G_END_DECLS
