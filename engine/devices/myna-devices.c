/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/devices/myna-devices-private.h"

#include <string.h>

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaDevices,
                               myna_devices,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  PROP_DIAGNOSED = 1,
  PROP_AUTOMATIC,
  PROP_RECORDING,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static GType
get_item_type (GListModel *model)
{
  return MYNA_TYPE_DEVICE;
}

static guint
get_n_items (GListModel *model)
{
  return MYNA_DEVICES (model)->devices->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *devices = MYNA_DEVICES (model)->devices;

  return position < devices->len ? g_object_ref (devices->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
myna_devices_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaDevices *self = MYNA_DEVICES (object);

  switch (prop_id)
    {
    case PROP_DIAGNOSED:
      g_value_set_boolean (value, self->diagnosed);
      break;
    case PROP_AUTOMATIC:
      g_value_set_object (value, myna_devices_resolve (self, "auto"));
      break;
    case PROP_RECORDING:
      g_value_set_boolean (value, myna_devices_get_recording (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_devices_dispose (GObject *object)
{
  MynaDevices *self = MYNA_DEVICES (object);

  if (self->monitor != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->monitor, self);
      gpu_monitor_stop_recording (self->monitor, NULL);
    }
  g_clear_pointer (&self->devices, g_ptr_array_unref);
  g_clear_object (&self->monitor);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  G_OBJECT_CLASS (myna_devices_parent_class)->dispose (object);
}

static void
myna_devices_finalize (GObject *object)
{
  MynaDevices *self = MYNA_DEVICES (object);

  g_clear_pointer (&self->automatic, g_free);
  g_clear_pointer (&self->automatic_words, g_free);
  g_clear_error (&self->replay_error);
  G_OBJECT_CLASS (myna_devices_parent_class)->finalize (object);
}

static void
myna_devices_class_init (MynaDevicesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_devices_get_property;
  object_class->dispose = myna_devices_dispose;
  object_class->finalize = myna_devices_finalize;

  properties[PROP_DIAGNOSED] = g_param_spec_boolean ("diagnosed", NULL, NULL, FALSE, flags);
  properties[PROP_AUTOMATIC] =
      g_param_spec_object ("automatic", NULL, NULL, MYNA_TYPE_DEVICE, flags);
  properties[PROP_RECORDING] = g_param_spec_boolean ("recording", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
myna_devices_init (MynaDevices *self)
{
  self->devices = g_ptr_array_new_with_free_func (g_object_unref);
}

/* Those that are about @device, borrowed. */
static GPtrArray *
pick_findings (MynaDevices *self, MynaDevice *device)
{
  GPtrArray *picked = g_ptr_array_new ();

  g_assert (MYNA_IS_DEVICES (self));

  for (guint i = 0; self->findings != NULL && i < self->findings->len; i++)
    {
      const GpuFinding *finding = self->findings->pdata[i];

      if (g_strcmp0 (finding->device_id, myna_device_get_id (device)) == 0)
        g_ptr_array_add (picked, self->findings->pdata[i]);
    }
  return picked;
}

static void
monitor_changed_cb (
    MynaDevices *self, guint position, guint n_removed, guint n_added, GListModel *monitor)
{
  g_assert (MYNA_IS_DEVICES (self));

  if (n_removed > 0)
    g_ptr_array_remove_range (self->devices, position, n_removed);
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr (GpuTelemetryDevice) telemetry = g_list_model_get_item (monitor, position + i);
      MynaDevice *device = myna_device_new (telemetry);

      myna_device_set_findings (device, pick_findings (self, device));
      g_ptr_array_insert (self->devices, (int) (position + i), device);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, n_added);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AUTOMATIC]);
}

static GpuMonitor *
make_monitor (MynaDevices *self)
{
  const char *replay = g_getenv ("MYNA_TELEMETRY_REPLAY");
  GpuMonitorOptions options = {
    .root = g_getenv ("MYNA_TELEMETRY_ROOT"),
    .nvml = g_getenv ("MYNA_TELEMETRY_NVML"),
  };
  GpuMonitor *monitor =
      replay != NULL ? gpu_monitor_new_replay (replay, TRUE, &self->replay_error) : NULL;

  g_assert (MYNA_IS_DEVICES (self));

  if (self->replay_error != NULL)
    g_message ("%s", self->replay_error->message);
  return monitor != NULL ? monitor : gpu_monitor_new (&options);
}

/**
 * myna_devices_new:
 *
 * Asks nothing yet.
 *
 * Returns: (transfer full): the devices
 */
MynaDevices *
myna_devices_new (void)
{
  MynaDevices *self = g_object_new (MYNA_TYPE_DEVICES, NULL);

  self->monitor = make_monitor (self);
  g_signal_connect_object (self->monitor, "items-changed", G_CALLBACK (monitor_changed_cb), self,
                           G_CONNECT_SWAPPED);
  monitor_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (self->monitor)),
                      G_LIST_MODEL (self->monitor));
  return self;
}

/**
 * myna_devices_hold:
 *
 * Somebody looks, or a job runs: the numbers change until as many myna_devices_release() follow.
 */
void
myna_devices_hold (MynaDevices *self)
{
  g_return_if_fail (MYNA_IS_DEVICES (self));

  self->holds++;
  gpu_monitor_hold (self->monitor);
}

/**
 * myna_devices_release:
 *
 * Takes one myna_devices_hold() back. With the last one the sampling stops.
 */
void
myna_devices_release (MynaDevices *self)
{
  g_return_if_fail (MYNA_IS_DEVICES (self));
  g_return_if_fail (self->holds > 0);

  self->holds--;
  gpu_monitor_release (self->monitor);
}

/**
 * myna_devices_is_held:
 *
 * Returns: whether devices are asked for their numbers
 */
gboolean
myna_devices_is_held (MynaDevices *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICES (self), FALSE);

  return self->holds > 0;
}

