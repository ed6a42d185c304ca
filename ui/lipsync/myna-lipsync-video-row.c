/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/lipsync/myna-lipsync-video-row.h"

#include <glib/gi18n.h>

struct _MynaLipsyncVideoRow
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkStack *picture_stack;
  GtkPicture *picture;
  GtkLabel *name;
  GtkLabel *status;
  GtkWidget *face_button;
  GtkPopover *face_popover;
  GtkFlowBox *faces;

  /* Owned references */
  MynaLipsyncVideo *video;
};

G_DEFINE_FINAL_TYPE (MynaLipsyncVideoRow, myna_lipsync_video_row, ADW_TYPE_BIN)

enum
{
  SIGNAL_PREVIEW,
  SIGNAL_REMOVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
sync_faces (MynaLipsyncVideoRow *self)
{
  guint n = myna_lipsync_video_get_n_faces (self->video);

  g_assert (MYNA_IS_LIPSYNC_VIDEO_ROW (self));

  gtk_widget_set_visible (self->face_button, n > 1);
  gtk_flow_box_remove_all (self->faces);
  for (guint i = 0; n > 1 && i < n; i++)
    {
      GtkWidget *picture =
          gtk_picture_new_for_paintable (myna_lipsync_video_get_face_picture (self->video, i));
      /* Translators: one of the faces found in a video */
      g_autofree char *label = g_strdup_printf (_ ("Face %u"), i + 1);

      gtk_widget_set_size_request (picture, 64, 64);
      gtk_picture_set_alternative_text (GTK_PICTURE (picture), label);
      gtk_flow_box_append (self->faces, picture);
      gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (picture)),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    }
}

static void
sync_picture (MynaLipsyncVideoRow *self)
{
  GdkPaintable *thumbnail = myna_lipsync_video_get_thumbnail (self->video);
  const char *page = "waiting";

  g_assert (MYNA_IS_LIPSYNC_VIDEO_ROW (self));

  gtk_picture_set_paintable (self->picture, thumbnail);
  if (thumbnail != NULL)
    page = "picture";
  else if (myna_lipsync_video_get_state (self->video) == MYNA_LIPSYNC_VIDEO_FAILED)
    page = "icon";
  gtk_stack_set_visible_child_name (self->picture_stack, page);
}

static void
sync_row (MynaLipsyncVideoRow *self)
{
  gboolean failed = myna_lipsync_video_get_state (self->video) == MYNA_LIPSYNC_VIDEO_FAILED;

  g_assert (MYNA_IS_LIPSYNC_VIDEO_ROW (self));

  gtk_label_set_text (self->status, myna_lipsync_video_get_status (self->video));
  gtk_widget_set_css_classes (GTK_WIDGET (self->status),
                              (const char *[]) { "caption", failed ? "error" : "dimmed", NULL });
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "video.preview",
                                 myna_lipsync_video_get_plan (self->video) != NULL);
  sync_picture (self);
}

static void
thumbnail_cb (MynaLipsyncVideoRow *self)
{
  g_assert (MYNA_IS_LIPSYNC_VIDEO_ROW (self));

  sync_picture (self);
  sync_faces (self);
}

static void
on_face_activated (MynaLipsyncVideoRow *self, GtkFlowBoxChild *child, GtkFlowBox *box)
{
  g_assert (MYNA_IS_LIPSYNC_VIDEO_ROW (self));

  myna_lipsync_video_set_face (self->video, gtk_flow_box_child_get_index (child));
  gtk_popover_popdown (self->face_popover);
}

static void
preview_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_assert (MYNA_IS_LIPSYNC_VIDEO_ROW (widget));

  g_signal_emit (widget, signals[SIGNAL_PREVIEW], 0);
}

static void
remove_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  g_assert (MYNA_IS_LIPSYNC_VIDEO_ROW (widget));

  g_signal_emit (widget, signals[SIGNAL_REMOVED], 0);
}

static void
myna_lipsync_video_row_dispose (GObject *object)
{
  MynaLipsyncVideoRow *self = MYNA_LIPSYNC_VIDEO_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_LIPSYNC_VIDEO_ROW);
  g_clear_object (&self->video);
  G_OBJECT_CLASS (myna_lipsync_video_row_parent_class)->dispose (object);
}

static void
myna_lipsync_video_row_class_init (MynaLipsyncVideoRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_lipsync_video_row_dispose;
  signals[SIGNAL_PREVIEW] = g_signal_new ("preview", MYNA_TYPE_LIPSYNC_VIDEO_ROW, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_REMOVED] = g_signal_new ("removed", MYNA_TYPE_LIPSYNC_VIDEO_ROW, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, MYNA_RESOURCE_BASE
                                               "/lipsync/myna-lipsync-video-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncVideoRow, picture_stack);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncVideoRow, picture);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncVideoRow, name);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncVideoRow, status);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncVideoRow, face_button);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncVideoRow, face_popover);
  gtk_widget_class_bind_template_child (widget_class, MynaLipsyncVideoRow, faces);
  gtk_widget_class_bind_template_callback (widget_class, on_face_activated);
  gtk_widget_class_install_action (widget_class, "video.preview", NULL, preview_action);
  gtk_widget_class_install_action (widget_class, "video.remove", NULL, remove_action);
}

static void
myna_lipsync_video_row_init (MynaLipsyncVideoRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * myna_lipsync_video_row_new:
 * @video: what it shows
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
myna_lipsync_video_row_new (MynaLipsyncVideo *video)
{
  MynaLipsyncVideoRow *self;

  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO (video), NULL);

  self = g_object_new (MYNA_TYPE_LIPSYNC_VIDEO_ROW, NULL);
  self->video = g_object_ref (video);
  gtk_label_set_text (self->name, myna_lipsync_video_get_name (video));
  g_signal_connect_object (video, "notify::status", G_CALLBACK (sync_row), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (video, "notify::state", G_CALLBACK (sync_row), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (video, "notify::thumbnail", G_CALLBACK (thumbnail_cb), self,
                           G_CONNECT_SWAPPED);
  sync_row (self);
  sync_faces (self);
  return GTK_WIDGET (self);
}

/**
 * myna_lipsync_video_row_get_video:
 *
 * Returns: (transfer none): what it shows
 */
MynaLipsyncVideo *
myna_lipsync_video_row_get_video (MynaLipsyncVideoRow *self)
{
  g_return_val_if_fail (MYNA_IS_LIPSYNC_VIDEO_ROW (self), NULL);

  return self->video;
}
