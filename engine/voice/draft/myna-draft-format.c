/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-format.h"

const MynaDraftFormat myna_draft_format_16k = { 16000, 80, 1024, 64, 32, 8000.0 };
const MynaDraftFormat myna_draft_format_24k = { 24000, 120, 2048, 80, 40, 12000.0 };

/**
 * myna_draft_format_for_rate:
 * @rate: samples a second
 *
 * Returns: (transfer none) (nullable): the format of that rate, %NULL if there is none.
 *   Any thread.
 */
const MynaDraftFormat *
myna_draft_format_for_rate (int rate)
{
  if (rate == myna_draft_format_16k.rate)
    return &myna_draft_format_16k;
  if (rate == myna_draft_format_24k.rate)
    return &myna_draft_format_24k;
  return NULL;
}