/**
 * myna_devices_has_gpu:
 *
 * Returns: whether the kernel sees a graphics card that Myna knows the maker of
 */
gboolean
myna_devices_has_gpu (MynaDevices *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICES (self), FALSE);

  for (guint i = 0; i < self->devices->len; i++)
    if (!myna_device_is_processor (self->devices->pdata[i]))
      return TRUE;
  return FALSE;
}

/**
 * myna_devices_find:
 * @id: (nullable): a device's id
 *
 * Returns: (transfer none) (nullable): the device
 */
MynaDevice *
myna_devices_find (MynaDevices *self, const char *id)
{
  g_return_val_if_fail (MYNA_IS_DEVICES (self), NULL);

  for (guint i = 0; id != NULL && i < self->devices->len; i++)
    if (g_ascii_strcasecmp (myna_device_get_id (self->devices->pdata[i]), id) == 0)
      return self->devices->pdata[i];
  return NULL;
}

/**
 * myna_devices_get_processor:
 *
 * Returns: (transfer none) (nullable): the processor; %NULL before the first sample
 */
MynaDevice *
myna_devices_get_processor (MynaDevices *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICES (self), NULL);

  for (guint i = 0; i < self->devices->len; i++)
    if (myna_device_is_processor (self->devices->pdata[i]))
      return self->devices->pdata[i];
  return NULL;
}

/* What the worker finds. */
typedef struct
{
  gboolean ask_backends; /* in: whether no card would be woken by it */
  GPtrArray *findings;
  char *automatic; /* id of gpu_devices() */
  char *automatic_words;
} Diagnosis;

static void
diagnosis_free (gpointer data)
{
  Diagnosis *self = data;

  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_free (self->automatic);
  g_free (self->automatic_words);
  g_free (self);
}

