/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/gptsovits/myna-gsv-sampler.h"

G_BEGIN_DECLS

/**
 * MynaGsvDoubt:
 * @MYNA_GSV_DOUBT_NONE: nothing seems wrong
 * @MYNA_GSV_DOUBT_SHORT: too short for its phones: words were swallowed
 * @MYNA_GSV_DOUBT_LONG: too long for its phones, or without an end: words were repeated
 * @MYNA_GSV_DOUBT_LOOP: the same tokens again and again
 *
 * What may be wrong with a sentence, as far as its tokens tell (spec gpt-sovits section 8, first
 * row).
 */
typedef enum
{
  MYNA_GSV_DOUBT_NONE,
  MYNA_GSV_DOUBT_SHORT,
  MYNA_GSV_DOUBT_LONG,
  MYNA_GSV_DOUBT_LOOP,
} MynaGsvDoubt;

MynaGsvDoubt
myna_gsv_doubt_judge (const gint32 *tokens, gsize n_tokens, gsize n_phones, MynaGsvStop stop);
gboolean myna_gsv_doubt_is_looping (const gint32 *tokens, gsize n_tokens);
gsize myna_gsv_doubt_get_limit (gsize n_phones);

G_END_DECLS
