/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-bench.h"

#include "engine/voice/gptsovits/myna-gsv-bert.h"
#include "engine/voice/gptsovits/myna-gsv-t2s.h"

#include <string.h>

static double
now (void)
{
  return (double) g_get_monotonic_time () / G_USEC_PER_SEC;
}

/* A sentence of the given lengths, whose tokens are drawn as usual but never end it. */
static gboolean
run_once (MynaGsvT2s *t2s,
          GpuContext *cx,
          const MynaGsvT2sInput *input,
          MynaGsvT2sFigures *figures,
          GError **error)
{
  MynaGsvSampling sampling = MYNA_GSV_SAMPLING_DEFAULT;
  int vocabulary = myna_gsv_t2s_get_vocabulary (t2s);
  g_autofree float *logits = g_new (float, vocabulary);
  g_autoptr (MynaGsvSampler) sampler = NULL;
  g_autoptr (MynaGsvT2sRun) run = NULL;
  double started = now (), begun;

  sampling.min_tokens = G_MAXINT;
  sampler = myna_gsv_sampler_new (&sampling, vocabulary);
  run = myna_gsv_t2s_run_new (t2s, cx, input, logits, NULL, NULL, error);
  if (run == NULL)
    return FALSE;
  begun = now ();
  figures->prefill = MIN (figures->prefill, begun - started);
  memcpy (figures->results, logits, sizeof figures->results);
  for (gsize i = 0; i < input->max_tokens; i++)
    if (!myna_gsv_t2s_run_step (run, myna_gsv_sampler_draw (sampler, logits), logits, error))
      return FALSE;
  figures->decode = MIN (figures->decode, now () - begun);
  return TRUE;
}

/* Everything but the tables and the BERT projection is read for each token. */
static double
count_bytes (const MynaGsvT2sSize *size, GpuType type, const MynaGsvT2sInput *input)
{
  double c = (double) size->channels, element = (double) gpu_type_size (type);
  double places = (double) (input->n_phones + input->n_prompt) + (double) input->max_tokens / 2;
  double layer = 4 * c * c + 2 * c * (double) size->inner, cache = 2 * c * places;

  return element * ((double) size->n_layers * (layer + cache) + c * (double) size->vocabulary);
}

/**
 * myna_gsv_bench_t2s:
 * @device: where to compute
 * @type: of the weights
 * @n_phones: phones of reference and target
 * @n_prompt: tokens of the reference
 * @n_tokens: tokens to speak
 * @runs: how often; the best counts, because others on the machine disturb
 * @figures: (out): what was measured
 * @error: (out) (optional): GPU_ERROR
 *
 * Returns: whether it ran
 */
gboolean
myna_gsv_bench_t2s (GpuDevice *device,
                    GpuType type,
                    gsize n_phones,
                    gsize n_prompt,
                    gsize n_tokens,
                    int runs,
                    MynaGsvT2sFigures *figures,
                    GError **error)
{
  MynaGsvT2sSize size = MYNA_GSV_T2S_SIZE;
  g_autoptr (MynaGsvShapes) shapes = myna_gsv_t2s_get_shapes (&size, "");
  g_autoptr (MynaTensors) tensors = myna_gsv_shapes_make_tensors (shapes);
  g_autoptr (MynaGsvT2s) t2s = NULL;
  g_autoptr (GpuContext) cx = NULL;
  g_autofree gint32 *phones = g_new0 (gint32, n_phones);
  g_autofree gint32 *prompt = g_new0 (gint32, n_prompt);
  MynaGsvT2sInput input = { phones, n_phones, NULL, prompt, n_prompt, n_tokens };
  double started = now ();

  g_return_val_if_fail (device != NULL && figures != NULL, FALSE);

  t2s = myna_gsv_t2s_new (tensors, device, type, error);
  if (t2s == NULL)
    return FALSE;
  *figures = (MynaGsvT2sFigures) { .load = now () - started,
                                   .prefill = G_MAXDOUBLE,
                                   .decode = G_MAXDOUBLE,
                                   .tokens = n_tokens,
                                   .bytes_per_token = count_bytes (&size, type, &input),
                                   .weights = myna_gsv_t2s_get_size (t2s) };
  for (gsize i = 0; i < n_phones; i++)
    phones[i] = (gint32) (i * 7 % (gsize) size.phones);
  for (gsize i = 0; i < n_prompt; i++)
    prompt[i] = (gint32) (i * 11 % 1024);
  cx = gpu_context_new (device);
  for (int i = 0; i < runs; i++)
    if (!run_once (t2s, cx, &input, figures, error))
      return FALSE;
  figures->scratch = gpu_context_get_peak (cx);
  return TRUE;
}

/**
 * myna_gsv_bench_bert:
 * @device: where to compute
 * @type: of the weights
 * @n_ids: characters and two
 * @runs: how often; the best counts
 * @figures: (out): what was measured
 * @error: (out) (optional): GPU_ERROR
 *
 * Returns: whether it ran
 */
gboolean
myna_gsv_bench_bert (GpuDevice *device,
                     GpuType type,
                     gsize n_ids,
                     int runs,
                     MynaGsvBertFigures *figures,
                     GError **error)
{
  MynaGsvBertSize size = MYNA_GSV_BERT_SIZE;
  g_autoptr (MynaGsvShapes) shapes = myna_gsv_bert_get_shapes (&size, "");
  g_autoptr (MynaTensors) tensors = myna_gsv_shapes_make_tensors (shapes);
  g_autoptr (MynaGsvBert) bert = NULL;
  g_autoptr (GpuContext) cx = NULL;
  g_autofree gint32 *ids = g_new (gint32, n_ids);
  g_autofree float *features = g_new (float, (gint64) n_ids *size.channels);
  double started = now ();

  g_return_val_if_fail (device != NULL && figures != NULL && n_ids >= 3, FALSE);

  bert = myna_gsv_bert_new (tensors, device, type, error);
  if (bert == NULL)
    return FALSE;
  *figures = (MynaGsvBertFigures) { .load = now () - started,
                                    .seconds = G_MAXDOUBLE,
                                    .weights = myna_gsv_bert_get_size (bert) };
  for (gsize i = 0; i < n_ids; i++)
    ids[i] = (gint32) (i * 13 % (gsize) size.vocabulary);
  cx = gpu_context_new (device);
  for (int i = 0; i < runs; i++)
    {
      started = now ();
      if (!myna_gsv_bert_run (bert, cx, ids, n_ids, features, NULL, NULL, error))
        return FALSE;
      figures->seconds = MIN (figures->seconds, now () - started);
    }
  memcpy (figures->results, features, sizeof figures->results);
  figures->scratch = gpu_context_get_peak (cx);
  return TRUE;
}
