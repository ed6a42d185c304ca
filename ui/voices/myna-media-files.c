/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-media-files.h"

#include <glib/gi18n.h>

/* Choosing sound: every file that may have some. What is really in it, the engine finds out. */

static GtkFileFilter *
create_media_filter (void)
{
  static const char *const types[] = { "audio/*", "video/*", "application/ogg", "application/mxf" };
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Audio and Video"));
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    gtk_file_filter_add_mime_type (filter, types[i]);
  return filter;
}

static GtkFileFilter *
create_any_filter (void)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("All Files"));
  gtk_file_filter_add_pattern (filter, "*");
  return filter;
}

/**
 * myna_media_files_dialog_new:
 *
 * Returns: (transfer full): a file dialog for audio and video files
 */
GtkFileDialog *
myna_media_files_dialog_new (void)
{
  GtkFileDialog *dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) media = create_media_filter ();
  g_autoptr (GtkFileFilter) any = create_any_filter ();

  g_list_store_append (filters, media);
  g_list_store_append (filters, any);
  gtk_file_dialog_set_title (dialog, _ ("Choose Recordings"));
  gtk_file_dialog_set_accept_label (dialog, _ ("_Choose"));
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_set_default_filter (dialog, media);
  return dialog;
}

/**
 * myna_media_files_from_model:
 * @files: (element-type GFile): as a file dialog gives them
 *
 * Returns: (transfer full) (element-type GFile): the same as a list, as a drop gives them
 */
GSList *
myna_media_files_from_model (GListModel *files)
{
  GSList *list = NULL;

  g_return_val_if_fail (G_IS_LIST_MODEL (files), NULL);

  for (guint i = g_list_model_get_n_items (files); i > 0; i--)
    list = g_slist_prepend (list, g_list_model_get_item (files, i - 1));
  return list;
}
