/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/en/myna-en-neural.h"
#include "engine/text/frontend/myna-lexicon.h"
#include "engine/text/frontend/myna-symbols.h"
#include "engine/text/frontend/myna-user-dictionary.h"
#include "engine/text/frontend/zh/myna-zh-readings.h"
#include "engine/text/frontend/zh/myna-zh-segmenter.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Any file as the mapped lexicon, as the network for English words, as a person's dictionary. */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
look_up (MynaLexicon *lexicon)
{
  static const char *const names[] = { "en-words", "zh-words", "zh-syllables", "zh-phrases", "a" };
  g_autoptr (MynaZhSegmenter) segmenter = myna_zh_segmenter_new (lexicon);
  g_auto (MynaZhText) text = { 0 };
  g_autoptr (GArray) words = g_array_new (FALSE, TRUE, sizeof (MynaZhWord));
  MynaZhReadings readings;
  MynaZhSyllable syllables[4];

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      MynaLexiconTable table;
      MynaLexiconRange range;
      gssize exact;
      gsize n;

      myna_lexicon_get_table (lexicon, names[i], &table);
      myna_lexicon_table_get (&table, "ab", 2, &n);
      range = myna_lexicon_table_all (&table);
      for (int j = 0; j < 3; j++)
        if (!myna_lexicon_table_narrow (&table, &range, "a", 1, &exact))
          break;
    }
  myna_zh_text_init (&text, "一二a.");
  myna_zh_readings_init (&readings, lexicon);
  myna_zh_readings_read (&readings, &text, 0, text.n, syllables);
  if (segmenter != NULL)
    myna_zh_segmenter_tag (segmenter, &text, 0, text.n, words);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (MynaLexicon) lexicon = NULL;
  g_autoptr (MynaEnNeural) neural = NULL;
  g_autoptr (MynaUserDictionary) dictionary =
      myna_user_dictionary_parse ((const char *) data, size);
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GArray) ids = myna_symbols_parse (MYNA_SYMBOLS_V2, text, NULL);
  g_autofree char *path = NULL;
  int fd = memfd_create ("lexicon", MFD_CLOEXEC);

  g_assert (fd >= 0 && write (fd, data, size) == (gssize) size);
  path = g_strdup_printf ("/proc/self/fd/%d", fd);
  lexicon = myna_lexicon_open (path, NULL);
  neural = myna_en_neural_load (path, NULL);
  close (fd);
  if (lexicon != NULL)
    look_up (lexicon);
  return 0;
}
