/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-studio-page.h"

#include <glib/gi18n.h>

#include "ui/studio/myna-draft-text.h"
#include "ui/studio/myna-models-dialog.h"
#include "ui/studio/myna-player-bar.h"
#include "ui/studio/myna-speech-options.h"
#include "ui/studio/myna-studio.h"
#include "ui/studio/myna-take-operations.h"
#include "ui/studio/myna-take-page.h"
#include "ui/studio/myna-take-row.h"
#include "ui/studio/myna-text-editor.h"
#include "ui/voices/myna-voice-models.h"
#include "ui/widgets/myna-drop-area.h"
#include "ui/widgets/myna-language-model.h"
#include "ui/widgets/myna-toasts.h"

struct _MynaStudioPage
{
  AdwBin parent_instance;

  /* Template widgets */
  AdwToolbarView *root;
  AdwNavigationView *navigation;
  AdwBanner *banner;
  GtkStack *stack;
  MynaTextEditor *editor;
  GtkDropDown *voice_drop_down;
  GtkDropDown *language_drop_down;
  GtkWidget *takes_box;
  GtkListView *list;
  MynaPlayerBar *player_bar;

  /* Owned references */
  GSettings *settings;
  MynaStudio *studio;
  GListModel *languages;
  MynaDraftText *draft;
};

G_DEFINE_FINAL_TYPE (MynaStudioPage, myna_studio_page, ADW_TYPE_BIN)

static void
update_generate (MynaStudioPage *self)
{
  gboolean possible = FALSE;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  possible = !myna_library_is_read_only (myna_studio_get_library (self->studio));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "studio.import-models", possible);
  possible = possible && gtk_drop_down_get_selected_item (self->voice_drop_down) != NULL;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "studio.generate", possible);
}

static void
update_stack (MynaStudioPage *self)
{
  guint n_voices = 0;
  guint n_takes = 0;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  n_voices = g_list_model_get_n_items (G_LIST_MODEL (myna_studio_get_voices (self->studio)));
  n_takes = g_list_model_get_n_items (G_LIST_MODEL (myna_studio_get_takes (self->studio)));
  /* Takes stay within reach after the last voice was deleted. */
  gtk_stack_set_visible_child_name (self->stack,
                                    n_voices == 0 && n_takes == 0 ? "no-voice" : "composer");
  gtk_widget_set_visible (self->takes_box, n_takes > 0);
  update_generate (self);
}

static void
on_text_changed (MynaStudioPage *self, MynaTextEditor *editor)
{
  g_assert (MYNA_IS_STUDIO_PAGE (self));

  adw_banner_set_revealed (self->banner, FALSE);
}

static void
on_banner_dismissed (MynaStudioPage *self, AdwBanner *banner)
{
  g_assert (MYNA_IS_STUDIO_PAGE (self));

  adw_banner_set_revealed (banner, FALSE);
}

static gboolean
is_media (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *type = g_content_type_guess (name, NULL, 0, NULL);

  return g_content_type_is_mime_type (type, "audio/*") ||
         g_content_type_is_mime_type (type, "video/*");
}

/* Recordings become a voice, whatever else came with them; else the first file is the text. */
static void
open_files (MynaStudioPage *self, GSList *files)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_auto (GStrv) recordings = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  for (GSList *l = files; l != NULL; l = l->next)
    if (is_media (l->data) && g_file_peek_path (l->data) != NULL)
      g_strv_builder_add (paths, g_file_peek_path (l->data));
  recordings = g_strv_builder_end (paths);
  if (recordings[0] != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.add-voice-files", "^as", recordings);
  else if (files != NULL)
    {
      adw_navigation_view_pop_to_tag (self->navigation, "composer");
      myna_text_editor_load (self->editor, files->data);
    }
}

static MynaModelsDialog *
show_models (MynaStudioPage *self)
{
  AdwDialog *dialog = myna_models_dialog_new ();

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  adw_dialog_present (dialog, GTK_WIDGET (self));
  return MYNA_MODELS_DIALOG (dialog);
}

static void
on_dropped (MynaStudioPage *self, GdkFileList *list, MynaDropArea *area)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (list);

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  if (myna_voice_models_are_files (files) &&
      !myna_library_is_read_only (myna_studio_get_library (self->studio)))
    myna_models_dialog_import (show_models (self), files);
  else
    open_files (self, files);
}

