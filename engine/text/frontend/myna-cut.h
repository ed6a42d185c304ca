/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaCutMethod:
 * @MYNA_CUT_NONE: the whole text
 * @MYNA_CUT_FOUR: every four clauses
 * @MYNA_CUT_FIFTY: when more than fifty characters are together
 * @MYNA_CUT_CHINESE_STOP: at each 。
 * @MYNA_CUT_ENGLISH_STOP: at each full stop that is not part of a number
 * @MYNA_CUT_PUNCTUATION: after every mark
 *
 * How a text becomes what is spoken at once; "cut0" to "cut5" of GPT-SoVITS.
 */
typedef enum
{
  MYNA_CUT_NONE,
  MYNA_CUT_FOUR,
  MYNA_CUT_FIFTY,
  MYNA_CUT_CHINESE_STOP,
  MYNA_CUT_ENGLISH_STOP,
  MYNA_CUT_PUNCTUATION,
} MynaCutMethod;

/**
 * MynaCutFlags:
 * @MYNA_CUT_DEFAULT: nothing special
 * @MYNA_CUT_AS_UPSTREAM: @MYNA_CUT_FOUR and @MYNA_CUT_FIFTY cut decimals ("3.14") as upstream does;
 *   for comparing with it
 */
typedef enum
{
  MYNA_CUT_DEFAULT = 0,
  MYNA_CUT_AS_UPSTREAM = 1 << 0,
} MynaCutFlags;

GPtrArray *myna_cut_text (const char *text, MynaCutMethod method, MynaCutFlags flags);
GPtrArray *myna_cut_paragraph (const char *text, gboolean english, MynaCutMethod method);
GPtrArray *myna_cut_prepare (const char *text, gboolean english, MynaCutMethod method);

G_END_DECLS
