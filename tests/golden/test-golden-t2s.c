/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-t2s.h"
#include "tests/support/golden-compare.h"
#include "tests/support/golden-weights.h"

#include <math.h>
#include <string.h>

/* T2S against the golden cases: the inside of the prefill, greedy tokens with and without penalty,
 * EOS, no prompt, and the sampler alone. */

/* Steps done on a device that is not the processor; lavapipe is slow. */
#define FEW_STEPS 4

static GoldenSet *set;

/* A network is made once for all cases that use it. */
static MynaGsvT2s *
get_network (GpuDevice *device, GpuType type)
{
  static GHashTable *networks = NULL;
  g_autofree char *key = g_strdup_printf ("%s %d", gpu_device_get_id (device), (int) type);
  MynaGsvT2s *t2s;

  if (networks == NULL)
    networks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) myna_gsv_t2s_unref);
  t2s = g_hash_table_lookup (networks, key);
  if (t2s == NULL)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MynaTensors) tensors = golden_weights_new (
          set, "t2s", type == GPU_F32 ? GOLDEN_WEIGHTS_F32 : GOLDEN_WEIGHTS_F16);

      t2s = myna_gsv_t2s_new (tensors, device, type, &error);
      g_assert_no_error (error);
      g_hash_table_insert (networks, g_steal_pointer (&key), t2s);
    }
  return t2s;
}

typedef struct
{
  MynaGsvT2sInput input;
  gint32 *phones;
  gint32 *prompt;
  float *bert;
} Input;

static void
input_clear (Input *input)
{
  g_free (input->phones);
  g_free (input->prompt);
  g_free (input->bert);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Input, input_clear)

/* The case's BERT vectors are [1024, phones]. */
static void
read_input (GoldenCase *one, gsize max_tokens, Input *in)
{
  gsize n_bert, n = 0, n_prompt = 0;
  g_autofree float *bert = golden_case_read (one, "in.bert", &n_bert);

  in->phones = golden_case_read_i32 (one, "in.phones", &n);
  if (golden_case_has (one, "in.prompt"))
    in->prompt = golden_case_read_i32 (one, "in.prompt", &n_prompt);
  g_assert_cmpuint (n_bert, ==, n * MYNA_GSV_BERT_CHANNELS);
  in->bert = g_new (float, n_bert);
  for (gsize c = 0; c < MYNA_GSV_BERT_CHANNELS; c++)
    for (gsize i = 0; i < n; i++)
      in->bert[i * MYNA_GSV_BERT_CHANNELS + c] = bert[c * n + i];
  in->input = (MynaGsvT2sInput) { .phones = in->phones,
                                  .n_phones = n,
                                  .bert = in->bert,
                                  .prompt = in->prompt,
                                  .n_prompt = n_prompt,
                                  .max_tokens = max_tokens };
}

static GoldenTolerance
tolerance_of (GpuDevice *device, GpuType type)
{
  if (gpu_device_get_kind (device) != GPU_DEVICE_CPU)
    return GOLDEN_F16_ALL;
  return type == GPU_F32 ? GOLDEN_F32 : GOLDEN_F16_WEIGHTS;
}

/* ---- prefill ---- */

typedef struct
{
  GoldenCase *one;
  GoldenTolerance tolerance;
} Look;

static void
look_inside (const char *name, GpuContext *cx, const GpuTensor *value, gpointer data)
{
  const Look *look = data;
  gsize n = (gsize) gpu_shape_size (gpu_tensor_get_shape (value));
  g_autofree float *values = g_new (float, n);
  g_autofree char *mid = g_strconcat ("mid.", name, NULL);
  g_autofree char *out = g_strconcat ("out.", name, NULL);
  g_autofree char *trace = g_str_has_prefix (name, "layer")
                               ? g_strconcat ("h.layers.", name + strlen ("layer"), NULL)
                               : g_strdup ("none");
  g_autofree char *trace_key = g_strconcat ("trace/", trace, NULL);

  g_assert_true (gpu_tensor_read_f32 (cx, value, values, NULL));
  if (golden_case_has (look->one, mid))
    golden_check (set, look->one, mid, values, n, GOLDEN_SAME, look->tolerance);
  if (golden_case_has (look->one, out))
    golden_check (set, look->one, out, values, n, GOLDEN_SAME, look->tolerance);
  if (strcmp (name, "layer23") == 0)
    golden_check (set, look->one, "out.hidden", values, n, GOLDEN_SAME, look->tolerance);
  if (golden_case_has (look->one, trace_key))
    golden_check_trace (look->one, trace, values, n, GOLDEN_SAME, look->tolerance);
}

