/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-take-cut.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/text/frontend/myna-cut.h"

static const struct
{
  const char *id;
  const char *upstream;
  const char *title;
  MynaCutMethod method;
} cuts[] = {
  [MYNA_TAKE_CUT_SENTENCES] = { "sentences", NULL, N_ ("Sentences"), MYNA_CUT_NONE },
  [MYNA_TAKE_CUT_FOUR] = { "four-clauses", "cut1", N_ ("Every Four Clauses"), MYNA_CUT_FOUR },
  [MYNA_TAKE_CUT_FIFTY] = { "fifty", "cut2", N_ ("Every 50 Characters"), MYNA_CUT_FIFTY },
  [MYNA_TAKE_CUT_CHINESE_STOP] = { "chinese-stops", "cut3", N_ ("Chinese Full Stops"),
                                   MYNA_CUT_CHINESE_STOP },
  [MYNA_TAKE_CUT_ENGLISH_STOP] = { "english-stops", "cut4", N_ ("English Full Stops"),
                                   MYNA_CUT_ENGLISH_STOP },
  [MYNA_TAKE_CUT_PUNCTUATION] = { "punctuation", "cut5", N_ ("Every Punctuation Mark"),
                                  MYNA_CUT_PUNCTUATION },
};
G_STATIC_ASSERT (G_N_ELEMENTS (cuts) == MYNA_N_TAKE_CUTS);

/**
 * myna_take_cut_get_id:
 * @cut: a way to cut
 *
 * Returns: (transfer none): its stable name
 */
const char *
myna_take_cut_get_id (MynaTakeCut cut)
{
  g_return_val_if_fail (cut < MYNA_N_TAKE_CUTS, NULL);

  return cuts[cut].id;
}

/**
 * myna_take_cut_from_id:
 * @id: (nullable): a stable name, or upstream's
 * @cut: (out): the way to cut
 *
 * Returns: whether there is one
 */
gboolean
myna_take_cut_from_id (const char *id, MynaTakeCut *cut)
{
  g_return_val_if_fail (cut != NULL, FALSE);

  for (gsize i = 0; id != NULL && i < G_N_ELEMENTS (cuts); i++)
    if (strcmp (cuts[i].id, id) == 0 || g_strcmp0 (cuts[i].upstream, id) == 0)
      {
        *cut = (MynaTakeCut) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * myna_take_cut_get_title:
 * @cut: a way to cut
 *
 * Returns: (transfer none): its translated name
 */
const char *
myna_take_cut_get_title (MynaTakeCut cut)
{
  g_return_val_if_fail (cut < MYNA_N_TAKE_CUTS, NULL);

  return _ (cuts[cut].title);
}

/* A method of upstream may leave a text whole that is too long to be spoken at once: then its
 * sentences are cut as well. */
static void
add_piece (GPtrArray *segments, const char *piece, const char *language)
{
  MynaSegment *segment;

  if (g_utf8_strlen (piece, -1) > MYNA_SEGMENT_MAX_CHARS)
    {
      g_ptr_array_extend_and_steal (segments, myna_segment_text (piece, -1, language));
      return;
    }
  segment = myna_segment_new (piece, MYNA_PAUSE_SENTENCE);
  if (segment != NULL)
    g_ptr_array_add (segments, segment);
}

static void
add_paragraph (GPtrArray *segments, MynaCutMethod method, const char *text, const char *language)
{
  gboolean english = language != NULL && g_str_has_prefix (language, "en");
  g_autoptr (GPtrArray) pieces = myna_cut_paragraph (text, english, method);
  guint before = segments->len;

  for (guint i = 0; i < pieces->len; i++)
    add_piece (segments, pieces->pdata[i], language);
  if (segments->len > before)
    ((MynaSegment *) segments->pdata[segments->len - 1])->pause = MYNA_PAUSE_PARAGRAPH;
}

/**
 * myna_take_cut_text:
 * @cut: where to cut
 * @text: any bytes
 * @length: in bytes, or -1 when it ends with a zero
 * @language: (nullable): language code
 *
 * Cuts a text into what is spoken one by one (spec gpt-sovits 3.2 for upstream's methods, which
 * work within a line). No piece is longer than a sentence may be. Any thread.
 *
 * Returns: (transfer full) (element-type MynaSegment): the pieces; empty when there is nothing to
 *   say
 */
GPtrArray *
myna_take_cut_text (MynaTakeCut cut, const char *text, gssize length, const char *language)
{
  g_autofree char *valid = NULL;
  g_auto (GStrv) lines = NULL;
  GPtrArray *segments;

  g_return_val_if_fail (cut < MYNA_N_TAKE_CUTS && text != NULL, NULL);

  if (cut == MYNA_TAKE_CUT_SENTENCES)
    return myna_segment_text (text, length, language);
  segments = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_segment_free);
  valid = g_utf8_make_valid (text, length);
  lines = g_strsplit_set (valid, "\r\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    add_paragraph (segments, cuts[cut].method, g_strstrip (lines[i]), language);
  return segments;
}
