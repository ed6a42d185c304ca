/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/mouth/myna-mouth-selection.h"

#include <math.h>

#include "engine/lipsync/mouth/myna-mouth-inventory-private.h"
#include "engine/lipsync/mouth/myna-mouth-search.h"
#include "engine/lipsync/mouth/myna-mouth-speech.h"

/* The mouth is put in fully up to the first angle, not at all from the second (radians). */
#define FULL_YAW (30 * (float) G_PI / 180)
#define MOST_YAW (40 * (float) G_PI / 180)
/* Frames over which it comes and goes where the face does (spec lipsync-peers: 3 frames). */
#define FADE_FRAMES 3
/* Seconds in which the video's own mouth comes back after the speech. */
#define AFTER_SPEECH 0.2
/* Seconds of cross-fade at a jump (2-3 frames at 25 a second). */
#define JUMP_FADE 0.10
/* The finished mouth stays this near to the wanted one; within it the real mouth's own small
 * motion is kept, without which lips look like rubber. */
#define PLAY 0.010f
#define WIDTH_PLAY 0.02f
/* Nobody opens his mouth further than this many times the range seen in the clip. */
#define MOST_OPEN 1.6f
/* At rest the lips may stay apart by this share of the person's range. */
#define REST_SHARE 0.12f
/* A person's width varies less than the vowels' rounding in textbooks. */
#define WIDTH_RANGE 0.8f
/* A closure is seen in a frame at most this far from it (seconds). */
#define CLOSURE_REACH 0.06

struct _MynaMouthSelection
{
  gatomicrefcount references;
  MynaMouthInventory *inventory;
  gint64 n_frames;
  MynaMouthChoice *choices;
  gint64 n_jumps;
};

/* What is needed to plan the targets. */
typedef struct
{
  MynaMouthInventory *inventory;
  MynaMouthTimeline *timeline;
  MynaMouthTrack *mouth;
  MynaMouthSelectionParams params;
  gboolean *silent; /* by output frame */
} Plan;

static double
get_time (MynaMouthTimeline *timeline, gint64 frame)
{
  double time;

  myna_mouth_timeline_get_source (timeline, frame, &time);
  return time;
}

/* From the nominal person's eye distances to this one's. */
static void
set_target (const Plan *plan, const MynaMouthShape *shape, MynaMouthChoice *choice)
{
  const MynaMouthPerson *person = &plan->inventory->person;
  float range = person->open - person->closed;
  float opening = shape->opening / MYNA_MOUTH_NOMINAL_OPEN * (float) plan->params.intensity;

  choice->closed = shape->closed;
  choice->teeth = shape->teeth;
  choice->opening = person->closed + range * MIN (opening, MOST_OPEN);
  if (shape->silent && !shape->closed)
    choice->opening = MIN (person->rest, person->closed + REST_SHARE * range);
  choice->width = person->rest_width * (1 + WIDTH_RANGE * (shape->width - 1));
}

/* A video of few frames a second could step over a closure: the nearest frame gets it. */
static void
keep_closures (MynaMouthSelection *self, const Plan *plan)
{
  gsize n;
  const MynaClosure *closures = myna_mouth_track_get_closures (plan->mouth, &n);

  for (gsize i = 0; i < n && self->n_frames > 0; i++)
    {
      double time = closures[i].time + plan->params.offset;
      gint64 first = myna_mouth_timeline_find (plan->timeline, time - CLOSURE_REACH);
      gint64 last = myna_mouth_timeline_find (plan->timeline, time + CLOSURE_REACH);
      gint64 best = myna_mouth_timeline_find (plan->timeline, time);
      gboolean seen = FALSE;

      for (gint64 k = first; k <= last && !seen; k++)
        seen = self->choices[k].closed;
      if (best + 1 < self->n_frames &&
          get_time (plan->timeline, best + 1) - time < time - get_time (plan->timeline, best))
        best++;
      if (seen || fabs (get_time (plan->timeline, best) - time) > CLOSURE_REACH)
        continue;
      self->choices[best].closed = TRUE;
      self->choices[best].teeth = 0;
      self->choices[best].opening = plan->inventory->person.closed;
    }
}

