/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-clip-row.h"

#include <glib/gi18n.h>

#include "ui/voices/myna-quality-view.h"
#include "ui/widgets/myna-time-text.h"

struct _MynaClipRow
{
  AdwActionRow parent_instance;

  /* Borrowed references: children */
  GtkImage *icon;
  GtkWidget *remove_button;

  /* Owned references */
  MynaClip *clip;
};

enum
{
  REMOVE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaClipRow, myna_clip_row, ADW_TYPE_ACTION_ROW)

static char *
dup_part (MynaClip *clip)
{
  g_autofree char *start = myna_time_text_clock (myna_clip_get_start (clip));
  g_autofree char *end = myna_time_text_clock (myna_clip_get_end (clip));
  g_autofree char *all = myna_time_text_clock (myna_clip_get_duration (clip));

  if (myna_clip_get_end (clip) - myna_clip_get_start (clip) >= myna_clip_get_duration (clip) - 0.05)
    return g_steal_pointer (&all);
  /* Translators: a part of a recording: "0:05 to 0:32 of 3:10" */
  return g_strdup_printf (_ ("%1$s to %2$s of %3$s"), start, end, all);
}

static void
set_icon (MynaClipRow *self, const char *name, const char *css_class, const char *tooltip)
{
  g_assert (MYNA_IS_CLIP_ROW (self));

  gtk_image_set_from_icon_name (self->icon, name);
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), (const char *[]) { css_class, NULL });
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->icon), tooltip);
}

static void
changed_cb (MynaClipRow *self)
{
  const MynaAudioQuality *quality = myna_clip_get_quality (self->clip);
  g_autofree char *part = NULL;

  g_assert (MYNA_IS_CLIP_ROW (self));

  gtk_widget_set_visible (GTK_WIDGET (self->icon), TRUE);
  switch (myna_clip_get_state (self->clip))
    {
    case MYNA_CLIP_READING:
      adw_action_row_set_subtitle (ADW_ACTION_ROW (self), _ ("Reading…"));
      gtk_widget_set_visible (GTK_WIDGET (self->icon), FALSE);
      break;
    case MYNA_CLIP_FAILED:
      adw_action_row_set_subtitle (ADW_ACTION_ROW (self), _ ("Cannot be used"));
      set_icon (self, myna_quality_icon (MYNA_QUALITY_UNUSABLE), "error",
                myna_clip_get_error (self->clip));
      break;
    case MYNA_CLIP_READY:
      part = dup_part (self->clip);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (self), part);
      gtk_widget_set_visible (GTK_WIDGET (self->icon), quality != NULL);
      if (quality != NULL)
        set_icon (self, myna_quality_icon (quality->grade), myna_quality_css_class (quality->grade),
                  myna_quality_name (quality->grade));
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
remove_cb (MynaClipRow *self)
{
  g_assert (MYNA_IS_CLIP_ROW (self));

  g_signal_emit (self, signals[REMOVE], 0);
}

static void
myna_clip_row_dispose (GObject *object)
{
  MynaClipRow *self = MYNA_CLIP_ROW (object);

  if (self->clip != NULL)
    g_signal_handlers_disconnect_by_data (self->clip, self);
  g_clear_object (&self->clip);

  G_OBJECT_CLASS (myna_clip_row_parent_class)->dispose (object);
}

static void
myna_clip_row_class_init (MynaClipRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_clip_row_dispose;

  signals[REMOVE] = g_signal_new ("remove", MYNA_TYPE_CLIP_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
myna_clip_row_init (MynaClipRow *self)
{
  self->icon = GTK_IMAGE (gtk_image_new ());
  self->remove_button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  gtk_widget_set_valign (self->remove_button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->remove_button, "flat");
  g_signal_connect_object (self->remove_button, "clicked", G_CALLBACK (remove_cb), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (self->icon));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->remove_button);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
}

/**
 * myna_clip_row_new:
 * @clip: what to show
 *
 * Returns: (transfer floating): a row
 */
GtkWidget *
myna_clip_row_new (MynaClip *clip)
{
  MynaClipRow *self;
  g_autofree char *remove = NULL;

  g_return_val_if_fail (MYNA_IS_CLIP (clip), NULL);

  self = g_object_new (MYNA_TYPE_CLIP_ROW, NULL);
  self->clip = g_object_ref (clip);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), myna_clip_get_title (clip));
  remove = g_strdup_printf (_ ("Remove “%s”"), myna_clip_get_title (clip));
  gtk_widget_set_tooltip_text (self->remove_button, remove);
  g_signal_connect_object (clip, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}

/**
 * myna_clip_row_get_clip:
 *
 * Returns: (transfer none): what is shown
 */
MynaClip *
myna_clip_row_get_clip (MynaClipRow *self)
{
  g_return_val_if_fail (MYNA_IS_CLIP_ROW (self), NULL);

  return self->clip;
}