static void
open_files_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_autofree const char **paths = g_variant_get_strv (parameter, NULL);
  g_autoslist (GFile) files = NULL;

  for (guint i = 0; paths[i] != NULL; i++)
    files = g_slist_append (files, g_file_new_for_path (paths[i]));
  open_files (MYNA_STUDIO_PAGE (widget), files);
}

static void
on_speed_changed (MynaStudioPage *self)
{
  g_assert (MYNA_IS_STUDIO_PAGE (self));

  myna_text_editor_set_speed (self->editor, g_settings_get_double (self->settings, "speed"));
}

/* Voice */

static void
on_voice_selected (MynaStudioPage *self, GParamSpec *pspec, GtkDropDown *drop_down)
{
  MynaVoice *voice = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  if (self->studio == NULL)
    return;
  voice = gtk_drop_down_get_selected_item (self->voice_drop_down);
  if (voice != NULL)
    g_settings_set_string (self->settings, "voice", myna_voice_get_id (voice));
  update_generate (self);
}

static void
select_voice (MynaStudioPage *self, const char *id)
{
  GListModel *voices = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  voices = G_LIST_MODEL (myna_studio_get_voices (self->studio));
  for (guint i = 0; i < g_list_model_get_n_items (voices); i++)
    {
      g_autoptr (MynaVoice) voice = g_list_model_get_item (voices, i);

      if (g_strcmp0 (myna_voice_get_id (voice), id) == 0)
        gtk_drop_down_set_selected (self->voice_drop_down, i);
    }
}

/* Chosen elsewhere, such as on the Voices page. */
static void
on_voice_setting (MynaStudioPage *self, const char *key, GSettings *settings)
{
  g_autofree char *id = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  if (self->studio == NULL)
    return;
  id = g_settings_get_string (settings, "voice");
  select_voice (self, id);
}

/* A voice that was just added is the one that the person wants to hear. */
static void
on_voices_changed (
    MynaStudioPage *self, guint position, guint removed, guint added, GListModel *voices)
{
  g_assert (MYNA_IS_STUDIO_PAGE (self));

  if (added == 1 && removed == 0)
    gtk_drop_down_set_selected (self->voice_drop_down, position);
  update_stack (self);
}

static void
set_up_voices (MynaStudioPage *self)
{
  g_autofree char *id = g_settings_get_string (self->settings, "voice");
  GListModel *voices = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  voices = G_LIST_MODEL (myna_studio_get_voices (self->studio));
  gtk_drop_down_set_model (self->voice_drop_down, voices);
  select_voice (self, id);
  g_signal_connect_object (voices, "items-changed", G_CALLBACK (on_voices_changed), self,
                           G_CONNECT_SWAPPED);
}

/* Language */

/* While the list of languages is still being read, the setting is not touched. */
static void
on_language_selected (MynaStudioPage *self, GParamSpec *pspec, GtkDropDown *drop_down)
{
  MynaLanguageItem *item = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  if (self->languages == NULL || g_list_model_get_n_items (self->languages) < 2)
    return;
  item = gtk_drop_down_get_selected_item (self->language_drop_down);
  if (item != NULL)
    g_settings_set_string (self->settings, "language", myna_language_item_get_code (item));
}

static void
select_language (MynaStudioPage *self)
{
  g_autofree char *code = g_settings_get_string (self->settings, "language");
  guint position = 0;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  position = myna_language_model_find (self->languages, code);
  if (position != GTK_INVALID_LIST_POSITION)
    gtk_drop_down_set_selected (self->language_drop_down, position);
}

static void
set_up_languages (MynaStudioPage *self)
{
  g_assert (MYNA_IS_STUDIO_PAGE (self));

  self->languages = myna_language_model_new (_ ("Voice’s Language"));
  gtk_drop_down_set_model (self->language_drop_down, self->languages);
  g_signal_connect_object (self->languages, "items-changed", G_CALLBACK (select_language), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

/* Takes */

static void
on_setup (MynaStudioPage *self, GtkListItem *item, GtkSignalListItemFactory *factory)
{
  g_assert (MYNA_IS_STUDIO_PAGE (self));

  gtk_list_item_set_child (item, myna_take_row_new (self->studio));
}

static void
on_bind (MynaStudioPage *self, GtkListItem *item, GtkSignalListItemFactory *factory)
{
  MynaTake *take = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  take = gtk_list_item_get_item (item);
  myna_take_row_set_take (MYNA_TAKE_ROW (gtk_list_item_get_child (item)), take);
  gtk_list_item_set_accessible_label (item, myna_take_get_name (take));
}

static void
on_unbind (MynaStudioPage *self, GtkListItem *item, GtkSignalListItemFactory *factory)
{
  g_assert (MYNA_IS_STUDIO_PAGE (self));

  myna_take_row_set_take (MYNA_TAKE_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
set_up_takes (MynaStudioPage *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkNoSelection) selection = NULL;
  MynaTakes *takes = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  takes = myna_studio_get_takes (self->studio);
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_setup), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind), self, G_CONNECT_SWAPPED);
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (takes)));
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (takes, "items-changed", G_CALLBACK (update_stack), self,
                           G_CONNECT_SWAPPED);
}

