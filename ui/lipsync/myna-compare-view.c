/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/lipsync/myna-compare-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define NATURAL_WIDTH 480
#define MAX_NATURAL_HEIGHT 480
#define MIN_HEIGHT 120
#define STEP 0.02
#define PAGE 0.1
#define LINE_WIDTH 2.0f
#define GRIP_RADIUS 14.0f

struct _MynaCompareView
{
  GtkWidget parent_instance;

  /* Owned references */
  GdkPaintable *before;
  GdkPaintable *after;
  GSignalGroup *before_signals;
  GSignalGroup *after_signals;

  double position;
};

enum
{
  PROP_0,
  PROP_BEFORE,
  PROP_AFTER,
  PROP_POSITION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaCompareView, myna_compare_view, GTK_TYPE_WIDGET)

static double
get_aspect (MynaCompareView *self)
{
  double after = self->after != NULL ? gdk_paintable_get_intrinsic_aspect_ratio (self->after) : 0;
  double before =
      self->before != NULL ? gdk_paintable_get_intrinsic_aspect_ratio (self->before) : 0;

  /* A stream does not know its size before its file was opened. */
  if (after > 0)
    return after;
  return before > 0 ? before : 16.0 / 9.0;
}

/* Where the picture lies in the widget. */
static graphene_rect_t
get_picture (MynaCompareView *self)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  float w = MIN (width, height * (float) get_aspect (self));
  float h = w / (float) get_aspect (self);

  return GRAPHENE_RECT_INIT ((width - w) / 2, (height - h) / 2, w, h);
}

static gboolean
has_divider (MynaCompareView *self)
{
  return self->before != NULL && self->after != NULL;
}

static void
update_accessible (MynaCompareView *self)
{
  /* Translators: where the divider is: how much of the picture before is to be seen */
  g_autofree char *text = g_strdup_printf (_ ("%.0f %% before"), self->position * 100);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                  self->position * 100, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text,
                                  -1);
}

/**
 * myna_compare_view_set_position:
 * @position: of the divider, 0 (left) … 1 (right) of the picture; taken into that range
 */
void
myna_compare_view_set_position (MynaCompareView *self, double position)
{
  g_return_if_fail (MYNA_IS_COMPARE_VIEW (self));

  position = CLAMP (position, 0.0, 1.0);
  if (self->position == position)
    return;
  self->position = position;
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}

/**
 * myna_compare_view_get_position:
 *
 * Returns: where the divider is, 0 … 1
 */
double
myna_compare_view_get_position (MynaCompareView *self)
{
  g_return_val_if_fail (MYNA_IS_COMPARE_VIEW (self), 0);

  return self->position;
}

static void
set_picture (MynaCompareView *self,
             GdkPaintable **field,
             GSignalGroup *signals,
             GdkPaintable *paintable,
             guint prop_id)
{
  if (!g_set_object (field, paintable))
    return;
  g_signal_group_set_target (signals, paintable);
  gtk_widget_set_focusable (GTK_WIDGET (self), has_divider (self));
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

/**
 * myna_compare_view_set_before:
 * @before: (nullable): the picture left of the divider
 */
void
myna_compare_view_set_before (MynaCompareView *self, GdkPaintable *before)
{
  g_return_if_fail (MYNA_IS_COMPARE_VIEW (self));
  g_return_if_fail (before == NULL || GDK_IS_PAINTABLE (before));

  set_picture (self, &self->before, self->before_signals, before, PROP_BEFORE);
}

/**
 * myna_compare_view_set_after:
 * @after: (nullable): the picture right of the divider
 */
void
myna_compare_view_set_after (MynaCompareView *self, GdkPaintable *after)
{
  g_return_if_fail (MYNA_IS_COMPARE_VIEW (self));
  g_return_if_fail (after == NULL || GDK_IS_PAINTABLE (after));

  set_picture (self, &self->after, self->after_signals, after, PROP_AFTER);
}

static void
snapshot_picture (GdkPaintable *paintable,
                  GtkSnapshot *snapshot,
                  const graphene_rect_t *picture,
                  const graphene_rect_t *clip)
{
  gtk_snapshot_push_clip (snapshot, clip);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &picture->origin);
  gdk_paintable_snapshot (paintable, snapshot, picture->size.width, picture->size.height);
  gtk_snapshot_restore (snapshot);
  gtk_snapshot_pop (snapshot);
}

