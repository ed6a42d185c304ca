/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-add-voice-dialog.h"

#include <glib/gi18n.h>

#include "engine/audio/myna-player.h"
#include "engine/voice/myna-voice-maker.h"
#include "ui/voices/myna-clip-editor.h"
#include "ui/voices/myna-clip-row.h"
#include "ui/voices/myna-media-files.h"
#include "ui/voices/myna-record-pane.h"
#include "ui/voices/myna-scratch.h"
#include "ui/widgets/myna-drop-area.h"
#include "ui/widgets/myna-language-row.h"
#include "ui/widgets/myna-time-text.h"
#include "ui/widgets/myna-toasts.h"

struct _MynaAddVoiceDialog
{
  AdwDialog parent_instance;

  /* Template widgets */
  AdwNavigationView *navigation;
  AdwNavigationPage *record_page;
  AdwNavigationPage *details_page;
  MynaRecordPane *record_pane;
  AdwBanner *error_banner;
  GtkWidget *form;
  GtkListBox *clip_list;
  MynaClipEditor *editor;
  AdwEntryRow *name_row;
  MynaLanguageRow *language_row;
  AdwPreferencesGroup *transcript_group;
  GtkTextBuffer *transcript_buffer;
  AdwActionRow *consent_row;
  GtkCheckButton *consent_check;
  GtkWidget *adding_spinner;
  GtkLabel *reason_label;
  GtkWidget *cancel_button;
  GtkWidget *add_button;

  /* Owned references */
  MynaVoices *voices;
  MynaPlayer *player;
  GListStore *clips; /* of MynaClip */
  MynaScratch *scratch;
  GCancellable *adding; /* while the voice is being added */
  GCancellable *choosing;

  /* State */
  char *suggested_name; /* (nullable): after a file */
  guint n_recordings;
  gboolean language_chosen; /* by the user, or by a text that was read */
  gboolean syncing;
};

enum
{
  ADDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaAddVoiceDialog, myna_add_voice_dialog, ADW_TYPE_DIALOG)

static char *
dup_name (MynaAddVoiceDialog *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name_row))));
}

/* What every sample can give alone may still be too little, or too much, together. */
static char *
dup_total_obstacle (double speech_seconds, double seconds, const char *finding)
{
  g_autofree char *text = NULL;

  if (seconds > MYNA_VOICE_MAX_SECONDS)
    {
      text = myna_time_text_clock (seconds);
      return g_strdup_printf (
          ngettext (
              "The samples are %s long together; a voice takes at most %d minute. Trim them.",
              "The samples are %s long together; a voice takes at most %d minutes. Trim them.",
              MYNA_VOICE_MAX_SECONDS / 60),
          text, MYNA_VOICE_MAX_SECONDS / 60);
    }
  if (speech_seconds < MYNA_VOICE_MIN_SPEECH_SECONDS)
    return g_strdup (finding);
  return NULL;
}

static char *
dup_clip_obstacle (MynaAddVoiceDialog *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->clips));
  g_autofree char *finding = NULL;
  double speech_seconds = 0.0;
  double seconds = 0.0;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (n == 0)
    return g_strdup (_ ("Record a sample or choose a file first."));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MynaClip) clip = g_list_model_get_item (G_LIST_MODEL (self->clips), i);
      char *obstacle = myna_clip_dup_obstacle (clip);

      if (obstacle != NULL)
        return obstacle;
      speech_seconds += myna_clip_get_quality (clip)->speech_seconds;
      seconds += myna_clip_get_end (clip) - myna_clip_get_start (clip);
      g_set_str (&finding, myna_clip_get_quality (clip)->findings[0]);
    }
  return dup_total_obstacle (speech_seconds, seconds, finding);
}

/**
 * myna_add_voice_dialog_dup_obstacle:
 *
 * Returns: (transfer full) (nullable): a translated sentence why the voice cannot be added yet;
 *   %NULL when it can
 */
