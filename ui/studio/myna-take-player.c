/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-take-player.h"

#include "engine/audio/myna-player.h"

struct _MynaTakePlayer
{
  GObject parent_instance;

  /* Owned references */
  MynaPlayer *player;
  GSettings *settings;
  MynaTake *take;
  GSignalGroup *take_signals;
  GPtrArray *items; /* the MynaPiece of every item of the player's list */
  char *error;

  /* State */
  guint next;         /* the next sentence of the take to append while the list is open */
  gboolean open;      /* the list may still grow */
  gboolean waiting;   /* play as soon as there is a first sentence */
  gboolean stale;     /* the list is not the take as it is now: load it again before playing */
  gboolean automatic; /* nobody asked for what plays next */
  gboolean told;      /* that what nobody asked for cannot be played */
};

enum
{
  PROP_0,
  PROP_TAKE,
  PROP_PIECE,
  PROP_PLAYING,
  PROP_POSITION,
  PROP_DURATION,
  PROP_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaTakePlayer, myna_take_player, G_TYPE_OBJECT)

static void
set_error (MynaTakePlayer *self, const char *error)
{
  g_assert (MYNA_IS_TAKE_PLAYER (self));

  if (g_set_str (&self->error, error))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

/* Nobody needs to hear of every take that it cannot be played when they asked for none. */
static void
fail (MynaTakePlayer *self, const char *message)
{
  g_assert (MYNA_IS_TAKE_PLAYER (self));

  if (self->automatic && self->told)
    return;
  self->told = self->told || self->automatic;
  set_error (self, message);
}

static void
start (MynaTakePlayer *self)
{
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_TAKE_PLAYER (self));

  self->waiting = FALSE;
  set_error (self, NULL);
  if (!myna_player_play (self->player, &error))
    fail (self, error->message);
}

static void
append (MynaTakePlayer *self, MynaPiece *piece, double pause_after)
{
  g_assert (MYNA_IS_TAKE_PLAYER (self));
  g_assert (MYNA_IS_PIECE (piece));

  myna_player_append (self->player, myna_piece_get_path (piece), 0.0, 0.0, pause_after);
  g_ptr_array_add (self->items, g_object_ref (piece));
}

static gboolean
is_growing (MynaTake *take)
{
  MynaTakeState state = myna_take_get_state (take);

  return state == MYNA_TAKE_WAITING || state == MYNA_TAKE_SPEAKING;
}

/* Appends what has become ready, in order: while the take grows, a sentence that is not ready yet
 * holds back those after it; once it is finished, a failed sentence is left out. */
static void
append_ready (MynaTakePlayer *self)
{
  g_assert (MYNA_IS_TAKE_PLAYER (self));

  if (!self->open || self->take == NULL)
    return;
  for (; self->next < g_list_model_get_n_items (G_LIST_MODEL (self->take)); self->next++)
    {
      g_autoptr (MynaPiece) piece = g_list_model_get_item (G_LIST_MODEL (self->take), self->next);

      if (myna_piece_get_path (piece) != NULL)
        append (self, piece, myna_piece_get_pause_after (piece));
      else if (is_growing (self->take) && myna_piece_get_state (piece) == MYNA_PIECE_PENDING)
        break;
    }
  if (!is_growing (self->take))
    {
      myna_player_close_list (self->player);
      self->open = FALSE;
    }
  if (self->waiting && self->items->len > 0)
    start (self);
}

static void
unload (MynaTakePlayer *self)
{
  g_assert (MYNA_IS_TAKE_PLAYER (self));

  self->open = self->waiting = FALSE;
  self->next = 0;
  myna_player_clear (self->player);
  g_ptr_array_set_size (self->items, 0);
}

static void
set_take (MynaTakePlayer *self, MynaTake *take)
{
  g_assert (MYNA_IS_TAKE_PLAYER (self));

  if (!g_set_object (&self->take, take))
    return;
  g_signal_group_set_target (self->take_signals, take);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TAKE]);
}

static void
load_take (MynaTakePlayer *self, MynaTake *take)
{
  g_assert (MYNA_IS_TAKE_PLAYER (self));

  unload (self);
  set_take (self, take);
  self->open = TRUE;
  self->stale = FALSE;
  append_ready (self);
}

/**
 * myna_take_player_load_take:
 * @self: the player
 * @take: a take in any state
 *
 * Makes @take what the transport controls act on, without playing it.
 */
void
myna_take_player_load_take (MynaTakePlayer *self, MynaTake *take)
{
  g_return_if_fail (MYNA_IS_TAKE_PLAYER (self));
  g_return_if_fail (MYNA_IS_TAKE (take));

  if (self->take != take)
    load_take (self, take);
}

