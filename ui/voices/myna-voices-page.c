/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-voices-page.h"

#include <glib/gi18n.h>

#include "ui/voices/myna-media-files.h"
#include "ui/voices/myna-voice-page.h"
#include "ui/voices/myna-voice-player.h"
#include "ui/voices/myna-voice-row.h"
#include "ui/widgets/myna-drop-area.h"
#include "ui/widgets/myna-toasts.h"

struct _MynaVoicesPage
{
  AdwBin parent_instance;

  /* Template widgets */
  AdwNavigationView *navigation;
  GtkStack *stack;
  GtkListView *list;

  /* Owned references */
  MynaVoices *voices;
  MynaVoicePlayer *player;
  GSettings *settings;

  /* Borrowed references */
  MynaAddVoiceDialog *dialog; /* the open one; weak */
};

G_DEFINE_FINAL_TYPE (MynaVoicesPage, myna_voices_page, ADW_TYPE_BIN)

static void
sync_stack (MynaVoicesPage *self)
{
  gboolean any = g_list_model_get_n_items (G_LIST_MODEL (self->voices)) > 0;

  g_assert (MYNA_IS_VOICES_PAGE (self));

  gtk_stack_set_visible_child_name (self->stack, any ? "voices" : "empty");
}

/* The voice that is shown may be what was deleted. */
static void
voices_changed_cb (MynaVoicesPage *self)
{
  AdwNavigationPage *page;
  MynaVoice *voice;

  g_assert (MYNA_IS_VOICES_PAGE (self));

  sync_stack (self);
  page = adw_navigation_view_get_visible_page (self->navigation);
  if (!MYNA_IS_VOICE_PAGE (page))
    return;
  voice = myna_voice_page_get_voice (MYNA_VOICE_PAGE (page));
  if (myna_voices_find (self->voices, myna_voice_get_id (voice)) == NULL)
    adw_navigation_view_pop (self->navigation);
}

static void
player_failed_cb (MynaVoicesPage *self, const char *message)
{
  g_assert (MYNA_IS_VOICES_PAGE (self));

  myna_toasts_add_text (GTK_WIDGET (self), message);
}

static void
added_cb (MynaVoicesPage *self, MynaVoice *voice, MynaAddVoiceDialog *dialog)
{
  g_autofree char *title = NULL;
  AdwToast *toast;

  g_assert (MYNA_IS_VOICES_PAGE (self));

  title = g_strdup_printf (_ ("“%s” added"), myna_voice_get_name (voice));
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, title);
  adw_toast_set_button_label (toast, _ ("_Speak With It"));
  adw_toast_set_action_name (toast, "win.use-voice");
  adw_toast_set_action_target (toast, "s", myna_voice_get_id (voice));
  myna_toasts_add (GTK_WIDGET (self), toast);
}

/* One dialog at a time: whoever asks again gets the open one. */
static MynaAddVoiceDialog *
ensure_dialog (MynaVoicesPage *self)
{
  g_assert (MYNA_IS_VOICES_PAGE (self));

  if (self->dialog != NULL)
    return self->dialog;
  myna_voice_player_stop (self->player);
  g_set_weak_pointer (&self->dialog, myna_add_voice_dialog_new (self->voices));
  g_signal_connect_object (self->dialog, "added", G_CALLBACK (added_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (self->dialog), GTK_WIDGET (self));
  return self->dialog;
}

static void
add_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoicesPage *self = MYNA_VOICES_PAGE (widget);

  g_assert (MYNA_IS_VOICES_PAGE (self));

  ensure_dialog (self);
}

static void
record_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoicesPage *self = MYNA_VOICES_PAGE (widget);

  g_assert (MYNA_IS_VOICES_PAGE (self));

  myna_add_voice_dialog_record (ensure_dialog (self));
}

static void
add_from_file_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoicesPage *self = MYNA_VOICES_PAGE (widget);

  g_assert (MYNA_IS_VOICES_PAGE (self));

  myna_add_voice_dialog_choose_files (ensure_dialog (self));
}

/**
 * myna_voices_page_add_files:
 * @files: (element-type GFile): audio or video files
 *
 * Makes them samples in the dialog that adds a voice, which opens for it.
 */
void
myna_voices_page_add_files (MynaVoicesPage *self, const GSList *files)
{
  g_return_if_fail (MYNA_IS_VOICES_PAGE (self));

  myna_add_voice_dialog_add_files (ensure_dialog (self), files);
}

static void
add_files_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoicesPage *self = MYNA_VOICES_PAGE (widget);
  g_autofree const char **paths = g_variant_get_strv (parameter, NULL);
  g_autoslist (GFile) files = NULL;

  g_assert (MYNA_IS_VOICES_PAGE (self));

  for (guint i = 0; paths[i] != NULL; i++)
    files = g_slist_append (files, g_file_new_for_path (paths[i]));
  myna_add_voice_dialog_add_files (ensure_dialog (self), files);
}

static void
on_dropped (MynaVoicesPage *self, GdkFileList *list, MynaDropArea *area)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (list);
  AdwNavigationPage *page;

  g_assert (MYNA_IS_VOICES_PAGE (self));

  /* On the page of a voice, models are the voice's own. */
  page = adw_navigation_view_get_visible_page (self->navigation);
  if (!MYNA_IS_VOICE_PAGE (page) || !myna_voice_page_take_models (MYNA_VOICE_PAGE (page), files))
    myna_voices_page_add_files (self, files);
}

