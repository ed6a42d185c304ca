/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-excerpt.h"

#include <string.h>

/* Speech is cut where it pauses this long, and keeps this much of the pause (frames). */
#define PAUSE 50
#define MARGIN 20

/* A stretch between two pauses. */
typedef struct
{
  guint material;
  guint first; /* segment */
  guint last;  /* one past the last segment */
  gsize start; /* frame */
  gsize end;
  double cost;
  gboolean kept;
} Stretch;

/**
 * myna_draft_excerpts_free:
 * @self: (nullable) (transfer full): excerpts
 */
void
myna_draft_excerpts_free (MynaDraftExcerpts *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->material, g_array_unref);
  g_clear_pointer (&self->recordings, g_ptr_array_unref);
  g_clear_pointer (&self->segments, g_ptr_array_unref);
  g_free (self);
}

static const MynaDraftSegment *
segment_at (const MynaDraftMaterial *material, guint s)
{
  return &g_array_index (material->segments, MynaDraftSegment, s);
}

static void
close_stretch (GArray *stretches, const MynaDraftMaterial *material, Stretch *stretch, guint last)
{
  gsize n_frames = material->recording->n_samples / (gsize) material->recording->format->hop;
  double cost = 0, frames = 0;

  stretch->last = last;
  for (guint s = stretch->first; s < last; s++)
    {
      const MynaDraftSegment *segment = segment_at (material, s);

      cost += (double) segment->cost * (double) (segment->end - segment->start);
      frames += (double) (segment->end - segment->start);
    }
  stretch->cost = cost / MAX (frames, 1);
  stretch->start = segment_at (material, stretch->first)->start;
  stretch->end = segment_at (material, last - 1)->end;
  stretch->start -= MIN (stretch->start, MARGIN);
  stretch->end = MIN (stretch->end + MARGIN, n_frames);
  g_array_append_val (stretches, *stretch);
}

static GArray *
cut_at_pauses (const MynaDraftMaterial *material, guint n_material)
{
  GArray *stretches = g_array_new (FALSE, TRUE, sizeof (Stretch));

  for (guint m = 0; m < n_material; m++)
    {
      Stretch stretch = { .material = m };

      for (guint s = 1; s <= material[m].segments->len; s++)
        if (s == material[m].segments->len ||
            segment_at (&material[m], s)->start > segment_at (&material[m], s - 1)->end + PAUSE)
          {
            close_stretch (stretches, &material[m], &stretch, s);
            stretch.first = s;
          }
    }
  return stretches;
}

static int
compare_cost (gconstpointer a, gconstpointer b)
{
  double x = (*(Stretch *const *) a)->cost, y = (*(Stretch *const *) b)->cost;

  return (x > y) - (x < y);
}

/* Marks the stretches that fit best, until there is enough. */
static void
choose (GArray *stretches, gsize n_frames)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  gsize taken = 0;

  for (guint i = 0; i < stretches->len; i++)
    g_ptr_array_add (order, &g_array_index (stretches, Stretch, i));
  g_ptr_array_sort (order, compare_cost);
  for (guint i = 0; i < order->len; i++)
    {
      Stretch *stretch = g_ptr_array_index (order, i);

      if (taken > 0 && taken + stretch->end - stretch->start > n_frames)
        continue;
      stretch->kept = TRUE;
      taken += stretch->end - stretch->start;
    }
}