char *
myna_add_voice_dialog_dup_obstacle (MynaAddVoiceDialog *self)
{
  g_autofree char *name = NULL;
  char *obstacle;

  g_return_val_if_fail (MYNA_IS_ADD_VOICE_DIALOG (self), NULL);

  name = dup_name (self);
  obstacle = dup_clip_obstacle (self);
  if (obstacle != NULL)
    return obstacle;
  if (*name == '\0')
    return g_strdup (_ ("Give the voice a name."));
  if (myna_voices_find_by_name (self->voices, name) != NULL)
    return g_strdup_printf (_ ("There is a voice with the name “%s” already; choose another."),
                            name);
  if (*myna_language_row_get_code (self->language_row) == '\0')
    return g_strdup (_ ("Choose the language that is spoken."));
  if (!gtk_check_button_get_active (self->consent_check))
    return g_strdup (_ ("Confirm that you may use this voice."));
  return NULL;
}

static void
validate (MynaAddVoiceDialog *self)
{
  g_autofree char *obstacle = NULL;
  gboolean adding = self->adding != NULL;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  obstacle = myna_add_voice_dialog_dup_obstacle (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "add-voice.add", obstacle == NULL && !adding);
  gtk_widget_set_visible (self->adding_spinner, adding);
  gtk_widget_set_visible (self->cancel_button, adding);
  gtk_widget_set_visible (self->add_button, !adding);
  gtk_widget_set_sensitive (self->form, !adding);
  if (adding)
    gtk_label_set_text (self->reason_label, _ ("Adding the voice…"));
  else
    gtk_label_set_text (self->reason_label, obstacle != NULL ? obstacle : "");
  adw_navigation_page_set_can_pop (self->details_page, !adding);
}

static void
sync_transcript (MynaAddVoiceDialog *self, MynaClip *clip)
{
  g_autofree char *title = NULL;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  self->syncing = TRUE;
  gtk_text_buffer_set_text (self->transcript_buffer,
                            clip != NULL ? myna_clip_get_transcript (clip) : "", -1);
  self->syncing = FALSE;
  if (clip != NULL && g_list_model_get_n_items (G_LIST_MODEL (self->clips)) > 1)
    title = g_strdup_printf (_ ("What Is Said in “%s”"), myna_clip_get_title (clip));
  adw_preferences_group_set_title (self->transcript_group,
                                   title != NULL ? title : _ ("What Is Said"));
}

static void
on_clip_selected (MynaAddVoiceDialog *self, GtkListBoxRow *row, GtkListBox *list)
{
  MynaClip *clip = row != NULL ? myna_clip_row_get_clip (MYNA_CLIP_ROW (row)) : NULL;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  myna_clip_editor_set_clip (self->editor, clip);
  gtk_widget_set_visible (GTK_WIDGET (self->editor), clip != NULL);
  sync_transcript (self, clip);
}

static void
on_transcript_changed (MynaAddVoiceDialog *self, GtkTextBuffer *buffer)
{
  MynaClip *clip = myna_clip_editor_get_clip (self->editor);
  g_autofree char *text = NULL;
  GtkTextIter start;
  GtkTextIter end;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (self->syncing || clip == NULL)
    return;
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  myna_clip_set_transcript (clip, text);
}

static void
clip_changed_cb (MynaAddVoiceDialog *self, MynaClip *clip)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  validate (self);
}

static void
remove_clip (MynaAddVoiceDialog *self, MynaClip *clip)
{
  guint position = 0;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (!g_list_store_find (self->clips, clip, &position))
    return;
  if (myna_clip_editor_get_clip (self->editor) == clip)
    myna_clip_editor_set_clip (self->editor, NULL);
  myna_clip_stop (clip);
  g_list_store_remove (self->clips, position);
  if (gtk_list_box_get_selected_row (self->clip_list) == NULL)
    gtk_list_box_select_row (self->clip_list, gtk_list_box_get_row_at_index (self->clip_list, 0));
  validate (self);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->clips)) == 0)
    adw_navigation_view_pop (self->navigation);
}

static void
row_remove_cb (MynaAddVoiceDialog *self, MynaClipRow *row)
{
  g_autoptr (MynaClip) clip = g_object_ref (myna_clip_row_get_clip (row));

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  remove_clip (self, clip);
}

