/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-plan.h"
#include "gpu/gpu-private.h"
#include "tests/gpu/gpu-check.h"

#include <gio/gio.h>
#include <string.h>

/* Memory: estimates, injected shortage at every point, and devices that fail in the middle. */

#define CHANNELS 24
#define PLACES 60

/* A small residual network, computed for `window` places; its weights may be NULL when only the
 * failures matter. */
typedef struct
{
  GpuWeight *conv;
  GpuWeight *linear;
  float *x;
} Network;

static void
network_init (Network *self, GpuDevice *device, GpuType type)
{
  g_autofree float *w = check_random (CHANNELS * CHANNELS * 5);
  g_autofree float *bias = check_random (CHANNELS);

  for (int i = 0; i < CHANNELS * CHANNELS * 5; i++)
    w[i] *= 0.1f;
  self->conv = gpu_weight_new_conv_1d (device, type, CHANNELS, CHANNELS, 5, 1, w, bias, NULL);
  self->linear = gpu_weight_new_linear (device, type, CHANNELS, CHANNELS, w, bias, NULL);
  self->x = check_random (PLACES * CHANNELS);
}

static void
network_clear (Network *self)
{
  gpu_weight_unref (self->conv);
  gpu_weight_unref (self->linear);
  g_free (self->x);
}

static GpuTensor *
network_run (const Network *self, GpuContext *cx, gint64 window)
{
  GpuTensor *x = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (window, CHANNELS), self->x);

  for (int i = 0; i < 2; i++)
    {
      GpuConv conv = { .pad = 2, .pad_end = -1, .fused = { .residual = x } };

      gpu_scope_begin (cx);
      x = gpu_scope_keep (cx, gpu_conv_1d (cx, gpu_leaky_relu (cx, x, 0.1f), self->conv, conv));
      gpu_scope_end (cx);
    }
  x = gpu_attention (cx, x, x, x, (GpuAttention) { .heads = 4 });
  return gpu_tanh (cx, gpu_linear (cx, x, self->linear, (GpuFused) { 0 }));
}

/* ---- shortage at every point ---- */

static gboolean
run_limited (const Network *network, GpuContext *cx, guint64 limit, float *values, GError **error)
{
  gboolean done;

  gpu_context_set_limit (cx, limit);
  gpu_scope_begin (cx);
  done = gpu_tensor_read_f32 (cx, network_run (network, cx, PLACES), values, error);
  if (done)
    gpu_scope_end (cx);
  else
    gpu_context_reset (cx);
  return done;
}

static void
test_shortage_on (GpuDevice *device)
{
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  Network network;
  float expected[PLACES * CHANNELS], values[PLACES * CHANNELS];
  guint failures = 0;

  network_init (&network, device, GPU_F32);
  g_assert_true (run_limited (&network, cx, 0, expected, NULL));
  for (guint64 limit = 1; limit < 2 * gpu_context_get_peak (cx); limit += 1777)
    {
      g_autoptr (GError) error = NULL;

      if (run_limited (&network, cx, limit, values, &error))
        {
          for (int i = 0; i < PLACES * CHANNELS; i++)
            g_assert_cmpfloat_with_epsilon (values[i], expected[i], 1e-6f);
          continue;
        }
      g_assert_error (error, GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY);
      g_assert_cmpuint (gpu_context_get_used (cx), ==, 0);
      failures++;
    }
  g_assert_cmpuint (failures, >, 4);
  g_assert_true (run_limited (&network, cx, 0, values, NULL));
  network_clear (&network);
}

static void
test_shortage (void)
{
  g_autoptr (GPtrArray) devices = gpu_devices ();

  for (guint i = 0; i < devices->len; i++)
    test_shortage_on (devices->pdata[i]);
}

/* More than any device has, asked of the device itself: once for a value that is read, once for one
 * in the middle of a graph. */
static void
run_giant (GpuContext *cx, gpointer data)
{
  float value = 1;

  for (int read = 0; read < 2; read++)
    {
      GpuTensor *x = gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (1 << 16, 1), NULL);
      GpuTensor *giant = gpu_repeat (cx, x, 1 << 22); /* 1 TiB */
      GpuTensor *y = read == 0 ? gpu_slice (cx, giant, 0, 0, 1) : gpu_tanh (cx, giant);

      if (read == 1)
        y = gpu_slice (cx, y, 0, 0, 1);
      g_assert_false (gpu_tensor_read_f32 (cx, y, &value, NULL));
      g_assert_error (gpu_context_get_error (cx), GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY);
      gpu_context_reset (cx);
      gpu_scope_begin (cx);
      value = 1;
      x = gpu_tensor_new_f32 (cx, GPU_SHAPE_1 (1), &value);
      g_assert_true (gpu_tensor_read_f32 (cx, gpu_add (cx, x, x), &value, NULL));
      g_assert_cmpfloat (value, ==, 2);
    }
}

