/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/gpu-ops.h"

G_BEGIN_DECLS

#define MYNA_GSV_BENCH_RESULTS 8

/**
 * MynaGsvT2sFigures:
 * @load: seconds to put the weights on the device
 * @prefill: seconds to read text and prompt
 * @decode: seconds for all tokens
 * @tokens: their number
 * @bytes_per_token: weights read for a token, and the cache at its mean length
 * @weights: bytes on the device
 * @scratch: most bytes beside them
 * @results: the first logits after the prompt, for comparing with a peer
 *
 * Speed of T2S with full-size made-up weights.
 */
typedef struct
{
  double load, prefill, decode;
  gsize tokens;
  double bytes_per_token;
  guint64 weights, scratch;
  float results[MYNA_GSV_BENCH_RESULTS];
} MynaGsvT2sFigures;

/**
 * MynaGsvBertFigures:
 * @load: seconds to put the weights on the device
 * @seconds: for one text
 * @weights: bytes on the device
 * @scratch: most bytes beside them
 * @results: the first values of the first character's vector
 *
 * Speed of RoBERTa with full-size made-up weights.
 */
typedef struct
{
  double load, seconds;
  guint64 weights, scratch;
  float results[MYNA_GSV_BENCH_RESULTS];
} MynaGsvBertFigures;

/* Any thread; takes seconds. @runs: the best of so many. */
gboolean myna_gsv_bench_t2s (GpuDevice *device,
                             GpuType type,
                             gsize n_phones,
                             gsize n_prompt,
                             gsize n_tokens,
                             int runs,
                             MynaGsvT2sFigures *figures,
                             GError **error);
gboolean myna_gsv_bench_bert (GpuDevice *device,
                              GpuType type,
                              gsize n_ids,
                              int runs,
                              MynaGsvBertFigures *figures,
                              GError **error);

G_END_DECLS
