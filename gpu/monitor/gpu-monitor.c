/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-monitor.h"

#include <string.h>

#include "gpu/monitor/gpu-recording.h"

struct _GpuMonitor
{
  GObject parent_instance;

  GPtrArray *devices; /* GpuTelemetryDevice, the processor last */
  GpuSampler *sampler;
  gpointer replay; /* the sampler's, of a recording */
  GSource *wakeup;
  guint holds;
  guint period;
};

static void gpu_monitor_list_model_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GpuMonitor,
                               gpu_monitor,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      gpu_monitor_list_model_init))

enum
{
  PROP_0,
  PROP_PERIOD,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static guint sampled_signal;

static GType
get_item_type (GListModel *model)
{
  return GPU_TYPE_TELEMETRY_DEVICE;
}

static guint
get_n_items (GListModel *model)
{
  return GPU_MONITOR (model)->devices->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GpuMonitor *self = GPU_MONITOR (model);

  return position < self->devices->len ? g_object_ref (self->devices->pdata[position]) : NULL;
}

static void
gpu_monitor_list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

static void
gpu_monitor_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GpuMonitor *self = GPU_MONITOR (object);

  if (id == PROP_PERIOD)
    g_value_set_uint (value, self->period);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gpu_monitor_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  GpuMonitor *self = GPU_MONITOR (object);

