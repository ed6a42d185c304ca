/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/core/myna-error.h"
#include "engine/voice/draft/myna-draft-passage.h"
#include "engine/voice/draft/myna-draft-phone-loop.h"
#include "engine/voice/draft/myna-draft-untranscribed.h"

static const char sentence[] =
    "The farmer's daughter carried a basket of ripe pears to the market, "
    "and sold nearly all of them before noon.";

static MynaDraftUtterance *
say (const char *language, const char *text)
{
  g_autoptr (GError) error = NULL;
  MynaDraftUtterance *utterance =
      myna_draft_utterance_new (language, text, NULL, &myna_draft_format_16k, NULL, &error);

  g_assert_no_error (error);
  return utterance;
}

/* Someone else: the same speech a quarter higher and through another room. */
static MynaDraftAnalysis *
another_speaker (const MynaDraftAnalysis *source)
{
  g_autoptr (GError) error = NULL;
  g_autofree float *samples = NULL;
  MynaDraftAnalysis *analysis = NULL;
  gsize n = 0;

  samples = myna_draft_resample (source->samples, source->n_samples, 18000, 16000, &n, &error);
  g_assert_no_error (error);
  for (gsize i = n - 1; i > 0; i--)
    samples[i] -= 0.5f * samples[i - 1];
  analysis =
      myna_draft_analyse (samples, n, source->format, MYNA_DRAFT_ANALYSE_LEVEL, NULL, &error);
  g_assert_no_error (error);
  return analysis;
}

static MynaDraftLabel
true_label (const MynaDraftUtterance *utterance, double frame)
{
  for (guint p = 0; p < utterance->phones->len; p++)
    {
      const MynaDraftPhone *phone = &g_array_index (utterance->phones, MynaDraftPhone, p);

      if (frame < (double) phone->end)
        return phone->label;
    }
  return 0;
}

static void
check_segments (const MynaDraftLabelling *labelling, const GArray *segments, gsize n_frames)
{
  gsize end = 0;
  MynaDraftLabel label = 0;

  for (guint s = 0; s < segments->len; s++)
    {
      const MynaDraftSegment *segment = &g_array_index (segments, MynaDraftSegment, s);
      gboolean found = FALSE;

      g_assert_cmpuint (segment->label, !=, 0);
      g_assert_cmpuint (segment->start, >=, end);
      g_assert_cmpuint (segment->middle, >, segment->start);
      g_assert_cmpuint (segment->end, >, segment->middle);
      g_assert_cmpuint (segment->end, <=, n_frames);
      g_assert_cmpuint (segment->previous, ==, segment->start == end && s > 0 ? label : 0);
      g_assert_true (isfinite (segment->cost) && segment->cost > 0);
      for (guint p = 0; p < labelling->passage->phones->len; p++)
        {
          const MynaDraftPhone *phone =
              &g_array_index (labelling->passage->phones, MynaDraftPhone, p);

          found |= phone->label == segment->label && phone->start == segment->rendition_start &&
                   phone->end == segment->rendition_end;
        }
      g_assert_true (found);
      end = segment->end;
      label = segment->label;
    }
}

/* A voice whose phones are known: most frames get a phone of the right class. */
static void
test_label (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaDraftUtterance) utterance = say ("en-us", sentence);
  g_autoptr (MynaDraftAnalysis) person = another_speaker (utterance->analysis);
  const MynaDraftAnalysis *recordings[] = { person, person };
  g_autoptr (MynaDraftLabelling) labelling =
      myna_draft_label_without_transcript ("en-us", recordings, 2, NULL, &error);
  const GArray *segments = NULL;
  gsize right = 0, all = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (labelling->segments->len, ==, 2);
  segments = g_ptr_array_index (labelling->segments, 0);
  check_segments (labelling, segments, person->n_frames);
  check_segments (labelling, g_ptr_array_index (labelling->segments, 1), person->n_frames);
  for (guint s = 0; s < segments->len; s++)
    {
      const MynaDraftSegment *segment = &g_array_index (segments, MynaDraftSegment, s);

      for (gsize i = segment->start; i < segment->end; i++)
        {
          MynaDraftLabel label = true_label (utterance, (double) i * 18000 / 16000);

          if (label == 0)
            continue;
          all++;
          right += myna_draft_label_class (label) == myna_draft_label_class (segment->label);
        }
    }
  g_test_message ("%u segments, %zu of %zu frames of the right class, rate %.2f", segments->len,
                  right, all, labelling->rate);
  g_assert_cmpuint (all, >, person->n_frames / 2);
  g_assert_cmpuint (right * 100, >, all * 50);
  g_assert_cmpfloat (labelling->rate, >=, 0.75);
  g_assert_cmpfloat (labelling->rate, <=, 1.2);
}

