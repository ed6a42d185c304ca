/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-select.h"

#include "engine/voice/draft/myna-draft-vector.h"

#include <math.h>
#include <string.h>

/* Candidates kept for a half-phone, and one stand-in (spec draft-voice section 4.3). */
#define KEPT 60
#define CANDIDATES (KEPT + 1)
#define MAX_ROUNDS 5
#define ROUND_PENALTY 1.0f

/* Join cost (spec draft-voice section 4.4; pitch weighs three times as much as there: on four
 * references phone error -1.4 points, DNSMOS +0.06, and steps of pitch are what is heard most). */
#define ADJACENT_COST -0.15f
#define JOIN_COST 0.25f
#define JOIN_SPECTRUM 0.55f
#define JOIN_PITCH 1.5f
#define LEVEL_SHARE 0.5f

/* How far a seed moves target costs; typical costs are 2 … 4. */
#define JITTER 0.5f

#define WIDTH MYNA_DRAFT_COMPARED

/* How speech looks where it may be cut. */
typedef struct
{
  float row[WIDTH];
  float pitch; /* ln F0, 0 = unvoiced */
} Cut;

/* A unit that may serve for a half-phone. */
typedef struct
{
  gint32 unit;
  float cost;
} Candidate;

typedef struct
{
  const MynaDraftModel *model;
  const MynaDraftTargets *targets;
  const MynaDraftStyle *style;
  Cut *unit_cuts;        /* begin and end of each unit */
  Cut *virtual_cuts;     /* begin and end of each target's stand-in */
  Candidate *candidates; /* n x CANDIDATES, the stand-in first */
  guint8 *n_candidates;
  float *cost;   /* n x CANDIDATES */
  guint8 *from;  /* n x CANDIDATES */
  float penalty; /* on stand-ins */
} Selection;

static void
selection_clear (Selection *self)
{
  g_free (self->unit_cuts);
  g_free (self->virtual_cuts);
  g_free (self->candidates);
  g_free (self->n_candidates);
  g_free (self->cost);
  g_free (self->from);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Selection, selection_clear)

/**
 * myna_draft_style_new:
 * @clarity: 0 = closest to the person (preset G) … 1 = clearest (preset K)
 * @tonal: the text is in a tone language: no pitch of the recording may mix in
 * @seed: of the take
 *
 * Returns: the style
 */
MynaDraftStyle
myna_draft_style_new (double clarity, gboolean tonal, guint32 seed)
{
  double c = CLAMP (clarity, 0, 1);

  return (MynaDraftStyle) { .max_virtual = 0.15 + 0.35 * c,
                            .virtual_cost = (float) (4.0 - c),
                            .virtual_obstruent_cost = (float) (4.0 - 1.5 * c),
                            .pull = (float) (0.4 + 0.1 * c),
                            .natural_pitch = tonal ? 0 : 0.5f,
                            .seed = seed };
}

/**
 * myna_draft_jitter:
 * @seed: 0 gives 0
 * @a: a number
 * @b: another
 *
 * Returns: -1 … 1, the same for the same three numbers
 */
float
myna_draft_jitter (guint32 seed, guint32 a, guint32 b)
{
  guint32 h = seed * 0x9e3779b1u ^ a * 0x85ebca77u ^ b * 0xc2b2ae3du;

  if (seed == 0)
    return 0;
  h = (h ^ h >> 15) * 0x2c1b3c6du;
  h = (h ^ h >> 12) * 0x297a2d39u;
  h ^= h >> 15;
  return (float) (h >> 8) / 8388608.0f - 1;
}

static Cut
describe_cut (const MynaDraftModel *model, const float *cep, gboolean voiced, float log_f0)
{
  Cut cut = { .pitch = voiced ? log_f0 : 0 };

  for (int c = 0; c < WIDTH; c++)
    cut.row[c] = cep[c] / model->spread_person[c] * (c == 0 ? LEVEL_SHARE : 1);
  return cut;
}

static void
describe_units (Selection *self)
{
  const MynaDraftAnalysis *person = self->model->person;
  gsize n_cep = (gsize) self->model->format->n_cep;

  self->unit_cuts = g_new (Cut, 2 * (gsize) self->model->units->len + 1);
  for (guint u = 0; u < self->model->units->len; u++)
    {
      const MynaDraftUnit *unit = &g_array_index (self->model->units, MynaDraftUnit, u);
      const gsize frames[2] = { unit->start, unit->end - 1 };

      for (int side = 0; side < 2; side++)
        {
          float f0 = person->f0[frames[side]];

          self->unit_cuts[2 * (gsize) u + (gsize) side] = describe_cut (
              self->model, person->cep + frames[side] * n_cep, f0 > 0, f0 > 0 ? logf (f0) : 0);
        }
    }
}