static void
diagnose (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Diagnosis *self = data;
  GpuDoctorOptions options = {
    .root = g_getenv ("MYNA_TELEMETRY_ROOT"),
    .libnvml = g_getenv ("MYNA_TELEMETRY_NVML"),
  };
  GError *error = NULL;

  self->findings = gpu_doctor_run (&options, cancellable, &error);
  if (self->findings == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  /* What the probes have shown need not be tried again, or not at all. */
  if (g_getenv ("MYNA_TELEMETRY_ROOT") == NULL)
    gpu_doctor_protect (self->findings);
  if (self->ask_backends)
    {
      g_autoptr (GpuDevice) chosen = gpu_device_choose ("auto", NULL);

      self->automatic = g_strdup (gpu_device_get_id (chosen));
      self->automatic_words = g_strdup_printf ("%s (%s)", gpu_device_get_name (chosen),
                                               gpu_device_get_backend (chosen));
    }
  g_task_return_boolean (task, TRUE);
}

/* The card that an id of gpu_devices() is: the doctor knows. */
static const char *
find_card (GPtrArray *findings, const char *compute_id)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const GpuFinding *finding = findings->pdata[i];

      if (finding->device_id != NULL && g_strcmp0 (finding->compute_id, compute_id) == 0)
        return finding->device_id;
    }
  return NULL;
}

/* The first card that a backend can use, of those that are part of the processor or of others. */
static const char *
find_usable (MynaDevices *self, const char *backend, gboolean integrated)
{
  g_assert (MYNA_IS_DEVICES (self));

  for (guint i = 0; i < self->findings->len; i++)
    {
      const GpuFinding *finding = self->findings->pdata[i];
      MynaDevice *device = myna_devices_find (self, finding->device_id);

      if (finding->verdict == GPU_VERDICT_USABLE && device != NULL &&
          g_str_equal (finding->backend, backend) &&
          myna_device_is_integrated (device) == integrated)
        return finding->device_id;
    }
  return NULL;
}

/* With a card asleep the backends were not asked: “auto” takes the first that the doctor says can
 * be used, in the order of gpu_device_choose(). */
static const char *
guess_automatic (MynaDevices *self)
{
  static const char *const backends[] = { "CUDA", "HIP", "Vulkan" };

  g_assert (MYNA_IS_DEVICES (self));

  for (int integrated = FALSE; integrated <= TRUE; integrated++)
    for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
      {
        const char *found = find_usable (self, backends[i], integrated);

        if (found != NULL)
          return found;
      }
  return "cpu";
}

static void
take_diagnosis (MynaDevices *self, Diagnosis *found)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->findings);
  const char *automatic = found->automatic;

  g_assert (MYNA_IS_DEVICES (self));

  self->findings = g_steal_pointer (&found->findings);
  for (guint i = 0; i < self->devices->len; i++)
    myna_device_set_findings (self->devices->pdata[i],
                              pick_findings (self, self->devices->pdata[i]));
  if (automatic == NULL)
    automatic = guess_automatic (self);
  else if (!g_str_equal (automatic, "cpu"))
    automatic = find_card (self->findings, automatic);
  g_set_str (&self->automatic, automatic);
  g_set_str (&self->automatic_words, found->automatic_words);
  self->diagnosed = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AUTOMATIC]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DIAGNOSED]);
}

static void
diagnosed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  MynaDevices *self = MYNA_DEVICES (source);
  g_autoptr (GTask) caller = data;
  GError *error = NULL;

  self->n_diagnoses--;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (caller, error);
      return;
    }
  if (self->devices != NULL)
    take_diagnosis (self, g_task_get_task_data (G_TASK (result)));
  g_task_return_boolean (caller, TRUE);
}

static gboolean
any_asleep (MynaDevices *self)
{
  g_assert (MYNA_IS_DEVICES (self));

  for (guint i = 0; i < self->devices->len; i++)
    if (myna_device_is_asleep (self->devices->pdata[i]))
      return TRUE;
  return FALSE;
}

/**
 * myna_devices_diagnose_async:
 * @cancellable: (nullable): to stop
 * @callback: called when the findings are there
 * @user_data: closure
 *
 * Looks, on a thread, which cards Myna can compute on, and why not on the others. A card that is
 * asleep is not woken by it.
 */
