/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/frontend/en/myna-en-neural.h"
#include "engine/text/frontend/myna-front-end.h"
#include "engine/text/frontend/myna-lexicon.h"
#include "engine/text/frontend/myna-user-dictionary.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaFrontEndReading:
 * @dictionary: the person's own words
 * @set: the symbol set of the model
 * @flags: whether to do as upstream does
 * @english_model: (nullable): what reads English words that no dictionary has; %NULL: espeak-ng
 *
 * How a stretch of text is to be read.
 */
typedef struct
{
  const MynaUserDictionary *dictionary;
  MynaSymbolSet set;
  MynaFrontEndFlags flags;
  const MynaEnNeural *english_model;
} MynaFrontEndReading;

/**
 * MynaFrontEndLanguage:
 * @code: "zh"
 * @open: what the language needs of the lexicon; called once, any thread
 * @close: frees what @open made
 * @read: fills in text, phones and word2ph of a segment of this language; any thread, several at
 *   once. The text is valid UTF-8 of bounded length. What cannot be spoken is left out, so that a
 *   segment without phones is not an error
 *
 * One language of the front end. A new one is a folder with one of these, and a line in
 * myna-front-end.c (docs/front-ends.md).
 */
typedef struct
{
  const char *code;
  gpointer (*open) (MynaLexicon *lexicon, GError **error);
  void (*close) (gpointer state);
  gboolean (*read) (gpointer state,
                    const MynaFrontEndReading *how,
                    const char *text,
                    MynaPhoneSegment *segment,
                    GError **error);
} MynaFrontEndLanguage;

extern const MynaFrontEndLanguage myna_front_end_zh;
extern const MynaFrontEndLanguage myna_front_end_en;

G_END_DECLS
