/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/lipsync/myna-lipsync-files.h"

#include <glib/gi18n.h>

/* Choosing pictures that move or not. What is really in a file, the engine finds out. */

/**
 * myna_lipsync_files_is_sound:
 * @path: a file
 *
 * Returns: whether its name says that it holds sound alone, so that it is what is to be said
 *   rather than who is to say it
 */
gboolean
myna_lipsync_files_is_sound (const char *path)
{
  g_autofree char *type = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  type = g_content_type_guess (path, NULL, 0, NULL);
  return g_content_type_is_a (type, "audio/*") || g_str_has_prefix (type, "audio/");
}

/**
 * myna_lipsync_files_dialog_new:
 *
 * Returns: (transfer full): a file dialog for videos and photos
 */
GtkFileDialog *
myna_lipsync_files_dialog_new (void)
{
  static const char *const types[] = { "video/*", "image/*", "application/mxf" };
  GtkFileDialog *dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) media = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) any = gtk_file_filter_new ();

  gtk_file_filter_set_name (media, _ ("Videos and Photos"));
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    gtk_file_filter_add_mime_type (media, types[i]);
  gtk_file_filter_set_name (any, _ ("All Files"));
  gtk_file_filter_add_pattern (any, "*");
  g_list_store_append (filters, media);
  g_list_store_append (filters, any);
  gtk_file_dialog_set_title (dialog, _ ("Choose Videos and Photos"));
  gtk_file_dialog_set_accept_label (dialog, _ ("_Choose"));
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_set_default_filter (dialog, media);
  return dialog;
}