static void
show_take (MynaStudioPage *self, MynaTake *take)
{
  AdwNavigationPage *shown = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  shown = adw_navigation_view_get_visible_page (self->navigation);
  if (MYNA_IS_TAKE_PAGE (shown) && myna_take_page_get_take (MYNA_TAKE_PAGE (shown)) == take)
    return;
  adw_navigation_view_pop_to_tag (self->navigation, "composer");
  adw_navigation_view_push (self->navigation, myna_take_page_new (self->studio, take));
  /* Its play button is at hand, unless something else is being listened to. */
  if (!myna_take_player_get_playing (myna_studio_get_player (self->studio)))
    myna_take_player_load_take (myna_studio_get_player (self->studio), take);
}

static void
on_take_activated (MynaStudioPage *self, guint position, GtkListView *list)
{
  g_autoptr (MynaTake) take = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  take = g_list_model_get_item (G_LIST_MODEL (gtk_list_view_get_model (list)), position);
  if (take != NULL)
    show_take (self, take);
}

/* The take's page closes when the take is removed, from whichever place. */
static void
on_takes_removed (MynaStudioPage *self)
{
  AdwNavigationPage *shown = NULL;
  g_autofree char *id = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  shown = adw_navigation_view_get_visible_page (self->navigation);
  if (!MYNA_IS_TAKE_PAGE (shown))
    return;
  g_object_get (myna_take_page_get_take (MYNA_TAKE_PAGE (shown)), "id", &id, NULL);
  if (myna_takes_find (myna_studio_get_takes (self->studio), id) == NULL)
    adw_navigation_view_pop_to_tag (self->navigation, "composer");
}

/* Player and jobs */

static void
on_player_take (MynaStudioPage *self)
{
  MynaTakePlayer *player = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  player = myna_studio_get_player (self->studio);
  adw_toolbar_view_set_reveal_bottom_bars (self->root, myna_take_player_get_take (player) != NULL);
}

static void
on_player_error (MynaStudioPage *self)
{
  const char *error = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  error = myna_take_player_get_error (myna_studio_get_player (self->studio));
  if (error != NULL)
    myna_toasts_add_text (GTK_WIDGET (self), error);
}

