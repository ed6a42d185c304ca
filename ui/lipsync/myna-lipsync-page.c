/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/lipsync/myna-lipsync-page.h"

#include <glib/gi18n.h>

#include "engine/core/myna-paths.h"
#include "engine/studio/myna-lipsync-jobs.h"
#include "engine/studio/myna-studio-jobs.h"
#include "ui/lipsync/myna-lipsync-files.h"
#include "ui/lipsync/myna-lipsync-preview-dialog.h"
#include "ui/lipsync/myna-lipsync-result-page.h"
#include "ui/lipsync/myna-lipsync-video-row.h"
#include "ui/queue/myna-job-row.h"
#include "ui/voices/myna-media-files.h"
#include "ui/widgets/myna-drop-area.h"
#include "ui/widgets/myna-toasts.h"

/* Turning a knob fires for each step; the videos are looked at again when it rests. */
#define OPTIONS_REST_MS 400

struct _MynaLipsyncPage
{
  AdwBin parent_instance;

  /* Template widgets */
  AdwNavigationView *navigation;
  AdwComboRow *speech_row;
  GtkListBox *videos_box;
  AdwSpinRow *intensity;
  AdwSpinRow *offset;
  AdwSpinRow *mask_size;
  AdwSpinRow *smoothing;
  AdwSwitchRow *trim;
  GtkWidget *results_group;
  GtkListBox *results_box;

  /* Owned references */
  MynaLibrary *library;
  GListStore *files;    /* of MynaSpeechSource: chosen sounds, newest first */
  GListStore *takes;    /* of MynaSpeechSource: takes with finished speech */
  GListModel *speeches; /* both */
  GListStore *videos;   /* of MynaLipsyncVideo */
  GListModel *results;  /* of MynaJob */

  guint options_rest;
};

G_DEFINE_FINAL_TYPE (MynaLipsyncPage, myna_lipsync_page, ADW_TYPE_BIN)

static MynaSpeechSource *
get_speech (MynaLipsyncPage *self)
{
  return adw_combo_row_get_selected_item (self->speech_row);
}

static MynaLipsyncOptions
get_options (MynaLipsyncPage *self)
{
  MynaLipsyncOptions options = MYNA_LIPSYNC_OPTIONS_INIT;

  options.intensity = adw_spin_row_get_value (self->intensity) / 100;
  options.offset_ms = adw_spin_row_get_value (self->offset);
  options.mask_size = adw_spin_row_get_value (self->mask_size) / 100;
  options.smoothing = adw_spin_row_get_value (self->smoothing) / 100;
  options.longer = adw_switch_row_get_active (self->trim) ? MYNA_LIPSYNC_TRIM : MYNA_LIPSYNC_KEEP;
  return options;
}

static guint
count_ready (MynaLipsyncPage *self)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->videos)); i++)
    {
      g_autoptr (MynaLipsyncVideo) video = g_list_model_get_item (G_LIST_MODEL (self->videos), i);

      if (myna_lipsync_video_get_state (video) != MYNA_LIPSYNC_VIDEO_FAILED)
        n++;
    }
  return n;
}

/* A video that is still looked at may be enqueued: the job looks for itself. */
static void
sync_start (MynaLipsyncPage *self)
{
  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "lipsync.start",
                                 get_speech (self) != NULL && count_ready (self) > 0 &&
                                     !myna_library_is_read_only (self->library));
}

static void
check_videos (MynaLipsyncPage *self)
{
  const MynaLipsyncOptions options = get_options (self);

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->videos)); i++)
    {
      g_autoptr (MynaLipsyncVideo) video = g_list_model_get_item (G_LIST_MODEL (self->videos), i);

      myna_lipsync_video_check (video, get_speech (self), &options);
    }
}

static void
on_speech_selected (MynaLipsyncPage *self, GParamSpec *pspec, AdwComboRow *row)
{
  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  check_videos (self);
  sync_start (self);
}

