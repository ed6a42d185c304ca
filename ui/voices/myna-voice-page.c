/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-voice-page.h"

#include <glib/gi18n.h>

#include "ui/voices/myna-quality-view.h"
#include "ui/voices/myna-voice-models.h"
#include "ui/voices/myna-voice-operations.h"
#include "ui/widgets/myna-language-row.h"
#include "ui/widgets/myna-time-text.h"
#include "ui/widgets/myna-toasts.h"

struct _MynaVoicePage
{
  AdwNavigationPage parent_instance;

  /* Template widgets */
  AdwActionRow *prepared_row;
  GtkImage *prepared_icon;
  MynaQualityView *quality_view;
  AdwPreferencesGroup *clips_group;
  MynaLanguageRow *language_row;
  AdwPreferencesGroup *transcript_group;
  GtkWidget *save_button;
  GtkTextBuffer *transcript_buffer;
  MynaVoiceModels *models;
  AdwActionRow *consent_row;

  /* Owned references */
  MynaVoices *voices;
  MynaVoicePlayer *player;
  MynaVoice *voice;
  GSignalGroup *voice_signals;
  GPtrArray *play_buttons; /* of GtkButton, one a clip */

  /* State */
  gboolean syncing;
};

G_DEFINE_FINAL_TYPE (MynaVoicePage, myna_voice_page, ADW_TYPE_NAVIGATION_PAGE)

static char *
dup_transcript (MynaVoicePage *self)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (self->transcript_buffer, &start, &end);
  return gtk_text_buffer_get_text (self->transcript_buffer, &start, &end, FALSE);
}

static const char *
get_saved_transcript (MynaVoicePage *self)
{
  const char *transcript = myna_voice_get_transcript (self->voice);

  return transcript != NULL ? transcript : "";
}

static void
sync_prepared (MynaVoicePage *self)
{
  gboolean prepared = myna_voice_get_prepared (self->voice);

  g_assert (MYNA_IS_VOICE_PAGE (self));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->prepared_row),
                                 prepared ? _ ("Ready to Speak") : _ ("Getting Ready…"));
  adw_action_row_set_subtitle (self->prepared_row,
                               prepared ? "" : _ ("The sample is being studied; see the Queue"));
  gtk_image_set_from_icon_name (self->prepared_icon,
                                prepared ? "object-select-symbolic" : "content-loading-symbolic");
}

static void
sync_consent (MynaVoicePage *self)
{
  g_autofree char *consent = NULL;

  g_assert (MYNA_IS_VOICE_PAGE (self));

  g_object_get (self->voice, "consent", &consent, NULL);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->consent_row),
                                 consent != NULL ? consent : "");
}

static void
sync_quality (MynaVoicePage *self)
{
  const char *const *warnings = myna_voice_get_warnings (self->voice);
  gboolean good = warnings == NULL || warnings[0] == NULL;

  g_assert (MYNA_IS_VOICE_PAGE (self));

  myna_quality_view_set_findings (self->quality_view, good ? MYNA_QUALITY_GOOD : MYNA_QUALITY_FAIR,
                                  warnings);
}

static void
sync_voice (MynaVoicePage *self)
{
  g_assert (MYNA_IS_VOICE_PAGE (self));

  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), myna_voice_get_name (self->voice));
  sync_prepared (self);
  sync_quality (self);
  sync_consent (self);
  self->syncing = TRUE;
  myna_language_row_set_code (self->language_row, myna_voice_get_language (self->voice));
  self->syncing = FALSE;
}

static void
voice_changed_cb (MynaVoicePage *self)
{
  g_assert (MYNA_IS_VOICE_PAGE (self));

  sync_voice (self);
}

static void
on_transcript_changed (MynaVoicePage *self, GtkTextBuffer *buffer)
{
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_VOICE_PAGE (self));

  if (self->syncing || self->voice == NULL)
    return;
  text = dup_transcript (self);
  gtk_widget_set_sensitive (self->save_button, !g_str_equal (text, get_saved_transcript (self)));
}