static float
get_pose_strength (const MynaMouthPose *pose)
{
  if (!pose->present)
    return 0;
  return CLAMP ((MOST_YAW - fabsf (pose->yaw)) / (MOST_YAW - FULL_YAW), 0, 1);
}

/* Full where the face is well seen, gone where it is not, and in between over a few frames; a cut
 * needs no fading. */
static void
fade_presence (MynaMouthSelection *self, const Plan *plan, gboolean backwards)
{
  float most = 1;

  for (gint64 k = 0; k < self->n_frames; k++)
    {
      gint64 i = backwards ? self->n_frames - 1 - k : k;
      MynaMouthChoice *choice = &self->choices[i];

      if (k > 0 && myna_mouth_timeline_is_cut (plan->timeline, backwards ? i + 1 : i))
        most = 1;
      choice->strength = MIN (choice->strength, most);
      most = MIN (choice->strength + 1.0f / (FADE_FRAMES + 1), 1);
    }
}

/* Fills everything but sources. */
static void
plan_targets (MynaMouthSelection *self, Plan *plan)
{
  double end = myna_mouth_track_get_duration (plan->mouth) + plan->params.offset;

  for (gint64 i = 0; i < self->n_frames; i++)
    {
      MynaMouthChoice *choice = &self->choices[i];
      double time;
      MynaMouthShape shape;
      float after;

      choice->base = myna_mouth_timeline_get_source (plan->timeline, i, &time);
      choice->source = choice->base;
      choice->fading = -1;
      shape = myna_mouth_track_sample (plan->mouth, time - plan->params.offset);
      plan->silent[i] = shape.silent;
      set_target (plan, &shape, choice);
      after = (float) CLAMP (1 - (time - end) / AFTER_SPEECH, 0, 1);
      choice->strength = MIN (get_pose_strength (&plan->inventory->poses[choice->base]), after);
    }
  keep_closures (self, plan);
  fade_presence (self, plan, FALSE);
  fade_presence (self, plan, TRUE);
}

