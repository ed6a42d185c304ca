/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine/voice/draft/myna-draft-analysis.h"
#include "engine/voice/draft/myna-draft-espeak.h"

#include <math.h>
#include <string.h>

/*
 * "A person" for tests of the draft voice: espeak-ng made higher and slower by playing it at
 * another rate, a pause put between two words, over quiet room noise. Where its phones are is
 * known, and no recording needs to be shipped.
 */
typedef struct
{
  float *samples;
  gsize n_samples;
  int rate;
  GArray *phones; /* MynaDraftPhone, in samples of the person */
} DraftPerson;

#define DRAFT_PERSON_TEXT                                                                          \
  "The north wind and the sun were arguing one day about which of them was stronger, when a "      \
  "traveller came along the road, wrapped up in a warm coat. They agreed that the one who could "  \
  "make the traveller take his coat off would be thought the stronger of the two."

static inline float
draft_person_noise (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return ((float) (*state >> 8) / 8388608.0f - 1) * 0.0006f;
}

/* @stretch: 1.2 = slower and deeper; @pause: seconds put before word @pause_word */
static inline DraftPerson *
draft_person_new (
    const char *language, const char *text, double stretch, double pause, int pause_word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaDraftRendition) rendition =
      myna_draft_rendition_new (language, text, NULL, NULL, &error);
  DraftPerson *self = g_new0 (DraftPerson, 1);
  gsize gap = (gsize) (pause * 22050), cut = 0, lead = 22050 / 5;
  guint32 state = 1;

  g_assert_no_error (error);
  self->rate = rendition->rate;
  self->phones = g_array_new (FALSE, FALSE, sizeof (MynaDraftPhone));
  for (guint i = 0; i < rendition->phones->len; i++)
    {
      MynaDraftPhone phone = g_array_index (rendition->phones, MynaDraftPhone, i);

      if (cut == 0 && phone.word == pause_word)
        cut = (gsize) ((double) phone.start * stretch) + lead;
      phone.start = (gsize) ((double) phone.start * stretch) + lead + (cut > 0 ? gap : 0);
      phone.end = (gsize) ((double) phone.end * stretch) + lead + (cut > 0 ? gap : 0);
      g_array_append_val (self->phones, phone);
    }
  self->n_samples = (gsize) ((double) rendition->n_samples * stretch) + gap + 2 * lead;
  self->samples = g_new (float, self->n_samples);
  for (gsize i = 0; i < self->n_samples; i++)
    {
      gsize at = i < cut ? i : i < cut + gap ? 0 : i - gap;
      double from = at >= lead ? (double) (at - lead) / stretch : -1;
      gsize first = from >= 0 ? (gsize) from : G_MAXSIZE - 1;
      float share = (float) (from - floor (from));

      self->samples[i] = draft_person_noise (&state);
      if (first + 1 < rendition->n_samples && (i < cut || i >= cut + gap))
        self->samples[i] += 0.5f * ((1 - share) * rendition->samples[first] +
                                    share * rendition->samples[first + 1]);
    }
  return self;
}

static inline void
draft_person_free (DraftPerson *self)
{
  g_free (self->samples);
  g_array_unref (self->phones);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DraftPerson, draft_person_free)
