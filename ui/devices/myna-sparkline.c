/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/devices/myna-sparkline.h"

#include <math.h>

/* What is shown at once; in a small curve more points would melt into a band. */
#define N_VALUES 120
#define LINE_WIDTH 1.5f
#define LINE_WIDTH_CONTRAST 2.5f
#define BASE_ALPHA 0.3f
#define HEIGHT 36

struct _MynaSparkline
{
  GtkWidget parent_instance;

  /* State */
  char *label;
  char *text;              /* (nullable): the newest value in words */
  double values[N_VALUES]; /* a ring */
  guint next;              /* where the next value goes: the oldest is there */
  double low;
  double high;
};

enum
{
  PROP_LABEL = 1,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (MynaSparkline, myna_sparkline, GTK_TYPE_WIDGET)

/* The value so many places from the oldest. */
static double
get_at (MynaSparkline *self, guint index)
{
  g_assert (MYNA_IS_SPARKLINE (self));

  return self->values[(self->next + index) % N_VALUES];
}

/* The top of the curve: the range's, unless a value is higher. */
static double
get_top (MynaSparkline *self)
{
  double top = self->high;

  g_assert (MYNA_IS_SPARKLINE (self));

  for (guint i = 0; i < N_VALUES; i++)
    if (isfinite (self->values[i]))
      top = MAX (top, self->values[i]);
  return top;
}

typedef struct
{
  float left, step, bottom, height;
  double low, top;
} Frame;

static Frame
make_frame (MynaSparkline *self, float line_width)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self)) - line_width;
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self)) - line_width;
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  Frame frame = { .low = self->low, .top = get_top (self) };

  g_assert (MYNA_IS_SPARKLINE (self));

  frame.left = line_width / 2 + (mirrored ? width : 0);
  frame.step = (mirrored ? -1.0f : 1.0f) * width / (N_VALUES - 1);
  frame.bottom = line_width / 2 + height;
  frame.height = height;
  return frame;
}

static graphene_point_t
place (const Frame *frame, guint index, double value)
{
  double span = frame->top - frame->low;
  double part = span > 0 ? CLAMP ((value - frame->low) / span, 0, 1) : 0;

  return GRAPHENE_POINT_INIT (frame->left + (float) index * frame->step,
                              frame->bottom - (float) part * frame->height);
}

/* One stretch of values without a gap, from @begin up to @end; a lone one becomes a dot's width. */
static void
add_stretch (MynaSparkline *self, const Frame *frame, guint begin, guint end, GskPathBuilder *path)
{
  graphene_point_t point = place (frame, begin, get_at (self, begin));

  g_assert (MYNA_IS_SPARKLINE (self));

  gsk_path_builder_move_to (path, point.x, point.y);
  if (end - begin == 1)
    gsk_path_builder_line_to (path, point.x + 0.01f, point.y);
  for (guint i = begin + 1; i < end; i++)
    {
      point = place (frame, i, get_at (self, i));
      gsk_path_builder_line_to (path, point.x, point.y);
    }
}

static void
snapshot_stretch (
    MynaSparkline *self, GtkSnapshot *snapshot, const Frame *frame, guint begin, guint end)
{
  gboolean contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  g_autoptr (GskPathBuilder) line = gsk_path_builder_new ();
  g_autoptr (GskPathBuilder) area = gsk_path_builder_new ();
  g_autoptr (GskPath) line_path = NULL;
  g_autoptr (GskPath) area_path = NULL;
  g_autoptr (GskStroke) stroke = gsk_stroke_new (contrast ? LINE_WIDTH_CONTRAST : LINE_WIDTH);
  GdkRGBA colour;
  GdkRGBA pale;

  g_assert (MYNA_IS_SPARKLINE (self));

  gtk_widget_get_color (GTK_WIDGET (self), &colour);
  pale = colour;
  pale.alpha *= contrast ? 0.35f : 0.18f;
  gsk_stroke_set_line_join (stroke, GSK_LINE_JOIN_ROUND);
  gsk_stroke_set_line_cap (stroke, GSK_LINE_CAP_ROUND);
  add_stretch (self, frame, begin, end, line);
  add_stretch (self, frame, begin, end, area);
  gsk_path_builder_line_to (area, frame->left + (float) (end - 1) * frame->step, frame->bottom);
  gsk_path_builder_line_to (area, frame->left + (float) begin * frame->step, frame->bottom);
  gsk_path_builder_close (area);
  line_path = gsk_path_builder_to_path (line);
  area_path = gsk_path_builder_to_path (area);
  gtk_snapshot_append_fill (snapshot, area_path, GSK_FILL_RULE_WINDING, &pale);
  gtk_snapshot_append_stroke (snapshot, line_path, stroke, &colour);
}

/* The bottom, so that it can be seen how far back the curve could go. */
static void
snapshot_base (MynaSparkline *self, GtkSnapshot *snapshot)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  GdkRGBA pale;

  g_assert (MYNA_IS_SPARKLINE (self));

  gtk_widget_get_color (GTK_WIDGET (self), &pale);
  pale.alpha *= BASE_ALPHA;
  gtk_snapshot_append_color (snapshot, &pale, &GRAPHENE_RECT_INIT (0, height - 1, width, 1));
}

