/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "engine/voice/gptsovits/myna-gsv-bert.h"
#include "engine/voice/gptsovits/myna-gsv-random.h"
#include "engine/voice/gptsovits/myna-gsv-t2s.h"

#include <math.h>
#include <string.h>

/* What holds for T2S, its sampler and RoBERTa whatever the weights: small networks with made-up
 * ones. Values themselves are compared in the suite "golden". */

#define VOCABULARY 33

/* ---- random numbers ---- */

/* Known answers of the authors of Philox (Random123). */
static void
test_philox (void)
{
  static const struct
  {
    guint32 counter[4], key[2], result[4];
  } answers[] = {
    { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      guint32 result[4];

      myna_gsv_philox (answers[i].counter, answers[i].key, result);
      g_assert_cmpmem (result, sizeof result, answers[i].result, sizeof result);
    }
}

static void
test_distributions (void)
{
  const MynaGsvRandom random = { 7, MYNA_GSV_STREAM_NOISE };
  const guint n = 40000;
  g_autofree float *normal = g_new (float, n);
  float few[5];
  double mean = 0, square = 0, exponential = 0;

  myna_gsv_random_normal (&random, 3, normal, n);
  myna_gsv_random_normal (&random, 3, few, G_N_ELEMENTS (few));
  g_assert_cmpmem (few, sizeof few, normal, sizeof few);
  for (guint i = 0; i < n; i++)
    {
      double u = myna_gsv_random_uniform (&random, 1, i);

      g_assert_true (u > 0 && u < 1);
      mean += (double) normal[i] / n;
      square += (double) normal[i] * (double) normal[i] / n;
      exponential += myna_gsv_random_exponential (&random, 2, i) / n;
    }
  g_assert_cmpfloat_with_epsilon (mean, 0, 0.02);
  g_assert_cmpfloat_with_epsilon (square, 1, 0.03);
  g_assert_cmpfloat_with_epsilon (exponential, 1, 0.03);
}

/* ---- sampler ---- */

static void
fill_logits (float *logits, guint step)
{
  const MynaGsvRandom random = { 99, 17 };

  myna_gsv_random_normal (&random, step, logits, VOCABULARY);
}

static void
test_sampler_frequencies (void)
{
  MynaGsvSampling sampling = MYNA_GSV_SAMPLING_DEFAULT;
  float wanted[VOCABULARY], logits[VOCABULARY];
  double found[VOCABULARY] = { 0 };
  const guint n = 20000;

  sampling.top_k = 5;
  sampling.temperature = 0.7f;
  sampling.min_tokens = 0;
  for (guint i = 0; i <= n; i++)
    {
      g_autoptr (MynaGsvSampler) sampler = NULL;
      gint32 seen = 4, token;

      sampling.seed = i;
      sampler = myna_gsv_sampler_new (&sampling, VOCABULARY);
      myna_gsv_sampler_see (sampler, &seen, 1);
      fill_logits (logits, 0);
      logits[VOCABULARY - 1] = -5;
      if (i == n)
        {
          memcpy (wanted, logits, sizeof wanted);
          myna_gsv_sampler_probabilities (sampler, wanted);
          break;
        }
      token = myna_gsv_sampler_draw (sampler, logits);
      g_assert_cmpint (token, >=, 0);
      found[token] += 1.0 / n;
    }
  for (int i = 0; i < VOCABULARY; i++)
    {
      g_assert_cmpfloat_with_epsilon (found[i], (double) wanted[i], 0.015);
      g_assert_true (wanted[i] > 0 || found[i] == 0);
    }
}

static void
draw_many (guint64 seed, gint32 *tokens, guint n)
{
  MynaGsvSampling sampling = MYNA_GSV_SAMPLING_DEFAULT;
  g_autoptr (MynaGsvSampler) sampler = NULL;
  float logits[VOCABULARY];

  sampling.seed = seed;
  sampling.min_tokens = G_MAXINT;
  sampler = myna_gsv_sampler_new (&sampling, VOCABULARY);
  for (guint i = 0; i < n; i++)
    {
      fill_logits (logits, i);
      tokens[i] = myna_gsv_sampler_draw (sampler, logits);
    }
}

/* A seed is what it says, and EOS stays away as long as it must. */
static void
test_sampler_seed (void)
{
  gint32 a[50], b[50], c[50];

  draw_many (1, a, G_N_ELEMENTS (a));
  draw_many (1, b, G_N_ELEMENTS (b));
  draw_many (2, c, G_N_ELEMENTS (c));
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  g_assert_true (memcmp (a, c, sizeof a) != 0);
  for (gsize i = 0; i < G_N_ELEMENTS (a); i++)
    g_assert_true (a[i] >= 0 && a[i] < VOCABULARY - 1);
}

/* The likeliest token is EOS: nothing but the ban keeps the sentence going. */
static void
test_sampler_end (void)
{
  MynaGsvSampling sampling = MYNA_GSV_SAMPLING_DEFAULT;
  g_autoptr (MynaGsvSampler) sampler = myna_gsv_sampler_new (&sampling, VOCABULARY);
  float logits[VOCABULARY];
  guint n = 0;

  for (;; n++)
    {
      fill_logits (logits, n);
      logits[VOCABULARY - 1] = 20;
      if (myna_gsv_sampler_draw (sampler, logits) < 0)
        break;
    }
  g_assert_cmpuint (n, ==, 11);
}

/* Temperature, top-p and top-k at their ends are all the greatest logit. */
static void
test_sampler_greedy (void)
{
  static const MynaGsvSampling ways[] = {
    { .top_k = 1, .top_p = 1, .temperature = 1, .repetition_penalty = 1 },
    { .top_k = 0, .top_p = 1e-6f, .temperature = 1, .repetition_penalty = 1 },
    { .top_k = 15, .top_p = 1, .temperature = 1e-5f, .repetition_penalty = 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    for (guint step = 0; step < 20; step++)
      {
        g_autoptr (MynaGsvSampler) sampler = myna_gsv_sampler_new (&ways[i], VOCABULARY);
        float logits[VOCABULARY];
        int most = 0;

        fill_logits (logits, step);
        logits[VOCABULARY - 1] = -9;
        for (int k = 1; k < VOCABULARY; k++)
          most = logits[k] > logits[most] ? k : most;
        g_assert_cmpint (myna_gsv_sampler_draw (sampler, logits), ==, most);
      }
}

/* ---- T2S ---- */

static const MynaGsvT2sSize small = { 2, 64, 96, VOCABULARY, 20 };
static const gint32 phones[] = { 3, 1, 4, 1, 5, 9, 2, 6 };
static const gint32 prompt[] = { 2, 7, 1, 8, 2, 8 };

static MynaGsvT2s *
make_t2s (const char *prefix)
{
  g_autoptr (MynaGsvShapes) shapes = myna_gsv_t2s_get_shapes (&small, prefix);
  g_autoptr (MynaTensors) tensors = myna_gsv_shapes_make_tensors (shapes);
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", NULL);
  g_autoptr (GError) error = NULL;
  MynaGsvT2s *t2s = myna_gsv_t2s_new (tensors, cpu, GPU_F32, &error);

  g_assert_no_error (error);
  return t2s;
}

static GpuContext *
make_context (void)
{
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", NULL);

  return gpu_context_new (cpu);
}

static MynaGsvT2sInput
make_input (gsize n_prompt, gsize max_tokens)
{
  return (MynaGsvT2sInput) { phones, G_N_ELEMENTS (phones), NULL, prompt, n_prompt, max_tokens };
}

static void
assert_close (const float *a, const float *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon ((double) a[i], (double) b[i], 1e-4);
}

/* A token that is stepped through gives what it gives as part of the prompt, with and without a
 * prompt before it. */
static void
test_t2s_steps (void)
{
  g_autoptr (MynaGsvT2s) t2s = make_t2s ("model.");
  g_autoptr (GpuContext) cx = make_context ();

  g_assert_cmpint (myna_gsv_t2s_get_vocabulary (t2s), ==, VOCABULARY);
  g_assert_cmpint (myna_gsv_t2s_get_n_phones (t2s), ==, 20);
  for (gsize first = 0; first < G_N_ELEMENTS (prompt); first += 3)
    {
      MynaGsvT2sInput input = make_input (first, G_N_ELEMENTS (prompt) - first);
      MynaGsvT2sInput whole = make_input (G_N_ELEMENTS (prompt), 0);
      float logits[VOCABULARY], wanted[VOCABULARY];
      g_autoptr (MynaGsvT2sRun) a =
          myna_gsv_t2s_run_new (t2s, cx, &input, logits, NULL, NULL, NULL);
      g_autoptr (MynaGsvT2sRun) b =
          myna_gsv_t2s_run_new (t2s, cx, &whole, wanted, NULL, NULL, NULL);

      g_assert_nonnull (b);
      for (gsize i = first; i < G_N_ELEMENTS (prompt); i++)
        g_assert_true (myna_gsv_t2s_run_step (a, prompt[i], logits, NULL));
      assert_close (logits, wanted, VOCABULARY);
    }
}

/* The same values from zeros of BERT as from none, and others from other values. */
static void
test_t2s_bert (void)
{
  g_autoptr (MynaGsvT2s) t2s = make_t2s ("");
  g_autoptr (GpuContext) cx = make_context ();
  gsize n = G_N_ELEMENTS (phones) * MYNA_GSV_BERT_CHANNELS;
  g_autofree float *bert = g_new0 (float, n);
  float logits[3][VOCABULARY];

  for (int i = 0; i < 3; i++)
    {
      MynaGsvT2sInput input = make_input (2, 1);

      input.bert = i > 0 ? bert : NULL;
      for (gsize k = 0; i == 2 && k < n; k++)
        bert[k] = 0.1f * (float) (k % 11);
      myna_gsv_t2s_run_free (myna_gsv_t2s_run_new (t2s, cx, &input, logits[i], NULL, NULL, NULL));
    }
  g_assert_cmpmem (logits[0], sizeof logits[0], logits[1], sizeof logits[1]);
  g_assert_true (memcmp (logits[0], logits[2], sizeof logits[0]) != 0);
}

static gboolean
stop_at (gint32 token, gsize index, gpointer data)
{
  return index + 1 < GPOINTER_TO_SIZE (data);
}

static gboolean
cancel_at (gint32 token, gsize index, gpointer data)
{
  if (index == 4)
    g_cancellable_cancel (data);
  return TRUE;
}

static GArray *
speak (MynaGsvT2s *t2s,
       guint64 seed,
       MynaGsvTokenFunc func,
       gpointer data,
       MynaGsvStop *stop,
       GCancellable *cancellable,
       GError **error)
{
  g_autoptr (GpuContext) cx = make_context ();
  MynaGsvSampling sampling = MYNA_GSV_SAMPLING_DEFAULT;
  MynaGsvT2sInput input = make_input (4, 30);
  GArray *tokens;

  sampling.seed = seed;
  sampling.min_tokens = G_MAXINT;
  tokens = myna_gsv_t2s_speak (t2s, cx, &input, &sampling, func, data, stop, cancellable, error);
  g_assert_cmpuint (gpu_context_get_used (cx), ==, 0);
  return tokens;
}

static void
test_t2s_speak (void)
{
  g_autoptr (MynaGsvT2s) t2s = make_t2s ("");
  MynaGsvStop stop;
  g_autoptr (GArray) a = speak (t2s, 5, NULL, NULL, &stop, NULL, NULL);
  g_autoptr (GArray) b = NULL;
  g_autoptr (GArray) c = NULL;
  g_autoptr (GArray) none = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (a->len, ==, 30);
  g_assert_cmpint (stop, ==, MYNA_GSV_STOP_LENGTH);
  b = speak (t2s, 5, stop_at, GSIZE_TO_POINTER (9), &stop, NULL, NULL);
  g_assert_cmpint (stop, ==, MYNA_GSV_STOP_CALLER);
  g_assert_cmpuint (b->len, ==, 9);
  g_assert_cmpmem (a->data, 9 * sizeof (gint32), b->data, 9 * sizeof (gint32));
  c = speak (t2s, 6, NULL, NULL, &stop, NULL, NULL);
  g_assert_true (memcmp (a->data, c->data, 30 * sizeof (gint32)) != 0);
  none = speak (t2s, 5, cancel_at, cancellable, &stop, cancellable, &error);
  g_assert_null (none);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_t2s_limits (void)
{
  g_autoptr (MynaGsvT2s) t2s = make_t2s ("");
  g_autoptr (GpuContext) cx = make_context ();
  g_autofree gint32 *many = g_new0 (gint32, MYNA_GSV_T2S_MAX_POSITIONS + 1);
  MynaGsvT2sInput input = make_input (4, 100);
  float logits[VOCABULARY];
  g_autoptr (GError) error = NULL;
  MynaGsvT2sRun *run = myna_gsv_t2s_run_new (t2s, cx, &input, logits, NULL, NULL, NULL);

  myna_gsv_t2s_run_free (run);
  /* The allocator rounds up to classes of sizes. */
  g_assert_cmpuint (gpu_context_get_peak (cx), <=, myna_gsv_t2s_estimate (t2s, &input) * 9 / 8);
  g_assert_cmpuint (gpu_context_get_used (cx), ==, 0);
  input.n_phones = 0;
  g_assert_null (myna_gsv_t2s_run_new (t2s, cx, &input, logits, NULL, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
  g_clear_error (&error);
  input.phones = many;
  input.n_phones = MYNA_GSV_T2S_MAX_POSITIONS + 1;
  g_assert_null (myna_gsv_t2s_run_new (t2s, cx, &input, logits, NULL, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE);
  /* Ids that are in no table are zeros. */
  for (int i = 0; i < 8; i++)
    many[i] = i % 2 == 0 ? -5 : G_MAXINT32;
  input.n_phones = 8;
  input.prompt = many;
  run = myna_gsv_t2s_run_new (t2s, cx, &input, logits, NULL, NULL, NULL);
  g_assert_nonnull (run);
  g_assert_true (myna_gsv_t2s_run_step (run, 70000, logits, NULL));
  myna_gsv_t2s_run_free (run);
}

static void
assert_refused (MynaGsvShapes *shapes, int code)
{
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", NULL);
  g_autoptr (MynaTensors) tensors = myna_gsv_shapes_make_tensors (shapes);
  g_autoptr (GError) error = NULL;

  g_assert_null (myna_gsv_t2s_new (tensors, cpu, GPU_F32, &error));
  g_assert_error (error, MYNA_ERROR, code);
}

/* Another network's file, one that lacks most tensors, and one whose sizes are nonsense. */
static void
test_t2s_damaged (void)
{
  static const gint64 channels[] = { 64, 63 };
  g_autoptr (MynaGsvShapes) other = myna_gsv_t2s_get_shapes (&small, "other.");

  assert_refused (other, MYNA_ERROR_UNSUPPORTED);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (MynaGsvShapes) shapes = myna_gsv_shapes_new ("");

      myna_gsv_shapes_add (shapes, 33, channels[i], 0, "ar_predict_layer.weight");
      myna_gsv_shapes_add (shapes, 20, 64, 0, "ar_text_embedding.word_embeddings.weight");
      myna_gsv_shapes_add (shapes, 96, 64, 0, "h.layers.0.linear1.weight");
      myna_gsv_shapes_add (shapes, 64, 0, 0, "h.layers.0.norm1.weight");
      assert_refused (shapes, i == 0 ? MYNA_ERROR_CORRUPT : MYNA_ERROR_UNSUPPORTED);
    }
}

/* ---- RoBERTa and its vocabulary ---- */

static const char json[] =
    "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[UNK]\": 2, \"[CLS]\": 0, \"[SEP]\": 1, "
    "\"你\": 3, \"好\": 4, \"a\": 5, \"##好\": 6, \",\": 7, \"x\": -1, \"y\": \"no\"}}}";
static const char lines[] = "[CLS]\r\n[SEP]\n[UNK]\n你\n好\na\n##好\n,";

static void
test_vocabulary (void)
{
  static const gint32 wanted[] = { 0, 3, 4, 5, 5, 7, 2, 1 };
  static const char *const texts[] = { json, lines };
  static const char *const damaged[] = { "",
                                         "{",
                                         "{}",
                                         "[CLS]\n[SEP]",
                                         "{\"model\": 3}",
                                         "{\"model\": {\"vocab\": []}}",
                                         "\xff\xfe\n[CLS]" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MynaGsvVocabulary) vocabulary =
          myna_gsv_vocabulary_parse (texts[i], strlen (texts[i]), "vocab", &error);
      gsize n;
      g_autofree gint32 *ids = NULL;

      g_assert_no_error (error);
      ids = myna_gsv_vocabulary_encode (vocabulary, "你好aA,☂", &n);
      g_assert_cmpmem (ids, n * sizeof *ids, wanted, sizeof wanted);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (myna_gsv_vocabulary_parse (damaged[i], strlen (damaged[i]), "vocab", &error));
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
    }
  g_assert_null (myna_gsv_vocabulary_read ("/nowhere/tokenizer.json", NULL));
}

static void
test_bert (void)
{
  static const MynaGsvBertSize size = { 2, 64, 80, 8, 10 };
  static const guint8 word2ph[] = { 2, 0, 1 };
  g_autoptr (MynaGsvShapes) shapes = myna_gsv_bert_get_shapes (&size, "bert.");
  g_autoptr (MynaTensors) tensors = myna_gsv_shapes_make_tensors (shapes);
  g_autoptr (GpuDevice) cpu = gpu_device_choose ("cpu", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaGsvBert) bert = myna_gsv_bert_new (tensors, cpu, GPU_F32, &error);
  g_autoptr (MynaGsvVocabulary) vocabulary =
      myna_gsv_vocabulary_parse (json, strlen (json), "vocab", NULL);
  g_autoptr (GpuContext) cx = make_context ();
  float features[9 * 64], spread[3 * 64];
  gint32 ids[11] = { 0, 3, 4, 5, 1 };

  g_assert_no_error (error);
  g_assert_true (myna_gsv_bert_run (bert, cx, ids, 5, features, NULL, NULL, &error));
  g_assert_true (
      myna_gsv_bert_read (bert, cx, vocabulary, "你好a", word2ph, 3, spread, NULL, &error));
  g_assert_cmpmem (spread, 64 * sizeof (float), features, 64 * sizeof (float));
  g_assert_cmpmem (spread + 64, 64 * sizeof (float), features, 64 * sizeof (float));
  g_assert_cmpmem (spread + 128, 64 * sizeof (float), features + 128, 64 * sizeof (float));
  g_assert_false (myna_gsv_bert_run (bert, cx, ids, 11, features, NULL, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gsv/random/philox", test_philox);
  g_test_add_func ("/gsv/random/distributions", test_distributions);
  g_test_add_func ("/gsv/sampler/frequencies", test_sampler_frequencies);
  g_test_add_func ("/gsv/sampler/seed", test_sampler_seed);
  g_test_add_func ("/gsv/sampler/end", test_sampler_end);
  g_test_add_func ("/gsv/sampler/greedy", test_sampler_greedy);
  g_test_add_func ("/gsv/t2s/steps", test_t2s_steps);
  g_test_add_func ("/gsv/t2s/bert", test_t2s_bert);
  g_test_add_func ("/gsv/t2s/speak", test_t2s_speak);
  g_test_add_func ("/gsv/t2s/limits", test_t2s_limits);
  g_test_add_func ("/gsv/t2s/damaged", test_t2s_damaged);
  g_test_add_func ("/gsv/vocabulary", test_vocabulary);
  g_test_add_func ("/gsv/bert", test_bert);
  return g_test_run ();
}