static gboolean
options_rest_cb (gpointer data)
{
  MynaLipsyncPage *self = data;

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  self->options_rest = 0;
  check_videos (self);
  return G_SOURCE_REMOVE;
}

static void
options_changed_cb (MynaLipsyncPage *self)
{
  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  g_clear_handle_id (&self->options_rest, g_source_remove);
  self->options_rest = g_timeout_add (OPTIONS_REST_MS, options_rest_cb, self);
}

static void
reset_options_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaLipsyncPage *self = MYNA_LIPSYNC_PAGE (widget);
  const MynaLipsyncOptions options = MYNA_LIPSYNC_OPTIONS_INIT;

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  adw_spin_row_set_value (self->intensity, options.intensity * 100);
  adw_spin_row_set_value (self->offset, options.offset_ms);
  adw_spin_row_set_value (self->mask_size, options.mask_size * 100);
  adw_spin_row_set_value (self->smoothing, options.smoothing * 100);
  adw_switch_row_set_active (self->trim, options.longer == MYNA_LIPSYNC_TRIM);
}

static void
video_state_cb (MynaLipsyncPage *self)
{
  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  sync_start (self);
}

static gboolean
has_video (MynaLipsyncPage *self, const char *path)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->videos)); i++)
    {
      g_autoptr (MynaLipsyncVideo) video = g_list_model_get_item (G_LIST_MODEL (self->videos), i);

      if (g_str_equal (myna_lipsync_video_get_path (video), path))
        return TRUE;
    }
  return FALSE;
}

static void
add_video (MynaLipsyncPage *self, const char *path)
{
  const MynaLipsyncOptions options = get_options (self);
  g_autoptr (MynaLipsyncVideo) video = NULL;

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  if (has_video (self, path))
    return;
  video = myna_lipsync_video_new (myna_library_get_store (self->library), path);
  g_signal_connect_object (video, "notify::state", G_CALLBACK (video_state_cb), self,
                           G_CONNECT_SWAPPED);
  myna_lipsync_video_check (video, get_speech (self), &options);
  g_list_store_append (self->videos, video);
  sync_start (self);
}

static guint
find_source (GListModel *model, const char *take, const char *path)
{
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (MynaSpeechSource) source = g_list_model_get_item (model, i);
      MynaTake *source_take = myna_speech_source_get_take (source);

      if (source_take != NULL ? g_strcmp0 (myna_take_get_id (source_take), take) == 0
                              : g_strcmp0 (myna_speech_source_get_path (source), path) == 0)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

static void
use_sound (MynaLipsyncPage *self, const char *path)
{
  g_autoptr (MynaSpeechSource) source = myna_speech_source_new_for_file (path);

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  if (find_source (self->speeches, NULL, path) == GTK_INVALID_LIST_POSITION)
    g_list_store_insert (self->files, 0, source);
  adw_combo_row_set_selected (self->speech_row, find_source (self->speeches, NULL, path));
}

/**
 * myna_lipsync_page_add_file:
 * @path: a file
 *
 * A sound becomes what is said, anything else is to say it.
 */
void
myna_lipsync_page_add_file (MynaLipsyncPage *self, const char *path)
{
  g_return_if_fail (MYNA_IS_LIPSYNC_PAGE (self) && path != NULL);

  if (myna_lipsync_files_is_sound (path))
    use_sound (self, path);
  else
    add_video (self, path);
}

static void
add_gfile (MynaLipsyncPage *self, GFile *file)
{
  const char *path = g_file_peek_path (file);

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  if (path != NULL)
    myna_lipsync_page_add_file (self, path);
  else
    myna_toasts_add_text (GTK_WIDGET (self),
                          _ ("This file is not on this computer. Copy it here first."));
}

static void
on_dropped (MynaLipsyncPage *self, GdkFileList *list, MynaDropArea *area)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (list);

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  for (GSList *l = files; l != NULL; l = l->next)
    add_gfile (self, l->data);
}