static void
on_job_finished (MynaStudioPage *self, MynaJob *job, MynaJobQueue *queue)
{
  g_assert (MYNA_IS_STUDIO_PAGE (self));

  if (myna_job_get_state (job) == MYNA_JOB_FAILED && myna_job_get_error (job) != NULL &&
      (g_str_equal (myna_job_get_kind (job), "speak") ||
       g_str_equal (myna_job_get_kind (job), "reroll")))
    myna_toasts_add_text (GTK_WIDGET (self), myna_job_get_error (job));
  if (myna_job_get_state (job) == MYNA_JOB_DONE && g_str_equal (myna_job_get_kind (job), "speak"))
    gtk_accessible_announce (GTK_ACCESSIBLE (self), _ ("Take finished"),
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
set_up_player (MynaStudioPage *self)
{
  MynaTakePlayer *player = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  player = myna_studio_get_player (self->studio);
  myna_player_bar_set_player (self->player_bar, player);
  g_signal_connect_object (player, "notify::take", G_CALLBACK (on_player_take), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (player, "notify::error", G_CALLBACK (on_player_error), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (myna_studio_get_queue (self->studio), "job-finished",
                           G_CALLBACK (on_job_finished), self, G_CONNECT_SWAPPED);
}

/* Actions */

static void
play_new_take (MynaStudioPage *self, MynaTake *take)
{
  MynaTakePlayer *player = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  player = myna_studio_get_player (self->studio);
  /* What the person listens to is not cut off by what they queue up meanwhile. */
  if (g_settings_get_boolean (self->settings, "autoplay") && !myna_take_player_get_playing (player))
    myna_take_player_autoplay (player, take);
}

static void
show_failure (MynaStudioPage *self, const GError *error)
{
  g_autofree char *markup = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  markup = g_markup_escape_text (error->message, -1);
  adw_banner_set_title (self->banner, markup);
  adw_banner_set_revealed (self->banner, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->editor));
}

static void
generate_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaStudioPage *self = MYNA_STUDIO_PAGE (widget);
  MynaSpeakParams params = MYNA_SPEAK_PARAMS_INIT;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *language = NULL;
  g_autofree char *engine = g_settings_get_string (MYNA_STUDIO_PAGE (widget)->settings, "engine");
  MynaTakes *takes = myna_studio_get_takes (MYNA_STUDIO_PAGE (widget)->studio);
  MynaVoice *voice = NULL;
  MynaTake *take = NULL;
  double pause = 0.0;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  voice = gtk_drop_down_get_selected_item (self->voice_drop_down);
  text = myna_text_editor_dup_text (self->editor);
  language = g_settings_get_string (self->settings, "language");
  params.language = *language != '\0' ? language : NULL;
  myna_speech_options_fill (self->settings, &params, &pause);
  myna_takes_set_cut (takes, myna_speech_options_get_cut (self->settings));
  if (myna_takes_set_engine (takes, engine, &error))
    take = myna_takes_speak (takes, voice, text, &params, pause, &error);
  if (take == NULL)
    {
      show_failure (self, error);
      return;
    }
  adw_banner_set_revealed (self->banner, FALSE);
  gtk_list_view_scroll_to (self->list, 0, GTK_LIST_SCROLL_NONE, NULL);
  play_new_take (self, take);
}

static void
import_models_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  show_models (MYNA_STUDIO_PAGE (widget));
}

static void
new_text_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaStudioPage *self = MYNA_STUDIO_PAGE (widget);

  adw_navigation_view_pop_to_tag (self->navigation, "composer");
  myna_text_editor_set_text (self->editor, "");
  gtk_widget_grab_focus (GTK_WIDGET (self->editor));
}

static void
on_text_chosen (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MynaStudioPage) self = MYNA_STUDIO_PAGE (data);
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && self->editor != NULL)
    myna_text_editor_load (self->editor, file);
}

static void
open_text_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_autoptr (GtkFileDialog) chooser = gtk_file_dialog_new ();
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Text Files"));
  gtk_file_filter_add_mime_type (filter, "text/*");
  gtk_file_dialog_set_title (chooser, _ ("Open Text File"));
  gtk_file_dialog_set_default_filter (chooser, filter);
  gtk_file_dialog_open (chooser, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, on_text_chosen,
                        g_object_ref (widget));
}

static void
show_take_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaStudioPage *self = MYNA_STUDIO_PAGE (widget);
  MynaTake *take = myna_takes_find (myna_studio_get_takes (self->studio),
                                    g_variant_get_string (parameter, NULL));

  if (take != NULL)
    show_take (self, take);
  else
    myna_toasts_add_text (widget, _ ("This take was deleted."));
}

static void
reuse_text_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaStudioPage *self = MYNA_STUDIO_PAGE (widget);
  MynaTake *take = myna_takes_find (myna_studio_get_takes (self->studio),
                                    g_variant_get_string (parameter, NULL));
  g_autofree char *voice_id = NULL;

  if (take == NULL)
    return;
  g_object_get (take, "voice-id", &voice_id, NULL);
  select_voice (self, voice_id);
  adw_navigation_view_pop_to_tag (self->navigation, "composer");
  myna_text_editor_set_text (self->editor, myna_take_get_text (take));
  gtk_widget_grab_focus (GTK_WIDGET (self->editor));
}

/* The take that the keyboard acts on: the one that is open, else the one in the player, else the
 * newest. */
static MynaTake *
get_current_take (MynaStudioPage *self)
{
  AdwNavigationPage *shown = NULL;
  MynaTake *take = NULL;
  g_autoptr (MynaTake) newest = NULL;

  g_assert (MYNA_IS_STUDIO_PAGE (self));

  shown = adw_navigation_view_get_visible_page (self->navigation);
  if (MYNA_IS_TAKE_PAGE (shown))
    return myna_take_page_get_take (MYNA_TAKE_PAGE (shown));
  take = myna_take_player_get_take (myna_studio_get_player (self->studio));
  if (take != NULL)
    return take;
  newest = g_list_model_get_item (G_LIST_MODEL (myna_studio_get_takes (self->studio)), 0);
  return newest;
}

