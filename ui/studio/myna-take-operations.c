/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-take-operations.h"

#include <glib/gi18n.h>

#include "ui/studio/myna-export-dialog.h"
#include "ui/widgets/myna-toasts.h"

/*
 * What can be done with a take as a whole, from its row and from its page. Main thread.
 */

/* What an operation needs until its dialog or toast is answered. */
typedef struct
{
  GtkWidget *from; /* where toasts are shown */
  MynaStudio *studio;
  MynaTake *take;
} Operation;

static Operation *
operation_new (GtkWidget *from, MynaStudio *studio, MynaTake *take)
{
  Operation *self = g_new0 (Operation, 1);

  /* The row that asked may be gone when the answer comes; its toast overlay stays. */
  self->from = myna_toasts_find_overlay (from);
  self->from = g_object_ref (self->from != NULL ? self->from : from);
  self->studio = g_object_ref (studio);
  self->take = g_object_ref (take);
  return self;
}

static void
operation_free (Operation *self)
{
  g_object_unref (self->from);
  g_object_unref (self->studio);
  g_object_unref (self->take);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Operation, operation_free)

static void
destroy_operation (gpointer data, GClosure *closure)
{
  operation_free (data);
}

static void
on_rename_response (Operation *self, const char *response, AdwAlertDialog *dialog)
{
  g_autoptr (GError) error = NULL;
  GtkEditable *entry = GTK_EDITABLE (adw_alert_dialog_get_extra_child (dialog));

  if (!g_str_equal (response, "rename"))
    return;
  if (!myna_takes_rename (myna_studio_get_takes (self->studio), self->take,
                          gtk_editable_get_text (entry), &error))
    myna_toasts_add_error (self->from, error);
}

static void
on_rename_text (AdwAlertDialog *dialog, GParamSpec *pspec, GtkEditable *entry)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  adw_alert_dialog_set_response_enabled (dialog, "rename", *name != '\0');
}

/**
 * myna_take_operations_rename:
 * @from: the widget that asks
 * @studio: the studio
 * @take: the take
 *
 * Asks for a new name.
 */
void
myna_take_operations_rename (GtkWidget *from, MynaStudio *studio, MynaTake *take)
{
  AdwAlertDialog *dialog = NULL;
  GtkWidget *entry = NULL;

  g_return_if_fail (GTK_IS_WIDGET (from));
  g_return_if_fail (MYNA_IS_STUDIO (studio));
  g_return_if_fail (MYNA_IS_TAKE (take));

  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_ ("Rename Take"), NULL));
  adw_alert_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "rename", _ ("_Rename"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "rename", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "rename");
  entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), myna_take_get_name (take));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"),
                                  -1);
  adw_alert_dialog_set_extra_child (dialog, entry);
  g_signal_connect_object (entry, "notify::text", G_CALLBACK (on_rename_text), dialog,
                           G_CONNECT_SWAPPED);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_rename_response),
                         operation_new (from, studio, take), destroy_operation, G_CONNECT_SWAPPED);
  adw_dialog_set_focus (ADW_DIALOG (dialog), entry);
  adw_dialog_present (ADW_DIALOG (dialog), from);
}

static void
on_undo_delete (Operation *self, AdwToast *toast)
{
  myna_takes_restore (myna_studio_get_takes (self->studio), self->take);
}

/**
 * myna_take_operations_delete:
 * @from: the widget that asks
 * @studio: the studio
 * @take: the take
 *
 * Removes the take at once, stopping it and the job that makes it; a toast offers to undo. What was
 * removed is deleted for good when the program ends.
 */
void
myna_take_operations_delete (GtkWidget *from, MynaStudio *studio, MynaTake *take)
{
  g_autofree char *title = NULL;
  AdwToast *toast = NULL;
  Operation *operation = NULL;

  g_return_if_fail (GTK_IS_WIDGET (from));
  g_return_if_fail (MYNA_IS_STUDIO (studio));
  g_return_if_fail (MYNA_IS_TAKE (take));

  operation = operation_new (from, studio, take);
  myna_take_player_forget (myna_studio_get_player (studio), take);
  myna_take_operations_cancel (from, studio, take);
  myna_takes_remove (myna_studio_get_takes (studio), take);

  title = g_strdup_printf (_ ("“%s” deleted"), myna_take_get_name (operation->take));
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, title);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_timeout (toast, 10);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (on_undo_delete), operation,
                         destroy_operation, G_CONNECT_SWAPPED);
  myna_toasts_add (operation->from, toast);
}

/**
 * myna_take_operations_export:
 * @from: the widget that asks
 * @studio: the studio
 * @take: a take with at least one finished sentence
 *
 * Opens the export dialog.
 */
void
myna_take_operations_export (GtkWidget *from, MynaStudio *studio, MynaTake *take)
{
  g_return_if_fail (GTK_IS_WIDGET (from));
  g_return_if_fail (MYNA_IS_STUDIO (studio));
  g_return_if_fail (MYNA_IS_TAKE (take));

  adw_dialog_present (myna_export_dialog_new (studio, take), from);
}

/**
 * myna_take_operations_cancel:
 * @from: the widget that asks
 * @studio: the studio
 * @take: a take
 *
 * Cancels the job that makes @take, if there is one; what is finished stays.
 */
void
myna_take_operations_cancel (GtkWidget *from, MynaStudio *studio, MynaTake *take)
{
  MynaJob *job = NULL;

  g_return_if_fail (MYNA_IS_STUDIO (studio));
  g_return_if_fail (MYNA_IS_TAKE (take));

  job = myna_take_get_job (take);
  if (job != NULL)
    myna_job_queue_cancel (myna_studio_get_queue (studio), job);
}

/**
 * myna_take_operations_resume:
 * @from: the widget that asks
 * @studio: the studio
 * @take: a take that is not finished
 *
 * Goes on with @take where it stopped; a toast says why that cannot be.
 */
void
myna_take_operations_resume (GtkWidget *from, MynaStudio *studio, MynaTake *take)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GTK_IS_WIDGET (from));
  g_return_if_fail (MYNA_IS_STUDIO (studio));
  g_return_if_fail (MYNA_IS_TAKE (take));

  if (myna_takes_resume (myna_studio_get_takes (studio), take, &error) == NULL)
    myna_toasts_add_error (from, error);
}
