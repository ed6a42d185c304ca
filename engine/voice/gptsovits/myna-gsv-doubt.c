/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-doubt.h"

#include "engine/voice/gptsovits/myna-gsv-t2s.h"

#define TOKENS_PER_SECOND 25.0

/* Fast speech has about 17 phones a second, slow speech 8; marks are phones too. Beyond these
 * nobody speaks. */
#define MOST_PHONES_PER_SECOND 26.0
#define LEAST_PHONES_PER_SECOND 3.5

/* What a sentence may be longer than its phones say: pauses at marks. */
#define PAUSE_TOKENS 50

/* Phones below which a sentence may be of any shortness: "Yes." */
#define FEW_PHONES 6

/* The same stretch so often in a row is a loop; silence repeats one token, and may for a while. */
#define LOOP_TIMES 4
#define LONGEST_LOOP 50
#define LEAST_LOOP_TOKENS 40

/**
 * myna_gsv_doubt_get_limit:
 * @n_phones: of the sentence
 *
 * Returns: tokens after which it can only be broken
 */
gsize
myna_gsv_doubt_get_limit (gsize n_phones)
{
  gsize most = (gsize) ((double) n_phones / LEAST_PHONES_PER_SECOND * TOKENS_PER_SECOND);

  return MIN (most + PAUSE_TOKENS, MYNA_GSV_T2S_MAX_TOKENS);
}

/* Whether the end consists of one stretch of @length tokens LOOP_TIMES over. */
static gboolean
ends_in_loop (const gint32 *tokens, gsize n_tokens, gsize length)
{
  gsize times = MAX (LOOP_TIMES, (LEAST_LOOP_TOKENS + length - 1) / length);

  if (n_tokens < length * times)
    return FALSE;
  for (gsize i = n_tokens - length * (times - 1); i < n_tokens; i++)
    if (tokens[i] != tokens[i - length])
      return FALSE;
  return TRUE;
}

/**
 * myna_gsv_doubt_is_looping:
 * @tokens: so far
 * @n_tokens: their number
 *
 * Returns: whether the sentence has got stuck, so that going on is a waste
 */
gboolean
myna_gsv_doubt_is_looping (const gint32 *tokens, gsize n_tokens)
{
  for (gsize length = 1; length <= LONGEST_LOOP; length++)
    if (ends_in_loop (tokens, n_tokens, length))
      return TRUE;
  return FALSE;
}

/**
 * myna_gsv_doubt_judge:
 * @tokens: of a sentence
 * @n_tokens: their number
 * @n_phones: that were to be said
 * @stop: why it ended
 *
 * Returns: what may be wrong with it
 */
MynaGsvDoubt
myna_gsv_doubt_judge (const gint32 *tokens, gsize n_tokens, gsize n_phones, MynaGsvStop stop)
{
  double seconds = (double) n_tokens / TOKENS_PER_SECOND;

  if (myna_gsv_doubt_is_looping (tokens, n_tokens))
    return MYNA_GSV_DOUBT_LOOP;
  if (stop == MYNA_GSV_STOP_LENGTH)
    return MYNA_GSV_DOUBT_LONG;
  if (n_phones > FEW_PHONES && (double) n_phones > seconds * MOST_PHONES_PER_SECOND)
    return MYNA_GSV_DOUBT_SHORT;
  return MYNA_GSV_DOUBT_NONE;
}