static void
test_giant (void)
{
  check_on_devices (run_giant, NULL);
}

/* ---- estimates ---- */

static void
measure_network (GpuContext *cx, gint64 window, gpointer data)
{
  network_run (data, cx, window);
}

static void
test_estimate (void)
{
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", NULL);
  g_autoptr (GpuContext) cx = gpu_context_new (cpu);
  Network network;
  float values[PLACES * CHANNELS];
  guint64 estimate, half;

  network_init (&network, cpu, GPU_F32);
  g_assert_true (run_limited (&network, cx, 0, values, NULL));
  estimate = gpu_plan_estimate (cpu, PLACES, measure_network, &network);
  half = gpu_plan_estimate (cpu, PLACES / 2, measure_network, &network);
  g_assert_cmpuint (estimate, >, half);
  /* The true peak is rounded up by block and knows nothing of temporaries. */
  g_assert_cmpuint (estimate, >=, gpu_context_get_peak (cx) / 2);
  network_clear (&network);
}

typedef struct
{
  guint64 bytes_a_place;
} Hungry;

static void
measure_hungry (GpuContext *cx, gint64 window, gpointer data)
{
  const Hungry *self = data;

  gpu_tensor_new_f32 (cx, GPU_SHAPE_2 (1, 1), NULL);
  gpu_state_new (cx, GPU_SHAPE_2 (window, (gint64) (self->bytes_a_place / sizeof (float))),
                 GPU_F32);
}

static void
test_window (void)
{
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", NULL);
  guint64 free_bytes, total;
  Hungry hungry;

  g_assert_true (gpu_device_get_memory (cpu, &free_bytes, &total, NULL));
  hungry.bytes_a_place = 4096;
  g_assert_cmpint (gpu_plan_window (cpu, 64, 4, measure_hungry, &hungry), ==, 64);
  hungry.bytes_a_place = total / 16;
  g_assert_cmpint (gpu_plan_window (cpu, 64, 4, measure_hungry, &hungry), <=, 8);
  hungry.bytes_a_place = total;
  g_assert_cmpint (gpu_plan_window (cpu, 64, 4, measure_hungry, &hungry), ==, 4);
}

/* ---- a device of the test's own, which fails when told ---- */

typedef struct
{
  int runs_left; /* operations until it is gone */
  GpuError failure;
  guint attempts;
  gint64 fits; /* windows up to it fit */
  GPtrArray *notes;
  GpuAttempt last;
} Story;

static Story *story; /* of the running test */

static gboolean
failing_run (GpuContext *cx, const GpuOp *op, GError **error)
{
  if (story->runs_left-- > 0)
    return gpu_cpu_backend ()->run (cx, op, error);
  g_set_error_literal (error, GPU_ERROR, story->failure, "The device is gone.");
  return FALSE;
}

static GpuDevice *
failing_device (void)
{
  static GpuBackendClass backend;
  GpuDevice *device = g_new0 (GpuDevice, 1);

  backend = *gpu_cpu_backend ();
  backend.run = failing_run;
  g_atomic_ref_count_init (&device->refs);
  device->backend = &backend;
  device->id = g_strdup ("failing0");
  device->name = g_strdup ("Failing");
  device->backend_name = g_strdup ("Test");
  device->kind = GPU_DEVICE_GPU;
  device->notes = g_new0 (char *, 1);
  return device;
}

static void
test_lost (void)
{
  g_autoptr (GpuDevice) device = failing_device ();
  Network network;
  Story lost = { .failure = GPU_ERROR_DEVICE_LOST };
  int n;

  story = &lost;
  network_init (&network, device, GPU_F32);
  for (n = 0; n < 100; n++)
    {
      g_autoptr (GpuContext) cx = gpu_context_new (device);
      g_autoptr (GError) error = NULL;
      float values[PLACES * CHANNELS];

      lost.runs_left = n;
      if (run_limited (&network, cx, 0, values, &error))
        break;
      g_assert_error (error, GPU_ERROR, GPU_ERROR_DEVICE_LOST);
    }
  g_assert_cmpint (n, >, 4);
  g_assert_cmpint (n, <, 100);
  network_clear (&network);
}

