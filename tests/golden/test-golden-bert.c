/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-bert.h"
#include "tests/golden/gsv-parity.h"

/* RoBERTa's 22 layers against the golden cases. Its 300 million weights are made once for all cases
 * of a type. */

static GoldenSet *set;

static void
check_case (MynaGsvBert *bert, GpuDevice *device, GpuType type, const char *name)
{
  g_autoptr (GoldenCase) one = golden_case_open (set, name);
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  g_autoptr (GError) error = NULL;
  GsvParity parity = { .set = set,
                       .one = one,
                       .device = device,
                       .cx = cx,
                       .type = type,
                       .tolerance = type == GPU_F32 ? GOLDEN_F32 : GOLDEN_F16_WEIGHTS,
                       .layout = GOLDEN_SAME };
  MynaGsvTrace trace = gsv_parity_trace (&parity);
  gsize n;
  g_autofree gint32 *ids = golden_case_read_i32 (one, "in.ids", &n);
  gsize n_features = (n - 2) * (gsize) myna_gsv_bert_get_channels (bert);
  g_autofree float *features = g_new (float, n_features);

  myna_gsv_bert_run (bert, cx, ids, n, features, &trace, NULL, &error);
  g_assert_no_error (error);
  gsv_parity_check_floats (&parity, "out.features", features, n_features);
  /* What is made for looking inside counts too; the allocator rounds up. */
  gpu_context_reset_peak (cx);
  myna_gsv_bert_run (bert, cx, ids, n, features, NULL, NULL, &error);
  g_assert_cmpuint (gpu_context_get_peak (cx), <=, myna_gsv_bert_estimate (bert, n) * 11 / 10);
}

static void
check_type (gconstpointer data)
{
  GpuType type = (GpuType) GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GpuDevice) device = gpu_device_choose ("cpu", NULL);
  g_autoptr (MynaTensors) weights = golden_weights_new (
      set, "roberta", type == GPU_F32 ? GOLDEN_WEIGHTS_F32 : GOLDEN_WEIGHTS_F16);
  g_autoptr (MynaGsvBert) bert = myna_gsv_bert_new (weights, device, type, &error);
  g_auto (GStrv) names = golden_set_list_cases (set, "roberta-");

  g_assert_no_error (error);
  for (int i = 0; names[i] != NULL; i++)
    check_case (bert, device, type, names[i]);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  set = golden_set_open ();
  g_test_add_data_func ("/golden/roberta/f32", GINT_TO_POINTER (GPU_F32), check_type);
  g_test_add_data_func ("/golden/roberta/f16", GINT_TO_POINTER (GPU_F16), check_type);
  status = g_test_run ();
  golden_set_free (set);
  return status;
}
