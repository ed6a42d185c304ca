/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-clip-editor.h"

#include <glib/gi18n.h>
#include <math.h>

#include "engine/voice/myna-voice-maker.h"
#include "ui/voices/myna-quality-view.h"
#include "ui/widgets/myna-time-text.h"
#include "ui/widgets/myna-toasts.h"
#include "ui/widgets/myna-waveform.h"

#define ZOOM_FACTOR 2.0
#define ZOOM_FROM 20.0 /* seconds: shorter recordings are seen well enough as a whole */

struct _MynaClipEditor
{
  AdwBin parent_instance;

  /* Template widgets */
  AdwPreferencesGroup *stream_group;
  AdwComboRow *stream_row;
  GtkStack *stack;
  GtkLabel *failure_label;
  GtkLabel *long_label;
  MynaWaveform *waveform;
  GtkButton *play_button;
  GtkSpinButton *start_spin;
  GtkSpinButton *end_spin;
  GtkWidget *zoom_box;
  MynaQualityView *quality_view;

  /* Owned references */
  MynaClip *clip;
  MynaPlayer *player;
  GSignalGroup *clip_signals;
  GSignalGroup *player_signals;

  /* State */
  double play_from;     /* seconds of the file, or -1: from the start of the selection */
  double playing_start; /* where in the file the player's list begins */
  gboolean show_quality;
  gboolean mine;    /* what sounds is this clip */
  gboolean syncing; /* the widgets follow the clip, not the other way round */
};

G_DEFINE_FINAL_TYPE (MynaClipEditor, myna_clip_editor, ADW_TYPE_BIN)

static void
sync_region (MynaClipEditor *self)
{
  double duration = myna_clip_get_duration (self->clip);
  double start = myna_clip_get_start (self->clip);
  double end = myna_clip_get_end (self->clip);

  g_assert (MYNA_IS_CLIP_EDITOR (self));

  self->syncing = TRUE;
  gtk_spin_button_set_range (self->start_spin, 0.0, duration);
  gtk_spin_button_set_range (self->end_spin, 0.0, duration);
  gtk_spin_button_set_value (self->start_spin, start);
  gtk_spin_button_set_value (self->end_spin, end);
  myna_waveform_set_selection (self->waveform, start, end);
  self->syncing = FALSE;
}

static void
sync_streams (MynaClipEditor *self)
{
  GListModel *streams = G_LIST_MODEL (myna_clip_get_streams (self->clip));

  g_assert (MYNA_IS_CLIP_EDITOR (self));

  self->syncing = TRUE;
  if (adw_combo_row_get_model (self->stream_row) != streams)
    adw_combo_row_set_model (self->stream_row, streams);
  if (g_list_model_get_n_items (streams) > 0)
    adw_combo_row_set_selected (self->stream_row, myna_clip_get_stream (self->clip));
  gtk_widget_set_visible (GTK_WIDGET (self->stream_group), g_list_model_get_n_items (streams) > 1);
  self->syncing = FALSE;
}

static void
sync_clip (MynaClipEditor *self)
{
  MynaClipState state = myna_clip_get_state (self->clip);
  const char *page = "wave";

  g_assert (MYNA_IS_CLIP_EDITOR (self));

  if (state == MYNA_CLIP_FAILED)
    page = "failed";
  else if (myna_clip_get_peaks (self->clip) == NULL)
    page = "reading";
  gtk_stack_set_visible_child_name (self->stack, page);
  gtk_label_set_text (self->failure_label,
                      state == MYNA_CLIP_FAILED ? myna_clip_get_error (self->clip) : "");
  gtk_widget_set_visible (GTK_WIDGET (self->long_label),
                          self->show_quality && myna_clip_is_long (self->clip));
  gtk_widget_set_visible (self->zoom_box, myna_clip_get_duration (self->clip) > ZOOM_FROM);
  gtk_widget_set_visible (GTK_WIDGET (self->quality_view),
                          self->show_quality && state == MYNA_CLIP_READY);
  myna_quality_view_set_quality (self->quality_view, myna_clip_get_quality (self->clip));
  sync_streams (self);
  sync_region (self);
}

