/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaGsvSampling:
 * @top_k: candidates kept, 1 is greedy, 0 all
 * @top_p: part of the probability kept; 1 all
 * @temperature: above 0; larger is livelier
 * @repetition_penalty: 1 none
 * @seed: the same seed gives the same tokens
 * @min_tokens: EOS is not drawn before so many tokens
 *
 * How tokens are drawn (spec gpt-sovits section 4.3, sampling).
 */
typedef struct
{
  int top_k;
  float top_p;
  float temperature;
  float repetition_penalty;
  guint64 seed;
  int min_tokens;
} MynaGsvSampling;

/* Upstream's defaults: 15, 1, 1, 1.35; at least 11 tokens. */
#define MYNA_GSV_SAMPLING_DEFAULT                                                                  \
  ((MynaGsvSampling) {                                                                             \
      .top_k = 15, .top_p = 1, .temperature = 1, .repetition_penalty = 1.35f, .min_tokens = 11 })

/**
 * MynaGsvStop:
 * @MYNA_GSV_STOP_EOS: the network ended the sentence
 * @MYNA_GSV_STOP_LENGTH: the limit was reached: the sentence is probably broken
 * @MYNA_GSV_STOP_CALLER: the caller ended it
 */
typedef enum
{
  MYNA_GSV_STOP_EOS,
  MYNA_GSV_STOP_LENGTH,
  MYNA_GSV_STOP_CALLER,
} MynaGsvStop;

/**
 * MynaGsvSampler:
 *
 * Draws one sentence's tokens from logits. Knows which token values have been seen. One thread.
 */
typedef struct _MynaGsvSampler MynaGsvSampler;

/* The last of @vocabulary tokens is EOS. */
MynaGsvSampler *myna_gsv_sampler_new (const MynaGsvSampling *sampling, int vocabulary);
void myna_gsv_sampler_free (MynaGsvSampler *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaGsvSampler, myna_gsv_sampler_free)

/* Counts for the repetition penalty: the prompt's tokens. */
void myna_gsv_sampler_see (MynaGsvSampler *self, const gint32 *tokens, gsize n);
/* Draws the next token, which is then seen; −1 when the sentence ends here. @logits are changed. */
gint32 myna_gsv_sampler_draw (MynaGsvSampler *self, float *logits);
/* The probabilities that a draw would use, EOS allowed: penalty, top-p, temperature, top-k. @logits
 * become probabilities. */
void myna_gsv_sampler_probabilities (MynaGsvSampler *self, float *logits);

G_END_DECLS
