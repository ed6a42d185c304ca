/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-timing.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"
#include "engine/voice/draft/myna-draft-segment.h"

/* Share of frames that are voiced in both or in neither: below it another text was said. */
#define LEAST_AGREEMENT 0.6

static MynaDraftAnalysis *
analyse (const float *samples, gsize n_samples, int rate, GCancellable *cancellable, GError **error)
{
  const MynaDraftFormat *format = &myna_draft_format_16k;
  gsize n = 0;
  g_autofree float *resampled =
      myna_draft_resample (samples, n_samples, rate, format->rate, &n, error);

  if (resampled == NULL)
    return NULL;
  return myna_draft_analyse (resampled, n, format, MYNA_DRAFT_ANALYSE_LEVEL, cancellable, error);
}

/* Nothing when it would be empty. */
static void
add_phone (GArray *phones, const char *name, int word, double start, double end)
{
  MynaPhone phone = { .start = start, .end = end, .word = word };

  if (end <= start)
    return;
  g_strlcpy (phone.name, name, sizeof phone.name);
  g_array_append_val (phones, phone);
}

static const MynaDraftPhone *
find_phone (const MynaDraftUtterance *utterance, gsize start, guint *at)
{
  while (g_array_index (utterance->phones, MynaDraftPhone, *at).start != start)
    ++*at;
  return &g_array_index (utterance->phones, MynaDraftPhone, *at);
}

/* With pauses for what lies between them. */
static GArray *
list_phones (const MynaDraftUtterance *utterance,
             const MynaDraftAnalysis *recording,
             const MynaDraftAlignment *alignment)
{
  g_autoptr (GArray) segments = myna_draft_segments_from_alignment (alignment, utterance);
  GArray *phones = g_array_new (FALSE, FALSE, sizeof (MynaPhone));
  double step = (double) recording->format->hop / recording->format->rate;
  double end = 0;
  guint at = 0;

  for (guint i = 0; i < segments->len; i++)
    {
      const MynaDraftSegment *segment = &g_array_index (segments, MynaDraftSegment, i);
      const MynaDraftPhone *phone = find_phone (utterance, segment->rendition_start, &at);

      add_phone (phones, "_", -1, end, (double) segment->start * step);
      end = (double) segment->end * step;
      add_phone (phones, phone->name, phone->word, (double) segment->start * step, end);
    }
  add_phone (phones, "_", -1, end, (double) recording->n_samples / recording->format->rate);
  return phones;
}

/**
 * myna_draft_find_phones:
 * @language: a language, as for myna_language_resolve()
 * @text: what is said
 * @samples: somebody saying it, mono
 * @n_samples: their number
 * @rate: in Hz
 * @cancellable: (nullable): cancellable
 * @error: return location for an error
 *
 * When the sounds of a text are heard in any speech: espeak-ng's reading of it, aligned with the
 * speech as the draft voice aligns a sample with its transcript (spec draft-voice section 3a). For
 * engines that do not tell it themselves. About a hundredth of the speech's length; any thread.
 *
 * Returns: (transfer full) (nullable) (element-type MynaPhone): espeak-ng's phones in time order,
 *   without gaps; %NULL with MYNA_ERROR_FAILED when something else is said
 */
GArray *
myna_draft_find_phones (const char *language,
                        const char *text,
                        const float *samples,
                        gsize n_samples,
                        int rate,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (MynaDraftAnalysis) recording = NULL;
  g_autoptr (MynaDraftUtterance) utterance = NULL;
  g_autoptr (MynaDraftAlignment) alignment = NULL;

  g_return_val_if_fail (language != NULL && text != NULL, NULL);
  g_return_val_if_fail (samples != NULL && n_samples > 0 && rate > 0, NULL);

  recording = analyse (samples, n_samples, rate, cancellable, error);
  if (recording == NULL)
    return NULL;
  utterance =
      myna_draft_utterance_new (language, text, NULL, recording->format, cancellable, error);
  if (utterance == NULL)
    return NULL;
  alignment = myna_draft_align (utterance, recording, NULL, FALSE, cancellable, error);
  if (alignment == NULL)
    return NULL;
  if (alignment->agreement < LEAST_AGREEMENT)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_FAILED,
                           _ ("The text is not what is said in the recording. Correct the text."));
      return NULL;
    }
  return list_phones (utterance, recording, alignment);
}