static void
clip_changed_cb (MynaClipEditor *self, MynaClip *clip)
{
  g_assert (MYNA_IS_CLIP_EDITOR (self));

  sync_clip (self);
}

static void
peaks_changed_cb (MynaClipEditor *self, MynaClip *clip)
{
  GArray *peaks = myna_clip_get_peaks (clip);

  g_assert (MYNA_IS_CLIP_EDITOR (self));

  if (peaks == NULL)
    myna_waveform_clear (self->waveform);
  else
    myna_waveform_set_peaks (self->waveform, peaks, myna_clip_get_duration (clip));
  sync_clip (self);
}

static void
sync_player (MynaClipEditor *self)
{
  gboolean playing = self->mine && myna_player_get_playing (self->player);

  g_assert (MYNA_IS_CLIP_EDITOR (self));

  gtk_button_set_icon_name (self->play_button, playing ? "media-playback-stop-symbolic"
                                                       : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button),
                               playing ? _ ("Stop") : _ ("Play Selection"));
}

static void
playing_cb (MynaClipEditor *self)
{
  g_assert (MYNA_IS_CLIP_EDITOR (self));

  sync_player (self);
}

static void
position_cb (MynaClipEditor *self)
{
  g_assert (MYNA_IS_CLIP_EDITOR (self));

  if (self->mine && myna_player_get_playing (self->player))
    myna_waveform_set_position (self->waveform,
                                self->playing_start + myna_player_get_position (self->player));
}

static void
ended_cb (MynaClipEditor *self)
{
  g_assert (MYNA_IS_CLIP_EDITOR (self));

  if (!self->mine)
    return;
  self->mine = FALSE;
  self->play_from = -1.0;
  myna_waveform_set_position (self->waveform, -1.0);
  sync_player (self);
}

static void
player_error_cb (MynaClipEditor *self)
{
  const char *error = myna_player_get_error (self->player);

  g_assert (MYNA_IS_CLIP_EDITOR (self));

  if (!self->mine || error == NULL)
    return;
  myna_toasts_add_text (GTK_WIDGET (self), error);
  myna_clip_editor_stop (self);
}

static void
play (MynaClipEditor *self, double from)
{
  g_autoptr (GError) error = NULL;
  double end = myna_clip_get_end (self->clip);

  g_assert (MYNA_IS_CLIP_EDITOR (self));

  if (end <= from)
    end = myna_clip_get_duration (self->clip);
  myna_player_clear (self->player);
  myna_player_append_stream (self->player, myna_clip_get_path (self->clip),
                             myna_clip_get_stream_index (self->clip), from, end, 0.0);
  myna_player_close_list (self->player);
  self->mine = TRUE;
  self->playing_start = from;
  if (!myna_player_play (self->player, &error))
    {
      self->mine = FALSE;
      myna_toasts_add_error (GTK_WIDGET (self), error);
    }
  sync_player (self);
}

/**
 * myna_clip_editor_toggle:
 *
 * Plays the selection from the play cursor or its start; stops when it plays.
 */
void
myna_clip_editor_toggle (MynaClipEditor *self)
{
  g_return_if_fail (MYNA_IS_CLIP_EDITOR (self));
  g_return_if_fail (self->player != NULL);

  if (self->clip == NULL || myna_clip_get_state (self->clip) != MYNA_CLIP_READY)
    return;
  if (self->mine && myna_player_get_playing (self->player))
    myna_clip_editor_stop (self);
  else
    play (self, self->play_from >= 0.0 ? self->play_from : myna_clip_get_start (self->clip));
}

/**
 * myna_clip_editor_stop:
 *
 * Silences the clip when it is what sounds.
 */
