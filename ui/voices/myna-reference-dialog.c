/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-reference-dialog.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/voices/myna-reference-choice.h"

/* Of a clip that was only just chosen, and is too long as a whole. */
#define FIRST_SECONDS 7.0

/* Regions come back from the waveform and the clip not quite as they were set. */
#define SAME 0.02

struct _MynaReferenceDialog
{
  AdwDialog parent_instance;

  /* Template widgets */
  GtkWidget *save_button;
  AdwSwitchRow *automatic_row;
  AdwComboRow *clip_row;
  MynaClipEditor *editor;
  GtkLabel *problem;
  GtkEditable *text_row;

  /* Owned references */
  MynaVoices *voices;
  MynaVoice *voice;
  MynaPlayer *player;
  MynaClip *clip;                /* what the editor shows */
  MynaVoiceReference *part;      /* as the dialog is set now; (nullable) until one is known */
  MynaVoiceReference *automatic; /* (nullable): what Myna would choose, once that is known */
  GError *failure;               /* (nullable): why Myna can choose nothing */
  GCancellable *cancellable;

  /* State */
  gboolean syncing; /* the widgets follow the part, not the other way round */
};

G_DEFINE_FINAL_TYPE (MynaReferenceDialog, myna_reference_dialog, ADW_TYPE_DIALOG)

static const MynaVoiceClip *
get_clip_record (MynaReferenceDialog *self)
{
  return myna_voice_record_get_clip (myna_voice_get_record (self->voice), self->part->clip);
}

/* All of a clip: then its words are those of the clip. */
static gboolean
is_whole_clip (MynaReferenceDialog *self)
{
  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  return self->part->start <= SAME && self->part->end >= get_clip_record (self)->duration - SAME;
}

static void
sync_problem (MynaReferenceDialog *self)
{
  gboolean automatic = adw_switch_row_get_active (self->automatic_row);
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (automatic && self->failure != NULL)
    error = g_error_copy (self->failure);
  else if (!automatic && self->part != NULL)
    myna_voice_reference_check_length (self->part->start, self->part->end, &error);
  gtk_label_set_text (self->problem, error != NULL ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), error != NULL);
  gtk_widget_set_sensitive (self->save_button, automatic || (self->part != NULL && error == NULL));
}

static void
sync_automatic (MynaReferenceDialog *self)
{
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (self->automatic != NULL)
    text = myna_reference_choice_describe (self->automatic);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->automatic_row), text != NULL ? text : "");
}

/* The clip takes a region once it knows its own length. */
static void
apply_region (MynaReferenceDialog *self)
{
  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (self->part == NULL || myna_clip_get_peaks (self->clip) == NULL)
    return;
  self->syncing = TRUE;
  myna_clip_set_region (self->clip, self->part->start, self->part->end);
  self->part->start = myna_clip_get_start (self->clip);
  self->part->end = myna_clip_get_end (self->clip);
  self->syncing = FALSE;
}

static void
set_automatic (MynaReferenceDialog *self, gboolean automatic)
{
  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  self->syncing = TRUE;
  adw_switch_row_set_active (self->automatic_row, automatic);
  self->syncing = FALSE;
}

static void
set_text (MynaReferenceDialog *self, const char *text)
{
  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  self->syncing = TRUE;
  gtk_editable_set_text (self->text_row, text != NULL ? text : "");
  self->syncing = FALSE;
}

/* Words of the whole clip would be wrong for a part of it. */
static void
follow_text (MynaReferenceDialog *self)
{
  const char *clip_text = get_clip_record (self)->transcript;
  const char *text = gtk_editable_get_text (self->text_row);

  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (is_whole_clip (self) && *text == '\0')
    set_text (self, clip_text);
  else if (!is_whole_clip (self) && g_strcmp0 (text, clip_text) == 0)
    set_text (self, NULL);
}

/* The person moved a handle or typed a time. */
static void
clip_changed_cb (MynaReferenceDialog *self, MynaClip *clip)
{
  double start = myna_clip_get_start (clip);
  double end = myna_clip_get_end (clip);

  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (self->syncing || self->part == NULL || myna_clip_get_peaks (clip) == NULL ||
      (fabs (start - self->part->start) < SAME && fabs (end - self->part->end) < SAME))
    return;
  self->part->start = start;
  self->part->end = end;
  set_automatic (self, FALSE);
  follow_text (self);
  sync_problem (self);
}