static void
add_files_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaLipsyncPage *self = MYNA_LIPSYNC_PAGE (widget);
  g_autofree const char **paths = g_variant_get_strv (parameter, NULL);

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  for (guint i = 0; paths[i] != NULL; i++)
    myna_lipsync_page_add_file (self, paths[i]);
}

static void
videos_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaLipsyncPage) self = user_data;
  g_autoptr (GListModel) files =
      gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, NULL);

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  for (guint i = 0; files != NULL && i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      add_gfile (self, file);
    }
}

static void
add_videos_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_autoptr (GtkFileDialog) dialog = myna_lipsync_files_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (widget);

  g_assert (MYNA_IS_LIPSYNC_PAGE (widget));

  gtk_file_dialog_open_multiple (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                                 videos_chosen_cb, g_object_ref (widget));
}

static void
speech_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaLipsyncPage) self = user_data;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  if (file != NULL && g_file_peek_path (file) != NULL)
    use_sound (self, g_file_peek_path (file));
}

static void
choose_speech_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_autoptr (GtkFileDialog) dialog = myna_media_files_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (widget);

  g_assert (MYNA_IS_LIPSYNC_PAGE (widget));

  gtk_file_dialog_set_title (dialog, _ ("Choose the Speech"));
  gtk_file_dialog_open (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                        speech_chosen_cb, g_object_ref (widget));
}

static void
use_take_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaLipsyncPage *self = MYNA_LIPSYNC_PAGE (widget);
  guint position = find_source (self->speeches, g_variant_get_string (parameter, NULL), NULL);

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  if (position != GTK_INVALID_LIST_POSITION)
    adw_combo_row_set_selected (self->speech_row, position);
  adw_navigation_view_pop_to_tag (self->navigation, "compose");
}

static MynaJob *
enqueue (MynaLipsyncPage *self, MynaLipsyncVideo *video, const char *folder, GError **error)
{
  MynaJobQueue *queue = myna_library_get_queue (self->library);
  MynaSpeechSource *speech = get_speech (self);
  g_autoptr (MynaLipsyncRequest) request = myna_lipsync_request_new ();

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  request->video = g_strdup (myna_lipsync_video_get_path (video));
  request->options = get_options (self);
  request->options.face = myna_lipsync_video_get_face (video);
  myna_speech_source_apply (speech, request);
  request->output = myna_lipsync_choose_output (queue, folder, request->video,
                                                myna_speech_source_get_name (speech));
  return myna_lipsync_enqueue (queue, request, myna_speech_source_get_name (speech), error);
}

/* What could be enqueued leaves the list; what cannot speak stays with its reason. */
static guint
enqueue_all (MynaLipsyncPage *self, const char *folder, GError **error)
{
  guint n = 0;

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->videos));)
    {
      g_autoptr (MynaLipsyncVideo) video = g_list_model_get_item (G_LIST_MODEL (self->videos), i);

      if (myna_lipsync_video_get_state (video) == MYNA_LIPSYNC_VIDEO_FAILED)
        {
          i++;
          continue;
        }
      if (enqueue (self, video, folder, error) == NULL)
        return n;
      myna_lipsync_video_stop (video);
      g_list_store_remove (self->videos, i);
      n++;
    }
  return n;
}

static void
start_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaLipsyncPage *self = MYNA_LIPSYNC_PAGE (widget);
  g_autofree char *folder =
      g_build_filename (myna_library_get_data_dir (self->library), "videos", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  if (myna_paths_ensure_dir (folder, &error))
    n = enqueue_all (self, folder, &error);
  sync_start (self);
  if (error != NULL)
    {
      myna_toasts_add_error (widget, error);
      return;
    }
  text =
      g_strdup_printf (ngettext ("%u video is in the queue", "%u videos are in the queue", n), n);
  myna_toasts_add_text (widget, text);
}

