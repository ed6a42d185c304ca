/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/myna-segment.h"

G_BEGIN_DECLS

/**
 * MynaTakeCut:
 * @MYNA_TAKE_CUT_SENTENCES: at the ends of sentences
 * @MYNA_TAKE_CUT_FOUR: every four clauses; upstream's cut1
 * @MYNA_TAKE_CUT_FIFTY: when more than fifty characters are together; cut2
 * @MYNA_TAKE_CUT_CHINESE_STOP: at each 。; cut3
 * @MYNA_TAKE_CUT_ENGLISH_STOP: at each full stop; cut4
 * @MYNA_TAKE_CUT_PUNCTUATION: after every mark; cut5
 *
 * How the text of a take becomes its pieces. Upstream's cut0, not to cut at all, is not there: what
 * is spoken at once must stay short enough for the model, and pieces are what is spoken again.
 */
typedef enum
{
  MYNA_TAKE_CUT_SENTENCES,
  MYNA_TAKE_CUT_FOUR,
  MYNA_TAKE_CUT_FIFTY,
  MYNA_TAKE_CUT_CHINESE_STOP,
  MYNA_TAKE_CUT_ENGLISH_STOP,
  MYNA_TAKE_CUT_PUNCTUATION,
  MYNA_N_TAKE_CUTS,
} MynaTakeCut;

/* A stable name, for files and the command line. */
const char *myna_take_cut_get_id (MynaTakeCut cut);
/* Also takes upstream's names, "cut1" to "cut5". */
gboolean myna_take_cut_from_id (const char *id, MynaTakeCut *cut);
/* Translated, as a person reads it in a list. */
const char *myna_take_cut_get_title (MynaTakeCut cut);

/* (transfer full) (element-type MynaSegment): what is spoken one by one. */
GPtrArray *
myna_take_cut_text (MynaTakeCut cut, const char *text, gssize length, const char *language);

G_END_DECLS