static void
peaks_changed_cb (MynaReferenceDialog *self, MynaClip *clip)
{
  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  apply_region (self);
}

static void
show_clip (MynaReferenceDialog *self)
{
  g_autofree char *path = myna_voice_dup_clip_path (self->voice, self->part->clip);

  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (self->clip != NULL && g_strcmp0 (myna_clip_get_path (self->clip), path) == 0)
    {
      apply_region (self);
      return;
    }
  if (self->clip != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->clip, self);
      myna_clip_stop (self->clip);
      g_clear_object (&self->clip);
    }
  self->clip = myna_clip_new (path, NULL);
  /* Before the editor, which otherwise shows all of the clip for a moment. */
  g_signal_connect_object (self->clip, "peaks-changed", G_CALLBACK (peaks_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->clip, "changed", G_CALLBACK (clip_changed_cb), self,
                           G_CONNECT_SWAPPED);
  myna_clip_editor_set_clip (self->editor, self->clip);
}

static void
set_part (MynaReferenceDialog *self, MynaVoiceReference *part)
{
  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  myna_voice_reference_free (self->part);
  self->part = part;
  self->syncing = TRUE;
  adw_combo_row_set_selected (self->clip_row, part->clip);
  self->syncing = FALSE;
  set_text (self, part->text);
  show_clip (self);
  sync_problem (self);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaReferenceDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  MynaVoiceReference *part = myna_reference_choice_find_finish (result, &error);

  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->editor == NULL)
    {
      myna_voice_reference_free (part);
      return;
    }
  self->automatic = part;
  self->failure = g_steal_pointer (&error);
  sync_automatic (self);
  if (part != NULL && adw_switch_row_get_active (self->automatic_row))
    set_part (self, myna_voice_reference_copy (part));
  else if (part == NULL && self->part == NULL)
    set_part (self, myna_voice_reference_new (0, 0, 0, NULL));
  sync_problem (self);
}

static void
on_automatic_changed (MynaReferenceDialog *self, GParamSpec *pspec, AdwSwitchRow *row)
{
  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (self->syncing)
    return;
  if (adw_switch_row_get_active (row) && self->automatic != NULL)
    set_part (self, myna_voice_reference_copy (self->automatic));
  sync_problem (self);
}

static void
on_clip_selected (MynaReferenceDialog *self, GParamSpec *pspec, AdwComboRow *row)
{
  guint selected = adw_combo_row_get_selected (row);
  const MynaVoiceClip *clip;
  gboolean whole;

  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (self->syncing || self->voice == NULL || selected == GTK_INVALID_LIST_POSITION)
    return;
  clip = myna_voice_record_get_clip (myna_voice_get_record (self->voice), selected);
  whole = clip->duration <= MYNA_VOICE_REFERENCE_MOST;
  set_automatic (self, FALSE);
  set_part (self, myna_voice_reference_new (selected, 0, whole ? clip->duration : FIRST_SECONDS,
                                            whole ? clip->transcript : NULL));
}

/* Other words are a choice, too. */
static void
on_text_changed (MynaReferenceDialog *self, GtkEditable *editable)
{
  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (self->syncing || self->part == NULL)
    return;
  set_automatic (self, FALSE);
  sync_problem (self);
}

static void
on_save (MynaReferenceDialog *self, GtkButton *button)
{
  gboolean automatic = adw_switch_row_get_active (self->automatic_row);
  g_autoptr (MynaVoiceReference) part = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  if (!automatic)
    part = myna_voice_reference_new (self->part->clip, self->part->start, self->part->end,
                                     gtk_editable_get_text (self->text_row));
  if (myna_voices_set_reference (self->voices, self->voice, part, &error))
    {
      adw_dialog_close (ADW_DIALOG (self));
      return;
    }
  gtk_label_set_text (self->problem, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->problem), TRUE);
}

