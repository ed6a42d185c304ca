/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-trim-handle.h"
#include "ui/widgets/myna-waveform-private.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "ui/widgets/myna-time-text.h"

#define BAR_WIDTH 2.0f
#define BAR_STEP 3.0f
#define MINIMUM_BAR 2.0f
#define VERTICAL_MARGIN 6.0f
#define MINIMUM_VIEW 0.5      /* seconds: the closest zoom */
#define MINIMUM_SELECTION 0.1 /* seconds */
#define LIVE_VIEW 12.0        /* seconds shown while recording */

enum
{
  PROP_0,
  PROP_SELECTABLE,
  PROP_LIVE,
  PROP_SELECTION_START,
  PROP_SELECTION_END,
  PROP_POSITION,
  PROP_DURATION,
  PROP_ZOOM,
  N_PROPS
};

enum
{
  SEEK,
  SELECTION_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaWaveform, myna_waveform, GTK_TYPE_WIDGET)

/* The handles stand outside of the sound they select, so a margin of one handle is kept on each
 * side. */
static double
get_inner_width (MynaWaveform *self)
{
  double margin = self->selectable ? MYNA_WAVEFORM_HANDLE_WIDTH : 0.0;

  return MAX (gtk_widget_get_width (GTK_WIDGET (self)) - margin, 1.0);
}

static double
get_inner_x (MynaWaveform *self)
{
  return self->selectable ? MYNA_WAVEFORM_HANDLE_WIDTH / 2.0 : 0.0;
}

/**
 * myna_waveform_time_to_x:
 *
 * Returns: the place of a time in widget coordinates; may lie outside of the widget
 */
double
myna_waveform_time_to_x (MynaWaveform *self, double seconds)
{
  double part = self->view_length > 0.0 ? (seconds - self->view_start) / self->view_length : 0.0;

  return get_inner_x (self) + part * get_inner_width (self);
}

/**
 * myna_waveform_x_to_time:
 *
 * Returns: the time at a place, within the recording
 */
double
myna_waveform_x_to_time (MynaWaveform *self, double x)
{
  double part = (x - get_inner_x (self)) / get_inner_width (self);

  return CLAMP (self->view_start + part * self->view_length, 0.0, self->duration);
}

static void
clear_nodes (MynaWaveform *self)
{
  g_assert (MYNA_IS_WAVEFORM (self));

  g_clear_pointer (&self->wave, gsk_render_node_unref);
  g_clear_pointer (&self->wave_dimmed, gsk_render_node_unref);
}

/* One bar a BAR_STEP, on a raster of absolute time, so that the bars keep their shape when the view
 * moves. */
static GskPath *
create_path (MynaWaveform *self)
{
  GskPathBuilder *builder = gsk_path_builder_new ();
  double seconds = self->view_length / get_inner_width (self) * (double) BAR_STEP;
  gint64 first = (gint64) floor (self->view_start / seconds);
  gint64 last = (gint64) ceil ((self->view_start + self->view_length) / seconds);
  float middle = (float) gtk_widget_get_height (GTK_WIDGET (self)) / 2.0f;
  float scale = MAX (middle - VERTICAL_MARGIN, 1.0f);

  for (gint64 i = first; i < last; i++)
    {
      float low;
      float high;
      float top;
      float height;
      float x = (float) myna_waveform_time_to_x (self, (double) i * seconds);

      if (!myna_peaks_range (self->peaks, (double) i * seconds, (double) (i + 1) * seconds, &low,
                             &high))
        continue;
      top = middle - CLAMP (high, -1.0f, 1.0f) * scale;
      height = (CLAMP (high, -1.0f, 1.0f) - CLAMP (low, -1.0f, 1.0f)) * scale;
      if (height < MINIMUM_BAR)
        {
          top -= (MINIMUM_BAR - height) / 2.0f;
          height = MINIMUM_BAR;
        }
      gsk_path_builder_add_rect (builder, &GRAPHENE_RECT_INIT (x, top, BAR_WIDTH, height));
    }
  return gsk_path_builder_free_to_path (builder);
}

