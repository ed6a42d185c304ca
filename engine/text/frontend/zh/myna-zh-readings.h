/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/text/frontend/myna-lexicon.h"
#include "engine/text/frontend/zh/myna-zh-text.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaZhReadings:
 *
 * The tables that say how characters are read. Borrows from the lexicon it was made from.
 */
typedef struct
{
  MynaLexiconTable characters;
  MynaLexiconTable phrases;
  MynaLexiconTable polyphones;
  MynaLexiconTable syllables;
} MynaZhReadings;

void myna_zh_readings_init (MynaZhReadings *self, const MynaLexicon *lexicon);
void myna_zh_readings_read (const MynaZhReadings *self,
                            const MynaZhText *text,
                            guint start,
                            guint end,
                            MynaZhSyllable *syllables);
void myna_zh_readings_correct (const MynaZhReadings *self,
                               const MynaZhText *text,
                               guint start,
                               guint n,
                               MynaZhSyllable *syllables);
gboolean myna_zh_readings_parse (const MynaZhReadings *self,
                                 const char *pinyin,
                                 gsize length,
                                 MynaZhSyllable *syllable);
gboolean
myna_zh_readings_phones (const MynaZhReadings *self, MynaZhSyllable syllable, guint16 phones[2]);

G_END_DECLS