static GtkWidget *
create_clip_row (gpointer item, gpointer user_data)
{
  GtkWidget *row = myna_clip_row_new (MYNA_CLIP (item));

  g_signal_connect_object (row, "remove", G_CALLBACK (row_remove_cb), user_data, G_CONNECT_SWAPPED);
  return row;
}

static void
add_clip (MynaAddVoiceDialog *self, MynaClip *clip)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->clips));

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  g_signal_connect_object (clip, "changed", G_CALLBACK (clip_changed_cb), self, G_CONNECT_SWAPPED);
  g_list_store_append (self->clips, clip);
  gtk_list_box_select_row (self->clip_list,
                           gtk_list_box_get_row_at_index (self->clip_list, (int) n));
  validate (self);
  if (adw_navigation_view_get_visible_page (self->navigation) != self->details_page)
    adw_navigation_view_push_by_tag (self->navigation, "details");
}

static void
on_recorded (MynaAddVoiceDialog *self, const char *path, MynaRecordPane *pane)
{
  g_autoptr (MynaClip) clip = NULL;
  g_autofree char *title = NULL;
  const char *text = myna_record_pane_get_text (pane);

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  self->n_recordings++;
  title = g_strdup_printf (_ ("Recording %u"), self->n_recordings);
  clip = myna_clip_new (path, title);
  if (text != NULL)
    {
      myna_clip_set_transcript (clip, text);
      myna_language_row_set_code (self->language_row, myna_record_pane_get_text_language (pane));
    }
  add_clip (self, clip);
}

/* After the first file; when that was no good and is removed, after the one that takes its place.
 */
static void
suggest_name (MynaAddVoiceDialog *self, const char *path)
{
  g_autofree char *name = dup_name (self);
  g_autofree char *base = g_filename_display_basename (path);
  char *dot = strrchr (base, '.');

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (*name != '\0' && (g_list_model_get_n_items (G_LIST_MODEL (self->clips)) > 0 ||
                        g_strcmp0 (name, self->suggested_name) != 0))
    return;
  if (dot != NULL && dot != base)
    *dot = '\0';
  g_set_str (&self->suggested_name, base);
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), base);
}

/**
 * myna_add_voice_dialog_add_files:
 * @files: (element-type GFile): audio or video files, as dropped or chosen
 *
 * Takes all of them as samples. Says so where one is not on this computer.
 *
 * Returns: whether there was one that can be read
 */
gboolean
myna_add_voice_dialog_add_files (MynaAddVoiceDialog *self, const GSList *files)
{
  gboolean any = FALSE;

  g_return_val_if_fail (MYNA_IS_ADD_VOICE_DIALOG (self), FALSE);

  if (self->adding != NULL)
    return FALSE;
  for (; files != NULL; files = files->next)
    {
      g_autofree char *path = g_file_get_path (files->data);
      g_autoptr (MynaClip) clip = NULL;

      if (path == NULL)
        {
          g_autofree char *name = g_file_get_parse_name (files->data);
          g_autofree char *text =
              g_strdup_printf (_ ("“%s” is not on this computer; copy it here first."), name);

          myna_toasts_add_text (GTK_WIDGET (self->navigation), text);
          continue;
        }
      suggest_name (self, path);
      clip = myna_clip_new (path, NULL);
      add_clip (self, clip);
      any = TRUE;
    }
  return any;
}

static void
on_dropped (MynaAddVoiceDialog *self, GdkFileList *list, MynaDropArea *area)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (list);

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (!myna_record_pane_get_recording (self->record_pane))
    myna_add_voice_dialog_add_files (self, files);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaAddVoiceDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) model = NULL;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  model = gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, &error);
  g_clear_object (&self->choosing);
  if (model != NULL && self->navigation != NULL)
    {
      GSList *files = myna_media_files_from_model (model);

      myna_add_voice_dialog_add_files (self, files);
      g_slist_free_full (files, g_object_unref);
    }
  else if (error != NULL && self->navigation != NULL &&
           !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
           !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
    myna_toasts_add_error (GTK_WIDGET (self->navigation), error);
}