static GskRenderNode *
create_node (GskPath *path, const GdkRGBA *color)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gtk_snapshot_append_fill (snapshot, path, GSK_FILL_RULE_WINDING, color);
  return gtk_snapshot_free_to_node (snapshot);
}

static void
ensure_nodes (MynaWaveform *self)
{
  g_autoptr (GskPath) path = NULL;
  gboolean contrast;
  GdkRGBA color;

  g_assert (MYNA_IS_WAVEFORM (self));

  if (self->wave != NULL || self->peaks == NULL || self->view_length <= 0.0)
    return;
  path = create_path (self);
  gtk_widget_get_color (GTK_WIDGET (self), &color);
  self->wave = create_node (path, &color);
  contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  color.alpha *= contrast ? 0.55f : 0.35f;
  self->wave_dimmed = create_node (path, &color);
}

static void
append_clipped (GtkSnapshot *snapshot, GskRenderNode *node, double from, double to, float height)
{
  if (node == NULL || to <= from)
    return;
  gtk_snapshot_push_clip (snapshot,
                          &GRAPHENE_RECT_INIT ((float) from, 0.0f, (float) (to - from), height));
  gtk_snapshot_append_node (snapshot, node);
  gtk_snapshot_pop (snapshot);
}

static void
snapshot_selection (MynaWaveform *self, GtkSnapshot *snapshot)
{
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  double left = get_inner_x (self);
  double right = left + get_inner_width (self);
  double from = CLAMP (myna_waveform_time_to_x (self, self->selection_start), left, right);
  double to = CLAMP (myna_waveform_time_to_x (self, self->selection_end), left, right);
  GdkRGBA tint;

  gtk_widget_get_color (GTK_WIDGET (self), &tint);
  tint.alpha *= 0.12f;
  gtk_snapshot_append_color (snapshot, &tint,
                             &GRAPHENE_RECT_INIT ((float) from, 0.0f, (float) (to - from), height));
  append_clipped (snapshot, self->wave_dimmed, left, from, height);
  append_clipped (snapshot, self->wave, from, to, height);
  append_clipped (snapshot, self->wave_dimmed, to, right, height);
}

static void
myna_waveform_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaWaveform *self = MYNA_WAVEFORM (widget);
  double left = get_inner_x (self);

  ensure_nodes (self);
  if (self->selectable && self->duration > 0.0)
    snapshot_selection (self, snapshot);
  else
    append_clipped (snapshot, self->wave, left, left + get_inner_width (self),
                    (float) gtk_widget_get_height (widget));
  gtk_widget_snapshot_child (widget, self->cursor, snapshot);
  for (guint i = 0; i < MYNA_WAVEFORM_N_HANDLES; i++)
    gtk_widget_snapshot_child (widget, self->handles[i], snapshot);
}

static void
myna_waveform_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  MynaWaveform *self = MYNA_WAVEFORM (widget);

  /* GTK wants every child measured before it is allocated. */
  gtk_widget_measure (self->cursor, orientation, -1, NULL, NULL, NULL, NULL);
  for (guint i = 0; i < MYNA_WAVEFORM_N_HANDLES; i++)
    gtk_widget_measure (self->handles[i], orientation, -1, NULL, NULL, NULL, NULL);
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 120 : 64;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 480 : 96;
  *minimum_baseline = *natural_baseline = -1;
}

/* A child centred on a time; not shown where the view does not reach. */
static void
allocate_at (MynaWaveform *self, GtkWidget *child, double seconds, int height, gboolean wanted)
{
  double left = get_inner_x (self);
  double x = myna_waveform_time_to_x (self, seconds);
  int width;
  int least_height;

  g_assert (MYNA_IS_WAVEFORM (self));

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, -1, &least_height, NULL, NULL, NULL);
  wanted = wanted && x >= left - 1.0 && x <= left + get_inner_width (self) + 1.0;
  gtk_widget_set_child_visible (child, wanted);
  gtk_widget_size_allocate (
      child,
      &(GtkAllocation) { (int) round (x - width / 2.0), 0, width, MAX (height, least_height) }, -1);
}

