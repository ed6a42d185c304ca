/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-search.h"

#include <math.h>
#include <string.h>

#include "engine/lipsync/mouth/myna-mouth-inventory-private.h"

/* Unit costs. One unit of cost is about what one jump costs. */
#define AUDIO_WEIGHT 0.5f
#define OPENING_UNIT 0.03f /* eye distances that cost 1 */
#define WIDTH_UNIT 0.08f
#define TURN_UNIT 0.15f /* radians of yaw or pitch that cost 1 */
#define ROLL_UNIT 0.6f  /* roll is undone when the mouth is placed */
#define LIGHT_UNIT 0.15f
#define BLUR_WEIGHT 1.0f
#define GROWTH_WEIGHT 1.0f /* a mouth that must be enlarged is soft */
#define TEETH_WEIGHT 0.5f
/* The frame's own mouth needs no fitting in; half of what it saves. */
#define OWN_BONUS 0.25f
/* Lips that count as closed: this share of the person's range above touching. */
#define CLOSED_SHARE 0.2f
/* No sum of other costs makes up for an open mouth where lips must touch. */
#define NOT_CLOSED_COST 200.0f

/* Join costs. */
#define JUMP_COST 0.8f
#define JUMP_OPENING_UNIT 0.03f
#define JUMP_WIDTH_UNIT 0.08f
#define JUMP_TURN_UNIT 0.10f
/* A run may wait or hurry by a frame to keep in time. Waiting must be dear: a mouth that stands
 * still is seen, however well its shape fits. */
#define WAIT_COST 0.90f
#define HURRY_COST 0.50f

/* The survivors are compared this often, and are forced to agree after so many frames (a minute
 * and more at any frame rate). */
#define COMPARE_EVERY 64
#define MOST_OPEN 4096

typedef struct
{
  gint64 base;
  gboolean cut;
  int n;
  gint32 sources[MYNA_MOUTH_SEARCH_CANDIDATES];
  guint8 before[MYNA_MOUTH_SEARCH_CANDIDATES];
} Column;

struct _MynaMouthSearch
{
  MynaMouthInventory *inventory;
  float usual_teeth;
  GArray *columns; /* Column: those not decided yet */
  float costs[MYNA_MOUTH_SEARCH_CANDIDATES];
  GArray *sources; /* gint64: decided */
};

typedef struct
{
  float cost;
  gint32 source;
} Candidate;

static float
find_usual_teeth (MynaMouthInventory *inventory)
{
  double sum = 0;
  gsize n = 0;

  for (gint64 i = 0; i < inventory->n_frames; i++)
    if (inventory->poses[i].present)
      {
        sum += (double) inventory->poses[i].teeth;
        n++;
      }
  return n > 0 ? (float) (sum / (double) n) : 0;
}

/**
 * myna_mouth_search_new:
 * @inventory: the mouths to choose from
 *
 * Returns: (transfer full): a search without wishes
 */