/**
 * myna_add_voice_dialog_choose_files:
 *
 * Opens the file dialog; what is chosen becomes samples.
 */
void
myna_add_voice_dialog_choose_files (MynaAddVoiceDialog *self)
{
  g_autoptr (GtkFileDialog) dialog = NULL;
  GtkRoot *root;

  g_return_if_fail (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (self->choosing != NULL)
    return;
  root = gtk_widget_get_root (GTK_WIDGET (self));
  self->choosing = g_cancellable_new ();
  dialog = myna_media_files_dialog_new ();
  gtk_file_dialog_open_multiple (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                 self->choosing, chosen_cb, g_object_ref (self));
}

/**
 * myna_add_voice_dialog_record:
 *
 * Shows where a sample is recorded; does not begin to record.
 */
void
myna_add_voice_dialog_record (MynaAddVoiceDialog *self)
{
  g_return_if_fail (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (adw_navigation_view_get_visible_page (self->navigation) != self->record_page)
    adw_navigation_view_replace_with_tags (self->navigation,
                                           (const char *[]) { "source", "record" }, 2);
}

static void
on_choose_files (MynaAddVoiceDialog *self, MynaRecordPane *pane)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  myna_add_voice_dialog_choose_files (self);
}

static void
on_changed (MynaAddVoiceDialog *self, GtkWidget *widget)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  validate (self);
}

static void
on_language_changed (MynaAddVoiceDialog *self, GParamSpec *pspec, MynaLanguageRow *row)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  validate (self);
}

static void
on_name_activated (MynaAddVoiceDialog *self, AdwEntryRow *row)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  gtk_widget_activate_action (GTK_WIDGET (self), "add-voice.add", NULL);
}

static void
on_details_hidden (MynaAddVoiceDialog *self, AdwNavigationPage *page)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  myna_clip_editor_stop (self->editor);
}

static void
on_error_dismissed (MynaAddVoiceDialog *self, AdwBanner *banner)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  adw_banner_set_revealed (banner, FALSE);
}

static void
show_error (MynaAddVoiceDialog *self, const GError *error)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  adw_banner_set_title (self->error_banner, error->message);
  adw_banner_set_revealed (self->error_banner, TRUE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), error->message,
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaAddVoiceDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  MynaVoice *voice;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  voice = myna_voices_add_finish (MYNA_VOICES (source), result, &error);
  g_clear_object (&self->adding);
  if (self->navigation == NULL)
    return;
  if (voice == NULL)
    {
      show_error (self, error);
      validate (self);
      return;
    }
  g_signal_emit (self, signals[ADDED], 0, voice);
  adw_dialog_force_close (ADW_DIALOG (self));
}

static GPtrArray *
collect_regions (MynaAddVoiceDialog *self)
{
  GPtrArray *regions = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_voice_region_free);

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->clips)); i++)
    {
      g_autoptr (MynaClip) clip = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      g_ptr_array_add (regions, myna_clip_to_region (clip));
    }
  return regions;
}

/* The sentence that was confirmed, in the user's words, with the day. */
static char *
dup_consent (MynaAddVoiceDialog *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *day = g_date_time_format (now, "%Y-%m-%d");
  g_auto (GStrv) parts =
      g_strsplit (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self->consent_row)), "_", 2);
  g_autofree char *sentence = g_strjoinv ("", parts);

  /* Translators: a note kept with a voice: the day, and the sentence the user confirmed then */
  return g_strdup_printf (_ ("%1$s: “%2$s”"), day, sentence);
}

static void
add_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaAddVoiceDialog *self = MYNA_ADD_VOICE_DIALOG (widget);
  g_autoptr (GPtrArray) regions = NULL;
  g_autofree char *consent = NULL;
  g_autofree char *name = NULL;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (self->adding != NULL)
    return;
  myna_clip_editor_stop (self->editor);
  adw_banner_set_revealed (self->error_banner, FALSE);
  self->adding = g_cancellable_new ();
  /* A text that is made insensitive with the focus in it would go on blinking. */
  adw_dialog_set_focus (ADW_DIALOG (self), NULL);
  validate (self);
  name = dup_name (self);
  regions = collect_regions (self);
  consent = dup_consent (self);
  myna_voices_add_async (self->voices, name, myna_language_row_get_code (self->language_row),
                         regions, consent, self->adding, added_cb, g_object_ref (self));
}