static void
myna_reference_dialog_closed (AdwDialog *dialog)
{
  MynaReferenceDialog *self = MYNA_REFERENCE_DIALOG (dialog);

  g_cancellable_cancel (self->cancellable);
  myna_clip_editor_stop (self->editor);
  if (self->clip != NULL)
    myna_clip_stop (self->clip);
}

static void
myna_reference_dialog_dispose (GObject *object)
{
  MynaReferenceDialog *self = MYNA_REFERENCE_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  if (self->clip != NULL)
    g_signal_handlers_disconnect_by_data (self->clip, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_REFERENCE_DIALOG);
  g_clear_object (&self->clip);
  g_clear_object (&self->player);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->voice);
  g_clear_object (&self->voices);
  g_clear_pointer (&self->part, myna_voice_reference_free);
  g_clear_pointer (&self->automatic, myna_voice_reference_free);
  g_clear_error (&self->failure);

  G_OBJECT_CLASS (myna_reference_dialog_parent_class)->dispose (object);
}

static void
myna_reference_dialog_class_init (MynaReferenceDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_reference_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = myna_reference_dialog_closed;

  g_type_ensure (MYNA_TYPE_CLIP_EDITOR);
  gtk_widget_class_set_template_from_resource (widget_class, MYNA_RESOURCE_BASE
                                               "/voices/myna-reference-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaReferenceDialog, save_button);
  gtk_widget_class_bind_template_child (widget_class, MynaReferenceDialog, automatic_row);
  gtk_widget_class_bind_template_child (widget_class, MynaReferenceDialog, clip_row);
  gtk_widget_class_bind_template_child (widget_class, MynaReferenceDialog, editor);
  gtk_widget_class_bind_template_child (widget_class, MynaReferenceDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, MynaReferenceDialog, text_row);
  gtk_widget_class_bind_template_callback (widget_class, on_automatic_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_clip_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_text_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
}

static void
myna_reference_dialog_init (MynaReferenceDialog *self)
{
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autofree char *device = g_settings_get_string (settings, "output-device");

  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  self->player = myna_player_new ();
  myna_player_set_device (self->player, device);
  myna_clip_editor_set_player (self->editor, self->player);
  myna_clip_editor_set_show_quality (self->editor, FALSE);
}

static void
fill_clips (MynaReferenceDialog *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint n = myna_voice_get_n_clips (self->voice);

  g_assert (MYNA_IS_REFERENCE_DIALOG (self));

  for (guint i = 0; i < n; i++)
    gtk_string_list_take (names, g_strdup_printf (_ ("Clip %u"), i + 1));
  self->syncing = TRUE;
  adw_combo_row_set_model (self->clip_row, G_LIST_MODEL (names));
  gtk_widget_set_visible (GTK_WIDGET (self->clip_row), n > 1);
  self->syncing = FALSE;
}

/**
 * myna_reference_dialog_new:
 * @voices: the library's voices
 * @voice: whose part is chosen
 *
 * Returns: (transfer floating): the dialog
 */
AdwDialog *
myna_reference_dialog_new (MynaVoices *voices, MynaVoice *voice)
{
  MynaReferenceDialog *self;
  const MynaVoiceReference *chosen;

  g_return_val_if_fail (MYNA_IS_VOICES (voices), NULL);
  g_return_val_if_fail (MYNA_IS_VOICE (voice), NULL);

  self = g_object_new (MYNA_TYPE_REFERENCE_DIALOG, NULL);
  self->voices = g_object_ref (voices);
  self->voice = g_object_ref (voice);
  fill_clips (self);
  chosen = myna_voice_get_record (voice)->reference;
  set_automatic (self, chosen == NULL);
  if (chosen != NULL)
    set_part (self, myna_voice_reference_copy (chosen));
  myna_reference_choice_find_async (voice, self->cancellable, found_cb, g_object_ref (self));
  sync_problem (self);
  return ADW_DIALOG (self);
}

/**
 * myna_reference_dialog_get_editor:
 *
 * Returns: (transfer none): where the part is heard and changed
 */
MynaClipEditor *
myna_reference_dialog_get_editor (MynaReferenceDialog *self)
{
  g_return_val_if_fail (MYNA_IS_REFERENCE_DIALOG (self), NULL);

  return self->editor;
}
