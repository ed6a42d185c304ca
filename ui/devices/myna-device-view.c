/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/devices/myna-device-view.h"

#include <glib/gi18n.h>

#include "ui/devices/myna-device-tile.h"

struct _MynaDeviceView
{
  AdwPreferencesGroup parent_instance;

  /* Template widgets */
  GtkWidget *notice;
  GtkImage *notice_icon;
  GtkLabel *notice_label;
  GtkFlowBox *tiles;
  AdwExpanderRow *findings_row;
  AdwExpanderRow *processes_row;
  AdwExpanderRow *facts_row;

  /* Owned references */
  MynaDevice *device;
  GPtrArray *finding_rows; /* of widgets that their expander owns, likewise below */
  GPtrArray *process_rows;
  GPtrArray *fact_rows;
};

G_DEFINE_FINAL_TYPE (MynaDeviceView, myna_device_view, ADW_TYPE_PREFERENCES_GROUP)

/* Names come from drivers and processes: they are text, not markup. */
static GtkWidget *
create_row (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle != NULL ? subtitle : "");
  return row;
}

static void
clear_rows (AdwExpanderRow *expander, GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    adw_expander_row_remove (expander, rows->pdata[i]);
  g_ptr_array_set_size (rows, 0);
}

static void
add_row (AdwExpanderRow *expander, GPtrArray *rows, GtkWidget *row)
{
  adw_expander_row_add_row (expander, row);
  g_ptr_array_add (rows, row);
}

static void
sync_title (MynaDeviceView *self)
{
  g_autofree char *summary = myna_device_dup_summary (self->device);
  g_autofree char *title = g_markup_escape_text (myna_device_get_name (self->device), -1);
  g_autofree char *description = g_markup_escape_text (summary, -1);

  g_assert (MYNA_IS_DEVICE_VIEW (self));

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), title);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), description);
}

/* Why there are no numbers, or what holds the device back. */
static void
sync_notice (MynaDeviceView *self)
{
  GpuSample *latest = myna_device_get_latest (self->device);
  GpuState state = latest != NULL ? gpu_sample_get_state (latest) : GPU_STATE_ACTIVE;
  const char *reason = latest != NULL ? gpu_sample_get_reason (latest) : NULL;
  const char *const *throttled = latest != NULL ? gpu_sample_get_throttle_reasons (latest) : NULL;
  g_autofree char *words = NULL;
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_DEVICE_VIEW (self));

  if (state == GPU_STATE_SUSPENDED)
    text = g_strdup (reason != NULL ? reason : _ ("It sleeps to save power."));
  else if (state == GPU_STATE_LOST)
    text = g_strdup (reason != NULL ? reason : _ ("It does not answer any more."));
  else if (throttled != NULL && throttled[0] != NULL)
    {
      words = g_strjoinv (", ", (char **) throttled);
      /* Translators: then follows what holds a graphics card back: heat, power, … */
      text = g_strdup_printf (_ ("Slowed down: %s"), words);
    }
  gtk_label_set_text (self->notice_label, text != NULL ? text : "");
  gtk_image_set_from_icon_name (self->notice_icon, state == GPU_STATE_SUSPENDED
                                                       ? "weather-clear-night-symbolic"
                                                       : "dialog-warning-symbolic");
  gtk_widget_set_visible (self->notice, text != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->tiles), state == GPU_STATE_ACTIVE);
}

static char *
format_process (const GpuProcess *process)
{
  g_autofree char *memory = process->has_memory ? g_format_size (process->memory) : NULL;
  g_autofree char *load = process->has_utilisation
                              ? gpu_field_format (GPU_FIELD_UTILISATION, process->utilisation)
                              : NULL;

  if (memory != NULL && load != NULL)
    return g_strjoin (" · ", memory, load, NULL);
  if (memory != NULL)
    return g_steal_pointer (&memory);
  return load != NULL ? g_steal_pointer (&load) : g_strdup ("—");
}

static void
fill_process_row (GtkWidget *row, const GpuProcess *process)
{
  g_autofree char *pid = g_strdup_printf ("%" G_GINT64_FORMAT, process->pid);
  /* Translators: the number of a process whose name cannot be seen */
  g_autofree char *nameless = g_strdup_printf (_ ("Process %s"), pid);
  g_autofree char *own = g_strdup_printf (_ ("Myna (%s)"), pid);
  g_autofree char *values = format_process (process);
  const char *title = process->name != NULL ? process->name : nameless;
  g_autofree char *safe = g_utf8_make_valid (process->own ? own : title, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), safe);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), values);
}

/* Rows are used again: a screen reader that stands on one stays there. */
static void
sync_processes (MynaDeviceView *self)
{
  GpuSample *latest = myna_device_get_latest (self->device);
  guint n = 0;
  /* Everybody uses the processor. */
  gboolean wanted = latest != NULL && !myna_device_is_processor (self->device);
  const GpuProcess *processes = wanted ? gpu_sample_get_processes (latest, &n) : NULL;
  g_autofree char *count = NULL;

  g_assert (MYNA_IS_DEVICE_VIEW (self));

  while (self->process_rows->len < n)
    add_row (self->processes_row, self->process_rows, create_row ("", NULL));
  while (self->process_rows->len > n)
    {
      guint last = self->process_rows->len - 1;

      adw_expander_row_remove (self->processes_row, self->process_rows->pdata[last]);
      g_ptr_array_set_size (self->process_rows, (int) last);
    }
  for (guint i = 0; i < n; i++)
    fill_process_row (self->process_rows->pdata[i], &processes[i]);
  count = g_strdup_printf (ngettext ("%u process uses it", "%u processes use it", n), n);
  adw_expander_row_set_subtitle (self->processes_row, count);
  gtk_widget_set_visible (GTK_WIDGET (self->processes_row), n > 0);
}