static void
on_cancel_clicked (MynaAddVoiceDialog *self, GtkButton *button)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  g_cancellable_cancel (self->adding);
}

static void
record_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  myna_add_voice_dialog_record (MYNA_ADD_VOICE_DIALOG (widget));
}

static void
choose_files_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  myna_add_voice_dialog_choose_files (MYNA_ADD_VOICE_DIALOG (widget));
}

/* What would be lost by closing: a recording, or a text that was typed. */
static gboolean
has_unsaved (MynaAddVoiceDialog *self)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (myna_record_pane_get_recording (self->record_pane))
    return TRUE;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->clips)); i++)
    {
      g_autoptr (MynaClip) clip = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      if (*myna_clip_get_transcript (clip) != '\0' ||
          (self->scratch != NULL &&
           g_str_has_prefix (myna_clip_get_path (clip), myna_scratch_get_path (self->scratch))))
        return TRUE;
    }
  return FALSE;
}

static void
discard_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaAddVoiceDialog) self = user_data;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (self->navigation != NULL &&
      g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result), "discard"))
    adw_dialog_force_close (ADW_DIALOG (self));
}

static void
on_close_attempt (MynaAddVoiceDialog *self)
{
  AdwDialog *question;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (self->adding != NULL)
    {
      g_cancellable_cancel (self->adding);
      return;
    }
  if (!has_unsaved (self))
    {
      adw_dialog_force_close (ADW_DIALOG (self));
      return;
    }
  question = adw_alert_dialog_new (_ ("Discard the Sample?"),
                                   _ ("It was not made into a voice yet and will be lost."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (question), "keep", _ ("_Keep Editing"),
                                  "discard", _ ("_Discard"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (question), "discard",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (question), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (question), "keep");
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (question), GTK_WIDGET (self), NULL, discard_cb,
                           g_object_ref (self));
}

/* R records and stops, from anywhere on the page but a text. */
static gboolean
record_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaAddVoiceDialog *self = MYNA_ADD_VOICE_DIALOG (widget);

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  if (adw_navigation_view_get_visible_page (self->navigation) != self->record_page)
    return GDK_EVENT_PROPAGATE;
  myna_record_pane_toggle (self->record_pane);
  return GDK_EVENT_STOP;
}

static void
stop_clips (MynaAddVoiceDialog *self)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->clips)); i++)
    {
      g_autoptr (MynaClip) clip = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      myna_clip_stop (clip);
    }
}

static void
myna_add_voice_dialog_dispose (GObject *object)
{
  MynaAddVoiceDialog *self = MYNA_ADD_VOICE_DIALOG (object);

  stop_clips (self);
  if (self->clip_list != NULL)
    gtk_list_box_bind_model (self->clip_list, NULL, NULL, NULL, NULL);
  g_cancellable_cancel (self->choosing);
  g_cancellable_cancel (self->adding);
  if (self->voices != NULL)
    g_signal_handlers_disconnect_by_data (self->voices, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_ADD_VOICE_DIALOG);
  g_clear_object (&self->player);

  G_OBJECT_CLASS (myna_add_voice_dialog_parent_class)->dispose (object);
}

static void
myna_add_voice_dialog_finalize (GObject *object)
{
  MynaAddVoiceDialog *self = MYNA_ADD_VOICE_DIALOG (object);

  g_clear_object (&self->voices);
  g_clear_object (&self->clips);
  g_clear_object (&self->adding);
  g_clear_object (&self->choosing);
  g_clear_pointer (&self->scratch, myna_scratch_unref);
  g_free (self->suggested_name);

  G_OBJECT_CLASS (myna_add_voice_dialog_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, navigation);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, record_page);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, details_page);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, record_pane);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, error_banner);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, form);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, clip_list);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, editor);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, language_row);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, transcript_group);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, transcript_buffer);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, consent_row);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, consent_check);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, adding_spinner);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, reason_label);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, MynaAddVoiceDialog, add_button);
}