static void
myna_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaSparkline *self = MYNA_SPARKLINE (widget);
  Frame frame = make_frame (self, LINE_WIDTH_CONTRAST);
  guint begin = 0;

  snapshot_base (self, snapshot);
  for (guint i = 0; i <= N_VALUES; i++)
    {
      if (i < N_VALUES && isfinite (get_at (self, i)))
        continue;
      if (i > begin)
        snapshot_stretch (self, snapshot, &frame, begin, i);
      begin = i + 1;
    }
}

static void
myna_sparkline_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 40;
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : N_VALUES;
  *minimum_baseline = *natural_baseline = -1;
}

/* A value that nobody sees is kept, not drawn. */
static void
queue_draw (MynaSparkline *self)
{
  g_assert (MYNA_IS_SPARKLINE (self));

  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
update_accessible (MynaSparkline *self)
{
  double value = myna_sparkline_get_value (self);

  g_assert (MYNA_IS_SPARKLINE (self));

  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, self->low,
      GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, get_top (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
      isfinite (value) ? value : self->low, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
      self->text != NULL ? self->text : "—", -1);
}

static void
myna_sparkline_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaSparkline *self = MYNA_SPARKLINE (object);

  switch (prop_id)
    {
    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_sparkline_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MynaSparkline *self = MYNA_SPARKLINE (object);

  switch (prop_id)
    {
    case PROP_LABEL:
      myna_sparkline_set_label (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_sparkline_finalize (GObject *object)
{
  MynaSparkline *self = MYNA_SPARKLINE (object);

  g_free (self->label);
  g_free (self->text);

  G_OBJECT_CLASS (myna_sparkline_parent_class)->finalize (object);
}

static void
myna_sparkline_class_init (MynaSparklineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = myna_sparkline_get_property;
  object_class->set_property = myna_sparkline_set_property;
  object_class->finalize = myna_sparkline_finalize;
  widget_class->snapshot = myna_sparkline_snapshot;
  widget_class->measure = myna_sparkline_measure;

  properties[PROP_LABEL] =
      g_param_spec_string ("label", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_css_name (widget_class, "sparkline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_METER);
}

static void
myna_sparkline_init (MynaSparkline *self)
{
  for (guint i = 0; i < N_VALUES; i++)
    self->values[i] = NAN;
  self->high = 100;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  update_accessible (self);
}

/**
 * myna_sparkline_new:
 *
 * Returns: (transfer floating): a curve of 0 to 100 without values
 */
GtkWidget *
myna_sparkline_new (void)
{
  return g_object_new (MYNA_TYPE_SPARKLINE, NULL);
}

/**
 * myna_sparkline_set_label:
 * @label: (nullable): what is measured, translated
 */
void
myna_sparkline_set_label (MynaSparkline *self, const char *label)
{
  g_return_if_fail (MYNA_IS_SPARKLINE (self));

  if (!g_set_str (&self->label, label))
    return;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label != NULL ? label : "", -1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LABEL]);
}

const char *
myna_sparkline_get_label (MynaSparkline *self)
{
  g_return_val_if_fail (MYNA_IS_SPARKLINE (self), NULL);

  return self->label;
}

/**
 * myna_sparkline_set_range:
 * @low: the bottom
 * @high: the top, unless a value is higher
 */
void
myna_sparkline_set_range (MynaSparkline *self, double low, double high)
{
  g_return_if_fail (MYNA_IS_SPARKLINE (self));
  g_return_if_fail (isfinite (low) && isfinite (high));

  if (G_APPROX_VALUE (self->low, low, 1e-9) && G_APPROX_VALUE (self->high, high, 1e-9))
    return;
  self->low = low;
  self->high = high;
  update_accessible (self);
  queue_draw (self);
}

/**
 * myna_sparkline_set_values:
 * @values: (array length=n): oldest first; NAN or an infinity is a gap
 * @n: how many; of more than fit the newest are kept
 */
void
myna_sparkline_set_values (MynaSparkline *self, const double *values, gsize n)
{
  gsize n_missing;

  g_return_if_fail (MYNA_IS_SPARKLINE (self));
  g_return_if_fail (values != NULL || n == 0);

  n_missing = n < N_VALUES ? N_VALUES - n : 0;
  self->next = 0;
  for (gsize i = 0; i < N_VALUES; i++)
    self->values[i] = i < n_missing ? NAN : values[n - N_VALUES + i];
  g_clear_pointer (&self->text, g_free);
  update_accessible (self);
  queue_draw (self);
}

/**
 * myna_sparkline_push:
 * @value: the newest value; NAN when it is missing
 * @text: (nullable): the value as people read it
 */
void
myna_sparkline_push (MynaSparkline *self, double value, const char *text)
{
  g_return_if_fail (MYNA_IS_SPARKLINE (self));

  self->values[self->next] = value;
  self->next = (self->next + 1) % N_VALUES;
  g_set_str (&self->text, text);
  update_accessible (self);
  queue_draw (self);
}

/**
 * myna_sparkline_get_value:
 *
 * Returns: the newest value; NAN when it is missing
 */
double
myna_sparkline_get_value (MynaSparkline *self)
{
  g_return_val_if_fail (MYNA_IS_SPARKLINE (self), NAN);

  return get_at (self, N_VALUES - 1);
}

/**
 * myna_sparkline_get_text:
 *
 * Returns: (transfer none) (nullable): the newest value as people read it
 */
const char *
myna_sparkline_get_text (MynaSparkline *self)
{
  g_return_val_if_fail (MYNA_IS_SPARKLINE (self), NULL);

  return self->text;
}