static void
play_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaStudioPage *self = MYNA_STUDIO_PAGE (widget);
  MynaTakePlayer *player = myna_studio_get_player (self->studio);
  MynaTake *take = get_current_take (self);

  if (take == NULL)
    return;
  if (myna_take_player_get_take (player) == take)
    myna_take_player_toggle (player);
  else
    myna_take_player_play_take (player, take);
}

static void
export_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaStudioPage *self = MYNA_STUDIO_PAGE (widget);
  MynaTake *take = get_current_take (self);

  if (take != NULL && myna_take_get_n_ready (take) > 0)
    myna_take_operations_export (widget, self->studio, take);
  else
    myna_toasts_add_text (widget, _ ("There is nothing to export yet."));
}

static void
myna_studio_page_dispose (GObject *object)
{
  MynaStudioPage *self = MYNA_STUDIO_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_STUDIO_PAGE);
  g_clear_object (&self->draft);
  g_clear_object (&self->languages);
  g_clear_object (&self->studio);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (myna_studio_page_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "studio.generate", NULL, generate_action);
  gtk_widget_class_install_action (widget_class, "studio.import-models", NULL,
                                   import_models_action);
  gtk_widget_class_install_action (widget_class, "studio.new-text", NULL, new_text_action);
  gtk_widget_class_install_action (widget_class, "studio.open-text", NULL, open_text_action);
  gtk_widget_class_install_action (widget_class, "studio.open-files", "as", open_files_action);
  gtk_widget_class_install_action (widget_class, "studio.show-take", "s", show_take_action);
  gtk_widget_class_install_action (widget_class, "studio.reuse-text", "s", reuse_text_action);
  gtk_widget_class_install_action (widget_class, "studio.play", NULL, play_action);
  gtk_widget_class_install_action (widget_class, "studio.export", NULL, export_action);
}

static void
myna_studio_page_class_init (MynaStudioPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_studio_page_dispose;

  g_type_ensure (MYNA_TYPE_DROP_AREA);
  g_type_ensure (MYNA_TYPE_LANGUAGE_ITEM);
  g_type_ensure (MYNA_TYPE_PLAYER_BAR);
  g_type_ensure (MYNA_TYPE_SPEECH_OPTIONS);
  g_type_ensure (MYNA_TYPE_TEXT_EDITOR);
  g_type_ensure (MYNA_TYPE_VOICE);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-studio-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, root);
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, navigation);
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, banner);
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, stack);
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, editor);
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, voice_drop_down);
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, language_drop_down);
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, takes_box);
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, list);
  gtk_widget_class_bind_template_child (widget_class, MynaStudioPage, player_bar);
  gtk_widget_class_bind_template_callback (widget_class, on_dropped);
  gtk_widget_class_bind_template_callback (widget_class, on_text_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_banner_dismissed);
  gtk_widget_class_bind_template_callback (widget_class, on_voice_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_language_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_take_activated);
  install_actions (widget_class);
}

static void
myna_studio_page_init (MynaStudioPage *self)
{
  self->settings = g_settings_new (MYNA_APP_ID);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->settings, "changed::voice", G_CALLBACK (on_voice_setting), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::speed", G_CALLBACK (on_speed_changed), self,
                           G_CONNECT_SWAPPED);
  on_speed_changed (self);
}

/**
 * myna_studio_page_new:
 * @library: the open library
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
myna_studio_page_new (MynaLibrary *library)
{
  MynaStudioPage *self = NULL;

  g_return_val_if_fail (MYNA_IS_LIBRARY (library), NULL);

  self = g_object_new (MYNA_TYPE_STUDIO_PAGE, NULL);
  self->studio = myna_studio_new (library);
  set_up_voices (self);
  set_up_languages (self);
  set_up_takes (self);
  set_up_player (self);
  self->draft = myna_draft_text_new (library, self->editor);
  g_signal_connect_object (myna_studio_get_takes (self->studio), "items-changed",
                           G_CALLBACK (on_takes_removed), self, G_CONNECT_SWAPPED);
  update_stack (self);
  return GTK_WIDGET (self);
}
