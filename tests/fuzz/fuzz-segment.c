/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/myna-segment.h"

/*
 * Any bytes as a text. The sentences have to lie in the text, in order and without overlap, be
 * valid UTF-8, and hold something to say.
 */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const languages[] = { "en-us", "cmn", "ja", "th", "ar", NULL };
  const char *language = size > 0 ? languages[data[0] % G_N_ELEMENTS (languages)] : NULL;
  g_autoptr (GPtrArray) segments = myna_segment_text ((const char *) data, (gssize) size, language);
  gsize end = 0;

  for (guint i = 0; i < segments->len; i++)
    {
      const MynaSegment *segment = g_ptr_array_index (segments, i);

      g_assert_cmpuint (segment->start, >=, end);
      g_assert_cmpuint (segment->end, >, segment->start);
      g_assert_cmpuint (segment->end, <=, size);
      g_assert_true (g_utf8_validate (segment->text, -1, NULL));
      g_assert_true (myna_segment_has_speech (segment->text, -1));
      end = segment->end;
    }
  return 0;
}