static void
fill_circle (GtkSnapshot *snapshot, float x, float y, float radius, const GdkRGBA *colour)
{
  GskRoundedRect circle;

  gsk_rounded_rect_init_from_rect (
      &circle, &GRAPHENE_RECT_INIT (x - radius, y - radius, 2 * radius, 2 * radius), radius);
  gtk_snapshot_push_rounded_clip (snapshot, &circle);
  gtk_snapshot_append_color (snapshot, colour, &circle.bounds);
  gtk_snapshot_pop (snapshot);
}

/* White on a dark edge: to be seen on any picture, in any colour scheme. */
static void
snapshot_divider (MynaCompareView *self, GtkSnapshot *snapshot, const graphene_rect_t *picture)
{
  static const GdkRGBA white = { 1, 1, 1, 1 }, dark = { 0, 0, 0, 0.6f };
  float x = picture->origin.x + picture->size.width * (float) self->position;
  float y = picture->origin.y + picture->size.height / 2;
  GdkRGBA grip = white;

  if (gtk_widget_has_visible_focus (GTK_WIDGET (self)))
    {
      AdwStyleManager *style =
          adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));
      g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (style);

      grip = *accent;
    }
  gtk_snapshot_append_color (snapshot, &dark,
                             &GRAPHENE_RECT_INIT (x - LINE_WIDTH, picture->origin.y, 2 * LINE_WIDTH,
                                                  picture->size.height));
  gtk_snapshot_append_color (snapshot, &white,
                             &GRAPHENE_RECT_INIT (x - LINE_WIDTH / 2, picture->origin.y, LINE_WIDTH,
                                                  picture->size.height));
  fill_circle (snapshot, x, y, GRIP_RADIUS + 1, &dark);
  fill_circle (snapshot, x, y, GRIP_RADIUS, &grip);
  fill_circle (snapshot, x - 5, y, 2, &dark);
  fill_circle (snapshot, x + 5, y, 2, &dark);
}

static void
myna_compare_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaCompareView *self = MYNA_COMPARE_VIEW (widget);
  graphene_rect_t picture = get_picture (self);
  graphene_rect_t left = picture;

  if (picture.size.width < 1 || picture.size.height < 1)
    return;
  if (self->after != NULL)
    snapshot_picture (self->after, snapshot, &picture, &picture);
  if (has_divider (self))
    left.size.width *= (float) self->position;
  if (self->before != NULL)
    snapshot_picture (self->before, snapshot, &picture, &left);
  if (!has_divider (self))
    return;
  gtk_snapshot_push_clip (snapshot,
                          &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                               (float) gtk_widget_get_height (widget)));
  snapshot_divider (self, snapshot, &picture);
  gtk_snapshot_pop (snapshot);
}

static GtkSizeRequestMode
myna_compare_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
myna_compare_view_measure (GtkWidget *widget,
                           GtkOrientation orientation,
                           int for_size,
                           int *minimum,
                           int *natural,
                           int *minimum_baseline,
                           int *natural_baseline)
{
  MynaCompareView *self = MYNA_COMPARE_VIEW (widget);
  double aspect = get_aspect (self);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MIN_HEIGHT;
      *natural = (int) MAX (MIN (NATURAL_WIDTH, MAX_NATURAL_HEIGHT * aspect), MIN_HEIGHT);
      return;
    }
  *minimum = MIN_HEIGHT;
  *natural = for_size > 0 ? (int) CLAMP (for_size / aspect, MIN_HEIGHT, MAX_NATURAL_HEIGHT)
                          : MAX_NATURAL_HEIGHT;
}

static void
move_to (MynaCompareView *self, double x)
{
  graphene_rect_t picture = get_picture (self);

  if (picture.size.width >= 1)
    myna_compare_view_set_position (self,
                                    (x - (double) picture.origin.x) / (double) picture.size.width);
}

static void
on_drag_begin (MynaCompareView *self, double x, double y, GtkGestureDrag *gesture)
{
  g_assert (MYNA_IS_COMPARE_VIEW (self));

  if (!has_divider (self))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  move_to (self, x);
}

