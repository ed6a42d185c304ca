/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/golden/gsv-parity.h"

#include <math.h>

/* One registered test. */
typedef struct
{
  GoldenSet *set;
  char *name;
  GpuType type;
  GsvParityFunc func;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->name);
  g_free (entry);
}

static void
run_entry (gconstpointer data)
{
  const Entry *entry = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GpuDevice) device = gpu_device_choose ("cpu", &error);
  g_autoptr (GoldenCase) one = golden_case_open (entry->set, entry->name);
  g_autoptr (GpuContext) cx = NULL;
  GsvParity parity = { entry->set, one, device, NULL, entry->type };

  g_assert_no_error (error);
  cx = parity.cx = gpu_context_new (device);
  parity.layout = GOLDEN_CHANNELS_LAST;
  parity.tolerance = entry->type == GPU_F32 ? GOLDEN_F32 : GOLDEN_F16_WEIGHTS;
  entry->func (&parity);
  g_assert_null (gpu_context_get_error (cx));
}

/**
 * gsv_parity_add:
 * @set: golden cases
 * @prefix: of their names
 * @func: the test
 *
 * Adds tests with f32 and f16 weights on the CPU.
 */
void
gsv_parity_add (GoldenSet *set, const char *prefix, GsvParityFunc func)
{
  static const struct
  {
    GpuType type;
    const char *name;
  } types[] = { { GPU_F32, "f32" }, { GPU_F16, "f16" } };
  g_auto (GStrv) names = golden_set_list_cases (set, prefix);

  for (int i = 0; names[i] != NULL; i++)
    for (gsize k = 0; k < G_N_ELEMENTS (types); k++)
      {
        g_autofree char *path = g_strdup_printf ("/golden/%s/%s", names[i], types[k].name);
        Entry *entry = g_new (Entry, 1);

        *entry = (Entry) { set, g_strdup (names[i]), types[k].type, func };
        g_test_add_data_func_full (path, entry, run_entry, entry_free);
      }
}

typedef struct
{
  GoldenSet *set;
  GsvDeviceFunc func;
} Devices;

/* Sums in another order, and halves where a device rounds to them (golden_env says not to). */
#define DEVICE_REL 1e-4

static void
check_device (const Devices *entry, GpuDevice *device, const float *wanted, gsize n)
{
  gsize n_found;
  g_autofree float *found = entry->func (entry->set, device, &n_found);
  double difference = 0, power = 0;

  g_assert_cmpuint (n_found, ==, n);
  for (gsize i = 0; i < n; i++)
    {
      difference += ((double) found[i] - wanted[i]) * ((double) found[i] - wanted[i]);
      power += (double) wanted[i] * wanted[i];
    }
  g_test_message ("%s: rel %.2e", gpu_device_get_name (device), sqrt (difference / power));
  g_assert_cmpfloat (power, >, 0);
  g_assert_cmpfloat (sqrt (difference / power), <=, DEVICE_REL);
}

static void
run_devices (gconstpointer data)
{
  const Devices *entry = data;
  g_autoptr (GPtrArray) devices = gpu_devices ();
  g_autofree float *wanted = NULL;
  gsize n = 0;

  if (devices->len < 2)
    {
      g_test_skip ("no device but the processor");
      return;
    }
  for (guint i = 0; i < devices->len; i++)
    if (i == 0)
      wanted = entry->func (entry->set, devices->pdata[i], &n);
    else
      check_device (entry, devices->pdata[i], wanted, n);
}

/**
 * gsv_parity_add_devices:
 * @set: golden cases
 * @name: of a network
 * @func: computes something short with it
 *
 * Adds a test that compares all devices with the processor.
 */
void
gsv_parity_add_devices (GoldenSet *set, const char *name, GsvDeviceFunc func)
{
  g_autofree char *path = g_strdup_printf ("/golden/%s/devices", name);
  Devices *entry = g_new (Devices, 1);

  *entry = (Devices) { set, func };
  g_test_add_data_func_full (path, entry, run_devices, g_free);
}

/**
 * gsv_parity_weights:
 * @self: a running test
 * @network: (nullable): a network other than the case's
 *
 * Returns: (transfer full): its weights, rounded to halves when the test is about them
 */
MynaTensors *
gsv_parity_weights (GsvParity *self, const char *network)
{
  return golden_weights_new (self->set,
                             network != NULL ? network : golden_case_get_network (self->one),
                             self->type == GPU_F32 ? GOLDEN_WEIGHTS_F32 : GOLDEN_WEIGHTS_F16);
}

/**
 * gsv_parity_sound:
 * @self: a running test
 * @tensor: int16 sound
 * @n: (out): its length
 *
 * Returns: (transfer full): −1 … 1
 */
float *
gsv_parity_sound (GsvParity *self, const char *tensor, gsize *n)
{
  float *sound = golden_case_read (self->one, tensor, n);

  for (gsize i = 0; i < *n; i++)
    sound[i] /= 32768;
  return sound;
}

/**
 * gsv_parity_check_floats:
 * @self: a running test
 * @name: a result of the case
 * @values: ours, channels last
 * @n: their number
 */
void
gsv_parity_check_floats (GsvParity *self, const char *name, const float *values, gsize n)
{
  GoldenLayout layout = g_str_has_prefix (name, "mid.conv_") ? GOLDEN_CHANNELS_LAST : self->layout;

  golden_check (self->set, self->one, name, values, n, layout, self->tolerance);
}

/**
 * gsv_parity_check:
 * @self: a running test
 * @name: a result of the case
 * @value: ours
 */
void
gsv_parity_check (GsvParity *self, const char *name, const GpuTensor *value)
{
  gsize n = (gsize) gpu_shape_size (gpu_tensor_get_shape (value));
  g_autofree float *values = g_new (float, n);
  g_autoptr (GError) error = NULL;

  gpu_tensor_read_f32 (self->cx, value, values, &error);
  g_assert_no_error (error);
  gsv_parity_check_floats (self, name, values, n);
}

static void
show (const char *name, GpuContext *cx, const GpuTensor *value, gpointer data)
{
  GsvParity *self = data;
  g_autofree char *plain = g_strconcat ("mid.", name, NULL);
  g_autofree char *tensor = g_strconcat (plain, self->suffix, NULL);

  g_assert_true (cx == self->cx);
  if (golden_case_has (self->one, tensor))
    gsv_parity_check (self, tensor, value);
  else if (golden_case_has (self->one, plain))
    gsv_parity_check (self, plain, value);
}

/**
 * gsv_parity_trace:
 * @self: a running test
 *
 * Returns: what compares everything that it is shown
 */
MynaGsvTrace
gsv_parity_trace (GsvParity *self)
{
  return (MynaGsvTrace) { show, self };
}