/* Every language has a passage that holds most of its phones. */
static void
test_passages (void)
{
  static const struct
  {
    const char *language;
    guint n_labels;
  } cases[] = { { "en-us", 38 }, { "en-gb", 38 }, { "de", 36 },  { "fr", 30 }, { "es", 24 },
                { "ru", 32 },    { "ja", 22 },    { "cmn", 36 }, { "pl", 18 }, { "sw", 14 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MynaDraftUtterance) passage =
          say (cases[i].language, myna_draft_passage_get (cases[i].language));
      g_autoptr (MynaDraftPhoneLoop) loop = myna_draft_phone_loop_new (passage);
      double seconds = (double) passage->analysis->n_frames / 200;

      g_test_message ("%s: %u labels, %.0f s", cases[i].language, loop->labels->len, seconds);
      g_assert_cmpuint (loop->labels->len, >=, cases[i].n_labels);
      g_assert_cmpfloat (seconds, >, 20);
      g_assert_cmpfloat (seconds, <, 90);
    }
}

static MynaDraftAnalysis *
analyse_noise (gsize n, float gain)
{
  g_autofree float *samples = g_new (float, n);
  guint32 state = 1;
  g_autoptr (GError) error = NULL;
  MynaDraftAnalysis *analysis = NULL;

  for (gsize i = 0; i < n; i++)
    {
      state = state * 1664525u + 1013904223u;
      samples[i] = gain * ((float) (state >> 8) / 8388608.0f - 1.0f);
    }
  analysis = myna_draft_analyse (samples, n, &myna_draft_format_16k, MYNA_DRAFT_ANALYSE_LEVEL, NULL,
                                 &error);
  g_assert_no_error (error);
  return analysis;
}

/* What holds no speech is refused or labelled somehow, but nothing breaks. */
static void
test_hostile (void)
{
  static const gsize lengths[] = { 1, 100, 1600, 48000 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (int loud = 0; loud < 2; loud++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (MynaDraftAnalysis) noise = analyse_noise (lengths[i], (float) loud);
        const MynaDraftAnalysis *recordings[] = { noise };
        g_autoptr (MynaDraftLabelling) labelling =
            myna_draft_label_without_transcript ("en-us", recordings, 1, NULL, &error);

        if (labelling == NULL)
          g_assert_error (error, MYNA_ERROR, MYNA_ERROR_TOO_SHORT);
        else
          check_segments (labelling, g_ptr_array_index (labelling->segments, 0), noise->n_frames);
        g_assert_true (labelling == NULL || loud);
      }
}

static void
test_cancel (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MynaDraftAnalysis) noise = analyse_noise (16000, 1);
  const MynaDraftAnalysis *recordings[] = { noise };

  g_cancellable_cancel (cancellable);
  g_assert_null (myna_draft_label_without_transcript ("en-us", recordings, 1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draft-untranscribed/label", test_label);
  g_test_add_func ("/draft-untranscribed/passages", test_passages);
  g_test_add_func ("/draft-untranscribed/hostile", test_hostile);
  g_test_add_func ("/draft-untranscribed/cancel", test_cancel);
  return g_test_run ();
}
