/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/gpu-ops.h"

G_BEGIN_DECLS

/**
 * MynaGsvT2sFigures:
 * @load: seconds to put the weights on the device
 * @prefill: seconds to read text and prompt
 * @decode: seconds for all tokens
 * @tokens: their number
 * @bytes_per_token: weights read for a token, and the cache at its mean length
 * @weights: bytes on the device
 * @scratch: most bytes beside them
 *
 * Speed of T2S with full-size made-up weights.
 */
typedef struct
{
  double load, prefill, decode;
  gsize tokens;
  double bytes_per_token;
  guint64 weights, scratch;
} MynaGsvT2sFigures;

/* Any thread; takes seconds. @runs: the best of so many. */
gboolean myna_gsv_bench_t2s (GpuDevice *device,
                             GpuType type,
                             gsize n_phones,
                             gsize n_prompt,
                             gsize n_tokens,
                             int runs,
                             MynaGsvT2sFigures *figures,
                             GError **error);

G_END_DECLS
