/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-sampler.h"

#include "engine/voice/gptsovits/myna-gsv-random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  float logit;
  int token;
} Candidate;

struct _MynaGsvSampler
{
  MynaGsvSampling sampling;
  MynaGsvRandom random;
  int vocabulary;
  guint32 step;
  gboolean *seen;
  Candidate *candidates; /* room for all */
};

/**
 * myna_gsv_sampler_new:
 * @sampling: how to draw
 * @vocabulary: number of tokens, EOS, the last, included
 *
 * Returns: (transfer full): a sampler at the first step that has seen nothing
 */
MynaGsvSampler *
myna_gsv_sampler_new (const MynaGsvSampling *sampling, int vocabulary)
{
  MynaGsvSampler *self;

  g_return_val_if_fail (sampling != NULL && vocabulary > 1, NULL);

  self = g_new0 (MynaGsvSampler, 1);
  self->sampling = *sampling;
  self->random = (MynaGsvRandom) { sampling->seed, MYNA_GSV_STREAM_TOKENS };
  self->vocabulary = vocabulary;
  self->seen = g_new0 (gboolean, vocabulary);
  self->candidates = g_new (Candidate, vocabulary);
  return self;
}

/**
 * myna_gsv_sampler_free:
 * @self: (nullable) (transfer full): a sampler
 */
void
myna_gsv_sampler_free (MynaGsvSampler *self)
{
  if (self == NULL)
    return;
  g_free (self->seen);
  g_free (self->candidates);
  g_free (self);
}

/**
 * myna_gsv_sampler_see:
 * @self: a sampler
 * @tokens: token values; those outside the vocabulary are passed over
 * @n: their number
 */
void
myna_gsv_sampler_see (MynaGsvSampler *self, const gint32 *tokens, gsize n)
{
  g_return_if_fail (self != NULL && (tokens != NULL || n == 0));

  for (gsize i = 0; i < n; i++)
    if (tokens[i] >= 0 && tokens[i] < self->vocabulary)
      self->seen[tokens[i]] = TRUE;
}

/* Once for each value that was seen, in place: smaller when positive, more negative when not. */
static void
penalise (const MynaGsvSampler *self, float *logits)
{
  float penalty = self->sampling.repetition_penalty;

  for (int i = 0; i < self->vocabulary; i++)
    if (self->seen[i])
      logits[i] = logits[i] < 0 ? logits[i] * penalty : logits[i] / penalty;
}

/* Greatest first; equal ones in the order of the vocabulary, so that the result is one only. */
static int
compare_candidates (const void *a, const void *b)
{
  const Candidate *x = a, *y = b;

  if (x->logit != y->logit)
    return x->logit > y->logit ? -1 : 1;
  return x->token - y->token;
}

/* Keeps the first @n of sorted candidates whose probabilities add up to at most top_p, and always
 * one: the candidate that crosses it goes. */
static int
keep_top_p (const Candidate *candidates, int n, float top_p)
{
  double sum = 0, part = 0;
  int kept = 0;

  for (int i = 0; i < n; i++)
    sum += exp ((double) (candidates[i].logit - candidates[0].logit));
  for (; kept < n; kept++)
    {
      part += exp ((double) (candidates[kept].logit - candidates[0].logit)) / sum;
      if (part > (double) top_p)
        break;
    }
  return MAX (kept, 1);
}

/* All logits as candidates, those that can be among the k greatest sorted in front. */
static int
keep_top_k (Candidate *candidates, int n, int k)
{
  int kept = k;

  while (kept < n && candidates[kept].logit >= candidates[k - 1].logit)
    kept++; /* as many as are equal to the k-th */
  return kept;
}

/* Moves what may be among the k greatest to the front, so that little is sorted: below the k-th of
 * a running list nothing can be. */