static void
on_save_clicked (MynaVoicePage *self, GtkButton *button)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = dup_transcript (self);

  g_assert (MYNA_IS_VOICE_PAGE (self));

  if (!myna_voices_set_transcript (self->voices, self->voice, text, &error))
    {
      myna_toasts_add_error (GTK_WIDGET (self), error);
      return;
    }
  gtk_widget_set_sensitive (self->save_button, FALSE);
  myna_toasts_add_text (GTK_WIDGET (self), _ ("Transcript saved; the voice is getting ready anew"));
}

static void
on_language_changed (MynaVoicePage *self, GParamSpec *pspec, MynaLanguageRow *row)
{
  g_autoptr (GError) error = NULL;
  const char *code = myna_language_row_get_code (row);

  g_assert (MYNA_IS_VOICE_PAGE (self));

  if (self->syncing || self->voice == NULL || *code == '\0' ||
      g_strcmp0 (code, myna_voice_get_language (self->voice)) == 0)
    return;
  if (!myna_voices_set_language (self->voices, self->voice, code, &error))
    {
      myna_toasts_add_error (GTK_WIDGET (self), error);
      sync_voice (self);
    }
}

static void
sync_player (MynaVoicePage *self)
{
  g_assert (MYNA_IS_VOICE_PAGE (self));

  for (guint i = 0; i < self->play_buttons->len; i++)
    {
      GtkButton *button = g_ptr_array_index (self->play_buttons, i);
      gboolean playing = myna_voice_player_is_playing (self->player, self->voice, (int) i);

      gtk_button_set_icon_name (button, playing ? "media-playback-stop-symbolic"
                                                : "media-playback-start-symbolic");
      gtk_widget_set_tooltip_text (GTK_WIDGET (button), playing ? _ ("Stop") : _ ("Play"));
    }
}

static void
player_changed_cb (MynaVoicePage *self)
{
  g_assert (MYNA_IS_VOICE_PAGE (self));

  sync_player (self);
}

static void
play_clicked_cb (MynaVoicePage *self, GtkButton *button)
{
  guint clip = 0;

  g_assert (MYNA_IS_VOICE_PAGE (self));

  if (g_ptr_array_find (self->play_buttons, button, &clip))
    myna_voice_player_toggle (self->player, self->voice, (int) clip);
}

static void
add_clip_row (MynaVoicePage *self, guint index)
{
  const MynaVoiceClip *clip =
      myna_voice_record_get_clip (myna_voice_get_record (self->voice), index);
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new ();
  g_autofree char *title = g_strdup_printf (_ ("Clip %u"), index + 1);
  g_autofree char *length = myna_time_text_clock (clip->duration);
  g_autofree char *facts =
      clip->source != NULL ? g_strjoin (" · ", length, clip->source, NULL) : g_strdup (length);

  g_assert (MYNA_IS_VOICE_PAGE (self));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), facts);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  g_signal_connect_object (button, "clicked", G_CALLBACK (play_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  g_ptr_array_add (self->play_buttons, g_object_ref (button));
  adw_preferences_group_add (self->clips_group, row);
}

static void
rename_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoicePage *self = MYNA_VOICE_PAGE (widget);

  g_assert (MYNA_IS_VOICE_PAGE (self));

  myna_voice_operations_rename (widget, self->voices, self->voice);
}

static void
delete_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoicePage *self = MYNA_VOICE_PAGE (widget);

  g_assert (MYNA_IS_VOICE_PAGE (self));

  myna_voice_player_stop (self->player);
  myna_voice_operations_delete (widget, self->voices, self->voice);
}

static void
use_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoicePage *self = MYNA_VOICE_PAGE (widget);

  g_assert (MYNA_IS_VOICE_PAGE (self));

  gtk_widget_activate_action (widget, "voices.use-voice", "s", myna_voice_get_id (self->voice));
}

/* Two things must not sound at once. */
static void
stop_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoicePage *self = MYNA_VOICE_PAGE (widget);

  g_assert (MYNA_IS_VOICE_PAGE (self));

  myna_voice_player_stop (self->player);
}

