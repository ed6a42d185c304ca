/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/lipsync/myna-lipsync-preview-dialog.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "ui/lipsync/myna-video-stream.h"

#define MAX_SIZE 1280
#define CLIP_SECONDS 3.0

/* Moving the slider asks for a frame at each step; only where it rests one is made. */
#define REST_MS 120

struct _MynaLipsyncPreviewDialog
{
  AdwDialog parent_instance;

  /* Template widgets */
  GtkPicture *picture;
  GtkWidget *spinner;
  GtkLabel *message;
  GtkAdjustment *adjustment;

  /* Owned references */
  MynaStore *store;
  MynaLipsyncPlan *plan;
  GCancellable *cancellable; /* of the preview that is made */
  char *clip;                /* file of the last three seconds */

  guint rest;
};

G_DEFINE_FINAL_TYPE (MynaLipsyncPreviewDialog, myna_lipsync_preview_dialog, ADW_TYPE_DIALOG)

static void
set_busy (MynaLipsyncPreviewDialog *self, gboolean busy)
{
  g_assert (MYNA_IS_LIPSYNC_PREVIEW_DIALOG (self));

  gtk_widget_set_visible (self->spinner, busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "preview.play", !busy);
}

static void
fail (MynaLipsyncPreviewDialog *self, const GError *error)
{
  g_assert (MYNA_IS_LIPSYNC_PREVIEW_DIALOG (self));

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_busy (self, FALSE);
  gtk_label_set_text (self->message, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->message), TRUE);
}

static void
drop_clip (MynaLipsyncPreviewDialog *self)
{
  g_assert (MYNA_IS_LIPSYNC_PREVIEW_DIALOG (self));

  if (self->clip != NULL)
    g_unlink (self->clip);
  g_clear_pointer (&self->clip, g_free);
}

/* Gives up what is being made, and begins something new. */
static void
begin (MynaLipsyncPreviewDialog *self)
{
  g_assert (MYNA_IS_LIPSYNC_PREVIEW_DIALOG (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  gtk_widget_set_visible (GTK_WIDGET (self->message), FALSE);
  set_busy (self, TRUE);
}

static void
frame_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaLipsyncPreviewDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaLipsyncPicture) picture = myna_lipsync_picture_finish (result, &error);
  g_autoptr (GdkTexture) texture = NULL;

  g_assert (MYNA_IS_LIPSYNC_PREVIEW_DIALOG (self));

  if (picture == NULL)
    {
      fail (self, error);
      return;
    }
  texture = gdk_memory_texture_new (picture->width, picture->height, GDK_MEMORY_R8G8B8,
                                    picture->rgb, (gsize) picture->width * 3);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  drop_clip (self);
  set_busy (self, FALSE);
}

static gboolean
show_frame_cb (gpointer data)
{
  MynaLipsyncPreviewDialog *self = data;

  g_assert (MYNA_IS_LIPSYNC_PREVIEW_DIALOG (self));

  self->rest = 0;
  begin (self);
  myna_lipsync_preview_frame_async (self->plan, gtk_adjustment_get_value (self->adjustment),
                                    MAX_SIZE, self->cancellable, frame_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
on_time_changed (MynaLipsyncPreviewDialog *self, GtkRange *range)
{
  g_assert (MYNA_IS_LIPSYNC_PREVIEW_DIALOG (self));

  g_clear_handle_id (&self->rest, g_source_remove);
  self->rest = g_timeout_add (REST_MS, show_frame_cb, self);
}

static void
clip_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaLipsyncPreviewDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GtkMediaStream) stream = NULL;
  g_autofree char *clip = myna_lipsync_preview_clip_finish (result, &error);

  g_assert (MYNA_IS_LIPSYNC_PREVIEW_DIALOG (self));

  if (clip == NULL)
    {
      fail (self, error);
      return;
    }
  drop_clip (self);
  self->clip = g_steal_pointer (&clip);
  stream = myna_video_stream_new (self->clip);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (stream));
  gtk_media_stream_play (stream);
  set_busy (self, FALSE);
}

static void
play_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaLipsyncPreviewDialog *self = MYNA_LIPSYNC_PREVIEW_DIALOG (widget);
  double duration = myna_lipsync_plan_get_output_duration (self->plan);
  double from = gtk_adjustment_get_value (self->adjustment);

  g_assert (MYNA_IS_LIPSYNC_PREVIEW_DIALOG (self));

  g_clear_handle_id (&self->rest, g_source_remove);
  from = CLAMP (from, 0, MAX (duration - CLIP_SECONDS, 0));
  begin (self);
  myna_lipsync_preview_clip_async (self->store, self->plan, from,
                                   MIN (from + CLIP_SECONDS, duration), self->cancellable, clip_cb,
                                   g_object_ref (self));
}

/* The file goes with the dialog, and the stream before it. */
static void
myna_lipsync_preview_dialog_closed (AdwDialog *dialog)
{
  MynaLipsyncPreviewDialog *self = MYNA_LIPSYNC_PREVIEW_DIALOG (dialog);

  g_clear_handle_id (&self->rest, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  gtk_picture_set_paintable (self->picture, NULL);
  drop_clip (self);
  if (ADW_DIALOG_CLASS (myna_lipsync_preview_dialog_parent_class)->closed != NULL)
    ADW_DIALOG_CLASS (myna_lipsync_preview_dialog_parent_class)->closed (dialog);
}

static void
myna_lipsync_preview_dialog_dispose (GObject *object)
{
  MynaLipsyncPreviewDialog *self = MYNA_LIPSYNC_PREVIEW_DIALOG (object);

  g_clear_handle_id (&self->rest, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  drop_clip (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_LIPSYNC_PREVIEW_DIALOG);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->plan, myna_lipsync_plan_unref);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (myna_lipsync_preview_dialog_parent_class)->dispose (object);
}

static void
myna_lipsync_preview_dialog_class_init (MynaLipsyncPreviewDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_lipsync_preview_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = myna_lipsync_preview_dialog_closed;
  gtk_widget_class_set_template_from_resource (widget_class, MYNA_RESOURCE_BASE
                                               "/lipsync/myna-lipsync-preview-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPreviewDialog, picture);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPreviewDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPreviewDialog, message);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncPreviewDialog, adjustment);
  gtk_widget_class_bind_template_callback (widget_class, on_time_changed);
  gtk_widget_class_install_action (widget_class, "preview.play", NULL, play_action);
}

static void
myna_lipsync_preview_dialog_init (MynaLipsyncPreviewDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * myna_lipsync_preview_dialog_new:
 * @store: whose data folder holds the preview for a moment
 * @plan: what will happen
 *
 * Returns: (transfer floating): the dialog, which shows a frame of the middle first
 */
AdwDialog *
myna_lipsync_preview_dialog_new (MynaStore *store, MynaLipsyncPlan *plan)
{
  MynaLipsyncPreviewDialog *self;
  double duration;

  g_return_val_if_fail (MYNA_IS_STORE (store) && plan != NULL, NULL);

  duration = myna_lipsync_plan_get_output_duration (plan);
  self = g_object_new (MYNA_TYPE_LIPSYNC_PREVIEW_DIALOG, NULL);
  self->store = g_object_ref (store);
  self->plan = myna_lipsync_plan_ref (plan);
  gtk_adjustment_set_upper (self->adjustment, duration);
  gtk_adjustment_set_value (self->adjustment,
                            MIN (duration, myna_lipsync_plan_get_speech_duration (plan)) / 2);
  show_frame_cb (self);
  return ADW_DIALOG (self);
}