/* ---- trying otherwise ---- */

static void
take_note (const char *note, gpointer data)
{
  g_ptr_array_add (((Story *) data)->notes, g_strdup (note));
}

static gboolean
attempt_with_limit (const GpuAttempt *attempt, gpointer data, GError **error)
{
  Story *self = data;

  self->attempts++;
  self->last = *attempt;
  if (attempt->window <= self->fits || gpu_device_get_kind (attempt->device) == GPU_DEVICE_CPU)
    return TRUE;
  g_set_error_literal (error, GPU_ERROR, GPU_ERROR_OUT_OF_MEMORY, "Failing is full.");
  return FALSE;
}

static gboolean
attempt_and_fail (const GpuAttempt *attempt, gpointer data, GError **error)
{
  Story *self = data;

  self->attempts++;
  self->last = *attempt;
  g_set_error_literal (error, GPU_ERROR, self->failure, "Failing does not work.");
  return FALSE;
}

static gboolean
attempt_cancelled (const GpuAttempt *attempt, gpointer data, GError **error)
{
  ((Story *) data)->attempts++;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
  return FALSE;
}

static gboolean
run_story (Story *self, GpuAttemptFunc func, GError **error)
{
  g_autoptr (GpuDevice) device = failing_device ();

  self->notes = g_ptr_array_new_with_free_func (g_free);
  return gpu_plan_run ((GpuAttempt) { device, GPU_F16, 64 }, 8, func, take_note, self, error);
}

static void
test_halving (void)
{
  Story some = { .fits = 20 }, none = { .fits = 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (run_story (&some, attempt_with_limit, &error));
  g_assert_no_error (error);
  g_assert_cmpint (some.last.window, ==, 16);
  g_assert_cmpuint (some.notes->len, ==, 2);
  g_assert_true (run_story (&none, attempt_with_limit, &error));
  g_assert_cmpuint (none.attempts, ==, 5); /* 64, 32, 16, 8, then the CPU */
  g_assert_cmpint (none.last.window, ==, 64);
  g_assert_nonnull (strstr (none.notes->pdata[none.notes->len - 1], "CPU"));
  g_ptr_array_unref (some.notes);
  g_ptr_array_unref (none.notes);
}

static void
test_failures_end (void)
{
  static const struct
  {
    GpuError failure;
    guint attempts;
    GpuType type;
  } cases[] = {
    { GPU_ERROR_OUT_OF_MEMORY, 8, GPU_F16 }, /* four windows on each device */
    { GPU_ERROR_NOT_FINITE, 3, GPU_F32 },    /* f16, f32, CPU */
    { GPU_ERROR_DEVICE_LOST, 2, GPU_F16 },   { GPU_ERROR_UNSUPPORTED, 2, GPU_F16 },
    { GPU_ERROR_FAILED, 1, GPU_F16 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Story self = { .failure = cases[i].failure };
      g_autoptr (GError) error = NULL;

      g_assert_false (run_story (&self, attempt_and_fail, &error));
      g_assert_error (error, GPU_ERROR, (int) cases[i].failure);
      g_assert_cmpuint (self.attempts, ==, cases[i].attempts);
      g_assert_cmpint (self.last.type, ==, cases[i].type);
      g_assert_cmpuint (self.notes->len, ==, self.attempts - 1);
      g_ptr_array_unref (self.notes);
    }
}

static void
test_cancelled (void)
{
  Story self = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (run_story (&self, attempt_cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (self.attempts, ==, 1);
  g_ptr_array_unref (self.notes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/plan/shortage", test_shortage);
  g_test_add_func ("/gpu/plan/giant", test_giant);
  g_test_add_func ("/gpu/plan/estimate", test_estimate);
  g_test_add_func ("/gpu/plan/window", test_window);
  g_test_add_func ("/gpu/plan/lost", test_lost);
  g_test_add_func ("/gpu/plan/halving", test_halving);
  g_test_add_func ("/gpu/plan/failures-end", test_failures_end);
  g_test_add_func ("/gpu/plan/cancelled", test_cancelled);
  return g_test_run ();
}
