/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-toasts.h"

static GtkWidget *
find_below (GtkWidget *widget)
{
  GtkWidget *found = ADW_IS_TOAST_OVERLAY (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_below (child);
  return found;
}

/**
 * myna_toasts_find_overlay:
 * @from: a widget
 *
 * Returns: (transfer none) (nullable): the toast overlay around @from; for a dialog, which lies
 * above the window's content, that of the window. %NULL when @from is not shown.
 */
GtkWidget *
myna_toasts_find_overlay (GtkWidget *from)
{
  GtkWidget *overlay = NULL;
  GtkRoot *root = NULL;

  g_return_val_if_fail (GTK_IS_WIDGET (from), NULL);

  overlay = gtk_widget_get_ancestor (from, ADW_TYPE_TOAST_OVERLAY);
  root = gtk_widget_get_root (from);
  return overlay == NULL && root != NULL ? find_below (GTK_WIDGET (root)) : overlay;
}

/**
 * myna_toasts_add:
 * @from: the widget that has something to say
 * @toast: (transfer full): the toast
 *
 * Shows @toast in the nearest toast overlay around @from: that of its dialog, else of its window.
 * A widget that is no longer shown says nothing.
 */
void
myna_toasts_add (GtkWidget *from, AdwToast *toast)
{
  GtkWidget *overlay = NULL;

  g_return_if_fail (GTK_IS_WIDGET (from));
  g_return_if_fail (ADW_IS_TOAST (toast));

  overlay = myna_toasts_find_overlay (from);
  if (overlay == NULL)
    {
      g_object_unref (g_object_ref_sink (toast));
      return;
    }
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
}

/**
 * myna_toasts_add_text:
 * @from: the widget that has something to say
 * @text: a translated sentence, taken literally (no markup)
 */
void
myna_toasts_add_text (GtkWidget *from, const char *text)
{
  AdwToast *toast = NULL;

  g_return_if_fail (text != NULL);

  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, text);
  myna_toasts_add (from, toast);
}

/**
 * myna_toasts_add_error:
 * @from: the widget whose action failed
 * @error: what happened; a cancellation is not shown
 *
 * Shows the engine's sentence, long enough to be read.
 */
void
myna_toasts_add_error (GtkWidget *from, const GError *error)
{
  AdwToast *toast = NULL;

  g_return_if_fail (error != NULL);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, error->message);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_timeout (toast, 10);
  myna_toasts_add (from, toast);
}
