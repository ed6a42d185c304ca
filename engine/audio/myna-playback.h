/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaPlayback:
 *
 * What MynaPlayer does off the main thread: the sound thread opens and closes the device, and a
 * feeding thread decodes the list into the ring that the device's callback plays. The functions
 * below never wait and may be called by any one thread; the state is copied out.
 */
typedef struct _MynaPlayback MynaPlayback;

/**
 * MynaPlaybackState:
 * @open: the device plays, or is being opened
 * @busy: lengths of files are still being found out
 * @ended: the last item was heard and the list is closed
 * @position: seconds of the list that is in the air
 * @duration: seconds of what is known
 * @item: index of the item at @position, -1 for an empty list
 * @error: (nullable): translated; why it does not play
 */
typedef struct
{
  gboolean open;
  gboolean busy;
  gboolean ended;
  double position;
  double duration;
  int item;
  char *error;
} MynaPlaybackState;

MynaPlayback *myna_playback_new (void);
void myna_playback_clear (MynaPlayback *self);
guint myna_playback_append (
    MynaPlayback *self, const char *path, int stream, double start, double end, double pause_after);
void myna_playback_close_list (MynaPlayback *self);
void myna_playback_play (MynaPlayback *self, const char *device_id);
void myna_playback_pause (MynaPlayback *self);
void myna_playback_seek (MynaPlayback *self, double position);
void myna_playback_close (MynaPlayback *self);
void myna_playback_get_state (MynaPlayback *self, MynaPlaybackState *state);
void myna_playback_state_clear (MynaPlaybackState *state);
void myna_playback_release (MynaPlayback *self);

G_END_DECLS
