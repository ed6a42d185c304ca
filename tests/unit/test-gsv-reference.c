/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "engine/audio/myna-audio-writer.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "engine/voice/gptsovits/myna-gsv-part.h"
#include "engine/voice/gptsovits/myna-gsv-reference.h"

/* What is kept of a voice, and what is not taken for it. */

#define KEY "cpu\ns1v3.ckpt 1\ns2G.pth 2\n"
#define TIMBRE 512

typedef struct
{
  char *dir;
  char *path;
  MynaGsvReference *reference;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("myna-test-XXXXXX", NULL);
  g_assert_nonnull (f->dir);
  f->path = g_build_filename (f->dir, "gpt-sovits.cache", NULL);
  f->reference = g_new0 (MynaGsvReference, 1);
  f->reference->part = myna_voice_reference_new (2, 1.5, 6.25, "The birch canoe slid.");
  f->reference->prompt = g_array_new (FALSE, FALSE, sizeof (gint32));
  f->reference->timbre = g_array_new (FALSE, FALSE, sizeof (float));
  for (gint32 i = 0; i < 40; i++)
    g_array_append_val (f->reference->prompt, i);
  for (int i = 0; i < TIMBRE; i++)
    {
      float value = sinf ((float) i);

      g_array_append_val (f->reference->timbre, value);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_true (myna_remove_tree (f->dir, NULL));
  myna_gsv_reference_free (f->reference);
  g_free (f->path);
  g_free (f->dir);
}

static void
save (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  myna_gsv_reference_save (f->reference, f->path, KEY, &error);
  g_assert_no_error (error);
}

static gboolean
can_be_loaded (Fixture *f, const char *key)
{
  g_autoptr (MynaGsvReference) loaded = myna_gsv_reference_load (f->path, key);

  return loaded != NULL;
}

static void
test_kept (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaGsvReference) loaded = NULL;

  save (f);
  loaded = myna_gsv_reference_load (f->path, KEY);
  g_assert_nonnull (loaded);
  g_assert_true (myna_voice_reference_equal (loaded->part, f->reference->part));
  g_assert_cmpmem (loaded->prompt->data, loaded->prompt->len * 4, f->reference->prompt->data,
                   f->reference->prompt->len * 4);
  g_assert_cmpmem (loaded->timbre->data, loaded->timbre->len * 4, f->reference->timbre->data,
                   f->reference->timbre->len * 4);
}

/* Without its text a sample has no prompt. */
static void
test_without_text (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaGsvReference) loaded = NULL;

  g_clear_pointer (&f->reference->part->text, g_free);
  g_array_set_size (f->reference->prompt, 0);
  save (f);
  loaded = myna_gsv_reference_load (f->path, KEY);
  g_assert_nonnull (loaded);
  g_assert_null (loaded->part->text);
  g_assert_cmpuint (loaded->prompt->len, ==, 0);
}

static void
test_other_networks (Fixture *f, gconstpointer data)
{
  g_assert_false (can_be_loaded (f, KEY));
  save (f);
  g_assert_false (can_be_loaded (f, "cpu\ns1v3.ckpt 1\ns2G.pth 3\n"));
  g_assert_true (can_be_loaded (f, KEY));
}

static void
test_cut_off (Fixture *f, gconstpointer data)
{
  g_autofree char *whole = NULL;
  gsize size = 0;

  save (f);
  g_assert_true (g_file_get_contents (f->path, &whole, &size, NULL));
  for (gsize length = 0; length < size; length += 37)
    {
      g_assert_true (g_file_set_contents (f->path, whole, (gssize) length, NULL));
      g_assert_false (can_be_loaded (f, KEY));
    }
}

static void
test_foreign (Fixture *f, gconstpointer data)
{
  g_autofree char *noise = g_malloc (4096);

  for (gsize i = 0; i < 4096; i++)
    noise[i] = (char) (i * 167 >> 3);
  g_assert_true (g_file_set_contents (f->path, noise, 4096, NULL));
  g_assert_false (can_be_loaded (f, KEY));
  g_assert_true (g_file_set_contents (f->path, "{\"version\": 1}", -1, NULL));
  g_assert_false (can_be_loaded (f, KEY));
}