static void
show_voice (MynaVoicesPage *self, MynaVoice *voice)
{
  AdwNavigationPage *page;

  g_assert (MYNA_IS_VOICES_PAGE (self));

  page = adw_navigation_view_get_visible_page (self->navigation);
  if (MYNA_IS_VOICE_PAGE (page))
    {
      if (myna_voice_page_get_voice (MYNA_VOICE_PAGE (page)) == voice)
        return;
      adw_navigation_view_pop (self->navigation);
    }
  adw_navigation_view_push (self->navigation,
                            myna_voice_page_new (self->voices, self->player, voice));
}

static void
show_voice_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoicesPage *self = MYNA_VOICES_PAGE (widget);
  MynaVoice *voice;

  g_assert (MYNA_IS_VOICES_PAGE (self));

  voice = myna_voices_find (self->voices, g_variant_get_string (parameter, NULL));
  if (voice != NULL)
    show_voice (self, voice);
}

/* The Studio page follows the setting. */
static void
use_voice_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaVoicesPage *self = MYNA_VOICES_PAGE (widget);

  g_assert (MYNA_IS_VOICES_PAGE (self));

  g_settings_set_value (self->settings, "voice", parameter);
  gtk_widget_activate_action (widget, "win.show-page", "s", "studio");
}

static void
on_activated (MynaVoicesPage *self, guint position, GtkListView *list)
{
  g_autoptr (MynaVoice) voice = NULL;

  g_assert (MYNA_IS_VOICES_PAGE (self));

  voice = g_list_model_get_item (G_LIST_MODEL (self->voices), position);
  if (voice != NULL)
    show_voice (self, voice);
}

static void
setup_cb (MynaVoicesPage *self, GtkListItem *item, GtkListItemFactory *factory)
{
  g_assert (MYNA_IS_VOICES_PAGE (self));

  gtk_list_item_set_child (item, myna_voice_row_new (self->voices, self->player));
}

static void
bind_cb (MynaVoicesPage *self, GtkListItem *item, GtkListItemFactory *factory)
{
  MynaVoice *voice = gtk_list_item_get_item (item);

  g_assert (MYNA_IS_VOICES_PAGE (self));

  gtk_list_item_set_accessible_label (item, myna_voice_get_name (voice));
  myna_voice_row_set_voice (MYNA_VOICE_ROW (gtk_list_item_get_child (item)), voice);
}

static void
unbind_cb (MynaVoicesPage *self, GtkListItem *item, GtkListItemFactory *factory)
{
  g_assert (MYNA_IS_VOICES_PAGE (self));

  myna_voice_row_set_voice (MYNA_VOICE_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
myna_voices_page_unmap (GtkWidget *widget)
{
  myna_voice_player_stop (MYNA_VOICES_PAGE (widget)->player);

  GTK_WIDGET_CLASS (myna_voices_page_parent_class)->unmap (widget);
}

static void
myna_voices_page_dispose (GObject *object)
{
  MynaVoicesPage *self = MYNA_VOICES_PAGE (object);

  g_clear_weak_pointer (&self->dialog);
  if (self->voices != NULL)
    g_signal_handlers_disconnect_by_data (self->voices, self);
  if (self->player != NULL)
    g_signal_handlers_disconnect_by_data (self->player, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_VOICES_PAGE);
  g_clear_object (&self->player);
  g_clear_object (&self->voices);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (myna_voices_page_parent_class)->dispose (object);
}

static void
myna_voices_page_class_init (MynaVoicesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_voices_page_dispose;
  widget_class->unmap = myna_voices_page_unmap;

  g_type_ensure (MYNA_TYPE_DROP_AREA);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/voices/myna-voices-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaVoicesPage, navigation);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicesPage, stack);
  gtk_widget_class_bind_template_child (widget_class, MynaVoicesPage, list);
  gtk_widget_class_bind_template_callback (widget_class, on_dropped);
  gtk_widget_class_bind_template_callback (widget_class, on_activated);
  gtk_widget_class_install_action (widget_class, "voices.add", NULL, add_action);
  gtk_widget_class_install_action (widget_class, "voices.record", NULL, record_action);
  gtk_widget_class_install_action (widget_class, "voices.add-from-file", NULL,
                                   add_from_file_action);
  gtk_widget_class_install_action (widget_class, "voices.add-files", "as", add_files_action);
  gtk_widget_class_install_action (widget_class, "voices.show-voice", "s", show_voice_action);
  gtk_widget_class_install_action (widget_class, "voices.use-voice", "s", use_voice_action);
}

static void
myna_voices_page_init (MynaVoicesPage *self)
{
  self->settings = g_settings_new (MYNA_APP_ID);
  self->player = myna_voice_player_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->player, "failed", G_CALLBACK (player_failed_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
set_voices (MynaVoicesPage *self, MynaVoices *voices)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkSelectionModel) selection =
      GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (voices))));

  g_assert (MYNA_IS_VOICES_PAGE (self));

  self->voices = g_object_ref (voices);
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, selection);
  g_signal_connect_object (voices, "items-changed", G_CALLBACK (voices_changed_cb), self,
                           G_CONNECT_SWAPPED);
  sync_stack (self);
}

/**
 * myna_voices_page_new:
 * @library: the open library
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
myna_voices_page_new (MynaLibrary *library)
{
  MynaVoicesPage *self;

  g_return_val_if_fail (MYNA_IS_LIBRARY (library), NULL);

  self = g_object_new (MYNA_TYPE_VOICES_PAGE, NULL);
  set_voices (self, myna_library_get_voices (library));
  return GTK_WIDGET (self);
}

/**
 * myna_voices_page_get_dialog:
 *
 * Returns: (transfer none) (nullable): the dialog that adds a voice, while it is open
 */
MynaAddVoiceDialog *
myna_voices_page_get_dialog (MynaVoicesPage *self)
{
  g_return_val_if_fail (MYNA_IS_VOICES_PAGE (self), NULL);

  return self->dialog;
}
