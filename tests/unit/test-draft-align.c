/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "draft-person.h"
#include "engine/core/myna-error.h"
#include "engine/voice/draft/myna-draft-segment.h"
#include "engine/voice/draft/myna-draft-timing.h"

#include <stdlib.h>
#include <string.h>

static const MynaDraftFormat *const format = &myna_draft_format_16k;

static MynaDraftAnalysis *
analyse (const DraftPerson *person)
{
  g_autoptr (GError) error = NULL;
  g_autofree float *samples = NULL;
  MynaDraftAnalysis *analysis;
  gsize n_samples = 0;

  samples = myna_draft_resample (person->samples, person->n_samples, person->rate, format->rate,
                                 &n_samples, &error);
  g_assert_no_error (error);
  analysis =
      myna_draft_analyse (samples, n_samples, format, MYNA_DRAFT_ANALYSE_LEVEL, NULL, &error);
  g_assert_no_error (error);
  return analysis;
}

/* Seconds between where phone @p begins and where the alignment puts it. */
static double
boundary_error (const DraftPerson *person, const MynaDraftSegment *segment, guint p)
{
  const MynaDraftPhone *phone = &g_array_index (person->phones, MynaDraftPhone, p);

  return fabs ((double) segment->start * format->hop / format->rate -
               (double) phone->start / person->rate);
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
assert_boundaries (const DraftPerson *person, const GArray *segments)
{
  g_autofree double *errors = g_new0 (double, segments->len + 1);
  guint s = 0, n = 0, n_phones = 0;

  for (guint p = 0; p < person->phones->len; p++)
    {
      const MynaDraftPhone *phone = &g_array_index (person->phones, MynaDraftPhone, p);

      n_phones += phone->label != 0;
      if (phone->label == 0 || s >= segments->len ||
          g_array_index (segments, MynaDraftSegment, s).label != phone->label)
        continue;
      errors[n++] = boundary_error (person, &g_array_index (segments, MynaDraftSegment, s++), p);
    }
  g_assert_cmpuint (n, >, n_phones * 9 / 10);
  qsort (errors, n, sizeof *errors, compare_doubles);
  g_test_message ("%u phones: median error %.0f ms, 90 %% within %.0f ms", n, errors[n / 2] * 1000,
                  errors[n * 9 / 10] * 1000);
  g_assert_cmpfloat (errors[n / 2], <=, 0.020);
  g_assert_cmpfloat (errors[n * 9 / 10], <=, 0.060);
}

/* A slower reading with a pause that the text does not have. */
static void
test_boundaries (gconstpointer data)
{
  double stretch = *(const double *) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, stretch, 0.5, 7);
  g_autoptr (MynaDraftAnalysis) recording = analyse (person);
  g_autoptr (MynaDraftUtterance) utterance =
      myna_draft_utterance_new ("en-us", DRAFT_PERSON_TEXT, NULL, format, NULL, &error);
  g_autoptr (MynaDraftAlignment) alignment =
      myna_draft_align (utterance, recording, NULL, FALSE, NULL, &error);
  g_autoptr (GArray) segments = NULL;
  gint32 at = -1;

  g_assert_no_error (error);
  for (gsize i = 0; i < alignment->n_frames; i++)
    if (alignment->position[i] >= 0)
      {
        g_assert_cmpint (alignment->position[i], >=, at);
        g_assert_cmpint (alignment->position[i], <, (gint32) utterance->analysis->n_frames);
        at = alignment->position[i];
      }
  g_assert_cmpfloat_with_epsilon (alignment->rate, stretch, 0.05);
  segments = myna_draft_segments_from_alignment (alignment, utterance);
  assert_boundaries (person, segments);
}

/* The recording stops in the middle of the text. */
static void
test_open_end (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, 1.1, 0, -2);
  g_autoptr (MynaDraftAnalysis) recording = NULL;
  g_autoptr (MynaDraftUtterance) utterance =
      myna_draft_utterance_new ("en-us", DRAFT_PERSON_TEXT, NULL, format, NULL, &error);
  g_autoptr (MynaDraftAlignment) alignment = NULL;
  gint32 last = -1;

  g_assert_no_error (error);
  person->n_samples /= 2;
  recording = analyse (person);
  alignment = myna_draft_align (utterance, recording, NULL, TRUE, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < alignment->n_frames; i++)
    if (alignment->position[i] >= 0)
      last = alignment->position[i];
  g_assert_cmpfloat_with_epsilon ((double) last / (double) utterance->analysis->n_frames, 0.5,
                                  0.06);
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", "Good morning.", 1.1, 0, -2);
  g_autoptr (MynaDraftAnalysis) recording = analyse (person);
  g_autoptr (MynaDraftUtterance) utterance =
      myna_draft_utterance_new ("en-us", "Good morning.", NULL, format, NULL, &error);

  g_assert_no_error (error);
  g_cancellable_cancel (cancellable);
  g_assert_null (myna_draft_align (utterance, recording, NULL, FALSE, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* For other engines' speech: phones with names and times, pauses between them; none when something
 * else is said. */
static void
test_find_phones (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DraftPerson) person = draft_person_new ("en-us", DRAFT_PERSON_TEXT, 1.15, 0.5, 7);
  g_autoptr (GArray) phones = myna_draft_find_phones (
      "en-us", DRAFT_PERSON_TEXT, person->samples, person->n_samples, person->rate, NULL, &error);
  g_autofree float *hiss = g_new (float, 32000);
  guint at = 0, n_near = 0, n_phones = 0;
  double end = 0;

  g_assert_no_error (error);
  for (guint p = 0; p < person->phones->len; p++)
    {
      const MynaDraftPhone *said = &g_array_index (person->phones, MynaDraftPhone, p);

      if (said->label == 0)
        continue;
      n_phones++;
      while (at < phones->len && strcmp (g_array_index (phones, MynaPhone, at).name, "_") == 0)
        at++;
      g_assert_cmpuint (at, <, phones->len);
      g_assert_cmpstr (g_array_index (phones, MynaPhone, at).name, ==, said->name);
      n_near += fabs (g_array_index (phones, MynaPhone, at++).start -
                      (double) said->start / person->rate) < 0.06;
    }
  g_assert_cmpuint (n_near, >=, n_phones * 9 / 10);
  for (guint i = 0; i < phones->len; i++)
    {
      const MynaPhone *phone = &g_array_index (phones, MynaPhone, i);

      g_assert_cmpfloat_with_epsilon (phone->start, end, 1e-9);
      g_assert_cmpfloat (phone->end, >, phone->start);
      end = phone->end;
    }
  g_assert_cmpfloat_with_epsilon (end, (double) person->n_samples / person->rate, 0.01);
  for (int i = 0; i < 32000; i++)
    hiss[i] = (float) g_random_double_range (-0.1, 0.1);
  g_assert_null (myna_draft_find_phones ("en-us", "My mama knew a man in Rome.", hiss, 32000, 16000,
                                         NULL, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  static const double stretches[] = { 0.85, 1.0, 1.15, 1.3 };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (stretches); i++)
    {
      g_autofree char *name = g_strdup_printf ("/draft-align/boundaries/%.2f", stretches[i]);

      g_test_add_data_func (name, &stretches[i], test_boundaries);
    }
  g_test_add_func ("/draft-align/find-phones", test_find_phones);
  g_test_add_func ("/draft-align/open-end", test_open_end);
  g_test_add_func ("/draft-align/cancelled", test_cancelled);
  return g_test_run ();
}
