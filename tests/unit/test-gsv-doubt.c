/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib.h>

#include "engine/voice/gptsovits/myna-gsv-doubt.h"

/* What tokens tell about a broken sentence. */

/* Tokens that never repeat within any stretch that is looked for. */
static GArray *
make_tokens (gsize n)
{
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (gint32));

  for (gsize i = 0; i < n; i++)
    {
      gint32 token = (gint32) ((i * i * 7 + i * 13) % 1021);

      g_array_append_val (tokens, token);
    }
  return tokens;
}

static const gint32 *
get_tokens (GArray *tokens)
{
  return (const gint32 *) (gpointer) tokens->data;
}

static void
test_sound (void)
{
  /* 12 phones a second. */
  g_autoptr (GArray) tokens = make_tokens (100);

  g_assert_cmpint (myna_gsv_doubt_judge (get_tokens (tokens), tokens->len, 48, MYNA_GSV_STOP_EOS),
                   ==, MYNA_GSV_DOUBT_NONE);
}

static void
test_swallowed (void)
{
  g_autoptr (GArray) tokens = make_tokens (25);

  g_assert_cmpint (myna_gsv_doubt_judge (get_tokens (tokens), tokens->len, 60, MYNA_GSV_STOP_EOS),
                   ==, MYNA_GSV_DOUBT_SHORT);
  /* A single short word may be as short as it likes. */
  g_assert_cmpint (myna_gsv_doubt_judge (get_tokens (tokens), 3, 5, MYNA_GSV_STOP_EOS), ==,
                   MYNA_GSV_DOUBT_NONE);
}

static void
test_endless (void)
{
  g_autoptr (GArray) tokens = make_tokens (myna_gsv_doubt_get_limit (20));

  g_assert_cmpint (
      myna_gsv_doubt_judge (get_tokens (tokens), tokens->len, 20, MYNA_GSV_STOP_LENGTH), ==,
      MYNA_GSV_DOUBT_LONG);
  g_assert_cmpuint (myna_gsv_doubt_get_limit (20), <, myna_gsv_doubt_get_limit (40));
  g_assert_cmpuint (myna_gsv_doubt_get_limit (G_MAXUINT32), ==, 1500);
}

static void
test_loop (void)
{
  g_autoptr (GArray) tokens = make_tokens (60);

  g_assert_false (myna_gsv_doubt_is_looping (get_tokens (tokens), tokens->len));
  for (guint i = 0; i < 4 * 17; i++)
    {
      gint32 token = (gint32) (i % 17);

      g_assert_false (myna_gsv_doubt_is_looping (get_tokens (tokens), tokens->len));
      g_array_append_val (tokens, token);
    }
  g_assert_true (myna_gsv_doubt_is_looping (get_tokens (tokens), tokens->len));
}

/* A pause is one token for a while, which is no loop yet. */
static void
test_pause (void)
{
  g_autoptr (GArray) tokens = make_tokens (30);
  gint32 silence = 486;

  for (guint i = 0; i < 30; i++)
    g_array_append_val (tokens, silence);
  g_assert_false (myna_gsv_doubt_is_looping (get_tokens (tokens), tokens->len));
  for (guint i = 0; i < 15; i++)
    g_array_append_val (tokens, silence);
  g_assert_true (myna_gsv_doubt_is_looping (get_tokens (tokens), tokens->len));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gsv-doubt/sound", test_sound);
  g_test_add_func ("/gsv-doubt/swallowed", test_swallowed);
  g_test_add_func ("/gsv-doubt/endless", test_endless);
  g_test_add_func ("/gsv-doubt/loop", test_loop);
  g_test_add_func ("/gsv-doubt/pause", test_pause);
  return g_test_run ();
}