static void
myna_voice_page_dispose (GObject *object)
{
  MynaVoicePage *self = MYNA_VOICE_PAGE (object);

  g_clear_object (&self->voice_signals);
  if (self->player != NULL)
    g_signal_handlers_disconnect_by_data (self->player, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_VOICE_PAGE);
  g_clear_pointer (&self->play_buttons, g_ptr_array_unref);
  g_clear_object (&self->voice);
  g_clear_object (&self->player);
  g_clear_object (&self->voices);

  G_OBJECT_CLASS (myna_voice_page_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/voices/myna-voice-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaVoicePage, prepared_row);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicePage, prepared_icon);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicePage, quality_view);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicePage, clips_group);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicePage, language_row);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicePage, transcript_group);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicePage, save_button);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicePage, transcript_buffer);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicePage, models);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicePage, consent_row);
  gtk_widget_class_bind_template_callback (widget_class, on_language_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_save_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_transcript_changed);
}

static void
myna_voice_page_class_init (MynaVoicePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_voice_page_dispose;

  g_type_ensure (MYNA_TYPE_LANGUAGE_ROW);
  g_type_ensure (MYNA_TYPE_QUALITY_VIEW);
  g_type_ensure (MYNA_TYPE_VOICE_MODELS);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "voice.rename", NULL, rename_action);
  gtk_widget_class_install_action (widget_class, "voice.delete", NULL, delete_action);
  gtk_widget_class_install_action (widget_class, "voice.use", NULL, use_action);
  gtk_widget_class_install_action (widget_class, "voice.stop", NULL, stop_action);
}

static void
myna_voice_page_init (MynaVoicePage *self)
{
  self->play_buttons = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->consent_row), FALSE);
  self->voice_signals = g_signal_group_new (MYNA_TYPE_VOICE);
  g_signal_group_connect_swapped (self->voice_signals, "notify", G_CALLBACK (voice_changed_cb),
                                  self);
}

static void
set_voice (MynaVoicePage *self, MynaVoice *voice)
{
  g_assert (MYNA_IS_VOICE_PAGE (self));

  self->voice = g_object_ref (voice);
  g_signal_group_set_target (self->voice_signals, voice);
  for (guint i = 0; i < myna_voice_get_n_clips (voice); i++)
    add_clip_row (self, i);
  if (myna_voice_get_n_clips (voice) > 1)
    adw_preferences_group_set_description (
        self->transcript_group, _ ("The exact words of the sample, one line a clip. With them the "
                                   "voice becomes clearer."));
  myna_voice_models_set_voice (self->models, self->voices, voice);
  self->syncing = TRUE;
  gtk_text_buffer_set_text (self->transcript_buffer, get_saved_transcript (self), -1);
  self->syncing = FALSE;
  sync_voice (self);
  sync_player (self);
}

/**
 * myna_voice_page_new:
 * @voices: the library's voices
 * @player: what plays the samples
 * @voice: what to show
 *
 * Returns: (transfer floating): the page
 */
AdwNavigationPage *
myna_voice_page_new (MynaVoices *voices, MynaVoicePlayer *player, MynaVoice *voice)
{
  MynaVoicePage *self;

  g_return_val_if_fail (MYNA_IS_VOICES (voices), NULL);
  g_return_val_if_fail (MYNA_IS_VOICE_PLAYER (player), NULL);
  g_return_val_if_fail (MYNA_IS_VOICE (voice), NULL);

  self = g_object_new (MYNA_TYPE_VOICE_PAGE, NULL);
  self->voices = g_object_ref (voices);
  self->player = g_object_ref (player);
  g_signal_connect_object (player, "changed", G_CALLBACK (player_changed_cb), self,
                           G_CONNECT_SWAPPED);
  set_voice (self, voice);
  return ADW_NAVIGATION_PAGE (self);
}

/**
 * myna_voice_page_get_voice:
 *
 * Returns: (transfer none): what is shown
 */
MynaVoice *
myna_voice_page_get_voice (MynaVoicePage *self)
{
  g_return_val_if_fail (MYNA_IS_VOICE_PAGE (self), NULL);

  return self->voice;
}

/**
 * myna_voice_page_take_models:
 * @files: (element-type GFile): what was dropped
 *
 * Makes model files the voice's own.
 *
 * Returns: %FALSE when they are something else
 */
gboolean
myna_voice_page_take_models (MynaVoicePage *self, const GSList *files)
{
  g_return_val_if_fail (MYNA_IS_VOICE_PAGE (self), FALSE);

  if (!myna_voice_models_are_files (files))
    return FALSE;
  myna_voice_models_take_files (self->models, files);
  return TRUE;
}