static void
describe_stand_ins (Selection *self)
{
  const MynaDraftAnalysis *rendition = self->targets->utterance->analysis;
  gsize n_cep = (gsize) self->model->format->n_cep;

  self->virtual_cuts = g_new (Cut, 2 * (gsize) self->targets->targets->len + 1);
  for (guint h = 0; h < self->targets->targets->len; h++)
    {
      const MynaDraftTarget *target = &g_array_index (self->targets->targets, MynaDraftTarget, h);
      const gsize frames[2] = { target->start, target->end - 1 };

      for (int side = 0; side < 2; side++)
        self->virtual_cuts[2 * (gsize) h + (gsize) side] =
            describe_cut (self->model, self->targets->converted + frames[side] * n_cep,
                          rendition->f0[frames[side]] > 0, self->targets->log_f0[frames[side]]);
    }
}

static float
virtual_cost (const MynaDraftStyle *style, MynaDraftClass klass)
{
  switch (klass)
    {
    case MYNA_DRAFT_CLASS_VOICELESS_FRICATIVE:
    case MYNA_DRAFT_CLASS_VOICED_FRICATIVE:
    case MYNA_DRAFT_CLASS_VOICELESS_STOP:
    case MYNA_DRAFT_CLASS_VOICED_STOP:
      return style->virtual_obstruent_cost;
    default:
      return style->virtual_cost;
    }
}

/* Moves the last candidate up to its place: the list is in order of cost, the stand-in first. */
static void
insert_sorted (Candidate *list, guint8 *n, gint32 unit, float cost)
{
  guint8 at = *n < CANDIDATES ? (*n)++ : CANDIDATES - 1;

  while (at > 1 && list[at - 1].cost > cost)
    {
      list[at].unit = list[at - 1].unit;
      list[at].cost = list[at - 1].cost;
      at--;
    }
  list[at].unit = unit;
  list[at].cost = cost;
}

static void
find_candidates (Selection *self, guint h)
{
  const MynaDraftTarget *target = &g_array_index (self->targets->targets, MynaDraftTarget, h);
  Candidate *list = self->candidates + (gsize) h * CANDIDATES;
  guint8 *n = &self->n_candidates[h];
  float limit = G_MAXFLOAT;

  list[0].unit = MYNA_DRAFT_VIRTUAL;
  list[0].cost = virtual_cost (self->style, target->klass);
  *n = 1;
  for (guint u = 0; u < self->model->units->len; u++)
    {
      const MynaDraftUnit *unit = &g_array_index (self->model->units, MynaDraftUnit, u);
      float jitter = JITTER * myna_draft_jitter (self->style->seed, h, u);
      float cost = myna_draft_target_cost (self->model, target, unit, limit - jitter) + jitter;

      if (cost >= limit)
        continue;
      insert_sorted (list, n, (gint32) u, cost);
      if (*n == CANDIDATES)
        limit = list[CANDIDATES - 1].cost;
    }
}

static float
spectral_step (const float *a, const float *b)
{
  MynaDraftVec4 sum = { 0 };

  for (int i = 0; i < WIDTH; i += 4)
    {
      MynaDraftVec4 d = *(const MynaDraftVec4 *) (a + i) - *(const MynaDraftVec4 *) (b + i);

      sum += d * d;
    }
  return sqrtf (((sum[0] + sum[1]) + (sum[2] + sum[3])) / WIDTH);
}

static const Cut *
cut_of (const Selection *self, guint h, const Candidate *candidate, gsize side)
{
  if (candidate->unit == MYNA_DRAFT_VIRTUAL)
    return &self->virtual_cuts[2 * (gsize) h + side];
  return &self->unit_cuts[2 * (gsize) candidate->unit + side];
}

/* Of @a for target @h - 1 followed by @b for target @h. */
static float
join_cost (const Selection *self, guint h, const Candidate *a, const Candidate *b)
{
  const Cut *right = cut_of (self, h - 1, a, 1), *left = cut_of (self, h, b, 0);
  float cost;

  if (a->unit == MYNA_DRAFT_VIRTUAL && b->unit == MYNA_DRAFT_VIRTUAL)
    return 0;
  if (myna_draft_units_follow (self->model, a->unit, b->unit))
    return ADJACENT_COST;
  cost = JOIN_COST + JOIN_SPECTRUM * spectral_step (right->row, left->row);
  if (right->pitch > 0 && left->pitch > 0)
    cost += JOIN_PITCH * fabsf (right->pitch - left->pitch);
  return cost;
}