/* Whole, but with values that would lead outside of a table or spread through the networks. */
static void
test_damaged_values (Fixture *f, gconstpointer data)
{
  static const gint32 tokens[] = { -1, 1024, G_MAXINT32, G_MININT32 };
  static const float values[] = { NAN, INFINITY, -INFINITY };

  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_array_index (f->reference->prompt, gint32, 39) = tokens[i];
      save (f);
      g_assert_false (can_be_loaded (f, KEY));
    }
  g_array_index (f->reference->prompt, gint32, 39) = 1023;
  save (f);
  g_assert_true (can_be_loaded (f, KEY));
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_array_index (f->reference->timbre, float, TIMBRE - 1) = values[i];
      save (f);
      g_assert_false (can_be_loaded (f, KEY));
    }
  g_array_set_size (f->reference->timbre, 0);
  save (f);
  g_assert_false (can_be_loaded (f, KEY));
}

/* A voice of clips of silence; only lengths and texts count here. */
static MynaVoiceRecord *
make_voice (Fixture *f)
{
  MynaVoiceRecord *voice = myna_voice_record_new (f->dir);

  voice->name = g_strdup ("Anna");
  return voice;
}

static void
assert_part (const MynaVoiceRecord *voice, guint clip, double start, double end, const char *text)
{
  g_autoptr (MynaVoiceReference) expected = myna_voice_reference_new (clip, start, end, text);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaVoiceReference) part = myna_gsv_part_choose (voice, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (myna_voice_reference_equal (part, expected));
}

/* By itself: a whole clip with its words, else any clip that is long enough. */
static void
test_part_automatic (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaVoiceRecord) voice = make_voice (f);
  g_autoptr (GError) error = NULL;

  myna_voice_record_add_clip (voice, "clip-1.flac", "", 2.5)->transcript = g_strdup ("short");
  g_assert_null (myna_gsv_part_choose (voice, NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_TOO_SHORT);
  myna_voice_record_add_clip (voice, "clip-2.flac", "", 6.5);
  assert_part (voice, 1, 0, 6.5, NULL);
  myna_voice_record_add_clip (voice, "clip-3.flac", "", 9)->transcript = g_strdup ("nine");
  assert_part (voice, 2, 0, 9, "nine");
  /* What the person chose wins over all that. */
  voice->reference = myna_voice_reference_new (1, 1, 5, "one");
  assert_part (voice, 1, 1, 5, "one");
}

/* Of a long clip, a stretch that is loud within and quiet at its ends. */
static void
test_part_of_long_clip (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "clip-1.flac", NULL);
  g_autoptr (MynaVoiceRecord) voice = make_voice (f);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaAudioWriter) writer = myna_audio_writer_open (path, 8000, 1, &error);
  g_autoptr (MynaVoiceReference) part = NULL;
  g_autofree float *samples = g_new0 (float, 8000 * 20);

  /* Speech from 8 to 15 s, a murmur elsewhere. */
  for (int i = 0; i < 8000 * 20; i++)
    samples[i] = (i > 8000 * 8 && i < 8000 * 15 ? 0.5f : 0.001f) * sinf ((float) i);
  g_assert_true (myna_audio_writer_write (writer, samples, 8000 * 20, &error));
  g_assert_true (myna_audio_writer_finish (writer, &error));
  myna_voice_record_add_clip (voice, "clip-1.flac", "", 20)->transcript = g_strdup ("many words");
  part = myna_gsv_part_choose (voice, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (part->text);
  g_assert_cmpfloat_with_epsilon (part->start, 8, 0.5);
  g_assert_cmpfloat_with_epsilon (part->end, 15, 0.5);
  g_assert_true (myna_voice_reference_check_length (part->start, part->end, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/gsv-reference/kept", test_kept);
  add ("/gsv-reference/without-text", test_without_text);
  add ("/gsv-reference/other-networks", test_other_networks);
  add ("/gsv-reference/cut-off", test_cut_off);
  add ("/gsv-reference/foreign", test_foreign);
  add ("/gsv-reference/damaged-values", test_damaged_values);
  add ("/gsv-reference/part-automatic", test_part_automatic);
  add ("/gsv-reference/part-of-long-clip", test_part_of_long_clip);
#undef add
  return g_test_run ();
}