static void
on_drag_update (MynaCompareView *self, double offset_x, double offset_y, GtkGestureDrag *gesture)
{
  double x = 0, y = 0;

  g_assert (MYNA_IS_COMPARE_VIEW (self));

  if (gtk_gesture_drag_get_start_point (gesture, &x, &y))
    move_to (self, x + offset_x);
}

static gboolean
on_move (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaCompareView *self = MYNA_COMPARE_VIEW (widget);

  g_assert (MYNA_IS_COMPARE_VIEW (self));

  if (!has_divider (self))
    return GDK_EVENT_PROPAGATE;
  myna_compare_view_set_position (self, self->position + g_variant_get_double (args));
  return GDK_EVENT_STOP;
}

static void
on_invalidate_contents (MynaCompareView *self, GdkPaintable *paintable)
{
  g_assert (MYNA_IS_COMPARE_VIEW (self));

  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_invalidate_size (MynaCompareView *self, GdkPaintable *paintable)
{
  g_assert (MYNA_IS_COMPARE_VIEW (self));

  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
myna_compare_view_dispose (GObject *object)
{
  MynaCompareView *self = MYNA_COMPARE_VIEW (object);

  g_clear_object (&self->before_signals);
  g_clear_object (&self->after_signals);
  g_clear_object (&self->before);
  g_clear_object (&self->after);

  G_OBJECT_CLASS (myna_compare_view_parent_class)->dispose (object);
}

static void
myna_compare_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaCompareView *self = MYNA_COMPARE_VIEW (object);

  switch (prop_id)
    {
    case PROP_BEFORE:
      g_value_set_object (value, self->before);
      break;
    case PROP_AFTER:
      g_value_set_object (value, self->after);
      break;
    case PROP_POSITION:
      g_value_set_double (value, self->position);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_compare_view_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  MynaCompareView *self = MYNA_COMPARE_VIEW (object);

  switch (prop_id)
    {
    case PROP_BEFORE:
      myna_compare_view_set_before (self, g_value_get_object (value));
      break;
    case PROP_AFTER:
      myna_compare_view_set_after (self, g_value_get_object (value));
      break;
    case PROP_POSITION:
      myna_compare_view_set_position (self, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
add_key (GtkWidgetClass *klass, guint key, double distance)
{
  gtk_widget_class_add_binding (klass, key, 0, on_move, "d", distance);
}

static void
myna_compare_view_class_init (MynaCompareViewClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = myna_compare_view_dispose;
  object_class->get_property = myna_compare_view_get_property;
  object_class->set_property = myna_compare_view_set_property;
  widget_class->snapshot = myna_compare_view_snapshot;
  widget_class->get_request_mode = myna_compare_view_get_request_mode;
  widget_class->measure = myna_compare_view_measure;

  properties[PROP_BEFORE] = g_param_spec_object ("before", NULL, NULL, GDK_TYPE_PAINTABLE, flags);
  properties[PROP_AFTER] = g_param_spec_object ("after", NULL, NULL, GDK_TYPE_PAINTABLE, flags);
  properties[PROP_POSITION] = g_param_spec_double ("position", NULL, NULL, 0, 1, 0.5, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "compareview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
  add_key (widget_class, GDK_KEY_Left, -STEP);
  add_key (widget_class, GDK_KEY_KP_Left, -STEP);
  add_key (widget_class, GDK_KEY_Right, STEP);
  add_key (widget_class, GDK_KEY_KP_Right, STEP);
  add_key (widget_class, GDK_KEY_Page_Down, -PAGE);
  add_key (widget_class, GDK_KEY_Page_Up, PAGE);
  add_key (widget_class, GDK_KEY_Home, -1);
  add_key (widget_class, GDK_KEY_End, 1);
}

static GSignalGroup *
watch (MynaCompareView *self)
{
  GSignalGroup *signals = g_signal_group_new (GDK_TYPE_PAINTABLE);

  g_signal_group_connect_swapped (signals, "invalidate-contents",
                                  G_CALLBACK (on_invalidate_contents), self);
  g_signal_group_connect_swapped (signals, "invalidate-size", G_CALLBACK (on_invalidate_size),
                                  self);
  return signals;
}

static void
myna_compare_view_init (MynaCompareView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->position = 0.5;
  self->before_signals = watch (self);
  self->after_signals = watch (self);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Divider between before and after"),
      GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 100.0, -1);
  update_accessible (self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}
