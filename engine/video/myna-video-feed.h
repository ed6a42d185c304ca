/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaVideoPicture:
 * @time: seconds of the file (its sound's time line) at which it is shown
 * @end: until then
 * @width: pixels
 * @height: pixels
 * @rgb: packed R G B
 */
typedef struct
{
  double time, end;
  int width, height;
  GBytes *rgb;
} MynaVideoPicture;

void myna_video_picture_free (MynaVideoPicture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaVideoPicture, myna_video_picture_free)

/**
 * MynaVideoFeedState:
 * @ready: what follows is known
 * @width: of the picture as it is to be shown, with square pixels
 * @height: likewise
 * @duration: seconds of the file's time line until the last picture ends, as the file states
 * @has_sound: there is a sound track
 * @at_end: the last picture was taken
 * @error: (nullable): translated; why there is nothing to see
 */
typedef struct
{
  gboolean ready;
  int width, height;
  double duration;
  gboolean has_sound;
  gboolean at_end;
  char *error;
} MynaVideoFeedState;

/**
 * MynaVideoFeed:
 *
 * Pictures of a video for showing: decoded a few ahead and reduced, on a thread of its own. The
 * functions below never wait and may be called by any one thread.
 */
typedef struct _MynaVideoFeed MynaVideoFeed;

MynaVideoFeed *
myna_video_feed_new (const char *path, int max_side, GSourceFunc changed, gpointer user_data);
void myna_video_feed_set_active (MynaVideoFeed *self, gboolean active);
void myna_video_feed_seek (MynaVideoFeed *self, double time);
MynaVideoPicture *myna_video_feed_take (MynaVideoFeed *self, double now, gboolean *sought);
void myna_video_feed_get_state (MynaVideoFeed *self, MynaVideoFeedState *state);
void myna_video_feed_state_clear (MynaVideoFeedState *state);
void myna_video_feed_close (MynaVideoFeed *self);

G_END_DECLS
