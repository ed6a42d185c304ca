/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-level-bar.h"

#include <glib/gi18n.h>
#include <math.h>

#define FLOOR_DB (-60.0)
#define WARNING_DB (-6.0) /* less headroom than this and a laugh clips */
#define ERROR_DB (-1.0)
#define QUIET_DB (-36.0) /* below, a speaking voice is too far away from the microphone */
#define SEGMENT_WIDTH 6.0f
#define SEGMENT_GAP 2.0f
#define BAR_HEIGHT 14
#define LIGHT_SIZE 16
#define LIGHT_GAP 8
#define SPEAK_MS 1000 /* a screen reader gets at most one value a second */

struct _MynaLevelBar
{
  GtkWidget parent_instance;

  /* Owned references */
  GtkWidget *light; /* child */

  /* State */
  double level;
  double peak;
  gboolean clipped;
  guint speak_source;
  gboolean speak_again;
};

enum
{
  PROP_0,
  PROP_LEVEL,
  PROP_PEAK,
  PROP_CLIPPED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaLevelBar, myna_level_bar, GTK_TYPE_WIDGET)

static double
to_decibels (double linear)
{
  return linear > 1e-6 ? MAX (20.0 * log10 (linear), FLOOR_DB) : FLOOR_DB;
}

/* 0 at the floor of the scale, 1 at full scale. */
static double
to_fraction (double linear)
{
  return CLAMP (1.0 - to_decibels (linear) / FLOOR_DB, 0.0, 1.0);
}

/**
 * myna_level_bar_dup_value_text:
 *
 * Returns: (transfer full): the level in translated words, as a screen reader says it
 */
char *
myna_level_bar_dup_value_text (MynaLevelBar *self)
{
  double decibels;
  int rounded;

  g_return_val_if_fail (MYNA_IS_LEVEL_BAR (self), NULL);

  decibels = to_decibels (MAX (self->level, self->peak));
  rounded = (int) round (decibels);
  if (decibels <= FLOOR_DB)
    return g_strdup (_ ("Silent"));
  if (decibels > ERROR_DB)
    return g_strdup_printf (_ ("Too loud, %d decibels"), rounded);
  if (decibels > WARNING_DB)
    return g_strdup_printf (_ ("Loud, %d decibels"), rounded);
  if (decibels < QUIET_DB)
    return g_strdup_printf (_ ("Quiet, %d decibels"), rounded);
  return g_strdup_printf (_ ("Good level, %d decibels"), rounded);
}

