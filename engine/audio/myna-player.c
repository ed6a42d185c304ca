/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-player.h"

#include <glib/gi18n-lib.h>

#include "engine/audio/myna-playback.h"
#include "engine/audio/myna-portaudio.h"
#include "engine/core/myna-error.h"

/* 20 times a second. */
#define TICK_MS 50
/* After a pause the device stays open this long, so that going on is immediate. */
#define LINGER_TICKS (2000 / TICK_MS)

struct _MynaPlayer
{
  GObject parent_instance;

  MynaPlayback *playback;
  char *device_id;
  guint tick_id;
  guint n_idle_ticks;

  gboolean playing;
  gboolean started; /* an item is shown: between play and stop or the end */
  gboolean at_end;  /* the next play begins at the start */
  double position;
  double duration;
  int item;
  char *error;
};

enum
{
  PROP_0,
  PROP_PLAYING,
  PROP_POSITION,
  PROP_DURATION,
  PROP_ITEM,
  PROP_ERROR,
  N_PROPS
};

enum
{
  SIGNAL_ENDED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaPlayer, myna_player, G_TYPE_OBJECT)

static void
set_playing (MynaPlayer *self, gboolean playing)
{
  if (self->playing == playing)
    return;
  self->playing = playing;
  self->n_idle_ticks = 0;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYING]);
}

static void
set_seconds (MynaPlayer *self, double *field, double seconds, guint prop_id)
{
  if (*field == seconds)
    return;
  *field = seconds;
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
set_item (MynaPlayer *self, int item)
{
  if (self->item == item)
    return;
  self->item = item;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ITEM]);
}

