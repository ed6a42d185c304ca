/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/devices/myna-device-tile.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/devices/myna-memory-bar.h"
#include "ui/devices/myna-sparkline.h"

/* What a curve may hold at most; it takes the newest that fit. */
#define N_HISTORY GPU_HISTORY_LENGTH

/**
 * Kind:
 * @field: the number
 * @limit: the number that is the top of the curve; the field itself: @top is
 * @top: the top of the curve where the device tells no limit
 * @name: (nullable): untranslated name where the field's is too long for a tile
 * @shows_limit: whether the limit is a part of the text: "185 W of 355 W"
 * @of_all: shown for every device, even while there is no value
 * @of_gpus: likewise, but for graphics cards only
 */
typedef struct
{
  GpuField field;
  GpuField limit;
  double top;
  const char *name;
  gboolean shows_limit;
  gboolean of_all;
  gboolean of_gpus;
} Kind;

static const Kind kinds[] = {
  { .field = GPU_FIELD_UTILISATION, .limit = GPU_FIELD_UTILISATION, .top = 100, .of_all = TRUE },
  { .field = GPU_FIELD_MEMORY_USED,
    .limit = GPU_FIELD_MEMORY_TOTAL,
    .name = N_ ("Memory"),
    .shows_limit = TRUE,
    .of_all = TRUE },
  { .field = GPU_FIELD_TEMPERATURE,
    .limit = GPU_FIELD_TEMPERATURE_SLOWDOWN,
    .top = 100,
    .of_gpus = TRUE },
  { .field = GPU_FIELD_POWER,
    .limit = GPU_FIELD_POWER_CAP,
    .top = 50,
    .shows_limit = TRUE,
    .of_gpus = TRUE },
  { .field = GPU_FIELD_CLOCK_CORE, .limit = GPU_FIELD_CLOCK_CORE_MAX, .top = 1000 },
  { .field = GPU_FIELD_CLOCK_MEMORY, .limit = GPU_FIELD_CLOCK_MEMORY_MAX, .top = 1000 },
  { .field = GPU_FIELD_FAN, .limit = GPU_FIELD_FAN, .top = 100 },
  { .field = GPU_FIELD_FAN_SPEED, .limit = GPU_FIELD_FAN_SPEED, .top = 1000 },
  { .field = GPU_FIELD_ENCODER, .limit = GPU_FIELD_ENCODER, .top = 100 },
  { .field = GPU_FIELD_DECODER, .limit = GPU_FIELD_DECODER, .top = 100 },
  { .field = GPU_FIELD_PCIE_RECEIVED, .limit = GPU_FIELD_PCIE_RECEIVED, .top = 1e6 },
  { .field = GPU_FIELD_PCIE_SENT, .limit = GPU_FIELD_PCIE_SENT, .top = 1e6 },
  { .field = GPU_FIELD_SHARED_USED,
    .limit = GPU_FIELD_SHARED_TOTAL,
    .name = N_ ("Shared memory"),
    .shows_limit = TRUE },
  { .field = GPU_FIELD_TEMPERATURE_HOTSPOT,
    .limit = GPU_FIELD_TEMPERATURE_HOTSPOT,
    .top = 110,
    .name = N_ ("Hottest spot") },
  { .field = GPU_FIELD_TEMPERATURE_MEMORY,
    .limit = GPU_FIELD_TEMPERATURE_MEMORY,
    .top = 110,
    .name = N_ ("Memory temperature") },
};

struct _MynaDeviceTile
{
  GtkFlowBoxChild parent_instance;

  /* Template widgets */
  GtkLabel *name;
  GtkLabel *value;
  MynaMemoryBar *bar;
  GtkLabel *share;
  MynaSparkline *sparkline;

  /* Owned references */
  MynaDevice *device;

  const Kind *kind;
};

G_DEFINE_FINAL_TYPE (MynaDeviceTile, myna_device_tile, GTK_TYPE_FLOW_BOX_CHILD)

static const char *
get_name (MynaDeviceTile *self)
{
  g_assert (MYNA_IS_DEVICE_TILE (self));

  return self->kind->name != NULL ? _ (self->kind->name) : gpu_field_get_name (self->kind->field);
}

static gboolean
get_number (MynaDeviceTile *self, GpuField field, double *value)
{
  GpuSample *latest = myna_device_get_latest (self->device);

  g_assert (MYNA_IS_DEVICE_TILE (self));

  return latest != NULL && gpu_sample_get (latest, field, value);
}

static char *
format_value (MynaDeviceTile *self)
{
  GpuSample *latest = myna_device_get_latest (self->device);
  g_autofree char *value = NULL;
  g_autofree char *limit = NULL;
  double ignored = 0;

  g_assert (MYNA_IS_DEVICE_TILE (self));

  if (latest == NULL)
    return g_strdup ("—");
  value = gpu_sample_format (latest, self->kind->field);
  if (!self->kind->shows_limit || !gpu_sample_get (latest, self->kind->limit, &ignored) ||
      !gpu_sample_get (latest, self->kind->field, &ignored))
    return g_steal_pointer (&value);
  limit = gpu_sample_format (latest, self->kind->limit);
  /* Translators: a value, then the most that it can be, as in "185 W of 355 W" */
  return g_strdup_printf (_ ("%1$s of %2$s"), value, limit);
}