static void
bind_callbacks (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, on_close_attempt);
  gtk_widget_class_bind_template_callback (widget_class, on_dropped);
  gtk_widget_class_bind_template_callback (widget_class, on_recorded);
  gtk_widget_class_bind_template_callback (widget_class, on_choose_files);
  gtk_widget_class_bind_template_callback (widget_class, on_details_hidden);
  gtk_widget_class_bind_template_callback (widget_class, on_error_dismissed);
  gtk_widget_class_bind_template_callback (widget_class, on_clip_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_language_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_name_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_transcript_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_clicked);
}

static void
myna_add_voice_dialog_class_init (MynaAddVoiceDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = myna_add_voice_dialog_dispose;
  object_class->finalize = myna_add_voice_dialog_finalize;

  signals[ADDED] = g_signal_new ("added", MYNA_TYPE_ADD_VOICE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, MYNA_TYPE_VOICE);

  g_type_ensure (MYNA_TYPE_CLIP_EDITOR);
  g_type_ensure (MYNA_TYPE_DROP_AREA);
  g_type_ensure (MYNA_TYPE_LANGUAGE_ROW);
  g_type_ensure (MYNA_TYPE_RECORD_PANE);
  gtk_widget_class_set_template_from_resource (widget_class, MYNA_RESOURCE_BASE
                                               "/voices/myna-add-voice-dialog.ui");
  bind_children (widget_class);
  bind_callbacks (widget_class);
  gtk_widget_class_install_action (widget_class, "add-voice.record", NULL, record_action);
  gtk_widget_class_install_action (widget_class, "add-voice.choose-files", NULL,
                                   choose_files_action);
  gtk_widget_class_install_action (widget_class, "add-voice.add", NULL, add_action);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_r, 0, record_key_cb, NULL);
}

static void
init_recording (MynaAddVoiceDialog *self)
{
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  self->scratch = myna_scratch_new (&error);
  if (self->scratch == NULL)
    {
      /* Files still work; recording says why it cannot. */
      gtk_widget_action_set_enabled (GTK_WIDGET (self), "add-voice.record", FALSE);
      myna_toasts_add_error (GTK_WIDGET (self->navigation), error);
      return;
    }
  myna_record_pane_set_scratch (self->record_pane, self->scratch);
  g_object_bind_property (self->record_pane, "recording", self->record_page, "can-pop",
                          G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
}

static void
myna_add_voice_dialog_init (MynaAddVoiceDialog *self)
{
  self->clips = g_list_store_new (MYNA_TYPE_CLIP);
  self->player = myna_player_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  myna_clip_editor_set_player (self->editor, self->player);
  gtk_list_box_bind_model (self->clip_list, G_LIST_MODEL (self->clips), create_clip_row, self,
                           NULL);
  myna_language_row_use_locale (self->language_row);
  init_recording (self);
}

static void
voices_changed_cb (MynaAddVoiceDialog *self)
{
  g_assert (MYNA_IS_ADD_VOICE_DIALOG (self));

  validate (self);
}

/**
 * myna_add_voice_dialog_new:
 * @voices: where the voice goes
 *
 * Returns: (transfer floating): the dialog, showing the choice between recording and files
 */
MynaAddVoiceDialog *
myna_add_voice_dialog_new (MynaVoices *voices)
{
  MynaAddVoiceDialog *self;

  g_return_val_if_fail (MYNA_IS_VOICES (voices), NULL);

  self = g_object_new (MYNA_TYPE_ADD_VOICE_DIALOG, NULL);
  self->voices = g_object_ref (voices);
  g_signal_connect_object (voices, "items-changed", G_CALLBACK (voices_changed_cb), self,
                           G_CONNECT_SWAPPED);
  validate (self);
  return self;
}
