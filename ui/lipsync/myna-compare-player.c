/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/lipsync/myna-compare-player.h"

#include <glib/gi18n.h>

#include "ui/lipsync/myna-compare-view.h"
#include "ui/lipsync/myna-video-stream.h"
#include "ui/widgets/myna-time-text.h"

struct _MynaComparePlayer
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkStack *stack;
  MynaCompareView *view;
  GtkWidget *before_label;
  GtkWidget *after_label;
  GtkWidget *spinner;
  AdwStatusPage *error_page;
  GtkWidget *controls;
  GtkButton *play_button;
  GtkScale *seek;
  GtkAdjustment *adjustment;
  GtkLabel *time;

  /* Owned references */
  GtkMediaStream *before; /* NULL for one video alone */
  GtkMediaStream *after;  /* the one whose clock counts */
  GdkSurface *surface;    /* the streams are realized on it while the widget is mapped */
  GSignalGroup *before_signals;
  GSignalGroup *after_signals;
};

enum
{
  PROP_0,
  PROP_PLAYING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaComparePlayer, myna_compare_player, ADW_TYPE_BIN)

static void
show_error (MynaComparePlayer *self, const GError *error)
{
  g_autofree char *text = g_markup_escape_text (error->message, -1);

  adw_status_page_set_description (self->error_page, text);
  gtk_stack_set_visible_child_name (self->stack, "error");
  gtk_widget_set_sensitive (self->controls, FALSE);
}

/* The label changes once a second, and only then does a screen reader hear of it. */
static void
update_position (MynaComparePlayer *self)
{
  double duration = 0.0;
  double position = 0.0;
  g_autofree char *position_text = NULL;
  g_autofree char *duration_text = NULL;
  g_autofree char *text = NULL;

  if (self->after != NULL)
    {
      duration = (double) gtk_media_stream_get_duration (self->after) / 1e6;
      position = MIN ((double) gtk_media_stream_get_timestamp (self->after) / 1e6, duration);
    }
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
update_playing (MynaComparePlayer *self)
{
  gboolean playing = myna_compare_player_get_playing (self);

  gtk_button_set_icon_name (self->play_button, playing ? "media-playback-pause-symbolic"
                                                       : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), playing ? _ ("Pause") : _ ("Play"));
  /* The one before goes along, and stops along at the end. */
  if (self->before != NULL && gtk_media_stream_get_playing (self->before) != playing)
    gtk_media_stream_set_playing (self->before, playing);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYING]);
}

static void
update_prepared (MynaComparePlayer *self)
{
  gboolean ready = self->after != NULL && gtk_media_stream_is_prepared (self->after);

  gtk_widget_set_sensitive (self->controls, ready);
  gtk_widget_set_visible (self->spinner, self->after != NULL && !ready);
}

static void
on_after_notify (MynaComparePlayer *self, GParamSpec *pspec, GtkMediaStream *stream)
{
  g_assert (MYNA_IS_COMPARE_PLAYER (self));

  if (g_str_equal (pspec->name, "timestamp") || g_str_equal (pspec->name, "duration"))
    update_position (self);
  else if (g_str_equal (pspec->name, "playing"))
    update_playing (self);
  else if (g_str_equal (pspec->name, "prepared"))
    update_prepared (self);
  else if (g_str_equal (pspec->name, "error") && gtk_media_stream_get_error (stream) != NULL)
    show_error (self, gtk_media_stream_get_error (stream));
}

/* Without the one before, the one after is still worth seeing. */
static void
on_before_error (MynaComparePlayer *self, GParamSpec *pspec, GtkMediaStream *stream)
{
  g_assert (MYNA_IS_COMPARE_PLAYER (self));

  if (gtk_media_stream_get_error (stream) == NULL)
    return;
  myna_compare_view_set_before (self->view, NULL);
  gtk_widget_set_visible (self->before_label, FALSE);
  gtk_widget_set_visible (self->after_label, FALSE);
}

static void
on_play_clicked (MynaComparePlayer *self, GtkButton *button)
{
  g_assert (MYNA_IS_COMPARE_PLAYER (self));

  if (myna_compare_player_get_playing (self))
    myna_compare_player_pause (self);
  else
    myna_compare_player_play (self);
}

static gboolean
on_seek (MynaComparePlayer *self, GtkScrollType scroll, double value, GtkRange *range)
{
  gint64 timestamp = 0;

  g_assert (MYNA_IS_COMPARE_PLAYER (self));

  if (self->after == NULL)
    return GDK_EVENT_PROPAGATE;
  timestamp = (gint64) (CLAMP (value, 0, gtk_adjustment_get_upper (self->adjustment)) * 1e6);
  gtk_media_stream_seek (self->after, timestamp);
  if (self->before != NULL)
    gtk_media_stream_seek (self->before, timestamp);
  return GDK_EVENT_PROPAGATE;
}

static void
set_surface (MynaComparePlayer *self, GdkSurface *surface)
{
  GtkMediaStream *streams[2] = { self->before, self->after };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      if (streams[i] != NULL && self->surface != NULL)
        gtk_media_stream_unrealize (streams[i], self->surface);
      if (streams[i] != NULL && surface != NULL)
        gtk_media_stream_realize (streams[i], surface);
    }
  g_set_object (&self->surface, surface);
}

static GdkSurface *
find_surface (MynaComparePlayer *self)
{
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));

  return native != NULL ? gtk_native_get_surface (native) : NULL;
}

static void
myna_compare_player_map (GtkWidget *widget)
{
  MynaComparePlayer *self = MYNA_COMPARE_PLAYER (widget);

  GTK_WIDGET_CLASS (myna_compare_player_parent_class)->map (widget);
  set_surface (self, find_surface (self));
}