static GArray *
search (MynaMouthSelection *self,
        const Plan *plan,
        MynaMouthSound *speech,
        GCancellable *cancellable,
        GError **error)
{
  g_autoptr (MynaMouthSearch) search = myna_mouth_search_new (plan->inventory);
  g_autoptr (MynaMouthLikeness) likeness = myna_mouth_likeness_new (speech);
  float key[MYNA_MOUTH_LIKENESS_SIZE];

  for (gint64 i = 0; i < self->n_frames; i++)
    {
      const MynaMouthChoice *choice = &self->choices[i];
      MynaMouthWish wish = {
        .base = choice->base,
        .opening = choice->opening,
        .width = choice->width,
        .teeth = choice->teeth,
        .closed = choice->closed,
        .silent = plan->silent[i],
        .active = choice->strength > 0,
        .cut = myna_mouth_timeline_is_cut (plan->timeline, i),
        .key = key,
      };

      if (i % 16 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      myna_mouth_likeness_get_key (likeness, speech,
                                   get_time (plan->timeline, i) - plan->params.offset, key);
      myna_mouth_search_push (search, &wish);
    }
  return myna_mouth_search_finish (search);
}

/* Whether a mouth follows the one before without being seen to. */
static gboolean
is_jump (const MynaMouthSelection *self, gint64 frame)
{
  const MynaMouthChoice *before = &self->choices[frame - 1], *choice = &self->choices[frame];

  if (before->source < 0 || choice->source < 0)
    return FALSE;
  if (before->source == before->base && choice->source == choice->base)
    return FALSE;
  return choice->source < before->source || choice->source > before->source + 2;
}

/* The frame that would have come after @source: the video's own mouth goes on with the video. */
static gint64
continue_run (MynaMouthInventory *inventory, gboolean own, gint64 source, gint64 base)
{
  if (own)
    return base;
  return myna_mouth_inventory_continues (inventory, source + 1) ? source + 1 : source;
}

static void
fade_out (MynaMouthSelection *self, MynaMouthTimeline *timeline, gint64 frame)
{
  MynaMouthInventory *inventory = self->inventory;
  const MynaMouthChoice *before = &self->choices[frame - 1];
  gboolean own = before->source == before->base;
  gint64 source = before->source;
  double step = get_time (timeline, frame) - get_time (timeline, frame - 1);
  gint64 n = CLAMP ((gint64) lround (JUMP_FADE / MAX (step, 0.001)), 2, 8) - 1;

  for (gint64 k = 0; k < n && frame + k < self->n_frames; k++)
    {
      MynaMouthChoice *choice = &self->choices[frame + k];

      source = continue_run (inventory, own, source, choice->base);
      if ((k > 0 && choice->jump) || choice->source < 0 || !inventory->poses[source].present)
        return;
      choice->fading = source;
      choice->fade = (float) (n - k) / (float) (n + 1);
    }
}

static void
mark_jumps (MynaMouthSelection *self, MynaMouthTimeline *timeline)
{
  for (gint64 i = 1; i < self->n_frames; i++)
    {
      self->choices[i].jump = is_jump (self, i) && !myna_mouth_timeline_is_cut (timeline, i);
      self->n_jumps += self->choices[i].jump ? 1 : 0;
    }
  for (gint64 i = 1; i < self->n_frames; i++)
    if (self->choices[i].jump)
      fade_out (self, timeline, i);
}

static float
get_play (float real, float wanted, float play)
{
  return CLAMP (real - wanted, -play, play);
}

/* Lets the finished mouth keep the small motion of the real one, and be the video's own where the
 * mouth is not put in fully. */
static void
settle_targets (MynaMouthSelection *self)
{
  const MynaMouthPose *poses = self->inventory->poses;

  for (gint64 i = 0; i < self->n_frames; i++)
    {
      MynaMouthChoice *choice = &self->choices[i];
      const MynaMouthPose *own = &poses[choice->base];
      const MynaMouthPose *source = choice->source >= 0 ? &poses[choice->source] : own;
      const MynaMouthPose *fading = choice->fading >= 0 ? &poses[choice->fading] : source;
      float fade = choice->fading >= 0 ? choice->fade : 0;
      float real = source->opening + fade * (fading->opening - source->opening);
      float wide = source->width + fade * (fading->width - source->width);

      if (choice->strength <= 0)
        {
          choice->source = -1;
          choice->fading = -1;
          continue;
        }
      if (!choice->closed)
        choice->opening += get_play (real, choice->opening, PLAY);
      else
        choice->opening = MIN (choice->opening, real);
      choice->width += get_play (wide, choice->width, WIDTH_PLAY);
      if (choice->strength < 1)
        {
          choice->opening = own->opening + choice->strength * (choice->opening - own->opening);
          choice->width = own->width + choice->strength * (choice->width - own->width);
        }
    }
}

static MynaMouthSelection *
selection_new (MynaMouthInventory *inventory, MynaMouthTimeline *timeline)
{
  MynaMouthSelection *self = g_new0 (MynaMouthSelection, 1);

  g_atomic_ref_count_init (&self->references);
  self->inventory = myna_mouth_inventory_ref (inventory);
  self->n_frames = myna_mouth_timeline_get_n_frames (timeline);
  self->choices = g_new0 (MynaMouthChoice, MAX (self->n_frames, 1));
  return self;
}

/**
 * myna_mouth_selection_new:
 * @inventory: the person's mouths
 * @timeline: of the output, made of the same inventory
 * @speech: the sound that drives the mouth
 * @mouth: what it asks for
 * @params: (nullable): %NULL for the usual
 * @cancellable: (nullable): looked at every 16 frames
 *
 * Chooses a mouth for each frame of the output, and says what the finished mouth must look like:
 * the track in this person's range, closures and rest exact. Deterministic. Blocking, any thread
 * but the main one.
 *
 * Returns: (transfer full) (nullable): the selection; %NULL only when cancelled
 */
MynaMouthSelection *
myna_mouth_selection_new (MynaMouthInventory *inventory,
                          MynaMouthTimeline *timeline,
                          MynaMouthSound *speech,
                          MynaMouthTrack *mouth,
                          const MynaMouthSelectionParams *params,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (MynaMouthSelection) self = NULL;
  g_autofree gboolean *silent = NULL;
  g_autoptr (GArray) sources = NULL;
  Plan plan = { inventory, timeline, mouth, MYNA_MOUTH_SELECTION_PARAMS_INIT, NULL };

  g_return_val_if_fail (inventory != NULL && timeline != NULL, NULL);
  g_return_val_if_fail (speech != NULL && mouth != NULL, NULL);

  if (params != NULL)
    plan.params = *params;
  self = selection_new (inventory, timeline);
  silent = g_new0 (gboolean, MAX (self->n_frames, 1));
  plan.silent = silent;
  plan_targets (self, &plan);
  sources = search (self, &plan, speech, cancellable, error);
  if (sources == NULL)
    return NULL;
  for (gint64 i = 0; i < self->n_frames; i++)
    self->choices[i].source = g_array_index (sources, gint64, i);
  mark_jumps (self, timeline);
  settle_targets (self);
  return g_steal_pointer (&self);
}

/**
 * myna_mouth_selection_new_targets:
 * @inventory: the faces of a photo or of a clip without usable speech
 * @timeline: of the output, made of the same inventory
 * @mouth: what the sound asks for
 * @params: (nullable): %NULL for the usual
 *
 * Only says what the finished mouths must look like; each frame keeps its own mouth as the source.
 *
 * Returns: (transfer full): the selection
 */
MynaMouthSelection *
myna_mouth_selection_new_targets (MynaMouthInventory *inventory,
                                  MynaMouthTimeline *timeline,
                                  MynaMouthTrack *mouth,
                                  const MynaMouthSelectionParams *params)
{
  MynaMouthSelection *self = NULL;
  g_autofree gboolean *silent = NULL;
  Plan plan = { inventory, timeline, mouth, MYNA_MOUTH_SELECTION_PARAMS_INIT, NULL };

  g_return_val_if_fail (inventory != NULL && timeline != NULL && mouth != NULL, NULL);

  if (params != NULL)
    plan.params = *params;
  self = selection_new (inventory, timeline);
  silent = g_new0 (gboolean, MAX (self->n_frames, 1));
  plan.silent = silent;
  plan_targets (self, &plan);
  settle_targets (self);
  return self;
}

/**
 * myna_mouth_selection_ref:
 *
 * Returns: (transfer full): @self
 */
MynaMouthSelection *
myna_mouth_selection_ref (MynaMouthSelection *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * myna_mouth_selection_unref:
 * @self: (transfer full): a selection
 */
void
myna_mouth_selection_unref (MynaMouthSelection *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  myna_mouth_inventory_unref (self->inventory);
  g_free (self->choices);
  g_free (self);
}

/**
 * myna_mouth_selection_get_n_frames:
 *
 * Returns: frames of the output
 */
gint64
myna_mouth_selection_get_n_frames (MynaMouthSelection *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_frames;
}

/**
 * myna_mouth_selection_get:
 *
 * Returns: (transfer none): what is put into an output frame
 */
const MynaMouthChoice *
myna_mouth_selection_get (MynaMouthSelection *self, gint64 frame)
{
  g_return_val_if_fail (self != NULL && frame >= 0 && frame < self->n_frames, NULL);

  return &self->choices[frame];
}

/**
 * myna_mouth_selection_get_n_jumps:
 *
 * Returns: how often the output leaves a run of the video's frames for another
 */
gint64
myna_mouth_selection_get_n_jumps (MynaMouthSelection *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_jumps;
}
