/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-voice-operations.h"

#include <glib/gi18n.h>

#include "ui/widgets/myna-toasts.h"

/*
 * What can be done with a voice as a whole, from its row and from its page. Main thread.
 */

/* What an operation needs until its dialog or toast is answered. */
typedef struct
{
  GtkWidget *from; /* where toasts are shown */
  MynaVoices *voices;
  MynaVoice *voice;
} Operation;

static Operation *
operation_new (GtkWidget *from, MynaVoices *voices, MynaVoice *voice)
{
  Operation *self = g_new0 (Operation, 1);

  /* The row that asked may be gone when the answer comes; its toast overlay stays. */
  self->from = myna_toasts_find_overlay (from);
  self->from = g_object_ref (self->from != NULL ? self->from : from);
  self->voices = g_object_ref (voices);
  self->voice = g_object_ref (voice);
  return self;
}

static void
destroy_operation (gpointer data, GClosure *closure)
{
  Operation *self = data;

  g_object_unref (self->from);
  g_object_unref (self->voices);
  g_object_unref (self->voice);
  g_free (self);
}

static void
rename_response_cb (Operation *self, const char *response, AdwAlertDialog *dialog)
{
  g_autoptr (GError) error = NULL;
  GtkEditable *entry = GTK_EDITABLE (adw_alert_dialog_get_extra_child (dialog));

  if (!g_str_equal (response, "rename"))
    return;
  if (!myna_voices_rename (self->voices, self->voice, gtk_editable_get_text (entry), &error))
    myna_toasts_add_error (self->from, error);
}

/* Enabled only with a name that can be taken; the reason is said in the dialog. */
static void
rename_text_cb (Operation *self, GParamSpec *pspec, GtkEditable *entry)
{
  AdwAlertDialog *dialog =
      ADW_ALERT_DIALOG (gtk_widget_get_ancestor (GTK_WIDGET (entry), ADW_TYPE_ALERT_DIALOG));
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));
  MynaVoice *other = *name != '\0' ? myna_voices_find_by_name (self->voices, name) : NULL;
  gboolean taken = other != NULL && other != self->voice;

  if (dialog == NULL)
    return;
  adw_alert_dialog_set_response_enabled (dialog, "rename", *name != '\0' && !taken);
  adw_alert_dialog_set_body (dialog, taken ? _ ("There is another voice with this name.") : "");
}

/**
 * myna_voice_operations_rename:
 * @from: the widget that asks
 * @voices: the library's voices
 * @voice: the voice
 *
 * Asks for a new name.
 */
void
myna_voice_operations_rename (GtkWidget *from, MynaVoices *voices, MynaVoice *voice)
{
  AdwAlertDialog *dialog;
  GtkWidget *entry;

  g_return_if_fail (GTK_IS_WIDGET (from));
  g_return_if_fail (MYNA_IS_VOICES (voices));
  g_return_if_fail (MYNA_IS_VOICE (voice));

  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_ ("Rename Voice"), NULL));
  adw_alert_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "rename", _ ("_Rename"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "rename", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "rename");
  entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), myna_voice_get_name (voice));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"),
                                  -1);
  adw_alert_dialog_set_extra_child (dialog, entry);
  g_signal_connect_data (entry, "notify::text", G_CALLBACK (rename_text_cb),
                         operation_new (from, voices, voice), destroy_operation, G_CONNECT_SWAPPED);
  g_signal_connect_data (dialog, "response", G_CALLBACK (rename_response_cb),
                         operation_new (from, voices, voice), destroy_operation, G_CONNECT_SWAPPED);
  adw_dialog_set_focus (ADW_DIALOG (dialog), entry);
  adw_dialog_present (ADW_DIALOG (dialog), from);
}

static void
undo_cb (Operation *self, AdwToast *toast)
{
  myna_voices_restore (self->voices, self->voice);
}

/**
 * myna_voice_operations_delete:
 * @from: the widget that asks
 * @voices: the library's voices
 * @voice: the voice
 *
 * Removes the voice at once; a toast offers to undo. What was removed is deleted for good when the
 * program ends.
 */
void
myna_voice_operations_delete (GtkWidget *from, MynaVoices *voices, MynaVoice *voice)
{
  g_autofree char *title = NULL;
  Operation *operation;
  AdwToast *toast;

  g_return_if_fail (GTK_IS_WIDGET (from));
  g_return_if_fail (MYNA_IS_VOICES (voices));
  g_return_if_fail (MYNA_IS_VOICE (voice));

  operation = operation_new (from, voices, voice);
  myna_voices_remove (voices, voice);
  title = g_strdup_printf (_ ("“%s” deleted"), myna_voice_get_name (operation->voice));
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, title);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_timeout (toast, 10);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_cb), operation,
                         destroy_operation, G_CONNECT_SWAPPED);
  myna_toasts_add (operation->from, toast);
}
