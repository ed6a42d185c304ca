/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/gptsovits/myna-gsv-vocabulary.h"

/*
 * Any bytes as a BERT network's vocabulary. One that is taken gives an id for each character and
 * two more, none of them negative.
 */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (MynaGsvVocabulary) vocabulary =
      myna_gsv_vocabulary_parse ((const char *) data, size, "vocab", NULL);
  g_autofree gint32 *ids = NULL;
  gsize n;

  if (vocabulary == NULL)
    return 0;
  ids = myna_gsv_vocabulary_encode (vocabulary, "你好, A。", &n);
  g_assert_cmpuint (n, ==, 8);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpint (ids[i], >=, 0);
  return 0;
}
