/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/devices/myna-memory-bar.h"

#include <glib/gi18n.h>
#include <math.h>

#define HEIGHT 8

struct _MynaMemoryBar
{
  GtkWidget parent_instance;

  /* State */
  double own;
  double used;
};

G_DEFINE_FINAL_TYPE (MynaMemoryBar, myna_memory_bar, GTK_TYPE_WIDGET)

/* From one part of the width to another. */
static void
append_part (
    MynaMemoryBar *self, GtkSnapshot *snapshot, double from, double to, const GdkRGBA *colour)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  float begin = (float) from * width;
  float end = (float) to * width;

  g_assert (MYNA_IS_MEMORY_BAR (self));

  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    {
      begin = width - (float) to * width;
      end = width - (float) from * width;
    }
  if (end > begin)
    gtk_snapshot_append_color (snapshot, colour,
                               &GRAPHENE_RECT_INIT (begin, 0, end - begin, height));
}

static void
myna_memory_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaMemoryBar *self = MYNA_MEMORY_BAR (widget);
  gboolean contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  GskRoundedRect outline;
  GdkRGBA own;
  GdkRGBA others;
  GdkRGBA rest;

  gtk_widget_get_color (widget, &own);
  others = own;
  others.alpha *= contrast ? 0.6f : 0.45f;
  rest = own;
  rest.alpha *= contrast ? 0.25f : 0.15f;
  gsk_rounded_rect_init_from_rect (&outline,
                                   &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                                        (float) gtk_widget_get_height (widget)),
                                   HEIGHT / 2.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  append_part (self, snapshot, 0, self->own, &own);
  append_part (self, snapshot, self->own, self->used, &others);
  append_part (self, snapshot, self->used, 1, &rest);
  gtk_snapshot_pop (snapshot);
}

static void
myna_memory_bar_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 40;
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 120;
  *minimum_baseline = *natural_baseline = -1;
}

static void
myna_memory_bar_class_init (MynaMemoryBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = myna_memory_bar_snapshot;
  widget_class->measure = myna_memory_bar_measure;

  gtk_widget_class_set_css_name (widget_class, "memorybar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_METER);
}

static void
myna_memory_bar_init (MynaMemoryBar *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Memory in use"), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 100.0, -1);
}

/**
 * myna_memory_bar_new:
 *
 * Returns: (transfer floating): an empty bar
 */
GtkWidget *
myna_memory_bar_new (void)
{
  return g_object_new (MYNA_TYPE_MEMORY_BAR, NULL);
}

/**
 * myna_memory_bar_set:
 * @own: the part that Myna holds, 0 … 1
 * @used: the part that is held by anyone, 0 … 1, with @own; anything else is clamped
 * @text: the same in words
 */
void
myna_memory_bar_set (MynaMemoryBar *self, double own, double used, const char *text)
{
  g_return_if_fail (MYNA_IS_MEMORY_BAR (self));
  g_return_if_fail (text != NULL);

  self->used = isfinite (used) ? CLAMP (used, 0, 1) : 0;
  self->own = isfinite (own) ? CLAMP (own, 0, self->used) : 0;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                  100 * self->used, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

double
myna_memory_bar_get_own (MynaMemoryBar *self)
{
  g_return_val_if_fail (MYNA_IS_MEMORY_BAR (self), 0);

  return self->own;
}

double
myna_memory_bar_get_used (MynaMemoryBar *self)
{
  g_return_val_if_fail (MYNA_IS_MEMORY_BAR (self), 0);

  return self->used;
}