static int
shortlist (Candidate *candidates, int n, int k)
{
  g_autofree float *best = g_new (float, k);
  int filled = 0, kept = 0;

  for (int i = 0; i < n; i++)
    {
      float logit = candidates[i].logit;
      int at;

      if (filled == k && !(logit > best[k - 1]))
        continue;
      if (filled < k)
        filled++;
      for (at = filled - 1; at > 0 && best[at - 1] < logit; at--)
        best[at] = best[at - 1];
      best[at] = logit;
    }
  for (int i = 0; i < n; i++)
    if (candidates[i].logit >= best[filled - 1])
      candidates[kept++] = candidates[i];
  return kept;
}

/* Sorted candidates after top-p, temperature and top-k; their logits are tempered. */
static int
choose_candidates (MynaGsvSampler *self, const float *logits, int vocabulary)
{
  const MynaGsvSampling *s = &self->sampling;
  Candidate *candidates = self->candidates;
  gboolean by_p = s->top_p < 1;
  int n = vocabulary, k = s->top_k > 0 ? MIN (s->top_k, vocabulary) : vocabulary;

  for (int i = 0; i < vocabulary; i++)
    candidates[i] = (Candidate) { logits[i], i };
  if (!by_p && k <= 64)
    n = shortlist (candidates, n, k);
  qsort (candidates, (gsize) n, sizeof *candidates, compare_candidates);
  if (by_p)
    n = keep_top_p (candidates, n, s->top_p);
  for (int i = 0; i < n; i++)
    candidates[i].logit /= MAX (s->temperature, 1e-5f);
  return keep_top_k (candidates, n, MIN (k, n));
}

/* The greatest of probability / exponential number is a draw by the probabilities; here with
 * logarithms. Each token has a number of its own, so that the draw does not hang on which others
 * are candidates. */
static gint32
draw_candidate (const MynaGsvSampler *self, int n)
{
  double most = -INFINITY;
  gint32 token = self->candidates[0].token;

  for (int i = 0; i < n; i++)
    {
      const Candidate *c = &self->candidates[i];
      double score =
          (double) c->logit -
          log (myna_gsv_random_exponential (&self->random, self->step, (guint32) c->token));

      if (score > most)
        {
          most = score;
          token = c->token;
        }
    }
  return token;
}

static int
find_greatest (const float *logits, int n)
{
  int greatest = 0;

  for (int i = 1; i < n; i++)
    if (logits[i] > logits[greatest])
      greatest = i;
  return greatest;
}

/**
 * myna_gsv_sampler_draw:
 * @self: a sampler
 * @logits: (inout): one for each token; changed
 *
 * EOS cannot come in the first min_tokens steps. Later the sentence ends when EOS is drawn or is
 * the likeliest token after the penalty.
 *
 * Returns: the token, or −1 at the end of the sentence
 */
gint32
myna_gsv_sampler_draw (MynaGsvSampler *self, float *logits)
{
  int n, eos;
  gint32 token;

  g_return_val_if_fail (self != NULL && logits != NULL, -1);

  eos = self->vocabulary - 1;
  n = self->step < (guint32) self->sampling.min_tokens ? eos : self->vocabulary;
  penalise (self, logits);
  token = draw_candidate (self, choose_candidates (self, logits, n));
  if (n > eos && (token == eos || find_greatest (logits, n) == eos))
    return -1;
  self->seen[token] = TRUE;
  self->step++;
  return token;
}

/**
 * myna_gsv_sampler_probabilities:
 * @self: a sampler
 * @logits: (inout): one for each token; become probabilities
 */
void
myna_gsv_sampler_probabilities (MynaGsvSampler *self, float *logits)
{
  double sum = 0;
  int n;

  g_return_if_fail (self != NULL && logits != NULL);

  penalise (self, logits);
  n = choose_candidates (self, logits, self->vocabulary);
  memset (logits, 0, sizeof (float) * (gsize) self->vocabulary);
  for (int i = 0; i < n; i++)
    sum += exp ((double) (self->candidates[i].logit - self->candidates[0].logit));
  for (int i = 0; i < n; i++)
    logits[self->candidates[i].token] =
        (float) (exp ((double) (self->candidates[i].logit - self->candidates[0].logit)) / sum);
}