void
myna_clip_editor_stop (MynaClipEditor *self)
{
  g_return_if_fail (MYNA_IS_CLIP_EDITOR (self));

  self->play_from = -1.0;
  if (self->waveform != NULL)
    myna_waveform_set_position (self->waveform, -1.0);
  if (!self->mine)
    return;
  self->mine = FALSE;
  myna_player_stop (self->player);
  if (self->play_button != NULL)
    sync_player (self);
}

static void
on_play_clicked (MynaClipEditor *self, GtkButton *button)
{
  g_assert (MYNA_IS_CLIP_EDITOR (self));

  myna_clip_editor_toggle (self);
}

static void
on_seek (MynaClipEditor *self, double seconds, MynaWaveform *waveform)
{
  g_assert (MYNA_IS_CLIP_EDITOR (self));

  if (self->mine && myna_player_get_playing (self->player))
    {
      play (self, seconds);
      return;
    }
  self->play_from = seconds;
  myna_waveform_set_position (self->waveform, seconds);
}

static void
on_selection_changed (MynaClipEditor *self, MynaWaveform *waveform)
{
  g_assert (MYNA_IS_CLIP_EDITOR (self));

  if (self->syncing || self->clip == NULL)
    return;
  self->play_from = -1.0;
  myna_clip_set_region (self->clip, myna_waveform_get_selection_start (waveform),
                        myna_waveform_get_selection_end (waveform));
}

static void
on_spin_changed (MynaClipEditor *self, GtkSpinButton *spin)
{
  double start;
  double end;

  g_assert (MYNA_IS_CLIP_EDITOR (self));

  if (self->syncing || self->clip == NULL)
    return;
  start = gtk_spin_button_get_value (self->start_spin);
  end = gtk_spin_button_get_value (self->end_spin);
  /* The time that was typed stands; the other one makes room. */
  if (spin == self->start_spin)
    end = MAX (end, start);
  else
    start = MIN (start, end);
  myna_clip_set_region (self->clip, start, end);
}

static void
on_stream_selected (MynaClipEditor *self, GParamSpec *pspec, AdwComboRow *row)
{
  guint selected = adw_combo_row_get_selected (row);

  g_assert (MYNA_IS_CLIP_EDITOR (self));

  if (self->syncing || self->clip == NULL || selected == GTK_INVALID_LIST_POSITION)
    return;
  myna_clip_editor_stop (self);
  myna_clip_set_stream (self->clip, selected);
}

static void
on_zoom_in (MynaClipEditor *self, GtkButton *button)
{
  g_assert (MYNA_IS_CLIP_EDITOR (self));

  myna_waveform_zoom (self->waveform, ZOOM_FACTOR);
}

static void
on_zoom_out (MynaClipEditor *self, GtkButton *button)
{
  g_assert (MYNA_IS_CLIP_EDITOR (self));

  myna_waveform_zoom (self->waveform, 1.0 / ZOOM_FACTOR);
}

static void
on_zoom_fit (MynaClipEditor *self, GtkButton *button)
{
  g_assert (MYNA_IS_CLIP_EDITOR (self));

  myna_waveform_show_range (self->waveform, myna_waveform_get_selection_start (self->waveform),
                            myna_waveform_get_selection_end (self->waveform));
}

static void
myna_clip_editor_dispose (GObject *object)
{
  MynaClipEditor *self = MYNA_CLIP_EDITOR (object);

  myna_clip_editor_stop (self);
  g_clear_object (&self->clip_signals);
  g_clear_object (&self->player_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_CLIP_EDITOR);
  g_clear_object (&self->clip);
  g_clear_object (&self->player);

  G_OBJECT_CLASS (myna_clip_editor_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/voices/myna-clip-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, stream_group);
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, stream_row);
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, stack);
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, failure_label);
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, long_label);
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, waveform);
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, play_button);
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, start_spin);
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, end_spin);
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, zoom_box);
  gtk_widget_class_bind_template_child (widget_class, MynaClipEditor, quality_view);
  gtk_widget_class_bind_template_callback (widget_class, on_play_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_seek);
  gtk_widget_class_bind_template_callback (widget_class, on_selection_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_spin_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_stream_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_in);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_out);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_fit);
}

