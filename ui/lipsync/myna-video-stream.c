/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/lipsync/myna-video-stream.h"

#include "engine/audio/myna-player.h"
#include "engine/core/myna-error.h"
#include "engine/video/myna-video-feed.h"

/* Sharp in a window, and cheap enough for two at a time. */
#define MAX_SIDE 1080
/* Often enough for 60 pictures a second. */
#define TICK_MS 15
/* The player tells its place 20 times a second; between, time is taken to go on this long. */
#define MAX_GUESS 0.2

struct _MynaVideoStream
{
  GtkMediaStream parent_instance;

  /* Owned references */
  MynaVideoFeed *feed;
  MynaPlayer *player;      /* NULL without sound */
  MynaVideoStream *leader; /* whose clock is followed */
  GdkTexture *texture;     /* what is shown */
  char *path;

  int width, height; /* 0 before it is known */
  double picture_end;
  guint tick_id;
  int n_surfaces;
  gboolean seeking;

  /* The clock: at the monotonic time `anchor` it was `base` seconds. */
  double base;
  gint64 anchor;
  gboolean by_sound; /* base and anchor are the player's */
  gboolean sound_moves;
};

static void myna_video_stream_paintable_init (GdkPaintableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaVideoStream,
                               myna_video_stream,
                               GTK_TYPE_MEDIA_STREAM,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE,
                                                      myna_video_stream_paintable_init))

static void
set_clock (MynaVideoStream *self, double seconds)
{
  self->base = seconds;
  self->anchor = g_get_monotonic_time ();
}

/**
 * myna_video_stream_get_position:
 *
 * Returns: seconds of the file that are shown and heard now; finer than the timestamp
 */
double
myna_video_stream_get_position (MynaVideoStream *self)
{
  double passed;

  g_return_val_if_fail (MYNA_IS_VIDEO_STREAM (self), 0);

  if (self->leader != NULL)
    return myna_video_stream_get_position (self->leader);
  if (!gtk_media_stream_get_playing (GTK_MEDIA_STREAM (self)))
    return self->base;
  passed = (double) (g_get_monotonic_time () - self->anchor) / G_USEC_PER_SEC;
  if (self->by_sound)
    passed = self->sound_moves ? MIN (passed, MAX_GUESS) : 0;
  return self->base + passed;
}

/* From here on the system's clock counts: there is no sound, or it is over. */
static void
leave_sound (MynaVideoStream *self)
{
  double now = myna_video_stream_get_position (self);

  self->by_sound = FALSE;
  set_clock (self, now);
}

static void
on_player_position (MynaVideoStream *self, GParamSpec *pspec, MynaPlayer *player)
{
  g_assert (MYNA_IS_VIDEO_STREAM (self));

  if (!self->by_sound || !myna_player_get_playing (player))
    return;
  self->sound_moves = TRUE;
  set_clock (self, myna_player_get_position (player));
}

static void
on_player_error (MynaVideoStream *self, GParamSpec *pspec, MynaPlayer *player)
{
  g_assert (MYNA_IS_VIDEO_STREAM (self));

  if (myna_player_get_error (player) != NULL && self->by_sound)
    leave_sound (self);
}

static void
on_player_ended (MynaVideoStream *self, MynaPlayer *player)
{
  g_assert (MYNA_IS_VIDEO_STREAM (self));

  if (self->by_sound)
    leave_sound (self);
}

/* The player begins where the clock is. */
static void
start_sound (MynaVideoStream *self)
{
  double duration = (double) gtk_media_stream_get_duration (GTK_MEDIA_STREAM (self)) / 1e6;

  if (self->player == NULL || self->leader != NULL ||
      gtk_media_stream_get_muted (GTK_MEDIA_STREAM (self)) || self->base >= duration)
    return;
  self->by_sound = TRUE;
  self->sound_moves = FALSE;
  myna_player_seek (self->player, self->base);
  if (!myna_player_play (self->player, NULL))
    leave_sound (self);
}

static void
stop_sound (MynaVideoStream *self)
{
  if (self->player != NULL)
    myna_player_pause (self->player);
  self->by_sound = FALSE;
}

/* A video's end: again from the start, or over. */
static void
reach_end (MynaVideoStream *self)
{
  GtkMediaStream *stream = GTK_MEDIA_STREAM (self);

  if (self->leader != NULL)
    return;
  if (gtk_media_stream_get_loop (stream))
    {
      gtk_media_stream_seek (stream, 0);
      return;
    }
  set_clock (self, self->picture_end);
  stop_sound (self);
  gtk_media_stream_update (stream, (gint64) (self->picture_end * 1e6));
  gtk_media_stream_stream_ended (stream);
}

static void
show (MynaVideoStream *self, MynaVideoPicture *picture)
{
  g_clear_object (&self->texture);
  self->texture = gdk_memory_texture_new (picture->width, picture->height, GDK_MEMORY_R8G8B8,
                                          picture->rgb, (gsize) picture->width * 3);
  self->picture_end = picture->end;
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}

