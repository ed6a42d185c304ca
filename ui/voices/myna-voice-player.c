/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-voice-player.h"

#include "engine/audio/myna-player.h"

#define PAUSE_BETWEEN_CLIPS 0.5

struct _MynaVoicePlayer
{
  GObject parent_instance;

  /* Owned references */
  MynaPlayer *player;
  MynaVoice *voice; /* what sounds, or NULL */
  GSettings *settings;

  /* State */
  int clip;
};

enum
{
  CHANGED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaVoicePlayer, myna_voice_player, G_TYPE_OBJECT)

static void
set_voice (MynaVoicePlayer *self, MynaVoice *voice, int clip)
{
  g_assert (MYNA_IS_VOICE_PLAYER (self));

  if (self->voice == voice && self->clip == clip)
    return;
  g_set_object (&self->voice, voice);
  self->clip = clip;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
ended_cb (MynaVoicePlayer *self)
{
  g_assert (MYNA_IS_VOICE_PLAYER (self));

  set_voice (self, NULL, MYNA_VOICE_PLAYER_ALL);
}

static void
error_cb (MynaVoicePlayer *self)
{
  g_autofree char *error = g_strdup (myna_player_get_error (self->player));

  g_assert (MYNA_IS_VOICE_PLAYER (self));

  if (error == NULL)
    return;
  myna_voice_player_stop (self);
  g_signal_emit (self, signals[FAILED], 0, error);
}

static void
myna_voice_player_dispose (GObject *object)
{
  MynaVoicePlayer *self = MYNA_VOICE_PLAYER (object);

  if (self->player != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->player, self);
      myna_player_stop (self->player);
    }
  g_clear_object (&self->player);
  g_clear_object (&self->voice);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (myna_voice_player_parent_class)->dispose (object);
}

static void
myna_voice_player_class_init (MynaVoicePlayerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_voice_player_dispose;

  signals[CHANGED] = g_signal_new ("changed", MYNA_TYPE_VOICE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", MYNA_TYPE_VOICE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
myna_voice_player_init (MynaVoicePlayer *self)
{
  self->clip = MYNA_VOICE_PLAYER_ALL;
  self->settings = g_settings_new (MYNA_APP_ID);
  self->player = myna_player_new ();
  g_signal_connect_object (self->player, "ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->player, "notify::error", G_CALLBACK (error_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * myna_voice_player_new:
 *
 * Returns: (transfer full): a player that is silent
 */
MynaVoicePlayer *
myna_voice_player_new (void)
{
  return g_object_new (MYNA_TYPE_VOICE_PLAYER, NULL);
}

static void
fill_list (MynaVoicePlayer *self, MynaVoice *voice, int clip)
{
  guint first = clip >= 0 ? (guint) clip : 0;
  guint last = clip >= 0 ? (guint) clip + 1 : myna_voice_get_n_clips (voice);

  g_assert (MYNA_IS_VOICE_PLAYER (self));

  myna_player_clear (self->player);
  for (guint i = first; i < last; i++)
    {
      g_autofree char *path = myna_voice_dup_clip_path (voice, i);

      myna_player_append (self->player, path, 0.0, 0.0, PAUSE_BETWEEN_CLIPS);
    }
  myna_player_close_list (self->player);
}

/**
 * myna_voice_player_toggle:
 * @voice: whose sample
 * @clip: which of its clips, or MYNA_VOICE_PLAYER_ALL
 *
 * Plays it from the start; stops when it is what sounds.
 */
void
myna_voice_player_toggle (MynaVoicePlayer *self, MynaVoice *voice, int clip)
{
  g_autofree char *device = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (MYNA_IS_VOICE_PLAYER (self));
  g_return_if_fail (MYNA_IS_VOICE (voice));
  g_return_if_fail (clip < (int) myna_voice_get_n_clips (voice));

  if (myna_voice_player_is_playing (self, voice, clip))
    {
      myna_voice_player_stop (self);
      return;
    }
  device = g_settings_get_string (self->settings, "output-device");
  myna_player_set_device (self->player, device);
  fill_list (self, voice, clip);
  if (myna_player_play (self->player, &error))
    set_voice (self, voice, clip);
  else
    {
      set_voice (self, NULL, MYNA_VOICE_PLAYER_ALL);
      g_signal_emit (self, signals[FAILED], 0, error->message);
    }
}

void
myna_voice_player_stop (MynaVoicePlayer *self)
{
  g_return_if_fail (MYNA_IS_VOICE_PLAYER (self));

  myna_player_stop (self->player);
  set_voice (self, NULL, MYNA_VOICE_PLAYER_ALL);
}

/**
 * myna_voice_player_is_playing:
 * @voice: a voice
 * @clip: one of its clips, or MYNA_VOICE_PLAYER_ALL
 *
 * Returns: whether just that is what sounds
 */
gboolean
myna_voice_player_is_playing (MynaVoicePlayer *self, MynaVoice *voice, int clip)
{
  g_return_val_if_fail (MYNA_IS_VOICE_PLAYER (self), FALSE);

  return self->voice == voice && self->clip == clip;
}
