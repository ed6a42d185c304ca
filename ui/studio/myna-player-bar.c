/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-player-bar.h"

#include <glib/gi18n.h>

#include "ui/widgets/myna-time-text.h"

struct _MynaPlayerBar
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkButton *play_button;
  GtkLabel *title;
  GtkLabel *time;
  GtkScale *seek;
  GtkAdjustment *adjustment;

  /* Owned references */
  MynaTakePlayer *player;
  GSignalGroup *player_signals;
};

enum
{
  PROP_0,
  PROP_PLAYER,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaPlayerBar, myna_player_bar, ADW_TYPE_BIN)

static void
update_title (MynaPlayerBar *self)
{
  MynaTake *take = NULL;
  MynaPiece *piece = NULL;

  g_assert (MYNA_IS_PLAYER_BAR (self));

  take = myna_take_player_get_take (self->player);
  piece = myna_take_player_get_piece (self->player);
  if (piece != NULL)
    gtk_label_set_text (self->title, myna_piece_get_text (piece));
  else
    gtk_label_set_text (self->title, take != NULL ? myna_take_get_name (take) : "");
}

static void
update_playing (MynaPlayerBar *self)
{
  gboolean playing = FALSE;

  g_assert (MYNA_IS_PLAYER_BAR (self));

  playing = myna_take_player_get_playing (self->player);
  gtk_button_set_icon_name (self->play_button, playing ? "media-playback-pause-symbolic"
                                                       : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), playing ? _ ("Pause") : _ ("Play"));
}

/* The label changes once a second, and only then does a screen reader hear of it. */
static void
update_position (MynaPlayerBar *self)
{
  double position = 0.0;
  double duration = 0.0;
  g_autofree char *position_text = NULL;
  g_autofree char *duration_text = NULL;
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_PLAYER_BAR (self));

  duration = myna_take_player_get_duration (self->player);
  position = MIN (myna_take_player_get_position (self->player), duration);
  gtk_adjustment_set_upper (self->adjustment, MAX (duration, 0.01));
  gtk_adjustment_set_value (self->adjustment, position);
  position_text = myna_time_text_clock (position);
  duration_text = myna_time_text_clock (duration);
  /* Translators: position and length of a recording, as in "0:12 / 1:05" */
  text = g_strdup_printf (_ ("%s / %s"), position_text, duration_text);
  if (g_strcmp0 (gtk_label_get_text (self->time), text) == 0)
    return;
  gtk_label_set_text (self->time, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->seek), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text, -1);
}

static void
on_player_notify (MynaPlayerBar *self, GParamSpec *pspec, MynaTakePlayer *player)
{
  g_assert (MYNA_IS_PLAYER_BAR (self));

  if (g_str_equal (pspec->name, "position") || g_str_equal (pspec->name, "duration"))
    update_position (self);
  else if (g_str_equal (pspec->name, "playing"))
    update_playing (self);
  else if (g_str_equal (pspec->name, "take") || g_str_equal (pspec->name, "piece"))
    update_title (self);
}

static void
on_play_clicked (MynaPlayerBar *self, GtkButton *button)
{
  g_assert (MYNA_IS_PLAYER_BAR (self));

  myna_take_player_toggle (self->player);
}

static gboolean
on_seek (MynaPlayerBar *self, GtkScrollType scroll, double value, GtkRange *range)
{
  g_assert (MYNA_IS_PLAYER_BAR (self));

  myna_take_player_seek (self->player, value);
  return GDK_EVENT_PROPAGATE;
}

/**
 * myna_player_bar_set_player:
 * @self: the bar
 * @player: what it controls
 */
void
myna_player_bar_set_player (MynaPlayerBar *self, MynaTakePlayer *player)
{
  g_return_if_fail (MYNA_IS_PLAYER_BAR (self));
  g_return_if_fail (MYNA_IS_TAKE_PLAYER (player));

  if (!g_set_object (&self->player, player))
    return;
  g_signal_group_set_target (self->player_signals, player);
  update_title (self);
  update_playing (self);
  update_position (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYER]);
}

static void
myna_player_bar_dispose (GObject *object)
{
  MynaPlayerBar *self = MYNA_PLAYER_BAR (object);

  g_clear_object (&self->player_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_PLAYER_BAR);
  g_clear_object (&self->player);

  G_OBJECT_CLASS (myna_player_bar_parent_class)->dispose (object);
}

static void
myna_player_bar_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaPlayerBar *self = MYNA_PLAYER_BAR (object);

  if (prop_id == PROP_PLAYER)
    g_value_set_object (value, self->player);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
myna_player_bar_set_property (GObject *object,
                              guint prop_id,
                              const GValue *value,
                              GParamSpec *pspec)
{
  MynaPlayerBar *self = MYNA_PLAYER_BAR (object);

  if (prop_id == PROP_PLAYER)
    myna_player_bar_set_player (self, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
myna_player_bar_class_init (MynaPlayerBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = myna_player_bar_dispose;
  object_class->get_property = myna_player_bar_get_property;
  object_class->set_property = myna_player_bar_set_property;

  properties[PROP_PLAYER] =
      g_param_spec_object ("player", NULL, NULL, MYNA_TYPE_TAKE_PLAYER,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-player-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaPlayerBar, play_button);
  gtk_widget_class_bind_template_child (widget_class, MynaPlayerBar, title);
  gtk_widget_class_bind_template_child (widget_class, MynaPlayerBar, time);
  gtk_widget_class_bind_template_child (widget_class, MynaPlayerBar, seek);
  gtk_widget_class_bind_template_child (widget_class, MynaPlayerBar, adjustment);
  gtk_widget_class_bind_template_callback (widget_class, on_play_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_seek);
}

static void
myna_player_bar_init (MynaPlayerBar *self)
{
  self->player_signals = g_signal_group_new (MYNA_TYPE_TAKE_PLAYER);
  g_signal_group_connect_swapped (self->player_signals, "notify", G_CALLBACK (on_player_notify),
                                  self);
  gtk_widget_init_template (GTK_WIDGET (self));
}