static void
set_error (MynaPlayer *self, const char *message)
{
  if (g_set_str (&self->error, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

/* Brings what the playback knows into the properties; returns whether it has just ended. */
static gboolean
update (MynaPlayer *self, gboolean *out_rest)
{
  MynaPlaybackState state = { 0 };
  gboolean ended;

  myna_playback_get_state (self->playback, &state);
  ended = self->playing && state.ended && state.error == NULL;
  g_object_freeze_notify (G_OBJECT (self));
  if (ended)
    {
      self->started = FALSE;
      self->at_end = TRUE;
      myna_playback_pause (self->playback);
    }
  if (ended || state.error != NULL)
    set_playing (self, FALSE);
  set_seconds (self, &self->duration, state.duration, PROP_DURATION);
  set_seconds (self, &self->position, MIN (state.position, state.duration), PROP_POSITION);
  set_item (self, self->started ? state.item : -1);
  if (state.error != NULL)
    set_error (self, state.error);
  g_object_thaw_notify (G_OBJECT (self));
  *out_rest = !self->playing && !state.open && !state.busy;
  myna_playback_state_clear (&state);
  return ended;
}

static gboolean
tick_cb (gpointer user_data)
{
  g_autoptr (MynaPlayer) self = g_object_ref (user_data);
  gboolean rest = FALSE;

  g_assert (MYNA_IS_PLAYER (self));

  if (update (self, &rest))
    g_signal_emit (self, signals[SIGNAL_ENDED], 0);
  if (self->playback == NULL || rest)
    {
      self->tick_id = 0;
      return G_SOURCE_REMOVE;
    }
  if (!self->playing && ++self->n_idle_ticks == LINGER_TICKS)
    myna_playback_close (self->playback);
  return G_SOURCE_CONTINUE;
}

static void
ensure_ticking (MynaPlayer *self)
{
  if (self->tick_id == 0)
    self->tick_id = g_timeout_add (TICK_MS, tick_cb, self);
}

static void
myna_player_dispose (GObject *object)
{
  MynaPlayer *self = MYNA_PLAYER (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_pointer (&self->playback, myna_playback_release);
  G_OBJECT_CLASS (myna_player_parent_class)->dispose (object);
}

static void
myna_player_finalize (GObject *object)
{
  MynaPlayer *self = MYNA_PLAYER (object);

  g_free (self->device_id);
  g_free (self->error);
  G_OBJECT_CLASS (myna_player_parent_class)->finalize (object);
}

static void
myna_player_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaPlayer *self = MYNA_PLAYER (object);

  switch (prop_id)
    {
    case PROP_PLAYING:
      g_value_set_boolean (value, self->playing);
      break;
    case PROP_POSITION:
      g_value_set_double (value, self->position);
      break;
    case PROP_DURATION:
      g_value_set_double (value, self->duration);
      break;
    case PROP_ITEM:
      g_value_set_int (value, self->item);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_player_class_init (MynaPlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = myna_player_dispose;
  object_class->finalize = myna_player_finalize;
  object_class->get_property = myna_player_get_property;

  properties[PROP_PLAYING] = g_param_spec_boolean ("playing", NULL, NULL, FALSE, flags);
  properties[PROP_POSITION] =
      g_param_spec_double ("position", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_DURATION] =
      g_param_spec_double ("duration", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_ITEM] = g_param_spec_int ("item", NULL, NULL, -1, G_MAXINT, -1, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_player_init (MynaPlayer *self)
{
  self->playback = myna_playback_new ();
  self->device_id = g_strdup ("");
  self->item = -1;
}

/**
 * myna_player_new:
 *
 * Main thread, as all of the player. Opens nothing yet.
 *
 * Returns: (transfer full): a player with an empty, open list
 */
MynaPlayer *
myna_player_new (void)
{
  return g_object_new (MYNA_TYPE_PLAYER, NULL);
}

static void
play_on_device (MynaPlayer *self)
{
  myna_playback_play (self->playback, self->device_id);
  ensure_ticking (self);
}

/**
 * myna_player_set_device:
 * @self: a player
 * @device_id: (nullable): id of a MynaAudioDevice; %NULL or "" for the system's default
 *
 * Chooses the sound output; what plays goes on there.
 */
void
myna_player_set_device (MynaPlayer *self, const char *device_id)
{
  g_return_if_fail (MYNA_IS_PLAYER (self));

  if (!g_set_str (&self->device_id, device_id != NULL ? device_id : ""))
    return;
  myna_playback_close (self->playback);
  if (self->playing)
    play_on_device (self);
}

/**
 * myna_player_clear:
 * @self: a player
 *
 * Stops and empties the list, which is open again for new items.
 */
void
myna_player_clear (MynaPlayer *self)
{
  gboolean rest;

  g_return_if_fail (MYNA_IS_PLAYER (self));

  self->started = self->at_end = FALSE;
  myna_playback_clear (self->playback);
  set_playing (self, FALSE);
  set_error (self, NULL);
  update (self, &rest);
}

/**
 * myna_player_append:
 * @self: a player
 * @path: (type filename): a media file
 * @start: seconds of the file
 * @end: seconds of the file; <= 0: its end
 * @pause_after: seconds of silence before the next item
 *
 * Adds an item, while playing too. Where the list was heard to its end and is still open, the item
 * follows at once.
 *
 * Returns: the index of the item
 */
guint
myna_player_append (
    MynaPlayer *self, const char *path, double start, double end, double pause_after)
{
  return myna_player_append_stream (self, path, -1, start, end, pause_after);
}

/**
 * myna_player_append_stream:
 * @self: a player
 * @path: (type filename): a media file
 * @stream: audio stream of the file as in myna_audio_probe(), -1: the best one
 * @start: seconds of the file
 * @end: seconds of the file; <= 0: its end
 * @pause_after: seconds of silence before the next item
 *
 * As myna_player_append(), for a file with several streams.
 *
 * Returns: the index of the item
 */
guint
myna_player_append_stream (
    MynaPlayer *self, const char *path, int stream, double start, double end, double pause_after)
{
  guint index;
  gboolean rest;

  g_return_val_if_fail (MYNA_IS_PLAYER (self), 0);
  g_return_val_if_fail (path != NULL, 0);

  index = myna_playback_append (self->playback, path, stream, start, end, pause_after);
  update (self, &rest);
  ensure_ticking (self);
  return index;
}

/**
 * myna_player_close_list:
 * @self: a player
 *
 * Says that no item will come any more, so that the end of the last one is the end.
 */
void
myna_player_close_list (MynaPlayer *self)
{
  g_return_if_fail (MYNA_IS_PLAYER (self));
  myna_playback_close_list (self->playback);
}

/**
 * myna_player_play:
 * @self: a player
 * @error: (out): MYNA_ERROR_NO_DEVICE
 *
 * Plays from the position on, or from the start after the end. While the list is open and there is
 * nothing to be heard, it waits in silence. What fails later is in the "error" property, and
 * "playing" is FALSE again.
 *
 * Returns: FALSE when it is known already that there is no sound output
 */
gboolean
myna_player_play (MynaPlayer *self, GError **error)
{
  g_return_val_if_fail (MYNA_IS_PLAYER (self), FALSE);

  if (self->playing)
    return TRUE;
  if (myna_portaudio_is_known_missing (MYNA_SOUND_OUTPUT))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE,
                           _ ("No sound output was found. Connect loudspeakers or headphones and "
                              "try again."));
      return FALSE;
    }
  if (self->at_end)
    myna_playback_seek (self->playback, 0);
  self->at_end = FALSE;
  self->started = TRUE;
  set_error (self, NULL);
  play_on_device (self);
  set_playing (self, TRUE);
  return TRUE;
}

/**
 * myna_player_pause:
 * @self: a player
 *
 * Is silent and stays where it is.
 */
void
myna_player_pause (MynaPlayer *self)
{
  g_return_if_fail (MYNA_IS_PLAYER (self));

  myna_playback_pause (self->playback);
  set_playing (self, FALSE);
}

/**
 * myna_player_stop:
 * @self: a player
 *
 * Is silent and goes back to the start; the list stays.
 */
void
myna_player_stop (MynaPlayer *self)
{
  gboolean rest;

  g_return_if_fail (MYNA_IS_PLAYER (self));

  self->started = self->at_end = FALSE;
  myna_playback_pause (self->playback);
  myna_playback_seek (self->playback, 0);
  set_playing (self, FALSE);
  update (self, &rest);
}

/**
 * myna_player_seek:
 * @self: a player
 * @seconds: position in the whole list
 *
 * Goes to @seconds, playing or not.
 */
void
myna_player_seek (MynaPlayer *self, double seconds)
{
  gboolean rest;

  g_return_if_fail (MYNA_IS_PLAYER (self));

  self->at_end = FALSE;
  myna_playback_seek (self->playback, seconds);
  update (self, &rest);
}

/**
 * myna_player_get_playing:
 * @self: a player
 *
 * Returns: whether it plays, or waits for the next item
 */
gboolean
myna_player_get_playing (MynaPlayer *self)
{
  g_return_val_if_fail (MYNA_IS_PLAYER (self), FALSE);
  return self->playing;
}

/**
 * myna_player_get_position:
 * @self: a player
 *
 * Returns: seconds of the whole list that are in the air; runs back only by a seek
 */
double
myna_player_get_position (MynaPlayer *self)
{
  g_return_val_if_fail (MYNA_IS_PLAYER (self), 0);
  return self->position;
}

/**
 * myna_player_get_duration:
 * @self: a player
 *
 * Returns: seconds of the items whose length is known, and of the pauses between them
 */
double
myna_player_get_duration (MynaPlayer *self)
{
  g_return_val_if_fail (MYNA_IS_PLAYER (self), 0);
  return self->duration;
}

/**
 * myna_player_get_item:
 * @self: a player
 *
 * Returns: index of the item that is heard, or of that before a pause; -1 when stopped or ended
 */
int
myna_player_get_item (MynaPlayer *self)
{
  g_return_val_if_fail (MYNA_IS_PLAYER (self), -1);
  return self->item;
}

/**
 * myna_player_get_error:
 * @self: a player
 *
 * Returns: (nullable): why it does not play
 */
const char *
myna_player_get_error (MynaPlayer *self)
{
  g_return_val_if_fail (MYNA_IS_PLAYER (self), NULL);
  return self->error;
}
