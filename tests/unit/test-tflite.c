/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/lipsync/face/myna-flexbuffer.h"
#include "engine/lipsync/face/myna-tflite-net.h"
#include "tflite-fixture.h"

static void
test_reads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tflite_fixture_new (3);
  g_autoptr (MynaTflite) model = myna_tflite_new (bytes, "model", &error);
  g_autofree float *weights = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (model->n_tensors, ==, 11);
  g_assert_cmpuint (model->n_ops, ==, 7);
  g_assert_cmpint (model->n_in, ==, 1);
  g_assert_cmpint (model->n_out, ==, 2);
  g_assert_cmpint (model->ops[1].code, ==, MYNA_TFLITE_CONV_2D);
  g_assert_false (model->ops[1].valid);
  g_assert_cmpint (model->ops[5].filter_h, ==, 2);
  weights = myna_tflite_dup_floats (&model->tensors[1]);
  for (int i = 0; i < TFLITE_FIXTURE_WEIGHTS; i++)
    g_assert_cmpfloat (weights[i], ==, tflite_fixture_weight (i));
  g_assert_cmpint (myna_tflite_get_int (&model->tensors[5], 7), ==, 1);
}

/* The same, one value after the other. */
static void
compute (const float *x, float active[4][4][3], float pooled[2][2][3])
{
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < 4; c++)
      for (int o = 0; o < 3; o++)
        {
          float sum = tflite_fixture_bias (o) + (o < 2 ? x[(r * 4 + c) * 2 + o] : 0);

          for (int i = 0; i < 9; i++)
            {
              int row = r + i / 3 - 1, column = c + i % 3 - 1;

              for (int k = 0; k < 2 && row >= 0 && row < 4 && column >= 0 && column < 4; k++)
                sum += x[(row * 4 + column) * 2 + k] * tflite_fixture_weight ((o * 9 + i) * 2 + k);
            }
          active[r][c][o] = MAX (sum, 0.0f);
        }
  for (int i = 0; i < 12; i++)
    {
      int r = i / 6 * 2, c = i / 3 % 2 * 2, o = i % 3;

      pooled[i / 6][i / 3 % 2][o] = MAX (MAX (active[r][c][o], active[r][c + 1][o]),
                                         MAX (active[r + 1][c][o], active[r + 1][c + 1][o]));
    }
}

static void
test_runs (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tflite_fixture_new (3);
  g_autoptr (MynaTflite) model = myna_tflite_new (bytes, "model", &error);
  g_autoptr (GpuDevice) device = gpu_device_choose ("cpu", &error);
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  g_autoptr (MynaTfliteNet) net =
      myna_tflite_net_new (model, device, (const int[]) { 0, 1 }, 2, "model", &error);
  float input[2 * TFLITE_FIXTURE_IN], flat[2 * TFLITE_FIXTURE_OUT], all[2 * 48];
  float active[4][4][3], pooled[2][2][3];

  g_assert_no_error (error);
  g_assert_cmpint (myna_tflite_net_get_input_size (net), ==, TFLITE_FIXTURE_IN);
  g_assert_cmpint (myna_tflite_net_get_output_size (net, 0), ==, TFLITE_FIXTURE_OUT);
  g_assert_cmpint (myna_tflite_net_get_output_size (net, 1), ==, 48);
  for (guint i = 0; i < G_N_ELEMENTS (input); i++)
    input[i] = sinf ((float) i * 1.7f);
  for (int batch = 1; batch <= 2; batch++)
    {
      g_assert_true (
          myna_tflite_net_run (net, cx, batch, input, (float *const[]) { flat, all }, &error));
      g_assert_no_error (error);
      for (int n = 0; n < batch; n++)
        {
          compute (input + n * TFLITE_FIXTURE_IN, active, pooled);
          for (int i = 0; i < TFLITE_FIXTURE_OUT; i++)
            g_assert_cmpfloat_with_epsilon (flat[n * TFLITE_FIXTURE_OUT + i], (&pooled[0][0][0])[i],
                                            1e-5);
          for (int i = 0; i < 48; i++)
            g_assert_cmpfloat_with_epsilon (all[n * 48 + i], (&active[0][0][0])[i], 1e-5);
        }
    }
}

/* Shapes that do not fit are refused before the compute layer, which would abort, sees them. */
static void
test_wrong_shapes (void)
{
  g_autoptr (GpuDevice) device = gpu_device_choose ("cpu", NULL);

  for (int channels = 1; channels < 6; channels++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = tflite_fixture_new (channels);
      g_autoptr (MynaTflite) model = myna_tflite_new (bytes, "model", &error);
      g_autoptr (MynaTfliteNet) net = NULL;

      g_assert_no_error (error);
      net = myna_tflite_net_new (model, device, (const int[]) { 0 }, 1, "model", &error);
      g_assert_true ((net != NULL) == (channels == 3));
      if (channels != 3)
        g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
    }
}