static void
check_prefill (GpuDevice *device, GpuType type, const char *name)
{
  g_autoptr (GoldenCase) one = golden_case_open (set, name);
  MynaGsvT2s *t2s = get_network (device, type);
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  g_autoptr (MynaGsvT2sRun) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree float *logits = g_new (float, myna_gsv_t2s_get_vocabulary (t2s));
  g_auto (Input) in = { { 0 } };
  Look look = { one, tolerance_of (device, type) };
  MynaGsvTrace trace = { look_inside, &look };

  read_input (one, 1, &in);
  run = myna_gsv_t2s_run_new (t2s, cx, &in.input, logits, &trace, NULL, &error);
  g_assert_no_error (error);
  golden_check (set, one, "out.logits_last", logits, (gsize) myna_gsv_t2s_get_vocabulary (t2s),
                GOLDEN_SAME, look.tolerance);
}

/* ---- tokens ---- */

static double
read_fact (GoldenCase *one, const char *key, double otherwise)
{
  const char *fact = golden_case_get_fact (one, key);

  return fact != NULL ? g_ascii_strtod (fact, NULL) : otherwise;
}

/* Each step starts from the reference's tokens, so that every one can be compared: equal tokens
 * where the reference itself is sure, logits within the tolerance. */
static void
follow (GoldenCase *one,
        MynaGsvT2s *t2s,
        GpuContext *cx,
        const MynaGsvT2sInput *input,
        gsize steps,
        GoldenTolerance tolerance)
{
  int vocabulary = myna_gsv_t2s_get_vocabulary (t2s);
  gsize n_gaps, n_tokens, n_logits = (gsize) vocabulary;
  g_autofree float *logits = g_new (float, vocabulary);
  g_autofree float *gaps = golden_case_read (one, "out.gap", &n_gaps);
  g_autofree gint32 *tokens = golden_case_read_i32 (one, "out.tokens", &n_tokens);
  double sure = tolerance == GOLDEN_F32 ? 1e-3 : 0.1;
  MynaGsvSampling sampling = MYNA_GSV_SAMPLING_DEFAULT;
  g_autoptr (MynaGsvSampler) sampler = NULL;
  g_autoptr (MynaGsvT2sRun) run = NULL;
  g_autoptr (GError) error = NULL;
  guint differ = 0;

  sampling.top_k = 1;
  sampling.repetition_penalty = (float) read_fact (one, "repetition_penalty", 1.35);
  sampler = myna_gsv_sampler_new (&sampling, vocabulary);
  myna_gsv_sampler_see (sampler, input->prompt, input->n_prompt);
  run = myna_gsv_t2s_run_new (t2s, cx, input, logits, NULL, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < MIN (steps, n_gaps); i++)
    {
      gint32 wanted = i < n_tokens ? tokens[i] : -1, token;
      g_autofree char *key = g_strdup_printf ("out.logits_step%" G_GSIZE_FORMAT, i);

      if (golden_case_has (one, key))
        golden_check (set, one, key, logits, n_logits, GOLDEN_SAME, tolerance);
      if (wanted < 0)
        golden_check (set, one, "out.logits_last", logits, n_logits, GOLDEN_SAME, tolerance);
      token = myna_gsv_sampler_draw (sampler, logits);
      differ += token != wanted;
      if ((double) gaps[i] > sure)
        g_assert_cmpint (token, ==, wanted);
      if (wanted < 0)
        break;
      myna_gsv_sampler_see (sampler, &wanted, 1);
      if (i + 1 < MIN (steps, n_gaps))
        g_assert_true (myna_gsv_t2s_run_step (run, wanted, logits, NULL));
    }
  g_test_message ("%s: %u of %" G_GSIZE_FORMAT " tokens differ", golden_case_get_name (one), differ,
                  MIN (steps, n_gaps));
}

