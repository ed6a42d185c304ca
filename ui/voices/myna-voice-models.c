/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-voice-models.h"

#include <glib/gi18n.h>

#include "engine/models/myna-model-pair.h"
#include "ui/voices/myna-media-files.h"
#include "ui/voices/myna-reference-choice.h"
#include "ui/voices/myna-reference-dialog.h"
#include "ui/widgets/myna-toasts.h"

struct _MynaVoiceModels
{
  AdwBin parent_instance;

  /* Template widgets */
  AdwActionRow *part_row;
  AdwActionRow *models_row;
  GtkWidget *spinner;
  GtkWidget *remove_button;
  GtkWidget *choose_button;

  /* Owned references */
  MynaVoices *voices;
  MynaVoice *voice;
  GSignalGroup *voice_signals;
  GCancellable *finding;  /* (nullable): what Myna would imitate */
  GCancellable *changing; /* (nullable): files are being taken */
  char *automatic;        /* (nullable): what is imitated by itself, in words */
};

G_DEFINE_FINAL_TYPE (MynaVoiceModels, myna_voice_models, ADW_TYPE_BIN)

static void
sync_part (MynaVoiceModels *self)
{
  const MynaVoiceReference *part = myna_voice_get_record (self->voice)->reference;
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_VOICE_MODELS (self));

  if (part != NULL)
    text = myna_reference_choice_describe (part);
  else if (self->automatic != NULL)
    /* Translators: followed by a part of a recording, such as "Clip 2, 0:01.5 to 0:06.0" */
    text = g_strdup_printf (_ ("Chosen automatically: %s"), self->automatic);
  adw_action_row_set_subtitle (self->part_row, text != NULL ? text : _ ("Chosen automatically"));
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaVoiceModels) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaVoiceReference) part = myna_reference_choice_find_finish (result, &error);

  g_assert (MYNA_IS_VOICE_MODELS (self));

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->voice == NULL)
    return;
  g_free (self->automatic);
  self->automatic =
      part != NULL ? myna_reference_choice_describe (part) : g_strdup (error->message);
  sync_part (self);
}

/* Another transcript makes another choice. */
static void
find_automatic (MynaVoiceModels *self)
{
  g_assert (MYNA_IS_VOICE_MODELS (self));

  g_cancellable_cancel (self->finding);
  g_set_object (&self->finding, NULL);
  self->finding = g_cancellable_new ();
  myna_reference_choice_find_async (self->voice, self->finding, found_cb, g_object_ref (self));
}

static char *
describe_pair (const MynaModelPair *pair)
{
  g_autofree char *decoder = NULL;

  if (pair == NULL)
    return g_strdup (_ ("None; the published models speak"));
  if (pair->decoder == NULL)
    return g_strdup (_ (".ckpt of this person"));
  decoder = g_strdup (myna_model_role_get_title (pair->decoder_role));
  if (pair->t2s == NULL)
    /* Translators: the version of a model, such as "GPT-SoVITS v2Pro" */
    return g_strdup_printf (_ (".pth of this person (%s)"), decoder);
  /* Translators: the version of a model, such as "GPT-SoVITS v2Pro" */
  return g_strdup_printf (_ (".ckpt and .pth of this person (%s)"), decoder);
}

/* A look into a folder of at most two files. */
static void
sync_models (MynaVoiceModels *self)
{
  g_autoptr (MynaModelPair) pair = NULL;
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_VOICE_MODELS (self));

  pair = myna_model_pair_load (myna_voice_get_record (self->voice)->folder);
  text = describe_pair (pair);
  adw_action_row_set_subtitle (self->models_row, text);
  gtk_widget_set_visible (self->spinner, self->changing != NULL);
  gtk_widget_set_visible (self->remove_button, pair != NULL);
  gtk_widget_set_sensitive (self->remove_button, self->changing == NULL);
  gtk_widget_set_sensitive (self->choose_button, self->changing == NULL);
}

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaVoiceModels) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = myna_voices_set_models_finish (MYNA_VOICES (source), result, &error);

  g_assert (MYNA_IS_VOICE_MODELS (self));

  if (self->voice == NULL)
    return;
  g_clear_object (&self->changing);
  sync_models (self);
  if (!done)
    myna_toasts_add_error (GTK_WIDGET (self), error);
}

static void
change_models (MynaVoiceModels *self, const char *const *paths)
{
  g_assert (MYNA_IS_VOICE_MODELS (self));

  if (self->changing != NULL)
    return;
  self->changing = g_cancellable_new ();
  sync_models (self);
  myna_voices_set_models_async (self->voices, self->voice, paths, self->changing, changed_cb,
                                g_object_ref (self));
}

/**
 * myna_voice_models_are_files:
 * @files: (element-type GFile): what was dropped
 *
 * Returns: whether all of them look like models of GPT-SoVITS by their names
 */
gboolean
myna_voice_models_are_files (const GSList *files)
{
  for (const GSList *l = files; l != NULL; l = l->next)
    {
      g_autofree char *name = g_file_get_basename (l->data);

      if (!g_str_has_suffix (name, ".ckpt") && !g_str_has_suffix (name, ".pth") &&
          !g_str_has_suffix (name, ".safetensors"))
        return FALSE;
    }
  return files != NULL;
}