static void
show_result (MynaLipsyncPage *self, MynaJob *job)
{
  AdwNavigationPage *page;

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  if (myna_job_get_state (job) != MYNA_JOB_DONE || myna_job_get_result (job) == NULL)
    return;
  if (!g_file_test (myna_job_get_result (job), G_FILE_TEST_EXISTS))
    {
      g_autofree char *name = g_filename_display_basename (myna_job_get_result (job));
      g_autofree char *text = g_strdup_printf (_ ("“%s” is no longer there."), name);

      myna_toasts_add_text (GTK_WIDGET (self), text);
      return;
    }
  adw_navigation_view_pop_to_tag (self->navigation, "compose");
  page = myna_lipsync_result_page_new (job);
  adw_navigation_view_push (self->navigation, page);
}

static void
on_result_activated (MynaLipsyncPage *self, GtkListBoxRow *row, GtkListBox *box)
{
  g_autoptr (MynaJob) job = NULL;

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  job = g_list_model_get_item (self->results, (guint) gtk_list_box_row_get_index (row));
  if (job != NULL)
    show_result (self, job);
}

static void
show_result_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaLipsyncPage *self = MYNA_LIPSYNC_PAGE (widget);

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  for (guint i = 0; i < g_list_model_get_n_items (self->results); i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (self->results, i);

      if (g_strcmp0 (myna_job_get_result (job), g_variant_get_string (parameter, NULL)) != 0)
        continue;
      show_result (self, job);
      return;
    }
}

static void
preview_cb (MynaLipsyncPage *self, MynaLipsyncVideoRow *row)
{
  MynaLipsyncVideo *video = myna_lipsync_video_row_get_video (row);
  AdwDialog *dialog;

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  if (myna_lipsync_video_get_plan (video) == NULL)
    return;
  dialog = myna_lipsync_preview_dialog_new (myna_library_get_store (self->library),
                                            myna_lipsync_video_get_plan (video));
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
removed_cb (MynaLipsyncPage *self, MynaLipsyncVideoRow *row)
{
  guint position;

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  myna_lipsync_video_stop (myna_lipsync_video_row_get_video (row));
  if (g_list_store_find (self->videos, myna_lipsync_video_row_get_video (row), &position))
    g_list_store_remove (self->videos, position);
  sync_start (self);
}

static GtkWidget *
wrap_row (GtkWidget *child, const char *label, gboolean activatable)
{
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), child);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), activatable);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return row;
}

static GtkWidget *
create_video_row (gpointer item, gpointer user_data)
{
  MynaLipsyncPage *self = user_data;
  GtkWidget *row = myna_lipsync_video_row_new (item);

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  g_signal_connect_object (row, "preview", G_CALLBACK (preview_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "removed", G_CALLBACK (removed_cb), self, G_CONNECT_SWAPPED);
  return wrap_row (row, myna_lipsync_video_get_name (item), FALSE);
}

static GtkWidget *
create_result_row (gpointer item, gpointer user_data)
{
  MynaLipsyncPage *self = user_data;
  GtkWidget *row = myna_job_row_new (myna_library_get_queue (self->library));

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  myna_job_row_set_job (MYNA_JOB_ROW (row), item);
  gtk_widget_set_margin_start (row, 12);
  gtk_widget_set_margin_end (row, 6);
  return wrap_row (row, myna_job_get_title (item), TRUE);
}

static void
sync_takes (MynaLipsyncPage *self)
{
  GListModel *takes = G_LIST_MODEL (myna_library_get_takes (self->library));
  g_autoptr (MynaSpeechSource) chosen = NULL;
  MynaTake *chosen_take;
  guint position = GTK_INVALID_LIST_POSITION;

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  g_set_object (&chosen, get_speech (self));
  g_list_store_remove_all (self->takes);
  for (guint i = 0; i < g_list_model_get_n_items (takes); i++)
    {
      g_autoptr (MynaTake) take = g_list_model_get_item (takes, i);
      g_autoptr (MynaSpeechSource) source = NULL;

      if (myna_take_get_state (take) != MYNA_TAKE_COMPLETE)
        continue;
      source = myna_speech_source_new_for_take (take);
      g_list_store_append (self->takes, source);
    }
  if (chosen == NULL)
    return;
  chosen_take = myna_speech_source_get_take (chosen);
  position =
      find_source (self->speeches, chosen_take != NULL ? myna_take_get_id (chosen_take) : NULL,
                   myna_speech_source_get_path (chosen));
  if (position != GTK_INVALID_LIST_POSITION)
    adw_combo_row_set_selected (self->speech_row, position);
}

static void
take_state_cb (MynaLipsyncPage *self)
{
  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  sync_takes (self);
}

static void
takes_changed_cb (
    MynaLipsyncPage *self, guint position, guint removed, guint added, GListModel *takes)
{
  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (MynaTake) take = g_list_model_get_item (takes, i);

      g_signal_handlers_disconnect_by_func (take, take_state_cb, self);
      g_signal_connect_object (take, "notify::state", G_CALLBACK (take_state_cb), self,
                               G_CONNECT_SWAPPED);
    }
  sync_takes (self);
}