/* Reads what may be damaged; what passes must still make a net or a sentence. */
static gboolean
survives (const guint8 *data, gsize size, GpuDevice *device)
{
  g_autofree guint8 *copy = g_memdup2 (data, size); /* of this size, for the address sanitizer */
  g_autoptr (GBytes) bytes = g_bytes_new_static (copy, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTflite) model = myna_tflite_new (bytes, "model", &error);
  g_autoptr (MynaTfliteNet) net = NULL;

  if (model == NULL)
    {
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
      return FALSE;
    }
  net = myna_tflite_net_new (model, device, (const int[]) { 0 }, 1, "model", &error);
  g_assert_true ((net != NULL) != (error != NULL));
  return TRUE;
}

static void
test_damage (void)
{
  g_autoptr (GpuDevice) device = gpu_device_choose ("cpu", NULL);
  g_autoptr (GBytes) bytes = tflite_fixture_new (3);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autofree guint8 *damaged = g_memdup2 (data, size);
  guint refused = 0;

  for (gsize n = 0; n + 4 < size; n += 3) /* padding may end the file */
    g_assert_false (survives (data, n, device));
  for (gsize i = 0; i < size; i++)
    for (int bit = 0; bit < 8; bit += 7)
      {
        damaged[i] ^= (guint8) (1 << bit);
        refused += survives (damaged, size, device) ? 0 : 1;
        damaged[i] ^= (guint8) (1 << bit);
      }
  g_assert_cmpuint (refused, >, size / 4);
  g_assert_true (survives (damaged, size, device));
}

/* {"a": -3, "b": 1.5, "v": [7, 300]}, written by hand after the format's description. */
static const guint8 map[] = {
  'a', 0,      'b', 0,   'v', 0, 2,   0,  7,  0, 44, 1, /* keys; the vector's size and items */
  3,   12 + 1, 12,  11,                                 /* keys' size; offsets back to them */
  3,   0,      0,   0,   1,   0, 0,   0,  3,  0, 0,  0, /* keys' vector, its width, size */
  253, 255,    255, 255, 0,   0, 192, 63, 28, 0, 0,  0, /* values */
  6,   14,     45,                                      /* their types */
  15,  38,     1,                                       /* root */
};

static void
test_flexbuffer (void)
{
  g_autoptr (GArray) items = NULL;
  double value = 0;

  g_assert_true (myna_flexbuffer_get_number (map, sizeof map, "a", &value));
  g_assert_cmpfloat (value, ==, -3);
  g_assert_true (myna_flexbuffer_get_number (map, sizeof map, "b", &value));
  g_assert_cmpfloat (value, ==, 1.5);
  g_assert_false (myna_flexbuffer_get_number (map, sizeof map, "c", &value));
  g_assert_false (myna_flexbuffer_get_number (map, sizeof map, "v", &value));
  items = myna_flexbuffer_dup_integers (map, sizeof map, "v");
  g_assert_nonnull (items);
  g_assert_cmpuint (items->len, ==, 2);
  g_assert_cmpint (g_array_index (items, gint64, 1), ==, 300);
  g_assert_null (myna_flexbuffer_dup_integers (map, sizeof map, "a"));
}

static void
test_flexbuffer_damage (void)
{
  for (gsize n = 0; n <= sizeof map; n++)
    for (gsize i = 0; i < n; i++)
      {
        g_autofree guint8 *copy = g_memdup2 (map, n);
        g_autoptr (GArray) items = NULL;
        double value;

        copy[i] ^= 0x55;
        myna_flexbuffer_get_number (copy, n, "b", &value);
        items = myna_flexbuffer_dup_integers (copy, n, "v");
      }
}

int
main (int argc, char **argv)
{
  const char *corpus = g_getenv ("MYNA_WRITE_CORPUS");

  g_test_init (&argc, &argv, NULL);
  if (corpus != NULL) /* seeds for tests/fuzz/corpus/tflite */
    {
      g_autoptr (GBytes) bytes = tflite_fixture_new (3);
      g_autofree char *path = g_build_filename (corpus, "small-graph", NULL);

      g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                          (gssize) g_bytes_get_size (bytes), NULL));
    }
  g_test_add_func ("/tflite/reads", test_reads);
  g_test_add_func ("/tflite/runs", test_runs);
  g_test_add_func ("/tflite/wrong-shapes", test_wrong_shapes);
  g_test_add_func ("/tflite/damage", test_damage);
  g_test_add_func ("/flexbuffer/reads", test_flexbuffer);
  g_test_add_func ("/flexbuffer/damage", test_flexbuffer_damage);
  return g_test_run ();
}