static void
myna_waveform_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaWaveform *self = MYNA_WAVEFORM (widget);
  gboolean shown = self->selectable && self->duration > 0.0;

  clear_nodes (self);
  allocate_at (self, self->cursor, self->position, height, self->position >= 0.0);
  allocate_at (self, self->handles[MYNA_WAVEFORM_START], self->selection_start, height, shown);
  allocate_at (self, self->handles[MYNA_WAVEFORM_END], self->selection_end, height, shown);
}

static void
myna_waveform_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (myna_waveform_parent_class)->css_changed (widget, change);

  clear_nodes (MYNA_WAVEFORM (widget));
  gtk_widget_queue_draw (widget);
}

static void
update_handle (MynaWaveform *self, MynaWaveformSide side, double value, double low, double high)
{
  g_autofree char *text = myna_time_text_precise (value);

  g_assert (MYNA_IS_WAVEFORM (self));

  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->handles[side]), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, low,
      GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, high, GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, value,
      GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

static void
update_handles (MynaWaveform *self)
{
  g_assert (MYNA_IS_WAVEFORM (self));

  update_handle (self, MYNA_WAVEFORM_START, self->selection_start, 0.0, self->selection_end);
  update_handle (self, MYNA_WAVEFORM_END, self->selection_end, self->selection_start,
                 self->duration);
}

static void
set_duration (MynaWaveform *self, double duration)
{
  g_assert (MYNA_IS_WAVEFORM (self));

  if (G_APPROX_VALUE (self->duration, duration, 1e-9))
    return;
  self->duration = duration;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
}

/**
 * myna_waveform_set_view:
 * @start: seconds at the left edge
 * @length: seconds across
 *
 * Shows that part, kept within the recording.
 */
void
myna_waveform_set_view (MynaWaveform *self, double start, double length)
{
  double zoom = myna_waveform_get_zoom (self);

  length = CLAMP (length, MIN (MINIMUM_VIEW, self->duration), self->duration);
  start = CLAMP (start, 0.0, MAX (self->duration - length, 0.0));
  if (G_APPROX_VALUE (start, self->view_start, 1e-9) &&
      G_APPROX_VALUE (length, self->view_length, 1e-9))
    return;
  self->view_start = start;
  self->view_length = length;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  if (!G_APPROX_VALUE (zoom, myna_waveform_get_zoom (self), 1e-6))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ZOOM]);
}

/**
 * myna_waveform_move_handle:
 * @side: which one
 * @seconds: where to; kept off the other handle
 *
 * The user's way of changing the selection: tells about it by "selection-changed".
 */
