/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-voice-row.h"

#include <glib/gi18n.h>

#include "engine/text/myna-language.h"
#include "ui/voices/myna-quality-view.h"
#include "ui/voices/myna-voice-operations.h"
#include "ui/widgets/myna-time-text.h"

struct _MynaVoiceRow
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkButton *play_button;
  GtkLabel *name;
  GtkLabel *facts;
  GtkImage *badge;

  /* Owned references */
  MynaVoices *voices;
  MynaVoicePlayer *player;
  MynaVoice *voice;
  GSignalGroup *voice_signals;
};

G_DEFINE_FINAL_TYPE (MynaVoiceRow, myna_voice_row, ADW_TYPE_BIN)

static char *
dup_facts (MynaVoice *voice)
{
  g_autofree char *language = myna_language_dup_name (myna_voice_get_language (voice));
  g_autofree char *length = myna_time_text_clock (myna_voice_get_duration (voice));
  const char *const *warnings = myna_voice_get_warnings (voice);
  guint n = warnings != NULL ? g_strv_length ((char **) warnings) : 0;
  g_autofree char *quality = NULL;

  if (!myna_voice_get_prepared (voice))
    quality = g_strdup (_ ("Getting ready…"));
  else if (n == 0)
    quality = g_strdup (_ ("Good sample"));
  else
    quality = g_strdup_printf (ngettext ("%u hint", "%u hints", n), n);
  return g_strjoin (" · ", language, length, quality, NULL);
}

static void
sync_badge (MynaVoiceRow *self)
{
  const char *const *warnings = myna_voice_get_warnings (self->voice);
  gboolean good = warnings == NULL || warnings[0] == NULL;
  MynaQualityGrade grade = good ? MYNA_QUALITY_GOOD : MYNA_QUALITY_FAIR;
  g_autofree char *text =
      good ? g_strdup (myna_quality_name (grade)) : g_strjoinv ("\n", (char **) warnings);

  g_assert (MYNA_IS_VOICE_ROW (self));

  gtk_image_set_from_icon_name (self->badge, myna_quality_icon (grade));
  gtk_widget_set_css_classes (GTK_WIDGET (self->badge),
                              (const char *[]) { myna_quality_css_class (grade), NULL });
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->badge), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->badge), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                  -1);
}

static void
sync_voice (MynaVoiceRow *self)
{
  g_autofree char *facts = NULL;

  g_assert (MYNA_IS_VOICE_ROW (self));

  if (self->voice == NULL)
    return;
  facts = dup_facts (self->voice);
  gtk_label_set_text (self->name, myna_voice_get_name (self->voice));
  gtk_label_set_text (self->facts, facts);
  sync_badge (self);
}

static void
sync_player (MynaVoiceRow *self)
{
  gboolean playing = self->voice != NULL && myna_voice_player_is_playing (self->player, self->voice,
                                                                          MYNA_VOICE_PLAYER_ALL);

  g_assert (MYNA_IS_VOICE_ROW (self));

  gtk_button_set_icon_name (self->play_button, playing ? "media-playback-stop-symbolic"
                                                       : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button),
                               playing ? _ ("Stop") : _ ("Play Sample"));
}

static void
voice_changed_cb (MynaVoiceRow *self)
{
  sync_voice (self);
}

static void
player_changed_cb (MynaVoiceRow *self)
{
  sync_player (self);
}

static void
play_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoiceRow *self = MYNA_VOICE_ROW (widget);

  g_assert (MYNA_IS_VOICE_ROW (self));

  myna_voice_player_toggle (self->player, self->voice, MYNA_VOICE_PLAYER_ALL);
}

static void
open_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoiceRow *self = MYNA_VOICE_ROW (widget);

  g_assert (MYNA_IS_VOICE_ROW (self));

  gtk_widget_activate_action (widget, "voices.show-voice", "s", myna_voice_get_id (self->voice));
}

static void
use_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoiceRow *self = MYNA_VOICE_ROW (widget);

  g_assert (MYNA_IS_VOICE_ROW (self));

  gtk_widget_activate_action (widget, "voices.use-voice", "s", myna_voice_get_id (self->voice));
}

static void
rename_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoiceRow *self = MYNA_VOICE_ROW (widget);

  g_assert (MYNA_IS_VOICE_ROW (self));

  myna_voice_operations_rename (widget, self->voices, self->voice);
}

static void
delete_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoiceRow *self = MYNA_VOICE_ROW (widget);

  g_assert (MYNA_IS_VOICE_ROW (self));

  if (myna_voice_player_is_playing (self->player, self->voice, MYNA_VOICE_PLAYER_ALL))
    myna_voice_player_stop (self->player);
  myna_voice_operations_delete (widget, self->voices, self->voice);
}

static void
myna_voice_row_dispose (GObject *object)
{
  MynaVoiceRow *self = MYNA_VOICE_ROW (object);

  g_clear_object (&self->voice_signals);
  if (self->player != NULL)
    g_signal_handlers_disconnect_by_data (self->player, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_VOICE_ROW);
  g_clear_object (&self->voice);
  g_clear_object (&self->player);
  g_clear_object (&self->voices);

  G_OBJECT_CLASS (myna_voice_row_parent_class)->dispose (object);
}

static void
myna_voice_row_class_init (MynaVoiceRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_voice_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/voices/myna-voice-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaVoiceRow, play_button);
  gtk_widget_class_bind_template_child (widget_class, MynaVoiceRow, name);
  gtk_widget_class_bind_template_child (widget_class, MynaVoiceRow, facts);
  gtk_widget_class_bind_template_child (widget_class, MynaVoiceRow, badge);
  gtk_widget_class_install_action (widget_class, "voice.play", NULL, play_action);
  gtk_widget_class_install_action (widget_class, "voice.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "voice.use", NULL, use_action);
  gtk_widget_class_install_action (widget_class, "voice.rename", NULL, rename_action);
  gtk_widget_class_install_action (widget_class, "voice.delete", NULL, delete_action);
}

static void
myna_voice_row_init (MynaVoiceRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->voice_signals = g_signal_group_new (MYNA_TYPE_VOICE);
  g_signal_group_connect_swapped (self->voice_signals, "notify", G_CALLBACK (voice_changed_cb),
                                  self);
}

/**
 * myna_voice_row_new:
 * @voices: the library's voices
 * @player: what plays the samples
 *
 * Returns: (transfer floating): a row without a voice
 */
GtkWidget *
myna_voice_row_new (MynaVoices *voices, MynaVoicePlayer *player)
{
  MynaVoiceRow *self;

  g_return_val_if_fail (MYNA_IS_VOICES (voices), NULL);
  g_return_val_if_fail (MYNA_IS_VOICE_PLAYER (player), NULL);

  self = g_object_new (MYNA_TYPE_VOICE_ROW, NULL);
  self->voices = g_object_ref (voices);
  self->player = g_object_ref (player);
  g_signal_connect_object (player, "changed", G_CALLBACK (player_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * myna_voice_row_set_voice:
 * @voice: (nullable): what to show
 */
void
myna_voice_row_set_voice (MynaVoiceRow *self, MynaVoice *voice)
{
  g_return_if_fail (MYNA_IS_VOICE_ROW (self));
  g_return_if_fail (voice == NULL || MYNA_IS_VOICE (voice));

  g_set_object (&self->voice, voice);
  g_signal_group_set_target (self->voice_signals, voice);
  sync_voice (self);
  sync_player (self);
}