static MynaDraftAnalysis *
slice (const MynaDraftAnalysis *all, gsize start, gsize end)
{
  MynaDraftAnalysis *part = g_new0 (MynaDraftAnalysis, 1);
  gsize hop = (gsize) all->format->hop, n_cep = (gsize) all->format->n_cep, n = end - start;
  gsize first = 0, last;

  part->format = all->format;
  part->n_frames = n;
  part->n_samples = n * hop;
  part->samples = g_memdup2 (all->samples + start * hop, n * hop * sizeof (float));
  part->f0 = g_memdup2 (all->f0 + start, n * sizeof (float));
  part->db = g_memdup2 (all->db + start, n * sizeof (float));
  part->cep = g_memdup2 (all->cep + start * n_cep, n * n_cep * sizeof (float));
  part->snr_db = all->snr_db;
  part->denoised = all->denoised;
  while (first < all->n_epochs && all->epochs[first] < (double) (start * hop))
    first++;
  for (last = first; last < all->n_epochs && all->epochs[last] < (double) (end * hop);)
    last++;
  part->n_epochs = last - first;
  part->epochs = g_new (double, MAX (part->n_epochs, 1));
  for (gsize e = 0; e < part->n_epochs; e++)
    part->epochs[e] = all->epochs[first + e] - (double) (start * hop);
  if (all->room_start >= start && all->room_end <= end)
    {
      part->room_start = all->room_start - start;
      part->room_end = all->room_end - start;
    }
  return part;
}

static void
add_excerpt (MynaDraftExcerpts *self, const MynaDraftMaterial *from, const Stretch *stretch)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (MynaDraftSegment));
  MynaDraftMaterial excerpt = { .recording = slice (from->recording, stretch->start, stretch->end),
                                .rendition = from->rendition,
                                .segments = segments };

  for (guint s = stretch->first; s < stretch->last; s++)
    {
      MynaDraftSegment segment = *segment_at (from, s);

      segment.start -= stretch->start;
      segment.middle -= stretch->start;
      segment.end -= stretch->start;
      g_array_append_val (segments, segment);
    }
  g_ptr_array_add (self->recordings, (gpointer) excerpt.recording);
  g_ptr_array_add (self->segments, segments);
  g_array_append_val (self->material, excerpt);
}

/* The longest room tone comes along even when no stretch holds it. */
static void
add_room_tone (MynaDraftExcerpts *self, const MynaDraftMaterial *material, guint n_material)
{
  const MynaDraftMaterial *best = NULL;
  gsize length = 0;

  for (guint m = 0; m < n_material; m++)
    if (material[m].recording->room_end - material[m].recording->room_start > length)
      {
        best = &material[m];
        length = best->recording->room_end - best->recording->room_start;
      }
  for (guint i = 0; i < self->recordings->len; i++)
    {
      const MynaDraftAnalysis *excerpt = g_ptr_array_index (self->recordings, i);

      if (excerpt->room_end - excerpt->room_start >= length)
        return;
    }
  if (best != NULL)
    {
      Stretch stretch = { .start = best->recording->room_start, .end = best->recording->room_end };

      add_excerpt (self, best, &stretch);
    }
}

/**
 * myna_draft_excerpts_new:
 * @material: clips with their phones
 * @n_material: their number
 * @seconds: how much to keep
 *
 * Cuts recordings at their pauses and keeps the stretches whose alignment is best: more than two
 * minutes make a voice slower and larger, hardly better.
 *
 * Returns: (transfer full): the excerpts; the renditions stay borrowed
 */
MynaDraftExcerpts *
myna_draft_excerpts_new (const MynaDraftMaterial *material, guint n_material, double seconds)
{
  MynaDraftExcerpts *self = g_new0 (MynaDraftExcerpts, 1);
  g_autoptr (GArray) stretches = cut_at_pauses (material, n_material);
  const MynaDraftFormat *format = material[0].recording->format;

  self->material = g_array_new (FALSE, FALSE, sizeof (MynaDraftMaterial));
  self->recordings = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_draft_analysis_free);
  self->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  choose (stretches, (gsize) (seconds * format->rate / format->hop));
  for (guint i = 0; i < stretches->len; i++)
    {
      const Stretch *stretch = &g_array_index (stretches, Stretch, i);

      if (stretch->kept)
        add_excerpt (self, &material[stretch->material], stretch);
    }
  add_room_tone (self, material, n_material);
  return self;
}