/**
 * myna_voice_models_take_files:
 * @files: (element-type GFile): a .ckpt, a .pth or both
 *
 * Makes them the voice's own once they were checked; what is wrong with them is said.
 */
void
myna_voice_models_take_files (MynaVoiceModels *self, const GSList *files)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  g_return_if_fail (MYNA_IS_VOICE_MODELS (self));

  for (const GSList *l = files; l != NULL; l = l->next)
    if (g_file_peek_path (l->data) != NULL)
      g_strv_builder_add (builder, g_file_peek_path (l->data));
  paths = g_strv_builder_end (builder);
  if (paths[0] != NULL)
    change_models (self, (const char *const *) paths);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaVoiceModels) self = user_data;
  g_autoptr (GListModel) model =
      gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autoslist (GFile) files = NULL;

  g_assert (MYNA_IS_VOICE_MODELS (self));

  if (model == NULL || self->voice == NULL)
    return;
  files = myna_media_files_from_model (model);
  myna_voice_models_take_files (self, files);
}

static void
on_choose_clicked (MynaVoiceModels *self, GtkButton *button)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  g_assert (MYNA_IS_VOICE_MODELS (self));

  gtk_file_filter_set_name (filter, _ ("Models"));
  gtk_file_filter_add_suffix (filter, "ckpt");
  gtk_file_filter_add_suffix (filter, "pth");
  gtk_file_filter_add_suffix (filter, "safetensors");
  gtk_file_dialog_set_title (dialog, _ ("Choose This Person’s Models"));
  gtk_file_dialog_set_accept_label (dialog, _ ("_Choose"));
  gtk_file_dialog_set_default_filter (dialog, filter);
  gtk_file_dialog_open_multiple (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                                 chosen_cb, g_object_ref (self));
}

static void
on_remove_clicked (MynaVoiceModels *self, GtkButton *button)
{
  g_assert (MYNA_IS_VOICE_MODELS (self));

  change_models (self, NULL);
}

static void
on_part_activated (MynaVoiceModels *self, AdwActionRow *row)
{
  g_assert (MYNA_IS_VOICE_MODELS (self));

  gtk_widget_activate_action (GTK_WIDGET (self), "voice.stop", NULL);
  adw_dialog_present (myna_reference_dialog_new (self->voices, self->voice), GTK_WIDGET (self));
}

static void
transcript_changed_cb (MynaVoiceModels *self)
{
  g_assert (MYNA_IS_VOICE_MODELS (self));

  find_automatic (self);
}

static void
voice_changed_cb (MynaVoiceModels *self)
{
  g_assert (MYNA_IS_VOICE_MODELS (self));

  sync_part (self);
}

static void
myna_voice_models_dispose (GObject *object)
{
  MynaVoiceModels *self = MYNA_VOICE_MODELS (object);

  g_cancellable_cancel (self->finding);
  g_cancellable_cancel (self->changing);
  g_clear_object (&self->voice_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_VOICE_MODELS);
  g_clear_object (&self->finding);
  g_clear_object (&self->changing);
  g_clear_object (&self->voice);
  g_clear_object (&self->voices);
  g_clear_pointer (&self->automatic, g_free);

  G_OBJECT_CLASS (myna_voice_models_parent_class)->dispose (object);
}

static void
myna_voice_models_class_init (MynaVoiceModelsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_voice_models_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/voices/myna-voice-models.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaVoiceModels, part_row);
  gtk_widget_class_bind_template_child (widget_class, MynaVoiceModels, models_row);
  gtk_widget_class_bind_template_child (widget_class, MynaVoiceModels, spinner);
  gtk_widget_class_bind_template_child (widget_class, MynaVoiceModels, remove_button);
  gtk_widget_class_bind_template_child (widget_class, MynaVoiceModels, choose_button);
  gtk_widget_class_bind_template_callback (widget_class, on_part_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_choose_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_remove_clicked);
}

static void
myna_voice_models_init (MynaVoiceModels *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->part_row), FALSE);
  self->voice_signals = g_signal_group_new (MYNA_TYPE_VOICE);
  g_signal_group_connect_swapped (self->voice_signals, "notify::transcript",
                                  G_CALLBACK (transcript_changed_cb), self);
  g_signal_group_connect_swapped (self->voice_signals, "notify", G_CALLBACK (voice_changed_cb),
                                  self);
}

/**
 * myna_voice_models_set_voice:
 * @voices: the library's voices
 * @voice: what to show; set once
 */
void
myna_voice_models_set_voice (MynaVoiceModels *self, MynaVoices *voices, MynaVoice *voice)
{
  g_return_if_fail (MYNA_IS_VOICE_MODELS (self));
  g_return_if_fail (MYNA_IS_VOICES (voices) && MYNA_IS_VOICE (voice));
  g_return_if_fail (self->voice == NULL);

  self->voices = g_object_ref (voices);
  self->voice = g_object_ref (voice);
  g_signal_group_set_target (self->voice_signals, voice);
  sync_part (self);
  sync_models (self);
  find_automatic (self);
}