static void
myna_compare_player_unmap (GtkWidget *widget)
{
  MynaComparePlayer *self = MYNA_COMPARE_PLAYER (widget);

  myna_compare_player_pause (self);
  set_surface (self, NULL);
  GTK_WIDGET_CLASS (myna_compare_player_parent_class)->unmap (widget);
}

/**
 * myna_compare_player_new:
 *
 * Returns: (transfer floating): an empty player
 */
GtkWidget *
myna_compare_player_new (void)
{
  return g_object_new (MYNA_TYPE_COMPARE_PLAYER, NULL);
}

/**
 * myna_compare_player_set_files:
 * @before: (nullable) (type filename): the original; NULL shows @after alone
 * @after: (nullable) (type filename): the video, whose sound is heard; NULL empties the player
 *
 * Shows the first picture; nothing plays yet. What is wrong with a file is said in the player.
 */
void
myna_compare_player_set_files (MynaComparePlayer *self, const char *before, const char *after)
{
  GdkSurface *surface = NULL;

  g_return_if_fail (MYNA_IS_COMPARE_PLAYER (self));

  myna_compare_player_pause (self);
  set_surface (self, NULL);
  g_clear_object (&self->before);
  g_clear_object (&self->after);
  if (after != NULL)
    self->after = myna_video_stream_new (after);
  if (after != NULL && before != NULL)
    {
      self->before = myna_video_stream_new (before);
      myna_video_stream_set_leader (MYNA_VIDEO_STREAM (self->before),
                                    MYNA_VIDEO_STREAM (self->after));
    }
  g_signal_group_set_target (self->after_signals, self->after);
  g_signal_group_set_target (self->before_signals, self->before);
  myna_compare_view_set_before (self->view, GDK_PAINTABLE (self->before));
  myna_compare_view_set_after (self->view, GDK_PAINTABLE (self->after));
  myna_compare_view_set_position (self->view, 0.5);
  gtk_widget_set_visible (self->before_label, self->before != NULL);
  gtk_widget_set_visible (self->after_label, self->before != NULL);
  gtk_stack_set_visible_child_name (self->stack, "video");
  surface = gtk_widget_get_mapped (GTK_WIDGET (self)) ? find_surface (self) : NULL;
  set_surface (self, surface);
  update_prepared (self);
  update_position (self);
  update_playing (self);
}

/**
 * myna_compare_player_play:
 *
 * Plays on, or from the start after the end. Only while the widget is shown.
 */
void
myna_compare_player_play (MynaComparePlayer *self)
{
  g_return_if_fail (MYNA_IS_COMPARE_PLAYER (self));

  if (self->after == NULL || self->surface == NULL)
    return;
  if (self->before != NULL && gtk_media_stream_get_ended (self->after))
    gtk_media_stream_seek (self->before, 0);
  gtk_media_stream_play (self->after);
}

/**
 * myna_compare_player_pause:
 *
 * Stops where it is.
 */
void
myna_compare_player_pause (MynaComparePlayer *self)
{
  g_return_if_fail (MYNA_IS_COMPARE_PLAYER (self));

  if (self->after != NULL)
    gtk_media_stream_pause (self->after);
}

/**
 * myna_compare_player_get_playing:
 *
 * Returns: whether it plays
 */
gboolean
myna_compare_player_get_playing (MynaComparePlayer *self)
{
  g_return_val_if_fail (MYNA_IS_COMPARE_PLAYER (self), FALSE);

  return self->after != NULL && gtk_media_stream_get_playing (self->after);
}

static void
myna_compare_player_dispose (GObject *object)
{
  MynaComparePlayer *self = MYNA_COMPARE_PLAYER (object);

  if (self->after_signals != NULL)
    g_signal_group_set_target (self->after_signals, NULL);
  set_surface (self, NULL);
  g_clear_object (&self->after_signals);
  g_clear_object (&self->before_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_COMPARE_PLAYER);
  g_clear_object (&self->before);
  g_clear_object (&self->after);

  G_OBJECT_CLASS (myna_compare_player_parent_class)->dispose (object);
}

static void
myna_compare_player_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaComparePlayer *self = MYNA_COMPARE_PLAYER (object);

  if (prop_id == PROP_PLAYING)
    g_value_set_boolean (value, myna_compare_player_get_playing (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
myna_compare_player_class_init (MynaComparePlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = myna_compare_player_dispose;
  object_class->get_property = myna_compare_player_get_property;
  widget_class->map = myna_compare_player_map;
  widget_class->unmap = myna_compare_player_unmap;

  properties[PROP_PLAYING] =
      g_param_spec_boolean ("playing", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (MYNA_TYPE_COMPARE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, MYNA_RESOURCE_BASE
                                               "/lipsync/myna-compare-player.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, stack);
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, view);
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, before_label);
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, after_label);
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, spinner);
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, error_page);
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, controls);
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, play_button);
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, seek);
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, adjustment);
  gtk_widget_class_bind_template_child (widget_class, MynaComparePlayer, time);
  gtk_widget_class_bind_template_callback (widget_class, on_play_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_seek);
}

static void
myna_compare_player_init (MynaComparePlayer *self)
{
  self->before_signals = g_signal_group_new (GTK_TYPE_MEDIA_STREAM);
  g_signal_group_connect_swapped (self->before_signals, "notify::error",
                                  G_CALLBACK (on_before_error), self);
  self->after_signals = g_signal_group_new (GTK_TYPE_MEDIA_STREAM);
  g_signal_group_connect_swapped (self->after_signals, "notify", G_CALLBACK (on_after_notify),
                                  self);
  gtk_widget_init_template (GTK_WIDGET (self));
  update_prepared (self);
  update_position (self);
}