/* Shows what is due. */
static void
update (MynaVideoStream *self)
{
  GtkMediaStream *stream = GTK_MEDIA_STREAM (self);
  double now = myna_video_stream_get_position (self);
  gboolean sought = FALSE;
  g_autoptr (MynaVideoPicture) picture = myna_video_feed_take (self->feed, now, &sought);
  MynaVideoFeedState state = { 0 };

  if (picture != NULL)
    show (self, picture);
  if (sought && self->seeking)
    {
      self->seeking = FALSE;
      gtk_media_stream_seek_success (stream);
    }
  myna_video_feed_get_state (self->feed, &state);
  if (state.at_end && self->seeking)
    {
      self->seeking = FALSE;
      gtk_media_stream_seek_success (stream);
    }
  if (gtk_media_stream_get_playing (stream) && !self->seeking)
    {
      if (state.at_end && now >= self->picture_end)
        reach_end (self);
      else
        gtk_media_stream_update (stream, (gint64) (now * 1e6));
    }
  myna_video_feed_state_clear (&state);
}

static gboolean
tick_cb (gpointer data)
{
  MynaVideoStream *self = data;

  g_assert (MYNA_IS_VIDEO_STREAM (self));

  update (self);
  return G_SOURCE_CONTINUE;
}

static void
prepare (MynaVideoStream *self, const MynaVideoFeedState *state)
{
  self->width = state->width;
  self->height = state->height;
  if (state->has_sound && self->leader == NULL)
    {
      self->player = myna_player_new ();
      g_signal_connect_object (self->player, "notify::position", G_CALLBACK (on_player_position),
                               self, G_CONNECT_SWAPPED);
      g_signal_connect_object (self->player, "notify::error", G_CALLBACK (on_player_error), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->player, "ended", G_CALLBACK (on_player_ended), self,
                               G_CONNECT_SWAPPED);
      myna_player_append (self->player, self->path, 0, 0, 0);
      myna_player_close_list (self->player);
    }
  gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gtk_media_stream_stream_prepared (GTK_MEDIA_STREAM (self), state->has_sound, TRUE, TRUE,
                                    (gint64) (state->duration * 1e6));
}

/* The feed has something new. */
static gboolean
feed_cb (gpointer data)
{
  MynaVideoStream *self = data;
  GtkMediaStream *stream = data;
  MynaVideoFeedState state = { 0 };

  g_assert (MYNA_IS_VIDEO_STREAM (self));

  myna_video_feed_get_state (self->feed, &state);
  if (state.ready && !gtk_media_stream_is_prepared (stream))
    prepare (self, &state);
  if (state.error != NULL && gtk_media_stream_get_error (stream) == NULL)
    {
      stop_sound (self);
      gtk_media_stream_gerror (stream,
                               g_error_new_literal (MYNA_ERROR, MYNA_ERROR_FAILED, state.error));
    }
  else if (state.ready)
    update (self);
  myna_video_feed_state_clear (&state);
  return G_SOURCE_CONTINUE;
}

static void
set_ticking (MynaVideoStream *self, gboolean ticking)
{
  if (ticking && self->tick_id == 0)
    self->tick_id = g_timeout_add (TICK_MS, tick_cb, self);
  else if (!ticking)
    g_clear_handle_id (&self->tick_id, g_source_remove);
}

static gboolean
myna_video_stream_play (GtkMediaStream *stream)
{
  MynaVideoStream *self = MYNA_VIDEO_STREAM (stream);

  if (gtk_media_stream_get_ended (stream))
    {
      set_clock (self, 0);
      myna_video_feed_seek (self->feed, 0);
    }
  set_clock (self, self->base);
  start_sound (self);
  set_ticking (self, TRUE);
  return TRUE;
}

static void
myna_video_stream_pause (GtkMediaStream *stream)
{
  MynaVideoStream *self = MYNA_VIDEO_STREAM (stream);
  double passed = (double) (g_get_monotonic_time () - self->anchor) / G_USEC_PER_SEC;

  /* The property says already that it does not play. */
  if (self->by_sound)
    passed = self->sound_moves ? MIN (passed, MAX_GUESS) : 0;
  if (self->tick_id != 0 && self->leader == NULL)
    set_clock (self, self->base + passed);
  stop_sound (self);
  set_ticking (self, FALSE);
}

static void
myna_video_stream_seek (GtkMediaStream *stream, gint64 timestamp)
{
  MynaVideoStream *self = MYNA_VIDEO_STREAM (stream);

  self->seeking = TRUE;
  set_clock (self, (double) timestamp / 1e6);
  myna_video_feed_seek (self->feed, self->base);
  if (gtk_media_stream_get_playing (stream))
    {
      stop_sound (self);
      start_sound (self);
    }
  /* What nobody sees is not decoded: there is nothing to wait for. */
  if (self->n_surfaces == 0)
    {
      self->seeking = FALSE;
      gtk_media_stream_seek_success (stream);
    }
}