static void
update_accessible (MynaLevelBar *self)
{
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_LEVEL_BAR (self));

  text = myna_level_bar_dup_value_text (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN,
                                  FLOOR_DB, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, to_decibels (self->level),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

static gboolean
speak_cb (gpointer user_data)
{
  MynaLevelBar *self = user_data;

  g_assert (MYNA_IS_LEVEL_BAR (self));

  if (!self->speak_again)
    {
      self->speak_source = 0;
      return G_SOURCE_REMOVE;
    }
  self->speak_again = FALSE;
  update_accessible (self);
  return G_SOURCE_CONTINUE;
}

/* At once after a quiet second, else when the second is over. */
static void
queue_accessible (MynaLevelBar *self)
{
  g_assert (MYNA_IS_LEVEL_BAR (self));

  if (self->speak_source != 0)
    {
      self->speak_again = TRUE;
      return;
    }
  update_accessible (self);
  self->speak_source = g_timeout_add (SPEAK_MS, speak_cb, self);
}

static void
set_css_class (GtkWidget *widget, const char *name, gboolean on)
{
  g_assert (GTK_IS_WIDGET (widget));

  if (on)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

/* The style sheet colours by class; the words in the value text say the same without colour. */
static void
update_classes (MynaLevelBar *self)
{
  double decibels = to_decibels (MAX (self->level, self->peak));

  g_assert (MYNA_IS_LEVEL_BAR (self));

  set_css_class (GTK_WIDGET (self), "too-loud", decibels > ERROR_DB);
  set_css_class (GTK_WIDGET (self), "loud", decibels > WARNING_DB && decibels <= ERROR_DB);
}

static void
myna_level_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaLevelBar *self = MYNA_LEVEL_BAR (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int width = gtk_widget_get_width (widget);
  float bar = (float) MAX (width - LIGHT_SIZE - LIGHT_GAP, 0);
  float height = (float) gtk_widget_get_height (widget);
  int n_segments = (int) floorf ((bar + SEGMENT_GAP) / (SEGMENT_WIDTH + SEGMENT_GAP));
  int n_lit = (int) lround (to_fraction (self->level) * n_segments);
  int held = (int) lround (to_fraction (self->peak) * n_segments) - 1;
  GdkRGBA lit;
  GdkRGBA dim;

  gtk_widget_get_color (widget, &lit);
  dim = lit;
  dim.alpha *= 0.2f;
  for (int i = 0; i < n_segments; i++)
    {
      float x = (float) i * (SEGMENT_WIDTH + SEGMENT_GAP);
      gboolean on = i < n_lit || (i == held && self->peak > 0.0);

      if (mirrored)
        x = (float) width - x - SEGMENT_WIDTH;
      gtk_snapshot_append_color (
          snapshot, on ? &lit : &dim,
          &GRAPHENE_RECT_INIT (x, (height - BAR_HEIGHT) / 2.0f, SEGMENT_WIDTH, BAR_HEIGHT));
    }
  gtk_widget_snapshot_child (widget, self->light, snapshot);
}

static void
myna_level_bar_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  MynaLevelBar *self = MYNA_LEVEL_BAR (widget);
  int child;

  gtk_widget_measure (self->light, orientation, -1, NULL, &child, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = MAX (BAR_HEIGHT, child);
  else
    {
      *minimum = LIGHT_SIZE + LIGHT_GAP + 80;
      *natural = LIGHT_SIZE + LIGHT_GAP + 240;
    }
  *minimum_baseline = *natural_baseline = -1;
}

static void
myna_level_bar_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaLevelBar *self = MYNA_LEVEL_BAR (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GtkAllocation box = { mirrored ? 0 : width - LIGHT_SIZE, 0, LIGHT_SIZE, height };

  gtk_widget_size_allocate (self->light, &box, -1);
}

static void
myna_level_bar_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaLevelBar *self = MYNA_LEVEL_BAR (object);

  switch (prop_id)
    {
    case PROP_LEVEL:
      g_value_set_double (value, self->level);
      break;
    case PROP_PEAK:
      g_value_set_double (value, self->peak);
      break;
    case PROP_CLIPPED:
      g_value_set_boolean (value, self->clipped);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_level_bar_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MynaLevelBar *self = MYNA_LEVEL_BAR (object);

  switch (prop_id)
    {
    case PROP_LEVEL:
      myna_level_bar_set_level (self, g_value_get_double (value));
      break;
    case PROP_PEAK:
      myna_level_bar_set_peak (self, g_value_get_double (value));
      break;
    case PROP_CLIPPED:
      myna_level_bar_set_clipped (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_level_bar_dispose (GObject *object)
{
  MynaLevelBar *self = MYNA_LEVEL_BAR (object);

  g_clear_handle_id (&self->speak_source, g_source_remove);
  g_clear_pointer (&self->light, gtk_widget_unparent);

  G_OBJECT_CLASS (myna_level_bar_parent_class)->dispose (object);
}

static void
myna_level_bar_class_init (MynaLevelBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_level_bar_get_property;
  object_class->set_property = myna_level_bar_set_property;
  object_class->dispose = myna_level_bar_dispose;
  widget_class->snapshot = myna_level_bar_snapshot;
  widget_class->measure = myna_level_bar_measure;
  widget_class->size_allocate = myna_level_bar_size_allocate;

  properties[PROP_LEVEL] = g_param_spec_double ("level", NULL, NULL, 0.0, 1.0, 0.0, flags);
  properties[PROP_PEAK] = g_param_spec_double ("peak", NULL, NULL, 0.0, 1.0, 0.0, flags);
  properties[PROP_CLIPPED] = g_param_spec_boolean ("clipped", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "levelmeter");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_METER);
}

static void
myna_level_bar_init (MynaLevelBar *self)
{
  self->light = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  gtk_image_set_pixel_size (GTK_IMAGE (self->light), LIGHT_SIZE);
  gtk_widget_set_tooltip_text (self->light, _ ("The sound was cut off: speak more softly or "
                                               "move away from the microphone"));
  gtk_widget_add_css_class (self->light, "error");
  gtk_widget_set_child_visible (self->light, FALSE);
  gtk_widget_set_parent (self->light, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Microphone level"), -1);
  update_accessible (self);
}

/**
 * myna_level_bar_new:
 *
 * Returns: (transfer floating): a meter at rest
 */
GtkWidget *
myna_level_bar_new (void)
{
  return g_object_new (MYNA_TYPE_LEVEL_BAR, NULL);
}

/**
 * myna_level_bar_set_level:
 * @level: linear, 0 … 1; anything else is clamped
 */
void
myna_level_bar_set_level (MynaLevelBar *self, double level)
{
  g_return_if_fail (MYNA_IS_LEVEL_BAR (self));

  level = isfinite (level) ? CLAMP (level, 0.0, 1.0) : 0.0;
  if (G_APPROX_VALUE (self->level, level, 1e-9))
    return;
  self->level = level;
  update_classes (self);
  queue_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LEVEL]);
}

double
myna_level_bar_get_level (MynaLevelBar *self)
{
  g_return_val_if_fail (MYNA_IS_LEVEL_BAR (self), 0.0);

  return self->level;
}

/**
 * myna_level_bar_set_peak:
 * @peak: the held peak, linear, 0 … 1; anything else is clamped
 */
void
myna_level_bar_set_peak (MynaLevelBar *self, double peak)
{
  g_return_if_fail (MYNA_IS_LEVEL_BAR (self));

  peak = isfinite (peak) ? CLAMP (peak, 0.0, 1.0) : 0.0;
  if (G_APPROX_VALUE (self->peak, peak, 1e-9))
    return;
  self->peak = peak;
  update_classes (self);
  queue_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PEAK]);
}

double
myna_level_bar_get_peak (MynaLevelBar *self)
{
  g_return_val_if_fail (MYNA_IS_LEVEL_BAR (self), 0.0);

  return self->peak;
}

/**
 * myna_level_bar_set_clipped:
 * @clipped: whether the sound was cut off since the start; told to screen readers once
 */
void
myna_level_bar_set_clipped (MynaLevelBar *self, gboolean clipped)
{
  g_return_if_fail (MYNA_IS_LEVEL_BAR (self));

  clipped = !!clipped;
  if (self->clipped == clipped)
    return;
  self->clipped = clipped;
  gtk_widget_set_child_visible (self->light, clipped);
  if (clipped && gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_accessible_announce (GTK_ACCESSIBLE (self), _ ("Too loud: the sound is cut off"),
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLIPPED]);
}

gboolean
myna_level_bar_get_clipped (MynaLevelBar *self)
{
  g_return_val_if_fail (MYNA_IS_LEVEL_BAR (self), FALSE);

  return self->clipped;
}