static void
myna_clip_editor_class_init (MynaClipEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_clip_editor_dispose;

  g_type_ensure (MYNA_TYPE_WAVEFORM);
  g_type_ensure (MYNA_TYPE_QUALITY_VIEW);
  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
set_long_text (MynaClipEditor *self)
{
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_CLIP_EDITOR (self));

  text = g_strdup_printf (
      ngettext ("This is a long recording. Choose up to %d minute in which only this person "
                "speaks; one minute is enough.",
                "This is a long recording. Choose up to %d minutes in which only this person "
                "speaks; one minute is enough.",
                MYNA_VOICE_MAX_SECONDS / 60),
      MYNA_VOICE_MAX_SECONDS / 60);
  gtk_label_set_text (self->long_label, text);
}

static void
myna_clip_editor_init (MynaClipEditor *self)
{
  self->play_from = -1.0;
  self->show_quality = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  set_long_text (self);
  myna_time_text_bind_spin (self->start_spin);
  myna_time_text_bind_spin (self->end_spin);

  self->clip_signals = g_signal_group_new (MYNA_TYPE_CLIP);
  g_signal_group_connect_swapped (self->clip_signals, "changed", G_CALLBACK (clip_changed_cb),
                                  self);
  g_signal_group_connect_swapped (self->clip_signals, "peaks-changed",
                                  G_CALLBACK (peaks_changed_cb), self);
  self->player_signals = g_signal_group_new (MYNA_TYPE_PLAYER);
  g_signal_group_connect_swapped (self->player_signals, "notify::playing", G_CALLBACK (playing_cb),
                                  self);
  g_signal_group_connect_swapped (self->player_signals, "notify::position",
                                  G_CALLBACK (position_cb), self);
  g_signal_group_connect_swapped (self->player_signals, "notify::error",
                                  G_CALLBACK (player_error_cb), self);
  g_signal_group_connect_swapped (self->player_signals, "ended", G_CALLBACK (ended_cb), self);
}

/**
 * myna_clip_editor_set_player:
 * @player: what the selection is played with; may be shared, one thing sounds at a time
 */
void
myna_clip_editor_set_player (MynaClipEditor *self, MynaPlayer *player)
{
  g_return_if_fail (MYNA_IS_CLIP_EDITOR (self));
  g_return_if_fail (MYNA_IS_PLAYER (player));

  if (g_set_object (&self->player, player))
    g_signal_group_set_target (self->player_signals, player);
}

/**
 * myna_clip_editor_set_clip:
 * @clip: (nullable): what to show
 */
void
myna_clip_editor_set_clip (MynaClipEditor *self, MynaClip *clip)
{
  g_return_if_fail (MYNA_IS_CLIP_EDITOR (self));
  g_return_if_fail (clip == NULL || MYNA_IS_CLIP (clip));

  if (self->clip == clip)
    return;
  myna_clip_editor_stop (self);
  g_set_object (&self->clip, clip);
  g_signal_group_set_target (self->clip_signals, clip);
  if (clip != NULL)
    peaks_changed_cb (self, clip);
}

/**
 * myna_clip_editor_set_show_quality:
 * @show: whether it says what the selection is worth as the sample of a voice; it does by default
 */
void
myna_clip_editor_set_show_quality (MynaClipEditor *self, gboolean show)
{
  g_return_if_fail (MYNA_IS_CLIP_EDITOR (self));

  self->show_quality = show;
  gtk_widget_set_visible (GTK_WIDGET (self->quality_view), show);
  if (self->clip != NULL)
    sync_clip (self);
}

/**
 * myna_clip_editor_get_clip:
 *
 * Returns: (transfer none) (nullable): what is shown
 */
MynaClip *
myna_clip_editor_get_clip (MynaClipEditor *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP_EDITOR (self), NULL);

  return self->clip;
}