static void
results_changed_cb (MynaLipsyncPage *self)
{
  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  gtk_widget_set_visible (self->results_group, g_list_model_get_n_items (self->results) > 0);
}

static gboolean
is_lipsync (gpointer item, gpointer user_data)
{
  return g_strcmp0 (myna_job_get_kind (item), MYNA_JOB_LIPSYNC) == 0;
}

static int
compare_newest_first (gconstpointer a, gconstpointer b, gpointer user_data)
{
  gint64 first = myna_job_get_id ((MynaJob *) a);
  gint64 second = myna_job_get_id ((MynaJob *) b);

  return first < second ? 1 : first > second ? -1 : 0;
}

static GListModel *
list_results (MynaJobQueue *queue)
{
  GtkFilter *filter = GTK_FILTER (gtk_custom_filter_new (is_lipsync, NULL, NULL));
  GtkSorter *sorter = GTK_SORTER (gtk_custom_sorter_new (compare_newest_first, NULL, NULL));
  GtkFilterListModel *filtered =
      gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (queue)), filter);

  return G_LIST_MODEL (gtk_sort_list_model_new (G_LIST_MODEL (filtered), sorter));
}

static GListModel *
join (GListStore *first, GListStore *second)
{
  GListStore *both = g_list_store_new (G_TYPE_LIST_MODEL);

  g_list_store_append (both, first);
  g_list_store_append (both, second);
  return G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (both)));
}

static void
myna_lipsync_page_dispose (GObject *object)
{
  MynaLipsyncPage *self = MYNA_LIPSYNC_PAGE (object);

  g_clear_handle_id (&self->options_rest, g_source_remove);
  for (guint i = 0;
       self->videos != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->videos)); i++)
    {
      g_autoptr (MynaLipsyncVideo) video = g_list_model_get_item (G_LIST_MODEL (self->videos), i);

      myna_lipsync_video_stop (video);
    }
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_LIPSYNC_PAGE);
  g_clear_object (&self->results);
  g_clear_object (&self->videos);
  g_clear_object (&self->speeches);
  g_clear_object (&self->takes);
  g_clear_object (&self->files);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (myna_lipsync_page_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "lipsync.add-videos", NULL, add_videos_action);
  gtk_widget_class_install_action (widget_class, "lipsync.choose-speech", NULL,
                                   choose_speech_action);
  gtk_widget_class_install_action (widget_class, "lipsync.add-files", "as", add_files_action);
  gtk_widget_class_install_action (widget_class, "lipsync.use-take", "s", use_take_action);
  gtk_widget_class_install_action (widget_class, "lipsync.start", NULL, start_action);
  gtk_widget_class_install_action (widget_class, "lipsync.reset-options", NULL,
                                   reset_options_action);
  gtk_widget_class_install_action (widget_class, "lipsync.show-result", "s", show_result_action);
}