  if (id == PROP_PERIOD)
    gpu_monitor_set_period (self, g_value_get_uint (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gpu_monitor_dispose (GObject *object)
{
  GpuMonitor *self = GPU_MONITOR (object);

  g_clear_pointer (&self->sampler, gpu_sampler_free);
  if (self->wakeup != NULL)
    g_source_destroy (self->wakeup);
  g_clear_pointer (&self->wakeup, g_source_unref);
  G_OBJECT_CLASS (gpu_monitor_parent_class)->dispose (object);
}

static void
gpu_monitor_finalize (GObject *object)
{
  GpuMonitor *self = GPU_MONITOR (object);

  g_clear_pointer (&self->devices, g_ptr_array_unref);
  G_OBJECT_CLASS (gpu_monitor_parent_class)->finalize (object);
}

static void
gpu_monitor_class_init (GpuMonitorClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = gpu_monitor_get_property;
  object_class->set_property = gpu_monitor_set_property;
  object_class->dispose = gpu_monitor_dispose;
  object_class->finalize = gpu_monitor_finalize;
  properties[PROP_PERIOD] =
      g_param_spec_uint ("period", NULL, NULL, GPU_MONITOR_MIN_PERIOD, GPU_MONITOR_MAX_PERIOD, 1000,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * GpuMonitor::sampled:
   *
   * All devices have their next sample, and the list is that of the devices that there are.
   */
  sampled_signal = g_signal_new ("sampled", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
gpu_monitor_init (GpuMonitor *self)
{
  self->devices = g_ptr_array_new_with_free_func (g_object_unref);
  self->period = 1000;
}

/* Where the device of a report is from @from on, or the number of devices. */
static guint
find_from (GpuMonitor *self, guint from, const char *id)
{
  for (guint i = from; i < self->devices->len; i++)
    if (strcmp (gpu_telemetry_device_get_id (self->devices->pdata[i]), id) == 0)
      return i;
  return self->devices->len;
}

/* The list gets the reports' devices in the reports' order: what lies between goes, what is new
 * comes where it is. */
static void
take_round (GpuMonitor *self, GPtrArray *round)
{
  for (guint i = 0; i < round->len; i++)
    {
      GpuReport *report = round->pdata[i];
      guint at = find_from (self, i, report->info->id);
      gboolean known = at < self->devices->len;

      if (known && at > i)
        {
          g_ptr_array_remove_range (self->devices, i, at - i);
          g_list_model_items_changed (G_LIST_MODEL (self), i, at - i, 0);
        }
      if (!known)
        g_ptr_array_insert (self->devices, (int) i, gpu_telemetry_device_new (report->info));
      gpu_telemetry_device_push (self->devices->pdata[i], report->info, report->sample);
      if (!known)
        g_list_model_items_changed (G_LIST_MODEL (self), i, 0, 1);
    }
  if (self->devices->len > round->len)
    {
      guint gone = self->devices->len - round->len;

      g_ptr_array_remove_range (self->devices, round->len, gone);
      g_list_model_items_changed (G_LIST_MODEL (self), round->len, gone, 0);
    }
}

static void
take_rounds (GpuMonitor *self)
{
  g_autoptr (GPtrArray) rounds = gpu_sampler_take_rounds (self->sampler);

  for (guint i = 0; i < rounds->len; i++)
    {
      take_round (self, rounds->pdata[i]);
      g_signal_emit (self, sampled_signal, 0);
    }
}

static gboolean
rounds_ready (gpointer data)
{
  GpuMonitor *self = data;

  g_assert (GPU_IS_MONITOR (self));

  g_source_set_ready_time (self->wakeup, -1);
  g_object_ref (self);
  take_rounds (self);
  g_object_unref (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  g_assert (func != NULL);

  return func (data);
}

/* A source that sleeps until another thread makes it ready, as engine/core's MynaWakeup. */
static GSource *
wakeup_new (GpuMonitor *self)
{
  static GSourceFuncs funcs = { .dispatch = dispatch };
  GSource *source = g_source_new (&funcs, sizeof (GSource));

  g_source_set_static_name (source, "GpuMonitor");
  g_source_set_callback (source, rounds_ready, self, NULL);
  g_source_set_ready_time (source, -1);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

/**
 * gpu_monitor_new:
 * @options: (nullable): other roots, libraries and clocks
 *
 * Returns: (transfer full): a monitor that asks nothing yet; its list is empty until the first
 *   sample
 */
GpuMonitor *
gpu_monitor_new (const GpuMonitorOptions *options)
{
  GpuMonitor *self = g_object_new (GPU_TYPE_MONITOR, NULL);
  GpuMonitorOptions none = { NULL };

  self->wakeup = wakeup_new (self);
  self->sampler = gpu_sampler_new (
      &gpu_machine_source, gpu_machine_new (options != NULL ? options : &none), self->wakeup);
  return self;
}

/**
 * gpu_monitor_new_replay:
 * @path: a recording
 * @loop: whether it begins anew at its end; else the last samples stay
 * @error: return location
 *
 * Returns: (transfer full): a monitor whose devices are those of the recording, a line of it for
 *   each sample; %NULL when @path is no recording
 */
GpuMonitor *
gpu_monitor_new_replay (const char *path, gboolean loop, GError **error)
{
  GpuMonitor *self;
  gpointer replay;

  g_return_val_if_fail (path != NULL, NULL);

  replay = gpu_replay_new (path, loop, error);
  if (replay == NULL)
    return NULL;
  self = g_object_new (GPU_TYPE_MONITOR, NULL);
  self->replay = replay;
  self->wakeup = wakeup_new (self);
  self->sampler = gpu_sampler_new (&gpu_replay_source, replay, self->wakeup);
  return self;
}

/**
 * gpu_monitor_get_period:
 *
 * Returns: milliseconds from one sample to the next
 */
guint
gpu_monitor_get_period (GpuMonitor *self)
{
  g_return_val_if_fail (GPU_IS_MONITOR (self), 0);

  return self->period;
}

/**
 * gpu_monitor_set_period:
 * @self: a monitor
 * @milliseconds: from one sample to the next; brought into 500 … 5000
 */
void
gpu_monitor_set_period (GpuMonitor *self, guint milliseconds)
{
  g_return_if_fail (GPU_IS_MONITOR (self));

  milliseconds = CLAMP (milliseconds, GPU_MONITOR_MIN_PERIOD, GPU_MONITOR_MAX_PERIOD);
  if (milliseconds == self->period)
    return;
  self->period = milliseconds;
  gpu_sampler_set_period (self->sampler, milliseconds);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PERIOD]);
}

/**
 * gpu_monitor_hold:
 * @self: a monitor
 *
 * Somebody looks: the devices are asked from now on until as many gpu_monitor_release() follow.
 */
void
gpu_monitor_hold (GpuMonitor *self)
{
  g_return_if_fail (GPU_IS_MONITOR (self));

  if (self->holds++ == 0)
    gpu_sampler_set_running (self->sampler, TRUE);
}

/**
 * gpu_monitor_release:
 * @self: a monitor that is held
 *
 * Somebody does not look any more. With the last one sampling ends and drivers are let go; the
 * samples stay.
 */
void
gpu_monitor_release (GpuMonitor *self)
{
  g_return_if_fail (GPU_IS_MONITOR (self) && self->holds > 0);

  if (--self->holds == 0)
    gpu_sampler_set_running (self->sampler, FALSE);
}

/**
 * gpu_monitor_sample_once:
 * @self: a monitor
 *
 * Asks all devices once, whether held or not, and waits for it: for the command line and tests.
 */
void
gpu_monitor_sample_once (GpuMonitor *self)
{
  g_return_if_fail (GPU_IS_MONITOR (self));

  gpu_sampler_sample_now (self->sampler);
  take_rounds (self);
}

/**
 * gpu_monitor_find:
 * @self: a monitor
 * @id: a device's id
 *
 * Returns: (transfer none) (nullable): the device
 */
GpuTelemetryDevice *
gpu_monitor_find (GpuMonitor *self, const char *id)
{
  guint at;

  g_return_val_if_fail (GPU_IS_MONITOR (self) && id != NULL, NULL);

  at = find_from (self, 0, id);
  return at < self->devices->len ? self->devices->pdata[at] : NULL;
}

/**
 * gpu_monitor_has_ended:
 * @self: a monitor
 *
 * Returns: whether it is the replay of a recording that has come to its end
 */
gboolean
gpu_monitor_has_ended (GpuMonitor *self)
{
  g_return_val_if_fail (GPU_IS_MONITOR (self), FALSE);

  return self->replay != NULL && gpu_replay_has_ended (self->replay);
}

/**
 * gpu_monitor_start_recording:
 * @self: a monitor
 * @path: a file; what it holds is lost
 * @error: return location
 *
 * From now on each round is also written to the file, as a line. The sampler thread does that.
 *
 * Returns: whether the file could be made
 */
gboolean
gpu_monitor_start_recording (GpuMonitor *self, const char *path, GError **error)
{
  g_return_val_if_fail (GPU_IS_MONITOR (self) && path != NULL, FALSE);

  return gpu_sampler_start_recording (self->sampler, path, error);
}

/**
 * gpu_monitor_stop_recording:
 * @self: a monitor
 * @error: return location
 *
 * Returns: %FALSE when not all rounds could be written
 */
gboolean
gpu_monitor_stop_recording (GpuMonitor *self, GError **error)
{
  g_return_val_if_fail (GPU_IS_MONITOR (self), FALSE);

  return gpu_sampler_stop_recording (self->sampler, error);
}

/**
 * gpu_monitor_is_recording:
 *
 * Returns: whether rounds are written to a file
 */
gboolean
gpu_monitor_is_recording (GpuMonitor *self)
{
  g_return_val_if_fail (GPU_IS_MONITOR (self), FALSE);

  return gpu_sampler_is_recording (self->sampler);
}

/**
 * gpu_monitor_dup_line:
 * @self: a monitor
 *
 * Returns: (transfer full): the latest samples of all devices as a line of a recording has them,
 *   without the line's end
 */
char *
gpu_monitor_dup_line (GpuMonitor *self)
{
  g_autoptr (GPtrArray) round = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_report_free);

  g_return_val_if_fail (GPU_IS_MONITOR (self), NULL);

  for (guint i = 0; i < self->devices->len; i++)
    {
      GpuTelemetryDevice *device = self->devices->pdata[i];
      GpuSample *sample = gpu_telemetry_device_get_latest (device);

      g_ptr_array_add (round,
                       gpu_report_new (gpu_device_info_ref (gpu_telemetry_device_get_info (device)),
                                       gpu_sample_ref (sample)));
    }
  return gpu_round_to_line (round);
}
