/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-segment.h"

/* The frames of the recording that are aligned with one phone; they follow each other. */
static gboolean
find_frames (const MynaDraftAlignment *alignment,
             const MynaDraftPhone *phone,
             gsize *at,
             MynaDraftSegment *segment)
{
  gint32 first = (gint32) phone->start, end = (gint32) phone->end;
  gint32 middle = (first + end) / 2;
  double cost = 0;
  gsize i = *at;

  while (i < alignment->n_frames && alignment->position[i] < first)
    i++;
  segment->start = segment->middle = i;
  for (; i < alignment->n_frames && alignment->position[i] >= first && alignment->position[i] < end;
       i++)
    {
      cost += (double) alignment->cost[i];
      if (alignment->position[i] < middle)
        segment->middle = i + 1;
    }
  segment->end = i;
  if (segment->end == segment->start)
    return FALSE;
  segment->cost = (float) (cost / (double) (segment->end - segment->start));
  segment->rendition_start = phone->start;
  segment->rendition_middle = (phone->start + phone->end) / 2;
  segment->rendition_end = phone->end;
  *at = i;
  return TRUE;
}

/**
 * myna_draft_segments_from_alignment:
 * @alignment: of a recording
 * @utterance: with its transcript
 *
 * The phones of the transcript as they lie in the recording. Phones that have no frame are left
 * out (spec draft-voice section 7).
 *
 * Returns: (transfer full) (element-type MynaDraftSegment): in time order
 */
GArray *
myna_draft_segments_from_alignment (const MynaDraftAlignment *alignment,
                                    const MynaDraftUtterance *utterance)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (MynaDraftSegment));
  gsize at = 0;

  for (guint p = 0; p < utterance->phones->len; p++)
    {
      const MynaDraftPhone *phone = &g_array_index (utterance->phones, MynaDraftPhone, p);
      MynaDraftSegment segment = { .label = phone->label, .stressed = phone->stressed };
      gsize from = at;

      if (phone->label == 0 || !find_frames (alignment, phone, &from, &segment))
        continue;
      at = from;
      if (segments->len > 0)
        {
          MynaDraftSegment *before = &g_array_index (segments, MynaDraftSegment, segments->len - 1);

          if (before->end == segment.start)
            {
              segment.previous = before->label;
              before->next = segment.label;
            }
        }
      g_array_append_val (segments, segment);
    }
  return segments;
}