MynaMouthSearch *
myna_mouth_search_new (MynaMouthInventory *inventory)
{
  MynaMouthSearch *self = NULL;

  g_return_val_if_fail (inventory != NULL, NULL);

  self = g_new0 (MynaMouthSearch, 1);
  self->inventory = myna_mouth_inventory_ref (inventory);
  self->usual_teeth = find_usual_teeth (inventory);
  self->columns = g_array_new (FALSE, FALSE, sizeof (Column));
  self->sources = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

/**
 * myna_mouth_search_free:
 * @self: (transfer full) (nullable): a search
 */
void
myna_mouth_search_free (MynaMouthSearch *self)
{
  if (self == NULL)
    return;
  myna_mouth_inventory_unref (self->inventory);
  g_array_unref (self->columns);
  g_clear_pointer (&self->sources, g_array_unref);
  g_free (self);
}

static float
get_excess (MynaMouthSearch *self, const MynaMouthPose *pose)
{
  const MynaMouthPerson *person = &self->inventory->person;
  float limit = person->closed + CLOSED_SHARE * (person->open - person->closed);

  return MAX (pose->opening - limit, 0);
}

/* How well a mouth sits in the frame behind it. */
static float
get_fit_cost (const MynaMouthPose *pose, const MynaMouthPose *base)
{
  float cost = (fabsf (pose->yaw - base->yaw) + fabsf (pose->pitch - base->pitch)) / TURN_UNIT;

  cost += fabsf (pose->roll - base->roll) / ROLL_UNIT;
  cost += fabsf (pose->light - base->light) / LIGHT_UNIT;
  cost += BLUR_WEIGHT * MAX (1 - pose->sharpness, 0);
  return cost + GROWTH_WEIGHT * MAX (logf (MAX (base->size, 1) / MAX (pose->size, 1)), 0);
}

/* The frame's own mouth may be one that cannot be shown elsewhere, and has no unit then. */
static float
get_audio_cost (MynaMouthSearch *self, const MynaMouthWish *wish, gint64 source)
{
  gint32 unit = self->inventory->unit_of[source];

  if (wish->silent || wish->key == NULL || self->inventory->unit_keys == NULL)
    return 0;
  if (unit < 0)
    return AUDIO_WEIGHT;
  return AUDIO_WEIGHT *
         myna_mouth_likeness_get_distance (wish->key, self->inventory->unit_keys +
                                                          (gsize) unit * MYNA_MOUTH_LIKENESS_SIZE);
}

/**
 * myna_mouth_search_get_unit_cost:
 * @wish: what a frame asks for; active
 * @source: frame of the video, with a face
 *
 * Returns: what it costs to show that mouth: distance of sound, shape, pose and light (spec
 *   lipsync-default, renderer (a) 2)
 */
float
myna_mouth_search_get_unit_cost (MynaMouthSearch *self, const MynaMouthWish *wish, gint64 source)
{
  const MynaMouthPose *pose = NULL, *base = NULL;
  float cost;

  g_return_val_if_fail (self != NULL && wish != NULL, 0);

  pose = &self->inventory->poses[source];
  base = &self->inventory->poses[wish->base];
  cost = fabsf (pose->opening - wish->opening) / OPENING_UNIT;
  cost += fabsf (pose->width - wish->width) / WIDTH_UNIT;
  if (self->usual_teeth > 0)
    cost += TEETH_WEIGHT * wish->teeth * MAX (pose->teeth / self->usual_teeth - 0.8f, 0);
  if (wish->closed)
    cost += NOT_CLOSED_COST * get_excess (self, pose) / OPENING_UNIT;
  cost += get_audio_cost (self, wish, source);
  return source == wish->base ? cost - OWN_BONUS : cost + get_fit_cost (pose, base);
}

static float
get_jump_cost (MynaMouthSearch *self, gint64 before, gint64 source)
{
  MynaMouthInventory *inventory = self->inventory;
  gint64 next = myna_mouth_inventory_continues (inventory, before + 1) ? before + 1 : before;
  const MynaMouthPose *a = &inventory->poses[next], *b = &inventory->poses[source];

  return JUMP_COST + fabsf (a->opening - b->opening) / JUMP_OPENING_UNIT +
         fabsf (a->width - b->width) / JUMP_WIDTH_UNIT +
         (fabsf (a->yaw - b->yaw) + fabsf (a->pitch - b->pitch)) / JUMP_TURN_UNIT;
}

/**
 * myna_mouth_search_get_join_cost:
 * @base_before: the video's frame behind the frame before
 * @before: the mouth shown there; -1 none
 * @base: the video's frame behind this frame
 * @source: the mouth shown here; -1 none
 *
 * Returns: what it costs to go from one to the other: nothing within a run and while the video
 *   keeps its own mouth, in whichever direction it plays
 */
float
myna_mouth_search_get_join_cost (
    MynaMouthSearch *self, gint64 base_before, gint64 before, gint64 base, gint64 source)
{
  MynaMouthInventory *inventory = NULL;

  g_return_val_if_fail (self != NULL, 0);

  inventory = self->inventory;
  if (before < 0 || source < 0 || (before == base_before && source == base))
    return 0;
  if (source == before + 1 && myna_mouth_inventory_continues (inventory, source))
    return 0;
  if (source == before)
    return WAIT_COST;
  if (source == before + 2 && myna_mouth_inventory_continues (inventory, source) &&
      myna_mouth_inventory_continues (inventory, source - 1))
    return HURRY_COST;
  return get_jump_cost (self, before, source);
}

/* Keeps the cheapest in order of cost, then of frame; @n of them so far. */
static int
insert (Candidate *best, int n, int most, Candidate candidate)
{
  int at = n;

  if (n == most && candidate.cost >= best[n - 1].cost)
    return n;
  if (n == most)
    at = n - 1;
  for (; at > 0 && best[at - 1].cost > candidate.cost; at--)
    best[at] = best[at - 1];
  best[at] = candidate;
  return MIN (n + 1, most);
}

static gboolean
has_source (const Candidate *candidates, int n, gint64 source)
{
  for (int i = 0; i < n; i++)
    if (candidates[i].source == source)
      return TRUE;
  return FALSE;
}

static int
append (
    MynaMouthSearch *self, const MynaMouthWish *wish, Candidate *candidates, int n, gint64 source)
{
  if (has_source (candidates, n, source))
    return n;
  candidates[n].source = (gint32) source;
  candidates[n].cost = myna_mouth_search_get_unit_cost (self, wish, source);
  return n + 1;
}

/* The continuations of the cheapest paths so far. */
static int
append_runs (MynaMouthSearch *self, const MynaMouthWish *wish, Candidate *candidates, int n)
{
  const Column *last = NULL;
  Candidate paths[MYNA_MOUTH_SEARCH_RUNS];
  int n_paths = 0;

  if (self->columns->len == 0)
    return n;
  last = &g_array_index (self->columns, Column, self->columns->len - 1);
  for (int i = 0; i < last->n; i++)
    {
      gint64 next = (gint64) last->sources[i] + 1;

      if (last->sources[i] >= 0 && next < self->inventory->n_frames &&
          self->inventory->unit_of[next] >= 0 &&
          myna_mouth_inventory_continues (self->inventory, next))
        n_paths = insert (paths, n_paths, MYNA_MOUTH_SEARCH_RUNS,
                          (Candidate) { self->costs[i], (gint32) next });
    }
  for (int i = 0; i < n_paths; i++)
    n = append (self, wish, candidates, n, paths[i].source);
  return n;
}

static int
find_candidates (MynaMouthSearch *self, const MynaMouthWish *wish, Candidate *candidates)
{
  GArray *units = self->inventory->units;
  int n = 0;

  if (!wish->active)
    {
      candidates[0] = (Candidate) { 0, -1 };
      return 1;
    }
  for (guint u = 0; u < units->len; u++)
    {
      gint64 source = g_array_index (units, gint64, u);
      float cost = myna_mouth_search_get_unit_cost (self, wish, source);

      n = insert (candidates, n, MYNA_MOUTH_SEARCH_BEST, (Candidate) { cost, (gint32) source });
    }
  n = append_runs (self, wish, candidates, n);
  return append (self, wish, candidates, n, wish->base);
}

/* The cheapest way to a candidate from the column before. */
static float
find_way (MynaMouthSearch *self, const Column *last, Column *column, int candidate)
{
  float best = G_MAXFLOAT;

  for (int i = 0; i < last->n; i++)
    {
      float cost = self->costs[i];

      if (!column->cut)
        cost += myna_mouth_search_get_join_cost (self, last->base, last->sources[i], column->base,
                                                 column->sources[candidate]);
      if (cost < best)
        {
          best = cost;
          column->before[candidate] = (guint8) i;
        }
    }
  return best;
}

/* Appends what the path that ends with @candidate of column @last has chosen up to column @to, and
 * forgets those columns. */
static void
decide (MynaMouthSearch *self, guint last, int candidate, guint to)
{
  guint n = self->sources->len;

  g_array_set_size (self->sources, n + to + 1);
  for (guint c = last + 1; c-- > 0;)
    {
      const Column *column = &g_array_index (self->columns, Column, c);

      if (c <= to)
        g_array_index (self->sources, gint64, n + c) = column->sources[candidate];
      candidate = column->before[candidate];
    }
  g_array_remove_range (self->columns, 0, to + 1);
}

static int
find_cheapest (MynaMouthSearch *self, int n)
{
  int best = 0;

  for (int i = 1; i < n; i++)
    if (self->costs[i] < self->costs[best])
      best = i;
  return best;
}

/* Decides as far as all paths agree. */
static void
compare_survivors (MynaMouthSearch *self)
{
  guint last = self->columns->len - 1;
  int n = g_array_index (self->columns, Column, last).n;
  gboolean alive[MYNA_MOUTH_SEARCH_CANDIDATES];

  for (int i = 0; i < n; i++)
    alive[i] = TRUE;
  for (guint c = last; c > 0; c--)
    {
      const Column *column = &g_array_index (self->columns, Column, c);
      gboolean before[MYNA_MOUTH_SEARCH_CANDIDATES] = { FALSE };
      int n_alive = 0;

      for (int i = 0; i < column->n; i++)
        if (alive[i] && !before[column->before[i]])
          {
            before[column->before[i]] = TRUE;
            n_alive++;
          }
      memcpy (alive, before, sizeof before);
      if (n_alive == 1)
        {
          decide (self, last, find_cheapest (self, n), c - 1);
          return;
        }
    }
  if (self->columns->len >= MOST_OPEN)
    decide (self, last, find_cheapest (self, n), last - 1);
}

/**
 * myna_mouth_search_push:
 * @wish: of the next frame
 *
 * Goes on by a frame. About a millisecond with ten thousand mouths.
 */
void
myna_mouth_search_push (MynaMouthSearch *self, const MynaMouthWish *wish)
{
  Candidate candidates[MYNA_MOUTH_SEARCH_CANDIDATES];
  float costs[MYNA_MOUTH_SEARCH_CANDIDATES];
  Column column = { .base = 0 };
  float least = G_MAXFLOAT;

  g_return_if_fail (self != NULL && wish != NULL);
  g_return_if_fail (wish->base >= 0 && wish->base < self->inventory->n_frames);

  column.base = wish->base;
  column.cut = wish->cut;
  column.n = find_candidates (self, wish, candidates);
  for (int i = 0; i < column.n; i++)
    {
      const Column *last = NULL;

      column.sources[i] = candidates[i].source;
      costs[i] = candidates[i].cost;
      if (self->columns->len > 0)
        {
          last = &g_array_index (self->columns, Column, self->columns->len - 1);
          costs[i] += find_way (self, last, &column, i);
        }
      least = MIN (least, costs[i]);
    }
  /* Only differences count; this keeps them exact over hours. */
  for (int i = 0; i < column.n; i++)
    self->costs[i] = costs[i] - least;
  g_array_append_val (self->columns, column);
  if (self->columns->len % COMPARE_EVERY == 0)
    compare_survivors (self);
}

/**
 * myna_mouth_search_finish:
 *
 * Decides the rest. After that only myna_mouth_search_free () may be called.
 *
 * Returns: (transfer full) (element-type gint64): for each wish the frame whose mouth is shown, -1
 *   where none is
 */
GArray *
myna_mouth_search_finish (MynaMouthSearch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->columns->len > 0)
    {
      guint last = self->columns->len - 1;
      int n = g_array_index (self->columns, Column, last).n;

      decide (self, last, find_cheapest (self, n), last);
    }
  return g_steal_pointer (&self->sources);
}