static void
myna_lipsync_page_class_init (MynaLipsyncPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_lipsync_page_dispose;
  g_type_ensure (MYNA_TYPE_DROP_AREA);
  g_type_ensure (MYNA_TYPE_SPEECH_SOURCE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/lipsync/myna-lipsync-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPage, navigation);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPage, speech_row);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPage, videos_box);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPage, intensity);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPage, offset);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPage, mask_size);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPage, smoothing);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPage, trim);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPage, results_group);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPage, results_box);
  gtk_widget_class_bind_template_callback (widget_class, on_dropped);
  gtk_widget_class_bind_template_callback (widget_class, on_speech_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_result_activated);
  install_actions (widget_class);
}

static void
myna_lipsync_page_init (MynaLipsyncPage *self)
{
  self->files = g_list_store_new (MYNA_TYPE_SPEECH_SOURCE);
  self->takes = g_list_store_new (MYNA_TYPE_SPEECH_SOURCE);
  self->speeches = join (self->files, self->takes);
  self->videos = g_list_store_new (MYNA_TYPE_LIPSYNC_VIDEO);
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
watch_options (MynaLipsyncPage *self)
{
  AdwSpinRow *const rows[] = { self->intensity, self->offset, self->mask_size, self->smoothing };

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_signal_connect_object (rows[i], "notify::value", G_CALLBACK (options_changed_cb), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (self->trim, "notify::active", G_CALLBACK (options_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
watch_library (MynaLipsyncPage *self)
{
  GListModel *takes = G_LIST_MODEL (myna_library_get_takes (self->library));

  g_assert (MYNA_IS_LIPSYNC_PAGE (self));

  self->results = list_results (myna_library_get_queue (self->library));
  gtk_list_box_bind_model (self->results_box, self->results, create_result_row, self, NULL);
  g_signal_connect_object (self->results, "items-changed", G_CALLBACK (results_changed_cb), self,
                           G_CONNECT_SWAPPED);
  results_changed_cb (self);
  g_signal_connect_object (takes, "items-changed", G_CALLBACK (takes_changed_cb), self,
                           G_CONNECT_SWAPPED);
  takes_changed_cb (self, 0, 0, g_list_model_get_n_items (takes), takes);
}

/**
 * myna_lipsync_page_new:
 * @library: the open library
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
myna_lipsync_page_new (MynaLibrary *library)
{
  MynaLipsyncPage *self;

  g_return_val_if_fail (MYNA_IS_LIBRARY (library), NULL);

  self = g_object_new (MYNA_TYPE_LIPSYNC_PAGE, NULL);
  self->library = g_object_ref (library);
  adw_combo_row_set_model (self->speech_row, self->speeches);
  gtk_list_box_bind_model (self->videos_box, G_LIST_MODEL (self->videos), create_video_row, self,
                           NULL);
  watch_options (self);
  watch_library (self);
  sync_start (self);
  return GTK_WIDGET (self);
}

/**
 * myna_lipsync_page_get_videos:
 *
 * Returns: (transfer none) (element-type MynaLipsyncVideo): what is to speak
 */
GListModel *
myna_lipsync_page_get_videos (MynaLipsyncPage *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_PAGE (self), NULL);

  return G_LIST_MODEL (self->videos);
}

/**
 * myna_lipsync_page_get_results:
 *
 * Returns: (transfer none) (element-type MynaJob): the lip-sync jobs, newest first
 */
GListModel *
myna_lipsync_page_get_results (MynaLipsyncPage *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_PAGE (self), NULL);

  return self->results;
}