static void
play_take (MynaTakePlayer *self, MynaTake *take, gboolean automatic)
{
  g_assert (MYNA_IS_TAKE_PLAYER (self));

  self->automatic = automatic;
  load_take (self, take);
  if (self->items->len > 0)
    start (self);
  else
    self->waiting = self->open;
}

/**
 * myna_take_player_play_take:
 * @self: the player
 * @take: a take in any state
 *
 * Plays @take from its beginning. While it is being made, playback starts with its first finished
 * sentence. When the sound device fails, "error" says so.
 */
void
myna_take_player_play_take (MynaTakePlayer *self, MynaTake *take)
{
  g_return_if_fail (MYNA_IS_TAKE_PLAYER (self));
  g_return_if_fail (MYNA_IS_TAKE (take));

  play_take (self, take, FALSE);
}

/**
 * myna_take_player_autoplay:
 * @self: the player
 * @take: a take in any state
 *
 * Like myna_take_player_play_take() for a take that nobody asked to hear. When the sound device
 * fails, "error" says so the first time only: where there is none, every take would.
 */
void
myna_take_player_autoplay (MynaTakePlayer *self, MynaTake *take)
{
  g_return_if_fail (MYNA_IS_TAKE_PLAYER (self));
  g_return_if_fail (MYNA_IS_TAKE (take));

  play_take (self, take, TRUE);
}

/**
 * myna_take_player_play_piece:
 * @self: the player
 * @take: the take
 * @piece: a ready sentence of it
 *
 * Plays one sentence alone.
 */
void
myna_take_player_play_piece (MynaTakePlayer *self, MynaTake *take, MynaPiece *piece)
{
  g_return_if_fail (MYNA_IS_TAKE_PLAYER (self));
  g_return_if_fail (MYNA_IS_TAKE (take));
  g_return_if_fail (MYNA_IS_PIECE (piece));

  if (myna_piece_get_path (piece) == NULL)
    return;
  unload (self);
  set_take (self, take);
  append (self, piece, 0.0);
  myna_player_close_list (self->player);
  self->stale = TRUE;
  self->automatic = FALSE;
  start (self);
}

/**
 * myna_take_player_toggle:
 * @self: the player
 *
 * Pauses, goes on, or plays the take again after its end.
 */
void
myna_take_player_toggle (MynaTakePlayer *self)
{
  g_return_if_fail (MYNA_IS_TAKE_PLAYER (self));

  if (self->take == NULL)
    return;
  self->automatic = FALSE;
  if (myna_player_get_playing (self->player))
    myna_player_pause (self->player);
  else if (self->stale || self->items->len == 0)
    myna_take_player_play_take (self, self->take);
  else
    start (self);
}

/**
 * myna_take_player_stop:
 * @self: the player
 *
 * Stops and goes back to the beginning.
 */
void
myna_take_player_stop (MynaTakePlayer *self)
{
  g_return_if_fail (MYNA_IS_TAKE_PLAYER (self));

  self->waiting = FALSE;
  myna_player_stop (self->player);
}

/**
 * myna_take_player_seek:
 * @self: the player
 * @seconds: position in what is loaded
 */
void
myna_take_player_seek (MynaTakePlayer *self, double seconds)
{
  g_return_if_fail (MYNA_IS_TAKE_PLAYER (self));

  myna_player_seek (self->player, CLAMP (seconds, 0.0, myna_player_get_duration (self->player)));
}

/**
 * myna_take_player_forget:
 * @self: the player
 * @take: a take that is being removed
 *
 * Stops when @take is loaded, so that its files can go.
 */
void
myna_take_player_forget (MynaTakePlayer *self, MynaTake *take)
{
  g_return_if_fail (MYNA_IS_TAKE_PLAYER (self));

  if (self->take != take)
    return;
  unload (self);
  set_take (self, NULL);
}

MynaTake *
myna_take_player_get_take (MynaTakePlayer *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE_PLAYER (self), NULL);

  return self->take;
}

/**
 * myna_take_player_get_piece:
 * @self: the player
 *
 * Returns: (transfer none) (nullable): the sentence that sounds, also while paused
 */
MynaPiece *
myna_take_player_get_piece (MynaTakePlayer *self)
{
  int item = 0;

  g_return_val_if_fail (MYNA_IS_TAKE_PLAYER (self), NULL);

  item = myna_player_get_item (self->player);
  return item >= 0 && item < (int) self->items->len ? g_ptr_array_index (self->items, item) : NULL;
}

gboolean
myna_take_player_get_playing (MynaTakePlayer *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE_PLAYER (self), FALSE);

  return myna_player_get_playing (self->player);
}