static void
sync_facts (MynaDeviceView *self)
{
  g_autoptr (GPtrArray) facts = myna_device_list_facts (self->device);

  g_assert (MYNA_IS_DEVICE_VIEW (self));

  clear_rows (self->facts_row, self->fact_rows);
  for (guint i = 0; i < facts->len; i++)
    {
      const MynaDeviceFact *fact = facts->pdata[i];
      GtkWidget *row = create_row (fact->name, fact->value);

      adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
      gtk_widget_add_css_class (row, "property");
      add_row (self->facts_row, self->fact_rows, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->facts_row), facts->len > 0);
}

static const char *
get_verdict_title (const GpuFinding *finding)
{
  switch (finding->verdict)
    {
    case GPU_VERDICT_USABLE:
      return _ ("Myna can compute on it");
    case GPU_VERDICT_NOT_USABLE:
    case GPU_VERDICT_NOT_NEEDED:
    default:
      return _ ("Myna cannot compute on it");
    }
}

static GtkWidget *
create_finding_row (const GpuFinding *finding)
{
  g_autofree char *text = finding->remedy != NULL
                              ? g_strdup_printf ("%s %s", finding->what, finding->remedy)
                              : g_strdup (finding->what);
  GtkWidget *row = create_row (finding->backend, text);
  GtkWidget *icon = gtk_image_new_from_icon_name (
      finding->verdict == GPU_VERDICT_USABLE ? "object-select-symbolic" : "window-close-symbolic");

  gtk_accessible_update_property (
      GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
      finding->verdict == GPU_VERDICT_USABLE ? _ ("Can be used") : _ ("Cannot be used"), -1);
  gtk_widget_set_visible (icon, finding->verdict != GPU_VERDICT_NOT_NEEDED);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  return row;
}

static void
sync_findings (MynaDeviceView *self)
{
  GPtrArray *findings = myna_device_get_findings (self->device);
  const GpuFinding *verdict = myna_device_get_verdict (self->device);

  g_assert (MYNA_IS_DEVICE_VIEW (self));

  clear_rows (self->findings_row, self->finding_rows);
  for (guint i = 0; i < findings->len; i++)
    add_row (self->findings_row, self->finding_rows, create_finding_row (findings->pdata[i]));
  gtk_widget_set_visible (GTK_WIDGET (self->findings_row), verdict != NULL);
  if (verdict == NULL)
    return;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->findings_row),
                                 get_verdict_title (verdict));
  adw_expander_row_set_subtitle (self->findings_row, verdict->what);
}

static void
on_latest (MynaDeviceView *self)
{
  g_assert (MYNA_IS_DEVICE_VIEW (self));

  sync_notice (self);
  sync_processes (self);
  for (int i = 0; gtk_flow_box_get_child_at_index (self->tiles, i) != NULL; i++)
    myna_device_tile_update (MYNA_DEVICE_TILE (gtk_flow_box_get_child_at_index (self->tiles, i)));
}

static void
on_information (MynaDeviceView *self)
{
  g_assert (MYNA_IS_DEVICE_VIEW (self));

  sync_title (self);
  sync_facts (self);
}

static void
myna_device_view_dispose (GObject *object)
{
  MynaDeviceView *self = MYNA_DEVICE_VIEW (object);

  if (self->device != NULL)
    g_signal_handlers_disconnect_by_data (self->device, self);
  g_clear_pointer (&self->finding_rows, g_ptr_array_unref);
  g_clear_pointer (&self->process_rows, g_ptr_array_unref);
  g_clear_pointer (&self->fact_rows, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_DEVICE_VIEW);
  g_clear_object (&self->device);

  G_OBJECT_CLASS (myna_device_view_parent_class)->dispose (object);
}

static void
myna_device_view_class_init (MynaDeviceViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_device_view_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/devices/myna-device-view.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceView, notice);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceView, notice_icon);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceView, notice_label);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceView, tiles);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceView, findings_row);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceView, processes_row);
  gtk_widget_class_bind_template_child (widget_class, MynaDeviceView, facts_row);
}

static void
myna_device_view_init (MynaDeviceView *self)
{
  self->finding_rows = g_ptr_array_new ();
  self->process_rows = g_ptr_array_new ();
  self->fact_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->findings_row), FALSE);
}

/**
 * myna_device_view_new:
 * @device: the device
 *
 * Returns: (transfer floating): its view
 */
GtkWidget *
myna_device_view_new (MynaDevice *device)
{
  MynaDeviceView *self;

  g_return_val_if_fail (MYNA_IS_DEVICE (device), NULL);

  self = g_object_new (MYNA_TYPE_DEVICE_VIEW, NULL);
  self->device = g_object_ref (device);
  for (guint i = 0; i < myna_device_tile_get_n_kinds (); i++)
    gtk_flow_box_append (self->tiles, myna_device_tile_new (device, i));
  g_signal_connect_object (device, "notify::latest", G_CALLBACK (on_latest), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (device, "notify::summary", G_CALLBACK (on_information), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (device, "notify::findings", G_CALLBACK (sync_findings), self,
                           G_CONNECT_SWAPPED);
  sync_notice (self);
  sync_processes (self);
  on_information (self);
  sync_findings (self);
  return GTK_WIDGET (self);
}

/**
 * myna_device_view_get_device:
 *
 * Returns: (transfer none): its device
 */
MynaDevice *
myna_device_view_get_device (MynaDeviceView *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICE_VIEW (self), NULL);

  return self->device;
}