void
myna_waveform_move_handle (MynaWaveform *self, MynaWaveformSide side, double seconds)
{
  double start = self->selection_start;
  double end = self->selection_end;
  double least = MIN (MINIMUM_SELECTION, self->duration);

  if (side == MYNA_WAVEFORM_START)
    start = CLAMP (seconds, 0.0, end - least);
  else
    end = CLAMP (seconds, start + least, self->duration);
  if (G_APPROX_VALUE (start, self->selection_start, 1e-6) &&
      G_APPROX_VALUE (end, self->selection_end, 1e-6))
    return;
  myna_waveform_set_selection (self, start, end);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

void
myna_waveform_emit_seek (MynaWaveform *self, double seconds)
{
  g_signal_emit (self, signals[SEEK], 0, seconds);
}

static void
myna_waveform_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaWaveform *self = MYNA_WAVEFORM (object);

  switch (prop_id)
    {
    case PROP_SELECTABLE:
      g_value_set_boolean (value, self->selectable);
      break;
    case PROP_LIVE:
      g_value_set_boolean (value, self->live);
      break;
    case PROP_SELECTION_START:
      g_value_set_double (value, self->selection_start);
      break;
    case PROP_SELECTION_END:
      g_value_set_double (value, self->selection_end);
      break;
    case PROP_POSITION:
      g_value_set_double (value, self->position);
      break;
    case PROP_DURATION:
      g_value_set_double (value, self->duration);
      break;
    case PROP_ZOOM:
      g_value_set_double (value, myna_waveform_get_zoom (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_waveform_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MynaWaveform *self = MYNA_WAVEFORM (object);

  switch (prop_id)
    {
    case PROP_SELECTABLE:
      myna_waveform_set_selectable (self, g_value_get_boolean (value));
      break;
    case PROP_POSITION:
      myna_waveform_set_position (self, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_waveform_dispose (GObject *object)
{
  MynaWaveform *self = MYNA_WAVEFORM (object);

  clear_nodes (self);
  g_clear_pointer (&self->cursor, gtk_widget_unparent);
  for (guint i = 0; i < MYNA_WAVEFORM_N_HANDLES; i++)
    g_clear_pointer (&self->handles[i], gtk_widget_unparent);

  G_OBJECT_CLASS (myna_waveform_parent_class)->dispose (object);
}

static void
myna_waveform_finalize (GObject *object)
{
  g_clear_pointer (&MYNA_WAVEFORM (object)->peaks, myna_peaks_free);

  G_OBJECT_CLASS (myna_waveform_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GParamFlags read_only = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  properties[PROP_SELECTABLE] = g_param_spec_boolean ("selectable", NULL, NULL, FALSE, flags);
  properties[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, FALSE, read_only);
  properties[PROP_SELECTION_START] =
      g_param_spec_double ("selection-start", NULL, NULL, 0.0, G_MAXDOUBLE, 0.0, read_only);
  properties[PROP_SELECTION_END] =
      g_param_spec_double ("selection-end", NULL, NULL, 0.0, G_MAXDOUBLE, 0.0, read_only);
  properties[PROP_POSITION] =
      g_param_spec_double ("position", NULL, NULL, -1.0, G_MAXDOUBLE, -1.0, flags);
  properties[PROP_DURATION] =
      g_param_spec_double ("duration", NULL, NULL, 0.0, G_MAXDOUBLE, 0.0, read_only);
  properties[PROP_ZOOM] =
      g_param_spec_double ("zoom", NULL, NULL, 1.0, G_MAXDOUBLE, 1.0, read_only);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_waveform_class_init (MynaWaveformClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = myna_waveform_get_property;
  object_class->set_property = myna_waveform_set_property;
  object_class->dispose = myna_waveform_dispose;
  object_class->finalize = myna_waveform_finalize;
  widget_class->snapshot = myna_waveform_snapshot;
  widget_class->measure = myna_waveform_measure;
  widget_class->size_allocate = myna_waveform_size_allocate;
  widget_class->css_changed = myna_waveform_css_changed;

  install_properties (object_class);
  signals[SEEK] = g_signal_new ("seek", MYNA_TYPE_WAVEFORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_DOUBLE);
  signals[SELECTION_CHANGED] =
      g_signal_new ("selection-changed", MYNA_TYPE_WAVEFORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "waveform");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkWidget *
create_handle (MynaWaveform *self, const char *label)
{
  GtkWidget *handle = myna_trim_handle_new (label, (int) MYNA_WAVEFORM_HANDLE_WIDTH);

  gtk_widget_set_parent (handle, GTK_WIDGET (self));
  return handle;
}

static void
myna_waveform_init (MynaWaveform *self)
{
  self->position = -1.0;
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  self->cursor = g_object_new (ADW_TYPE_BIN, "css-name", "playcursor", "can-target", FALSE,
                               "width-request", MYNA_WAVEFORM_CURSOR_WIDTH, "accessible-role",
                               GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_set_parent (self->cursor, GTK_WIDGET (self));
  self->handles[MYNA_WAVEFORM_START] = create_handle (self, _ ("Start of the selection"));
  self->handles[MYNA_WAVEFORM_END] = create_handle (self, _ ("End of the selection"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Waveform"), -1);
  myna_waveform_init_input (self);
  update_handles (self);
}

/**
 * myna_waveform_new:
 *
 * Returns: (transfer floating): an empty waveform
 */
GtkWidget *
myna_waveform_new (void)
{
  return g_object_new (MYNA_TYPE_WAVEFORM, NULL);
}

static void
replace_peaks (MynaWaveform *self, MynaPeaks *peaks, double duration)
{
  g_assert (MYNA_IS_WAVEFORM (self));

  g_clear_pointer (&self->peaks, myna_peaks_free);
  self->peaks = peaks;
  clear_nodes (self);
  self->view_start = self->view_length = 0.0;
  set_duration (self, duration);
  myna_waveform_set_view (self, 0.0, duration);
  myna_waveform_set_selection (self, 0.0, duration);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/**
 * myna_waveform_clear:
 *
 * Shows nothing; forgets selection, play cursor and a recording in progress.
 */
void
myna_waveform_clear (MynaWaveform *self)
{
  g_return_if_fail (MYNA_IS_WAVEFORM (self));

  if (self->live)
    {
      self->live = FALSE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
    }
  myna_waveform_set_position (self, -1.0);
  replace_peaks (self, NULL, 0.0);
}

/**
 * myna_waveform_set_peaks:
 * @min_max: (element-type float): pairs of minimum and maximum, evenly over @duration; copied
 * @duration: in seconds
 *
 * Shows a whole recording (as myna_audio_peaks() gives it) and selects all of it.
 */
void
myna_waveform_set_peaks (MynaWaveform *self, GArray *min_max, double duration)
{
  MynaPeaks *peaks;

  g_return_if_fail (MYNA_IS_WAVEFORM (self));
  g_return_if_fail (min_max != NULL);

  if (min_max->len < 2 || !(duration > 0.0))
    {
      myna_waveform_clear (self);
      return;
    }
  peaks = myna_peaks_new (duration / (min_max->len / 2));
  myna_peaks_append_array (peaks, (const float *) (gpointer) min_max->data, min_max->len / 2);
  replace_peaks (self, peaks, duration);
}

/**
 * myna_waveform_set_live:
 * @live: whether a recording begins, or ends
 * @seconds_per_peak: the time between two peaks of myna_waveform_append_peaks()
 *
 * Beginning starts from nothing; ending keeps what was drawn and shows all of it.
 */
void
myna_waveform_set_live (MynaWaveform *self, gboolean live, double seconds_per_peak)
{
  g_return_if_fail (MYNA_IS_WAVEFORM (self));
  g_return_if_fail (!live || seconds_per_peak > 0.0);

  live = !!live;
  if (live == self->live)
    return;
  self->live = live;
  if (live)
    {
      myna_waveform_set_position (self, -1.0);
      replace_peaks (self, myna_peaks_new (seconds_per_peak), 0.0);
    }
  else if (self->peaks != NULL)
    replace_peaks (self, g_steal_pointer (&self->peaks), self->duration);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
}

gboolean
myna_waveform_get_live (MynaWaveform *self)
{
  g_return_val_if_fail (MYNA_IS_WAVEFORM (self), FALSE);

  return self->live;
}

/**
 * myna_waveform_append_peaks:
 * @peaks: (array length=n_peaks): the largest magnitudes, 0 … 1, that were recorded since
 * @n_peaks: their number
 *
 * Only while "live": draws the newest seconds, the present at the right edge.
 */
void
myna_waveform_append_peaks (MynaWaveform *self, const float *peaks, gsize n_peaks)
{
  g_return_if_fail (MYNA_IS_WAVEFORM (self));
  g_return_if_fail (self->live);

  for (gsize i = 0; i < n_peaks; i++)
    myna_peaks_append (self->peaks, -peaks[i], peaks[i]);
  set_duration (self, myna_peaks_get_duration (self->peaks));
  self->view_length = LIVE_VIEW;
  self->view_start = self->duration - LIVE_VIEW;
  clear_nodes (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

double
myna_waveform_get_duration (MynaWaveform *self)
{
  g_return_val_if_fail (MYNA_IS_WAVEFORM (self), 0.0);

  return self->duration;
}

/* Playing turns the page of a zoomed view. */
static void
follow_position (MynaWaveform *self)
{
  double end = self->view_start + self->view_length;

  g_assert (MYNA_IS_WAVEFORM (self));

  if (self->live || self->position < 0.0 || self->view_length >= self->duration)
    return;
  if (self->position < self->view_start || self->position > end)
    myna_waveform_set_view (self, self->position - self->view_length * 0.1, self->view_length);
}

/**
 * myna_waveform_set_position:
 * @seconds: where the play cursor stands; negative: no cursor
 */
void
myna_waveform_set_position (MynaWaveform *self, double seconds)
{
  g_return_if_fail (MYNA_IS_WAVEFORM (self));

  seconds = seconds >= 0.0 ? seconds : -1.0;
  if (G_APPROX_VALUE (self->position, seconds, 1e-6))
    return;
  self->position = seconds;
  follow_position (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}

double
myna_waveform_get_position (MynaWaveform *self)
{
  g_return_val_if_fail (MYNA_IS_WAVEFORM (self), -1.0);

  return self->position;
}

/**
 * myna_waveform_set_selectable:
 * @selectable: whether there are trim handles
 */
void
myna_waveform_set_selectable (MynaWaveform *self, gboolean selectable)
{
  g_return_if_fail (MYNA_IS_WAVEFORM (self));

  selectable = !!selectable;
  if (self->selectable == selectable)
    return;
  self->selectable = selectable;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTABLE]);
}

gboolean
myna_waveform_get_selectable (MynaWaveform *self)
{
  g_return_val_if_fail (MYNA_IS_WAVEFORM (self), FALSE);

  return self->selectable;
}

/**
 * myna_waveform_set_selection:
 * @start: seconds
 * @end: seconds; both are kept in order and within the recording
 */
void
myna_waveform_set_selection (MynaWaveform *self, double start, double end)
{
  g_return_if_fail (MYNA_IS_WAVEFORM (self));

  end = CLAMP (end, 0.0, self->duration);
  start = CLAMP (start, 0.0, end);
  g_object_freeze_notify (G_OBJECT (self));
  if (!G_APPROX_VALUE (self->selection_start, start, 1e-9))
    {
      self->selection_start = start;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTION_START]);
    }
  if (!G_APPROX_VALUE (self->selection_end, end, 1e-9))
    {
      self->selection_end = end;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTION_END]);
    }
  update_handles (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  g_object_thaw_notify (G_OBJECT (self));
}

double
myna_waveform_get_selection_start (MynaWaveform *self)
{
  g_return_val_if_fail (MYNA_IS_WAVEFORM (self), 0.0);

  return self->selection_start;
}

double
myna_waveform_get_selection_end (MynaWaveform *self)
{
  g_return_val_if_fail (MYNA_IS_WAVEFORM (self), 0.0);

  return self->selection_end;
}

/**
 * myna_waveform_zoom:
 * @factor: 2 shows half as much, 0.5 twice as much
 *
 * Zooms around the play cursor when it is in view, else around the middle.
 */
void
myna_waveform_zoom (MynaWaveform *self, double factor)
{
  double middle;

  g_return_if_fail (MYNA_IS_WAVEFORM (self));
  g_return_if_fail (factor > 0.0);

  if (self->live || self->duration <= 0.0)
    return;
  middle = self->view_start + self->view_length / 2.0;
  if (self->position >= self->view_start && self->position <= self->view_start + self->view_length)
    middle = self->position;
  myna_waveform_set_view (self, middle - (middle - self->view_start) / factor,
                          self->view_length / factor);
}

/**
 * myna_waveform_get_zoom:
 *
 * Returns: 1 when all is in view, else how many views the recording has
 */
double
myna_waveform_get_zoom (MynaWaveform *self)
{
  g_return_val_if_fail (MYNA_IS_WAVEFORM (self), 1.0);

  return self->view_length > 0.0 ? MAX (self->duration / self->view_length, 1.0) : 1.0;
}

/**
 * myna_waveform_show_range:
 * @start: seconds
 * @end: seconds
 *
 * Brings that part into view with a little of what is around it.
 */
void
myna_waveform_show_range (MynaWaveform *self, double start, double end)
{
  double margin = MAX (end - start, 0.0) * 0.1;

  g_return_if_fail (MYNA_IS_WAVEFORM (self));

  if (!self->live && self->duration > 0.0)
    myna_waveform_set_view (self, start - margin, end - start + 2.0 * margin);
}