/* What Myna has of the memory. */
static char *
update_share (MynaDeviceTile *self)
{
  GpuSample *latest = myna_device_get_latest (self->device);
  double used = 0;
  double total = 0;
  double own = 0;
  gboolean known = get_number (self, GPU_FIELD_MEMORY_USED, &used) &&
                   get_number (self, GPU_FIELD_MEMORY_TOTAL, &total) && total > 0;
  gboolean own_known = known && get_number (self, GPU_FIELD_MEMORY_OWN, &own);
  g_autofree char *amount = own_known ? gpu_sample_format (latest, GPU_FIELD_MEMORY_OWN) : NULL;
  g_autofree char *value = format_value (self);
  char *text = NULL;

  g_assert (MYNA_IS_DEVICE_TILE (self));

  if (own_known)
    /* Translators: how much memory this program holds */
    text = g_strdup_printf (_ ("%s by Myna"), amount);
  gtk_widget_set_visible (GTK_WIDGET (self->bar), known);
  gtk_widget_set_visible (GTK_WIDGET (self->share), own_known);
  gtk_label_set_text (self->share, text != NULL ? text : "");
  if (known)
    myna_memory_bar_set (self->bar, own / total, used / total, value);
  return text;
}

static void
update_range (MynaDeviceTile *self)
{
  double top = 0;

  g_assert (MYNA_IS_DEVICE_TILE (self));

  if (self->kind->limit == self->kind->field || !get_number (self, self->kind->limit, &top) ||
      top <= 0)
    top = self->kind->top;
  myna_sparkline_set_range (self->sparkline, 0, top);
}

/* What is shown now: name and value, with Myna's share of the memory. */
static void
update_text (MynaDeviceTile *self, const char *value)
{
  g_autofree char *share = self->kind->field == GPU_FIELD_MEMORY_USED ? update_share (self) : NULL;
  g_autofree char *words = NULL;

  g_assert (MYNA_IS_DEVICE_TILE (self));

  gtk_label_set_text (self->value, value);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->value), value);
  if (share != NULL)
    /* Translators: told to screen readers: what it is, its value, and Myna's part of it */
    words = g_strdup_printf (_ ("%1$s: %2$s, %3$s"), get_name (self), value, share);
  else
    words = g_strdup_printf (_ ("%1$s: %2$s"), get_name (self), value);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

static gboolean
is_expected (MynaDeviceTile *self)
{
  g_assert (MYNA_IS_DEVICE_TILE (self));

  return self->kind->of_all || (self->kind->of_gpus && !myna_device_is_processor (self->device));
}

static void
myna_device_tile_dispose (GObject *object)
{
  MynaDeviceTile *self = MYNA_DEVICE_TILE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_DEVICE_TILE);
  g_clear_object (&self->device);

  G_OBJECT_CLASS (myna_device_tile_parent_class)->dispose (object);
}

static void
myna_device_tile_class_init (MynaDeviceTileClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_device_tile_dispose;

  g_type_ensure (MYNA_TYPE_MEMORY_BAR);
  g_type_ensure (MYNA_TYPE_SPARKLINE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/devices/myna-device-tile.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceTile, name);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceTile, value);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceTile, bar);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceTile, share);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceTile, sparkline);
}

static void
myna_device_tile_init (MynaDeviceTile *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * myna_device_tile_get_n_kinds:
 *
 * Returns: how many kinds of tiles there are
 */
guint
myna_device_tile_get_n_kinds (void)
{
  return G_N_ELEMENTS (kinds);
}

/**
 * myna_device_tile_new:
 * @device: whose number
 * @kind: which, less than myna_device_tile_get_n_kinds()
 *
 * Returns: (transfer floating): the tile
 */
GtkWidget *
myna_device_tile_new (MynaDevice *device, guint kind)
{
  MynaDeviceTile *self;

  g_return_val_if_fail (MYNA_IS_DEVICE (device), NULL);
  g_return_val_if_fail (kind < G_N_ELEMENTS (kinds), NULL);

  self = g_object_new (MYNA_TYPE_DEVICE_TILE, NULL);
  self->device = g_object_ref (device);
  self->kind = &kinds[kind];
  gtk_label_set_text (self->name, get_name (self));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), get_name (self));
  myna_sparkline_set_label (self->sparkline, get_name (self));
  myna_device_tile_load (self);
  return GTK_WIDGET (self);
}

/**
 * myna_device_tile_load:
 *
 * Shows all that the device has kept.
 */
void
myna_device_tile_load (MynaDeviceTile *self)
{
  double values[N_HISTORY];
  g_autofree char *text = NULL;
  gboolean any = FALSE;

  g_return_if_fail (MYNA_IS_DEVICE_TILE (self));

  text = format_value (self);
  myna_device_get_history (self->device, self->kind->field, values, N_HISTORY);
  for (guint i = 0; i < N_HISTORY && !any; i++)
    any = isfinite (values[i]);
  /* The newest comes with its words. */
  myna_sparkline_set_values (self->sparkline, values, N_HISTORY - 1);
  myna_sparkline_push (self->sparkline, values[N_HISTORY - 1], text);
  update_range (self);
  update_text (self, text);
  gtk_widget_set_visible (GTK_WIDGET (self), any || is_expected (self));
}

/**
 * myna_device_tile_update:
 *
 * Shows the newest sample: called once for each.
 */
void
myna_device_tile_update (MynaDeviceTile *self)
{
  g_autofree char *text = NULL;
  double value = NAN;

  g_return_if_fail (MYNA_IS_DEVICE_TILE (self));

  text = format_value (self);
  if (get_number (self, self->kind->field, &value))
    gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  else
    value = NAN;
  update_range (self);
  myna_sparkline_push (self->sparkline, value, text);
  update_text (self, text);
}
