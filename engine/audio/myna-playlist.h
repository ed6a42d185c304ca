/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaPlaylistItem:
 * @stream: audio stream of the file as myna_audio_probe() counts, -1: the best one
 * @start: seconds of the file
 * @end: seconds of the file; 0: its end
 * @pause_after: seconds of silence
 * @duration: seconds, or -1 until the file has been looked at
 */
typedef struct
{
  char *path;
  int stream;
  double start;
  double end;
  double pause_after;
  double duration;
} MynaPlaylistItem;

/**
 * MynaPlaylist:
 *
 * Regions of files one after the other with pauses between, as one time line. Plain memory, one
 * thread at a time.
 */
typedef struct _MynaPlaylist MynaPlaylist;

MynaPlaylist *myna_playlist_new (void);
void myna_playlist_free (MynaPlaylist *self);
void myna_playlist_clear (MynaPlaylist *self);
guint myna_playlist_append (
    MynaPlaylist *self, const char *path, double start, double end, double pause_after);
guint myna_playlist_get_length (MynaPlaylist *self);
void myna_playlist_set_stream (MynaPlaylist *self, guint index, int stream);
const MynaPlaylistItem *myna_playlist_get (MynaPlaylist *self, guint index);
void myna_playlist_set_duration (MynaPlaylist *self, guint index, double seconds);
int myna_playlist_find_unmeasured (MynaPlaylist *self);
double myna_playlist_get_duration (MynaPlaylist *self);
int myna_playlist_locate (MynaPlaylist *self, double position, double *out_offset);

G_END_DECLS