static MynaGsvT2s *
network_of_case (GoldenCase *one, GpuDevice *device, GpuType type)
{
  g_autoptr (MynaTensors) base = NULL;
  g_autoptr (MynaTensors) scaled = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree float *factor = NULL;
  MynaGsvT2s *t2s;
  gsize n;

  if (!golden_case_has (one, "in.eos_row_factor"))
    return myna_gsv_t2s_ref (get_network (device, type));
  factor = golden_case_read (one, "in.eos_row_factor", &n);
  base = golden_weights_new (set, "t2s", type == GPU_F32 ? GOLDEN_WEIGHTS_F32 : GOLDEN_WEIGHTS_F16);
  scaled = golden_weights_scale_row (base, "ar_predict_layer.weight", 1024, factor[0]);
  t2s = myna_gsv_t2s_new (scaled, device, type, &error);
  g_assert_no_error (error);
  return t2s;
}

static void
check_tokens (GpuDevice *device, GpuType type, const char *name)
{
  g_autoptr (GoldenCase) one = golden_case_open (set, name);
  g_autoptr (MynaGsvT2s) t2s = network_of_case (one, device, type);
  g_autoptr (GpuContext) cx = gpu_context_new (device);
  g_auto (Input) in = { { 0 } };
  gsize steps = gpu_device_get_kind (device) == GPU_DEVICE_CPU ? G_MAXSIZE : FEW_STEPS;

  read_input (one, MYNA_GSV_T2S_MAX_TOKENS, &in);
  follow (one, t2s, cx, &in.input, steps, tolerance_of (device, type));
}

/* ---- sampler ---- */

static void
check_sampler (gconstpointer data)
{
  g_autoptr (GoldenCase) one = golden_case_open (set, data);
  gsize n_logits, n_previous, n_settings, n_probs;
  g_autofree float *logits = golden_case_read (one, "in.logits", &n_logits);
  g_autofree gint32 *previous = golden_case_read_i32 (one, "in.previous", &n_previous);
  g_autofree float *settings = golden_case_read (one, "in.settings", &n_settings);
  g_autofree float *wanted = golden_case_read (one, "out.probs", &n_probs);
  g_autofree float *found = g_new (float, n_probs);

  for (gsize i = 0; i < n_settings / 4; i++)
    {
      const float *s = settings + 4 * i;
      MynaGsvSampling sampling = {
        .top_k = (int) s[0], .top_p = s[1], .temperature = s[2], .repetition_penalty = s[3]
      };
      g_autoptr (MynaGsvSampler) sampler = myna_gsv_sampler_new (&sampling, (int) n_logits);
      float *row = found + i * n_logits;

      memcpy (row, logits, sizeof (float) * n_logits);
      myna_gsv_sampler_see (sampler, previous, n_previous);
      myna_gsv_sampler_probabilities (sampler, row);
      for (gsize k = 0; k < n_logits; k++)
        g_assert_true ((row[k] > 0) == (wanted[i * n_logits + k] > 0));
    }
  golden_check (set, one, "out.probs", found, n_probs, GOLDEN_SAME, GOLDEN_F32);
}

/* ---- which cases ---- */

static void
check_case_on (GpuDevice *device, GpuType type, const char *name)
{
  g_test_message ("%s, %s on %s", name, type == GPU_F32 ? "f32" : "f16",
                  gpu_device_get_id (device));
  if (g_str_has_prefix (name, "t2s-prefill"))
    check_prefill (device, type, name);
  else
    check_tokens (device, type, name);
}

static void
check_f32 (gconstpointer data)
{
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", NULL);

  check_case_on (cpu, GPU_F32, data);
}

static void
check_f16 (gconstpointer data)
{
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", NULL);

  check_case_on (cpu, GPU_F16, data);
}

/* Few steps on every device that is not the processor; with none of them there is nothing to do. */
static void
check_gpu (gconstpointer data)
{
  g_autoptr (GPtrArray) devices = gpu_devices ();

  for (guint i = 0; i < devices->len; i++)
    if (gpu_device_get_kind (devices->pdata[i]) != GPU_DEVICE_CPU)
      check_case_on (devices->pdata[i], GPU_F16, data);
}

static void
add_case (const char *kind, const char *name, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/t2s/%s/%s", kind, name);

  g_test_add_data_func (path, name, func);
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) names = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  set = golden_set_open ();
  names = golden_set_list_cases (set, "t2s-");
  for (int i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], "t2s-sampler"))
      add_case ("sampler", names[i], check_sampler);
    else
      {
        add_case ("f32", names[i], check_f32);
        add_case ("f16", names[i], check_f16);
        if (g_str_has_prefix (names[i], "t2s-prefill") ||
            g_str_has_prefix (names[i], "t2s-penalty"))
          add_case ("gpu", names[i], check_gpu);
      }
  status = g_test_run ();
  golden_set_free (set);
  return status;
}
