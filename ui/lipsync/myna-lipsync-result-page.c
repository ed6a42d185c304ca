/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/lipsync/myna-lipsync-result-page.h"

#include <glib/gi18n.h>

#include "engine/studio/myna-studio-jobs.h"
#include "ui/lipsync/myna-compare-player.h"
#include "ui/widgets/myna-toasts.h"

struct _MynaLipsyncResultPage
{
  AdwNavigationPage parent_instance;

  /* Template widgets */
  MynaComparePlayer *player;

  char *path;
};

G_DEFINE_FINAL_TYPE (MynaLipsyncResultPage, myna_lipsync_result_page, ADW_TYPE_NAVIGATION_PAGE)

static GtkWindow *
get_window (MynaLipsyncResultPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  g_assert (MYNA_IS_LIPSYNC_RESULT_PAGE (self));

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static void
show_folder_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaLipsyncResultPage *self = MYNA_LIPSYNC_RESULT_PAGE (widget);
  g_autoptr (GFile) file = g_file_new_for_path (self->path);
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  g_assert (MYNA_IS_LIPSYNC_RESULT_PAGE (self));

  gtk_file_launcher_open_containing_folder (launcher, get_window (self), NULL, NULL, NULL);
}

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) overlay = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (!g_file_copy_finish (G_FILE (source), result, &error))
    {
      myna_toasts_add_error (overlay, error);
      return;
    }
  name = g_file_get_basename (G_FILE (source));
  text = g_strdup_printf (_ ("Saved a copy of “%s”"), name);
  myna_toasts_add_text (overlay, text);
}

/* The page may be left while a large file is copied; its toasts need a place. */
static void
copy_to (MynaLipsyncResultPage *self, GFile *target)
{
  g_autoptr (GFile) source = g_file_new_for_path (self->path);
  GtkWidget *overlay = myna_toasts_find_overlay (GTK_WIDGET (self));

  g_assert (MYNA_IS_LIPSYNC_RESULT_PAGE (self));

  if (g_file_equal (source, target))
    return;
  g_file_copy_async (source, target, G_FILE_COPY_OVERWRITE, G_PRIORITY_DEFAULT, NULL, NULL, NULL,
                     copied_cb, g_object_ref (overlay != NULL ? overlay : GTK_WIDGET (self)));
}

static void
target_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaLipsyncResultPage) self = user_data;
  g_autoptr (GFile) target = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  g_assert (MYNA_IS_LIPSYNC_RESULT_PAGE (self));

  if (target != NULL)
    copy_to (self, target);
}

static void
export_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaLipsyncResultPage *self = MYNA_LIPSYNC_RESULT_PAGE (widget);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *name = g_path_get_basename (self->path);

  g_assert (MYNA_IS_LIPSYNC_RESULT_PAGE (self));

  gtk_file_dialog_set_title (dialog, _ ("Save a Copy"));
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, get_window (self), NULL, target_chosen_cb, g_object_ref (self));
}

static void
myna_lipsync_result_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), MYNA_TYPE_LIPSYNC_RESULT_PAGE);
  G_OBJECT_CLASS (myna_lipsync_result_page_parent_class)->dispose (object);
}

static void
myna_lipsync_result_page_finalize (GObject *object)
{
  g_free (MYNA_LIPSYNC_RESULT_PAGE (object)->path);
  G_OBJECT_CLASS (myna_lipsync_result_page_parent_class)->finalize (object);
}

static void
myna_lipsync_result_page_class_init (MynaLipsyncResultPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_lipsync_result_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_lipsync_result_page_finalize;
  g_type_ensure (MYNA_TYPE_COMPARE_PLAYER);
  gtk_widget_class_set_template_from_resource (widget_class, MYNA_RESOURCE_BASE
                                               "/lipsync/myna-lipsync-result-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncResultPage, player);
  gtk_widget_class_install_action (widget_class, "result.show-folder", NULL, show_folder_action);
  gtk_widget_class_install_action (widget_class, "result.export", NULL, export_action);
}

static void
myna_lipsync_result_page_init (MynaLipsyncResultPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * myna_lipsync_result_page_new:
 * @job: a finished lip-sync job
 *
 * Returns: (transfer floating): the page
 */
AdwNavigationPage *
myna_lipsync_result_page_new (MynaJob *job)
{
  MynaLipsyncResultPage *self;
  g_autofree char *before = NULL;
  g_autofree char *title = NULL;

  g_return_val_if_fail (MYNA_IS_JOB (job) && myna_job_get_result (job) != NULL, NULL);

  self = g_object_new (MYNA_TYPE_LIPSYNC_RESULT_PAGE, NULL);
  self->path = g_strdup (myna_job_get_result (job));
  title = g_filename_display_basename (self->path);
  before = myna_studio_jobs_dup_param (myna_job_get_params (job), "video");
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), title);
  myna_compare_player_set_files (self->player, before, self->path);
  return ADW_NAVIGATION_PAGE (self);
}