/* Speech from a pause to the next is chosen together; a pause hides any join. */
static gboolean
starts_phrase (const MynaDraftTargets *targets, guint h)
{
  const MynaDraftTarget *target = &g_array_index (targets->targets, MynaDraftTarget, h);

  return h == 0 || g_array_index (targets->targets, MynaDraftTarget, h - 1).end != target->start;
}

static float
candidate_cost (const Selection *self, guint h, guint8 c)
{
  const Candidate *candidate = &self->candidates[(gsize) h * CANDIDATES + c];

  return candidate->cost + (c == 0 ? self->penalty : 0);
}

static void
step (Selection *self, guint h)
{
  const Candidate *here = self->candidates + (gsize) h * CANDIDATES;
  const Candidate *before_here = h > 0 ? here - CANDIDATES : NULL;
  gboolean first = starts_phrase (self->targets, h);
  float before = G_MAXFLOAT;

  /* Across a pause the cheapest way so far goes on, from whichever unit it ends in. */
  for (guint8 b = 0; h > 0 && first && b < self->n_candidates[h - 1]; b++)
    before = MIN (before, self->cost[(gsize) (h - 1) * CANDIDATES + b]);
  for (guint8 c = 0; c < self->n_candidates[h]; c++)
    {
      float best = h == 0 ? 0 : G_MAXFLOAT;
      guint8 from = 0;

      for (guint8 b = 0; h > 0 && b < self->n_candidates[h - 1]; b++)
        {
          float cost = self->cost[(gsize) (h - 1) * CANDIDATES + b];

          if (first && cost > before)
            continue;
          if (!first)
            cost += join_cost (self, h, &before_here[b], &here[c]);
          if (cost < best)
            {
              best = cost;
              from = b;
            }
        }
      self->cost[(gsize) h * CANDIDATES + c] = best + candidate_cost (self, h, c);
      self->from[(gsize) h * CANDIDATES + c] = from;
    }
}

static gint32 *
search (Selection *self, GCancellable *cancellable, GError **error)
{
  guint n = self->targets->targets->len;
  gint32 *chosen = NULL;
  guint8 at = 0;

  for (guint h = 0; h < n; h++)
    {
      if (h % 16 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      step (self, h);
    }
  chosen = g_new (gint32, MAX (n, 1));
  for (guint8 c = 0; n > 0 && c < self->n_candidates[n - 1]; c++)
    if (self->cost[(gsize) (n - 1) * CANDIDATES + c] <
        self->cost[(gsize) (n - 1) * CANDIDATES + at])
      at = c;
  for (guint h = n; h-- > 0;)
    {
      chosen[h] = self->candidates[(gsize) h * CANDIDATES + at].unit;
      at = self->from[(gsize) h * CANDIDATES + at];
    }
  return chosen;
}

static double
virtual_share (const gint32 *chosen, guint n)
{
  guint n_virtual = 0;

  for (guint h = 0; h < n; h++)
    n_virtual += chosen[h] == MYNA_DRAFT_VIRTUAL;
  return n > 0 ? (double) n_virtual / n : 0;
}

/**
 * myna_draft_select:
 * @model: a voice
 * @targets: the half-phones to be spoken
 * @style: how
 * @cancellable: (nullable): cancellable
 * @error: return location for an error
 *
 * Chooses a unit for each half-phone so that target and join costs together are least. When more
 * than style->max_virtual would come from espeak-ng, stand-ins get dearer and the search is done
 * again: without this a short recording turns into espeak-ng (spec draft-voice section 4.4).
 *
 * Returns: (transfer full) (nullable): for each target an index of a unit, or MYNA_DRAFT_VIRTUAL
 */
gint32 *
myna_draft_select (const MynaDraftModel *model,
                   const MynaDraftTargets *targets,
                   const MynaDraftStyle *style,
                   GCancellable *cancellable,
                   GError **error)
{
  g_auto (Selection) self = { .model = model, .targets = targets, .style = style };
  guint n = targets->targets->len;
  gint32 *chosen = NULL;

  self.candidates = g_new0 (Candidate, (gsize) MAX (n, 1) * CANDIDATES);
  self.n_candidates = g_new0 (guint8, MAX (n, 1));
  self.cost = g_new (float, (gsize) MAX (n, 1) * CANDIDATES);
  self.from = g_new (guint8, (gsize) MAX (n, 1) * CANDIDATES);
  describe_units (&self);
  describe_stand_ins (&self);
  for (guint h = 0; h < n; h++)
    {
      if (h % 16 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      find_candidates (&self, h);
    }
  for (int round = 0; round < MAX_ROUNDS; round++)
    {
      g_free (chosen);
      chosen = search (&self, cancellable, error);
      if (chosen == NULL || virtual_share (chosen, n) <= style->max_virtual)
        break;
      self.penalty += ROUND_PENALTY;
    }
  return chosen;
}
