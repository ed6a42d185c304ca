/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/myna-cut.h"
#include "engine/text/frontend/myna-front-end.h"

#include <string.h>

/*
 * Any text through the whole front end: the first byte chooses mode, symbol set and whether to do
 * as upstream does. Each character of a Mandarin segment must have its phones.
 */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
const char *__lsan_default_suppressions (void);

/* espeak-ng forgets a buffer of its own when it reads a word. */
const char *
__lsan_default_suppressions (void)
{
  return "leak:libespeak-ng";
}

static void
check_segment (const MynaPhoneSegment *segment)
{
  gsize sum = 0;

  g_assert (g_utf8_validate (segment->text, -1, NULL));
  for (guint i = 0; i < segment->ids->len; i++)
    g_assert (g_array_index (segment->ids, guint16, i) < MYNA_SYMBOLS_V1_COUNT);
  for (gsize i = 0; i < segment->n_characters; i++)
    sum += segment->word2ph[i];
  g_assert (segment->word2ph == NULL || sum == segment->ids->len);
}

static void
cut (const char *text, guint8 choice)
{
  g_autoptr (GPtrArray) sentences =
      myna_cut_prepare (text, choice & 1, (MynaCutMethod) (choice % (MYNA_CUT_PUNCTUATION + 1)));

  for (guint i = 0; i < sentences->len; i++)
    g_assert (g_utf8_strlen (sentences->pdata[i], -1) <= 511);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static MynaFrontEnd *front_ends[2];
  g_autofree char *text = NULL;
  g_autofree char *valid = NULL;
  g_autoptr (GPtrArray) segments = NULL;

  if (front_ends[0] == NULL)
    {
      g_setenv ("MYNA_DATA_DIR", "/nonexistent", TRUE);
      front_ends[0] = myna_front_end_new (MYNA_FRONT_END_DEFAULT, NULL);
      front_ends[1] = myna_front_end_new (MYNA_FRONT_END_AS_UPSTREAM, NULL);
    }
  g_assert (front_ends[0] != NULL && front_ends[1] != NULL);
  if (size < 1)
    return 0;
  text = g_strndup ((const char *) data + 1, size - 1);
  valid = g_utf8_make_valid (text, -1);
  segments = myna_front_end_read (front_ends[data[0] & 1], text, (MynaTextMode) (data[0] >> 1 & 3),
                                  (MynaSymbolSet) (data[0] >> 3 & 1), NULL);
  for (guint i = 0; segments != NULL && i < segments->len; i++)
    check_segment (segments->pdata[i]);
  cut (valid, data[0]);
  return 0;
}