double
myna_take_player_get_position (MynaTakePlayer *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE_PLAYER (self), 0.0);

  return myna_player_get_position (self->player);
}

double
myna_take_player_get_duration (MynaTakePlayer *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE_PLAYER (self), 0.0);

  return myna_player_get_duration (self->player);
}

const char *
myna_take_player_get_error (MynaTakePlayer *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE_PLAYER (self), NULL);

  return self->error;
}

static void
on_take_changed (MynaTakePlayer *self)
{
  g_assert (MYNA_IS_TAKE_PLAYER (self));

  if (self->open)
    append_ready (self);
  else
    self->stale = TRUE;
}

static void
on_player_notify (MynaTakePlayer *self, GParamSpec *pspec, MynaPlayer *player)
{
  GParamSpec *own = NULL;

  g_assert (MYNA_IS_TAKE_PLAYER (self));

  if (g_str_equal (pspec->name, "error") && myna_player_get_error (self->player) != NULL)
    fail (self, myna_player_get_error (self->player));
  else if (g_str_equal (pspec->name, "error"))
    set_error (self, NULL);
  else if ((own = g_object_class_find_property (
                G_OBJECT_GET_CLASS (self),
                g_str_equal (pspec->name, "item") ? "piece" : pspec->name)) != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), own);
}

static void
on_output_device_changed (MynaTakePlayer *self)
{
  g_autofree char *device = NULL;

  g_assert (MYNA_IS_TAKE_PLAYER (self));

  device = g_settings_get_string (self->settings, "output-device");
  myna_player_set_device (self->player, device);
}

static void
myna_take_player_dispose (GObject *object)
{
  MynaTakePlayer *self = MYNA_TAKE_PLAYER (object);

  if (self->player != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->player, self);
      myna_player_stop (self->player);
    }
  g_clear_object (&self->take_signals);
  g_clear_object (&self->take);
  g_clear_object (&self->player);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->error, g_free);

  G_OBJECT_CLASS (myna_take_player_parent_class)->dispose (object);
}

static void
myna_take_player_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaTakePlayer *self = MYNA_TAKE_PLAYER (object);

  switch (prop_id)
    {
    case PROP_TAKE:
      g_value_set_object (value, self->take);
      break;
    case PROP_PIECE:
      g_value_set_object (value, myna_take_player_get_piece (self));
      break;
    case PROP_PLAYING:
      g_value_set_boolean (value, myna_take_player_get_playing (self));
      break;
    case PROP_POSITION:
      g_value_set_double (value, myna_take_player_get_position (self));
      break;
    case PROP_DURATION:
      g_value_set_double (value, myna_take_player_get_duration (self));
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_take_player_class_init (MynaTakePlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = myna_take_player_dispose;
  object_class->get_property = myna_take_player_get_property;

  properties[PROP_TAKE] = g_param_spec_object ("take", NULL, NULL, MYNA_TYPE_TAKE, flags);
  properties[PROP_PIECE] = g_param_spec_object ("piece", NULL, NULL, MYNA_TYPE_PIECE, flags);
  properties[PROP_PLAYING] = g_param_spec_boolean ("playing", NULL, NULL, FALSE, flags);
  properties[PROP_POSITION] =
      g_param_spec_double ("position", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_DURATION] =
      g_param_spec_double ("duration", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_take_player_init (MynaTakePlayer *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->player = myna_player_new ();
  g_signal_connect_swapped (self->player, "notify", G_CALLBACK (on_player_notify), self);
  self->settings = g_settings_new (MYNA_APP_ID);
  g_signal_connect_object (self->settings, "changed::output-device",
                           G_CALLBACK (on_output_device_changed), self, G_CONNECT_SWAPPED);
  on_output_device_changed (self);
  self->take_signals = g_signal_group_new (MYNA_TYPE_TAKE);
  g_signal_group_connect_swapped (self->take_signals, "items-changed", G_CALLBACK (on_take_changed),
                                  self);
  g_signal_group_connect_swapped (self->take_signals, "notify::n-ready",
                                  G_CALLBACK (on_take_changed), self);
  g_signal_group_connect_swapped (self->take_signals, "notify::duration",
                                  G_CALLBACK (on_take_changed), self);
  g_signal_group_connect_swapped (self->take_signals, "notify::state", G_CALLBACK (on_take_changed),
                                  self);
}

/**
 * myna_take_player_new:
 *
 * Returns: (transfer full): a player with nothing loaded, on the output device of the preferences
 */
MynaTakePlayer *
myna_take_player_new (void)
{
  return g_object_new (MYNA_TYPE_TAKE_PLAYER, NULL);
}
