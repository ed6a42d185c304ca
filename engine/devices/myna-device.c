/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/devices/myna-device.h"

#include <glib/gi18n-lib.h>

struct _MynaDevice
{
  GObject parent_instance;

  GpuTelemetryDevice *telemetry;
  GPtrArray *findings; /* GpuFinding, borrowed of a list that the array holds */
};

enum
{
  PROP_NAME = 1,
  PROP_SUMMARY,
  PROP_LATEST,
  PROP_FINDINGS,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (MynaDevice, myna_device, G_TYPE_OBJECT)

static void
latest_cb (MynaDevice *self)
{
  g_assert (MYNA_IS_DEVICE (self));

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LATEST]);
}

static void
information_cb (MynaDevice *self)
{
  g_assert (MYNA_IS_DEVICE (self));

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
}

static void
myna_device_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaDevice *self = MYNA_DEVICE (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, myna_device_get_name (self));
      break;
    case PROP_SUMMARY:
      g_value_take_string (value, myna_device_dup_summary (self));
      break;
    case PROP_LATEST:
      g_value_set_boxed (value, myna_device_get_latest (self));
      break;
    case PROP_FINDINGS:
      g_value_set_boxed (value, self->findings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_device_dispose (GObject *object)
{
  MynaDevice *self = MYNA_DEVICE (object);

  if (self->telemetry != NULL)
    g_signal_handlers_disconnect_by_data (self->telemetry, self);
  g_clear_object (&self->telemetry);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  G_OBJECT_CLASS (myna_device_parent_class)->dispose (object);
}

static void
myna_device_class_init (MynaDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_device_get_property;
  object_class->dispose = myna_device_dispose;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  properties[PROP_LATEST] = g_param_spec_boxed ("latest", NULL, NULL, GPU_TYPE_SAMPLE, flags);
  properties[PROP_FINDINGS] = g_param_spec_boxed ("findings", NULL, NULL, G_TYPE_PTR_ARRAY, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
myna_device_init (MynaDevice *self)
{
  self->findings = g_ptr_array_new ();
}

/**
 * myna_device_new:
 * @telemetry: where its numbers come from
 *
 * Returns: (transfer full): the device
 */
MynaDevice *
myna_device_new (GpuTelemetryDevice *telemetry)
{
  MynaDevice *self;

  g_return_val_if_fail (GPU_IS_TELEMETRY_DEVICE (telemetry), NULL);

  self = g_object_new (MYNA_TYPE_DEVICE, NULL);
  self->telemetry = g_object_ref (telemetry);
  g_signal_connect_object (telemetry, "notify::latest", G_CALLBACK (latest_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (telemetry, "notify::information", G_CALLBACK (information_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * myna_device_get_id:
 *
 * Returns: (transfer none): its PCI address, or "cpu": what a choice of it is kept as
 */
const char *
myna_device_get_id (MynaDevice *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICE (self), NULL);

  return gpu_telemetry_device_get_id (self->telemetry);
}

/**
 * myna_device_get_name:
 *
 * Returns: (transfer none): the maker's name of it
 */
const char *
myna_device_get_name (MynaDevice *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICE (self), NULL);

  return gpu_telemetry_device_get_name (self->telemetry);
}

/**
 * myna_device_is_processor:
 *
 * Returns: whether it is the processor and not a graphics card
 */
gboolean
myna_device_is_processor (MynaDevice *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICE (self), FALSE);

  return gpu_telemetry_device_get_vendor (self->telemetry) == GPU_VENDOR_CPU;
}

/**
 * myna_device_is_integrated:
 *
 * Returns: whether it is part of the processor and uses the machine's memory
 */
gboolean
myna_device_is_integrated (MynaDevice *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICE (self), FALSE);

  return gpu_telemetry_device_get_integrated (self->telemetry);
}

/**
 * myna_device_is_asleep:
 *
 * Returns: whether it saves power now, so that asking it anything would wake it
 */
gboolean
myna_device_is_asleep (MynaDevice *self)
{
  GpuSample *latest = myna_device_get_latest (self);

  return latest != NULL && gpu_sample_get_state (latest) == GPU_STATE_SUSPENDED;
}

static char *
dup_driver (MynaDevice *self)
{
  const char *driver = gpu_telemetry_device_get_driver (self->telemetry);
  const char *version = gpu_telemetry_device_get_driver_version (self->telemetry);

  g_assert (MYNA_IS_DEVICE (self));

  if (driver != NULL && version != NULL)
    return g_strdup_printf ("%s %s", driver, version);
  return g_strdup (driver);
}

/**
 * myna_device_dup_summary:
 *
 * Returns: (transfer full): one line on what drives it: "nvidia 570.124.06 · CUDA 12.8"
 */
char *
myna_device_dup_summary (MynaDevice *self)
{
  const char *const *runtimes;
  g_autofree char *driver = NULL;
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  g_return_val_if_fail (MYNA_IS_DEVICE (self), NULL);

  driver = dup_driver (self);
  runtimes = gpu_telemetry_device_get_runtimes (self->telemetry);
  if (gpu_telemetry_device_get_integrated (self->telemetry))
    g_strv_builder_add (parts, _ ("Part of the processor"));
  if (driver != NULL)
    g_strv_builder_add (parts, driver);
  g_strv_builder_addv (parts, (const char **) runtimes);
  all = g_strv_builder_end (parts);
  return g_strjoinv (" · ", all);
}

static void
fact_free (gpointer data)
{
  MynaDeviceFact *fact = data;

  g_free (fact->name);
  g_free (fact->value);
  g_free (fact);
}

/* What is not known is left out. */
static void
add_fact (GPtrArray *facts, const char *name, const char *value)
{
  MynaDeviceFact *fact;

  if (value == NULL || *value == '\0')
    return;
  fact = g_new0 (MynaDeviceFact, 1);
  fact->name = g_strdup (name);
  fact->value = g_strdup (value);
  g_ptr_array_add (facts, fact);
}

static char *
format_link (GpuSample *sample, GpuField generation, GpuField width)
{
  g_autofree char *lanes = NULL;
  double value;

  if (sample == NULL || !gpu_sample_get (sample, generation, &value) ||
      !gpu_sample_get (sample, width, &value))
    return NULL;
  lanes = gpu_sample_format (sample, width);
  gpu_sample_get (sample, generation, &value);
  /* Translators: how a graphics card is connected: generation of PCI Express, then "×16" lanes */
  return g_strdup_printf (_ ("Generation %1$d %2$s"), (int) value, lanes);
}

static void
add_links (MynaDevice *self, GPtrArray *facts)
{
  GpuSample *latest = myna_device_get_latest (self);
  g_autofree char *now = format_link (latest, GPU_FIELD_PCIE_GENERATION, GPU_FIELD_PCIE_WIDTH);
  g_autofree char *most =
      format_link (latest, GPU_FIELD_PCIE_GENERATION_MAX, GPU_FIELD_PCIE_WIDTH_MAX);

  g_assert (MYNA_IS_DEVICE (self));

  add_fact (facts, _ ("PCI Express now"), now);
  add_fact (facts, _ ("PCI Express at most"), most);
}

/**
 * myna_device_list_facts:
 *
 * Returns: (transfer container) (element-type MynaDeviceFact): what is known of it: driver,
 *   architecture, address, …
 */
GPtrArray *
myna_device_list_facts (MynaDevice *self)
{
  GPtrArray *facts;
  g_autofree char *driver = NULL;
  g_autofree char *runtimes = NULL;

  g_return_val_if_fail (MYNA_IS_DEVICE (self), NULL);

  facts = g_ptr_array_new_with_free_func (fact_free);
  driver = dup_driver (self);
  runtimes = g_strjoinv (", ", (char **) gpu_telemetry_device_get_runtimes (self->telemetry));
  add_fact (facts, _ ("Driver"), driver);
  add_fact (facts, _ ("Runtime"), runtimes);
  add_fact (facts, _ ("Architecture"), gpu_telemetry_device_get_gfx_target (self->telemetry));
  add_fact (facts, _ ("Compute capability"),
            gpu_telemetry_device_get_compute_capability (self->telemetry));
  add_links (self, facts);
  if (!myna_device_is_processor (self))
    add_fact (facts, _ ("PCI address"), myna_device_get_id (self));
  add_fact (facts, _ ("Device node"), gpu_telemetry_device_get_render_node (self->telemetry));
  add_fact (facts, _ ("UUID"), gpu_telemetry_device_get_uuid (self->telemetry));
  return facts;
}

/**
 * myna_device_get_latest:
 *
 * Returns: (transfer none) (nullable): its last sample; %NULL before the first
 */
GpuSample *
myna_device_get_latest (MynaDevice *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICE (self), NULL);

  return gpu_telemetry_device_get_latest (self->telemetry);
}

/**
 * myna_device_get_history:
 * @field: which number
 * @values: (out) (array length=n): the last values, the newest last; NAN where there is none
 * @n: how many are wanted
 */
void
myna_device_get_history (MynaDevice *self, GpuField field, double *values, gsize n)
{
  g_return_if_fail (MYNA_IS_DEVICE (self));

  gpu_telemetry_device_get_history (self->telemetry, field, values, n);
}

/**
 * myna_device_format_memory:
 *
 * Returns: (transfer full): "4.1 GB of 24.0 GB"; "—" when that is not known
 */
char *
myna_device_format_memory (MynaDevice *self)
{
  GpuSample *latest = myna_device_get_latest (self);
  g_autofree char *used = NULL;
  g_autofree char *total = NULL;
  double value;

  if (latest == NULL)
    return g_strdup ("—");
  used = gpu_sample_format (latest, GPU_FIELD_MEMORY_USED);
  if (!gpu_sample_get (latest, GPU_FIELD_MEMORY_TOTAL, &value))
    return g_steal_pointer (&used);
  total = gpu_sample_format (latest, GPU_FIELD_MEMORY_TOTAL);
  /* Translators: memory that is used, then all of it */
  return g_strdup_printf (_ ("%1$s of %2$s"), used, total);
}

static void
add_number (GStrvBuilder *parts, GpuSample *sample, GpuField field)
{
  double value;

  if (gpu_sample_get (sample, field, &value))
    g_strv_builder_take (parts, gpu_sample_format (sample, field));
}

/**
 * myna_device_format_line:
 *
 * Returns: (transfer full): its numbers in a line: "63 % · 4.1 GB of 24.0 GB · 71 °C"; why there
 *   are none, when there are none
 */
char *
myna_device_format_line (MynaDevice *self)
{
  GpuSample *latest;
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  double value;

  g_return_val_if_fail (MYNA_IS_DEVICE (self), NULL);

  latest = myna_device_get_latest (self);
  if (latest == NULL)
    return g_strdup ("—");
  if (gpu_sample_get_state (latest) != GPU_STATE_ACTIVE && gpu_sample_get_reason (latest) != NULL)
    return g_strdup (gpu_sample_get_reason (latest));
  add_number (parts, latest, GPU_FIELD_UTILISATION);
  if (gpu_sample_get (latest, GPU_FIELD_MEMORY_USED, &value))
    g_strv_builder_take (parts, myna_device_format_memory (self));
  add_number (parts, latest, GPU_FIELD_TEMPERATURE);
  all = g_strv_builder_end (parts);
  return all[0] != NULL ? g_strjoinv (" · ", all) : g_strdup ("—");
}

/**
 * myna_device_get_findings:
 *
 * Returns: (transfer none) (element-type GpuFinding): what the doctor found of it
 */
GPtrArray *
myna_device_get_findings (MynaDevice *self)
{
  g_return_val_if_fail (MYNA_IS_DEVICE (self), NULL);

  return self->findings;
}

/**
 * myna_device_set_findings:
 * @findings: (transfer full) (element-type GpuFinding): that are about this device
 */
void
myna_device_set_findings (MynaDevice *self, GPtrArray *findings)
{
  g_return_if_fail (MYNA_IS_DEVICE (self) && findings != NULL);

  g_ptr_array_unref (self->findings);
  self->findings = findings;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FINDINGS]);
}

/**
 * myna_device_get_verdict:
 *
 * Returns: (transfer none) (nullable): the finding that says most: the first backend that can use
 *   it, else the first that cannot for a reason
 */
const GpuFinding *
myna_device_get_verdict (MynaDevice *self)
{
  const GpuFinding *verdict = NULL;

  g_return_val_if_fail (MYNA_IS_DEVICE (self), NULL);

  for (guint i = 0; i < self->findings->len; i++)
    {
      const GpuFinding *finding = self->findings->pdata[i];

      if (verdict == NULL || finding->verdict < verdict->verdict)
        verdict = finding;
    }
  return verdict;
}