static void
myna_video_stream_update_audio (GtkMediaStream *stream, gboolean muted, double volume)
{
  MynaVideoStream *self = MYNA_VIDEO_STREAM (stream);

  if (!gtk_media_stream_get_playing (stream))
    return;
  if (muted && self->by_sound)
    {
      leave_sound (self);
      stop_sound (self);
    }
  else if (!muted && !self->by_sound)
    {
      leave_sound (self);
      start_sound (self);
    }
}

static void
myna_video_stream_realize (GtkMediaStream *stream, GdkSurface *surface)
{
  MynaVideoStream *self = MYNA_VIDEO_STREAM (stream);

  if (self->n_surfaces++ > 0)
    return;
  /* Time may have gone on while nobody looked. */
  myna_video_feed_seek (self->feed, myna_video_stream_get_position (self));
  myna_video_feed_set_active (self->feed, TRUE);
}

static void
myna_video_stream_unrealize (GtkMediaStream *stream, GdkSurface *surface)
{
  MynaVideoStream *self = MYNA_VIDEO_STREAM (stream);

  if (--self->n_surfaces > 0)
    return;
  myna_video_feed_set_active (self->feed, FALSE);
  if (self->seeking)
    {
      self->seeking = FALSE;
      gtk_media_stream_seek_success (stream);
    }
}

static void
myna_video_stream_snapshot (GdkPaintable *paintable,
                            GdkSnapshot *snapshot,
                            double width,
                            double height)
{
  MynaVideoStream *self = MYNA_VIDEO_STREAM (paintable);

  if (self->texture != NULL)
    gdk_paintable_snapshot (GDK_PAINTABLE (self->texture), snapshot, width, height);
}

static GdkPaintable *
myna_video_stream_get_current_image (GdkPaintable *paintable)
{
  MynaVideoStream *self = MYNA_VIDEO_STREAM (paintable);

  if (self->texture != NULL)
    return g_object_ref (GDK_PAINTABLE (self->texture));
  return gdk_paintable_new_empty (self->width, self->height);
}

static int
myna_video_stream_get_intrinsic_width (GdkPaintable *paintable)
{
  return MYNA_VIDEO_STREAM (paintable)->width;
}

static int
myna_video_stream_get_intrinsic_height (GdkPaintable *paintable)
{
  return MYNA_VIDEO_STREAM (paintable)->height;
}

static void
myna_video_stream_dispose (GObject *object)
{
  MynaVideoStream *self = MYNA_VIDEO_STREAM (object);

  set_ticking (self, FALSE);
  if (self->player != NULL)
    myna_player_stop (self->player);
  g_clear_object (&self->player);
  g_clear_object (&self->leader);
  g_clear_pointer (&self->feed, myna_video_feed_close);
  g_clear_object (&self->texture);

  G_OBJECT_CLASS (myna_video_stream_parent_class)->dispose (object);
}

static void
myna_video_stream_finalize (GObject *object)
{
  MynaVideoStream *self = MYNA_VIDEO_STREAM (object);

  g_free (self->path);

  G_OBJECT_CLASS (myna_video_stream_parent_class)->finalize (object);
}

static void
myna_video_stream_paintable_init (GdkPaintableInterface *iface)
{
  iface->snapshot = myna_video_stream_snapshot;
  iface->get_current_image = myna_video_stream_get_current_image;
  iface->get_intrinsic_width = myna_video_stream_get_intrinsic_width;
  iface->get_intrinsic_height = myna_video_stream_get_intrinsic_height;
}

static void
myna_video_stream_class_init (MynaVideoStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkMediaStreamClass *stream_class = GTK_MEDIA_STREAM_CLASS (klass);

  object_class->dispose = myna_video_stream_dispose;
  object_class->finalize = myna_video_stream_finalize;
  stream_class->play = myna_video_stream_play;
  stream_class->pause = myna_video_stream_pause;
  stream_class->seek = myna_video_stream_seek;
  stream_class->update_audio = myna_video_stream_update_audio;
  stream_class->realize = myna_video_stream_realize;
  stream_class->unrealize = myna_video_stream_unrealize;
}

static void
myna_video_stream_init (MynaVideoStream *self)
{
}

/**
 * myna_video_stream_new:
 * @path: (type filename): a video or photo
 *
 * Returns: (transfer full): a stream that is being opened; it shows its first picture once a
 * surface realizes it
 */
GtkMediaStream *
myna_video_stream_new (const char *path)
{
  MynaVideoStream *self = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (MYNA_TYPE_VIDEO_STREAM, NULL);
  self->path = g_strdup (path);
  self->feed = myna_video_feed_new (path, MAX_SIDE, feed_cb, self);
  return GTK_MEDIA_STREAM (self);
}

/**
 * myna_video_stream_set_leader:
 * @leader: (nullable): another stream
 *
 * Makes the pictures follow the leader's clock, without a sound of their own. Seeks are still to be
 * told to both.
 */
void
myna_video_stream_set_leader (MynaVideoStream *self, MynaVideoStream *leader)
{
  g_return_if_fail (MYNA_IS_VIDEO_STREAM (self) && self != leader);
  g_return_if_fail (leader == NULL || MYNA_IS_VIDEO_STREAM (leader));

  g_set_object (&self->leader, leader);
}