void
myna_devices_diagnose_async (MynaDevices *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) worker = NULL;
  GTask *caller;
  Diagnosis *diagnosis;

  g_return_if_fail (MYNA_IS_DEVICES (self));

  caller = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (caller, myna_devices_diagnose_async);
  diagnosis = g_new0 (Diagnosis, 1);
  diagnosis->ask_backends = !any_asleep (self);
  worker = g_task_new (self, cancellable, diagnosed_cb, caller);
  g_task_set_task_data (worker, diagnosis, diagnosis_free);
  self->n_diagnoses++;
  g_task_run_in_thread (worker, diagnose);
}

/**
 * myna_devices_ensure_diagnosed:
 *
 * Sees to it that there will be findings; see the property "diagnosed".
 */
void
myna_devices_ensure_diagnosed (MynaDevices *self)
{
  g_return_if_fail (MYNA_IS_DEVICES (self));

  if (!self->diagnosed && self->n_diagnoses == 0)
    myna_devices_diagnose_async (self, NULL, NULL, NULL);
}

/**
 * myna_devices_diagnose_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Returns: whether the findings are there now
 */
gboolean
myna_devices_diagnose_finish (MynaDevices *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MYNA_IS_DEVICES (self) && g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * myna_devices_is_diagnosed:
 *
 * Returns: whether the doctor has looked at least once
 */
gboolean
myna_devices_is_diagnosed (MynaDevices *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICES (self), FALSE);

  return self->diagnosed;
}

/**
 * myna_devices_get_findings:
 *
 * Returns: (transfer none) (nullable) (element-type GpuFinding): of the last diagnosis
 */
GPtrArray *
myna_devices_get_findings (MynaDevices *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICES (self), NULL);

  return self->findings;
}

/**
 * myna_devices_resolve:
 * @choice: (nullable): "auto" (as %NULL), "cpu", a PCI address or an id of `myna devices`
 *
 * Returns: (transfer none) (nullable): the device that it means; %NULL when it is not there, or
 *   when nobody knows yet
 */
MynaDevice *
myna_devices_resolve (MynaDevices *self, const char *choice)
{
  g_return_val_if_fail (MYNA_IS_DEVICES (self), NULL);

  if (choice == NULL || g_str_equal (choice, "auto"))
    return myna_devices_find (self, self->automatic);
  if (strchr (choice, ':') == NULL && self->findings != NULL && !g_str_equal (choice, "cpu"))
    return myna_devices_find (self, find_card (self->findings, choice));
  return myna_devices_find (self, choice);
}

/**
 * myna_devices_start_recording:
 * @path: file to write
 * @error: return location
 *
 * Writes each sample to a file from now on, to be played again with MYNA_TELEMETRY_REPLAY. Holds
 * the devices meanwhile.
 *
 * Returns: %FALSE when the file cannot be written
 */
gboolean
myna_devices_start_recording (MynaDevices *self, const char *path, GError **error)
{
  g_return_val_if_fail (MYNA_IS_DEVICES (self) && path != NULL, FALSE);
  g_return_val_if_fail (!myna_devices_get_recording (self), FALSE);

  if (!gpu_monitor_start_recording (self->monitor, path, error))
    return FALSE;
  myna_devices_hold (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORDING]);
  return TRUE;
}

/**
 * myna_devices_stop_recording:
 * @error: return location
 *
 * Ends the recording; the file is complete.
 *
 * Returns: %FALSE when it could not be written
 */
gboolean
myna_devices_stop_recording (MynaDevices *self, GError **error)
{
  gboolean done;

  g_return_val_if_fail (MYNA_IS_DEVICES (self), FALSE);
  g_return_val_if_fail (myna_devices_get_recording (self), FALSE);

  done = gpu_monitor_stop_recording (self->monitor, error);
  myna_devices_release (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORDING]);
  return done;
}

/**
 * myna_devices_get_recording:
 *
 * Returns: whether samples are being written to a file
 */
gboolean
myna_devices_get_recording (MynaDevices *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICES (self), FALSE);

  return gpu_monitor_is_recording (self->monitor);
}
